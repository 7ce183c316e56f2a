//! Pure. How much a suggestion moves people: items of an assisted queue with and without it.

use karat_stats::newcombe::newcombe;
use serde_json::Value;

use super::item::Item;
use super::resolve::is_same;
use crate::gate::describe::rate;

/// Items with a suggestion, each with what the first person said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Items whose first label is the suggested one.
    pub n_same: u64,
    /// Items with a label.
    pub n: u64,
}

/// Counts first labels that follow the suggestion: (shown, not shown). First labels only, so that items are independent.
pub fn followed<'a>(
    items: impl IntoIterator<Item = (&'a Item, &'a Value)>,
) -> (Followed, Followed) {
    let (mut shown, mut hidden) = (Followed::default(), Followed::default());
    for (item, suggestion) in items {
        let Some(first) = item.labels.iter().min_by_key(|label| label.at_ms) else { continue };
        let side = match (first.assisted, item.stays_blind) {
            (true, _) => &mut shown,
            (false, true) => &mut hidden,
            (false, false) => continue,
        };
        side.n += 1;
        side.n_same += u64::from(is_same(&first.value, suggestion));
    }
    (shown, hidden)
}

/// The shift in a sentence with its interval; nothing before both sides have a label.
pub fn sentence(shown: Followed, hidden: Followed) -> Option<String> {
    let difference = newcombe((shown.n_same, shown.n), (hidden.n_same, hidden.n), 0.95).ok()?;
    let estimate = difference.estimate?;
    let ends = difference.interval;
    let verdict = if ends.lower > 0.0 {
        "the suggestion pulls people towards itself"
    } else if ends.upper < 0.0 {
        "the suggestion pushes people away from itself"
    } else {
        "no shift is shown yet"
    };
    Some(format!(
        "With the suggestion shown, {} of {} items got the suggested label; without it {} of {}: a shift of {}{} [{}, {}], so {verdict}. Labels made with it never count for gates.",
        shown.n_same,
        shown.n,
        hidden.n_same,
        hidden.n,
        if estimate > 0.0 { "+" } else { "" },
        rate(estimate),
        rate(ends.lower),
        rate(ends.upper),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_comes_with_both_counts_and_its_interval() {
        let side = |n_same, n| Followed { n_same, n };
        assert_eq!(sentence(side(3, 3), side(0, 0)), None);
        let moved = sentence(side(76, 80), side(12, 20)).unwrap();
        assert!(moved.contains("76 of 80") && moved.contains("12 of 20"), "{moved}");
        assert!(moved.contains("+0.35 [") && moved.contains("pulls people"), "{moved}");
        assert!(sentence(side(5, 8), side(1, 2)).unwrap().contains("no shift is shown yet"));
    }
}
