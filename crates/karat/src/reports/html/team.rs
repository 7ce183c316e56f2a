//! Pure. What a team wants to see beside the forwarded page: every criterion of every variant, pairs, steadiness, identity.

use std::fmt::Write as _;

use super::text::{block_of, mark, name, prose};
use crate::evals::report::{Report, VariantReport};
use crate::gate::CriterionVerdict;
use crate::gate::compare::{Comparison, Standing};
use crate::gate::describe::{count, interval, milliseconds, number, ordinal, rate};
use crate::reports::measured::{n, value};
use crate::reports::words;

/// All sections for a team.
pub fn team(report: &Report) -> String {
    [criteria(report), pairs(report), steadiness(report), power(report), identity(report)].concat()
}

/// Criteria × variants; a criterion that is judged apart has a row for each segment.
fn criteria(report: &Report) -> String {
    let judged: Vec<(&VariantReport, &[CriterionVerdict])> = report
        .variants
        .iter()
        .filter_map(|variant| Some((variant, variant.verdict.as_ref()?.criteria.as_slice())))
        .collect();
    // A variant may lack a row: the baseline is not compared with itself.
    let mut rows: Vec<&CriterionVerdict> = Vec::new();
    for criterion in judged.iter().flat_map(|(_, criteria)| criteria.iter()) {
        if !rows.iter().any(|row| is_same(row, criterion)) {
            rows.push(criterion);
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let mut body = wide_table(
        "Criteria",
        "What was measured for each criterion, with its interval and n; the mark is the verdict. An advisory criterion never changes a verdict.",
        std::iter::once("Criterion".to_owned())
            .chain(judged.iter().map(|(variant, _)| name(&variant.name))),
    );
    for row in rows {
        let segment = row
            .segment
            .as_ref()
            .map(|segment| format!(" <span class=\"soft\">{}</span>", name(segment)))
            .unwrap_or_default();
        let advisory = if row.advisory { " · advisory" } else { "" };
        let _ = write!(
            body,
            "<tr><th scope=\"row\">{}{segment}<small>{}{advisory}</small></th>",
            name(&row.name),
            prose(&row.demand)
        );
        for (_, criteria) in &judged {
            match criteria.iter().find(|criterion| is_same(criterion, row)) {
                Some(criterion) => {
                    let _ = write!(
                        body,
                        "<td>{}{} <small>{}</small></td>",
                        mark(criterion.verdict),
                        apart(&prose(&value(criterion))),
                        n(criterion)
                    );
                }
                None => body.push_str("<td>–</td>"),
            }
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody>\n</table>\n</div>\n");
    block_of("Every criterion of every variant", &body)
}

/// A value with its interval on a line of its own.
fn apart(value: &str) -> String {
    match value.split_once(" [") {
        Some((value, interval)) => {
            format!("{value} <span class=\"interval\">[{interval}</span>")
        }
        None => value.to_owned(),
    }
}

fn is_same(a: &CriterionVerdict, b: &CriterionVerdict) -> bool {
    a.name == b.name && a.segment == b.segment
}

/// Every pair that was compared.
fn pairs(report: &Report) -> String {
    if report.comparisons.is_empty() {
        return String::new();
    }
    let metric = prose(report.primary_metric.as_deref().unwrap_or("success"));
    let mut body = wide_table(
        "Pairs",
        &format!(
            "Mean of second minus first by {metric} on the cases that both answered. The intervals hold for all pairs together, so each is wider than in a comparison of that pair alone; p is the exact McNemar test after Holm's correction, where every score is 0 or 1."
        ),
        ["First → second", "Difference", "n", "Only first · only second", "p", "Who is ahead"]
            .map(str::to_owned)
            .into_iter(),
    );
    for pair in &report.comparisons {
        body.push_str(&pair_row(pair));
    }
    body.push_str("</tbody>\n</table>\n</div>\n");
    block_of("Pair by pair", &body)
}

fn pair_row(pair: &Comparison) -> String {
    let only = match (pair.only_first, pair.only_second) {
        (Some(first), Some(second)) => format!("{} · {}", count(first), count(second)),
        _ => "–".into(),
    };
    let p = pair.mcnemar_p_holm.map_or_else(
        || "–".into(),
        |p| if p >= 0.001 { format!("{p:.3}") } else { "under 0.001".into() },
    );
    let ahead = match pair.outcome {
        Standing::FirstBetter => name(&pair.first),
        Standing::SecondBetter => name(&pair.second),
        Standing::TooCloseToCall => "too close to call".into(),
    };
    format!(
        "<tr><th scope=\"row\">{} → {}</th><td>{:+.3} <span class=\"interval\">{}</span></td><td>{}</td><td>{only}</td><td>{p}</td><td>{ahead}</td></tr>\n",
        name(&pair.first),
        name(&pair.second),
        pair.difference,
        interval(pair.lower, pair.upper),
        count(pair.n)
    )
}

/// How steady, how fast and how dear each variant is.
fn steadiness(report: &Report) -> String {
    if report.variants.is_empty() {
        return String::new();
    }
    let mut body = wide_table(
        "Steadiness",
        "Repeats of a case that gave the same answer; pass^k: all of k repeats succeed; the wait of half and of 95 of 100 answers; US dollars for 1,000 answers.",
        [
            "Variant",
            "Without an answer",
            "Same answer",
            "pass^k",
            "Half · 95 of 100",
            "1,000 answers",
        ]
        .map(str::to_owned)
        .into_iter(),
    );
    for variant in &report.variants {
        let (same, pass_hat) = match &variant.consistency {
            Some(own) => (
                format!("{} of {}", count(own.n_same), count(own.n)),
                own.pass_hat.iter().map(|value| rate(*value)).collect::<Vec<_>>().join(" · "),
            ),
            None => ("–".into(), "–".into()),
        };
        let wait = variant.latency.as_ref().map_or_else(
            || "–".into(),
            |latency| {
                let span = match (latency.p95_lower_ms, latency.p95_upper_ms) {
                    (None, None) => String::new(),
                    (lower, upper) => {
                        let side =
                            |value: Option<f64>| value.map_or_else(|| "?".into(), milliseconds);
                        format!(" [{}, {}]", side(lower), side(upper))
                    }
                };
                format!(
                    "{} · {}{span} <small>n {}</small>",
                    milliseconds(latency.p50_ms),
                    words::p95(Some(latency)),
                    count(latency.n)
                )
            },
        );
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\">{}</th><td>{} of {}</td><td>{same}</td><td>{pass_hat}</td><td>{wait}</td><td>{}</td></tr>",
            name(&variant.name),
            count(variant.n_errors),
            count(variant.n_trials),
            words::money(variant.economy.usd_per_1000)
        );
    }
    body.push_str("</tbody>\n</table>\n</div>\n");
    block_of("How steady, how fast, how dear", &body)
}

/// What these cases can show.
fn power(report: &Report) -> String {
    let mut lines: Vec<String> = report.power.criteria.iter().map(|line| prose(line)).collect();
    if let Some(difference) = report.power.smallest_difference {
        lines.push(format!(
            "Two variants that differ by {} or more can be told apart.",
            rate(difference)
        ));
    }
    super::list("What these cases can show", lines.into_iter())
}

/// Everything that makes the run what it is.
fn identity(report: &Report) -> String {
    let mut rows = vec![
        ("run".to_owned(), prose(&report.run_id)),
        ("identity".into(), prose(&report.identity)),
        (
            "dataset".into(),
            format!("{} {}", name(&report.dataset.name), prose(report.dataset.hash.as_str())),
        ),
        ("cases".into(), words::cases(report)),
        ("repeats".into(), words::repeats(report)),
        ("seed of the order".into(), report.seed.to_string()),
        (
            "confidence".into(),
            format!("{}, one-sided, for each criterion", number(report.confidence)),
        ),
    ];
    for variant in &report.variants {
        let candidate = variant
            .verdict
            .as_ref()
            .map(|verdict| {
                format!(
                    " · {} candidate on these cases, error of a pass {}",
                    ordinal(verdict.candidate),
                    number(verdict.alpha_pass)
                )
            })
            .unwrap_or_default();
        rows.push((
            format!("variant {}", name(&variant.name)),
            format!("{} · {}{candidate}", prose(&variant.kind), prose(&variant.hash)),
        ));
    }
    let body =
        rows.into_iter().fold(String::from("<table>\n<tbody>\n"), |mut body, (what, value)| {
            let _ = writeln!(
                body,
                "<tr><th scope=\"row\">{what}</th><td class=\"long\">{value}</td></tr>"
            );
            body
        });
    block_of(
        "Identity",
        &format!(
            "{body}</tbody>\n</table>\n<p class=\"small\">The same contents have the same identity; their answers are then taken from the store.</p>\n"
        ),
    )
}

/// The beginning of a table that may be wider than the page.
fn wide_table(label: &str, caption: &str, heads: impl Iterator<Item = String>) -> String {
    let heads = heads.fold(String::new(), |mut heads, head| {
        let _ = write!(heads, "<th scope=\"col\">{head}</th>");
        heads
    });
    format!(
        "<div class=\"wide team\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    )
}
