//! Scorers as the project names them become ready to score: settings are compiled, programs and judges are found.

use karat_records::Hash;
use regex::Regex;
use serde_json::{Value, json};

use super::ask::Judge;
use super::json::Schema;
use super::method::{
    Contains, Cost, EditDistance, Equals, Latency, Method, Numeric, Pattern, Quantifier, Ranking,
    RankingMetric, RecordedScore, Refusal, Similarity, StartsWith, TextMetric, ToolCalls, ToolMode,
};
use super::ready::{How, Ready};
use super::recorded::Range;
use super::similar::Similar;
use super::wanted::Wanted;
use crate::app::App;
use crate::project::path::Path;
use crate::project::reader::parse_duration;
use crate::project::{Feature, Problems, Project, Scorer};
use crate::variants::command::Program;

/// Makes all scorers of a feature ready; notes what stands in the way.
pub fn prepare(
    app: &App,
    project: &Project,
    feature: &Feature,
    problems: &Problems,
) -> Option<Vec<Ready>> {
    let before = problems.n_errors();
    let mut ready: Vec<Ready> = feature
        .scorers
        .iter()
        .filter_map(|scorer| one(app, project, feature, scorer, problems))
        .collect();
    // A weighted scorer is what its parts are.
    let hashes: Vec<(String, Hash)> =
        ready.iter().map(|ready| (ready.name.clone(), ready.hash.clone())).collect();
    for ready in &mut ready {
        if let How::Weighted { parts, .. } = &ready.how {
            let parts: Vec<Value> =
                parts.iter().map(|(index, weight)| json!([hashes[*index].1, weight])).collect();
            ready.hash = Hash::of_json(&json!([ready.hash, parts]));
        }
    }
    (problems.n_errors() == before).then_some(ready)
}

fn one(
    app: &App,
    project: &Project,
    feature: &Feature,
    scorer: &Scorer,
    problems: &Problems,
) -> Option<Ready> {
    let path = match scorer.text("path").map(Path::parse) {
        None => None,
        Some(Ok(path)) => Some(path),
        Some(Err(error)) => {
            problems.error(
                &scorer.place.below("path"),
                error.to_string(),
                "write for example $.queue",
            );
            return None;
        }
    };
    let how = match how(app, project, feature, scorer, path.as_ref(), problems) {
        Ok(how) => how?,
        Err(reason) => {
            problems.error(&scorer.place, reason, "correct the scorer's settings");
            return None;
        }
    };
    // These methods know what a path means for the expected output as well.
    let knows_path =
        matches!(&how, How::Code(Method::Equals(_) | Method::Numeric(_) | Method::Ranking(_)));
    Some(Ready {
        name: scorer.name.clone(),
        hash: scorer.hash.clone(),
        how,
        path: path.filter(|_| !knows_path),
        is_negated: scorer.is_negated,
    })
}

fn how(
    app: &App,
    project: &Project,
    feature: &Feature,
    scorer: &Scorer,
    path: Option<&Path>,
    problems: &Problems,
) -> Result<Option<How>, String> {
    let threshold = scorer.number("threshold");
    Ok(Some(match scorer.kind {
        "llm-rubric" | "grounded" | "factuality" => {
            return Ok(Judge::prepare(app, project, scorer, problems)
                .map(|judge| How::Judge(Box::new(judge))));
        }
        "similar" => {
            return Ok(Similar::prepare(app, project, scorer, wanted(scorer), problems)
                .map(|similar| How::Similar(Box::new(similar))));
        }
        "command" => {
            let run: Vec<String> = match scorer.settings.get("run") {
                Some(Value::String(line)) => vec!["sh".into(), "-c".into(), line.clone()],
                Some(Value::Array(words)) => {
                    words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
                }
                _ => Vec::new(),
            };
            if run.is_empty() {
                return Err("there is no program to run".into());
            }
            let timeout = scorer
                .text("timeout")
                .and_then(parse_duration)
                .unwrap_or(std::time::Duration::from_mins(1));
            let cores = std::thread::available_parallelism().map_or(2, usize::from);
            How::Program {
                program: Box::new(Program::new(run, timeout, None, cores, project.root.clone())),
                threshold,
            }
        }
        "weighted" => How::Weighted { parts: parts(feature, scorer), threshold },
        "grader" => {
            let text = scorer.contents.get("file").ok_or("the grader's file is missing")?;
            let grader: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
            match Method::from_grader(&grader) {
                Ok(method) => How::Code(method),
                Err(super::grader::GraderError::NotDeterministic { .. }) => {
                    return Ok(super::ask::from_grader(app, project, scorer, &grader, problems));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        _ => How::Code(method(scorer, path, threshold)?),
    }))
}

fn parts(feature: &Feature, scorer: &Scorer) -> Vec<(usize, f64)> {
    let Some(Value::Object(parts)) = scorer.settings.get("parts") else { return Vec::new() };
    parts
        .iter()
        .filter_map(|(name, weight)| {
            let index = feature.scorers.iter().position(|scorer| scorer.name == *name)?;
            Some((index, weight.as_f64()?))
        })
        .collect()
}

fn wanted(scorer: &Scorer) -> Wanted {
    scorer.settings.get("value").map_or(Wanted::Expected, |value| Wanted::Value(value.clone()))
}

fn method(scorer: &Scorer, path: Option<&Path>, threshold: Option<f64>) -> Result<Method, String> {
    let wanted = wanted(scorer);
    let regex = |name: &str| {
        scorer.text(name).map(Regex::new).transpose().map_err(|error| error.to_string())
    };
    let schema = || {
        let text = scorer.contents.get("schema");
        text.map(|text| {
            let schema = serde_json::from_str(text).map_err(|error| error.to_string())?;
            Schema::compile(&schema)
        })
        .transpose()
    };
    let size = |name: &str| scorer.number(name).map(|number| number as usize);
    let contains = |quantifier, ignore_case| {
        Method::Contains(Contains { wanted: wanted.clone(), quantifier, ignore_case })
    };
    let similarity =
        |metric| Method::Similarity(Similarity { metric, wanted: wanted.clone(), threshold });
    let ranking = |metric| {
        Method::Ranking(Ranking {
            metric,
            wanted: wanted.clone(),
            k: size("k"),
            path: path.cloned(),
            threshold,
        })
    };
    Ok(match scorer.kind {
        "equals" => Method::Equals(Equals {
            wanted,
            path: path.cloned(),
            ignore_case: scorer.flag("ignore_case"),
            trim: true,
        }),
        "contains" => contains(Quantifier::One, false),
        "icontains" => contains(Quantifier::One, true),
        "contains-any" => contains(Quantifier::Any, false),
        "icontains-any" => contains(Quantifier::Any, true),
        "contains-all" => contains(Quantifier::All, false),
        "icontains-all" => contains(Quantifier::All, true),
        "starts-with" => Method::StartsWith(StartsWith { wanted }),
        "regex" => Method::Regex(Pattern::Fixed(regex("pattern")?.ok_or("`pattern` is missing")?)),
        "numeric" => Method::Numeric(Numeric {
            wanted,
            tolerance: scorer.number("tolerance").unwrap_or(0.0),
            relative_tolerance: scorer.number("relative_tolerance").unwrap_or(0.0),
            pattern: regex("pattern")?,
            expected_pattern: regex("expected_pattern")?,
            path: path.cloned(),
        }),
        "is-json" => Method::IsJson(None),
        "contains-json" => Method::ContainsJson(schema()?),
        "json-schema" => Method::JsonSchema(schema()?.ok_or("`schema` is missing")?),
        "levenshtein" => match size("max_distance") {
            Some(max_distance) => Method::EditDistance(EditDistance { wanted, max_distance }),
            None => similarity(TextMetric::Levenshtein),
        },
        "rouge-n" => similarity(TextMetric::RougeN(size("n").unwrap_or(1).max(1))),
        "rouge-l" => similarity(TextMetric::RougeL),
        "bleu" => similarity(TextMetric::Bleu),
        "chrf" => similarity(TextMetric::Chrf),
        "ndcg" => ranking(RankingMetric::Ndcg),
        "mrr" => ranking(RankingMetric::ReciprocalRank),
        "precision-at-k" => ranking(RankingMetric::Precision),
        "tool-calls" => Method::ToolCalls(ToolCalls {
            wanted,
            mode: match scorer.text("mode") {
                Some("subset") => ToolMode::Subset,
                Some("names") => ToolMode::NamesOnly,
                _ => ToolMode::Exact,
            },
            ordered: !scorer.flag("any_order"),
        }),
        "latency" => Method::Latency(Latency {
            max_ms: scorer
                .text("max")
                .and_then(parse_duration)
                .map_or(f64::INFINITY, crate::clock::milliseconds),
        }),
        "cost" => Method::Cost(Cost { max_usd: scorer.number("max").unwrap_or(f64::INFINITY) }),
        "is-refusal" => Method::IsRefusal(Refusal { phrases: Vec::new() }),
        "recorded-score" => Method::RecordedScore(RecordedScore {
            field: scorer.text("field").unwrap_or("score").to_owned(),
            range: Range::new(
                scorer.number("min").unwrap_or(0.0),
                scorer.number("max").unwrap_or(1.0),
            )?,
            pass_at: threshold,
        }),
        other => return Err(format!("the kind {other} has no method")),
    })
}
