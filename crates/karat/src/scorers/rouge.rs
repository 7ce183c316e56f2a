//! Pure. ROUGE-N and ROUGE-L as in Google's package `rouge-score`, without its stemmer.
//!
//! Lin, "ROUGE: a package for automatic evaluation of summaries" (2004).

use std::collections::HashMap;

use super::lcs::lcs_length;
use super::ngrams::{Overlap, overlap};

/// F1 over n-grams of words.
pub fn rouge_n(output: &str, reference: &str, n: usize) -> f64 {
    let (output, reference) = (output.to_lowercase(), reference.to_lowercase());
    let (output, reference) = numbered(&output, &reference);
    overlap(&output, &reference, n).f1()
}

/// F1 over the longest common subsequence of words; `None` where the texts are too long together.
pub fn rouge_l(output: &str, reference: &str) -> Option<f64> {
    let (output, reference) = (output.to_lowercase(), reference.to_lowercase());
    let (output, reference) = numbered(&output, &reference);
    let n_shared = lcs_length(&output, &reference)?;
    Some(Overlap { n_shared, n_candidate: output.len(), n_reference: reference.len() }.f1())
}

/// Words of Latin letters without marks and digits; whatever else stands in a text only separates them.
fn words(lower: &str) -> impl Iterator<Item = &str> {
    lower
        .split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit())
        .filter(|word| !word.is_empty())
}

/// Both texts' words as numbers, the same number for the same word.
fn numbered(a: &str, b: &str) -> (Vec<u32>, Vec<u32>) {
    fn number<'a>(text: &'a str, numbers: &mut HashMap<&'a str, u32>) -> Vec<u32> {
        words(text)
            .map(|word| {
                let next = numbers.len() as u32;
                *numbers.entry(word).or_insert(next)
            })
            .collect()
    }
    let mut numbers = HashMap::new();
    (number(a, &mut numbers), number(b, &mut numbers))
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{assert_close, load, reference_texts};
    use super::*;

    #[test]
    fn every_value_agrees_with_rouge_score() {
        for vector in load("rouge") {
            let output = vector["output"].as_str().unwrap();
            let references = reference_texts(&vector);
            let best = |of: &dyn Fn(&str) -> f64| {
                references.iter().map(|text| of(text)).fold(0.0, f64::max)
            };
            for n in 1..=5 {
                let found = best(&|reference| rouge_n(output, reference, n));
                assert_close(found, &vector[format!("rouge{n}")], output);
            }
            let found = best(&|reference| rouge_l(output, reference).unwrap());
            assert_close(found, &vector["rougeL"], output);
        }
    }
}
