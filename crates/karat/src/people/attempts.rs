//! Pure. Failed sign-ins of each address: after ten within a minute it has to wait.

use core::net::IpAddr;
use std::collections::HashMap;

const MOST_FAILURES: u32 = 10;

const WINDOW_MS: i64 = 60_000;

/// Addresses that are remembered at once; beyond that the oldest is forgotten.
const MOST_ADDRESSES: usize = 1024;

/// What failed lately.
#[derive(Debug, Default)]
pub struct Attempts(HashMap<IpAddr, Failures>);

#[derive(Debug)]
struct Failures {
    since_ms: i64,
    n: u32,
}

impl Attempts {
    /// Seconds until this address may try again; `None` where it may now.
    pub fn wait(&self, address: IpAddr, now_ms: i64) -> Option<u64> {
        let failures = self.0.get(&address)?;
        let left = failures.since_ms + WINDOW_MS - now_ms;
        (failures.n >= MOST_FAILURES && left > 0).then(|| (left as u64).div_ceil(1000))
    }

    /// Notes a failure.
    pub fn failed(&mut self, address: IpAddr, now_ms: i64) {
        self.0.retain(|_, failures| now_ms - failures.since_ms < WINDOW_MS);
        if self.0.len() >= MOST_ADDRESSES && !self.0.contains_key(&address) {
            let oldest = self.0.iter().min_by_key(|(_, failures)| failures.since_ms);
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                self.0.remove(&oldest);
            }
        }
        self.0.entry(address).or_insert(Failures { since_ms: now_ms, n: 0 }).n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_in_a_minute_are_enough() {
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let mut attempts = Attempts::default();
        for at in 0..10 {
            assert_eq!(attempts.wait(one, at), None);
            attempts.failed(one, at);
        }
        assert_eq!(attempts.wait(one, 10), Some(60));
        assert_eq!(attempts.wait(other, 10), None);
        assert_eq!(attempts.wait(one, WINDOW_MS), None);
        attempts.failed(one, WINDOW_MS);
        assert_eq!(attempts.wait(one, WINDOW_MS + 1), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut attempts = Attempts::default();
        for index in 0..5000_u32 {
            attempts.failed(IpAddr::from(index.to_be_bytes()), i64::from(index) / 1000);
        }
        assert!(attempts.0.len() <= MOST_ADDRESSES);
    }
}
