//! Pure. A histogram of times in buckets whose bounds grow by a tenth, so that sums over hours keep their quantiles.

use std::collections::BTreeMap;

/// Counts of times; two of them add up, and a quantile is off by less than 5 % of itself.
///
/// Bucket 0 ends at 0.01 ms, bucket `i` at `0.01 · 1.1^i` ms; the last one, 255, begins beyond three days.
/// A bucket speaks through the middle that is equally far, relatively, from both of its bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: BTreeMap<u8, u64>,
}

/// Where bucket 0 ends.
const LEAST_MS: f64 = 0.01;

/// How much longer each bucket's end is than the one before.
const GROWTH: f64 = 1.1;

/// The bucket of a time: the least `i` with `ms ≤ 0.01 · 1.1^i`.
pub fn bucket_of(ms: f64) -> u8 {
    if ms.is_nan() || ms <= LEAST_MS {
        return 0;
    }
    // Saturates at 255.
    ((ms / LEAST_MS).ln() / GROWTH.ln()).ceil() as u8
}

/// The time that a bucket stands for: `2 · low · high / (low + high)`, which is off by at most 4.8 %.
pub fn middle_of(bucket: u8) -> f64 {
    let high = LEAST_MS * GROWTH.powi(bucket.into());
    2.0 * high / (GROWTH + 1.0)
}

impl Histogram {
    /// Counts one time.
    pub fn add(&mut self, ms: f64) {
        *self.counts.entry(bucket_of(ms)).or_default() += 1;
    }

    /// Adds all that another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, n) in &other.counts {
            *self.counts.entry(*bucket).or_default() += n;
        }
    }

    /// How many times were counted.
    pub fn n(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The time that a share `p` in `0..=1` of the times does not exceed; `None` where nothing was counted.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let rank = (p * self.n() as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, n) in &self.counts {
            seen += n;
            if seen >= rank {
                return Some(middle_of(*bucket));
            }
        }
        self.counts.last_key_value().map(|(bucket, _)| middle_of(*bucket))
    }

    /// Buckets that counted something, in order, with their counts.
    pub fn buckets(&self) -> impl Iterator<Item = (u8, u64)> + '_ {
        self.counts.iter().map(|(bucket, n)| (*bucket, *n))
    }

    /// Each bucket as its number and its count, the count in groups of seven bits, the lowest first.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(3 * self.counts.len());
        for (bucket, n) in &self.counts {
            bytes.push(*bucket);
            let mut rest = *n;
            while rest >= 0x80 {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
        }
        bytes
    }

    /// What [`Histogram::to_bytes`] wrote; `None` where the bytes are something else.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let mut counts = BTreeMap::new();
        let mut bytes = bytes.iter().copied();
        while let Some(bucket) = bytes.next() {
            let mut n = 0_u64;
            let mut shift = 0;
            loop {
                let byte = bytes.next()?;
                n |= u64::from(byte & 0x7f).checked_shl(shift)?;
                if byte < 0x80 {
                    break;
                }
                shift += 7;
            }
            counts.insert(bucket, n);
        }
        Some(Self { counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_off_by_less_than_five_percent() {
        let mut ms = 0.0101;
        while ms < 1e8 {
            let said = middle_of(bucket_of(ms));
            assert!((said - ms).abs() / ms < 0.048, "{ms} became {said}");
            ms *= 1.003;
        }
    }

    #[test]
    fn odd_times_fall_into_the_first_or_the_last_bucket() {
        assert_eq!([0.0, -1.0, f64::NAN, f64::NEG_INFINITY, 0.01].map(bucket_of), [0; 5]);
        assert_eq!([1e300, f64::INFINITY].map(bucket_of), [255; 2]);
        assert!(bucket_of(3.0 * 86_400_000.0) < 255);
    }

    #[test]
    fn quantiles_of_a_sum_are_those_of_all_times() {
        let mut sum = Histogram::default();
        assert_eq!(sum.quantile(0.5), None);
        for part in 0..10 {
            let mut histogram = Histogram::default();
            for ms in (1..=1_000).filter(|ms| ms % 10 == part) {
                histogram.add(f64::from(ms));
            }
            sum.merge(&Histogram::of_bytes(&histogram.to_bytes()).unwrap());
        }
        assert_eq!(sum.n(), 1_000);
        for (p, ms) in [(0.0, 1.0), (0.5, 500.0), (0.95, 950.0), (0.99, 990.0), (1.0, 1_000.0)] {
            let said = sum.quantile(p).unwrap();
            assert!((said - ms).abs() / ms < 0.05, "{p}: {said}");
        }
    }

    #[test]
    fn counts_of_any_size_survive_as_bytes_and_odd_bytes_are_refused() {
        let counts = [(0, 1), (3, 127), (4, 128), (200, u64::MAX), (255, 1 << 40)];
        let histogram = Histogram { counts: counts.into_iter().collect() };
        assert_eq!(Histogram::of_bytes(&histogram.to_bytes()), Some(histogram));
        assert_eq!(Histogram::of_bytes(&[]), Some(Histogram::default()));
        for odd in
            [&[1_u8][..], &[1, 0x80], &[1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]]
        {
            assert_eq!(Histogram::of_bytes(odd), None, "{odd:?}");
        }
    }
}
