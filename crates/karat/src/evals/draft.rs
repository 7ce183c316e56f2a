//! The operation `rules.draft`: a rules file made from the cases themselves, for people to edit,
//! with an honest estimate of what such rules are worth.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail};
use karat_records::Case;
use karat_stats::{Floor, Sample};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{plan, start};
use crate::app::{App, Broken, Refusal};
use crate::datasets::{Dataset, split};
use crate::gate::describe;
use crate::history;
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

/// Cases that are looked at.
const MOST_CASES: usize = 2000;

const FOLDS: usize = 5;

/// Whether a file lies inside the project's folder and can be a file of rules: callers may sit at other machines.
fn is_place_for_rules(file: &str) -> bool {
    let path = Path::new(file);
    let is_inside =
        path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let is_rules = path.extension().is_some_and(|ending| ending == "toml")
        && path.file_name().is_some_and(|name| name != crate::project::FILE);
    is_inside && is_rules && file.len() <= 200 && !file.chars().any(char::is_control)
}

/// Drafts a rules file.
pub async fn draft(app: App, input: DraftRules) -> Result<Draft> {
    if let Some(file) = input.file.as_deref().filter(|file| !is_place_for_rules(file)) {
        return Err(Refusal::invalid(format!(
            "{file:?} is no place for rules\n  next: name a file inside the project that ends with .toml, such as rules/draft.toml"
        )));
    }
    let _files = app.change_files().await;
    let project = app.project()?;
    let feature = start::choose_feature(&project, input.feature.as_deref())?;
    let problems = Problems::default();
    let Some(dataset) = start::dataset_of(&project, feature, &problems) else {
        return Err(Broken(problems.sorted()).into());
    };
    let file = input.file.unwrap_or_else(|| format!("rules/{}.toml", feature.name));
    let drafted = from_cases(&dataset, project.alpha(), &file)?;
    let path = project.root.join(&file);
    if path.exists() && !input.force {
        bail!(
            "{file} is there already\n  next: name another file with --file, or overwrite it with --force"
        );
    }
    if path.exists() {
        // What is overwritten stays in the history.
        history::remember(&app, &project, Some(&dataset.name)).await?;
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| {
            format!("{} cannot be made; make the folder writable", folder.display())
        })?;
    }
    std::fs::write(&path, &drafted.text).with_context(|| {
        format!(
            "{file} cannot be written; make the folder writable, or name another place with --file"
        )
    })?;
    let has_rules = feature.variants.iter().any(|variant| variant.kind.word() == "rules");
    let next = if has_rules {
        format!("read {file}, then karat eval {}", feature.name)
    } else {
        format!(
            "read {file}, then add to karat.toml:\n        [features.{}.variants.rules]\n        kind = \"rules\"\n        file = \"{file}\"\n        and baseline = \"rules\" to the feature",
            feature.name
        )
    };
    Ok(Draft { next, ..drafted })
}

/// Drafts rules from the cases that tune, for this file; writes nothing.
pub fn from_cases(dataset: &Dataset, alpha: f64, file: &str) -> Result<Draft> {
    let cases: Vec<&Case> = split::cases_in(dataset, split::tuning_scope(dataset))
        .into_iter()
        .filter(|case| case.expected.is_some())
        .collect();
    if cases.len() < FEWEST_CASES {
        bail!(
            "{} with a desired output are too few to draft rules from\n  next: write at least {FEWEST_CASES}",
            describe::plural(cases.len() as u64, "case")
        );
    }
    // Beyond some thousands more cases change no rule, but take time.
    let order = plan::order(cases.len(), 1, 1);
    let examples: Vec<Labelled> =
        order.iter().take(MOST_CASES).map(|work| Labelled::of(cases[work.case_index])).collect();
    let answers: HashSet<&str> = examples.iter().map(|example| example.answer.as_str()).collect();
    if answers.len() > MOST_ANSWERS || answers.len() * 2 > examples.len() {
        bail!(
            "these cases have {} different desired outputs, so no rules can be drafted: rules choose among a few answers\n  next: judge a command or a recorded baseline instead",
            answers.len()
        );
    }
    let all: Vec<&Labelled> = examples.iter().collect();
    let sketch = Sketch::of(&all);
    let n_right = right_unseen(&all, Sketch::of) as u64;
    let n = examples.len() as u64;
    let question = Floor { alpha_pass: alpha, alpha_fail: alpha, ..Floor::at(0.5) };
    let answer = karat_stats::gate(&Sample::Counts { successes: n_right, n }, &question)?;
    let majority = examples.iter().filter(|example| example.answer == sketch.default).count()
        as f64
        / n as f64;
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
    if Rules::parse(file, &text, &check).is_none() {
        return Err(Broken(check.sorted()).into());
    }
    Ok(Draft {
        n_rules: sketch.rules.len() as u64,
        file: file.to_owned(),
        text,
        n,
        estimate,
        lower: answer.lower,
        upper: answer.upper,
        majority,
        next: String::new(),
    })
}

/// A case as the drafting sees it.
struct Labelled {
    text: String,
    phrases: HashSet<String>,
    answer: String,
}

/// Letters with which a word may begin so that its other forms are found as well: `cancel*`.
const STEM: [usize; 2] = [5, 7];

impl Labelled {
    fn of(case: &Case) -> Self {
        Self::from_text(
            &all_text(&case.input),
            case.expected.as_ref().map(ToString::to_string).unwrap_or_default(),
        )
    }

    fn from_text(text: &str, answer: String) -> Self {
        let text = text.to_lowercase();
        let mut phrases = HashSet::new();
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            let letters = word.chars().count();
            if letters < 3 || word.chars().any(|c| c.is_ascii_digit()) {
                continue;
            }
            phrases.insert(word.to_owned());
            for length in STEM.into_iter().filter(|length| letters > *length) {
                phrases.insert(word.chars().take(length).chain(['*']).collect());
            }
        }
        Self { text, phrases, answer }
    }
}

/// Rules as they are found: answers as JSON text, phrases in the order in which they were taken.
struct Sketch {
    rules: Vec<(String, Vec<String>)>,
    default: String,
}

/// How sure a phrase must be, as (hits + 1) / (cases + 2); which of these is best, the cases themselves say.
const SURENESS: [f64; 5] = [0.55, 0.65, 0.72, 0.78, 0.84];

/// More phrases than this nobody reads.
const MOST_PHRASES: usize = 60;

/// Phrases of one rule.
const MOST_IN_A_RULE: usize = 12;

impl Sketch {
    /// Drafts with the sureness that does best on cases that it did not see.
    fn of(examples: &[&Labelled]) -> Self {
        let alone = Self::majority(examples);
        let n_alone = examples.iter().filter(|example| example.answer == alone.default).count();
        let best = SURENESS
            .iter()
            .map(|sureness| (right_unseen(examples, |rest| Self::with(rest, *sureness)), *sureness))
            .max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        match best {
            Some((n_right, sureness)) if n_right > n_alone => Self::with(examples, sureness),
            // No phrase tells these answers apart better than no phrase at all.
            _ => alone,
        }
    }

    fn majority(examples: &[&Labelled]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for example in examples {
            *counts.entry(&example.answer).or_default() += 1;
        }
        let default = counts
            .iter()
            .max_by_key(|(_, n)| **n)
            .map(|(answer, _)| (*answer).to_owned())
            .unwrap_or_default();
        Self { rules: Vec::new(), default }
    }

    /// A decision list: again and again the surest phrase for what is not yet explained.
    fn with(examples: &[&Labelled], sureness: f64) -> Self {
        let Self { default, .. } = Self::majority(examples);
        let mut tally: HashMap<&str, BTreeMap<&str, usize>> = HashMap::new();
        for example in examples {
            for phrase in &example.phrases {
                *tally.entry(phrase).or_default().entry(&example.answer).or_default() += 1;
            }
        }
        let mut open: Vec<&&Labelled> = examples.iter().collect();
        let mut rules: Vec<(String, Vec<String>)> = Vec::new();
        for _ in 0..MOST_PHRASES {
            let best = tally
                .iter()
                .flat_map(|(phrase, answers)| {
                    let total: usize = answers.values().sum();
                    answers.iter().map(move |(answer, n)| (*phrase, *answer, *n, total))
                })
                .filter(|(_, _, n, _)| *n >= 2)
                .map(|(phrase, answer, n, total)| {
                    ((n as f64 + 1.0) / (total as f64 + 2.0), n, phrase, answer)
                })
                .filter(|(sure, ..)| *sure >= sureness)
                // The surest, then the most frequent, then the alphabet.
                .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(b.2.cmp(a.2)));
            let Some((_, _, phrase, answer)) = best else { break };
            let (phrase, answer) = (phrase.to_owned(), answer.to_owned());
            let finds = Phrase::parse(&phrase);
            open.retain(|example| {
                let is_explained = finds.occurs_in(&example.text);
                if is_explained {
                    for phrase in &example.phrases {
                        if let Some(n) = tally
                            .get_mut(phrase.as_str())
                            .and_then(|answers| answers.get_mut(example.answer.as_str()))
                        {
                            *n -= 1;
                        }
                    }
                }
                !is_explained
            });
            match rules.last_mut() {
                Some((last, phrases)) if *last == answer && phrases.len() < MOST_IN_A_RULE => {
                    phrases.push(phrase);
                }
                _ => rules.push((answer, vec![phrase])),
            }
        }
        // Rules at the end that say what the default says are not needed.
        while rules.last().is_some_and(|(answer, _)| *answer == default) {
            rules.pop();
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

/// How many cases rules drafted from the other folds get right.
fn right_unseen(examples: &[&Labelled], draft: impl Fn(&[&Labelled]) -> Sketch) -> usize {
    let order: Vec<usize> =
        plan::order(examples.len(), 1, 1).iter().map(|work| work.case_index).collect();
    let mut n_right = 0;
    for fold in 0..FOLDS {
        let is_held = |position: usize| position % FOLDS == fold;
        let rest: Vec<&Labelled> = order
            .iter()
            .enumerate()
            .filter(|(position, _)| !is_held(*position))
            .map(|(_, index)| examples[*index])
            .collect();
        let sketch = draft(&rest);
        let held = order.iter().enumerate().filter(|(position, _)| is_held(*position));
        n_right += held
            .filter(|(_, index)| sketch.answer(&examples[**index].text) == examples[**index].answer)
            .count();
    }
    n_right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(text: &str, answer: &str) -> Labelled {
        Labelled::from_text(text, format!("\"{answer}\""))
    }

    #[test]
    fn a_draft_is_written_inside_the_project_and_over_nothing_else() {
        for file in ["rules/a.toml", "a.toml", "./rules/a.b.toml"] {
            assert!(is_place_for_rules(file), "{file}");
        }
        for file in [
            "../a.toml",
            "/etc/a.toml",
            "rules/../../a.toml",
            "karat.toml",
            "./karat.toml",
            "cases.jsonl",
            "",
            "a\0.toml",
            &format!("{}.toml", "x".repeat(300)),
        ] {
            assert!(!is_place_for_rules(file), "{file:?}");
        }
    }

    #[test]
    fn phrases_that_decide_become_rules_and_the_most_frequent_answer_the_default() {
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
        let sketch = Sketch::with(&examples.iter().collect::<Vec<_>>(), 0.6);
        assert_eq!(sketch.default, "\"technical\"");
        assert_eq!(sketch.answer("i want a refund"), "\"returns\"");
        assert_eq!(sketch.answer("the invoice"), "\"billing\"");
        assert_eq!(sketch.answer("hello"), "\"technical\"");
        let problems = Problems::default();
        assert!(Rules::parse("r.toml", &sketch.to_toml(""), &problems).is_some(), "{problems:?}");
    }
}
