//! Pure. A gate on the terminal: its verdict, what changed since, and what can be done about it.

use std::fmt::Write as _;

use super::tables::{columns, plain};
use crate::clock;
use crate::evals::unknowns::short;
use crate::gate::describe::{count, plural};
use crate::proofs::show::{AmendmentShown, GateShown, SignOffShown};

/// Words of others on a line are cut here.
const MOST: usize = 160;

/// Past verdicts and looks that are listed.
const FEW: usize = 5;

/// The gate of a feature.
pub fn gate(gate: &GateShown) -> String {
    let mut text = format!("{}: {}\n", gate.feature, verdict(gate));
    if let Some(report) = &gate.report {
        let _ = writeln!(text, "  {}", plain(&report.headline.sentence, 2 * MOST));
    }
    let is_said = gate
        .report
        .as_ref()
        .is_some_and(|report| report.headline.sentence.contains("we can promise"));
    if let Some(promise) = gate.promise.as_ref().filter(|_| !is_said) {
        let _ = writeln!(text, "  {}", plain(promise, 2 * MOST));
    }
    section(&mut text, "changed since", &gate.has_drifted);
    section(&mut text, "what can be done", &offers(gate));
    let criteria = gate.criteria.iter().map(|criterion| {
        let advisory = if criterion.advisory { " (advisory)" } else { "" };
        format!("{}: {}{advisory}", criterion.name, criterion.demand)
    });
    section(&mut text, "criteria", &criteria.collect::<Vec<_>>());
    section(
        &mut text,
        "amended after it had first judged",
        &gate.amendments.iter().map(amendment).collect::<Vec<_>>(),
    );
    if !gate.candidates.is_empty() {
        let rows: Vec<Vec<String>> = gate
            .candidates
            .iter()
            .map(|candidate| {
                vec![
                    format!("  {}", candidate.number),
                    if candidate.variant.is_empty() {
                        "(judged elsewhere)".into()
                    } else {
                        candidate.variant.clone()
                    },
                    candidate.hash.clone(),
                    candidate.verdict.map_or_else(|| "–".into(), |verdict| verdict.to_string()),
                    candidate.at_ms.map(clock::minute).unwrap_or_default(),
                    if candidate.is_current { "now".into() } else { String::new() },
                ]
            })
            .collect();
        let _ = write!(text, "\ncandidates on these cases\n{}", columns(&rows));
    }
    let past = gate.history.iter().take(FEW).map(|past| {
        let verdict = past.verdict.map_or_else(|| "–".into(), |verdict| verdict.to_string());
        format!(
            "{} {} {verdict} on {}: {}",
            clock::minute(past.at_ms),
            short(&past.run_id),
            plural(past.n_cases, "case"),
            plain(&past.headline, MOST)
        )
    });
    section(&mut text, "earlier verdicts", &past.collect::<Vec<_>>());
    let looks = gate.looks.iter().take(FEW).map(|look| {
        format!(
            "{} {} saw {} of {}",
            clock::minute(look.at_ms),
            plain(&look.by, 40),
            count(look.n_answers),
            plain(&look.what, MOST)
        )
    });
    section(&mut text, "looks at held-out cases", &looks.collect::<Vec<_>>());
    section(&mut text, "sign-offs", &gate.sign_offs.iter().map(sign_off).collect::<Vec<_>>());
    let _ = writeln!(text, "\njudge again: {}", gate.command);
    text
}

fn verdict(gate: &GateShown) -> String {
    let Some(report) = &gate.report else { return "not judged yet".into() };
    let word = report.verdict.map_or_else(
        || "not judged yet".to_owned(),
        |verdict| format!("{} {verdict}", verdict.mark()),
    );
    let when = gate.judged_at_ms.map(clock::minute).unwrap_or_default();
    let simulated = if report.simulated { ", simulated" } else { "" };
    format!("{word} · run {} at {when} UTC{simulated}", short(&report.run_id))
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

fn offers(gate: &GateShown) -> Vec<String> {
    gate.offers
        .iter()
        .map(|offer| {
            let command = offer.amend.as_ref().map(|amend| {
                format!(
                    "\n    karat amend {} {} --min {} --reason \"…\"",
                    gate.feature, amend.criterion, amend.min
                )
            });
            format!(
                "{}: {}{}",
                offer.title,
                plain(&offer.why, 3 * MOST),
                command.unwrap_or_default()
            )
        })
        .collect()
}

fn amendment(amendment: &AmendmentShown) -> String {
    let by = amendment.by.as_deref().map(|by| format!(" by {}", plain(by, 40))).unwrap_or_default();
    let why = amendment
        .reason
        .as_deref()
        .map(|reason| format!(" – {}", plain(reason, MOST)))
        .unwrap_or_default();
    let pending = if amendment.is_pending { " (no gate has judged with it yet)" } else { "" };
    format!("{} {}{by}{why}{pending}", amendment.day, amendment.what)
}

fn sign_off(sign_off: &SignOffShown) -> String {
    let holds =
        if sign_off.holds { "holds" } else { "holds no more: something it rests on changed" };
    let note = if sign_off.note.is_empty() {
        String::new()
    } else {
        format!(" – {}", plain(&sign_off.note, MOST))
    };
    format!(
        "{} {} ({}) signed off {} in run {}{note}: {holds}",
        clock::minute(sign_off.at_ms),
        plain(&sign_off.by, 40),
        sign_off.role.word(),
        sign_off.variant,
        short(&sign_off.run_id)
    )
}

/// What an amendment led to.
pub fn amended(gate: &GateShown) -> String {
    let pending = gate.amendments.iter().filter(|one| one.is_pending).map(amendment);
    let mut text = String::new();
    section(&mut text, "amended", &pending.collect::<Vec<_>>());
    let _ = writeln!(text, "next: {}", gate.command);
    text.trim_start().to_owned()
}

/// What a sign-off led to.
pub fn signed(gate: &GateShown) -> String {
    gate.sign_offs.first().map(|one| format!("{}\n", sign_off(one))).unwrap_or_default()
}
