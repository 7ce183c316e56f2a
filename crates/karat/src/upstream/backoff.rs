//! Pure. How long to wait before the next attempt.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// The wait after attempt number `attempt` (from 0): doubled each time, with jitter from `seed`,
/// but never shorter than what the provider asked for.
pub fn wait(attempt: u32, asked: Option<Duration>, seed: u64) -> Duration {
    let doubled = FIRST.saturating_mul(1u32.checked_shl(attempt).unwrap_or(u32::MAX)).min(LONGEST);
    let own = doubled.mul_f64(0.5 + 0.5 * unit(seed, attempt));
    match asked {
        // A little beyond what was asked, so that many callers do not return in the same instant.
        Some(asked) => asked + Duration::from_millis(50).mul_f64(unit(seed, attempt)),
        None => own,
    }
}

/// A number in [0, 1) from a seed (splitmix64).
fn unit(seed: u64, attempt: u32) -> f64 {
    let mut z =
        seed.wrapping_add(u64::from(attempt).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_below_the_longest() {
        for seed in 0..100 {
            assert!(wait(0, None, seed) <= FIRST);
            assert!(wait(40, None, seed) <= LONGEST);
            assert!(wait(3, None, seed) >= FIRST * 4);
        }
    }

    #[test]
    fn what_the_provider_asked_for_is_honoured() {
        assert!(wait(0, Some(Duration::from_secs(7)), 1) >= Duration::from_secs(7));
        assert!(wait(9, Some(Duration::from_millis(1)), 1) <= Duration::from_millis(51));
    }
}
