//! Scorers that are ready: all of a feature's judge one answer, in an order in which parts come before wholes.

use karat_records::{Answer, Case, Hash, Score};
use serde_json::{Value, json};

use super::ask::Judge;
use super::method::Method;
use super::score::{Judged, score};
use super::similar::Similar;
use crate::project::path::Path;
use crate::variants::command::Program;

/// One scorer that is ready.
#[derive(Debug)]
pub struct Ready {
    /// Its name in the file.
    pub name: String,
    /// Everything that shapes a score.
    pub hash: Hash,
    /// How it judges.
    pub how: How,
    /// The part of the output that it looks at, where the method does not know about paths.
    pub path: Option<Path>,
    /// True for the `not-` form.
    pub is_negated: bool,
}

/// How a scorer judges.
#[derive(Debug)]
pub enum How {
    /// By a pure function.
    Code(Method),
    /// By the user's own program.
    Program {
        /// The program.
        program: Box<Program>,
        /// From this value on the answer counts as 1.
        threshold: Option<f64>,
    },
    /// By the similarity of embeddings.
    Similar(Box<Similar>),
    /// By one or several models.
    Judge(Box<Judge>),
    /// By other scorers: positions and weights.
    Weighted {
        /// Position among the feature's scorers, and weight.
        parts: Vec<(usize, f64)>,
        /// From this value on the answer counts as 1.
        threshold: Option<f64>,
    },
}

/// A score with what it cost.
#[derive(Clone, Debug)]
pub struct Costed {
    /// The judgement.
    pub judged: Judged,
    /// US dollars, where something was paid.
    pub cost_usd: Option<f64>,
    /// True where a scripted server judged.
    pub simulated: bool,
}

impl Costed {
    /// A judgement that cost nothing.
    pub fn free(judged: Judged) -> Self {
        Self { judged, cost_usd: None, simulated: false }
    }
}

impl Ready {
    /// Whether judging takes a call or a program, so that it should not wait in line.
    pub fn takes_time(&self) -> bool {
        !matches!(self.how, How::Code(_) | How::Weighted { .. })
    }

    /// Whether it can say nothing about an answer to which nobody wrote the desired one.
    ///
    /// Programs and weighted sums are taken to need it: what they look at is not known here.
    pub fn needs_expected(&self) -> bool {
        match &self.how {
            How::Code(method) => method.needs_expected(),
            How::Judge(judge) => judge.needs_expected(),
            How::Program { .. } | How::Similar(_) | How::Weighted { .. } => true,
        }
    }

    /// Whether a model judges.
    pub fn is_judge(&self) -> bool {
        matches!(self.how, How::Judge(_))
    }

    async fn judge(&self, case: &Case, answer: &Answer, seed: u64) -> Costed {
        if let Some(failure) = &answer.failure
            && !matches!(self.how, How::Code(Method::IsRefusal(_)))
        {
            return Costed::free(Judged::new(0.0, format!("no answer: {}", failure.message)));
        }
        let part;
        let answer = match &self.path {
            None => answer,
            Some(path) => {
                let json = super::json::output_json(answer);
                let Some(found) = json.as_ref().and_then(|json| path.select(json)) else {
                    return Costed::free(Judged::new(
                        0.0,
                        format!("the answer has no {}", path.as_str()),
                    ));
                };
                part = Answer { output: found.clone(), ..answer.clone() };
                &part
            }
        };
        let costed = match &self.how {
            // A failed answer was dealt with above, so that the `not-` form cannot turn it into a success.
            How::Code(method) => Costed::free(score(method, case, answer)),
            How::Program { program, threshold } => {
                Costed::free(by_program(program, *threshold, case, answer).await)
            }
            How::Similar(similar) => similar.judge(case, answer, seed).await,
            How::Judge(judge) => judge.judge(case, answer, seed).await,
            How::Weighted { .. } => {
                Costed::free(Judged::undecided("a weighted scorer has no parts"))
            }
        };
        let is_failed = answer.failure.is_some();
        if self.is_negated && !is_failed {
            Costed { judged: costed.judged.inverted(), ..costed }
        } else {
            costed
        }
    }
}

/// Scores one answer with every scorer whose score is not known yet; the result is in the order of the scorers.
pub async fn score_all(
    scorers: &[Ready],
    known: &[Option<Score>],
    trial_id: &str,
    case: &Case,
    answer: &Answer,
    seed: u64,
) -> Vec<Score> {
    let mut scores: Vec<Option<Score>> =
        (0..scorers.len()).map(|index| known.get(index).cloned().flatten()).collect();
    for (index, ready) in scorers.iter().enumerate() {
        if scores[index].is_none() && !matches!(ready.how, How::Weighted { .. }) {
            let costed = ready.judge(case, answer, seed).await;
            scores[index] = Some(record(ready, trial_id, costed));
        }
    }
    // Weighted scorers may be parts of each other: as many rounds as there are scorers settle all of them.
    for _ in 0..scorers.len() {
        for (index, ready) in scorers.iter().enumerate() {
            if let How::Weighted { parts, threshold } = &ready.how
                && scores[index].is_none()
                && parts.iter().all(|(part, _)| scores[*part].is_some())
            {
                let judged = weigh(parts, *threshold, &scores);
                let judged = if ready.is_negated && answer.failure.is_none() {
                    judged.inverted()
                } else {
                    judged
                };
                scores[index] = Some(record(ready, trial_id, Costed::free(judged)));
            }
        }
    }
    scorers
        .iter()
        .zip(scores)
        .map(|(ready, score)| {
            score.unwrap_or_else(|| {
                record(
                    ready,
                    trial_id,
                    Costed::free(Judged::undecided("its parts depend on each other")),
                )
            })
        })
        .collect()
}

/// Scores one answer with some scorers only, given by position; what the others would ask is not asked.
pub async fn score_some(
    scorers: &[Ready],
    wanted: &[usize],
    case: &Case,
    answer: &Answer,
    seed: u64,
) -> Vec<Score> {
    let mut needed: Vec<usize> = wanted.to_vec();
    let mut position = 0;
    while let Some(index) = needed.get(position).copied() {
        if let Some(How::Weighted { parts, .. }) = scorers.get(index).map(|ready| &ready.how) {
            let new = parts.iter().map(|(part, _)| *part);
            needed.extend(new.filter(|part| !needed.contains(part)).collect::<Vec<_>>());
        }
        position += 1;
    }
    let not_asked = |(index, ready): (usize, &Ready)| {
        let unknown = || Costed::free(Judged::undecided("not asked"));
        (!needed.contains(&index)).then(|| record(ready, "", unknown()))
    };
    let known: Vec<Option<Score>> = scorers.iter().enumerate().map(not_asked).collect();
    let scores = score_all(scorers, &known, "", case, answer, seed).await;
    wanted.iter().filter_map(|index| scores.get(*index).cloned()).collect()
}

fn record(ready: &Ready, trial_id: &str, costed: Costed) -> Score {
    Score {
        trial_id: trial_id.to_owned(),
        scorer: ready.name.clone(),
        scorer_hash: ready.hash.clone(),
        value: costed.judged.value,
        label: costed.judged.label,
        explanation: costed.judged.explanation,
        cost_usd: costed.cost_usd,
        simulated: costed.simulated,
    }
}

fn weigh(parts: &[(usize, f64)], threshold: Option<f64>, scores: &[Option<Score>]) -> Judged {
    let (mut sum, mut weights) = (0.0, 0.0);
    let mut words = Vec::new();
    for (index, weight) in parts.iter().filter(|(_, weight)| *weight > 0.0) {
        let Some(score) = &scores[*index] else { continue };
        let Some(value) = score.value else {
            return Judged::undecided(format!("{} could not decide", score.scorer));
        };
        sum += value * weight;
        weights += weight;
        words.push(format!("{} {}", score.scorer, super::score::show(value)));
    }
    if weights == 0.0 {
        return Judged::undecided("no part has a weight");
    }
    Judged::graded(sum / weights, threshold, words.join(", "))
}

async fn by_program(
    program: &Program,
    threshold: Option<f64>,
    case: &Case,
    answer: &Answer,
) -> Judged {
    let input = json!({
        "id": case.id, "input": case.input, "expected": case.expected, "metadata": case.metadata, "tags": case.tags,
        "output": answer.output, "tool_calls": answer.tool_calls, "latency_ms": answer.latency_ms, "cost_usd": answer.cost_usd,
    });
    match program.ask(&input).await {
        Err(failure) => Judged::undecided(failure.message),
        Ok(said) => read_score(&said, threshold),
    }
}

/// A program says a number, true or false, or an object with `score` and perhaps `explanation`.
fn read_score(said: &Value, threshold: Option<f64>) -> Judged {
    let (score, explanation) = match said {
        Value::Object(map) => (
            map.get("score").or_else(|| map.get("pass")).unwrap_or(&Value::Null),
            map.get("explanation")
                .or_else(|| map.get("reason"))
                .and_then(Value::as_str)
                .unwrap_or_default(),
        ),
        other => (other, ""),
    };
    let value = match score {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    if let Some(value) = value.filter(|value| (0.0..=1.0).contains(value)) {
        Judged::graded(value, threshold, explanation)
    } else {
        let words: String = said.to_string().chars().take(120).collect();
        Judged::undecided(format!("the program printed no score between 0 and 1 but {words}"))
    }
}
