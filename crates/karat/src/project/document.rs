//! Pure. A TOML text as a tree that remembers its lines, in the order of the file.

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Place, Problems};

/// A value with the line on which it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// One-based.
    pub line: usize,
    /// The value.
    pub value: NodeValue,
}

/// The value of a node.
#[derive(Clone, Debug)]
pub enum NodeValue {
    /// Anything that is no table and no list with tables.
    Plain(Value),
    /// A list.
    List(Vec<Node>),
    /// A table in the file's order: key, line of the key, value.
    Table(Vec<(String, usize, Node)>),
}

impl Node {
    /// The value without its lines.
    pub fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Plain(value) => value.clone(),
            NodeValue::List(nodes) => Value::Array(nodes.iter().map(Node::to_json).collect()),
            NodeValue::Table(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, _, node)| (key.clone(), node.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// What the value is called in a message.
    pub fn shape_name(&self) -> &'static str {
        match &self.value {
            NodeValue::Plain(Value::String(_)) => "text",
            NodeValue::Plain(Value::Bool(_)) => "true or false",
            NodeValue::Plain(_) => "a number",
            NodeValue::List(_) => "a list",
            NodeValue::Table(_) => "a table",
        }
    }
}

/// Parses a whole file; every syntax error becomes a problem, and what could be read is returned.
pub fn parse(text: &str, file: &str, problems: &Problems) -> Node {
    let lines = Lines::of(text);
    let (table, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    // A quote or bracket that is not closed makes errors of everything behind it: the first one says what to mend.
    let shown = if errors.len() > MOST_SYNTAX_ERRORS { &errors[..1] } else { &errors[..] };
    for error in shown {
        let line = error.span().map_or(0, |span| lines.number(span.start));
        let rest = match errors.len() - shown.len() {
            0 => String::new(),
            n => format!("; {n} more errors follow from it"),
        };
        problems.error(
            &Place::line(file, line),
            format!("not valid TOML: {}{rest}", error.message().trim().replace('\n', "; ")),
            "correct the syntax at this line; texts stand in quotes, tables in [brackets]",
        );
    }
    Node { line: 1, value: table_value(table.get_ref(), &lines) }
}

/// More syntax errors than this have one cause.
const MOST_SYNTAX_ERRORS: usize = 4;

struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let starts = std::iter::once(0)
            .chain(
                text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1),
            )
            .collect();
        Self { starts }
    }

    fn number(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }
}

fn table_value(table: &DeTable<'_>, lines: &Lines) -> NodeValue {
    let mut entries: Vec<(usize, String, Node)> = table
        .iter()
        .map(|(key, value)| (key.span().start, key.get_ref().to_string(), node(value, lines)))
        .collect();
    entries.sort_by_key(|(start, _, _)| *start);
    NodeValue::Table(
        entries.into_iter().map(|(start, key, node)| (key, lines.number(start), node)).collect(),
    )
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines) -> Node {
    let line = lines.number(value.span().start);
    let value = match value.get_ref() {
        DeValue::String(text) => NodeValue::Plain(Value::String(text.to_string())),
        DeValue::Integer(number) => {
            NodeValue::Plain(i64::from_str_radix(number.as_str(), number.radix()).map_or_else(
                |_| Value::String(number.as_str().into()),
                |number| Value::Number(number.into()),
            ))
        }
        DeValue::Float(number) => NodeValue::Plain(
            number
                .as_str()
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map_or_else(|| Value::String(number.as_str().into()), Value::Number),
        ),
        DeValue::Boolean(flag) => NodeValue::Plain(Value::Bool(*flag)),
        DeValue::Datetime(time) => NodeValue::Plain(Value::String(time.to_string())),
        DeValue::Array(values) => {
            NodeValue::List(values.iter().map(|value| node(value, lines)).collect())
        }
        DeValue::Table(table) => table_value(table, lines),
    };
    Node { line, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_keep_the_order_of_the_file_and_know_their_lines() {
        let problems = Problems::default();
        let root = parse("b = 1\n\n[z]\nx = \"y\"\n[a]\n", "f", &problems);
        let NodeValue::Table(entries) = &root.value else { panic!("a table") };
        let seen: Vec<(&str, usize)> =
            entries.iter().map(|(key, line, _)| (key.as_str(), *line)).collect();
        assert_eq!(seen, [("b", 1), ("z", 3), ("a", 5)]);
    }

    #[test]
    fn several_syntax_errors_are_all_reported() {
        let problems = Problems::default();
        parse("a = \nb = 1\nc = [1\n", "f", &problems);
        assert!(problems.n_errors() >= 2, "{problems:?}");
    }
}
