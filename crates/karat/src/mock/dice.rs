//! Pure. Seeded chance: each draw is a function of the script's seed, the request, its repetition and the purpose.

use std::f64::consts::TAU;
use std::time::Duration;

use karat_providers::chat::{Image, Message, Part};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::script::Latency;

/// The 95th percentile of the standard normal distribution.
const Z95: f64 = 1.644_853_626_951_472_2;

/// What a draw decides; another purpose never shifts it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Content,
    Wrong,
    Latency,
    /// The fault at this position of the script.
    Fault(usize),
}

/// The chance of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    /// For the n-th time that this request comes.
    pub(super) fn new(seed: u64, identity: u64, occurrence: u64) -> Self {
        let mut hash = Hasher::new();
        for number in [seed, identity, occurrence] {
            hash.add(&number.to_le_bytes());
        }
        Self { seed: hash.0 }
    }

    fn random(self, purpose: Purpose) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(match purpose {
            Purpose::Content => 0,
            Purpose::Wrong => 1,
            Purpose::Latency => 2,
            Purpose::Fault(index) => 3 + index as u64,
        });
        random
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(self, purpose: Purpose, probability: f64) -> bool {
        probability > 0.0 && unit(&mut self.random(purpose)) < probability
    }

    /// One of the options, by weight; there is at least one.
    pub(super) fn pick<T>(self, purpose: Purpose, options: &[(f64, T)]) -> Option<&T> {
        if let [(_, only)] = options {
            return Some(only);
        }
        let total: f64 = options.iter().map(|(weight, _)| weight).sum();
        let mut left = unit(&mut self.random(purpose)) * total;
        for (weight, option) in options {
            left -= weight;
            if left < 0.0 {
                return Some(option);
            }
        }
        options.iter().rev().find(|(weight, _)| *weight > 0.0).map(|(_, option)| option)
    }

    /// A latency.
    pub(super) fn latency(self, latency: Latency) -> Duration {
        let (p50, p95) = match latency {
            Latency::Fixed(wait) => return wait,
            Latency::Spread { p50, p95 } => (p50.as_secs_f64(), p95.as_secs_f64()),
        };
        let mut random = self.random(Purpose::Latency);
        // Box and Muller (1958): a normal draw out of two uniform ones.
        let radius = (-2.0 * (1.0 - unit(&mut random)).ln()).sqrt();
        let normal = radius * (TAU * unit(&mut random)).cos();
        let sigma = (p95 / p50).ln() / Z95;
        Duration::try_from_secs_f64(p50 * (sigma * normal).exp()).unwrap_or(Duration::MAX)
    }
}

/// Uniform in [0, 1), from the upper 53 bits.
fn unit(random: &mut impl Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number that stands for a model and a conversation, the same in every dialect and on every machine.
pub(super) fn identity(model: &str, messages: &[Message]) -> u64 {
    let mut hash = Hasher::new();
    hash.add(model.as_bytes());
    for message in messages {
        hash.add(message.role.as_str().as_bytes());
        add_parts(&mut hash, &message.content);
    }
    hash.0
}

fn add_parts(hash: &mut Hasher, parts: &[Part]) {
    for part in parts {
        match part {
            Part::Text(text) => hash.add(text.as_bytes()),
            Part::Image(Image::Url(url)) => hash.add(url.as_bytes()),
            Part::Image(Image::Base64 { data, .. }) => hash.add(data.as_bytes()),
            Part::ToolCall(call) => {
                hash.add(call.name.as_bytes());
                hash.add(call.arguments.as_bytes());
            }
            Part::ToolResult(result) => add_parts(hash, &result.content),
            Part::Other(value) => hash.add(value.to_string().as_bytes()),
        }
    }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): small, and the same on every machine and in every version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hasher(pub(super) u64);

impl Hasher {
    pub(super) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a field; its end is part of it.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_providers::Role;

    fn draws(seed: u64) -> impl Iterator<Item = Dice> {
        (0..10_000).map(move |occurrence| Dice::new(seed, 1, occurrence))
    }

    #[test]
    fn the_same_draw_is_the_same_for_ever() {
        let dice = Dice::new(1, 2, 3);
        assert_eq!(dice.random(Purpose::Wrong).next_u64(), 4_165_502_123_960_599_494);
        let spread =
            Latency::Spread { p50: Duration::from_millis(40), p95: Duration::from_millis(200) };
        assert_eq!(dice.latency(spread).as_millis(), 84);
    }

    #[test]
    fn probabilities_are_kept() {
        for wanted in [0.0, 0.1, 0.5, 1.0] {
            let n = draws(5).filter(|dice| dice.happens(Purpose::Wrong, wanted)).count();
            let share = n as f64 / 10_000.0;
            assert!((share - wanted).abs() < 0.015, "{share} instead of {wanted}");
        }
    }

    #[test]
    fn purposes_are_independent() {
        let both = draws(5).filter(|dice| {
            dice.happens(Purpose::Wrong, 0.5) && dice.happens(Purpose::Fault(0), 0.5)
        });
        let share = both.count() as f64 / 10_000.0;
        assert!((share - 0.25).abs() < 0.015, "{share}");
    }

    #[test]
    fn weights_are_kept() {
        let options = [(8.0, "a"), (2.0, "b"), (0.0, "c")];
        let n = draws(1).filter(|dice| dice.pick(Purpose::Content, &options) == Some(&"b")).count();
        assert!((n as f64 / 10_000.0 - 0.2).abs() < 0.015, "{n}");
        assert!(draws(1).all(|dice| dice.pick(Purpose::Content, &options) != Some(&"c")));
    }

    #[test]
    fn latencies_have_the_quantiles_that_were_asked_for() {
        let spread =
            Latency::Spread { p50: Duration::from_millis(40), p95: Duration::from_millis(200) };
        let mut all: Vec<f64> = draws(9).map(|dice| dice.latency(spread).as_secs_f64()).collect();
        all.sort_by(f64::total_cmp);
        assert!((all[5000] - 0.040).abs() < 0.002, "{}", all[5000]);
        assert!((all[9500] - 0.200).abs() < 0.015, "{}", all[9500]);
    }

    #[test]
    fn requests_are_told_apart_by_model_role_and_text() {
        let say = |model, role, text: &str| identity(model, &[Message::from_text(role, text)]);
        let one = say("m", Role::User, "ab");
        assert_eq!(one, say("m", Role::User, "ab"));
        assert_ne!(one, say("n", Role::User, "ab"));
        assert_ne!(one, say("m", Role::System, "ab"));
        assert_ne!(one, say("m", Role::User, "ac"));
    }
}
