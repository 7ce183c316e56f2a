//! Pure. Of a hundred requests: how many are good at least, how many not, and how many nobody can say yet.

use std::fmt::Write as _;

use super::text::prose;
use crate::evals::report::Report;

const PER_ROW: usize = 20;

/// The hundred dots with their legend in words; nothing where nothing was measured.
pub fn dots(report: &Report) -> String {
    let (Some(good), Some(bad)) = (report.headline.good_of_100, report.headline.bad_of_100) else {
        return String::new();
    };
    let good = usize::from(good.min(100));
    let bad = usize::from(bad).min(100 - good);
    let open = 100 - good - bad;
    let metric = prose(report.primary_metric.as_deref().unwrap_or("what is demanded"));
    let about = prose(&report.about);
    let classes = [("g", good), ("o", open), ("b", bad)]
        .into_iter()
        .flat_map(|(class, n)| std::iter::repeat_n(class, n));
    let mut circles = String::new();
    for (index, class) in classes.enumerate() {
        let (x, y) = (9 + 17 * (index % PER_ROW), 9 + 17 * (index / PER_ROW));
        let _ = write!(circles, "<circle cx=\"{x}\" cy=\"{y}\" r=\"6\" class=\"{class}\"/>");
    }
    let key = |class: &str, words: String| {
        format!(
            "<li><svg viewBox=\"0 0 14 14\" aria-hidden=\"true\"><circle cx=\"7\" cy=\"7\" r=\"6\" class=\"{class}\"/></svg>{words}</li>\n"
        )
    };
    format!(
        "<figure class=\"dots\">\n<svg viewBox=\"0 0 341 86\" role=\"img\" aria-label=\"Of 100 {about}: at least {good} meet {metric}, {open} nobody can say yet, at least {bad} do not\">{circles}</svg>\n<figcaption>\n<p>Of 100 {about}</p>\n<ul>\n{}{}{}</ul>\n<p>{}</p>\n</figcaption>\n</figure>\n",
        key("g", format!("{good} meet {metric}, at least")),
        key("o", format!("{open} we cannot say yet")),
        key("b", format!("{bad} do not, at least")),
        if open == 0 {
            format!("So {bad} of 100 go wrong.")
        } else {
            format!("So between {bad} and {} of 100 go wrong.", bad + open)
        }
    )
}
