//! Pure. Sentence chrF with the defaults of the package `sacrebleu`: n-grams of 1 to 6 characters, no words, β = 2.
//!
//! Popović, "chrF: character n-gram F-score for automatic MT evaluation" (2015).

use super::bleu::is_space;
use super::ngrams::overlap;

const MAX_ORDER: usize = 6;
const BETA_SQUARED: f64 = 4.0;

/// chrF in `0..=1` of an output against one reference; white space does not count.
pub fn sentence_chrf(output: &str, reference: &str) -> f64 {
    let characters = |text: &str| text.chars().filter(|c| !is_space(*c)).collect::<Vec<char>>();
    let (output, reference) = (characters(output), characters(reference));
    let (mut precision, mut recall, mut order) = (0.0, 0.0, 0.0);
    for n in 1..=MAX_ORDER {
        let counts = overlap(&output, &reference, n);
        if counts.n_candidate == 0 || counts.n_reference == 0 {
            break;
        }
        precision += counts.n_shared as f64 / counts.n_candidate as f64;
        recall += counts.n_shared as f64 / counts.n_reference as f64;
        order += 1.0;
    }
    if precision + recall == 0.0 {
        return 0.0;
    }
    let (precision, recall) = (precision / order, recall / order);
    (1.0 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{assert_close, load, reference_texts};
    use super::*;

    #[test]
    fn every_value_agrees_with_sacrebleu() {
        for vector in load("bleu_chrf") {
            let output = vector["output"].as_str().unwrap();
            let references = reference_texts(&vector);
            let best =
                references.iter().map(|text| sentence_chrf(output, text)).fold(0.0, f64::max);
            assert_close(best, &vector["chrf"], output);
        }
    }
}
