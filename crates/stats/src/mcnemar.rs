//! Pure. `McNemar`'s exact test: two booleans on the same items, judged on the items where they differ.

use crate::binomial::{lower_tail, upper_tail};

/// p-values for `first_only` items where only the first is true and `second_only` where only the second is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// Exact two-sided p-value; 1 when nothing differs.
    pub p_two_sided: f64,
    /// Mid-p two-sided value: less conservative, not guaranteed; for information.
    pub p_mid: f64,
    /// Exact one-sided p-value that the second is true more often.
    pub p_second_better: f64,
    /// Exact one-sided p-value that the first is true more often.
    pub p_first_better: f64,
}

/// `McNemar` (1947), exact binomial form at rate 1/2, for items that were fixed before the data were seen.
pub fn mcnemar(first_only: u64, second_only: u64) -> McNemar {
    let n = first_only.saturating_add(second_only);
    if n == 0 {
        return McNemar { p_two_sided: 1.0, p_mid: 1.0, p_second_better: 1.0, p_first_better: 1.0 };
    }
    let fewer = first_only.min(second_only);
    let tail = lower_tail(fewer, n, 0.5);
    let beyond = if fewer == 0 { 0.0 } else { lower_tail(fewer - 1, n, 0.5) };
    McNemar {
        p_two_sided: (2.0 * tail).min(1.0),
        p_mid: (tail + beyond).min(1.0),
        p_second_better: upper_tail(second_only, n, 0.5),
        p_first_better: upper_tail(first_only, n, 0.5),
    }
}
