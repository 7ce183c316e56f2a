//! Pure. The few words by which people know an inference again: what was asked last, and what was answered.

use karat_records::Inference;
use serde_json::Value;

/// Longest excerpt, in characters.
const LONGEST: usize = 240;

/// What was asked: the last message of the person, the text to embed, or the template's inputs.
pub fn asked(inference: &Inference) -> String {
    let request: Value = serde_json::from_str(&inference.request).unwrap_or_default();
    let from_request = last_of_user(&request["messages"])
        .or_else(|| last_of_user(&request["input"]))
        .or_else(|| text_of(&request["input"]));
    let from_inputs = || {
        let inputs = inference.inputs.as_ref()?;
        let values: Vec<String> = inputs.values().filter_map(text_of).collect();
        Some(values.join(" · ")).filter(|text| !text.is_empty())
    };
    short(&from_inputs().or(from_request).unwrap_or_default())
}

/// What was answered: the text, or the tools that were asked for.
pub fn answered(inference: &Inference) -> String {
    if inference.text.is_empty() && !inference.tool_calls.is_empty() {
        let tools: Vec<&str> = inference.tool_calls.iter().map(|call| call.name.as_str()).collect();
        return short(&format!("asks for {}", tools.join(", ")));
    }
    short(&inference.text)
}

fn last_of_user(messages: &Value) -> Option<String> {
    let of_user = |message: &&Value| message["role"].as_str() == Some("user");
    messages.as_array()?.iter().rev().find(of_user).and_then(|it| text_of(&it["content"]))
}

/// Text as it is, of parts those that are text.
fn text_of(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| {
                part.as_str().or_else(|| part["text"].as_str()).map(str::to_owned)
            });
            Some(texts.collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}

/// One line of at most so many characters.
pub fn short(text: &str) -> String {
    let mut line = String::new();
    for (index, character) in text.trim().chars().enumerate() {
        if index == LONGEST {
            line.push('…');
            break;
        }
        line.push(if character.is_control() { ' ' } else { character });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requested(request: &str) -> String {
        let blank: Inference = serde_json::from_value(serde_json::json!({
            "id": "1", "received_at_ms": 0, "endpoint": "chat-completions", "outcome": "answered",
            "status": 200, "latency_ms": 1.0
        }))
        .unwrap();
        asked(&Inference { request: request.to_owned(), ..blank })
    }

    #[test]
    fn what_was_asked_is_found_in_each_dialect() {
        for (request, words) in [
            (
                r#"{"messages":[{"role":"user","content":"first"},{"role":"assistant","content":"x"},{"role":"user","content":"last\nline"}]}"#,
                "last line",
            ),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"text","text":"in parts"},{"type":"image_url"}]}]}"#,
                "in parts",
            ),
            (r#"{"input":"to answer"}"#, "to answer"),
            (r#"{"input":["to","embed"]}"#, "to embed"),
            (
                r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"deep"}]}]}"#,
                "deep",
            ),
            ("cut in the mid", ""),
            ("[]", ""),
        ] {
            assert_eq!(requested(request), words, "{request}");
        }
    }

    #[test]
    fn long_texts_end_in_a_sign() {
        let text = short(&"ü".repeat(999));
        assert_eq!((text.chars().count(), text.ends_with('…')), (LONGEST + 1, true));
    }
}
