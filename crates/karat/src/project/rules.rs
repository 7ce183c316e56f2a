//! Pure. A rules file: ordered patterns, each with its answer, and a default.

use regex::Regex;
use serde_json::{Map, Value};

use super::document;
use super::fields::{Field, Shape};
use super::problem::{Place, Problems};
use super::reader::Table;

/// Ordered rules; the first that matches answers.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Rules in the file's order.
    pub rules: Vec<Rule>,
    /// The answer where no rule matches.
    pub default: Value,
}

/// One rule: all conditions that it names must hold.
#[derive(Clone, Debug)]
pub struct Rule {
    /// At least one of these occurs.
    pub any: Vec<Phrase>,
    /// All of these occur.
    pub all: Vec<Phrase>,
    /// None of these occurs.
    pub none: Vec<Phrase>,
    /// A pattern that matches.
    pub regex: Option<Regex>,
    /// The input field to look at; all texts of the input where absent.
    pub field: Option<String>,
    /// The answer.
    pub answer: Value,
    /// Line in the file.
    pub line: usize,
}

/// A word or phrase, found regardless of case and only as whole words; `word*` finds every word that begins so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    text: String,
    is_prefix: bool,
}

impl Phrase {
    /// Reads a phrase as it is written in the file.
    pub fn parse(text: &str) -> Self {
        let lower = text.trim().to_lowercase();
        match lower.strip_suffix('*') {
            Some(prefix) => Self { text: prefix.to_owned(), is_prefix: true },
            None => Self { text: lower, is_prefix: false },
        }
    }

    /// Whether the phrase occurs in a text that is already in lower case.
    pub fn occurs_in(&self, lower: &str) -> bool {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let starts_word = is_word(self.text.chars().next());
        let ends_word = !self.is_prefix && is_word(self.text.chars().next_back());
        lower.match_indices(&self.text).any(|(at, found)| {
            !(starts_word && is_word(lower[..at].chars().next_back())
                || ends_word && is_word(lower[at + found.len()..].chars().next()))
        })
    }

    /// Whether every text with `other` in it also holds this phrase.
    fn covers(&self, other: &Self) -> bool {
        self == other || (!other.is_prefix && self.occurs_in(&other.text))
    }
}

const FILE: &[Field] = &[
    Field { name: "rule", shape: Shape::Tables, required: false, doc: "Rules in order." },
    Field {
        name: "default",
        shape: Shape::Table,
        required: true,
        doc: "answer = … where no rule matches.",
    },
];

const RULE: &[Field] = &[
    Field { name: "any", shape: Shape::TextOrList, required: false, doc: "At least one occurs." },
    Field { name: "all", shape: Shape::TextOrList, required: false, doc: "All occur." },
    Field { name: "none", shape: Shape::TextOrList, required: false, doc: "None occurs." },
    Field { name: "regex", shape: Shape::Regex, required: false, doc: "A pattern that matches." },
    Field { name: "field", shape: Shape::Text, required: false, doc: "Input field to look at." },
    Field { name: "answer", shape: Shape::Any, required: true, doc: "The answer." },
];

const DEFAULT: &[Field] = &[Field {
    name: "answer",
    shape: Shape::Any,
    required: true,
    doc: "The answer where no rule matches.",
}];

impl Rules {
    /// Reads a rules file; notes everything that is wrong in it.
    pub fn parse(file: &str, text: &str, problems: &Problems) -> Option<Self> {
        let before = problems.n_errors();
        let root = document::parse(text, file, problems);
        let table = Table::open(&root, Place::line(file, 1), problems)?;
        table.check(&[FILE]);
        let mut rules: Vec<Rule> = Vec::new();
        if let Some((document::Node { value: document::NodeValue::List(nodes), .. }, place)) =
            table.node("rule")
        {
            for (index, node) in nodes.iter().enumerate() {
                let place = Place {
                    line: node.line,
                    field: format!("rule[{}]", index + 1),
                    ..place.clone()
                };
                if let Some(rule) =
                    Table::open(node, place, problems).and_then(|table| rule(&table, node.line))
                {
                    rules.push(rule);
                }
            }
        }
        note_unreachable(file, &rules, problems);
        let default = table.table("default").and_then(|default| {
            default.check(&[DEFAULT]);
            default.json("answer")
        });
        (problems.n_errors() == before)
            .then(|| Self { rules, default: default.unwrap_or(Value::Null) })
    }

    /// The answer for these inputs.
    pub fn answer(&self, inputs: &Map<String, Value>) -> &Value {
        self.first_match(inputs).map_or(&self.default, |index| &self.rules[index].answer)
    }

    /// The position of the rule that answers these inputs; nothing where the default does.
    pub fn first_match(&self, inputs: &Map<String, Value>) -> Option<usize> {
        let everything = all_text(inputs);
        self.rules.iter().position(|rule| match &rule.field {
            Some(field) => rule.matches(&inputs.get(field).map(text_of).unwrap_or_default()),
            None => rule.matches(&everything),
        })
    }
}

impl Rule {
    fn matches(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        (self.any.is_empty() || self.any.iter().any(|phrase| phrase.occurs_in(&lower)))
            && self.all.iter().all(|phrase| phrase.occurs_in(&lower))
            && !self.none.iter().any(|phrase| phrase.occurs_in(&lower))
            && self.regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }

    /// Whether everything that matches `later` already matches this rule.
    fn shadows(&self, later: &Self) -> bool {
        let same_field = self.field.is_none() || self.field == later.field;
        let any_implied = self.any.is_empty()
            || (!later.any.is_empty()
                && later.any.iter().all(|phrase| self.any.iter().any(|mine| mine.covers(phrase))))
            || later.all.iter().any(|phrase| self.any.iter().any(|mine| mine.covers(phrase)));
        let all_implied = self.all.iter().all(|mine| {
            later.all.iter().any(|phrase| mine.covers(phrase))
                || (!later.any.is_empty() && later.any.iter().all(|phrase| mine.covers(phrase)))
        });
        let none_implied = self.none.iter().all(|mine| later.none.contains(mine));
        let regex_implied = match (&self.regex, &later.regex) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => mine.as_str() == theirs.as_str(),
            (Some(_), None) => false,
        };
        same_field && any_implied && all_implied && none_implied && regex_implied
    }
}

fn rule(table: &Table<'_>, line: usize) -> Option<Rule> {
    table.check(&[RULE]);
    let phrases = |name: &str| -> Vec<Phrase> {
        table
            .texts(name)
            .iter()
            .filter(|text| {
                let is_empty = text.trim().trim_end_matches('*').is_empty();
                if is_empty {
                    table.error(name, "an empty phrase occurs everywhere", "remove it");
                }
                !is_empty
            })
            .map(|text| Phrase::parse(text))
            .collect()
    };
    let regex = table.text("regex").and_then(|pattern| compile(&pattern, table, "regex"));
    if !["any", "all", "none", "regex"].into_iter().any(|name| table.has(name)) {
        table.problems().error(
            &table.place,
            "this rule has no condition, so it always matches",
            "add any, all, none or regex; what should always match is [default]",
        );
    }
    Some(Rule {
        any: phrases("any"),
        all: phrases("all"),
        none: phrases("none"),
        regex,
        field: table.text("field"),
        answer: table.json("answer")?,
        line,
    })
}

/// Compiles a pattern, or notes why it cannot be.
pub fn compile(pattern: &str, table: &Table<'_>, field: &str) -> Option<Regex> {
    Regex::new(pattern)
        .map_err(|error| {
            let words = error.to_string();
            let reason =
                words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            table.error(
                field,
                format!("the pattern `{pattern}` cannot be compiled: {reason}"),
                "correct the pattern; look-around and back-references do not exist here",
            );
        })
        .ok()
}

fn note_unreachable(file: &str, rules: &[Rule], problems: &Problems) {
    for (index, later) in rules.iter().enumerate() {
        if let Some(earlier) = rules[..index].iter().position(|earlier| earlier.shadows(later)) {
            problems.error(
                &Place { field: format!("rule[{}]", index + 1), ..Place::line(file, later.line) },
                format!(
                    "this rule can never answer: rule {} on line {} matches first whenever it would",
                    earlier + 1,
                    rules[earlier].line
                ),
                "move it above that rule, or remove it",
            );
        }
    }
}

/// All texts of the inputs, one under the other.
pub fn all_text(inputs: &Map<String, Value>) -> String {
    inputs.values().map(text_of).collect::<Vec<_>>().join("\n")
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        Value::Object(map) => map.values().map(text_of).collect::<Vec<_>>().join("\n"),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(text: &str) -> (Option<Rules>, Vec<super::super::Problem>) {
        let problems = Problems::default();
        let rules = Rules::parse("r.toml", text, &problems);
        (rules, problems.sorted())
    }

    const TWO: &str = r#"
[[rule]]
any = ["refund", "money back", "return*"]
answer = "returns"

[[rule]]
all = ["invoice"]
none = ["app"]
answer = "billing"

[default]
answer = "technical"
"#;

    #[test]
    fn the_first_matching_rule_answers() {
        let rules = parse(TWO).0.unwrap();
        let ask = |text: &str| rules.answer(json!({"message": text}).as_object().unwrap()).clone();
        assert_eq!(ask("I want my MONEY BACK"), json!("returns"));
        assert_eq!(ask("Returning the invoice"), json!("returns"));
        assert_eq!(ask("the invoice is wrong"), json!("billing"));
        assert_eq!(ask("the invoice in the app"), json!("technical"));
        assert_eq!(ask("refunded"), json!("technical"), "a plain word is a whole word");
    }

    #[test]
    fn an_unreachable_rule_is_an_error_with_both_lines() {
        let (rules, problems) = parse(
            "[[rule]]\nany=[\"refund\",\"bill\"]\nanswer=1\n[[rule]]\nany=[\"a refund please\"]\nnone=[\"x\"]\nanswer=2\n[default]\nanswer=3\n",
        );
        assert!(rules.is_none());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].message.contains("line 1"), "{}", problems[0]);
        assert_eq!(problems[0].line, Some(4));
    }

    #[test]
    fn a_rule_that_only_overlaps_is_fine() {
        let (rules, problems) = parse(
            "[[rule]]\nany=[\"refund\"]\nall=[\"order\"]\nanswer=1\n[[rule]]\nany=[\"refund\"]\nanswer=2\n[default]\nanswer=3\n",
        );
        assert!(rules.is_some(), "{problems:?}");
    }
}
