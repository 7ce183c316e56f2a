//! Pure. The output's text against reference texts: the common part of levenshtein, rouge, bleu and chrf.

use karat_records::{Answer, Case};

use super::bleu::sentence_bleu;
use super::chrf::sentence_chrf;
use super::edits::{Edits, fuzzy_ratio, levenshtein};
use super::method::{EditDistance, Similarity, TextMetric};
use super::rouge::{rouge_l, rouge_n};
use super::score::Judged;

pub(super) fn judge(settings: &Similarity, case: &Case, answer: &Answer) -> Judged {
    match settings.wanted.texts(case, answer) {
        Ok(references) => {
            let references: Vec<&str> = references.iter().map(String::as_str).collect();
            compare(settings.metric, &answer.text(), &references, settings.threshold)
        }
        Err(missing) => Judged::undecided(missing),
    }
}

pub(super) fn judge_distance(settings: &EditDistance, case: &Case, answer: &Answer) -> Judged {
    let references = match settings.wanted.texts(case, answer) {
        Ok(references) => references,
        Err(missing) => return Judged::undecided(missing),
    };
    let text = answer.text();
    let max = settings.max_distance;
    let mut nearest: Option<Edits> = None;
    for reference in &references {
        let edits = levenshtein(&text, reference);
        if edits.most <= max {
            return Judged::new(1.0, format!("{} edits, {max} are allowed", edits.most));
        }
        if nearest.is_none_or(|nearest| edits.least < nearest.least) {
            nearest = Some(edits);
        }
    }
    match nearest {
        None => Judged::undecided("there is no reference text"),
        Some(edits) if edits.least > max => {
            let at_least = if edits.distance().is_some() { "" } else { "at least " };
            Judged::new(0.0, format!("{at_least}{} edits, {max} are allowed", edits.least))
        }
        Some(_) => too_long(),
    }
}

/// Compares a text with references, of which the best counts.
pub(super) fn compare(
    metric: TextMetric,
    text: &str,
    references: &[&str],
    threshold: Option<f64>,
) -> Judged {
    if metric == TextMetric::Bleu {
        return Judged::graded(sentence_bleu(text, references), threshold, "BLEU");
    }
    let bounds = references.iter().map(|reference| bounds(metric, text, reference));
    let best = bounds.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    match (best, threshold) {
        (None, _) => Judged::undecided("there is no reference text"),
        // Bounds that lie on one side of the threshold decide as well as the value itself.
        (Some((least, most)), Some(threshold)) if least < most => {
            if most < threshold {
                Judged::new(0.0, format!("at most {most:.3}, below {threshold}: {}", name(metric)))
            } else {
                too_long()
            }
        }
        (Some((least, most)), None) if least < most => too_long(),
        (Some((value, _)), threshold) => Judged::graded(value, threshold, name(metric)),
    }
}

/// The least and the greatest value that are possible; equal unless the texts are too long to compare.
fn bounds(metric: TextMetric, text: &str, reference: &str) -> (f64, f64) {
    let exact = |value: f64| (value, value);
    match metric {
        TextMetric::Levenshtein => levenshtein(text, reference).similarity(),
        TextMetric::Fuzzy => fuzzy_ratio(text, reference).map_or((0.0, 1.0), exact),
        TextMetric::RougeN(n) => exact(rouge_n(text, reference, n)),
        TextMetric::RougeL => rouge_l(text, reference).map_or((0.0, 1.0), exact),
        TextMetric::Bleu => exact(sentence_bleu(text, &[reference])),
        TextMetric::Chrf => exact(sentence_chrf(text, reference)),
    }
}

fn name(metric: TextMetric) -> String {
    match metric {
        TextMetric::Levenshtein => "similarity by edit distance".into(),
        TextMetric::Fuzzy => "fuzzy ratio".into(),
        TextMetric::RougeN(n) => format!("ROUGE-{n}"),
        TextMetric::RougeL => "ROUGE-L".into(),
        TextMetric::Bleu => "BLEU".into(),
        TextMetric::Chrf => "chrF".into(),
    }
}

fn too_long() -> Judged {
    Judged::undecided(
        "output and reference are too long to compare; rouge-n, bleu and chrf have no limit",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::vectors::{answer, case};
    use super::super::wanted::Wanted;
    use super::*;

    fn levenshtein_judged(expected: Value, output: &str, threshold: Option<f64>) -> Judged {
        let metric = TextMetric::Levenshtein;
        let settings = Similarity { metric, wanted: Wanted::Expected, threshold };
        judge(&settings, &case(Some(expected)), &answer(json!(output)))
    }

    #[test]
    fn the_value_is_graded_and_a_threshold_decides() {
        assert_eq!(levenshtein_judged(json!("kitten"), "kitte", None).value, Some(1.0 - 1.0 / 6.0));
        assert_eq!(levenshtein_judged(json!("kitten"), "kitte", Some(0.8)).value, Some(1.0));
        let judged = levenshtein_judged(json!("kitten"), "sitting", Some(0.8));
        assert_eq!(judged.value, Some(0.0));
        assert_eq!(judged.explanation.unwrap(), "0.571 is below 0.8: similarity by edit distance");
    }

    #[test]
    fn the_best_of_several_references_counts() {
        let best = levenshtein_judged(json!(["xxxxxx", "kitten", "mitten"]), "kitten", None);
        assert_eq!(best.value, Some(1.0));
        assert_eq!(levenshtein_judged(json!([]), "kitten", None).value, None);
    }

    #[test]
    fn long_texts_are_decided_where_bounds_decide_and_undecided_otherwise() {
        let (expected, output) = (json!("ab".repeat(10_000)), "ba".repeat(100_000));
        assert_eq!(levenshtein_judged(expected.clone(), &output, None).value, None);
        assert_eq!(levenshtein_judged(expected.clone(), &output, Some(0.05)).value, None);
        assert_eq!(levenshtein_judged(expected, &output, Some(0.5)).value, Some(0.0));
    }

    #[test]
    fn a_distance_up_to_the_largest_passes() {
        let value = |max_distance: usize, output: &str| {
            let settings = EditDistance { wanted: Wanted::Expected, max_distance };
            let expected = case(Some(json!(["kitten", "dog"])));
            judge_distance(&settings, &expected, &answer(json!(output))).value
        };
        assert_eq!(value(3, "sitting"), Some(1.0));
        assert_eq!(value(2, "sitting"), Some(0.0));
        assert_eq!(value(1, "dig"), Some(1.0));
        assert_eq!(value(100, &"ab".repeat(500_000)), Some(0.0));
    }
}
