//! Pure. Whether other requests than before explain a fall: the mix of kinds or lengths moved, and within each nothing did.

use karat_stats::gap::{Gap, GapVerdict, Part, Stratum, offline_online_gap};

use super::trail::Asked;

/// Tags of a request that are looked at.
const MOST_TAGS: usize = 4;

/// Distinct tags of a stream; what comes later is of one further kind.
const MOST_KINDS: usize = 64;

/// Fewer observations before or since say nothing about a mix.
const FEWEST: usize = 30;

/// How sure it must be that the mix is worse.
const CONFIDENCE: f64 = 0.99;

/// From here so many requests are of kinds that were not there before that they may explain a fall.
const MANY_NEW: f64 = 0.2;

/// What is kept of a request: its length, and its tags as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    n_tokens: u32,
    tags: [u8; MOST_TAGS],
}

/// The tags that have numbers.
#[derive(Clone, Debug, Default)]
pub struct Kinds(Vec<(String, String)>);

/// Other requests than before.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// In what they differ: a tag, or the length.
    pub by: String,
    /// How much of the fall the mix explains, below zero.
    pub mix: f64,
    /// How much remains within the same kinds.
    pub within: f64,
    /// Share of requests of kinds that were not there before.
    pub new: f64,
}

impl Kinds {
    /// What is kept of a request.
    pub fn traits(&mut self, asked: Asked<'_>) -> Traits {
        let mut tags = [0; MOST_TAGS];
        let of = asked.tags.into_iter().flatten();
        for (place, (key, value)) in tags.iter_mut().zip(of) {
            let known = self.0.iter().position(|(k, v)| k == key && v == value);
            let index = known.unwrap_or_else(|| {
                if self.0.len() < MOST_KINDS {
                    self.0.push((key.clone(), value.clone()));
                    return self.0.len() - 1;
                }
                MOST_KINDS
            });
            *place = index as u8 + 1;
        }
        Traits { n_tokens: u32::try_from(asked.n_tokens).unwrap_or(u32::MAX), tags }
    }

    fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.0.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The number of a request's value of one key; 0 where it has none.
    fn of(&self, traits: Traits, key: &str) -> usize {
        let found = traits.tags.iter().find(|tag| {
            let known = usize::from(**tag).checked_sub(1).and_then(|index| self.0.get(index));
            known.is_some_and(|(of, _)| of == key)
        });
        found.map_or(0, |tag| usize::from(*tag))
    }
}

/// The difference that explains most, where one does.
pub fn shift(kinds: &Kinds, before: &[(Traits, f64)], since: &[(Traits, f64)]) -> Option<Shift> {
    if before.len() < FEWEST || since.len() < FEWEST {
        return None;
    }
    let by_tag = kinds.keys().into_iter().filter_map(|key| {
        let part = |traits: &Traits| kinds.of(*traits, key);
        explained(&format!("the tag {key}"), MOST_KINDS + 2, before, since, part)
    });
    let edges = quartiles(before);
    let by_length = |traits: &Traits| edges.iter().filter(|edge| traits.n_tokens > **edge).count();
    let by_length = explained("their length", edges.len() + 1, before, since, by_length);
    by_tag
        .chain(by_length)
        .min_by(|one, other| (one.mix - one.new).total_cmp(&(other.mix - other.new)))
}

fn quartiles(before: &[(Traits, f64)]) -> Vec<u32> {
    let mut lengths: Vec<u32> = before.iter().map(|(traits, _)| traits.n_tokens).collect();
    lengths.sort_unstable();
    let mut edges: Vec<u32> =
        [1, 2, 3, 4].iter().map(|q| lengths[(lengths.len() * q / 4).saturating_sub(1)]).collect();
    edges.dedup();
    edges
}

fn explained(
    by: &str,
    n_parts: usize,
    before: &[(Traits, f64)],
    since: &[(Traits, f64)],
    part: impl Fn(&Traits) -> usize,
) -> Option<Shift> {
    let split = |all: &[(Traits, f64)]| {
        let mut parts = vec![Vec::new(); n_parts];
        for (traits, value) in all {
            parts[part(traits)].push(*value);
        }
        parts.iter().map(|values| Part::values(values).ok()).collect::<Option<Vec<Part>>>()
    };
    let strata: Vec<Stratum> = split(before)?
        .into_iter()
        .zip(split(since)?)
        .filter(|(offline, online)| offline.n + online.n > 0)
        .map(|(offline, online)| Stratum { offline, online })
        .collect();
    let gap: Gap = offline_online_gap(&strata, CONFIDENCE).ok()??;
    let is_worse_mix = gap.mix.interval.is_some_and(|interval| interval.upper < 0.0)
        && gap.mix.effect <= gap.within.effect;
    let is_new = gap.uncovered >= MANY_NEW;
    (gap.verdict != GapVerdict::WorseWithin && (is_worse_mix || is_new)).then(|| Shift {
        by: by.to_owned(),
        mix: gap.mix.effect,
        within: gap.within.effect,
        new: gap.uncovered,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Requests with a value of the tag `topic`, of which every `wrong`th goes wrong.
    fn some(
        kinds: &mut Kinds,
        topic: &str,
        n_tokens: u64,
        n: usize,
        wrong: usize,
    ) -> Vec<(Traits, f64)> {
        let tags = BTreeMap::from([("topic".to_owned(), topic.to_owned())]);
        let traits = kinds.traits(Asked { n_tokens, tags: Some(&tags) });
        (0..n).map(|i| (traits, f64::from(u8::from(!i.is_multiple_of(wrong))))).collect()
    }

    #[test]
    fn more_hard_requests_explain_a_fall_and_worse_answers_to_the_same_do_not() {
        let kinds = &mut Kinds::default();
        let easy = |kinds: &mut Kinds, n, wrong| some(kinds, "easy", 10, n, wrong);
        let hard = |kinds: &mut Kinds, n, wrong| some(kinds, "hard", 10, n, wrong);
        let before = [easy(kinds, 800, 20), hard(kinds, 200, 3)].concat();
        let harder = [easy(kinds, 100, 20), hard(kinds, 200, 3)].concat();
        let found = shift(kinds, &before, &harder).unwrap();
        assert_eq!(found.by, "the tag topic");
        assert!(found.mix < -0.1 && found.within.abs() < 0.05, "{found:?}");
        let worse = [easy(kinds, 200, 4), hard(kinds, 50, 2)].concat();
        assert_eq!(shift(kinds, &before, &worse), None);
        let new = [easy(kinds, 100, 20), some(kinds, "odd", 10, 100, 2)].concat();
        assert!(shift(kinds, &before, &new).unwrap().new > 0.4);
    }

    #[test]
    fn longer_requests_explain_a_fall_where_there_are_no_tags() {
        let kinds = &mut Kinds::default();
        let mut of = |n_tokens, n, wrong| {
            let traits = kinds.traits(Asked { n_tokens, tags: None });
            (0..n)
                .map(|i: usize| (traits, f64::from(u8::from(!i.is_multiple_of(wrong)))))
                .collect::<Vec<_>>()
        };
        let before = [of(10, 300, 50), of(20, 300, 50), of(30, 300, 40), of(400, 100, 3)].concat();
        let since = [of(10, 50, 50), of(400, 150, 3)].concat();
        assert_eq!(shift(kinds, &before, &since).unwrap().by, "their length");
    }

    #[test]
    fn tags_that_never_repeat_cost_no_memory() {
        let mut kinds = Kinds::default();
        for index in 0..10_000 {
            some(&mut kinds, &index.to_string(), 1, 1, 2);
        }
        assert_eq!(kinds.0.len(), MOST_KINDS);
    }
}
