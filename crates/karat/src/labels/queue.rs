//! Pure. What a queue asks: one question, the values that may answer it, and who may see what.

use karat_records::Hash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an answer to the question looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One of some values.
    Choice,
    /// Free text, or JSON for structured output.
    Text,
    /// Yes or no.
    YesNo,
    /// A number on a scale.
    Scale,
}

/// What labellers see of a model's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing: nobody sees others' labels, nor which variant, model or author is behind anything.
    #[default]
    Blind,
    /// The model's answer after one's own label.
    BlindThenReveal,
    /// The model's answer as a suggestion; such labels never count for gates.
    Assisted,
}

/// Where the items come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Cases of the feature's dataset.
    Cases,
    /// New inputs.
    Rows,
    /// Answers of a run, which are judged.
    Answers,
    /// Candidate cases that people or production proposed, one by one.
    Proposed,
}

/// Which cases are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Those on which people iterate.
    Tune,
    /// Those that are held out.
    Gate,
}

/// A queue as the catalog keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Made once; items of an earlier queue of the same name have another.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The feature.
    pub feature: String,
    /// The dataset of the feature when the queue was opened.
    pub dataset: Option<String>,
    /// What is asked.
    pub question: String,
    /// What an answer looks like.
    pub kind: Kind,
    /// The values that may answer; empty for free text.
    pub options: Vec<Value>,
    /// Keys that lead into the desired output to the value that is asked for; none for all of it.
    pub path: Vec<String>,
    /// What labellers see of a model's answer.
    pub mode: Mode,
    /// How many people label each item.
    pub overlap: u32,
    /// Where the items come from.
    pub source: Source,
    /// Which cases were drawn.
    pub split: Option<Side>,
    /// The run whose answers are judged, suggested or revealed.
    pub run: Option<String>,
    /// The variant whose answers are suggested or revealed.
    pub variant: Option<String>,
    /// Seed of everything random about the queue.
    pub seed: u64,
    /// Id of the person who opened it.
    pub made_by: String,
    /// Name of that person then.
    pub made_by_name: String,
    /// When, in milliseconds since the Unix epoch.
    pub made_at_ms: i64,
}

/// Most bytes of a label, a correction or a remark.
pub const MOST_BYTES: usize = 64 << 10;

impl Queue {
    /// The options as text, in order.
    pub fn words(&self) -> Vec<String> {
        match self.kind {
            Kind::YesNo => vec!["yes".into(), "no".into()],
            _ => self.options.iter().map(text_of).collect(),
        }
    }

    /// The id of the item with this key; it says nothing about where the item comes from.
    pub fn item_id(&self, key: &str) -> String {
        let hash = Hash::of_bytes(format!("{}\n{key}", self.id).as_bytes());
        hash.as_str().chars().take(12).collect()
    }

    /// Brings a submitted value into the form of the options, or says which values there are.
    pub fn accept(&self, value: &Value) -> Result<Value, String> {
        let wrong = || {
            format!(
                "{} is no answer to \"{}\"\n  next: give one of {}",
                shortened(&text_of(value)),
                self.question,
                self.words().join(", ")
            )
        };
        match self.kind {
            Kind::Choice | Kind::Scale => {
                let text = text_of(value);
                let found = self.options.iter().find(|option| *option == value);
                let by_text = || self.options.iter().find(|option| text_of(option) == text.trim());
                found.or_else(by_text).cloned().ok_or_else(wrong)
            }
            Kind::YesNo => match value {
                Value::Bool(_) => Ok(value.clone()),
                Value::String(text) if text.trim().eq_ignore_ascii_case("yes") => Ok(true.into()),
                Value::String(text) if text.trim().eq_ignore_ascii_case("no") => Ok(false.into()),
                _ => Err(wrong()),
            },
            Kind::Text => accept_text(value),
        }
    }
}

fn accept_text(value: &Value) -> Result<Value, String> {
    let text = text_of(value);
    if value.is_null() || text.trim().is_empty() {
        return Err(
            "the label is empty\n  next: write the right answer, or skip with a reason".into()
        );
    }
    if text.len() > MOST_BYTES {
        return Err(format!(
            "the label has {} bytes; at most {MOST_BYTES} fit\n  next: shorten it",
            text.len()
        ));
    }
    Ok(match value {
        Value::String(text) => Value::String(text.trim().to_owned()),
        other => other.clone(),
    })
}

/// A value as text: strings as they are, other JSON compactly.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Text of at most 80 characters, for messages.
pub fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(80).filter(|c| !c.is_control()).collect();
    if text.chars().count() > 80 {
        short.push('…');
    }
    format!("\"{short}\"")
}

/// A name for a queue of this feature: what would be odd in a link becomes a hyphen.
pub fn name_for(feature: &str) -> String {
    let is_fine = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String =
        feature.chars().map(|c| if is_fine(&c) { c } else { '-' }).take(50).collect();
    if name.is_empty() { "labels".to_owned() } else { name }
}

/// Why a name is no name for a queue.
pub fn check_name(name: &str) -> Result<(), String> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_fine) || name.starts_with('.') {
        return Err(format!(
            "{} is no name for a queue\n  next: use at most 64 letters, digits, hyphens and dots",
            shortened(name)
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn queue(kind: Kind, options: Vec<Value>) -> Queue {
        Queue {
            id: "q".into(),
            name: "q".into(),
            feature: "f".into(),
            dataset: None,
            question: "Which?".into(),
            kind,
            options,
            path: Vec::new(),
            mode: Mode::Blind,
            overlap: 2,
            source: Source::Cases,
            split: None,
            run: None,
            variant: None,
            seed: 1,
            made_by: "a".into(),
            made_by_name: "a".into(),
            made_at_ms: 0,
        }
    }

    #[test]
    fn values_take_the_form_of_the_options_and_others_are_refused_with_them() {
        let choice = queue(Kind::Choice, vec![json!("billing"), json!(3), json!(true)]);
        assert_eq!(choice.accept(&json!(" billing ")), Ok(json!("billing")));
        assert_eq!(choice.accept(&json!("3")), Ok(json!(3)));
        assert_eq!(choice.accept(&json!("true")), Ok(json!(true)));
        let refused = choice.accept(&json!("shipping")).unwrap_err();
        assert!(refused.contains("billing, 3, true"), "{refused}");
        assert!(choice.accept(&json!(null)).is_err());
        let yes_no = queue(Kind::YesNo, Vec::new());
        assert_eq!(yes_no.accept(&json!("Yes")), Ok(json!(true)));
        assert_eq!(yes_no.accept(&json!(false)), Ok(json!(false)));
        assert!(yes_no.accept(&json!("maybe")).unwrap_err().contains("yes, no"));
        let scale = queue(Kind::Scale, (1..=5).map(Value::from).collect());
        assert_eq!(scale.accept(&json!("4")), Ok(json!(4)));
        assert!(scale.accept(&json!(6)).is_err());
        let text = queue(Kind::Text, Vec::new());
        assert_eq!(text.accept(&json!(" a ")), Ok(json!("a")));
        assert!(text.accept(&json!("  ")).is_err());
        assert!(text.accept(&json!("x".repeat(MOST_BYTES + 1))).is_err());
    }

    #[test]
    fn names_that_would_be_odd_in_a_link_are_refused() {
        for name in ["", "a b", "../a", ".hidden", "a/b", "ä"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("triage-2.b").is_ok());
    }
}
