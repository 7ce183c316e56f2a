//! Pure. Small tables: runs, answers, comparisons, the project's state.

use std::fmt::Write as _;

use karat_records::RunState;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::clock;
use crate::evals::draft::Draft;
use crate::evals::runs::{Compared, RunList, ShownAnswer, ShownRun};
use crate::evals::unknowns::short;
use crate::gate::compare::{Comparison, Standing};
use crate::gate::describe;
use crate::today::state::State;

/// Columns as wide as their widest cell, two spaces apart.
pub fn columns(rows: &[Vec<String>]) -> String {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..n_columns)
        .map(|index| {
            rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell}{}", " ".repeat(width - cell.width() + 2));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// What a terminal may show of a text that somebody else wrote: one line, no control characters.
pub fn plain(text: &str, most: usize) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| {
            !c.is_control()
                && !('\u{202a}'..='\u{202e}').contains(c)
                && !('\u{2066}'..='\u{2069}').contains(c)
        })
        .take(most + 1)
        .collect();
    if line.chars().count() > most {
        line = line.chars().take(most.saturating_sub(1)).collect();
        line.push('…');
    }
    line
}

/// Runs, newest first.
pub fn runs(list: &RunList) -> String {
    if list.runs.is_empty() {
        return "There is no run yet.\nnext: karat eval\n".into();
    }
    let mut rows = vec![
        ["run", "when (UTC)", "feature", "cases", "verdict", "what"].map(str::to_owned).to_vec(),
    ];
    for run in &list.runs {
        let verdict = match (run.state, run.verdict) {
            (RunState::Complete, Some(verdict)) => format!("{} {verdict}", verdict.mark()),
            (RunState::Complete, None) => "estimates".into(),
            _ => "stopped".into(),
        };
        let simulated = if run.simulated { "(simulated) " } else { "" };
        rows.push(vec![
            short(&run.id).to_owned(),
            clock::minute(run.started_at_ms),
            run.feature.clone(),
            describe::count(run.n_cases),
            verdict,
            format!(
                "{simulated}{}",
                plain(run.headline.as_deref().unwrap_or(&run.variants.join(", ")), 80)
            ),
        ]);
    }
    let more = list.next.as_ref().map(|_| "more with --limit\n").unwrap_or_default();
    format!("{}{more}", columns(&rows))
}

/// The answers of a run.
pub fn answers(shown: &ShownRun) -> String {
    let mut text = String::new();
    if shown.is_held_out {
        text.push_str(
            "These cases are held out, and this look was written down: whoever tunes on them needs fresh ones to judge.\n\n",
        );
    }
    for answer in &shown.answers {
        text.push_str(&one_answer(answer));
        text.push('\n');
    }
    if shown.answers.is_empty() {
        text.push_str("No answer matches.\n");
    }
    if shown.n_more > 0 {
        let _ = writeln!(text, "and {} more; --limit shows them", describe::count(shown.n_more));
    }
    text
}

fn one_answer(answer: &ShownAnswer) -> String {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(map) if map.len() == 1 && map.values().all(Value::is_string) => {
            map.values().filter_map(Value::as_str).collect()
        }
        other => other.to_string(),
    };
    let mut text =
        format!("{} · {} · repeat {}\n", answer.case_id, answer.variant, answer.trial_index + 1);
    if let Some(input) = &answer.input {
        let _ = writeln!(text, "  input     {}", plain(&words(input), 300));
    }
    if let Some(expected) = &answer.expected {
        let _ = writeln!(text, "  expected  {}", plain(&words(expected), 300));
    }
    match &answer.failure {
        Some(failure) => {
            let _ = writeln!(text, "  no answer {}", plain(failure, 300));
        }
        None => {
            let _ = writeln!(text, "  answer    {}", plain(&words(&answer.output), 300));
        }
    }
    for score in &answer.scores {
        let value = score.value.map_or("undecided".to_owned(), describe::number);
        let why = score
            .explanation
            .as_deref()
            .map(|why| format!(" · {}", plain(why, 120)))
            .unwrap_or_default();
        let _ = writeln!(text, "  {} {value}{why}", score.scorer);
    }
    text
}

/// A comparison as a sentence.
pub fn comparison(comparison: &Comparison) -> String {
    let outcome = match comparison.outcome {
        Standing::FirstBetter => format!("{} is better", comparison.first),
        Standing::SecondBetter => format!("{} is better", comparison.second),
        Standing::TooCloseToCall => "too close to call".into(),
    };
    let mut text = format!(
        "{} → {}: {:+.3} {} on {} by {}, {outcome}",
        comparison.first,
        comparison.second,
        comparison.difference,
        describe::interval(comparison.lower, comparison.upper),
        describe::plural(comparison.n, "case"),
        comparison.metric,
    );
    if let (Some(first), Some(second), Some(p)) =
        (comparison.only_first, comparison.only_second, comparison.mcnemar_p)
    {
        let _ = write!(
            text,
            " (only the first right {first}, only the second {second}, exact McNemar p = {})",
            p_value(p)
        );
    }
    text
}

/// A p-value with three significant digits.
pub fn p_value(p: f64) -> String {
    if p >= 0.001 { format!("{p:.3}") } else { format!("{p:.2e}") }
}

/// Two runs or variants.
pub fn compared(compared: &Compared) -> String {
    let mut text = format!("{}\n", compared.title);
    for one in &compared.comparisons {
        let _ = writeln!(text, "  {}", comparison(one));
    }
    if !compared.changed.is_empty() {
        let mut rows =
            vec![vec!["  changed case".to_owned(), "before".into(), "after".into(), String::new()]];
        rows.extend(compared.changed.iter().map(|change| {
            vec![
                format!("  {}", change.case_id),
                describe::rate(change.before),
                describe::rate(change.after),
                change.second.clone(),
            ]
        }));
        text.push_str(&columns(&rows));
    }
    if compared.n_hidden > 0 {
        let _ = writeln!(
            text,
            "  {} changed and not named; --reveal-held-out names them, and the look is written down",
            describe::plural(compared.n_hidden, "held-out case")
        );
    }
    text
}

/// Where the project stands.
pub fn state(state: &State) -> String {
    let mut text = String::new();
    if let Some(project) = &state.project {
        let _ = writeln!(text, "{project}");
    }
    for feature in &state.features {
        let _ = writeln!(text, "\n{}: {}", feature.name, feature.holds);
        let rows: Vec<Vec<String>> = feature
            .variants
            .iter()
            .map(|variant| {
                let verdict = match (variant.verdict, variant.has_drifted) {
                    (Some(verdict), _) => format!("{} {verdict}", verdict.mark()),
                    (None, true) => "changed since it was judged".into(),
                    (None, false) => "not judged".into(),
                };
                vec![format!("  {}", variant.name), verdict]
            })
            .collect();
        text.push_str(&columns(&rows));
        if let Some(run) = &feature.last_run {
            let _ = writeln!(
                text,
                "  last run {} at {} UTC",
                short(&run.id),
                clock::minute(run.started_at_ms)
            );
        }
    }
    if !state.bets.is_empty() {
        let _ = writeln!(text, "\n{}", state.bets.join("\n"));
    }
    let gap = if text.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{gap}{}\nnext: {}", state.reason, state.next);
    text
}

/// A draft of rules.
pub fn draft(draft: &Draft) -> String {
    let worth = if draft.lower > draft.majority {
        ""
    } else {
        "\n  the words of these cases alone do not tell the answers apart: put in what you know"
    };
    format!(
        "{} written with {} from {}\n  rules like these were right on {} of cases that they had not seen {} n {}\n  the most frequent answer alone: {}{worth}\nnext: {}\n",
        draft.file,
        describe::plural(draft.n_rules, "rule"),
        describe::plural(draft.n, "case"),
        describe::rate(draft.estimate),
        describe::interval(draft.lower, draft.upper),
        draft.n,
        describe::rate(draft.majority),
        draft.next,
    )
}
