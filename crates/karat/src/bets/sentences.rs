//! Pure. Rules as sentences that people edit, and back to a rules file that keeps its comments.

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike};

use crate::project::init::plan::{one_line, shorten};
use crate::project::init::toml_text;

/// One rule, with its conditions apart and as a sentence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSentence {
    /// At least one of these occurs; `word*` finds every word that begins so.
    #[serde(default)]
    pub any: Vec<String>,
    /// All of these occur.
    #[serde(default)]
    pub all: Vec<String>,
    /// None of these occurs.
    #[serde(default)]
    pub none: Vec<String>,
    /// A pattern that matches.
    #[serde(default)]
    pub regex: Option<String>,
    /// The input field that is looked at; all texts of the input where absent.
    #[serde(default)]
    pub field: Option<String>,
    /// The answer.
    pub answer: Value,
    /// The rule as a sentence; not read when rules are edited.
    #[serde(default)]
    pub sentence: String,
    /// Cases that it answers; not read when rules are edited.
    #[serde(default)]
    pub n_matched: Option<u64>,
    /// How many of them rightly; not read when rules are edited.
    #[serde(default)]
    pub n_right: Option<u64>,
}

impl RuleSentence {
    /// The rule alone, without what was said and counted about it.
    fn is_same(&self, other: &Self) -> bool {
        (&self.any, &self.all, &self.none, &self.regex, &self.field, &self.answer)
            == (&other.any, &other.all, &other.none, &other.regex, &other.field, &other.answer)
    }

    /// "When a message has *refund* or *money back*, and none of *invoice*: billing".
    pub fn words(&self) -> String {
        let subject = match &self.field {
            Some(field) => shorten(field, 60),
            None => "a message".to_owned(),
        };
        let mut conditions = Vec::new();
        if !self.any.is_empty() {
            conditions.push(format!("has {}", listed(&self.any, "or")));
        }
        if !self.all.is_empty() {
            let both = if self.any.is_empty() { "has" } else { "also" };
            conditions.push(format!("{both} {}", listed(&self.all, "and")));
        }
        if let Some(regex) = &self.regex {
            conditions.push(format!("matches `{}`", one_line(regex)));
        }
        if !self.none.is_empty() {
            let verb = if conditions.is_empty() { "has none of" } else { "none of" };
            conditions.push(format!("{verb} {}", listed(&self.none, "or")));
        }
        format!("When {subject} {}: {}", conditions.join(", and "), answer_words(&self.answer))
    }
}

/// "*refund*, *money back* or *return…*".
fn listed(phrases: &[String], word: &str) -> String {
    let shown: Vec<String> = phrases
        .iter()
        .map(|phrase| {
            let phrase = shorten(phrase, 60);
            match phrase.strip_suffix('*') {
                Some(beginning) => format!("*{beginning}…*"),
                None => format!("*{phrase}*"),
            }
        })
        .collect();
    match shown.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// An answer in as few words as it has.
pub fn answer_words(answer: &Value) -> String {
    match answer {
        Value::String(text) => shorten(text, 120),
        Value::Object(map) if map.len() == 1 => {
            map.values().next().map(answer_words).unwrap_or_default()
        }
        other => shorten(&other.to_string(), 120),
    }
}

/// The rules of a file, as they are written.
pub fn read(text: &str) -> Result<(Vec<RuleSentence>, Value)> {
    let document: DocumentMut = text.parse().context("the rules file is not valid TOML")?;
    let rules = tables(&document).iter().map(sentence).collect();
    let default =
        document.get("default").and_then(|item| item.get("answer")).map_or(Value::Null, json);
    Ok((rules, default))
}

fn tables(document: &DocumentMut) -> Vec<Table> {
    match document.get("rule") {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().collect(),
        Some(Item::Value(toml_edit::Value::Array(list))) => list
            .iter()
            .filter_map(|value| Some(value.as_inline_table()?.clone().into_table()))
            .collect(),
        _ => Vec::new(),
    }
}

fn sentence(table: &Table) -> RuleSentence {
    let texts = |name: &str| match table.get(name).map(json) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => {
            list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    let text = |name: &str| table.get(name).and_then(Item::as_str).map(str::to_owned);
    let mut rule = RuleSentence {
        any: texts("any"),
        all: texts("all"),
        none: texts("none"),
        regex: text("regex"),
        field: text("field"),
        answer: table.get("answer").map_or(Value::Null, json),
        ..RuleSentence::default()
    };
    rule.sentence = rule.words();
    rule
}

/// A TOML item as JSON.
fn json(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => plain(value),
        Item::Table(table) => object(table),
        Item::ArrayOfTables(tables) => {
            Value::Array(tables.iter().map(|table| object(table)).collect())
        }
    }
}

fn object(table: &dyn TableLike) -> Value {
    Value::Object(table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect())
}

fn plain(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::String(text.value().clone()),
        toml_edit::Value::Integer(number) => (*number.value()).into(),
        toml_edit::Value::Float(number) => (*number.value()).into(),
        toml_edit::Value::Boolean(flag) => (*flag.value()).into(),
        toml_edit::Value::Datetime(time) => Value::String(time.value().to_string()),
        toml_edit::Value::Array(list) => Value::Array(list.iter().map(plain).collect()),
        toml_edit::Value::InlineTable(table) => object(table),
    }
}

/// The file with these rules instead: comments stay with rules that stay, and at the head of the file.
pub fn edited(text: &str, rules: &[RuleSentence], default: &Value) -> Result<String> {
    let mut document: DocumentMut = text.parse().context("the rules file is not valid TOML")?;
    let mut old: Vec<Option<(RuleSentence, Table)>> =
        tables(&document).into_iter().map(|table| Some((sentence(&table), table))).collect();
    let head = old.first_mut().and_then(Option::as_mut).map(|(_, table)| take_head(table));
    // First what stays as it is, wherever it moves; then what changed in its place.
    let mut kept: Vec<Option<Table>> = rules
        .iter()
        .map(|rule| {
            let same = |slot: &&mut Option<(RuleSentence, Table)>| {
                slot.as_ref().is_some_and(|(known, _)| known.is_same(rule))
            };
            old.iter_mut().find(same).and_then(Option::take).map(|(_, table)| table)
        })
        .collect();
    let mut array = ArrayOfTables::new();
    for (index, (rule, kept)) in rules.iter().zip(&mut kept).enumerate() {
        let mut table = match kept.take() {
            Some(table) => table,
            None => {
                let before = old.get_mut(index).and_then(Option::take).map(|(_, table)| table);
                changed(before, rule)?
            }
        };
        table.set_position(None);
        if index == 0 {
            put_head(&mut table, head.as_deref().unwrap_or_default());
        }
        array.push(table);
    }
    if array.is_empty() {
        document.remove("rule");
        if let (Some(head), Some(table)) =
            (head, document.get_mut("default").and_then(Item::as_table_mut))
        {
            put_head(table, &head);
        }
    } else {
        document.insert("rule", Item::ArrayOfTables(array));
    }
    let known = document.get("default").and_then(|item| item.get("answer")).map(json);
    if known.as_ref() != Some(default) {
        match document.get_mut("default").and_then(Item::as_table_like_mut) {
            Some(table) => drop(table.insert("answer", Item::Value(value(default)?))),
            None => {
                let mut table = Table::new();
                table.decor_mut().set_prefix("\n");
                table.insert("answer", Item::Value(value(default)?));
                document.insert("default", Item::Table(table));
            }
        }
    }
    let after = document.to_string();
    let is_crlf = text.contains("\r\n") && !text.replace("\r\n", "").contains('\n');
    Ok(if is_crlf { after.replace("\r\n", "\n").replace('\n', "\r\n") } else { after })
}

/// What stands above the first rule and is about the whole file: everything up to the last empty line.
fn take_head(table: &mut Table) -> String {
    let prefix = table.decor().prefix().and_then(|raw| raw.as_str()).unwrap_or_default().to_owned();
    let at = prefix.rfind("\n\n").map_or(0, |at| at + 1);
    let (head, own) = prefix.split_at(at);
    table.decor_mut().set_prefix(own);
    head.to_owned()
}

fn put_head(table: &mut Table, head: &str) {
    let own = table.decor().prefix().and_then(|raw| raw.as_str()).unwrap_or("\n").to_owned();
    let own = if head.is_empty() { own.trim_start_matches('\n').to_owned() } else { own };
    table.decor_mut().set_prefix(format!("{head}{own}"));
}

/// A new rule, or another one in the place of an old one, whose comment stays above it.
fn changed(before: Option<Table>, rule: &RuleSentence) -> Result<Table> {
    let mut table = Table::new();
    match before.as_ref().and_then(|before| before.decor().prefix().cloned()) {
        Some(prefix) => table.decor_mut().set_prefix(prefix),
        None => table.decor_mut().set_prefix("\n"),
    }
    for (name, phrases) in [("any", &rule.any), ("all", &rule.all), ("none", &rule.none)] {
        if !phrases.is_empty() {
            table.insert(name, Item::Value(value(&serde_json::json!(phrases))?));
        }
    }
    for (name, text) in [("regex", &rule.regex), ("field", &rule.field)] {
        if let Some(text) = text {
            table.insert(name, Item::Value(value(&Value::String(text.clone()))?));
        }
    }
    table.insert("answer", Item::Value(value(&rule.answer)?));
    Ok(table)
}

fn value(json: &Value) -> Result<toml_edit::Value> {
    if has_null(json) {
        bail!("an answer cannot be null, because TOML has no word for it\n  next: write a text");
    }
    toml_text::value(json).parse().context("a JSON value can be written as TOML")
}

fn has_null(json: &Value) -> bool {
    match json {
        Value::Null => true,
        Value::Array(list) => list.iter().any(has_null),
        Value::Object(map) => map.values().any(has_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FILE: &str = "# The rules of the desk.\n# Order counts.\n\n# Danger first.\n[[rule]]\nany = [\"smoke\", \"fire\"]   # odd   spaces\nanswer = { queue = \"technical\" }\n\n# Money.\n[[rule]]\nany = \"refund\"\nnone = ['invoice']\nanswer = { queue = \"billing\" }\n\n# The rest.\n[default]\nanswer = { queue = \"other\" } # last\n";

    #[test]
    fn a_rule_reads_as_a_sentence() {
        let rule = RuleSentence {
            any: vec!["refund".into(), "money back".into()],
            none: vec!["invoice".into()],
            answer: json!("billing"),
            ..RuleSentence::default()
        };
        assert_eq!(
            rule.words(),
            "When a message has *refund* or *money back*, and none of *invoice*: billing"
        );
        let rule = RuleSentence {
            all: vec!["cancel*".into()],
            regex: Some("a|b".into()),
            field: Some("subject".into()),
            answer: json!({"queue": "cancellation"}),
            ..RuleSentence::default()
        };
        assert_eq!(rule.words(), "When subject has *cancel…*, and matches `a|b`: cancellation");
    }

    #[test]
    fn what_is_not_edited_stays_byte_for_byte() {
        for text in [FILE.to_owned(), FILE.replace('\n', "\r\n")] {
            let (rules, default) = read(&text).unwrap();
            assert_eq!(edited(&text, &rules, &default).unwrap(), text);
        }
    }

    #[test]
    fn moved_changed_new_and_removed_rules_keep_the_comments_of_the_others() {
        let (rules, default) = read(FILE).unwrap();
        let swapped = edited(FILE, &[rules[1].clone(), rules[0].clone()], &default).unwrap();
        assert!(
            swapped.starts_with(
                "# The rules of the desk.\n# Order counts.\n\n# Money.\n[[rule]]\nany = \"refund\""
            ),
            "{swapped}"
        );
        assert!(
            swapped.contains(
                "# Danger first.\n[[rule]]\nany = [\"smoke\", \"fire\"]   # odd   spaces"
            ),
            "{swapped}"
        );
        assert_eq!(read(&swapped).unwrap().0, [rules[1].clone(), rules[0].clone()]);

        let mut other = rules.clone();
        other[1].any = vec!["refund".into(), "money \"back\"".into()];
        other.push(RuleSentence {
            regex: Some(r"\d+".into()),
            answer: json!({"queue": "x"}),
            ..RuleSentence::default()
        });
        let after = edited(FILE, &other, &json!({"queue": "new"})).unwrap();
        let (read_back, read_default) = read(&after).unwrap();
        assert!(read_back.iter().zip(&other).all(|(a, b)| a.is_same(b)), "{after}");
        assert_eq!((read_back.len(), read_default), (3, json!({"queue": "new"})));
        for comment in [
            "# The rules of the desk.",
            "# Danger first.",
            "# odd   spaces",
            "# Money.",
            "# The rest.",
        ] {
            assert!(after.contains(comment), "{comment}: {after}");
        }
        let none = edited(FILE, &[], &default).unwrap();
        assert!(
            none.starts_with("# The rules of the desk.") && none.contains("# The rest."),
            "{none}"
        );
        assert_eq!(read(&none).unwrap().0, []);
    }

    #[test]
    fn an_answer_is_never_null() {
        edited(
            FILE,
            &[RuleSentence { any: vec!["x".into()], ..RuleSentence::default() }],
            &json!("y"),
        )
        .unwrap_err();
    }
}
