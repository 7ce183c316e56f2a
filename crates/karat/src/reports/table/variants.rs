//! Pure. The table of variants: verdict, quality, wait, money, errors, and how many candidates these cases have seen.

use super::layout::{Grid, Page};
use super::verdict_words;
use crate::evals::report::{Report, VariantReport};
use crate::gate::describe::{count, ordinal};
use crate::reports::clean::line;
use crate::reports::words;

/// One column: its head, and its cell for a variant.
type Column<'a> = (String, Box<dyn Fn(&VariantReport) -> String + 'a>);

/// Writes the table, what should be known beside it, and, where nothing is judged, every scorer.
pub fn variants(page: &mut Page, report: &Report) {
    page.blank();
    let columns = columns(report);
    let n_left = if report.is_gate { 2 } else { 1 };
    let mut grid = Grid::new(columns.iter().map(|(head, _)| head.clone()).collect(), n_left);
    for variant in &report.variants {
        let cells = columns.iter().map(|(_, cell)| cell(variant)).collect();
        grid.row(cells, words::verdict(variant).map(|verdict| (1, verdict)));
    }
    page.grid(&grid);
    let notes: Vec<String> = report.variants.iter().flat_map(words::notes).collect();
    if !notes.is_empty() {
        page.blank();
        for note in &notes {
            page.text(2, note);
        }
    }
    if !report.is_gate || page.style.is_whole {
        scorers(page, report);
    }
}

fn columns(report: &Report) -> Vec<Column<'_>> {
    let mut columns: Vec<Column<'_>> =
        vec![("variant".into(), Box::new(|variant| line(&variant.name)))];
    if report.is_gate {
        columns
            .push(("verdict".into(), Box::new(|variant| verdict_words(words::verdict(variant)))));
    }
    if let Some(metric) = &report.primary_metric {
        columns.push((line(metric), Box::new(|variant| words::primary_mean(report, variant))));
        columns.push((
            "n".into(),
            Box::new(|variant| {
                words::primary(report, variant).map_or_else(|| "–".into(), |metric| count(metric.n))
            }),
        ));
    }
    if report.trials > 1 {
        columns.push((format!("pass^{}", report.trials), Box::new(words::pass_hat)));
    }
    columns.push(("p95".into(), Box::new(|variant| words::p95(variant.latency.as_ref()))));
    columns.push(("errors".into(), Box::new(|variant| count(variant.n_errors))));
    columns
        .push(("per 1,000".into(), Box::new(|variant| words::money(variant.economy.usd_per_1000))));
    columns.push((
        "per success".into(),
        Box::new(|variant| words::money(variant.economy.usd_per_success)),
    ));
    if report.variants.iter().any(|variant| variant.verdict.is_some()) {
        columns.push((
            "on these cases".into(),
            Box::new(|variant| {
                variant.verdict.as_ref().map_or_else(
                    || "–".into(),
                    |verdict| format!("{} candidate", ordinal(verdict.candidate)),
                )
            }),
        ));
    }
    columns
}

fn scorers(page: &mut Page, report: &Report) {
    let Some(first) = report.variants.first().filter(|variant| variant.metrics.len() > 1) else {
        return;
    };
    page.heading("Every scorer");
    let mut head = vec![String::new(), "n".into()];
    head.extend(report.variants.iter().map(|variant| line(&variant.name)));
    let mut grid = Grid::new(head, 1);
    for (index, metric) in first.metrics.iter().enumerate() {
        let mut cells = vec![line(&metric.name), count(metric.n)];
        cells.extend(report.variants.iter().map(|variant| words::mean(variant.metrics.get(index))));
        grid.row(cells, None);
    }
    page.grid(&grid);
}
