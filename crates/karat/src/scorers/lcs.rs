//! Pure. The length of the longest common subsequence, 64 cells at a time.
//!
//! Hyyrö, "Bit-parallel LCS-length computation revisited" (AWOCA 2004).

use std::collections::HashMap;
use std::hash::Hash;

/// Cells of the table up to which the length is computed: less than half a second.
pub const MAX_CELLS: u64 = 10_000_000_000;

/// The length of the longest common subsequence; `None` where the sequences are too long together.
pub fn lcs_length<T: Copy + Eq + Hash>(a: &[T], b: &[T]) -> Option<usize> {
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return Some(prefix + suffix);
    }
    if short.len() as u64 * long.len() as u64 > MAX_CELLS {
        return None;
    }
    Some(prefix + suffix + bit_parallel(short, long))
}

/// Where an element stands in the shorter sequence.
enum Places {
    /// The set bits, for elements that are rarer than there are words.
    Few(Vec<u32>),
    /// One bit per position; memory stays linear because at most 64 elements are this frequent.
    Many(Vec<u64>),
}

fn bit_parallel<T: Copy + Eq + Hash>(short: &[T], long: &[T]) -> usize {
    let n_words = short.len().div_ceil(64);
    let mut positions: HashMap<T, Vec<u32>> = HashMap::new();
    for (index, element) in short.iter().enumerate() {
        positions.entry(*element).or_default().push(index as u32);
    }
    let places: HashMap<T, Places> = positions
        .into_iter()
        .map(|(element, list)| {
            let places = if list.len() <= n_words {
                Places::Few(list)
            } else {
                let mut bits = vec![0; n_words];
                set(&mut bits, &list);
                Places::Many(bits)
            };
            (element, places)
        })
        .collect();

    // A zero in `row` marks a position at which the length grows.
    let mut row = vec![u64::MAX; n_words];
    let mut scratch = vec![0; n_words];
    for element in long {
        match places.get(element) {
            None => {}
            Some(Places::Many(bits)) => advance(&mut row, bits),
            Some(Places::Few(list)) => {
                set(&mut scratch, list);
                advance(&mut row, &scratch);
                for index in list {
                    scratch[*index as usize / 64] = 0;
                }
            }
        }
    }
    // Bits beyond the sequence never match, so they stay set.
    row.iter().map(|word| word.count_zeros() as usize).sum()
}

fn set(bits: &mut [u64], positions: &[u32]) {
    for index in positions {
        bits[*index as usize / 64] |= 1 << (index % 64);
    }
}

/// V ← (V + (V & M)) | (V & !M), with the carry from word to word.
fn advance(row: &mut [u64], matches: &[u64]) {
    let mut carry = false;
    for (word, matches) in row.iter_mut().zip(matches) {
        let (sum, first) = word.overflowing_add(*word & matches);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        carry = first || second;
        *word = sum | (*word & !matches);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_table(a: &[u8], b: &[u8]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn bits_agree_with_the_table(
            a in prop::collection::vec(0..6_u8, 0..300),
            b in prop::collection::vec(0..6_u8, 0..300),
        ) {
            prop_assert_eq!(lcs_length(&a, &b), Some(by_table(&a, &b)));
        }

        #[test]
        fn bits_agree_with_the_table_for_rare_elements(
            a in prop::collection::vec(any::<u8>(), 0..300),
            b in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            prop_assert_eq!(lcs_length(&a, &b), Some(by_table(&a, &b)));
        }
    }

    #[test]
    fn sequences_that_are_too_long_together_are_not_compared_unless_they_are_alike() {
        let long: Vec<u32> = (0..200_000).collect();
        let turned: Vec<u32> = (0..200_000).rev().collect();
        assert_eq!(lcs_length(&long, &turned), None);
        assert_eq!(lcs_length(&long, &long), Some(200_000));
        assert_eq!(lcs_length(&long, &turned[..10]), Some(1));
    }
}
