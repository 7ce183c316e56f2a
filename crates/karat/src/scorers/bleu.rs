//! Pure. Sentence BLEU with the defaults of the package `sacrebleu`: tokenizer 13a, exponential smoothing, effective order.
//!
//! Papineni et al. (2002); Chen and Cherry, "A systematic comparison of smoothing techniques for sentence-level BLEU" (2014), method 3.

use std::sync::LazyLock;

use regex::Regex;

use super::ngrams::{count, n_shared};

const MAX_ORDER: usize = 4;

/// BLEU in `0..=1` of an output against one or more references together.
pub fn sentence_bleu(output: &str, references: &[&str]) -> f64 {
    let output = tokenize(output);
    let candidate: Vec<&str> = split(&output).collect();
    let references: Vec<String> = references.iter().map(|text| tokenize(text)).collect();
    let references: Vec<Vec<&str>> = references.iter().map(|text| split(text).collect()).collect();
    let slices: Vec<&[&str]> = references.iter().map(Vec::as_slice).collect();

    let mut log_sum = 0.0;
    let mut order = 0;
    let mut smoothing = 1.0;
    let mut any_shared = false;
    for n in 1..=MAX_ORDER {
        let total = count(&candidate, n);
        if total == 0 {
            break;
        }
        order = n;
        let shared = n_shared(&candidate, &slices, n);
        any_shared |= shared > 0;
        let precision = if shared == 0 {
            smoothing *= 2.0;
            1.0 / (smoothing * total as f64)
        } else {
            shared as f64 / total as f64
        };
        log_sum += precision.ln();
    }
    if !any_shared {
        return 0.0;
    }
    let brevity = brevity_penalty(candidate.len(), &slices);
    brevity * (log_sum / order as f64).exp()
}

/// Punishes an output shorter than the reference that is nearest in length, the shorter one of two.
fn brevity_penalty(candidate: usize, references: &[&[&str]]) -> f64 {
    let lengths = references.iter().map(|reference| reference.len());
    let nearest = lengths.min_by_key(|length| (length.abs_diff(candidate), *length)).unwrap_or(0);
    match candidate {
        0 => 0.0,
        _ if candidate < nearest => (1.0 - nearest as f64 / candidate as f64).exp(),
        _ => 1.0,
    }
}

/// The tokenizer of `mteval-v13a.pl`; tokens are separated by white space afterwards.
fn tokenize(text: &str) -> String {
    static STEPS: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
        let step = |pattern, replacement| {
            (Regex::new(pattern).expect("a constant pattern that the tests compile"), replacement)
        };
        [
            step(r"([{-~\[-` -&(-+:-@/])", " $1 "),
            // Period and comma, unless a digit stands before.
            step(r"([^0-9])([.,])", "$1 $2 "),
            // Period and comma, unless a digit follows.
            step(r"([.,])([^0-9])", " $1 $2"),
            // A dash after a digit.
            step(r"([0-9])(-)", "$1 $2 "),
        ]
    });
    let mut line = text
        .trim_end_matches(is_space)
        .replace("<skipped>", "")
        .replace("-\n", "")
        .replace('\n', " ")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    line = format!(" {line} ");
    for (pattern, replacement) in STEPS.iter() {
        line = pattern.replace_all(&line, *replacement).into_owned();
    }
    line
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|token| !token.is_empty())
}

/// White space as Python sees it: Unicode's and the four separators U+001C to U+001F.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{assert_close, load, reference_texts};
    use super::*;

    #[test]
    fn every_value_agrees_with_sacrebleu() {
        for vector in load("bleu_chrf") {
            let output = vector["output"].as_str().unwrap();
            assert_close(sentence_bleu(output, &reference_texts(&vector)), &vector["bleu"], output);
        }
    }
}
