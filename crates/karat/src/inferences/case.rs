//! Pure. What a case would be made of: an inference's input as the feature gets it, and what a user wrote in the answer's place.

use karat_providers::chat::json::messages_to_json;
use karat_providers::{Dialect, Message, Part, Role, parse_request};
use karat_records::{Endpoint, Inference, Signal};
use serde_json::{Map, Value};

/// An input, and whether the application's own instructions were left out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Named inputs.
    pub input: Map<String, Value>,
    /// True where the request began with instructions of the application.
    pub had_instructions: bool,
}

/// What a user wrote in the answer's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// The text.
    pub text: String,
    /// The kind of signal that brought it.
    pub kind: String,
}

/// Kinds of signal that bring a text, the most explicit first.
const CORRECTING: [&str; 2] = ["feedback.correction", "response.edited"];

/// The inputs that were given to the template; else the conversation, as a message where it is one.
///
/// A case reads pictures beside the data when it is run, so no picture of a stranger may stand in one.
pub fn input_of(inference: &Inference) -> Result<Input, String> {
    if let Some(inputs) = &inference.inputs {
        if has_picture(&Value::Object(inputs.clone())) {
            return Err(pictured());
        }
        return Ok(Input { input: inputs.clone(), had_instructions: false });
    }
    let dialect = match inference.endpoint {
        Endpoint::ChatCompletions => Dialect::OpenAiChat,
        Endpoint::Responses => Dialect::OpenAiResponses,
        Endpoint::Messages => Dialect::Anthropic,
        Endpoint::Embeddings => {
            return Err("it asked for an embedding, which is no case\n  next: choose an inference that has an answer".into());
        }
    };
    let request = parse_request(dialect, inference.request.as_bytes()).map_err(|error| {
        format!("its request cannot be read any more ({error}); long requests are kept shortened\n  next: write the case by hand")
    })?;
    let (instructions, conversation): (Vec<Message>, Vec<Message>) =
        request.messages.into_iter().partition(|message| message.role == Role::System);
    let is_plain = |message: &Message| {
        matches!(message.role, Role::User | Role::Assistant)
            && message.content.iter().all(|part| matches!(part, Part::Text(_)))
    };
    if !conversation.iter().all(is_plain) {
        return Err(pictured());
    }
    let mut input = Map::new();
    match conversation.as_slice() {
        [] => return Err("its request has no message\n  next: write the case by hand".into()),
        [only] if only.role == Role::User => {
            input.insert("message".into(), Value::String(only.text()));
        }
        several => {
            let plain: Vec<Message> =
                several.iter().map(|it| Message::from_text(it.role, it.text())).collect();
            input.insert("messages".into(), messages_to_json(&plain));
        }
    }
    Ok(Input { input, had_instructions: !instructions.is_empty() })
}

fn pictured() -> String {
    "its conversation has more than texts: pictures, files or calls of tools\n  next: write the case by hand".into()
}

fn has_picture(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_picture),
        Value::Object(fields) => {
            fields.get("type").is_some_and(|kind| kind == "image_url" || kind == "image")
                || fields.values().any(has_picture)
        }
        _ => false,
    }
}

/// What a user wrote last in the answer's place; what was said to be a correction comes before an edit.
pub fn correction_of(signals: &[Signal]) -> Option<Correction> {
    CORRECTING.iter().find_map(|kind| {
        let said = signals.iter().filter(|signal| signal.kind == *kind).filter_map(|signal| {
            let text = signal.data.get("final_text")?.as_str()?;
            (!text.trim().is_empty()).then_some((signal.at_ms, text))
        });
        let (_, text) = said.max_by_key(|(at_ms, _)| *at_ms)?;
        Some(Correction { text: text.to_owned(), kind: (*kind).to_owned() })
    })
}

/// A text in the form that desired outputs of the feature have.
pub fn as_output(text: &str, has_schema: bool) -> Value {
    let json = has_schema.then(|| serde_json::from_str(text).ok()).flatten();
    json.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use karat_records::{Outcome, Target};
    use serde_json::json;

    use super::*;

    fn asked(endpoint: Endpoint, request: &Value) -> Inference {
        let record = json!({
            "id": "i", "received_at_ms": 1, "endpoint": endpoint, "outcome": Outcome::Answered,
            "status": 200, "latency_ms": 1.0, "request": request.to_string(),
        });
        serde_json::from_value(record).unwrap()
    }

    fn said(kind: &str, at_ms: i64, data: Value) -> Signal {
        Signal {
            id: format!("{kind}{at_ms}"),
            kind: kind.into(),
            at_ms,
            received_at_ms: at_ms,
            feature: None,
            target: Target::default(),
            user: None,
            session: None,
            release: None,
            data: serde_json::from_value(data).unwrap(),
            source: String::new(),
        }
    }

    #[test]
    fn each_dialect_gives_the_input_that_the_feature_got() {
        let hi = json!([{"role": "user", "content": "hi"}]);
        for (endpoint, request) in [
            (
                Endpoint::ChatCompletions,
                json!({"model": "t", "messages": hi, "karat": {"user": "u"}}),
            ),
            (
                Endpoint::Messages,
                json!({"model": "t", "max_tokens": 9, "system": "Be kind.", "messages": hi}),
            ),
            (Endpoint::Responses, json!({"model": "t", "input": "hi"})),
        ] {
            let input = input_of(&asked(endpoint, &request)).unwrap();
            assert_eq!(json!(input.input), json!({"message": "hi"}), "{endpoint:?}");
            assert_eq!(input.had_instructions, endpoint == Endpoint::Messages);
        }
        let talk = json!([
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "hello"},
            {"role": "user", "content": "again"},
        ]);
        let several = asked(Endpoint::ChatCompletions, &json!({"model": "t", "messages": talk}));
        assert_eq!(input_of(&several).unwrap().input["messages"].as_array().unwrap().len(), 3);
        let given = json!({"question": "why?"}).as_object().cloned();
        let with_inputs = Inference { inputs: given.clone(), ..several };
        assert_eq!(Some(input_of(&with_inputs).unwrap().input), given);
    }

    #[test]
    fn a_picture_of_a_stranger_reads_no_file_of_this_machine() {
        let picture = json!({"type": "image_url", "image_url": {"url": "../keys"}});
        let messages =
            json!([{"role": "user", "content": [{"type": "text", "text": "x"}, picture]}]);
        let request = json!({"model": "t", "messages": messages});
        let asked = asked(Endpoint::ChatCompletions, &request);
        input_of(&asked).unwrap_err();
        let inputs = json!({"messages": messages}).as_object().cloned();
        input_of(&Inference { inputs, ..asked }).unwrap_err();
    }

    #[test]
    fn what_cannot_be_read_or_is_no_answer_is_refused_with_a_next_step() {
        for (endpoint, request) in [
            (Endpoint::Embeddings, json!({"model": "t", "input": "hi"})),
            (Endpoint::ChatCompletions, json!("cut … [9 bytes left out]")),
            (Endpoint::ChatCompletions, json!({"model": "t", "messages": []})),
        ] {
            let reason = input_of(&asked(endpoint, &request)).unwrap_err();
            assert!(reason.contains("next:"), "{reason}");
        }
    }

    #[test]
    fn the_last_correction_counts_and_comes_before_an_edit() {
        let edit = said("response.edited", 9, json!({"final_text": "edited"}));
        let first = said("feedback.correction", 2, json!({"final_text": "first"}));
        let last = said("feedback.correction", 3, json!({"final_text": "last"}));
        let thumb = said("feedback.thumb", 10, json!({"up": false}));
        let distance = said("response.edited", 11, json!({"edit_distance": 0.2}));
        let all = [last, edit.clone(), first, thumb.clone(), distance.clone()];
        assert_eq!(correction_of(&all).unwrap().text, "last");
        let edits = [edit, thumb.clone(), distance];
        assert_eq!(correction_of(&edits).unwrap().kind, "response.edited");
        assert_eq!(correction_of(&[thumb]), None);
    }

    #[test]
    fn a_text_becomes_json_only_where_the_output_has_a_schema() {
        assert_eq!(as_output("{\"a\": 1}", true), json!({"a": 1}));
        assert_eq!(as_output("{\"a\": 1}", false), json!("{\"a\": 1}"));
        assert_eq!(as_output("billing", true), json!("billing"));
    }
}
