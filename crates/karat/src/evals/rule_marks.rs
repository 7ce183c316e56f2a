//! How often each rule answers and is right, on the cases that tune; held-out cases are not looked at.

use anyhow::Result;
use karat_records::{Answer, Case};
use serde_json::Value;

use super::start;
use crate::app::{App, Broken};
use crate::datasets::split;
use crate::gate::shown::Measured;
use crate::project::{Feature, Problems, Project, Rules};
use crate::scorers::{self, Ready, score_some};
use crate::variants::shape::Shape;

/// What rules come to on the cases that tune.
#[derive(Clone, Debug)]
pub struct Marks {
    /// For each rule in order how many cases it answers, and how many of them rightly.
    pub rules: Vec<Mark>,
    /// Share of all cases with a desired output that is right.
    pub right: Option<Measured>,
    /// Cases that were looked at.
    pub n_cases: u64,
    /// Desired outputs that cases know, each once, the most frequent first.
    pub answers: Vec<Value>,
    /// What should be known about these numbers.
    pub note: Option<String>,
}

/// What one rule comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Cases that it answers.
    pub n_matched: u64,
    /// How many of them rightly.
    pub n_right: u64,
}

/// Cases that are looked at.
const MOST_CASES: usize = 20_000;

/// Desired outputs that are listed.
const MOST_ANSWERS: usize = 60;

/// Counts over the cases that tune.
pub async fn marks(
    app: &App,
    project: &Project,
    feature: &Feature,
    rules: &Rules,
) -> Result<Marks> {
    let problems = Problems::default();
    let dataset = start::dataset_of(project, feature, &problems);
    let scorers = scorers::prepare(app, project, feature, &problems);
    let Some(dataset) = dataset else { return Err(Broken(problems.sorted()).into()) };
    let scorers = scorers.unwrap_or_default();
    let cases = split::cases_in(&dataset, split::tuning_scope(&dataset));
    let primary = feature.primary().filter(|index| {
        scorers.len() == feature.scorers.len()
            && scorers.get(*index).is_some_and(|ready| !ready.takes_time())
    });
    let shape = feature.output.as_ref().map(Shape::new);
    let mut marks = Marks {
        rules: vec![Mark::default(); rules.rules.len()],
        right: None,
        n_cases: cases.len().min(MOST_CASES) as u64,
        answers: answers(&cases),
        note: note(&cases, dataset.holds_back(), primary.is_none() && feature.primary().is_some()),
    };
    let mut values = Vec::new();
    for case in cases.iter().take(MOST_CASES) {
        let first = rules.first_match(&case.input);
        let is_right = match case.expected {
            None => None,
            Some(_) => Some(is_right(rules, first, case, shape.as_ref(), &scorers, primary).await),
        };
        values.extend(is_right.map(|right| f64::from(u8::from(right))));
        if let Some(mark) = first.and_then(|index| marks.rules.get_mut(index)) {
            mark.n_matched += 1;
            mark.n_right += u64::from(is_right == Some(true));
        }
    }
    marks.right = Measured::rate("right", values, project.alpha());
    Ok(marks)
}

async fn is_right(
    rules: &Rules,
    first: Option<usize>,
    case: &Case,
    shape: Option<&Shape>,
    scorers: &[Ready],
    primary: Option<usize>,
) -> bool {
    let output = first.map_or(&rules.default, |index| &rules.rules[index].answer).clone();
    let answer = Answer { output, latency_ms: Some(0.0), cost_usd: Some(0.0), ..Answer::default() };
    let answer = match shape {
        Some(shape) => shape.hold(answer),
        None => answer,
    };
    let Some(primary) = primary else {
        return answer.failure.is_none() && case.expected.as_ref() == Some(&answer.output);
    };
    let scores = score_some(scorers, &[primary], case, &answer, 0).await;
    scores.first().and_then(|score| score.value).is_some_and(|value| value >= 1.0 - 1e-12)
}

fn answers(cases: &[&Case]) -> Vec<Value> {
    let mut counts: Vec<(&Value, u64)> = Vec::new();
    for expected in cases.iter().filter_map(|case| case.expected.as_ref()) {
        match counts.iter().position(|(known, _)| *known == expected) {
            Some(index) => counts[index].1 += 1,
            None if counts.len() < MOST_ANSWERS => counts.push((expected, 1)),
            None => {}
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.into_iter().map(|(answer, _)| answer.clone()).collect()
}

fn note(cases: &[&Case], holds_back: bool, is_plain: bool) -> Option<String> {
    let mut sentences = Vec::new();
    if holds_back {
        sentences.push("Held-out cases are not counted.".to_owned());
    }
    if cases.len() > MOST_CASES {
        sentences.push(format!("Only the first {MOST_CASES} cases are counted."));
    }
    if is_plain {
        sentences.push(
            "Right means equal to the desired output here, because the feature's own scorer takes time."
                .to_owned(),
        );
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}
