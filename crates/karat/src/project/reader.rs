//! Pure. Reads tables by the fields that they may have, noting everything that is wrong on the way.

use std::time::Duration;

use serde_json::{Map, Value};

use super::document::{Node, NodeValue};
use super::fields::{Field, Shape};
use super::problem::{Place, Problems, suggestion};

/// A table with known fields.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    entries: &'a [(String, usize, Node)],
    /// Where the table stands.
    pub place: Place,
    problems: &'a Problems,
}

impl<'a> Table<'a> {
    /// Takes a node as a table; unknown fields are not looked at.
    pub fn open(node: &'a Node, place: Place, problems: &'a Problems) -> Option<Self> {
        if let NodeValue::Table(entries) = &node.value {
            return Some(Self { entries, place, problems });
        }
        problems.error(
            &place,
            format!("this is {}, but a table is needed", node.shape_name()),
            "write [section] above the fields, or { field = value }",
        );
        None
    }

    /// Notes unknown fields, missing required ones and wrong shapes.
    pub fn check(&self, known: &[&[Field]]) {
        let fields = || known.iter().copied().flatten();
        for (key, line, node) in self.entries {
            let place = Place { line: *line, ..self.place.below(key) };
            match fields().find(|field| field.name == key) {
                None => self.problems.error(
                    &place,
                    "this field is not known here",
                    suggestion(key, fields().map(|field| field.name).collect::<Vec<_>>()),
                ),
                Some(field) if !fits(node, field.shape) => {
                    let next = match (&node.value, field.shape) {
                        (NodeValue::Plain(Value::String(word)), Shape::OneOf(words)) => {
                            suggestion(word, words.iter().copied())
                        }
                        _ => format!("write {}", field.shape.name()),
                    };
                    self.problems.error(
                        &place,
                        format!(
                            "{} is needed here, not {}",
                            capitalised(&field.shape.name()),
                            described(node)
                        ),
                        next,
                    );
                }
                Some(_) => {}
            }
        }
        for field in fields().filter(|field| field.required) {
            if !self.has(field.name) {
                self.problems.error(
                    &self.place,
                    format!("`{}` is missing", field.name),
                    format!("add {} = … ({}): {}", field.name, field.shape.name(), field.doc),
                );
            }
        }
    }

    /// Whether the field is written down.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _, _)| key == name)
    }

    /// The field's node and place.
    pub fn node(&self, name: &str) -> Option<(&'a Node, Place)> {
        self.entries
            .iter()
            .find(|(key, _, _)| key == name)
            .map(|(key, line, node)| (node, Place { line: *line, ..self.place.below(key) }))
    }

    /// Where the field stands, or would stand.
    pub fn place_of(&self, name: &str) -> Place {
        self.node(name).map_or_else(|| self.place.below(name), |(_, place)| place)
    }

    /// A string.
    pub fn text(&self, name: &str) -> Option<String> {
        match &self.node(name)?.0.value {
            NodeValue::Plain(Value::String(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<f64> {
        match &self.node(name)?.0.value {
            NodeValue::Plain(value) => value.as_f64(),
            _ => None,
        }
    }

    /// A whole number, at least 0.
    pub fn integer(&self, name: &str) -> Option<u64> {
        match &self.node(name)?.0.value {
            NodeValue::Plain(value) => value.as_u64(),
            _ => None,
        }
    }

    /// true or false; false where absent.
    pub fn flag(&self, name: &str) -> bool {
        matches!(
            self.node(name).map(|(node, _)| &node.value),
            Some(NodeValue::Plain(Value::Bool(true)))
        )
    }

    /// A string, or all strings of a list; empty where absent.
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.node(name).map(|(node, _)| node.to_json()) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(values)) => {
                values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A length of time.
    pub fn duration(&self, name: &str) -> Option<Duration> {
        parse_duration(&self.text(name)?)
    }

    /// Any value as JSON.
    pub fn json(&self, name: &str) -> Option<Value> {
        Some(self.node(name)?.0.to_json())
    }

    /// A table with free keys as JSON; empty where absent.
    pub fn map(&self, name: &str) -> Map<String, Value> {
        match self.json(name) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    /// A table below this one.
    pub fn table(&self, name: &str) -> Option<Table<'a>> {
        let (node, place) = self.node(name)?;
        Table::open(node, place, self.problems)
    }

    /// The named tables below a field, in the file's order.
    pub fn tables(&self, name: &str) -> Vec<(String, Table<'a>)> {
        let Some(parent) = self.table(name) else { return Vec::new() };
        parent
            .entries
            .iter()
            .filter_map(|(key, line, node)| {
                let place = Place { line: *line, ..parent.place.below(key) };
                Some((key.clone(), Table::open(node, place, self.problems)?))
            })
            .collect()
    }

    /// Everything as JSON.
    pub fn to_json(&self) -> Map<String, Value> {
        self.entries.iter().map(|(key, _, node)| (key.clone(), node.to_json())).collect()
    }

    /// Notes an error at a field of this table.
    pub fn error(&self, name: &str, message: impl Into<String>, next: impl Into<String>) {
        self.problems.error(&self.place_of(name), message, next);
    }

    /// Where problems go.
    pub fn problems(&self) -> &'a Problems {
        self.problems
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn described(node: &Node) -> String {
    match &node.value {
        NodeValue::Plain(Value::String(text)) if text.len() <= 40 => format!("\"{text}\""),
        NodeValue::Plain(value) if !value.is_string() => value.to_string(),
        _ => node.shape_name().into(),
    }
}

fn fits(node: &Node, shape: Shape) -> bool {
    let is_text_list = |nodes: &[Node]| {
        nodes.iter().all(|node| matches!(node.value, NodeValue::Plain(Value::String(_))))
    };
    match (&node.value, shape) {
        (_, Shape::Any) | (NodeValue::Table(_), Shape::Table) => true,
        (NodeValue::Plain(Value::String(text)), Shape::OneOf(words)) => {
            words.contains(&text.as_str())
        }
        (NodeValue::Plain(Value::String(text)), Shape::Duration) => parse_duration(text).is_some(),
        (NodeValue::Plain(Value::String(text)), Shape::Bound) => parse_duration(text).is_some(),
        (NodeValue::Plain(Value::String(text)), Shape::Date) => {
            text.parse::<jiff::civil::Date>().is_ok()
        }
        (
            NodeValue::Plain(Value::String(_)),
            Shape::Text | Shape::TextOrList | Shape::File | Shape::Regex,
        ) => true,
        (NodeValue::Plain(Value::Number(number)), Shape::Integer) => number.as_u64().is_some(),
        (NodeValue::Plain(Value::Number(_)), Shape::Number | Shape::Bound)
        | (NodeValue::Plain(Value::Bool(_)), Shape::Flag) => true,
        (NodeValue::List(nodes), Shape::TextOrList | Shape::TextList) => is_text_list(nodes),
        (NodeValue::List(nodes), Shape::Tables) => {
            nodes.iter().all(|node| matches!(node.value, NodeValue::Table(_)))
        }
        _ => false,
    }
}

/// Reads "2s", "500ms", "1.5m" or "1h".
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let amount: f64 = text[..split].parse().ok()?;
    let seconds = match text[split..].trim() {
        "ms" => amount / 1000.0,
        "s" => amount,
        "m" | "min" => amount * 60.0,
        "h" => amount * 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units_and_nothing_else() {
        assert_eq!(parse_duration("2s"), Some(Duration::from_secs(2)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("1.5m"), Some(Duration::from_secs(90)));
        assert_eq!(parse_duration("2"), None);
        assert_eq!(parse_duration("fast"), None);
        assert_eq!(parse_duration("-1s"), None);
    }
}
