//! Bad input: each with its message in a snapshot, with place and next step, and nothing half-done.

use crate::program::Folder;

const CASES: &str = "{\"id\":\"a\",\"input\":\"one\",\"expected\":\"1\"}\n{\"id\":\"b\",\"input\":\"two\",\"expected\":\"2\"}\n";

const PROJECT: &str = r#"[project]
name = "bad"

[providers.sim]
dialect = "openai-chat"
base_url = "https://example.invalid/v1"
api_key_env = "SIM_KEY"

[datasets.cases]
file = "cases.jsonl"

[features.ask]
dataset = "cases"

[features.ask.variants.live]
kind = "chat"
model = "sim/good"
prompt = "ask.md"

[features.ask.scorers]
right = { kind = "equals" }

[features.ask.mvq]
right = { metric = "right", min = 0.5 }
"#;

/// A project with some of its files replaced.
fn folder(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(&[
        ("karat.toml", PROJECT),
        ("cases.jsonl", CASES),
        ("ask.md", "{{ message }}\n"),
    ]);
    for (path, text) in files {
        folder.write(path, text);
    }
    folder
}

/// What `karat check` says about a project whose file was edited.
fn check_edited(from: &str, to: &str) -> String {
    assert!(PROJECT.contains(from), "{from}");
    check(&[("karat.toml", &PROJECT.replace(from, to))])
}

fn check(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let done = folder.karat_with(&["check"], &[("SIM_KEY", "sk-x")]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(!folder.path().join(".karat").exists(), "checking leaves nothing behind");
    done.words(&folder)
}

#[test]
fn broken_toml() {
    insta::assert_snapshot!(check_edited("name = \"bad\"", "name = \"bad\nnext = ["));
}

#[test]
fn unknown_fields_suggest_the_nearest() {
    let text = PROJECT
        .replace("dataset = \"cases\"", "dataset = \"case\"\ntrails = 5")
        .replace("min = 0.5", "min = 0.5, quantil = 0.9");
    insta::assert_snapshot!(check(&[("karat.toml", &text)]));
}

#[test]
fn several_errors_are_reported_at_once() {
    let text = PROJECT
        .replace("sim/good", "sum/good")
        .replace("kind = \"equals\"", "kind = \"equal\"")
        .replace("metric = \"right\"", "metric = \"wrong\"")
        .replace("dialect = \"openai-chat\"", "dialect = \"openai\"");
    insta::assert_snapshot!(check(&[("karat.toml", &text)]));
}

#[test]
fn missing_files() {
    let text = PROJECT.replace("ask.md", "asks.md").replace("cases.jsonl", "data/cases.jsonl");
    insta::assert_snapshot!(check(&[("karat.toml", &text)]));
}

#[test]
fn a_template_with_an_undefined_variable() {
    insta::assert_snapshot!(check(&[(
        "ask.md",
        "# system\nBe brief.\n# user\n{{ massage }} from {{ customer }}\n"
    )]));
}

#[test]
fn a_template_that_cannot_be_read() {
    insta::assert_snapshot!(check(&[("ask.md", "# user\nHello\n{{ message \n")]));
}

#[test]
fn no_cases() {
    insta::assert_snapshot!(check(&[("cases.jsonl", "\n")]));
}

#[test]
fn duplicate_ids_empty_inputs_and_wrong_types() {
    let cases = "{\"id\":\"a\",\"input\":\"one\"}\n{\"id\":\"a\",\"input\":\"two\"}\n{\"id\":\"c\",\"input\":\"  \"}\n{\"id\":\"d\",\"input\":7}\n{\"id\":[1],\"input\":\"x\"}\n[1]\n{\"id\":\"e\",\"input\":\"x\",\"tags\":3}\n{\"id\":\"f\",\"input\":\"x\",\"split\":\"later\"}\nnot json\n";
    let sound: String = cases
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| format!("{line}\n"))
        .collect();
    insta::assert_snapshot!("wrong_lines", check(&[("cases.jsonl", cases)]));
    insta::assert_snapshot!("wrong_cases", check(&[("cases.jsonl", &sound)]));
}

#[test]
fn one_case_is_judged_and_undecided() {
    let folder = Folder::with(&[
        ("cases.jsonl", "{\"id\":\"a\",\"input\":\"one\",\"expected\":\"1\",\"answered\":\"1\"}\n"),
        (
            "karat.toml",
            "[project]\nname = \"one\"\n[datasets.cases]\nfile = \"cases.jsonl\"\nanswers = [\"answered\"]\n[features.ask]\ndataset = \"cases\"\n[features.ask.variants.kept]\nkind = \"recorded\"\ncolumn = \"answered\"\n[features.ask.scorers]\nright = { kind = \"equals\" }\n[features.ask.mvq]\nright = { metric = \"right\", min = 0.5 }\n",
        ),
    ]);
    let done = folder.karat(&["gate", "--format", "json", "--quiet"]);
    assert_eq!(done.code, 2, "{done:?}");
    let criterion = done.json()["variants"][0]["verdict"]["criteria"][0].clone();
    assert_eq!(criterion["n"], 1);
    assert!(criterion["more"]["expected"].as_u64().is_some(), "{criterion}");
}

#[test]
fn a_case_of_ten_megabytes() {
    let huge = format!("{{\"id\":\"a\",\"input\":\"{}\"}}\n", "x".repeat(10_000_000));
    insta::assert_snapshot!(check(&[("cases.jsonl", &huge)]));
}

#[test]
fn invalid_utf8() {
    let folder = folder(&[]);
    std::fs::write(
        folder.path().join("cases.jsonl"),
        b"{\"id\":\"a\",\"input\":\"one\"}\n{\"id\":\"b\",\"input\":\"\xff\"}\n",
    )
    .unwrap();
    let done = folder.karat_with(&["check"], &[("SIM_KEY", "sk-x")]);
    assert_eq!(done.code, 3);
    insta::assert_snapshot!(done.words(&folder));
}

#[test]
fn a_regex_that_cannot_compile() {
    insta::assert_snapshot!(check_edited(
        "right = { kind = \"equals\" }",
        "right = { kind = \"regex\", pattern = '(unclosed' }"
    ));
}

#[test]
fn a_rules_file_with_an_unreachable_rule() {
    let text = PROJECT.replace(
        "[features.ask.scorers]",
        "[features.ask.variants.rules]\nkind = \"rules\"\nfile = \"rules.toml\"\n\n[features.ask.scorers]",
    );
    let rules = "[[rule]]\nany = [\"refund\", \"money back\"]\nanswer = \"returns\"\n\n[[rule]]\nany = [\"a refund\"]\nanswer = \"billing\"\n\n[default]\nanswer = \"other\"\n";
    insta::assert_snapshot!(check(&[("karat.toml", &text), ("rules.toml", rules)]));
}

#[test]
fn a_judge_on_an_unknown_model() {
    insta::assert_snapshot!(check_edited(
        "right = { kind = \"equals\" }",
        "right = { kind = \"equals\" }\nkind = { kind = \"llm-rubric\", model = \"opanai/gpt-5\", text = \"Be kind.\" }"
    ));
}

#[test]
fn a_missing_key_is_a_warning_for_check_and_an_error_for_a_run() {
    let folder = folder(&[]);
    let checked = folder.karat(&["check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    insta::assert_snapshot!("missing_key_check", checked.words(&folder));
    let run = folder.karat(&["eval"]);
    assert_eq!(run.code, 3);
    insta::assert_snapshot!("missing_key_eval", run.words(&folder));
}

#[test]
fn two_bounds_on_one_criterion_and_floors_that_cannot_be_met() {
    insta::assert_snapshot!("two_bounds", check_edited("min = 0.5", "min = 0.5, max = 0.9"));
    insta::assert_snapshot!("a_percentage", check_edited("min = 0.5", "min = 85"));
    insta::assert_snapshot!("a_certainty", check_edited("min = 0.5", "min = 1.0"));
    insta::assert_snapshot!(
        "a_mean_latency",
        check_edited("metric = \"right\", min = 0.5", "metric = \"latency\", max = 2")
    );
}

#[test]
fn a_feature_named_like_a_provider_and_a_recorded_variant_in_a_waterfall() {
    let text = PROJECT.replace("features.ask", "features.sim").replace(
        "dataset = \"cases\"",
        "dataset = \"cases\"\nwaterfall = [\"kept\"]\n\n[features.sim.variants.kept]\nkind = \"recorded\"\nfile = \"cases.jsonl\"\n",
    );
    insta::assert_snapshot!(check(&[("karat.toml", &text)]));
}

#[test]
fn no_project_an_unknown_feature_and_an_unknown_run() {
    let empty = Folder::new();
    insta::assert_snapshot!("no_project", empty.karat(&["eval"]).words(&empty));
    insta::assert_snapshot!("no_project_state", empty.karat(&[]).words(&empty));
    let folder = folder(&[]);
    insta::assert_snapshot!("unknown_feature", folder.karat(&["eval", "asks"]).words(&folder));
    insta::assert_snapshot!("no_run", folder.karat(&["show", "0199"]).words(&folder));
}

#[test]
fn a_damaged_lock_stops_before_anything_is_spent() {
    let folder = folder(&[("karat.lock", "format = \"one\"\n<<<<<<< HEAD\n")]);
    let done = folder.karat_with(&["gate"], &[("SIM_KEY", "sk-x")]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains("karat.lock is damaged"), "{}", done.err);
}

#[test]
fn a_wrong_flag_is_no_verdict() {
    let folder = folder(&[]);
    let done = folder.karat(&["eval", "--trails", "5"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("--trials"), "{}", done.err);
    assert_eq!(folder.karat(&["--help"]).code, 0);
}
