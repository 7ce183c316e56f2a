//! Pure. One assertion of promptfoo: filled in for its test, and known here, or refused with the reason.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::super::plan::{Note, Notes, shorten};
use super::assertion_types::{KNOWN, Needs, STRANGERS};
use super::beside::{Beside, path_of};
use super::template;
use crate::project::rows::name_of;

/// An assertion that has a counterpart.
#[derive(Clone, Debug, PartialEq)]
pub struct Assertion {
    /// The kind of scorer, without `not-`.
    pub kind: &'static str,
    /// True for the `not-` form.
    pub is_negated: bool,
    /// What is wanted, filled in.
    pub value: Option<Value>,
    /// promptfoo's threshold.
    pub threshold: Option<f64>,
    /// 0 means shown but not judged.
    pub weight: f64,
    /// The user's own name for it.
    pub metric: Option<String>,
    /// The provider that judges or embeds, as promptfoo names it.
    pub judge: Option<String>,
    /// Part of the answer to look at.
    pub path: Option<String>,
}

/// Settings of tests that shape their assertions.
#[derive(Clone, Debug, Default)]
pub struct Options {
    judge: Option<String>,
    embedder: Option<String>,
    path: Option<String>,
}

static INCLUDES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:return\s+)?(!?)output(\.toLowerCase\(\))?\.includes\(\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\)\s*;?$"#)
        .expect("a fixed pattern that was tested")
});

static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:JSON\.parse\(output\)|output)((?:\.[A-Za-z_]\w*|\[\d+\])+)$")
        .expect("a fixed pattern that was tested")
});

impl Options {
    /// Adds the options of a test.
    pub fn read(&mut self, map: &Map<String, Value>, notes: &mut Notes) {
        for (name, value) in map {
            match (name.as_str(), value) {
                (_, Value::Null) | ("disableVarExpansion", _) => {}
                ("provider", value) => {
                    self.judge = judge_id(value).or(self.judge.take());
                    self.embedder =
                        value.get("embedding").and_then(judge_id).or(self.embedder.take());
                }
                ("transform" | "postprocess", Value::String(code)) => match field_of(code) {
                    Some(path) => self.path = Some(path),
                    None => notes.add(
                        format!("options.transform {}", shorten(code, 40)),
                        "karat runs no JavaScript or Python; the assertions judge the answer as it is",
                        "look at a part of the answer with path = \"$.field\", or transform in a variant of kind command",
                    ),
                },
                ("rubricPrompt", _) => notes.add("options.rubricPrompt", "karat's judges have a prompt of their own", "write a grader in OpenAI's JSON: kind = \"grader\""),
                ("prefix" | "suffix", _) => notes.add(format!("options.{name}"), "a case does not change the prompt", "write it into the prompt, or into a variable of the case"),
                (other, _) => notes.add(format!("options.{other}"), "karat has no such setting of a case", "look whether you need it"),
            }
        }
    }
}

/// `output.queue` and `JSON.parse(output).queue` point at a part of the answer.
fn field_of(code: &str) -> Option<String> {
    let found = FIELD.captures(code.trim())?;
    Some(format!("${}", &found[1])).filter(|path| path != "$.length")
}

fn judge_id(value: &Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id.clone()),
        Value::Object(map) => {
            let id = map.get("id").and_then(Value::as_str).map(str::to_owned);
            id.or_else(|| judge_id(map.get("text")?))
        }
        _ => None,
    }
}

/// Reads one assertion, or the members of a set.
pub fn read(
    raw: &Value,
    vars: &Map<String, Value>,
    options: &Options,
    beside: &dyn Beside,
    notes: &mut Notes,
    all: &mut Vec<Assertion>,
) {
    let written = raw["type"].as_str().unwrap_or_default().trim();
    if written == "assert-set" {
        if raw["threshold"].as_f64().is_some_and(|threshold| threshold < 1.0) {
            notes.add(
                "assert-set: threshold",
                "each member became a criterion of its own, and all must hold",
                "mark members with advisory = true, or add up their scorers with kind = \"weighted\"",
            );
        }
        // A set inside a set does not exist in promptfoo.
        let members = raw["assert"].as_array().into_iter().flatten();
        for member in members.filter(|member| member["type"] != "assert-set") {
            read(member, vars, options, beside, notes, all);
        }
        return;
    }
    let (mut kind, mut is_negated) =
        written.strip_prefix("not-").map_or((written, false), |plain| (plain, true));
    let mut value = raw.get("value").filter(|value| !value.is_null()).cloned();
    if kind == "javascript"
        && let Some(found) =
            value.as_ref().and_then(Value::as_str).and_then(|code| INCLUDES.captures(code.trim()))
    {
        kind = if found.get(2).is_some() { "icontains" } else { "contains" };
        is_negated ^= !found[1].is_empty();
        let text = found.get(3).or_else(|| found.get(4)).map_or("", |found| found.as_str());
        value = Some(json!(text));
    }
    let Some((_, name, needs)) = KNOWN.iter().find(|(name, ..)| *name == kind) else {
        refuse(written, kind, raw, notes);
        return;
    };
    let what = format!("assertion {written}");
    note_settings(raw, &what, notes);
    let mut path = options.path.clone();
    if let Some(code) = raw["transform"].as_str() {
        match field_of(code) {
            Some(found) => path = Some(found),
            None => {
                notes.add(
                    format!("{what} with transform {}", shorten(code, 40)),
                    "karat runs no JavaScript or Python, and untransformed it would judge something else",
                    "look at a part of the answer with path = \"$.field\", or write a program: kind = \"command\"",
                );
                return;
            }
        }
    }
    let value = match value.map(|value| settled(value, vars, beside)).transpose() {
        Ok(value) => value,
        Err(reason) => {
            notes.add(what, reason, "write the value out in karat.toml or data/cases.jsonl");
            return;
        }
    };
    let threshold = raw["threshold"].as_f64();
    let lacks = match needs {
        Needs::Value => value.is_none(),
        Needs::Threshold => threshold.is_none(),
        Needs::Maybe | Needs::Nothing => false,
    };
    if lacks {
        let field = if *needs == Needs::Value { "value" } else { "threshold" };
        notes.add(what, format!("it has no {field}"), "write the scorer by hand");
        return;
    }
    let example = value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let value = match shaped(name, value) {
        Ok(value) => value,
        Err(why) => {
            let next = "write the scorer by hand".to_owned();
            notes.add_example(Note { what, why, next }, &example);
            return;
        }
    };
    all.push(Assertion {
        kind: name,
        is_negated,
        value,
        threshold,
        weight: raw["weight"].as_f64().unwrap_or(1.0).max(0.0),
        metric: raw["metric"]
            .as_str()
            .filter(|text| !template::has_places(text))
            .map(str::to_owned),
        judge: judge_id(&raw["provider"]).or_else(|| match *name {
            "similar" => options.embedder.clone(),
            "llm-rubric" | "factuality" => options.judge.clone(),
            _ => None,
        }),
        path,
    });
}

/// Settings of an assertion that mean nothing here.
fn note_settings(raw: &Value, what: &str, notes: &mut Notes) {
    for key in raw.as_object().into_iter().flat_map(Map::keys) {
        match key.as_str() {
            "type" | "value" | "threshold" | "weight" | "metric" | "provider" => {}
            "transform" => {}
            "rubricPrompt" => notes.add(
                format!("{what}: rubricPrompt"),
                "karat's judges have a prompt of their own",
                "write a grader in OpenAI's JSON: kind = \"grader\"",
            ),
            other => notes.add(
                format!("{what}: {other}"),
                "karat has no such setting",
                "look whether you need it",
            ),
        }
    }
}

fn refuse(written: &str, kind: &str, raw: &Value, notes: &mut Notes) {
    let example = raw["value"].as_str().unwrap_or_default();
    match STRANGERS.iter().find(|(name, ..)| *name == kind) {
        Some((_, why, next)) => {
            let what = format!("assertion {written}");
            notes.add_example(Note { what, why: (*why).into(), next: (*next).into() }, example);
        }
        None if written.is_empty() => {
            notes.add("an assertion", "it has no type", "write the scorer by hand");
        }
        None => notes.add(
            format!("assertion {written}"),
            "karat has no such scorer",
            "write it as a program: kind = \"command\"",
        ),
    }
}

/// The value with files read and templates filled in.
fn settled(value: Value, vars: &Map<String, Value>, beside: &dyn Beside) -> Result<Value, String> {
    if let Some(path) = value.as_str().and_then(path_of) {
        let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
        let is_program = ending.starts_with("py")
            || matches!(ending.as_str(), "js" | "mjs" | "cjs" | "ts")
            || ending.starts_with("js:");
        if is_program {
            return Err(format!("{path} is a program"));
        }
        let text = beside.text(path).map_err(|reason| format!("{path}: {reason}"))?;
        if matches!(ending.as_str(), "json" | "yaml" | "yml") {
            return super::yaml::parse(&text).map_err(|reason| format!("{path}: {reason}"));
        }
        return template::fill(&text, vars).map(Value::String);
    }
    template::fill_value(&value, vars)
        .map_err(|reason| format!("its template cannot be filled in: {reason}"))
}

/// The value as Karat's scorer wants it.
fn shaped(kind: &str, value: Option<Value>) -> Result<Option<Value>, String> {
    let Some(value) = value else { return Ok(None) };
    Ok(Some(match (kind, value) {
        (
            "contains-any" | "contains-all" | "icontains-any" | "icontains-all",
            Value::String(text),
        ) => {
            json!(listed(&text))
        }
        (
            "contains" | "icontains" | "starts-with" | "regex" | "llm-rubric",
            Value::Number(number),
        ) => {
            json!(number.to_string())
        }
        (
            "contains" | "icontains" | "starts-with",
            value @ (Value::Object(_) | Value::Array(_) | Value::Bool(_)),
        ) => {
            return Err(format!("its value is {} and no text", name_of(&value)));
        }
        ("regex", Value::String(pattern)) => match Regex::new(&pattern) {
            Ok(_) => json!(pattern),
            Err(_) => {
                return Err("look-around and back-references do not exist here".into());
            }
        },
        ("llm-rubric", Value::String(text)) => json!(text),
        ("regex", other) => return Err(format!("its value is {} and no pattern", name_of(&other))),
        // A rubric may be an object with several criteria.
        ("llm-rubric", other) => json!(serde_json::to_string_pretty(&other).unwrap_or_default()),
        // A schema may be written as text.
        ("is-json" | "contains-json", Value::String(text)) => super::yaml::parse(&text)
            .ok()
            .filter(Value::is_object)
            .ok_or("its schema cannot be read")?,
        (_, value) => value,
    }))
}

/// promptfoo splits a text at commas; quotes keep them.
fn listed(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let first = reader.records().next().and_then(Result::ok);
    first.map_or_else(
        || vec![text.to_owned()],
        |record| record.iter().map(str::to_owned).filter(|part| !part.is_empty()).collect(),
    )
}
