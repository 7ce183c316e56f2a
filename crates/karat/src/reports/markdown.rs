//! Pure. The report as a comment on a pull request, in GitHub's Markdown.

use std::fmt::Write as _;

use super::clean::line;
use super::measured::{n, remarks, value};
use super::words;
use crate::evals::report::{Report, VariantReport};
use crate::gate::describe::{count, ordinal};

/// The report as Markdown; everything that comes from data is escaped.
pub fn markdown(report: &Report) -> String {
    let mut page = String::new();
    let title = match report.verdict {
        Some(verdict) => format!("{} {}: {verdict}", verdict.mark(), prose(&report.feature)),
        None => format!("{}: estimates", prose(&report.feature)),
    };
    let _ = write!(page, "### {title}\n\n**{}**\n\n", prose(&report.headline.sentence));
    if let Some(words) = words::simulated(report) {
        let _ = write!(page, "> **Simulated**: {}\n\n", prose(&words));
    }
    if let Some(words) = words::incomplete(report) {
        let _ = write!(page, "> **Incomplete**: {words}\n\n");
    }
    if let Some(words) = words::estimates(report) {
        let _ = write!(page, "{words}\n\n");
    }
    page.push_str(&variants(report));
    for note in report.variants.iter().flat_map(words::notes) {
        let _ = writeln!(page, "{}  ", prose(&note));
    }
    for variant in &report.variants {
        let is_open = report.headline.variant.as_ref() == Some(&variant.name);
        page.push_str(&criteria(variant, is_open));
    }
    list(&mut page, "Findings", report.findings.iter().map(String::as_str));
    let amendments: Vec<String> = report
        .amendments
        .iter()
        .map(|amendment| format!("{}: {}", amendment.day, amendment.what))
        .collect();
    list(&mut page, "Amended after it had first judged", amendments.iter().map(String::as_str));
    if !report.next_step.is_empty() {
        let _ = write!(page, "\n**Next:** {}\n", prose(&report.next_step));
    }
    let _ = write!(
        page,
        "\n<sub>{}, {} · confidence {}, one-sided · dataset {} {} · run {}</sub>\n",
        words::cases(report),
        words::repeats(report),
        crate::gate::describe::number(report.confidence),
        prose(&report.dataset.name),
        report.dataset.hash.short(),
        prose(&report.run_id)
    );
    page
}

fn variants(report: &Report) -> String {
    let metric = report.primary_metric.as_deref().map_or_else(|| "success".into(), prose);
    let has_repeats = report.trials > 1;
    let mut table = format!("| Variant | Verdict | {metric} | n |");
    if has_repeats {
        let _ = write!(table, " all {} repeats |", report.trials);
    }
    table.push_str(" p95 | per 1,000 | per success | Errors | Candidate |\n|---|---|---|--:|");
    table.push_str(if has_repeats { "--:|" } else { "" });
    table.push_str("--:|--:|--:|--:|--:|\n");
    for variant in &report.variants {
        let measured = words::primary(report, variant);
        let verdict = words::verdict(variant)
            .map_or_else(|| "–".into(), |verdict| format!("{} {verdict}", verdict.mark()));
        let _ = write!(
            table,
            "| {} | {verdict} | {} | {} |",
            prose(&variant.name),
            words::primary_mean(report, variant),
            measured.map_or_else(|| "–".into(), |metric| count(metric.n)),
        );
        if has_repeats {
            let _ = write!(table, " {} |", words::pass_hat(variant));
        }
        let candidate = variant
            .verdict
            .as_ref()
            .map_or_else(|| "–".into(), |verdict| ordinal(verdict.candidate));
        let _ = writeln!(
            table,
            " {} | {} | {} | {} | {candidate} |",
            words::p95(variant.latency.as_ref()),
            words::money(variant.economy.usd_per_1000),
            words::money(variant.economy.usd_per_success),
            count(variant.n_errors),
        );
    }
    table.push('\n');
    table
}

/// Criteria of a variant that are not plainly passed.
fn criteria(variant: &VariantReport, is_open: bool) -> String {
    let open = words::not_passed(variant);
    let Some(verdict) = variant.verdict.as_ref().filter(|_| !open.is_empty()) else {
        return String::new();
    };
    let mut text = format!(
        "\n<details{}><summary>{}: {} of {} criteria not passed</summary>\n\n| Criterion | Demand | Measured | n | |\n|---|---|---|--:|---|\n",
        if is_open { " open" } else { "" },
        prose(&variant.name),
        open.len(),
        verdict.criteria.len()
    );
    for criterion in open {
        let _ = writeln!(
            text,
            "| {} {} | {} | {} | {} | {} |",
            criterion.verdict.mark(),
            prose(&words::criterion_name(criterion)),
            prose(&criterion.demand),
            value(criterion),
            n(criterion).trim_start_matches("n "),
            prose(&remarks(criterion).join("; ")),
        );
    }
    text.push_str("\n</details>\n");
    text
}

fn list<'a>(page: &mut String, title: &str, items: impl Iterator<Item = &'a str>) {
    let items: Vec<String> = items.map(|item| format!("- {}\n", prose(item))).collect();
    if !items.is_empty() {
        let _ = write!(page, "\n**{title}**\n\n{}", items.concat());
    }
}

/// Text from data on one line that Markdown shows as it is: no markup, no HTML, no table cell's end, no link,
/// and no `@name` or `#12` that would call somebody or something.
fn prose(text: &str) -> String {
    let text = line(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    let mut is_start = true;
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // GitHub looks for mentions in the finished text, so an entity would not do: an invisible joiner does.
            '@' => escaped.push_str("@\u{2060}"),
            '#' => escaped.push_str("\\#\u{2060}"),
            ':' if next == Some('/') => escaped.push_str("&#58;"),
            '.' if ends_with_www(&escaped) => escaped.push_str("&#46;"),
            '-' | '+' | '=' if is_start => {
                escaped.push('\\');
                escaped.push(character);
            }
            '.' | ')' if escaped.chars().all(|before| before.is_ascii_digit()) => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
        is_start = false;
    }
    escaped
}

fn ends_with_www(text: &str) -> bool {
    text.len()
        .checked_sub(3)
        .and_then(|at| text.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn the_comment_reads_well() {
        insta::assert_snapshot!("undecided", markdown(&fixtures::undecided()));
        insta::assert_snapshot!("tuning", markdown(&fixtures::tuning()));
    }

    #[test]
    fn hostile_text_stays_text() {
        let page = markdown(&fixtures::fail());
        for hostile in ["<script", "<img", "<b>", "<u>", "`<", "|queue<", "@team", "@everyone"] {
            assert!(!page.contains(hostile), "{hostile}");
        }
        assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
        insta::assert_snapshot!("fail", page);
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_head() {
        for report in fixtures::all() {
            let page = markdown(&report);
            let mut n_cells = None;
            for line in page.lines() {
                if !line.starts_with('|') {
                    n_cells = None;
                    continue;
                }
                let n = line.replace("\\|", "").matches('|').count();
                assert_eq!(*n_cells.get_or_insert(n), n, "{line}");
            }
        }
    }

    #[test]
    fn nothing_in_prose_calls_people_opens_links_or_starts_a_list() {
        assert_eq!(prose("@octo #12"), "@\u{2060}octo \\#\u{2060}12");
        assert_eq!(prose("see https://x.y or www.z"), "see https&#58;//x.y or www&#46;z");
        assert_eq!(prose("- a"), "\\- a");
        assert_eq!(prose("12. a 0.5"), "12\\. a 0.5");
        assert_eq!(
            prose("[a](b) *c* `d` a|b\n# e"),
            "\\[a\\](b) \\*c\\* \\`d\\` a\\|b \\#\u{2060} e"
        );
    }
}
