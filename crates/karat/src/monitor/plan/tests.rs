//! What each metric is held against, as a table.

use super::*;
use crate::project::Project;

fn feature(mvq: &str) -> Feature {
    let text = format!(
        r#"
[project]
name = "watched"
[features.ask]
live_sample = 0.5
[features.ask.variants.live]
kind = "rules"
file = "rules.toml"
[features.ask.scorers.tone]
kind = "not-regex"
pattern = "x"
[features.ask.mvq]
{mvq}
"#
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("karat.toml"), text).unwrap();
    std::fs::write(folder.path().join("rules.toml"), "[default]\nanswer = \"ok\"\n").unwrap();
    let read = crate::project::read::read(folder.path());
    let project: Project = read.project.unwrap();
    project.features[0].clone()
}

#[test]
fn criteria_come_first_then_the_gate_then_the_past() {
    let tone = Metric::Score("tone".into());
    let gated = Some(Gated { lower: 0.88, n: 300 });
    let past =
        Baseline { n: 200, mean: 0.9, lower: 0.85, limit: None, instrument: None, until_ms: 0 };
    let demanding = feature(
        r#"tone = { metric = "tone", min = 0.9 }
fast = { metric = "latency", max = "2s", quantile = 0.9 }
errors = { metric = "error-rate", max = 0.1 }"#,
    );
    let silent = feature("");
    for (feature, metric, gated, past, level, limit, is_demanded) in [
        (&demanding, &tone, gated, None, 0.88, None, true),
        (&silent, &tone, gated, Some(&past), 0.86, None, false),
        (&silent, &tone, None, Some(&past), 0.83, None, false),
        (&demanding, &Metric::Latency, None, None, 0.88, Some(2000.0), true),
        (&demanding, &Metric::Answered, None, None, 0.9, None, true),
        (&silent, &Metric::Answered, None, None, 0.95, None, true),
        (&silent, &Metric::Thumbs, gated, Some(&past), 0.83, None, false),
    ] {
        let Aim::Goal(goal) = aim(feature, metric, gated, past) else { panic!("{metric:?}") };
        assert!((goal.level - level).abs() < 1e-9, "{metric:?}: {goal:?}");
        assert_eq!((goal.limit, goal.is_demanded), (limit, is_demanded), "{metric:?}");
    }
    assert_eq!(aim(&silent, &tone, None, None), Aim::Learn(200));
    assert_eq!(aim(&silent, &Metric::Cost, gated, None), Aim::Learn(500));
}

#[test]
fn rare_observations_have_a_shorter_run_and_all_metrics_share_one_promise() {
    let feature = feature("");
    assert_eq!(n_metrics(&feature), 8);
    let run = |metric| run_length(&feature, &metric).round() as u64;
    assert_eq!(run(Metric::Answered), 90_000);
    assert_eq!(run(Metric::Score("tone".into())), 45_000);
    assert_eq!(run(Metric::Thumbs), 4_500);
}
