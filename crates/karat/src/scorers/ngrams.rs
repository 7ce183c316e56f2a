//! Pure. How many n-grams two sequences share.

use std::collections::HashMap;
use std::hash::Hash;

/// N-grams of a candidate and of a reference, counted with repetition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// N-grams in both, each at most as often as in the reference.
    pub n_shared: usize,
    /// N-grams of the candidate.
    pub n_candidate: usize,
    /// N-grams of the reference.
    pub n_reference: usize,
}

impl Overlap {
    /// The harmonic mean of precision and recall; 0 where nothing is shared.
    pub fn f1(self) -> f64 {
        let precision = self.n_shared as f64 / self.n_candidate.max(1) as f64;
        let recall = self.n_shared as f64 / self.n_reference.max(1) as f64;
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }
}

/// Compares the n-grams of two sequences.
pub fn overlap<T: Eq + Hash>(candidate: &[T], reference: &[T], n: usize) -> Overlap {
    Overlap {
        n_shared: n_shared(candidate, &[reference], n),
        n_candidate: count(candidate, n),
        n_reference: count(reference, n),
    }
}

/// N-grams of the candidate that a reference has, each at most as often as the reference that has it most often.
pub fn n_shared<T: Eq + Hash>(candidate: &[T], references: &[&[T]], n: usize) -> usize {
    let mut left: HashMap<&[T], usize> = HashMap::new();
    for reference in references {
        let mut counts: HashMap<&[T], usize> = HashMap::new();
        for ngram in reference.windows(n.max(1)) {
            *counts.entry(ngram).or_default() += 1;
        }
        for (ngram, count) in counts {
            let most = left.entry(ngram).or_default();
            *most = count.max(*most);
        }
    }
    if left.is_empty() {
        return 0;
    }
    let mut shared = 0;
    for ngram in candidate.windows(n.max(1)) {
        if let Some(count) = left.get_mut(ngram).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    shared
}

/// How many n-grams a sequence has.
pub fn count<T>(sequence: &[T], n: usize) -> usize {
    (sequence.len() + 1).saturating_sub(n.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_ngram_counts_at_most_as_often_as_the_reference_has_it() {
        let (candidate, reference) = (["the"; 4], ["the", "cat", "the"]);
        let shared = overlap(&candidate, &reference, 1);
        assert_eq!(shared, Overlap { n_shared: 2, n_candidate: 4, n_reference: 3 });
        assert_eq!(overlap(&candidate, &reference, 5), Overlap::default());
    }
}
