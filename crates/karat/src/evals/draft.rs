//! The operation `rules.draft`: a rules file made from the cases themselves, for people to edit,
//! with an honest estimate of what such rules are worth.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use anyhow::{Result, bail};
use karat_records::Case;
use karat_stats::{Floor, Sample};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{plan, start};
use crate::app::{App, Broken};
use crate::datasets::split;
use crate::gate::describe;
use crate::project::rules::{Phrase, all_text};
use crate::project::{Problems, Rules};

/// What to draft from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DraftRules {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
    /// Where to write, relative to the project's folder; `rules/FEATURE.toml` where absent.
    pub file: Option<String>,
    /// Overwrite a file that is there.
    pub force: bool,
}

/// A draft and what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    /// Where it was written.
    pub file: String,
    /// The rules file.
    pub text: String,
    /// Number of rules.
    pub n_rules: u64,
    /// Cases that it was drafted from; held-out ones are not among them.
    pub n: u64,
    /// Share of cases that rules drafted from the other cases get right (five-fold).
    pub estimate: f64,
    /// Lower bound of that share.
    pub lower: f64,
    /// Upper bound of that share.
    pub upper: f64,
    /// Share that the most frequent answer alone gets right.
    pub majority: f64,
    /// What to do next.
    pub next: String,
}

/// Fewer cases than this say nothing about rules.
const FEWEST_CASES: usize = 10;

/// More answers than this are no classes.
const MOST_ANSWERS: usize = 40;

const FOLDS: usize = 5;

/// Drafts a rules file.
pub async fn draft(app: App, input: DraftRules) -> Result<Draft> {
    let project = app.project()?;
    let feature = start::choose_feature(&project, input.feature.as_deref())?;
    let problems = Problems::default();
    let Some(dataset) = start::dataset_of(&project, feature, &problems) else {
        return Err(Broken(problems.sorted()).into());
    };
    let cases: Vec<&Case> = split::cases_in(&dataset, split::tuning_scope(&dataset))
        .into_iter()
        .filter(|case| case.expected.is_some())
        .collect();
    if cases.len() < FEWEST_CASES {
        bail!(
            "{} with a desired output are too few to draft rules from\n  next: write at least {FEWEST_CASES}",
            describe::plural(cases.len() as u64, "case")
        );
    }
    let examples: Vec<Labelled> = cases.iter().map(|case| Labelled::of(case)).collect();
    let answers: HashSet<&str> = examples.iter().map(|example| example.answer.as_str()).collect();
    if answers.len() > MOST_ANSWERS || answers.len() * 2 > examples.len() {
        bail!(
            "these cases have {} different desired outputs, so no rules can be drafted: rules choose among a few answers\n  next: judge a command or a recorded baseline instead",
            answers.len()
        );
    }
    let sketch = Sketch::of(&examples.iter().collect::<Vec<_>>());
    let right = cross_fitted(&examples);
    let n_right = right.iter().filter(|right| **right).count() as u64;
    let n = examples.len() as u64;
    let alpha = project.alpha();
    let question = Floor { alpha_pass: alpha, alpha_fail: alpha, ..Floor::at(0.5) };
    let answer = karat_stats::gate(&Sample::Counts { successes: n_right, n }, &question)?;
    let majority = examples.iter().filter(|example| example.answer == sketch.default).count()
        as f64
        / n as f64;
    let file = input.file.unwrap_or_else(|| format!("rules/{}.toml", feature.name));
    let estimate = n_right as f64 / n as f64;
    let text = sketch.to_toml(&format!(
        "# Drafted from {} of {}; edit it, it is yours.\n# Rules drafted in the same way were right on {} of cases that they had not seen ({} to {}); the most frequent answer alone on {}.\n",
        describe::plural(n, "case"),
        dataset.name,
        describe::rate(estimate),
        describe::rate(answer.lower),
        describe::rate(answer.upper),
        describe::rate(majority),
    ));
    // What is written must be what the reader accepts.
    let check = Problems::default();
    if Rules::parse(&file, &text, &check).is_none() {
        return Err(Broken(check.sorted()).into());
    }
    let path = project.root.join(&file);
    if path.exists() && !input.force {
        bail!(
            "{file} is there already\n  next: name another file with --file, or overwrite it with --force"
        );
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, &text)?;
    let has_rules = feature.variants.iter().any(|variant| variant.kind.word() == "rules");
    let next = if has_rules {
        format!("read {file}, then karat eval {}", feature.name)
    } else {
        format!(
            "read {file}, then add to karat.toml:\n        [features.{}.variants.rules]\n        kind = \"rules\"\n        file = \"{file}\"\n        and baseline = \"rules\" to the feature",
            feature.name
        )
    };
    Ok(Draft {
        n_rules: sketch.rules.len() as u64,
        file,
        text,
        n,
        estimate,
        lower: answer.lower,
        upper: answer.upper,
        majority,
        next,
    })
}

/// A case as the drafting sees it.
struct Labelled {
    text: String,
    words: HashSet<String>,
    answer: String,
}

impl Labelled {
    fn of(case: &Case) -> Self {
        let text = all_text(&case.input).to_lowercase();
        let words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= 3 && !word.chars().all(|c| c.is_ascii_digit()))
            .map(str::to_owned)
            .collect();
        Self {
            text,
            words,
            answer: case.expected.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// Rules as they are found: answers as JSON text, words in the order in which they were taken.
struct Sketch {
    rules: Vec<(String, Vec<String>)>,
    default: String,
}

/// A word counts for an answer when most of the cases with it have that answer.
const PRECISION: f64 = 0.7;

const MOST_WORDS: usize = 12;

impl Sketch {
    /// Takes, again and again, the word that explains most of what is not yet explained.
    fn of(examples: &[&Labelled]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for example in examples {
            *counts.entry(&example.answer).or_default() += 1;
        }
        let default = counts
            .iter()
            .max_by_key(|(_, n)| **n)
            .map(|(answer, _)| (*answer).to_owned())
            .unwrap_or_default();
        let mut open: Vec<bool> = vec![true; examples.len()];
        let mut rules: Vec<(String, Vec<String>)> = Vec::new();
        loop {
            let mut tally: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
            for (example, _) in examples.iter().zip(&open).filter(|(_, open)| **open) {
                for word in &example.words {
                    *tally.entry(word).or_default().entry(&example.answer).or_default() += 1;
                }
            }
            // The gain over the default, with a pinch of doubt about rare words; ties go to the alphabet.
            let best = tally
                .iter()
                .flat_map(|(word, answers)| {
                    let total: usize = answers.values().sum();
                    answers.iter().map(move |(answer, n)| (*word, *answer, *n, total))
                })
                .filter(|(_, answer, n, total)| {
                    *answer != default && *n >= 2 && *n as f64 / (*total as f64 + 0.5) >= PRECISION
                })
                .max_by(|a, b| {
                    let score = |(_, _, n, total): &(&str, &str, usize, usize)| {
                        *n as f64 - 2.0 * (*total - *n) as f64
                    };
                    score(a).total_cmp(&score(b)).then(b.0.cmp(a.0))
                });
            let Some((word, answer, _, _)) = best else { break };
            let (word, answer) = (word.to_owned(), answer.to_owned());
            let phrase = Phrase::parse(&word);
            for (example, open) in examples.iter().zip(&mut open) {
                if phrase.occurs_in(&example.text) {
                    *open = false;
                }
            }
            match rules.last_mut() {
                Some((last, words)) if *last == answer && words.len() < MOST_WORDS => {
                    words.push(word);
                }
                _ => rules.push((answer, vec![word])),
            }
        }
        Self { rules, default }
    }

    fn answer<'a>(&'a self, text: &str) -> &'a str {
        self.rules
            .iter()
            .find(|(_, words)| words.iter().any(|word| Phrase::parse(word).occurs_in(text)))
            .map_or(&self.default, |(answer, _)| answer)
    }

    fn to_toml(&self, head: &str) -> String {
        let mut text = head.to_owned();
        for (answer, words) in &self.rules {
            let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
            let _ = write!(
                text,
                "\n[[rule]]\nany = [{}]\nanswer = {}\n",
                words.join(", "),
                toml_value(answer)
            );
        }
        let _ = write!(text, "\n[default]\nanswer = {}\n", toml_value(&self.default));
        text
    }
}

/// JSON text as a TOML value; null has none and becomes the empty text.
fn toml_value(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap_or(Value::Null);
    written(&value)
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".into(),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(written).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let fields: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{} = {}", Value::String(key.clone()), written(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// For each case, whether rules drafted from the other folds get it right.
fn cross_fitted(examples: &[Labelled]) -> Vec<bool> {
    let order: Vec<usize> =
        plan::order(examples.len(), 1, 1).iter().map(|work| work.case_index).collect();
    let mut right = vec![false; examples.len()];
    for fold in 0..FOLDS {
        let is_held = |position: usize| position % FOLDS == fold;
        let rest: Vec<&Labelled> = order
            .iter()
            .enumerate()
            .filter(|(position, _)| !is_held(*position))
            .map(|(_, index)| &examples[*index])
            .collect();
        let sketch = Sketch::of(&rest);
        for (_, index) in order.iter().enumerate().filter(|(position, _)| is_held(*position)) {
            right[*index] = sketch.answer(&examples[*index].text) == examples[*index].answer;
        }
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(text: &str, answer: &str) -> Labelled {
        Labelled {
            text: text.to_owned(),
            words: text.split(' ').filter(|word| word.len() >= 3).map(str::to_owned).collect(),
            answer: format!("\"{answer}\""),
        }
    }

    #[test]
    fn words_that_decide_become_rules_and_the_most_frequent_answer_the_default() {
        let examples = [
            example("refund for my order", "returns"),
            example("refund now", "returns"),
            example("please refund", "returns"),
            example("invoice wrong", "billing"),
            example("another invoice", "billing"),
            example("app crashes", "technical"),
            example("help the screen", "technical"),
            example("screen broken", "technical"),
            example("light flickers", "technical"),
        ];
        let sketch = Sketch::of(&examples.iter().collect::<Vec<_>>());
        assert_eq!(sketch.default, "\"technical\"");
        assert_eq!(sketch.answer("i want a refund"), "\"returns\"");
        assert_eq!(sketch.answer("the invoice"), "\"billing\"");
        assert_eq!(sketch.answer("hello"), "\"technical\"");
        let problems = Problems::default();
        assert!(Rules::parse("r.toml", &sketch.to_toml(""), &problems).is_some(), "{problems:?}");
    }
}
