//! Pure. Vectors for texts without a model: texts that share words lie near each other.

use karat_providers::Usage;
use karat_providers::embeddings::{EmbeddingAnswer, EmbeddingRequest};

use super::choose::count_tokens;
use super::dice::Hasher;

/// The length of a vector where the caller does not ask for another.
const DIMENSIONS: u32 = 256;
const MOST_DIMENSIONS: u32 = 4096;

/// The vectors of a batch.
pub(super) fn vectors(request: &EmbeddingRequest) -> EmbeddingAnswer {
    let n = request.dimensions.unwrap_or(DIMENSIONS).clamp(1, MOST_DIMENSIONS) as usize;
    let n_tokens = request.inputs.iter().map(|input| count_tokens(input)).sum();
    EmbeddingAnswer {
        vectors: request.inputs.iter().map(|input| vector(input, n)).collect(),
        usage: Usage { input_tokens: Some(n_tokens), ..Usage::default() },
        model_served: None,
    }
}

/// The sum of a fixed direction for each word, of length 1.
fn vector(text: &str, n_dimensions: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f64; n_dimensions];
    // A text without words has a direction as well.
    add_direction(&mut sum, "", 0.1);
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
    {
        add_direction(&mut sum, &word.to_lowercase(), 1.0);
    }
    let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    sum.iter().map(|value| (value / length) as f32).collect()
}

fn add_direction(sum: &mut [f64], word: &str, weight: f64) {
    let mut hash = Hasher::new();
    hash.add(word.as_bytes());
    let mut state = hash.0;
    for value in sum {
        // SplitMix64 (Steele, Lea, Flood 2014), one step for each number.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let unit = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
        *value += weight * (2.0 * unit - 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(a: &str, b: &str) -> f32 {
        vector(a, 256).iter().zip(vector(b, 256)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn texts_that_share_words_lie_nearer_than_strangers() {
        let near = cosine("please refund my invoice", "Refund the invoice, please");
        let far = cosine("please refund my invoice", "the parcel never came");
        assert!(near > 0.5 && far < 0.4, "{near} {far}");
        assert!((cosine("same", "same") - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_vector_has_the_length_that_was_asked_for_even_of_nothing() {
        let request = EmbeddingRequest {
            model: "e".into(),
            inputs: vec![String::new()],
            dimensions: Some(8),
        };
        let answer = vectors(&request);
        assert_eq!(answer.vectors[0].len(), 8);
        assert!(answer.vectors[0].iter().all(|value| value.is_finite()));
    }
}
