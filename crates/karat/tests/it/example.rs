//! The example that the README shows: one candidate passes, one fails, one is undecided.

use crate::program::{Folder, variant};

#[test]
fn one_candidate_passes_one_fails_and_one_is_undecided() {
    let folder = Folder::example("support-triage");
    assert_eq!(folder.karat(&["check"]).code, 0);
    let done = folder.karat(&["eval", "--gate", "--format", "json", "--quiet"]);
    let report = done.json();
    assert_eq!(done.code, 0, "one candidate may ship: {}", done.err);
    for (name, verdict) in
        [("steady-b", "pass"), ("compact-a", "undecided"), ("quick-c", "fail"), ("rules", "fail")]
    {
        assert_eq!(variant(&report, name)["verdict"]["verdict"], verdict, "{name}");
    }
    let lock = folder.read("karat.lock");
    assert!(
        lock.contains("variant = \"steady-b\"") && lock.contains("verdict = \"pass\""),
        "{lock}"
    );
}

#[test]
fn a_single_undecided_candidate_ends_with_exit_code_two_and_a_failing_one_with_one() {
    let folder = Folder::example("support-triage");
    let without_baseline = folder
        .read("karat.toml")
        .replace("baseline = \"rules\"", "")
        .replace("worth-it ", "# worth-it ");
    folder.write("karat.toml", &without_baseline);
    assert_eq!(folder.karat(&["gate", "--variant", "compact-a", "--quiet"]).code, 2);
    assert_eq!(folder.karat(&["gate", "--variant", "quick-c", "--quiet"]).code, 1);
}

#[test]
fn the_same_content_judged_again_is_no_new_candidate_and_an_edited_one_is() {
    let folder = Folder::example("support-triage");
    let number = |name: &str| {
        let report = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
        variant(&report, name)["verdict"]["candidate"].as_u64().unwrap()
    };
    assert_eq!(number("rules"), 4);
    assert_eq!(number("rules"), 4);
    let rules = folder.read("rules/triage.toml");
    folder.write("rules/triage.toml", &format!("{rules}\n# edited\n"));
    assert_eq!(number("rules"), 5);
}

#[test]
fn a_lowered_floor_shows_as_an_amendment() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let edited = folder.read("karat.toml").replace("min = 0.85", "min = 0.80");
    folder.write("karat.toml", &edited);
    let report = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
    let amendments = report["amendments"].as_array().unwrap();
    assert_eq!(amendments.len(), 1, "{amendments:?}");
    assert_eq!(
        amendments[0]["what"],
        "correct: right-queue at least 0.85 → right-queue at least 0.8"
    );
}

#[test]
fn two_variants_of_the_latest_run_are_compared_and_a_typing_error_finds_its_variant() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let compared = folder.karat(&["compare", "compact-a", "steady-b", "--format", "json"]).json();
    assert_eq!(compared["comparisons"][0]["outcome"], "second-better");
    assert_eq!(compared["comparisons"][0]["n"], 186);
    let wrong = folder.karat(&["compare", "compact-a", "stedy-b"]);
    assert_eq!(wrong.code, 3);
    assert!(wrong.err.contains("did you mean `steady-b`?"), "{}", wrong.err);
}
