//! Pure. How long a label takes, and how long the rest will.

/// Labels that say something about a person's own pace; below, everybody's pace is taken.
const ENOUGH: usize = 3;

/// Longer than this nobody looks at one item: the person was away.
const MOST_SECONDS: f64 = 600.0;

/// The last labels that count: people become faster.
const RECENT: usize = 50;

/// The middle of the recent times, own ones where there are enough; `times` are (is own, seconds) in order of time.
pub fn pace(times: &[(bool, f64)]) -> Option<f64> {
    let usable = |is_wanted: &dyn Fn(bool) -> bool| -> Vec<f64> {
        let fits = |(own, seconds): &&(bool, f64)| {
            is_wanted(*own) && seconds.is_finite() && (0.0..=MOST_SECONDS).contains(seconds)
        };
        times.iter().rev().filter(fits).take(RECENT).map(|(_, seconds)| *seconds).collect()
    };
    let own = usable(&|own| own);
    let mut times = if own.len() >= ENOUGH { own } else { usable(&|_| true) };
    times.sort_unstable_by(f64::total_cmp);
    let middle = times.len() / 2;
    match times.len() {
        0 => None,
        n if n % 2 == 1 => Some(times[middle]),
        _ => Some(f64::midpoint(times[middle - 1], times[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_own_pace_counts_once_there_are_three_labels_and_absence_never() {
        assert_eq!(pace(&[]), None);
        assert_eq!(pace(&[(false, 4.0), (true, 10.0)]), Some(7.0));
        assert_eq!(pace(&[(false, 4.0), (true, 10.0), (true, 12.0), (true, 14.0)]), Some(12.0));
        assert_eq!(pace(&[(true, 3.0), (true, 5_000.0), (true, f64::NAN)]), Some(3.0));
    }
}
