//! The table of operations, a line each: every new capability is one reviewed line.

use std::fmt::Write as _;

use karat::operations;

use crate::program::{Folder, repository};

#[test]
fn the_table_of_operations() {
    let mut table = String::new();
    for operation in operations::table() {
        writeln!(
            table,
            "{:16} {:?} {:?} · {}",
            operation.name, operation.scope, operation.access, operation.summary
        )
        .unwrap();
        assert_eq!((operation.input)()["type"], "object", "{}", operation.name);
        assert!((operation.output)()["properties"].is_object(), "{}", operation.name);
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_operation_is_called_with_json_and_refuses_unknown_fields() {
    let folder = Folder::example("support-triage");
    let checked = folder.karat(&["call", "project.check"]);
    assert_eq!(checked.json()["is_fine"], true, "{checked:?}");
    let refused = folder.karat(&["call", "runs.list", "{\"featur\": 1}"]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("featur"), "{}", refused.err);
    assert_eq!(folder.karat(&["call", "runs.lost"]).code, 3);
}

#[test]
fn the_editors_schema_accepts_the_example_and_refuses_an_unknown_field() {
    let schema = karat::project::schema::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let text =
        std::fs::read_to_string(repository().join("examples/support-triage/karat.toml")).unwrap();
    let read = |text: &str| {
        let value: toml::Value = toml::from_str(text).unwrap();
        serde_json::to_value(value).unwrap()
    };
    let problems: Vec<String> =
        validator.iter_errors(&read(&text)).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert!(!validator.is_valid(&read(&text.replace("trials = 5", "trails = 5"))));
    assert!(!validator.is_valid(&read(&text.replace("min = 0.85", "min = 0.85, max = 0.9"))));
}

#[test]
fn a_pasted_key_is_kept_out_of_git_and_readable_by_its_owner_only() {
    use std::io::Write as _;
    let folder = Folder::example("support-triage");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_karat"))
        .current_dir(folder.path())
        .args(["key", "set", "OPENAI_API_KEY"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"sk-pasted-0123456789\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(!String::from_utf8_lossy(&output.stdout).contains("sk-pasted"));
    assert!(folder.read(".karat/keys").contains("sk-pasted"));
    assert_eq!(folder.read(".karat/.gitignore").trim(), "*");
}
