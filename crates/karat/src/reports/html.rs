//! Pure. The one page to forward: what can be expected, for people who have never seen a prompt.
//!
//! One file without scripts, links or anything from elsewhere; the same report gives the same bytes.

mod dots;

mod examples;

mod figures;

mod scorecard;

mod team;

mod text;

use std::fmt::Write as _;

use karat_records::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::text::{block_of, mark, name, prose};
use super::words;
use crate::evals::report::Report;
use crate::gate::describe::{number, ordinal};

const STYLE: &str = include_str!("html/page.css");

/// The page asks for nothing and lets nothing run, should an escape ever be forgotten.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// For whom a page is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Whoever decides, and has never seen a prompt.
    #[default]
    Leader,
    /// Whoever builds: every criterion, pairs, identity and seeds as well.
    Team,
}

/// The report as the page to forward.
pub fn html(report: &Report) -> String {
    html_for(report, Audience::Leader)
}

/// The report as one page of HTML.
pub fn html_for(report: &Report, audience: Audience) -> String {
    let mut page = String::with_capacity(32 * 1024);
    let feature = prose(&report.feature);
    let title = match words::headline_verdict(report) {
        Some(verdict) => format!("{feature}: {verdict}"),
        None => format!("{feature}: estimates"),
    };
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    );
    head(&mut page, report);
    page.push_str(&figures::beside(report));
    page.push_str(&examples::examples(report));
    page.push_str(&list("What we do not know", report.unknowns.iter().map(|item| prose(item))));
    page.push_str(&list(
        "Amended after it had first judged",
        report
            .amendments
            .iter()
            .map(|one| format!("<b>{}</b> {}", prose(&one.day), prose(&one.what))),
    ));
    if !report.next_step.is_empty() {
        let _ = write!(
            page,
            "<section class=\"next\" aria-labelledby=\"next\">\n<h2 id=\"next\">The next decision</h2>\n<p>{}</p>\n<p class=\"small\">{}</p>\n</section>\n",
            prose(&words::decision(report)),
            prose(&report.next_step)
        );
    }
    page.push_str(&scorecard::scorecard(report));
    page.push_str(&figures::map(report));
    if audience == Audience::Team {
        page.push_str(&team::team(report));
    }
    foot(&mut page, report);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn head(page: &mut String, report: &Report) {
    let mut above = vec![name(&report.feature)];
    above
        .extend(report.headline.variant.iter().map(|variant| format!("variant {}", name(variant))));
    above.push(words::day(report.started_at_ms));
    let _ = write!(page, "<header>\n<p class=\"above\">{}</p>\n", above.join(" · "));
    let (sentence, open) = match report.headline.sentence.rsplit_once(" Open: ") {
        Some((sentence, open)) => (sentence, Some(open)),
        None => (report.headline.sentence.as_str(), None),
    };
    let shape = words::headline_verdict(report).map(mark).unwrap_or_default();
    let _ = writeln!(page, "<h1>{shape}{}</h1>", prose(sentence));
    if let Some(open) = open {
        let _ = writeln!(page, "<p class=\"open-list\">Open: {}</p>", prose(open));
    }
    if let Some((verdict, words)) = words::feature_verdict(report) {
        let _ = writeln!(page, "<p>{} {}</p>", mark(verdict), prose(&words));
    }
    page.push_str("</header>\n");
    let banners = [
        words::simulated(report).map(|words| ("Simulated", words)),
        words::incomplete(report).map(|words| ("Incomplete", words.to_owned())),
    ];
    for (word, meaning) in banners.into_iter().flatten() {
        let _ = writeln!(
            page,
            "<p class=\"banner\" role=\"note\"><b>{word}:</b> {}</p>",
            prose(&meaning)
        );
    }
    page.push_str(&dots::dots(report));
    let mut basis = format!("{}, {}.", words::cases(report), words::repeats(report));
    if let Some(words) = words::consistency(report) {
        let _ = write!(basis, " {words}");
    }
    if let Some(words) = words::estimates(report) {
        let _ = write!(basis, " {words}");
    }
    let _ = writeln!(page, "<p class=\"soft\">{}</p>", prose(&basis));
}

fn foot(page: &mut String, report: &Report) {
    let mut pieces = Vec::new();
    if let Some(verdict) = report.headline_variant().and_then(|one| one.verdict.as_ref()) {
        pieces.push(format!(
            "Anytime-valid bounds at confidence {}, one-sided, for each criterion; cases are the unit, repeats are not. {} candidate judged on these cases.",
            number(report.confidence),
            ordinal(verdict.candidate)
        ));
    } else {
        pieces.push(format!(
            "Anytime-valid bounds at confidence {}; cases are the unit, repeats are not.",
            number(report.confidence)
        ));
    }
    let mut sources = vec![
        format!("Dataset {} · {}", name(&report.dataset.name), prose(report.dataset.hash.short())),
        format!("run {}", prose(&report.run_id)),
    ];
    if let Some(day) = &report.criteria_since {
        sources.push(format!("criteria fixed on {}", prose(&words::written_day(day))));
    }
    pieces.push(format!("{}.", sources.join(" · ")));
    pieces.push("Same data, same page, byte for byte.".into());
    let _ = write!(
        page,
        "<footer>\n<p>{}</p>\n<p><span class=\"gold\" aria-hidden=\"true\">◆</span> Karat · {}</p>\n</footer>\n",
        pieces.join(" "),
        name(&report.project)
    );
}

/// A section with one sentence to a line; nothing where there are none.
fn list(title: &str, items: impl Iterator<Item = String>) -> String {
    let items = items.fold(String::new(), |mut items, item| {
        let _ = writeln!(items, "<li>{item}</li>");
        items
    });
    if items.is_empty() {
        return String::new();
    }
    block_of(title, &format!("<ul class=\"plain\">\n{items}</ul>\n"))
}

/// The class that colours a verdict's shape.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Undecided => "undecided",
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    fn pages() -> Vec<String> {
        let both = |report: &Report| {
            [Audience::Leader, Audience::Team].map(|audience| html_for(report, audience))
        };
        fixtures::all().iter().flat_map(both).collect()
    }

    /// What a reader sees, without tags and style.
    fn text_of(page: &str) -> String {
        let body = &page[page.find("<main>").unwrap()..];
        let mut text = String::new();
        for piece in body.split('<').skip(1) {
            let (tag, words) = piece.split_once('>').unwrap();
            if tag.starts_with("svg") && tag.contains("aria-label") {
                let label = tag.split("aria-label=\"").nth(1).unwrap();
                let _ = write!(text, "[{}] ", label.split('"').next().unwrap());
            }
            text.push_str(words);
        }
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }

    #[test]
    fn the_page_says_what_can_be_expected() {
        insta::assert_snapshot!("undecided", text_of(&html(&fixtures::undecided())));
        insta::assert_snapshot!("pass", text_of(&html(&fixtures::pass())));
        insta::assert_snapshot!("tuning", text_of(&html(&fixtures::tuning())));
    }

    #[test]
    fn the_team_sees_every_criterion_and_what_the_run_was() {
        let page = html_for(&fixtures::undecided(), Audience::Team);
        insta::assert_snapshot!("team", text_of(&page));
        assert!(page.contains(&fixtures::undecided().identity));
        assert!(!html(&fixtures::undecided()).contains(&fixtures::undecided().identity));
    }

    #[test]
    fn the_forwarded_page_says_what_it_costs_and_what_is_to_be_decided() {
        for report in [fixtures::pass(), fixtures::undecided(), fixtures::fail()] {
            let text = text_of(&html(&report));
            assert!(text.contains("The next decision"), "{text}");
            assert!(text.contains("1,000 "), "what it costs: {text}");
            for jargon in ["McNemar", "pass^", "identity", "seed", "alpha"] {
                assert!(!text.contains(jargon), "{jargon}");
            }
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let page = html_for(&fixtures::fail(), Audience::Team);
        for hostile in
            ["<script", "<img", "<i>", "<u>", "</style><style", "</blockquote></main>", "\"><img"]
        {
            assert!(!page.contains(hostile), "{hostile}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!page.contains('\u{202e}'));
        insta::assert_snapshot!("fail", text_of(&html(&fixtures::fail())));
    }

    #[test]
    fn only_known_elements_stand_on_the_page_and_each_is_closed() {
        let known = [
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "header",
            "section",
            "footer",
            "article",
            "figure",
            "figcaption",
            "h1",
            "h2",
            "h3",
            "p",
            "ul",
            "li",
            "div",
            "span",
            "b",
            "small",
            "bdi",
            "blockquote",
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "svg",
            "circle",
            "path",
        ];
        for page in pages() {
            let mut open: Vec<&str> = Vec::new();
            for piece in page.split('<').skip(2) {
                let (tag, _) = piece.split_once('>').unwrap();
                if let Some(name) = tag.strip_prefix('/') {
                    assert_eq!(open.pop(), Some(name));
                    continue;
                }
                let name = tag.split([' ', '/']).next().unwrap();
                assert!(known.contains(&name), "{name}");
                assert!(!tag.contains(" on"), "{tag}");
                if !tag.ends_with('/') && name != "meta" {
                    open.push(name);
                }
            }
            assert_eq!(open, Vec::<&str>::new());
        }
    }

    #[test]
    fn the_page_is_small_needs_nothing_from_elsewhere_and_has_one_headline() {
        for report in fixtures::all() {
            let page = html(&report);
            assert!(page.len() < 62_000, "{}", page.len());
            assert_eq!(page.matches("<h1>").count(), 1);
            assert_eq!(page.matches("class=\"next\"").count(), 1);
            for reference in
                ["http://", "https://", "href=", "src=\"", "url(", "@import", "<script"]
            {
                assert!(!page.contains(reference), "{reference}");
            }
            assert_eq!(page, html(&report));
        }
    }

    #[test]
    fn a_simulated_run_carries_a_banner_and_a_real_one_does_not() {
        let banner = "class=\"banner\" role=\"note\"><b>Simulated:";
        assert!(html(&fixtures::undecided()).contains(banner));
        assert!(!html(&fixtures::pass()).contains(banner));
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_head() {
        for page in pages() {
            for table in page.split("<table>").skip(1) {
                let rows: Vec<usize> = table
                    .split("<tr>")
                    .skip(1)
                    .map(|row| row.matches("<td>").count() + row.matches("<th scope").count())
                    .collect();
                assert!(rows.iter().all(|n| *n == rows[0]), "{rows:?}");
            }
        }
    }

    #[test]
    fn the_dots_are_a_hundred() {
        for report in fixtures::all() {
            let page = html(&report);
            assert_eq!(page.matches("r=\"6\"").count(), 100 + 3);
        }
    }
}
