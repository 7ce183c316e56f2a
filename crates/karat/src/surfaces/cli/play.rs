//! `karat play`: a few inputs, variants and repeats as a small table.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use super::args::PlayArgs;
use super::commands::print_either;
use super::tables::{columns, plain};
use crate::app::App;
use crate::bets::sentences::answer_words;
use crate::gate::describe;
use crate::gate::shown::Measured;
use crate::play::inputs::PlayAsk;
use crate::play::run::{AskVariant, MOST_INPUTS, MOST_VARIANTS, Played, RunPlay, run};
use crate::play::start::{PlayStart, StartPlay, start};

/// `karat play`
pub async fn play(app: App, args: PlayArgs) -> Result<u8> {
    let there = start(app.clone(), StartPlay { feature: args.feature.clone() }).await?;
    let mut asks = Vec::new();
    for text in &args.input {
        asks.push(PlayAsk::free(input(text, &there)?));
    }
    asks.extend(args.cases.iter().map(PlayAsk::case));
    if asks.is_empty() {
        let cases = there.inputs.iter().take(args.limit.min(MOST_INPUTS));
        asks.extend(cases.map(|case| PlayAsk::case(&case.case_id)));
    }
    let mut variants = args.variants.clone();
    if variants.is_empty() {
        variants.extend(there.variants.iter().take(MOST_VARIANTS).map(|one| one.name.clone()));
    }
    let wish = RunPlay {
        feature: there.feature.clone(),
        variants: variants.into_iter().map(|name| AskVariant { name, draft: None }).collect(),
        trials: args.trials,
        cap_usd: args.cap,
        inputs: asks,
    };
    let shown: Vec<String> = wish.inputs.iter().map(|ask| words(ask, &there)).collect();
    let played = run(app, wish).await?;
    print_either(args.format, &played, |played| table(played, &shown, &there)).map(|()| 0)
}

/// JSON, or a text for the only field.
fn input(text: &str, there: &PlayStart) -> Result<Map<String, Value>> {
    match (serde_json::from_str::<Value>(text), there.input_fields.as_slice()) {
        (Ok(Value::Object(map)), _) => Ok(map),
        (_, [only]) => Ok(Map::from_iter([(only.clone(), Value::String(text.to_owned()))])),
        _ => bail!(
            "{} is no input\n  next: write JSON with the fields {}",
            plain(text, 60),
            there.input_fields.join(", ")
        ),
    }
}

fn words(ask: &PlayAsk, there: &PlayStart) -> String {
    let texts = |input: &Map<String, Value>| {
        input.values().map(answer_words).collect::<Vec<_>>().join(" · ")
    };
    if let Some(input) = &ask.input {
        return plain(&texts(input), 48);
    }
    let id = ask.case_id.as_deref().unwrap_or_default();
    let known = there.inputs.iter().find(|one| one.case_id == id);
    let input = known.map(|one| texts(&one.input)).unwrap_or_default();
    plain(&format!("{id} {input}"), 48)
}

fn table(played: &Played, inputs: &[String], there: &PlayStart) -> String {
    let mut text = String::new();
    if played.simulated {
        text.push_str("simulated: a scripted server answered, no real model\n\n");
    }
    let names: Vec<&str> = played.feasibility.iter().map(|line| line.variant.as_str()).collect();
    let mut rows = vec![std::iter::once("input").chain(names).map(str::to_owned).collect()];
    for (index, input) in inputs.iter().enumerate() {
        let cells = played.cells.iter().filter(|cell| cell.input_index == index as u64);
        let cells = cells.map(|cell| {
            let mut groups: Vec<String> = cell
                .groups
                .iter()
                .map(|group| {
                    let times = if cell.n > 1 { format!(" ×{}", group.n) } else { String::new() };
                    format!("{}{times}", plain(&answer_words(&group.output), 24))
                })
                .collect();
            let n_failed = cell.answers.iter().filter(|answer| answer.failure.is_some()).count();
            if n_failed > 0 {
                groups.push(format!("no answer ×{n_failed}"));
            }
            groups.join(", ")
        });
        rows.push(std::iter::once(input.clone()).chain(cells).collect());
    }
    text.push_str(&columns(&rows));
    let rate = |measured: &Option<Measured>| match measured {
        Some(one) => format!(
            "{} {} n {}",
            describe::rate(one.estimate.unwrap_or(0.0)),
            describe::interval(one.lower.unwrap_or(0.0), one.upper.unwrap_or(1.0)),
            one.n
        ),
        None => "–".into(),
    };
    let mut rows = vec![
        ["variant", "right", "same each time", "half within", "1,000 answers"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for line in &played.feasibility {
        let half = line.p50.as_ref().and_then(|p50| {
            let upper = p50.upper.map_or_else(|| "?".into(), describe::milliseconds);
            Some(format!("{} (at most {upper})", describe::milliseconds(p50.estimate?)))
        });
        rows.push(vec![
            line.variant.clone(),
            rate(&line.right),
            rate(&line.same),
            half.unwrap_or_else(|| "–".into()),
            line.usd_per_1000.map_or_else(|| "unknown".into(), describe::usd),
        ]);
    }
    let _ = write!(text, "\n{}\n", columns(&rows));
    for line in &played.feasibility {
        let _ = writeln!(text, "{}: {}", line.variant, line.says);
    }
    let mut answers = played.cells.iter().flat_map(|cell| &cell.answers);
    if let Some(failure) = answers.find_map(|answer| answer.failure.as_deref()) {
        let _ = writeln!(text, "no answer, for example: {}", plain(failure, 200));
    }
    let _ = writeln!(text, "\n{}\n{}", there.answers_hidden, played.note);
    text
}
