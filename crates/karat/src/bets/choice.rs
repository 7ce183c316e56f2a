//! Pure. Which pasted column is which: guessed, then as people correct it; and what is wrong with the rows.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::paste::Paste;
use crate::gate::describe::plural;
use crate::project::columns::Roles;
use crate::project::dataset;
use crate::project::problem::suggestion;
use crate::project::rows::Row;

/// Which column is which; a column that stands nowhere is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BetColumns {
    /// Column of the id; rows are numbered where absent.
    pub id: Option<String>,
    /// Columns of the input.
    pub input: Vec<String>,
    /// Column of the desired output.
    pub expected: Option<String>,
    /// Columns of answers, each a recorded variant.
    pub answers: Vec<String>,
    /// Column of the tags.
    pub tags: Option<String>,
    /// Columns that say more about a row.
    pub metadata: Vec<String>,
}

impl BetColumns {
    /// Every column with a role.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.id
            .iter()
            .chain(&self.input)
            .chain(&self.expected)
            .chain(&self.answers)
            .chain(&self.tags)
            .chain(&self.metadata)
    }

    /// Guesses from names and values.
    pub fn guess(paste: &Paste) -> Self {
        match Roles::of(&paste.rows) {
            Err(_) => Self { metadata: paste.names.clone(), ..Self::default() },
            Ok(roles) => {
                let mut columns = Self {
                    id: roles.id,
                    input: vec![roles.input],
                    expected: roles.expected,
                    answers: roles.answers.into_iter().map(|answer| answer.column).collect(),
                    tags: roles.tags,
                    metadata: Vec::new(),
                };
                let usual = [dataset::ID, dataset::EXPECTED, dataset::TAGS].concat();
                // What the reader of datasets would take for something else is left out.
                let is_free = |name: &&String| {
                    !columns.all().any(|own| own == *name) && !usual.contains(&name.as_str())
                };
                columns.metadata = paste.names.iter().filter(is_free).cloned().collect();
                columns
            }
        }
    }
}

/// What is wrong with columns and rows, and what should be known about them.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What keeps the rows from being used.
    pub problems: Vec<String>,
    /// What does not.
    pub notes: Vec<String>,
}

/// Looks at the chosen columns and at every row; answers are only looked at for being there.
pub fn check(paste: &Paste, columns: &BetColumns) -> Checked {
    let mut checked = Checked::default();
    let names: Vec<&str> = paste.names.iter().map(String::as_str).collect();
    let mut seen: Vec<&String> = Vec::new();
    for name in columns.all() {
        if !paste.names.contains(name) {
            checked.problems.push(format!(
                "there is no column {name}; {}",
                suggestion(name, names.iter().copied())
            ));
        } else if seen.contains(&name) {
            checked.problems.push(format!("the column {name} has two roles; choose one"));
        }
        seen.push(name);
    }
    if columns.input.is_empty() {
        checked.problems.push("no column is the input; choose what was asked".into());
    }
    note_usual_names(columns, &mut checked);
    let left_out: Vec<&str> =
        names.iter().copied().filter(|name| !columns.all().any(|own| own == name)).collect();
    if !left_out.is_empty() {
        checked.notes.push(format!("left out: {}", left_out.join(", ")));
    }
    if checked.problems.is_empty() {
        check_rows(&paste.rows, columns, &mut checked);
    }
    checked
}

/// A column kept as metadata whose name the reader of datasets takes for something else.
fn note_usual_names(columns: &BetColumns, checked: &mut Checked) {
    for (known, chosen, role) in [
        (dataset::ID, &columns.id, "the id"),
        (dataset::EXPECTED, &columns.expected, "the desired output"),
        (dataset::TAGS, &columns.tags, "the tags"),
    ] {
        let usual = columns.metadata.iter().find(|name| known.contains(&name.as_str()));
        if let (None, Some(name)) = (chosen, usual) {
            checked.problems.push(format!(
                "a column called {name} is always read as {role}; choose it as that, leave it out, or rename it"
            ));
        }
    }
}

fn check_rows(rows: &[Row], columns: &BetColumns, checked: &mut Checked) {
    let is_blank = |row: &Row, name: &str| match row.fields.get(name) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(values)) => values.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        Some(_) => false,
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    for row in rows {
        if columns.input.iter().all(|name| is_blank(row, name)) {
            checked.problems.push(format!(
                "row {}: the input is empty; write what was asked, or remove the row",
                row.line
            ));
        }
        let Some(column) = &columns.id else { continue };
        let id = match row.fields.get(column) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            None | Some(Value::Null) => String::new(),
            Some(_) => {
                checked.problems.push(format!("row {}: an id is text or a number", row.line));
                continue;
            }
        };
        if id.is_empty() {
            checked.problems.push(format!(
                "row {}: the id is empty; write a short name, or choose no column as the id",
                row.line
            ));
        } else if let Some(earlier) = seen.insert(id.clone(), row.line) {
            checked.problems.push(format!(
                "row {}: the id {id} was already used in row {earlier}; give every row its own",
                row.line
            ));
        }
    }
    let roles = columns
        .expected
        .iter()
        .map(|name| (name, "desired output"))
        .chain(columns.answers.iter().map(|name| (name, "answer")));
    for (name, what) in roles {
        let blank: Vec<String> =
            rows.iter().filter(|row| is_blank(row, name)).map(|row| row.line.to_string()).collect();
        if blank.len() == rows.len() {
            checked.problems.push(format!("the column {name} is empty in all rows"));
        } else if !blank.is_empty() {
            let shown = blank.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
            let more = if blank.len() > 8 { ", …" } else { "" };
            checked.notes.push(format!(
                "{} no {what} in {name} and will count as failures: {shown}{more}",
                match blank.len() {
                    1 => "1 row has".to_owned(),
                    n => format!("{} have", plural(n as u64, "row")),
                }
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::paste::read;
    use super::*;

    fn checked(text: &str, change: impl Fn(&mut BetColumns)) -> Checked {
        let paste = read(text, None);
        let mut columns = BetColumns::guess(&paste);
        change(&mut columns);
        check(&paste, &columns)
    }

    const ROWS: &str = "id,input,expected,model_a,segment\n1,one thing,x,x,web\n2,two things,y,,app\n3,three,x,y,web\n";

    #[test]
    fn columns_are_guessed_as_init_guesses_them() {
        let columns = BetColumns::guess(&read(ROWS, None));
        assert_eq!(columns.id.as_deref(), Some("id"));
        assert_eq!(columns.input, ["input"]);
        assert_eq!(columns.expected.as_deref(), Some("expected"));
        assert_eq!(
            (columns.answers, columns.metadata),
            (vec!["model_a".to_owned()], vec!["segment".to_owned()])
        );
    }

    #[test]
    fn a_missing_answer_is_a_note_and_an_empty_input_a_problem() {
        let checked_rows = checked(ROWS, |_| {});
        assert_eq!(checked_rows.problems, Vec::<String>::new());
        assert_eq!(
            checked_rows.notes,
            ["1 row has no answer in model_a and will count as failures: 3"]
        );
        for (text, says) in [
            (ROWS.replace("two things", " "), "row 3: the input is empty"),
            (ROWS.replace("\n2,", "\n1,"), "row 3: the id 1 was already used in row 2"),
            (ROWS.replace("\n2,", "\n ,"), "row 3: the id is empty"),
        ] {
            // An id that is no key is not guessed as one.
            let found = checked(&text, |columns| columns.id = Some("id".into()));
            let problems = found.problems.join("\n");
            assert!(problems.contains(says), "{problems}");
        }
    }

    #[test]
    fn a_column_has_one_role_and_exists() {
        for (change, says) in [
            (
                &(|columns: &mut BetColumns| columns.input = vec!["inptu".into()])
                    as &dyn Fn(&mut BetColumns),
                "did you mean `input`?",
            ),
            (
                &|columns: &mut BetColumns| columns.answers.push("segment".into()),
                "segment has two roles",
            ),
            (&|columns: &mut BetColumns| columns.input.clear(), "no column is the input"),
            (
                &|columns: &mut BetColumns| {
                    columns.expected = None;
                    columns.metadata.push("expected".into());
                },
                "always read as the desired output",
            ),
        ] {
            let problems = checked(ROWS, change).problems.join("\n");
            assert!(problems.contains(says), "{says}: {problems}");
        }
    }
}
