//! Pure. What a feature had spent before this process began, so that a restart is no new budget.

use std::collections::BTreeMap;

const HOUR_MS: i64 = 60 * 60_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Amounts in US dollars with the moments at which they count, oldest first.
///
/// `hours` has what each hour cost and when it began; `exact_usd` is what the last 24 hours cost.
/// An hour counts at its end, so that it leaves the budget too late rather than too early;
/// what the hours do not explain belongs to the one that the window cuts.
pub fn earlier(hours: &[(i64, f64)], exact_usd: f64, now_ms: i64) -> Vec<(i64, f64)> {
    let since_ms = now_ms - DAY_MS;
    let mut amounts: BTreeMap<i64, f64> = BTreeMap::new();
    let mut whole_usd = 0.0;
    for (begins_at_ms, usd) in hours.iter().filter(|(begins_at_ms, _)| *begins_at_ms >= since_ms) {
        whole_usd += usd;
        *amounts.entry((begins_at_ms + HOUR_MS - 1).min(now_ms)).or_default() += usd;
    }
    let cut_hour_ends_ms = since_ms - since_ms.rem_euclid(HOUR_MS) + HOUR_MS - 1;
    let rest_usd = exact_usd - whole_usd;
    // Sums of floating numbers in another order differ by less than a millionth.
    if rest_usd > 1e-6 {
        *amounts.entry(cut_hour_ends_ms.min(now_ms)).or_default() += rest_usd;
    }
    amounts.into_iter().filter(|(_, usd)| *usd > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000 + 20 * 60_000;
    const THIS_HOUR: i64 = NOW - NOW.rem_euclid(HOUR_MS);

    #[test]
    fn each_hour_counts_at_its_end_and_the_present_one_now() {
        let hours = [(THIS_HOUR - 2 * HOUR_MS, 1.0), (THIS_HOUR, 0.5)];
        let found = earlier(&hours, 1.5, NOW);
        assert_eq!(found, [(THIS_HOUR - HOUR_MS - 1, 1.0), (NOW, 0.5)]);
    }

    #[test]
    fn of_the_hour_that_the_window_cuts_only_what_lies_inside_counts() {
        let cut = THIS_HOUR - DAY_MS;
        let found = earlier(&[(cut, 9.0), (THIS_HOUR, 0.5)], 2.5, NOW);
        assert_eq!(found, [(cut + HOUR_MS - 1, 2.0), (NOW, 0.5)]);
        assert!(found.iter().all(|(at, _)| *at > NOW - DAY_MS && *at <= NOW));
        assert_eq!(earlier(&[], 0.0, NOW), []);
    }
}
