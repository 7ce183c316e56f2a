//! Pure. Three answers, picked by rule: typical, best and worst.

use std::fmt::Write as _;

use karat_records::Scope;

use super::text::{block_of, lines, prose};
use crate::evals::examples::{Example, StandsFor};
use crate::evals::report::Report;
use crate::evals::unknowns::short;
use crate::gate::describe::{number, plural};

/// The answers with what was asked and what was expected; nothing where there are none.
pub fn examples(report: &Report) -> String {
    if report.examples.is_empty() && report.scope == Scope::HeldOut {
        return block_of(
            "No single answers",
            &format!(
                "<p class=\"small\">{} judged, and none is shown one by one: whoever sees them tunes towards them. <code>karat show {} --failed --reveal-held-out</code> shows them, and the look is written down.</p>\n",
                plural(report.n_cases, "held-out case"),
                short(&report.run_id)
            ),
        );
    }
    if report.examples.is_empty() {
        return String::new();
    }
    let n = match report.examples.len() {
        1 => "One answer".to_owned(),
        2 => "Two answers".to_owned(),
        3 => "Three answers".to_owned(),
        n => format!("{n} answers"),
    };
    let mut body = String::new();
    for example in &report.examples {
        body.push_str(&one(report, example));
    }
    body.push_str(
        "<p class=\"small\">Typical is nearest to the mean score, best and worst have the highest and the lowest; a hash of the case’s id settles ties. Nobody chose them.</p>\n",
    );
    block_of(&format!("{n}, picked by rule"), &body)
}

fn one(report: &Report, example: &Example) -> String {
    let word = match example.stands_for {
        StandsFor::Typical => "Typical",
        StandsFor::Best => "Best",
        StandsFor::Worst => "Worst",
    };
    let metric = prose(report.primary_metric.as_deref().unwrap_or("score"));
    let repeats =
        if report.trials > 1 { format!(" over {} repeats", report.trials) } else { String::new() };
    let mut text = format!(
        "<article class=\"example\">\n<h3>{word}</h3>\n<div>\n<blockquote class=\"asked\" dir=\"auto\">{}</blockquote>\n<blockquote class=\"answered\" dir=\"auto\">{}</blockquote>\n<p class=\"small\">",
        lines(&example.input),
        lines(&example.answer),
    );
    if let Some(expected) = &example.expected {
        let _ = write!(text, "expected <bdi>{}</bdi> · ", prose(expected));
    }
    let score = number((example.score * 100.0).round() / 100.0);
    let _ = write!(text, "{metric} {score}{repeats}");
    if let Some(why) = &example.why {
        let _ = write!(text, " · <bdi>{}</bdi>", prose(why));
    }
    let _ =
        write!(text, " · case <bdi>{}</bdi></p>\n</div>\n</article>\n", prose(&example.case_id));
    text
}
