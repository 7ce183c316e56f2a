//! Pure. The criteria of each variant that is not a plain pass: demand, measured value, n, and what would decide.

use karat_records::Verdict;
use unicode_width::UnicodeWidthStr;

use super::layout::{Page, painted, truncate, wrap};
use crate::evals::report::{Report, VariantReport};
use crate::gate::CriterionVerdict;
use crate::reports::clean::line;
use crate::reports::measured::{n, remarks, value};
use crate::reports::words;

/// Criteria of one variant that a short page shows.
const FEW: usize = 8;

/// Writes the criteria of all variants that need a look.
pub fn criteria(page: &mut Page, report: &Report) {
    // The headline's variant first: that is the one people ask about.
    let is_headline =
        |variant: &&VariantReport| Some(&variant.name) == report.headline.variant.as_ref();
    let others = report.variants.iter().filter(|variant| !is_headline(variant));
    for variant in report.variants.iter().filter(is_headline).chain(others) {
        let Some(verdict) = &variant.verdict else { continue };
        let open = words::not_passed(variant);
        let n_all = verdict.criteria.len();
        let mut shown = open.clone();
        if page.style.is_whole {
            shown.extend(
                verdict.criteria.iter().filter(|criterion| criterion.verdict == Verdict::Pass),
            );
        } else {
            shown.truncate(FEW);
        }
        if shown.is_empty() {
            continue;
        }
        page.heading(&title(variant, open.len(), n_all));
        write(page, &shown);
        let left = open.len().saturating_sub(shown.len());
        if left > 0 {
            page.text(2, &format!("{left} more (--verbose shows everything)"));
        }
    }
}

fn title(variant: &VariantReport, n_open: usize, n_all: usize) -> String {
    let name = line(&variant.name);
    match n_open {
        0 => format!("{name}: all {n_all} criteria passed"),
        n_open => format!("{name}: {n_open} of {n_all} criteria not passed"),
    }
}

fn write(page: &mut Page, criteria: &[&CriterionVerdict]) {
    let width = page.style.width;
    let names: Vec<String> = criteria
        .iter()
        .map(|criterion| truncate(&words::criterion_name(criterion), width - 36))
        .collect();
    let values: Vec<String> = criteria.iter().map(|criterion| value(criterion)).collect();
    let ns: Vec<String> = criteria.iter().map(|criterion| n(criterion)).collect();
    let demands: Vec<String> = criteria.iter().map(|criterion| line(&criterion.demand)).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| text.width()).max().unwrap_or(0);
    let (name, figure, n) = (widest(&names), widest(&values), widest(&ns));
    let left = 4 + name + 2 + figure + 2 + n;
    let is_beside = left + 2 + widest(&demands) <= width;
    for (index, criterion) in criteria.iter().enumerate() {
        let mark = painted(criterion.verdict.mark(), Some(criterion.verdict), page.style);
        let pad = |text: &str, to: usize| " ".repeat(to.saturating_sub(text.width()));
        let mut first = format!(
            "  {mark} {}{}  {}{}  {}{}",
            names[index],
            pad(&names[index], name),
            values[index],
            pad(&values[index], figure),
            ns[index],
            pad(&ns[index], n),
        );
        let mut below = remarks(criterion);
        if is_beside {
            first.push_str("  ");
            first.push_str(&demands[index]);
        } else {
            below.insert(0, demands[index].clone());
        }
        page.raw(&first);
        for line in wrap(&below.join(" · "), width - 4) {
            if !line.is_empty() {
                page.raw(&format!("    {line}"));
            }
        }
    }
}
