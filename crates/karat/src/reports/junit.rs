//! Pure. The report as `JUnit` XML, for the test tab of a CI service.
//!
//! One suite for each variant, one test for each criterion and segment.
//! CI services know passed, failed and skipped only, and most hide what is skipped; an undecided criterion holds a
//! release back, so it is a `failure` of type `undecided`. What does not hold it back is `skipped`: advisory criteria,
//! and those of a variant that may serve unproven.

use std::fmt::Write as _;

use jiff::Timestamp;
use karat_records::Verdict;

use super::clean::{block, line, markup};
use super::measured::{n, remarks, value};
use super::words;
use crate::evals::report::{Report, VariantReport};
use crate::gate::CriterionVerdict;
use crate::gate::describe::plural;

/// The report as `JUnit` XML.
pub fn junit(report: &Report) -> String {
    let mut suites = String::new();
    let mut total = Counts::default();
    for variant in &report.variants {
        let (counts, text) = suite(report, variant);
        total.add(counts);
        suites.push_str(&text);
    }
    if let Some(words) = words::incomplete(report) {
        total.add(Counts { tests: 1, errors: 1, ..Counts::default() });
        let _ = write!(
            suites,
            "  <testsuite name=\"{name}: run\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    <testcase classname=\"{name}\" name=\"run is complete\">\n      <error type=\"incomplete\" message=\"{words}\"/>\n    </testcase>\n  </testsuite>\n",
            name = attribute(&report.feature),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{} / {}\" {}>\n{suites}</testsuites>\n",
        attribute(&report.project),
        attribute(&report.feature),
        total.attributes()
    )
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }

    fn attributes(self) -> String {
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
            self.tests, self.failures, self.errors, self.skipped
        )
    }
}

fn suite(report: &Report, variant: &VariantReport) -> (Counts, String) {
    let class = format!("{}.{}", attribute(&report.feature), attribute(&variant.name));
    let mut counts = Counts::default();
    let mut tests = String::new();
    match &variant.verdict {
        Some(verdict) => {
            for criterion in &verdict.criteria {
                counts.tests += 1;
                let outcome = match (criterion.verdict, criterion.advisory || variant.is_unproven) {
                    (Verdict::Pass, _) => String::new(),
                    (_, true) => {
                        counts.skipped += 1;
                        format!("      <skipped message=\"{}\"/>\n", attribute(&message(criterion)))
                    }
                    (other, false) => {
                        counts.failures += 1;
                        format!(
                            "      <failure type=\"{other}\" message=\"{}\"/>\n",
                            attribute(&message(criterion))
                        )
                    }
                };
                let name = attribute(&words::criterion_name(criterion));
                let _ = write!(
                    tests,
                    "    <testcase classname=\"{class}\" name=\"{name}\">\n{outcome}      <system-out>{}</system-out>\n    </testcase>\n",
                    text(&message(criterion))
                );
            }
        }
        // Without criteria nothing is demanded, so nothing can fail.
        None => {
            for metric in &variant.metrics {
                counts.tests += 1;
                let _ = write!(
                    tests,
                    "    <testcase classname=\"{class}\" name=\"{}\">\n      <system-out>{} on {}, an estimate</system-out>\n    </testcase>\n",
                    attribute(&metric.name),
                    words::mean(Some(metric)),
                    plural(metric.n, "case")
                );
            }
        }
    }
    let began = Timestamp::from_millisecond(report.started_at_ms)
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S").to_string())
        .unwrap_or_default();
    let verdict =
        words::verdict(variant).map_or_else(|| "none".into(), |verdict| verdict.to_string());
    let mut properties = String::new();
    for (name, value) in [
        ("run", report.run_id.clone()),
        ("dataset", format!("{} {}", report.dataset.name, report.dataset.hash.short())),
        ("variant", variant.hash.clone()),
        ("simulated", variant.simulated.to_string()),
        ("verdict", verdict),
    ] {
        let _ = writeln!(
            properties,
            "      <property name=\"{name}\" value=\"{}\"/>",
            attribute(&value)
        );
    }
    let suite = format!(
        "  <testsuite name=\"{}: {}{}\" {} timestamp=\"{began}\">\n    <properties>\n{properties}    </properties>\n{tests}  </testsuite>\n",
        attribute(&report.feature),
        attribute(&variant.name),
        if variant.simulated { " (simulated)" } else { "" },
        counts.attributes()
    );
    (counts, suite)
}

/// What is demanded, what was measured, what would decide.
fn message(criterion: &CriterionVerdict) -> String {
    let mut pieces = vec![
        format!("{}: {}", criterion.verdict, criterion.demand),
        format!("{}, {}", value(criterion), n(criterion)),
    ];
    pieces.extend(remarks(criterion));
    pieces.join("; ")
}

fn attribute(value: &str) -> String {
    markup(&line(value))
}

fn text(value: &str) -> String {
    markup(&block(value))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    /// Reads the tags of the text and panics where they are not balanced or anything is not escaped.
    fn elements(xml: &str) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        let mut seen = Vec::new();
        let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
        for piece in body.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap();
            assert!(!text.contains('>'), "{text}");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name));
                continue;
            }
            let name = tag.split([' ', '/']).next().unwrap().to_owned();
            seen.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<String>::new());
        for entity in xml.split('&').skip(1) {
            let name = entity.split(';').next().unwrap();
            assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "{name}");
        }
        assert!(!xml.chars().any(|c| c.is_control() && c != '\n'));
        seen
    }

    #[test]
    fn hostile_names_leave_the_xml_well_formed() {
        for report in fixtures::all() {
            elements(&junit(&report));
        }
    }

    #[test]
    fn the_counts_are_those_of_the_elements() {
        for report in fixtures::all() {
            let xml = junit(&report);
            let elements = elements(&xml);
            let n = |name: &str| elements.iter().filter(|element| *element == name).count();
            let head = xml.lines().nth(1).unwrap();
            for (counter, name) in
                [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")]
            {
                assert!(head.contains(&format!("{counter}=\"{}\"", n(name))), "{head}");
            }
        }
    }

    #[test]
    fn an_undecided_criterion_holds_the_build_back_and_an_advisory_one_does_not() {
        let xml = junit(&fixtures::undecided());
        assert!(xml.contains("<failure type=\"undecided\" message=\"undecided: right-queue at"));
        assert!(xml.contains("<skipped message=\"fail: right-queue at least 0.95"));
        insta::assert_snapshot!("undecided", xml);
    }

    #[test]
    fn without_criteria_every_metric_is_a_test_that_passes() {
        let xml = junit(&fixtures::tuning());
        assert!(!xml.contains("<failure"));
        insta::assert_snapshot!("tuning", xml);
    }

    #[test]
    fn a_run_that_stopped_early_is_an_error() {
        let report = Report { is_complete: false, ..fixtures::tuning() };
        let xml = junit(&report);
        elements(&xml);
        assert!(xml.contains("<error type=\"incomplete\""));
    }
}
