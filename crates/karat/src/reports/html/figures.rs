//! Pure. The two tables of the page: the variants beside the baseline, and the capability map.

use std::fmt::Write as _;

use karat_records::Verdict;

use super::text::{block_of, mark, name, prose};
use crate::evals::report::{Report, VariantReport};
use crate::gate::describe::{count, group, interval, number, rate};
use crate::reports::words;

/// Criteria that a row of the table names.
const FEW: usize = 3;

/// Every variant beside the baseline, findings first.
pub fn beside(report: &Report) -> String {
    let title = match report.variants.iter().find(|variant| variant.is_baseline) {
        Some(baseline) if baseline.kind == "rules" => "Beside the rules".to_owned(),
        Some(baseline) => format!("Beside the baseline, {}", name(&baseline.name)),
        None => "What was measured".to_owned(),
    };
    let mut body = String::new();
    for finding in &report.findings {
        let _ = writeln!(body, "<p>{}</p>", prose(finding));
    }
    if let Some(cost) = words::cost(report) {
        let _ = writeln!(body, "<p>{}</p>", prose(&cost));
    }
    let metric = prose(report.primary_metric.as_deref().unwrap_or("success"));
    let _ = write!(
        body,
        "<table>\n<caption>Mean of {metric} with its interval at confidence {} and n cases; the wait that 95 of 100 answers stay below; the cost of one success.</caption>\n<thead><tr><th scope=\"col\">Variant</th><th scope=\"col\">{metric}</th><th scope=\"col\">95th percentile wait</th><th scope=\"col\">Cost per success</th></tr></thead>\n<tbody>\n",
        number(report.confidence)
    );
    for variant in &report.variants {
        body.push_str(&row(report, variant));
    }
    body.push_str("</tbody>\n</table>\n");
    // That a variant is the baseline or unproven already stands in its row.
    for variant in report.variants.iter().filter(|variant| variant.n_errors > 0) {
        if let Some(note) = words::notes(variant).last() {
            let _ = writeln!(body, "<p class=\"small\">{}</p>", prose(note));
        }
    }
    block_of(&title, &body)
}

fn row(report: &Report, variant: &VariantReport) -> String {
    let is_headline = report.headline.variant.as_ref() == Some(&variant.name);
    let verdict = words::verdict(variant);
    let mut about: Vec<String> = Vec::new();
    if let Some(verdict) = verdict {
        let open = not_passed(variant).filter(|_| !is_headline);
        about.push(open.map_or_else(|| verdict.to_string(), |open| format!("{verdict}: {open}")));
    }
    if variant.is_baseline {
        about.push("baseline".into());
    }
    if variant.is_unproven {
        about.push("may serve unproven".into());
    }
    if variant.simulated {
        about.push("simulated".into());
    }
    let figure = apart(&words::primary_mean(report, variant));
    let n = words::primary(report, variant)
        .map(|metric| format!(" <small>n {}</small>", count(metric.n)))
        .unwrap_or_default();
    let figure = if is_headline { format!("<b>{figure}</b>") } else { figure };
    format!(
        "<tr><th scope=\"row\">{}{}<small>{}</small></th><td>{figure}{n}</td><td>{}</td><td>{}</td></tr>\n",
        verdict.map(mark).unwrap_or_default(),
        name(&variant.name),
        about.join(" · "),
        words::p95(variant.latency.as_ref()),
        words::money(variant.economy.usd_per_success),
    )
}

/// A mean and its interval, which a narrow page sets on two lines.
fn apart(figure: &str) -> String {
    match figure.split_once(' ') {
        Some((mean, interval)) => format!("{mean} <span class=\"interval\">{interval}</span>"),
        None => figure.to_owned(),
    }
}

/// The names of what a variant does not pass, the failed ones first.
fn not_passed(variant: &VariantReport) -> Option<String> {
    let names: Vec<String> = words::not_passed(variant)
        .into_iter()
        .filter(|criterion| !criterion.advisory && criterion.verdict != Verdict::Pass)
        .map(|criterion| prose(&words::criterion_name(criterion)))
        .collect();
    let more = names.len().saturating_sub(FEW);
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(names.join(", ")),
        (false, more) => Some(format!("{} and {more} more", names[..FEW].join(", "))),
    }
}

/// The capability map, worst group first.
pub fn map(report: &Report) -> String {
    let rows = words::weakest(report);
    if rows.is_empty() {
        return String::new();
    }
    let metric = prose(report.primary_metric.as_deref().unwrap_or("success"));
    let mut body = format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Groups\">\n<table>\n<caption>Mean of {metric} on the cases of each group, with its interval and n; worst first. A case may belong to several groups.</caption>\n<thead><tr><th scope=\"col\">Group</th><th scope=\"col\">n</th>"
    );
    for cell in rows.first().map_or(&[][..], |row| &row.cells) {
        let _ = write!(body, "<th scope=\"col\">{}</th>", name(&cell.variant));
    }
    body.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        let n = row.cells.iter().map(|cell| cell.n).max().unwrap_or(0);
        let _ = write!(
            body,
            "<tr><th scope=\"row\">{}</th><td>{}</td>",
            name(group(&row.group)),
            count(n)
        );
        for cell in &row.cells {
            let figure = cell.mean.map_or_else(
                || "–".into(),
                |mean| apart(&format!("{} {}", rate(mean), interval(cell.lower, cell.upper))),
            );
            // A variant that has not answered every case of the group says of how many its figure is.
            let own = if cell.n == n {
                String::new()
            } else {
                format!(" <small>n {}</small>", count(cell.n))
            };
            let _ = write!(body, "<td>{figure}{own}</td>");
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody>\n</table>\n</div>\n");
    block_of("Group by group", &body)
}
