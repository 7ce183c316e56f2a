//! 1,319 word problems answered by four real systems: counts, pairs and a gate that were known before.

use serde_json::Value;

use crate::program::{Folder, data, metric, variant};

const SYSTEMS: [&str; 4] =
    ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"];

fn project(data: &std::path::Path) -> Folder {
    use std::fmt::Write as _;
    let data = data.display();
    let mut text = format!(
        "[project]\nname = \"word-problems\"\n\n[datasets.problems]\nfile = \"{data}/cases.jsonl\"\n\n[features.solve]\ndataset = \"problems\"\n"
    );
    for system in SYSTEMS {
        write!(text, "\n[features.solve.variants.{system}]\nkind = \"recorded\"\nfile = \"{data}/answers/{system}.jsonl\"\n").unwrap();
    }
    text.push_str("\n[features.solve.scorers]\nright = { kind = \"numeric\", pattern = 'A: *\\$?(-?[0-9][0-9,.]*)' }\n\n[features.solve.mvq]\nright = { metric = \"right\", min = 0.5 }\n");
    Folder::with(&[("karat.toml", &text)])
}

#[test]
fn the_known_counts_pairs_and_verdicts_come_out() {
    let Some(data) = data("gsm8k") else { return };
    let oracle: Value =
        serde_json::from_str(&std::fs::read_to_string(data.join("oracle.json")).unwrap()).unwrap();
    let folder = project(&data);
    let done = folder.karat(&["gate", "--format", "json", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let report = done.json();
    for system in SYSTEMS {
        let measured = metric(&report, system, "right");
        assert_eq!(measured["n_right"], oracle["correct"][system], "{system}");
        assert_eq!(measured["n"], 1319);
        let expected = if system == "175b_verification" { "pass" } else { "fail" };
        assert_eq!(variant(&report, system)["verdict"]["verdict"], expected, "{system}");
    }
    let pairs = oracle["pairs"].as_object().unwrap();
    assert_eq!(report["comparisons"].as_array().unwrap().len(), pairs.len());
    for comparison in report["comparisons"].as_array().unwrap() {
        let (first, second) =
            (comparison["first"].as_str().unwrap(), comparison["second"].as_str().unwrap());
        let (pair, is_turned) = match pairs.get(&format!("{first} vs {second}")) {
            Some(pair) => (pair, false),
            None => (&pairs[&format!("{second} vs {first}")], true),
        };
        let (a, b) =
            if is_turned { ("only_second", "only_first") } else { ("only_first", "only_second") };
        assert_eq!(comparison[a], pair["only_first_correct"], "{first} and {second}");
        assert_eq!(comparison[b], pair["only_second_correct"], "{first} and {second}");
    }
    let close = report["comparisons"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["first"] == "6b_verification" && one["second"] == "175b_finetuning")
        .unwrap();
    assert_eq!(
        (&close["only_first"], &close["only_second"]),
        (&Value::from(209), &Value::from(152))
    );
    // Two-sided exact McNemar: twice the binomial tail of 152 in 361 at one half.
    assert!((close["mcnemar_p"].as_f64().unwrap() - exact_mcnemar(209, 152)).abs() < 1e-10);
}

/// The definition, summed up naively.
fn exact_mcnemar(b: u32, c: u32) -> f64 {
    let n = b + c;
    let mut term = 0.5_f64.powi(i32::try_from(n).unwrap());
    let mut tail = 0.0;
    for k in 0..=b.min(c) {
        tail += term;
        term *= f64::from(n - k) / f64::from(k + 1);
    }
    (2.0 * tail).min(1.0)
}

#[test]
fn a_second_run_takes_every_answer_from_the_store() {
    let Some(data) = data("gsm8k") else { return };
    let folder = project(&data);
    let first = folder.karat(&["eval", "--format", "json"]);
    let again = folder.karat(&["eval", "--format", "json"]);
    assert!(again.err.contains("5,276 stored"), "{}", again.err);
    let (mut a, mut b) = (first.json(), again.json());
    for report in [&mut a, &mut b] {
        report["run_id"] = Value::Null;
        report["started_at_ms"] = Value::Null;
    }
    assert_eq!(a, b);
}
