//! Pure. Two variants side by side on the cases that both answered: groups with intervals, cases that changed, money and time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use karat_records::{Case, Split, Trial};
use karat_stats::{Margin, Pairs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::load::Loaded;
use crate::gate::describe::{milliseconds, number, plural, usd};
use crate::gate::judge::segment_of;
use crate::gate::measure::quantile;
use crate::gate::{Outcome, Outcomes, VariantOutcomes};

/// Most groups that are compared; the largest stay, and fewer groups leave each more power.
const MOST_GROUPS: usize = 16;

/// A difference below this is none.
const NONE: f64 = 1e-9;

/// One side: a variant of a run.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The run.
    pub loaded: &'a Loaded,
    /// The variant's name in that run.
    pub variant: &'a str,
    /// The position of the metric among the run's scorers.
    pub scorer: usize,
}

/// One case with the trials of both sides, in the order of repetition.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// The case's id.
    pub case_id: &'a str,
    /// The case, where it is still in the dataset.
    pub case: Option<&'a Case>,
    /// Trials of the first side.
    pub first: Vec<&'a Trial>,
    /// Trials of the second side.
    pub second: Vec<&'a Trial>,
    /// Mean score of the first side.
    pub before: f64,
    /// Mean score of the second side.
    pub after: f64,
}

/// The difference within one group of cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SegmentDifference {
    /// For example `tag=hard` or `metadata.segment=app`.
    pub group: String,
    /// Cases that both answered.
    pub n: u64,
    /// Mean of second minus first.
    pub difference: f64,
    /// Lower bound, valid for all groups together.
    pub lower: f64,
    /// Upper bound, valid for all groups together.
    pub upper: f64,
}

/// One case with what both sides answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeRow {
    /// The case.
    pub case_id: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The input, where the case is still in the dataset.
    pub input: Option<Value>,
    /// The desired output.
    pub expected: Option<Value>,
    /// Mean score of the first side.
    pub before: f64,
    /// Mean score of the second side.
    pub after: f64,
    /// Answers of the first side, one for each repeat.
    pub first: Vec<Value>,
    /// Answers of the second side.
    pub second: Vec<Value>,
    /// Why the worse side got less.
    pub why: Option<String>,
}

/// The cases that both sides answered, by id.
pub fn pairs<'a>(
    first: Side<'a>,
    second: Side<'a>,
    cases: &'a BTreeMap<String, Case>,
) -> Vec<Pair<'a>> {
    let (mut first_by_case, mut second_by_case) = (by_case(first), by_case(second));
    let mut ids: Vec<&str> = first_by_case.keys().copied().collect();
    ids.sort_unstable();
    ids.into_iter()
        .filter_map(|case_id| {
            let second_trials = second_by_case.remove(case_id)?;
            let first_trials = first_by_case.remove(case_id)?;
            Some(Pair {
                case_id,
                case: cases.get(case_id),
                before: mean(first, &first_trials),
                after: mean(second, &second_trials),
                first: first_trials,
                second: second_trials,
            })
        })
        .collect()
}

fn by_case(side: Side<'_>) -> HashMap<&str, Vec<&Trial>> {
    let mut by_case: HashMap<&str, Vec<&Trial>> = HashMap::new();
    for trial in side.loaded.trials.iter().filter(|trial| trial.variant == side.variant) {
        by_case.entry(&trial.case_id).or_default().push(trial);
    }
    for trials in by_case.values_mut() {
        trials.sort_by_key(|trial| trial.trial_index);
    }
    by_case
}

fn mean(side: Side<'_>, trials: &[&Trial]) -> f64 {
    let total: f64 = trials.iter().map(|trial| side.loaded.score(trial, Some(side.scorer))).sum();
    total / trials.len().max(1) as f64
}

impl Pair<'_> {
    /// Second minus first.
    pub fn difference(&self) -> f64 {
        (self.after - self.before).clamp(-1.0, 1.0)
    }

    /// Whether the two sides differ.
    pub fn is_changed(&self) -> bool {
        self.difference().abs() > NONE
    }

    /// Whether only a gate may judge on the case.
    pub fn is_held_out(&self) -> bool {
        self.case.is_some_and(|case| case.split == Split::Gate)
    }

    /// The pair as it is shown.
    pub fn shown(&self, first: Side<'_>, second: Side<'_>) -> ChangeRow {
        let (worse, trials) =
            if self.after < self.before { (second, &self.second) } else { (first, &self.first) };
        ChangeRow {
            case_id: self.case_id.to_owned(),
            tags: self.case.map(|case| case.tags.clone()).unwrap_or_default(),
            input: self.case.map(|case| Value::Object(case.input.clone())),
            expected: self.case.and_then(|case| case.expected.clone()),
            before: self.before,
            after: self.after,
            first: self.first.iter().map(|trial| said(trial)).collect(),
            second: self.second.iter().map(|trial| said(trial)).collect(),
            why: trials.iter().find_map(|trial| why(worse, trial)),
        }
    }
}

/// What a trial came to: its output, or why there is none.
fn said(trial: &Trial) -> Value {
    match &trial.answer.failure {
        Some(failure) => Value::String(format!("(no answer: {})", failure.message)),
        None => trial.answer.output.clone(),
    }
}

/// Why a trial got less than full marks.
fn why(side: Side<'_>, trial: &Trial) -> Option<String> {
    if let Some(failure) = &trial.answer.failure {
        return Some(failure.message.clone());
    }
    let score = side.loaded.scores.get(&trial.id)?.get(side.scorer)?.as_ref()?;
    score.explanation.clone().filter(|_| score.value.is_none_or(|value| value < 1.0))
}

/// The pairs as the gate's comparison takes them: two variants, one scorer.
pub fn outcomes(pairs: &[Pair<'_>], first: Side<'_>, second: Side<'_>, metric: &str) -> Outcomes {
    let outcome = |side: Side<'_>, trial: &Trial| Outcome {
        trial_id: trial.id.clone(),
        failure: trial.answer.failure.as_ref().map(|failure| failure.kind),
        latency_ms: trial.answer.latency_ms,
        cost_usd: trial.answer.cost_usd,
        fingerprint: 0,
        simulated: trial.answer.simulated,
        scores: vec![Some(side.loaded.score(trial, Some(side.scorer)))],
    };
    let variant = |side: Side<'_>, trials: &dyn Fn(&Pair<'_>) -> Vec<Outcome>| VariantOutcomes {
        name: side.variant.to_owned(),
        kind: "stored",
        hash: side
            .loaded
            .run
            .plan
            .variants
            .iter()
            .find(|variant| variant.name == side.variant)
            .map_or_else(|| karat_records::Hash::of_bytes(b""), |variant| variant.hash.clone()),
        trials: pairs.iter().map(trials).collect(),
    };
    Outcomes {
        cases: pairs
            .iter()
            .map(|pair| pair.case.cloned().unwrap_or_else(|| super::load::bare_case(pair.case_id)))
            .collect(),
        scorers: vec![metric.to_owned()],
        variants: vec![
            variant(first, &|pair| pair.first.iter().map(|trial| outcome(first, trial)).collect()),
            variant(second, &|pair| {
                pair.second.iter().map(|trial| outcome(second, trial)).collect()
            }),
        ],
    }
}

/// The difference within each tag and each value of these fields; the intervals hold for all groups together.
pub fn segments(pairs: &[Pair<'_>], fields: &[String], alpha: f64) -> Vec<SegmentDifference> {
    let mut groups: HashMap<String, Vec<f64>> = HashMap::new();
    for pair in pairs {
        let Some(case) = pair.case else { continue };
        let tags: BTreeSet<&String> = case.tags.iter().collect();
        let of_tags = tags.into_iter().map(|tag| format!("tag={tag}"));
        let of_fields = fields.iter().map(|field| format!("{field}={}", segment_of(case, field)));
        for group in of_tags.chain(of_fields) {
            groups.entry(group).or_default().push(pair.difference());
        }
    }
    let mut groups: Vec<(String, Vec<f64>)> = groups.into_iter().collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    groups.truncate(MOST_GROUPS);
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    let question = Margin {
        margin: 0.0,
        alpha_each_side: alpha / 2.0 / groups.len().max(1) as f64,
        min_effect: 0.04,
    };
    groups
        .into_iter()
        .filter_map(|(group, differences)| {
            let n = differences.len() as u64;
            let (_, effect) = karat_stats::compare(&as_pairs(differences), &question).ok()?;
            Some(SegmentDifference {
                group,
                n,
                difference: effect.mean?,
                lower: effect.lower,
                upper: effect.upper,
            })
        })
        .collect()
}

/// Differences that are all -1, 0 or 1 are counts, which are quicker to judge.
fn as_pairs(differences: Vec<f64>) -> Pairs {
    if !differences.iter().all(|difference| difference.fract() == 0.0) {
        return Pairs::Differences(differences);
    }
    let wins = differences.iter().filter(|difference| **difference > 0.5).count() as u64;
    let losses = differences.iter().filter(|difference| **difference < -0.5).count() as u64;
    Pairs::Counts { wins, losses, ties: differences.len() as u64 - wins - losses }
}

/// The fields by which cases fall into a few groups: those that criteria judge apart, then others with few values.
pub fn fields_of<'a>(cases: impl Iterator<Item = &'a Case>, judged: &[String]) -> Vec<String> {
    let mut values: HashMap<&str, BTreeSet<String>> = HashMap::new();
    for case in cases {
        for (field, value) in &case.metadata {
            if value.is_string() || value.is_boolean() {
                let seen = values.entry(field).or_default();
                if seen.len() <= MOST_GROUPS / 2 {
                    seen.insert(value.to_string());
                }
            }
        }
    }
    let mut others: Vec<String> = values
        .into_iter()
        .filter(|(_, seen)| (2..=MOST_GROUPS / 2).contains(&seen.len()))
        .map(|(field, _)| format!("metadata.{field}"))
        .filter(|field| !judged.contains(field))
        .collect();
    others.sort_unstable();
    judged.iter().cloned().chain(others).collect()
}

/// What an answer of each side costs, in words; nothing where a price is unknown or nobody pays.
pub fn cost_words(pairs: &[Pair<'_>], names: (&str, &str)) -> Option<String> {
    let each = |trials: &dyn Fn(&Pair<'_>) -> Vec<Option<f64>>| -> Option<f64> {
        let all: Vec<Option<f64>> = pairs.iter().flat_map(trials).collect();
        let n = all.len().max(1) as f64;
        all.into_iter().sum::<Option<f64>>().map(|total| total / n)
    };
    // What a failed trial cost is often unknown; that alone does not make the price unknown.
    let cost = |trial: &&Trial| match trial.answer.failure {
        Some(_) => Some(trial.answer.cost_usd.unwrap_or(0.0)),
        None => trial.answer.cost_usd,
    };
    let first = each(&|pair| pair.first.iter().map(cost).collect())?;
    let second = each(&|pair| pair.second.iter().map(cost).collect())?;
    if first <= 0.0 && second <= 0.0 {
        return None;
    }
    let says = format!(
        "1,000 answers cost {} with {} and {} with {}",
        usd(second * 1000.0),
        names.1,
        usd(first * 1000.0),
        names.0
    );
    let (least, most) = (first.min(second), first.max(second));
    if least <= 0.0 || most / least < 1.05 {
        return Some(format!("{says}."));
    }
    let dearer = if second > first { names.1 } else { names.0 };
    Some(format!(
        "{says}: {dearer} costs {}× as much.",
        number((most / least * 10.0).round() / 10.0)
    ))
}

/// How long 95 of 100 answers of each side take at most, with n; nothing where waits are unknown.
pub fn latency_words(pairs: &[Pair<'_>], names: (&str, &str)) -> Option<String> {
    let p95 = |trials: &dyn Fn(&Pair<'_>) -> Vec<f64>| {
        let raw: Vec<f64> = pairs.iter().flat_map(trials).collect();
        quantile(&raw, pairs.len(), 0.95, 0.1).estimate
    };
    let wait = |trial: &&Trial| match trial.answer.failure {
        Some(_) => Some(f64::INFINITY),
        None => trial.answer.latency_ms,
    };
    let first = p95(&|pair| pair.first.iter().filter_map(wait).collect())?;
    let second = p95(&|pair| pair.second.iter().filter_map(wait).collect())?;
    Some(format!(
        "95 of 100 answers come within {} with {} and {} with {} ({}).",
        milliseconds(second),
        names.1,
        milliseconds(first),
        names.0,
        plural(pairs.len() as u64, "case")
    ))
}

#[cfg(test)]
mod tests {
    use karat_records::{
        Answer, EvalRun, Failure, FailureKind, Fault, Hash, NamedHash, RunPlan, RunState, Scope,
        Score,
    };
    use serde_json::{Map, json};

    use super::*;

    fn named(name: &str) -> NamedHash {
        NamedHash { name: name.into(), hash: Hash::of_bytes(name.as_bytes()) }
    }

    /// Two variants on so many cases: `a` is right on the first `right.0`, `b` on the first `right.1`.
    fn loaded(n: usize, right: (usize, usize)) -> Loaded {
        let mut trials = Vec::new();
        let mut scores = HashMap::new();
        for (variant, right, cost) in [("a", right.0, 0.001), ("b", right.1, 0.003)] {
            for index in 0..n {
                let id = format!("{variant}{index}");
                scores.insert(
                    id.clone(),
                    vec![Some(Score {
                        trial_id: id.clone(),
                        scorer: "right".into(),
                        scorer_hash: Hash::of_bytes(b"right"),
                        value: Some(f64::from(u8::from(index < right))),
                        label: None,
                        explanation: Some(format!("why {id}")),
                        cost_usd: None,
                        simulated: false,
                    })],
                );
                trials.push(Trial {
                    id,
                    run_id: "r".into(),
                    feature: "f".into(),
                    variant: variant.into(),
                    case_id: format!("c{index:03}"),
                    trial_index: 0,
                    key: Hash::of_bytes(b"k"),
                    ended_at_ms: 1,
                    answer: Answer {
                        output: json!(variant),
                        latency_ms: Some(if variant == "a" { 100.0 } else { 300.0 }),
                        cost_usd: Some(cost),
                        ..Answer::default()
                    },
                });
            }
        }
        let run = EvalRun {
            id: "r".into(),
            plan: RunPlan {
                feature: "f".into(),
                scope: Scope::Tune,
                variants: vec![named("a"), named("b")],
                dataset: named("d"),
                n_cases: n as u64,
                scorers: vec![named("right")],
                trials: 1,
                seed: 1,
            },
            fresh: false,
            started_at_ms: 1,
            ended_at_ms: Some(2),
            state: RunState::Complete,
            report: None,
        };
        Loaded { run, trials, scores }
    }

    fn cases(n: usize, n_groups: usize) -> BTreeMap<String, Case> {
        let case = |index: usize| {
            let mut metadata = Map::new();
            metadata.insert("segment".into(), json!(format!("s{}", index % n_groups)));
            metadata.insert("order".into(), json!(format!("o{index}")));
            let id = format!("c{index:03}");
            (id.clone(), Case { metadata, ..super::super::load::bare_case(&id) })
        };
        (0..n).map(case).collect()
    }

    fn sides(loaded: &Loaded) -> (Side<'_>, Side<'_>) {
        (Side { loaded, variant: "a", scorer: 0 }, Side { loaded, variant: "b", scorer: 0 })
    }

    #[test]
    fn groups_share_the_error_so_that_their_intervals_hold_together() {
        let loaded = loaded(120, (60, 90));
        let (first, second) = sides(&loaded);
        let (few, many) = (cases(120, 1), cases(120, 6));
        let fields = ["metadata.segment".to_owned()];
        let one = segments(&pairs(first, second, &few), &fields, 0.05);
        assert_eq!((one.len(), one[0].n), (1, 120));
        assert!((one[0].difference - 0.25).abs() < 1e-9);
        let all = pairs(first, second, &many);
        let six = segments(&all, &fields, 0.05);
        assert_eq!(six.iter().map(|group| group.n).sum::<u64>(), 120);
        // The same group judged as the only one has a narrower interval.
        let alone: Vec<Pair<'_>> = all
            .iter()
            .filter(|pair| segment_of(pair.case.unwrap(), "metadata.segment") == "s0")
            .cloned()
            .collect();
        let alone = segments(&alone, &fields, 0.05);
        assert!(alone[0].upper - alone[0].lower < six[0].upper - six[0].lower);
    }

    #[test]
    fn only_fields_with_a_few_values_make_groups() {
        let cases = cases(60, 3);
        assert_eq!(fields_of(cases.values(), &[]), ["metadata.segment"]);
        let judged = ["metadata.order".to_owned(), "metadata.segment".to_owned()];
        assert_eq!(fields_of(cases.values(), &judged), judged);
    }

    #[test]
    fn a_changed_case_shows_both_answers_and_why_the_worse_one_is_worse() {
        let mut loaded = loaded(10, (8, 5));
        let cases = cases(10, 2);
        let failing = loaded.trials.iter_mut().find(|trial| trial.id == "b6").unwrap();
        failing.answer.failure = Some(Failure {
            kind: FailureKind::Timeout,
            message: "too late".into(),
            fault: Fault::Provider,
        });
        let (first, second) = sides(&loaded);
        let pairs = pairs(first, second, &cases);
        assert_eq!(pairs.iter().filter(|pair| pair.is_changed()).count(), 3);
        let shown =
            |id: &str| pairs.iter().find(|pair| pair.case_id == id).unwrap().shown(first, second);
        assert_eq!(shown("c005").why.as_deref(), Some("why b5"));
        assert_eq!(
            (shown("c006").why.as_deref(), &shown("c006").second[0]),
            (Some("too late"), &json!("(no answer: too late)"))
        );
    }

    #[test]
    fn money_and_time_are_said_beside_each_other() {
        let loaded = loaded(100, (50, 50));
        let cases = cases(100, 2);
        let (first, second) = sides(&loaded);
        let pairs = pairs(first, second, &cases);
        assert_eq!(
            cost_words(&pairs, ("a", "b")).unwrap(),
            "1,000 answers cost $3.00 with b and $1.00 with a: b costs 3× as much."
        );
        assert_eq!(
            latency_words(&pairs, ("a", "b")).unwrap(),
            "95 of 100 answers come within 300 ms with b and 100 ms with a (100 cases)."
        );
    }
}
