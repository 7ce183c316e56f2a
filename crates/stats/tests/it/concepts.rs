//! What the concept page on statistics shows and says is what this crate answers today.

#[path = "../../examples/plots/all.rs"]
mod all;

use karat_stats::quantile::observations_for_upper_bound;
use karat_stats::{Sample, promise};

const PAGE: &str = include_str!("../../../../docs/concepts/statistics.md");

#[test]
fn plots_are_drawn_from_todays_answers_and_shown() {
    for (name, text) in all::draw().unwrap() {
        let stored = std::fs::read_to_string(format!("{}/{name}", all::FOLDER)).unwrap();
        assert!(
            stored == text,
            "{name} is out of date; next: cargo run -p karat-stats --example plots"
        );
        assert!(PAGE.contains(&format!("(plots/{name})")), "{name} is not on the page");
    }
}

#[test]
fn numbers_on_the_page_are_todays() {
    let promised = |n| {
        let sample = Sample::Counts { successes: n, n };
        promise(&sample, None, 0.05, 0.02).unwrap().of_100
    };
    let sentence = format!(
        "Ten right answers of ten promise {} of 100, a hundred of a hundred promise {}.",
        promised(10),
        promised(100)
    );
    assert!(PAGE.contains(&sentence), "{sentence}");
    let fewest = [0.5, 0.9, 0.95, 0.99].map(|p| observations_for_upper_bound(p, 0.05).unwrap());
    let [median, p90, p95, p99] = fewest;
    let sentence = format!(
        "the median needs {median}, the 90th percentile {p90}, the 95th {p95} and the 99th {p99}."
    );
    assert!(PAGE.contains(&sentence), "{sentence}");
}
