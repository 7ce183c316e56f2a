//! What is changed is changed, what is added is added, and every other byte stays.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::project::Problems;
use crate::project::rows;

fn cell(column: &str, keys: &[&str], value: Value) -> Cell {
    Cell { column: column.into(), keys: keys.iter().map(|key| (*key).to_owned()).collect(), value }
}

#[test]
fn a_value_inside_a_line_changes_and_the_rest_of_it_stays_as_it_was_written() {
    let text = "{\"id\": \"a\",  \"n\": 1.50e1, \"expected\": {\"queue\": \"x\", \"w\": 2.0}}\r\n\r\n{\"id\":\"b\",\"input\":\"é\"}";
    let changes = [
        Change { row: 0, cells: vec![cell("expected", &["queue"], json!("y"))] },
        Change {
            row: 1,
            cells: vec![
                cell("expected", &["queue"], json!("z")),
                cell("metadata", &["labelled"], json!({"n": 2})),
            ],
        },
    ];
    let new = [vec![cell("id", &[], json!("c")), cell("input", &[], json!({"m": "1"}))]];
    assert_eq!(
        rewrite("d.jsonl", text, &changes, &new).unwrap(),
        "{\"id\": \"a\",  \"n\": 1.50e1, \"expected\": {\"queue\": \"y\", \"w\": 2.0}}\r\n\r\n{\"id\":\"b\",\"input\":\"é\",\"expected\":{\"queue\":\"z\"},\"metadata\":{\"labelled\":{\"n\":2}}}\r\n{\"id\": \"c\", \"input\": {\"m\": \"1\"}}\r\n"
    );
}

#[test]
fn a_list_of_objects_stays_a_list() {
    let text = "[\n  {\"id\": \"a\", \"expected\": \"x\"},\n  {\"id\": \"b\"}\n]\n";
    let changes = [Change { row: 1, cells: vec![cell("expected", &[], json!("y"))] }];
    let new = [vec![cell("id", &[], json!("c"))]];
    assert_eq!(
        rewrite("d.json", text, &changes, &new).unwrap(),
        "[\n  {\"id\": \"a\", \"expected\": \"x\"},\n  {\"id\": \"b\", \"expected\": \"y\"},\n{\"id\": \"c\"}\n]\n"
    );
    assert_eq!(rewrite("d.json", "[]", &[], &new).unwrap(), "[\n{\"id\": \"c\"}]");
}

#[test]
fn a_text_that_holds_an_object_is_changed_inside_the_text() {
    let text = "{\"id\":\"a\",\"expected\":\"{\\\"queue\\\": \\\"x\\\"}\"}\n";
    let changes = [Change { row: 0, cells: vec![cell("expected", &["queue"], json!("y"))] }];
    assert_eq!(
        rewrite("d.jsonl", text, &changes, &[]).unwrap(),
        "{\"id\":\"a\",\"expected\":\"{\\\"queue\\\": \\\"y\\\"}\"}\n"
    );
}

#[test]
fn a_table_keeps_its_untouched_lines_its_quotes_and_its_line_ends() {
    let text = "\u{feff}id, text ,expected\r\n1,\"two\nlines, \"\"quoted\"\"\",x\r\n\r\n2,'plain' ,\r\n3,\"needless\",\"y\"";
    let changes = [Change { row: 1, cells: vec![cell("expected", &[], json!("a,b"))] }];
    let new = [vec![cell("id", &[], json!("4")), cell("expected", &[], json!(true))]];
    assert_eq!(
        rewrite("d.csv", text, &changes, &new).unwrap(),
        "\u{feff}id, text ,expected\r\n1,\"two\nlines, \"\"quoted\"\"\",x\r\n\r\n2,'plain' ,\"a,b\"\r\n3,\"needless\",\"y\"\r\n4,,true\r\n"
    );
}

#[test]
fn a_column_that_is_missing_is_added_to_every_row() {
    let changes = [Change { row: 1, cells: vec![cell("expected", &["queue"], json!("x"))] }];
    assert_eq!(
        rewrite("d.tsv", "id\ttext\n1\ta\n2\tb\n", &changes, &[]).unwrap(),
        "id\ttext\texpected\n1\ta\t\n2\tb\t\"{\"\"queue\"\": \"\"x\"\"}\"\n"
    );
}

fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("[a-c]{1}", "[ -~é\n\"',]{0,12}"), 1..4).prop_map(|fields| {
        let mut seen = std::collections::BTreeSet::new();
        fields.into_iter().filter(|(key, _)| seen.insert(key.clone())).collect()
    })
}

proptest! {
    #[test]
    fn any_lines_read_back_as_they_were_but_for_the_change(
        rows in prop::collection::vec(fields(), 1..6), pick in any::<prop::sample::Index>(),
        value in "[ -~é\n\"]{0,10}",
    ) {
        let lines: Vec<String> = rows.iter().map(|row| {
            json!(row.iter().cloned().collect::<std::collections::BTreeMap<_, _>>()).to_string()
        }).collect();
        let text = lines.join("\n");
        let row = pick.index(rows.len());
        let changes = [Change { row, cells: vec![cell("a", &["deep", "er"], json!(value))] }];
        let new = [vec![cell("id", &[], json!("new"))]];
        let out = rewrite("d.jsonl", &text, &changes, &new).unwrap();
        let read = |text: &str| rows::of_text("d.jsonl", text, &Problems::default()).unwrap();
        let (before, after) = (read(&text), read(&out));
        prop_assert_eq!(after.len(), before.len() + 1);
        for (index, (old, new)) in before.iter().zip(&after).enumerate() {
            if index == row {
                prop_assert_eq!(&new.fields["a"]["deep"]["er"], &json!(value));
                prop_assert!(old.fields.iter().all(|(key, old)| key == "a" || new.fields[key] == *old));
            } else {
                prop_assert_eq!(&old.fields, &new.fields);
                prop_assert!(out.contains(&lines[index]));
            }
        }
    }

    #[test]
    fn any_table_reads_back_as_it_was_but_for_the_change(
        rows in prop::collection::vec(prop::collection::vec("[ -~é\n\"',]{1,10}", 3), 1..6),
        pick in any::<prop::sample::Index>(), value in "[ -~é\"',]{1,10}", crlf in any::<bool>(),
    ) {
        let mut writer = csv::WriterBuilder::new()
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let row = pick.index(rows.len());
        let changes = [Change { row, cells: vec![cell("y", &[], json!(value)), cell("new", &[], json!("n"))] }];
        let out = rewrite("d.csv", &text, &changes, &[vec![cell("z", &[], json!("last"))]]).unwrap();
        let read = rows::of_text("d.csv", &out, &Problems::default()).unwrap();
        prop_assert_eq!(read.len(), rows.len() + 1);
        for (index, old) in rows.iter().enumerate() {
            let fields = &read[index].fields;
            prop_assert_eq!(&fields["x"], &json!(old[0]));
            let (y, new) = if index == row { (&value, "n") } else { (&old[1], "") };
            prop_assert_eq!(&fields["y"], &json!(y));
            prop_assert_eq!(&fields["new"], &json!(new));
        }
        prop_assert_eq!(&read[rows.len()].fields["z"], &json!("last"));
    }
}
