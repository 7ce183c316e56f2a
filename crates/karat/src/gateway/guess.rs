//! Pure. What a request may cost at most, and how many tokens it may take.

use std::sync::Arc;

use karat_providers::{Price, Usage};

use super::asked::Asked;
use super::compose::LIMITS;
use super::snapshot::{Candidate, ModelWay, Way};
use crate::variants::Producer;
use crate::variants::chat::Chat;

/// What a request may need.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Guess {
    /// US dollars, where a price is known.
    pub usd: Option<f64>,
    /// Tokens, read and written.
    pub tokens: u64,
    /// Whether it cannot become more, because the length of the answer is limited.
    pub is_most: bool,
}

/// Tokens of an answer whose length nobody limits; few become longer.
const USUAL_LENGTH: u64 = 4096;

/// What the dearest of these candidates may need: three bytes a token, and as many tokens out as are allowed.
pub fn guess(candidates: &[Arc<Candidate>], asked: &Asked) -> Guess {
    let ways = candidates.iter().filter_map(|candidate| match &candidate.way {
        Way::Model(model) => Some(of_model(model, asked)),
        Way::Other(_) => None,
    });
    ways.reduce(|one, other| Guess {
        usd: match (one.usd, other.usd) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        },
        tokens: one.tokens.max(other.tokens),
        is_most: one.is_most && other.is_most,
    })
    // Rules and programs need nothing.
    .unwrap_or(Guess { usd: Some(0.0), tokens: 0, is_most: true })
}

fn of_model(model: &ModelWay, asked: &Asked) -> Guess {
    let number = |name: &str| asked.body.get(name)?.trim().parse::<u64>().ok();
    let is_vectors = asked.endpoint == karat_records::Endpoint::Embeddings;
    let theirs = || LIMITS.iter().find_map(|name| number(name));
    let limit = if is_vectors { Some(0) } else { model.overlay.limit().or_else(theirs) };
    let n_answers = number("n").unwrap_or(1).max(1);
    let prompt = model.producer.as_ref().and_then(Producer::chat).map_or(0, Chat::prompt_bytes);
    let n_bytes = asked.body.bytes().len() + prompt + model.overlay.n_bytes();
    let input_tokens = (n_bytes as u64).div_ceil(3);
    let output_tokens = limit.unwrap_or(USUAL_LENGTH).saturating_mul(n_answers);
    Guess {
        usd: model.price.as_ref().and_then(|price| dearest(price, input_tokens, output_tokens)),
        tokens: input_tokens.saturating_add(output_tokens),
        is_most: limit.is_some(),
    }
}

/// What so many tokens cost at most: a provider may write all of the input to its cache, which some charge more for.
fn dearest(price: &Price, input_tokens: u64, output_tokens: u64) -> Option<f64> {
    let output = Usage { output_tokens: Some(output_tokens), ..Usage::default() };
    let read = Usage { input_tokens: Some(input_tokens), ..output };
    let written = Usage { cache_write_tokens: Some(input_tokens), ..output };
    let costs = [read, written].map(|usage| karat_providers::cost(price, &usage));
    costs.into_iter().flatten().reduce(f64::max)
}
