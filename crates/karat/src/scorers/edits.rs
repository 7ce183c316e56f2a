//! Pure. Edit distance over characters, within a limit on the work.

use super::lcs::lcs_length;

/// Cells of the table up to which a distance is computed: less than half a second.
const MAX_CELLS: u64 = 200_000_000;

/// What is known of the distance between two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edits {
    /// At least so many insertions, deletions and replacements.
    pub least: usize,
    /// At most so many; the same number, unless the texts are too long to compare.
    pub most: usize,
    /// Characters of the longer text.
    pub longer: usize,
}

impl Edits {
    /// The distance where it is known.
    pub fn distance(self) -> Option<usize> {
        (self.least == self.most).then_some(self.least)
    }

    /// The least and the greatest possible 1 − distance / length of the longer text.
    pub fn similarity(self) -> (f64, f64) {
        let similarity = |distance: usize| {
            if self.longer == 0 { 1.0 } else { 1.0 - distance as f64 / self.longer as f64 }
        };
        (similarity(self.most), similarity(self.least))
    }
}

/// The Levenshtein distance of two texts, or bounds on it where both are long.
pub fn levenshtein(a: &str, b: &str) -> Edits {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longer = a.len().max(b.len());
    let prefix = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.len() as u64 * b.len() as u64 > MAX_CELLS {
        return Edits { least: a.len().abs_diff(b.len()), most: a.len().max(b.len()), longer };
    }
    let distance = strsim::generic_levenshtein(&Slice(a), &Slice(b));
    Edits { least: distance, most: distance, longer }
}

/// `rapidfuzz.fuzz.ratio` in `0..=1`; `None` where the texts are too long together.
pub fn fuzzy_ratio(a: &str, b: &str) -> Option<f64> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let both = a.len() + b.len();
    if both == 0 {
        return Some(1.0);
    }
    Some(2.0 * lcs_length(&a, &b)? as f64 / both as f64)
}

/// `strsim` iterates over a reference to something sized.
struct Slice<'a>(&'a [char]);

impl<'a> IntoIterator for &'a Slice<'_> {
    type Item = char;
    type IntoIter = std::iter::Copied<std::slice::Iter<'a, char>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{assert_close, load};
    use super::*;

    #[test]
    fn every_value_agrees_with_rapidfuzz() {
        for vector in load("edits") {
            let text = |key: &str| vector[key].as_str().unwrap();
            let edits = levenshtein(text("output"), text("reference"));
            assert_eq!(edits.distance(), vector["distance"].as_u64().map(|n| n as usize));
            assert_close(edits.similarity().0, &vector["similarity"], text("output"));
            let ratio = fuzzy_ratio(text("output"), text("reference")).unwrap();
            assert_close(ratio, &vector["ratio"], text("output"));
        }
    }

    #[test]
    fn two_long_texts_give_bounds_instead_of_taking_minutes() {
        let (a, b) = ("ab".repeat(20_000), "ba".repeat(10_000));
        let edits = levenshtein(&a, &b);
        assert_eq!((edits.least, edits.most, edits.longer), (20_000, 40_000, 40_000));
        assert_eq!(edits.distance(), None);
        assert_eq!(edits.similarity(), (0.0, 0.5));
        let same = levenshtein(&a, &a);
        assert_eq!(same.distance(), Some(0));
    }
}
