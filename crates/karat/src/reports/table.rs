//! Pure. What `karat eval` and `karat gate` print: one calm page of text, verdict first, next step last.

mod criteria;

mod layout;

mod variants;

use karat_records::Verdict;

use self::layout::Page;
use super::clean::line;
use super::words;
use crate::evals::report::Report;
use crate::gate::describe::{count, group, interval, rate};

/// How the page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Verdicts in colour and headings in bold, by ANSI escape codes; otherwise nothing but text.
    pub is_coloured: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Everything: passed criteria, the whole capability map, every unknown; otherwise what matters most.
    pub is_whole: bool,
}

/// Groups of the capability map that a short page shows.
const FEW_GROUPS: usize = 5;

/// Unknowns that a short page shows.
const FEW_UNKNOWNS: usize = 3;

/// The report as a page of text.
pub fn table(report: &Report, style: Style) -> String {
    let mut page = Page::new(style);
    head(&mut page, report);
    variants::variants(&mut page, report);
    criteria::criteria(&mut page, report);
    list(&mut page, "Findings", report.findings.iter().map(|finding| line(finding)));
    map(&mut page, report);
    unknowns(&mut page, report);
    list(
        &mut page,
        "Amended after it had first judged",
        report
            .amendments
            .iter()
            .map(|amendment| format!("{}  {}", line(&amendment.day), line(&amendment.what))),
    );
    if !report.next_step.is_empty() {
        page.blank();
        page.marked("next:", None, &line(&report.next_step));
    }
    page.finish()
}

fn head(page: &mut Page, report: &Report) {
    let verdict = words::headline_verdict(report);
    let sentence = line(&report.headline.sentence);
    page.title(verdict, &sentence);
    if let Some((verdict, words)) = words::feature_verdict(report) {
        page.marked(verdict.mark(), Some(verdict), &words);
    }
    if let Some(words) = words::simulated(report) {
        page.blank();
        page.loud("SIMULATED", &words);
    }
    if let Some(words) = words::incomplete(report) {
        page.blank();
        page.loud("INCOMPLETE", words);
    }
    page.blank();
    let run = crate::evals::unknowns::short(&report.run_id);
    page.text(
        2,
        &format!(
            "{} · {}, {} · {} · run\u{a0}{}",
            line(&report.feature),
            words::cases(report),
            words::repeats(report),
            words::day(report.started_at_ms),
            line(run)
        ),
    );
    if let Some(words) = words::estimates(report) {
        page.text(2, words);
    }
}

fn map(page: &mut Page, report: &Report) {
    let rows = words::weakest(report);
    let most = if page.style.is_whole { rows.len() } else { FEW_GROUPS };
    let shown = &rows[..rows.len().min(most)];
    if shown.is_empty() {
        return;
    }
    let left = rows.len() - shown.len();
    let title = match (&report.headline.variant, left) {
        (Some(variant), 1..) => {
            format!("Weakest groups of {}, {} of {}", line(variant), shown.len(), rows.len())
        }
        (Some(variant), 0) => format!("Groups, the weakest of {} first", line(variant)),
        (None, _) => "Groups".into(),
    };
    page.heading(&title);
    // A short page shows the variant that the headline is about; the whole one shows them all.
    let is_shown = |name: &str| {
        page.style.is_whole || report.headline.variant.as_deref().is_none_or(|shown| shown == name)
    };
    let mut head = vec![String::new(), "n".into()];
    head.extend(report.variants.iter().filter(|v| is_shown(&v.name)).map(|v| line(&v.name)));
    if !page.style.is_whole {
        head.truncate(2);
        head.push(report.primary_metric.as_deref().map_or_else(String::new, line));
    }
    let mut grid = layout::Grid::new(head, 1);
    for row in shown {
        let n = row.cells.iter().map(|cell| cell.n).max().unwrap_or(0);
        let mut cells = vec![line(group(&row.group)), count(n)];
        cells.extend(row.cells.iter().filter(|cell| is_shown(&cell.variant)).map(|cell| {
            cell.mean.map_or_else(
                || "–".into(),
                |mean| format!("{} {}", rate(mean), interval(cell.lower, cell.upper)),
            )
        }));
        grid.row(cells, None);
    }
    page.grid(&grid);
}

fn unknowns(page: &mut Page, report: &Report) {
    let most = if page.style.is_whole { report.unknowns.len() } else { FEW_UNKNOWNS };
    let mut shown: Vec<String> =
        report.unknowns.iter().take(most).map(|unknown| line(unknown)).collect();
    let left = report.unknowns.len().saturating_sub(most);
    if left > 0 {
        shown.push(format!("{left} more (--verbose shows everything)"));
    }
    list(page, "What we do not know", shown.into_iter());
}

fn list(page: &mut Page, title: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    page.heading(title);
    for item in items {
        page.item(&item);
    }
}

/// A verdict's mark and word, in its colour.
fn verdict_words(verdict: Option<Verdict>) -> String {
    verdict.map_or_else(|| "–".into(), |verdict| format!("{} {verdict}", verdict.mark()))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn plain(width: usize) -> Style {
        Style { is_coloured: false, width, is_whole: false }
    }

    #[test]
    fn the_page_reads_calmly_at_eighty_columns() {
        insta::assert_snapshot!("undecided_80", table(&fixtures::undecided(), plain(80)));
        insta::assert_snapshot!("pass_80", table(&fixtures::pass(), plain(80)));
        insta::assert_snapshot!("tuning_80", table(&fixtures::tuning(), plain(80)));
    }

    #[test]
    fn the_page_reads_calmly_at_a_hundred_and_twenty_columns() {
        insta::assert_snapshot!("undecided_120", table(&fixtures::undecided(), plain(120)));
        insta::assert_snapshot!("pass_120", table(&fixtures::pass(), plain(120)));
        insta::assert_snapshot!("fail_120", table(&fixtures::fail(), plain(120)));
    }

    #[test]
    fn the_whole_page_shows_every_criterion_group_and_unknown() {
        let style = Style { is_whole: true, ..plain(120) };
        insta::assert_snapshot!("undecided_whole", table(&fixtures::undecided(), style));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for report in fixtures::all() {
            for width in [60, 80, 100, 120] {
                for is_whole in [false, true] {
                    let style = Style { is_coloured: false, width, is_whole };
                    for line in table(&report, style).lines() {
                        assert!(line.width() <= width, "{} > {width}: {line}", line.width());
                    }
                }
            }
        }
    }

    #[test]
    fn colour_adds_escape_codes_and_changes_no_text() {
        for report in fixtures::all() {
            let coloured = table(&report, Style { is_coloured: true, ..plain(80) });
            let without = super::super::clean::block(&coloured);
            assert_eq!(without, table(&report, plain(80)));
        }
    }

    #[test]
    fn hostile_answers_cannot_write_to_the_terminal() {
        for style in [plain(80), Style { is_whole: true, ..plain(120) }] {
            let text = table(&fixtures::fail(), style);
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
            assert!(!text.contains('\u{202e}'));
        }
    }

    #[test]
    fn a_simulated_run_says_so_before_any_figure() {
        let text = table(&fixtures::undecided(), plain(80));
        let at = text.find("SIMULATED").unwrap();
        assert!(at < text.find("variant  ").unwrap());
    }

    #[test]
    fn the_next_step_is_the_last_thing_that_is_said() {
        for report in fixtures::all() {
            let text = table(&report, plain(80));
            assert_eq!(text.matches("next: ").count(), 1);
            let tail = &text[text.find("next: ").unwrap()..];
            assert!(!tail.contains("\n\n"));
        }
    }
}
