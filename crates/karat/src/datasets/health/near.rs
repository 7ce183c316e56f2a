//! Pure. Cases with nearly equal inputs: `MinHash` over 4-grams of letters (Broder, 1997; one permutation with
//! rotation, Shrivastava and Li, 2014), 16 bands of 4 rows, and the exact Jaccard index of every candidate.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use karat_records::Case;
use serde_json::Value;

use super::{CheckKind, CheckState, HealthCheck, HealthRow, MOST_NAMED, Named};
use crate::gate::describe::{count, plural};

/// Jaccard index of the 4-grams from which two inputs are nearly equal.
pub const THRESHOLD: f64 = 0.8;

/// Shorter inputs resemble each other by nature; of those only equal ones count.
const SHORTEST: usize = 24;

/// Of longer inputs only the beginning is compared.
const LONGEST: usize = 4_000;

const GRAM: usize = 4;
const BINS: usize = 64;
const BANDS: usize = 16;

/// Pairs that are compared exactly; more would be a dataset of copies.
const MOST_CANDIDATES: usize = 20_000;

/// Neighbours in a band with which a case is compared.
const MOST_NEIGHBOURS: usize = 64;

/// Bands that two cases must share: of inputs at the threshold 98 in 100 share three of sixteen.
const FEWEST_BANDS: usize = 3;

/// Pairs that are remembered while candidates are looked for.
const MOST_PAIRS: usize = 1_000_000;

/// Short descriptions of inputs.
#[derive(Debug, Default)]
pub struct Sketches {
    bands: Vec<([u64; BANDS], u64)>,
    n_seen: usize,
}

impl Sketches {
    /// Looks at a case.
    pub fn add(&mut self, position: u64, case: &Case) {
        self.n_seen += 1;
        let text = normal(case);
        if text.len() >= SHORTEST {
            self.bands.push((bands(&sketch(&text)), position));
        }
    }

    /// Cases that were looked at.
    pub fn len(&self) -> usize {
        self.n_seen
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.n_seen == 0
    }

    /// Pairs of positions that may be nearly equal, the earlier one first; those with most bands in common where there are too many.
    pub fn candidates(&self) -> Vec<(u64, u64)> {
        let mut pairs: HashMap<(u64, u64), usize> = HashMap::new();
        for band in 0..BANDS {
            let mut order: Vec<usize> = (0..self.bands.len()).collect();
            order.sort_unstable_by_key(|index| (self.bands[*index].0[band], self.bands[*index].1));
            let key = |index: &usize| self.bands[*index].0[band];
            for group in order.chunk_by(|a, b| key(a) == key(b)) {
                for (place, second) in group.iter().enumerate().skip(1) {
                    for first in &group[place.saturating_sub(MOST_NEIGHBOURS)..place] {
                        let (first, second) = (&self.bands[*first], &self.bands[*second]);
                        let n_equal = first.0.iter().zip(&second.0).filter(|(a, b)| a == b).count();
                        if n_equal >= FEWEST_BANDS && pairs.len() < MOST_PAIRS {
                            pairs.insert((first.1, second.1), n_equal);
                        }
                    }
                }
            }
        }
        let mut pairs: Vec<((u64, u64), usize)> = pairs.into_iter().collect();
        pairs.sort_unstable_by_key(|(pair, n_equal)| (Reverse(*n_equal), *pair));
        pairs.truncate(MOST_CANDIDATES);
        let mut pairs: Vec<(u64, u64)> = pairs.into_iter().map(|(pair, _)| pair).collect();
        pairs.sort_unstable();
        pairs
    }
}

/// Whether two inputs are nearly equal, and not equal.
pub fn is_near(first: &Case, second: &Case) -> bool {
    first.input != second.input && jaccard(&normal(first), &normal(second)) >= THRESHOLD
}

/// What was found.
pub fn check(pairs: &[(Named, Named)], n_compared: u64, n: u64) -> HealthCheck {
    let mut later: Vec<&str> = pairs.iter().map(|(_, second)| second.id.as_str()).collect();
    later.sort_unstable();
    later.dedup();
    let found = later.len() as u64;
    let of = if n_compared < n {
        format!("{} of {} that were compared", count(n_compared), plural(n, "case"))
    } else {
        plural(n, "case")
    };
    let rows = pairs.iter().take(MOST_NAMED).map(|(first, second)| HealthRow {
        label: format!("{} and {}", first.id, second.id),
        n: 1,
        of: 1,
        note: None,
    });
    HealthCheck {
        kind: CheckKind::NearDuplicates,
        state: if found == 0 { CheckState::Fine } else { CheckState::Look },
        says: match found {
            0 => format!(
                "no nearly equal inputs among {of} (4-grams of letters, Jaccard {THRESHOLD} or more)"
            ),
            k => format!(
                "{} of {of} nearly equal another input (4-grams of letters, Jaccard {THRESHOLD} or more)",
                count(k)
            ),
        },
        n: found,
        of: n_compared,
        cases: later.into_iter().take(MOST_NAMED).map(str::to_owned).collect(),
        rows: rows.collect(),
        next: (found > 0).then(|| {
            "keep one of each pair, or tag variations on purpose: they say little that is new"
                .into()
        }),
    }
}

/// All texts of an input in lower case, with everything that is no letter or digit as one space.
pub fn normal(case: &Case) -> String {
    let mut text = String::new();
    case.input.values().for_each(|value| add_normal(value, &mut text));
    text.truncate(text.trim_end().len());
    text
}

fn add_normal(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => normalise(&number.to_string(), out),
        Value::String(text) => normalise(text, out),
        Value::Array(values) => values.iter().for_each(|value| add_normal(value, out)),
        Value::Object(map) => map.values().for_each(|value| add_normal(value, out)),
    }
}

/// Adds a text in lower case, with everything that is no letter or digit as one space.
pub fn normalise(text: &str, out: &mut String) {
    for c in text.chars().flat_map(char::to_lowercase) {
        if out.len() >= LONGEST {
            return;
        }
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') && !out.is_empty() {
        out.push(' ');
    }
}

fn grams(text: &str) -> impl Iterator<Item = u64> {
    text.as_bytes().windows(GRAM).map(|gram| {
        let word = gram.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
        mix(word)
    })
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014).
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

/// The least hash of each bin; an empty bin takes that of the next full one, marked by the distance.
fn sketch(text: &str) -> [u64; BINS] {
    let mut least = [u64::MAX; BINS];
    for hash in grams(text) {
        let bin = (hash >> 58) as usize;
        least[bin] = least[bin].min(hash);
    }
    let full = least;
    for (bin, slot) in least.iter_mut().enumerate() {
        if *slot == u64::MAX {
            let next = (1..BINS).find(|step| full[(bin + step) % BINS] != u64::MAX);
            if let Some(step) = next {
                *slot = mix(full[(bin + step) % BINS] ^ step as u64);
            }
        }
    }
    least
}

fn bands(sketch: &[u64; BINS]) -> [u64; BANDS] {
    let mut keys = [0; BANDS];
    for (key, rows) in keys.iter_mut().zip(sketch.chunks_exact(BINS / BANDS)) {
        *key = rows.iter().fold(0, |key, row| mix(key ^ row));
    }
    keys
}

fn jaccard(first: &str, second: &str) -> f64 {
    let a: HashSet<u64> = grams(first).collect();
    let b: HashSet<u64> = grams(second).collect();
    let both = a.intersection(&b).count();
    let any = a.len() + b.len() - both;
    if any == 0 { 0.0 } else { both as f64 / any as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(text: &str) -> Case {
        let input = json!({ "id": "x", "input": { "message": text } });
        serde_json::from_value(input).unwrap()
    }

    /// Sentences of words that are drawn from a list, by a number.
    fn sentence(seed: u64) -> String {
        const WORDS: [&str; 16] = [
            "parcel", "invoice", "late", "refund", "broken", "order", "customer", "delivery",
            "account", "password", "blue", "garden", "seven", "window", "thanks", "please",
        ];
        let words = (0..24).map(|index| WORDS[(mix(seed * 100 + index) % 16) as usize]);
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn planted_near_copies_are_found_and_other_pairs_are_not() {
        let mut cases: Vec<Case> = (0..2_000).map(|seed| case(&sentence(seed))).collect();
        for planted in 0..50 {
            cases.push(case(&format!("{}!", sentence(planted).replace("late", "Late,"))));
            cases.push(case(&format!("{} today", sentence(planted + 100))));
        }
        let mut sketches = Sketches::default();
        for (position, case) in cases.iter().enumerate() {
            sketches.add(position as u64, case);
        }
        let found: HashSet<u64> = sketches
            .candidates()
            .into_iter()
            .filter(|(a, b)| is_near(&cases[*a as usize], &cases[*b as usize]))
            .map(|(_, second)| second)
            .collect();
        assert!(found.iter().all(|position| *position >= 2_000), "{found:?}");
        assert!(found.len() >= 99, "{}", found.len());
    }

    #[test]
    fn short_inputs_are_left_to_the_check_for_equal_ones() {
        let mut sketches = Sketches::default();
        sketches.add(0, &case("thanks a lot"));
        sketches.add(1, &case("thanks a lot."));
        assert!(sketches.candidates().is_empty());
    }
}
