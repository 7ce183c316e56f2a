//! Pure. Texts with `{{item.field}}` and `{{sample.output_text}}` in them, as `OpenAI`'s graders write them.

use karat_records::{Answer, Case};
use serde_json::{Value, json};

use super::json::output_json;
use super::wanted::text_of;
use crate::project::path::{Path, PathError};

/// A text with places for fields of the case and of the answer.
#[derive(Clone, Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without `}}`.
    #[error("`{0}` opens `{{{{` and never closes it")]
    Open(String),
    /// A variable outside the two namespaces.
    #[error(
        "`{{{{{0}}}}}` is unknown; use `item.<field>`, `sample.output_text`, `sample.output_json` or `sample.output_tools`"
    )]
    Unknown(String),
    /// A variable whose inner path cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Variable { name: String, source: Source, path: Path },
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Item,
    OutputText,
    OutputJson,
    OutputTools,
}

/// Names under which datasets of other tools keep what Karat keeps as a case's `expected`.
const NAMES_OF_EXPECTED: [&str; 9] = [
    "expected_output",
    "reference",
    "reference_answer",
    "ground_truth",
    "ideal",
    "label",
    "correct_label",
    "answer",
    "target",
];

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                return Err(TemplateError::Open(text.to_owned()));
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(parse_variable(name.trim())?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// The text for this case and answer, or a sentence that names the missing field.
    pub fn text(&self, case: &Case, answer: &Answer) -> Result<String, String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Variable { name, source, path } => {
                    text.push_str(&text_of(&look_up(name, *source, path, case, answer)?));
                }
            }
        }
        Ok(text)
    }

    /// Whether a field of the answer stands in it.
    pub fn reads_output(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Text(_) => false,
            Piece::Variable { source, .. } => !matches!(source, Source::Item),
        })
    }

    /// The value of a template that is one variable and nothing else; otherwise the text.
    pub fn value(&self, case: &Case, answer: &Answer) -> Result<Value, String> {
        match self.pieces.as_slice() {
            [Piece::Variable { name, source, path }] => look_up(name, *source, path, case, answer),
            _ => self.text(case, answer).map(Value::String),
        }
    }
}

/// Reads what stands between the braces.
fn parse_variable(name: &str) -> Result<Piece, TemplateError> {
    let unknown = || TemplateError::Unknown(name.to_owned());
    let (source, rest) = if let Some(rest) = name.strip_prefix("item") {
        (Source::Item, rest)
    } else if let Some(rest) = name.strip_prefix("sample.output_text") {
        (Source::OutputText, rest)
    } else if let Some(rest) = name.strip_prefix("sample.output_json") {
        (Source::OutputJson, rest)
    } else if let Some(rest) = name.strip_prefix("sample.output_tools") {
        (Source::OutputTools, rest)
    } else {
        return Err(unknown());
    };
    let whole = rest.is_empty();
    let fits = match source {
        Source::Item => !whole && rest.starts_with(['.', '[']),
        Source::OutputText => whole,
        Source::OutputJson | Source::OutputTools => whole || rest.starts_with(['.', '[']),
    };
    if !fits {
        return Err(unknown());
    }
    Ok(Piece::Variable { name: name.to_owned(), source, path: Path::parse(&format!("${rest}"))? })
}

fn look_up(
    name: &str,
    source: Source,
    path: &Path,
    case: &Case,
    answer: &Answer,
) -> Result<Value, String> {
    match source {
        Source::Item => item(path, case).ok_or_else(|| format!("case {} has no `{name}`", case.id)),
        Source::OutputText => Ok(Value::String(answer.text())),
        Source::OutputJson => output_json(answer)
            .and_then(|output| path.select(&output).cloned())
            .ok_or_else(|| format!("the output has no `{name}`")),
        Source::OutputTools => path
            .select(&tools(answer))
            .cloned()
            .ok_or_else(|| format!("the answer has no `{name}`")),
    }
}

/// A field of the case: an input, else metadata, else a part by its own name, else `expected` by a usual name.
fn item(path: &Path, case: &Case) -> Option<Value> {
    let inputs = Value::Object(case.input.clone());
    let metadata = Value::Object(case.metadata.clone());
    let whole = json!({
        "id": case.id, "input": inputs, "expected": case.expected,
        "metadata": metadata, "tags": case.tags,
    });
    let expected = case.expected.as_ref();
    let found = path.select(&inputs).or_else(|| path.select(&metadata));
    let found = found.or_else(|| path.select(&whole).filter(|value| !value.is_null()));
    let found = found.or_else(|| path.select(expected?));
    let named = path.as_str().strip_prefix("$.").unwrap_or_default();
    found.or_else(|| expected.filter(|_| NAMES_OF_EXPECTED.contains(&named))).cloned()
}

/// Tool calls in the shape of a chat completion.
fn tools(answer: &Answer) -> Value {
    let call = |call: &karat_records::ToolCall| {
        json!({"type": "function", "function": {
            "name": call.name, "arguments": text_of(&call.arguments),
        }})
    };
    answer.tool_calls.iter().map(call).collect()
}

#[cfg(test)]
mod tests {
    use karat_records::ToolCall;

    use super::super::vectors::{answer, case};
    use super::*;

    fn text(template: &str, answer: &Answer) -> Result<String, String> {
        let mut case = case(Some(json!({"queue": "billing"})));
        case.input.insert("question".into(), json!("who?"));
        case.metadata.insert("langs".into(), json!(["de", "en"]));
        Template::parse(template).unwrap().text(&case, answer)
    }

    #[test]
    fn fields_of_case_and_answer_take_their_places() {
        let mut output = answer(json!("{\"name\": \"Ada\", \"age\": 36}"));
        output.tool_calls = vec![ToolCall { name: "find".into(), arguments: json!({"q": 1}) }];
        for (template, wanted) in [
            ("plain { text }", "plain { text }"),
            ("{{item.question}}", "who?"),
            ("Q: {{ item.question }}/{{item.metadata.langs[-1]}}", "Q: who?/en"),
            ("{{item.langs[0]}}", "de"),
            ("{{item.queue}} {{item.expected.queue}}", "billing billing"),
            ("{{item.ideal}}", r#"{"queue":"billing"}"#),
            ("{{sample.output_json.name}} is {{sample.output_json.age}}", "Ada is 36"),
            ("{{sample.output_tools[0].function.name}}", "find"),
            ("{{sample.output_tools[0].function.arguments}}", r#"{"q":1}"#),
        ] {
            assert_eq!(text(template, &output).unwrap(), wanted, "{template}");
        }
        assert_eq!(text("<{{sample.output_text}}>", &answer(json!("hi"))).unwrap(), "<hi>");
    }

    #[test]
    fn a_missing_field_is_named() {
        let output = answer(json!("no json"));
        assert_eq!(text("{{item.nope}}", &output).unwrap_err(), "case c1 has no `item.nope`");
        let error = text("{{sample.output_json.name}}", &output).unwrap_err();
        assert_eq!(error, "the output has no `sample.output_json.name`");
    }

    #[test]
    fn a_template_that_cannot_work_is_refused_when_it_is_read() {
        for template in
            ["{{item.a", "{{x}}", "{{item}}", "{{items.a}}", "{{sample.choices}}", "{{}}"]
        {
            assert!(Template::parse(template).is_err(), "{template}");
        }
        let error = Template::parse("{{user.name}}").unwrap_err().to_string();
        assert!(error.starts_with("`{{user.name}}` is unknown; use `item.<field>`"), "{error}");
    }
}
