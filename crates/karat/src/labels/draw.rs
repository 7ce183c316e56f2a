//! Pure. Which items a queue holds and in which order; every choice follows from the stored seed.

use std::collections::BTreeMap;

use karat_records::Hash;

use super::task::Drawn;

/// The share of items that the same person gets a second time.
pub const REPEATED: f64 = 0.05;

/// The share of an assisted queue that stays blind.
pub const BLIND: f64 = 0.2;

/// Labels that lie between a person's first and second look at an item, while there is anything else to label.
pub const BETWEEN: usize = 20;

/// Something that could be labelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligible {
    /// What makes it the item that it is.
    pub key: String,
    /// Its group.
    pub stratum: String,
    /// True where nobody has written a desired output down: such items come first.
    pub is_unlabelled: bool,
}

/// A number in 0 to 1 that follows from seed, purpose and key.
pub fn unit(seed: u64, purpose: &str, key: &str) -> f64 {
    let hash = Hash::of_bytes(format!("{seed}\n{purpose}\n{key}").as_bytes());
    let digits = u64::from_str_radix(&hash.as_str()[..13], 16).unwrap_or(0);
    digits as f64 / (1_u64 << 52) as f64
}

/// Whether a person gets the item a second time.
pub fn is_repeated(seed: u64, person: &str, item: &str) -> bool {
    unit(seed, &format!("repeat {person}"), item) < REPEATED
}

/// Whether an item of an assisted queue is labelled without a suggestion.
pub fn stays_blind(seed: u64, item: &str) -> bool {
    unit(seed, "stays blind", item) < BLIND
}

/// Draws at most `sample` items, those without a desired output first, and says how likely each was.
///
/// Within each group of either kind every item is equally likely; groups get places by their sizes.
pub fn draw(eligible: &[Eligible], sample: Option<usize>, seed: u64) -> Vec<(usize, Drawn)> {
    let mut left = sample.unwrap_or(usize::MAX);
    let mut drawn = Vec::new();
    let has_unlabelled = eligible.iter().any(|one| one.is_unlabelled);
    for is_unlabelled in [true, false] {
        // Without a wish for a number, labelled cases are labelled again only where all are labelled.
        if !is_unlabelled && has_unlabelled && sample.is_none() {
            break;
        }
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, one) in eligible.iter().enumerate() {
            if one.is_unlabelled == is_unlabelled {
                groups.entry(&one.stratum).or_default().push(index);
            }
        }
        let by_chance = |index: &usize| {
            (unit(seed, "order", &eligible[*index].key), eligible[*index].key.clone())
        };
        let sizes: Vec<usize> = groups.values().map(Vec::len).collect();
        let mut kind: Vec<(usize, Drawn)> = Vec::new();
        for ((stratum, mut members), n) in groups.into_iter().zip(places(&sizes, left)) {
            let n_members = members.len();
            members.sort_by(|a, b| {
                let (a, b) = (by_chance(a), by_chance(b));
                a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
            });
            kind.extend(members.into_iter().take(n).map(|index| {
                let sampler = if is_unlabelled { "unlabelled" } else { "relabel" };
                let drawn = Drawn {
                    sampler: sampler.into(),
                    stratum: stratum.to_owned(),
                    inclusion_probability: n as f64 / n_members as f64,
                };
                (index, drawn)
            }));
        }
        kind.sort_by(|(a, _), (b, _)| {
            let (a, b) = (by_chance(a), by_chance(b));
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        });
        left -= kind.len().min(left);
        drawn.extend(kind);
    }
    drawn
}

/// Shares `n` places among groups by their sizes: whole shares first, then the largest remainders.
fn places(sizes: &[usize], n: usize) -> Vec<usize> {
    let all: usize = sizes.iter().sum();
    if n >= all {
        return sizes.to_vec();
    }
    let share = |size: usize| (n as f64 * size as f64) / all as f64;
    let mut places: Vec<usize> = sizes.iter().map(|size| share(*size).floor() as usize).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| {
        let rest = |index: usize| share(sizes[index]).fract();
        rest(*b).total_cmp(&rest(*a)).then(a.cmp(b))
    });
    let missing = n - places.iter().sum::<usize>();
    for index in order.into_iter().filter(|index| sizes[*index] > 0).take(missing) {
        places[index] += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eligible(n: usize, n_unlabelled: usize, groups: usize) -> Vec<Eligible> {
        (0..n)
            .map(|index| Eligible {
                key: format!("k{index}"),
                stratum: format!("g{}", index % groups.max(1)),
                is_unlabelled: index < n_unlabelled,
            })
            .collect()
    }

    #[test]
    fn items_without_a_desired_output_come_first_and_are_all_taken() {
        let all = eligible(10, 4, 2);
        let drawn = draw(&all, Some(6), 7);
        assert_eq!(drawn.len(), 6);
        assert!(drawn[..4].iter().all(|(index, how)| *index < 4 && how.sampler == "unlabelled"));
        assert!(drawn[4..].iter().all(|(index, how)| *index >= 4 && how.sampler == "relabel"));
        assert!((drawn[0].1.inclusion_probability - 1.0).abs() < 1e-12);
        assert!((drawn[4].1.inclusion_probability - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(draw(&all, None, 7).len(), 4);
        assert_eq!(draw(&eligible(5, 0, 1), None, 7).len(), 5, "all are labelled: label again");
    }

    #[test]
    fn the_shares_of_repeats_and_of_blind_items_are_the_named_ones() {
        let n = 20_000;
        let repeats = (0..n).filter(|i| is_repeated(3, "ann", &i.to_string())).count();
        let blind = (0..n).filter(|i| stays_blind(3, &i.to_string())).count();
        assert!((repeats as f64 / f64::from(n) - REPEATED).abs() < 0.006, "{repeats}");
        assert!((blind as f64 / f64::from(n) - BLIND).abs() < 0.01, "{blind}");
    }

    proptest! {
        #[test]
        fn a_draw_is_as_large_as_asked_never_double_and_repeatable(
            n in 0..80_usize, unlabelled in 0..80_usize, groups in 1..6_usize, sample in 0..100_usize,
            seed in any::<u32>(),
        ) {
            let all = eligible(n, unlabelled.min(n), groups);
            let drawn = draw(&all, Some(sample), seed.into());
            prop_assert_eq!(drawn.len(), sample.min(n));
            let mut indices: Vec<usize> = drawn.iter().map(|(index, _)| *index).collect();
            indices.sort_unstable();
            indices.dedup();
            prop_assert_eq!(indices.len(), drawn.len());
            prop_assert!(drawn.iter().all(|(_, how)| how.inclusion_probability > 0.0
                && how.inclusion_probability <= 1.0));
            prop_assert_eq!(draw(&all, Some(sample), seed.into()), drawn);
        }
    }
}
