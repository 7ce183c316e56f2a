//! Pure. The rate that a detector found, corrected by how often the detector is right (Rogan and Gladen, 1978).

use karat_stats::Invalid;
use karat_stats::gold::Cells;
use karat_stats::rogan_gladen::rogan_gladen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metrics::Range;

/// How often a detector is right, and what that makes of a rate that it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CorrectedRate")]
pub struct Corrected {
    /// Of what it found, how much was right; nothing where it found nothing.
    pub precision: Option<f64>,
    /// Of what there was, how much it found.
    pub recall: Option<f64>,
    /// Pairs that people labelled and it looked at.
    pub n_labelled: u64,
    /// The corrected rate, or nothing with the reason in `refusal`.
    pub rate: Option<f64>,
    /// Its interval.
    pub interval: Option<Range>,
    /// Why there is no corrected rate, or why not to believe it.
    pub refusal: Option<String>,
}

/// Corrects `found` of `n` by what the detector did on labelled pairs.
///
/// It assumes that the detector errs on this traffic as often as on the pairs; labels of one's own traffic make it so.
pub fn correct(
    found: u64,
    n: u64,
    measured: &Cells,
    confidence: f64,
) -> Result<Corrected, Invalid> {
    let n_found = measured.yes_yes + measured.no_yes;
    let mut corrected = Corrected {
        precision: (n_found > 0).then(|| measured.yes_yes as f64 / n_found as f64),
        recall: measured.sensitivity(),
        n_labelled: measured.n(),
        rate: None,
        interval: None,
        refusal: None,
    };
    match rogan_gladen(found, n, measured, confidence)? {
        Ok(answer) => {
            corrected.rate = Some(answer.estimate);
            corrected.interval = Some(answer.interval.into());
            corrected.refusal = answer.contradicts.then(|| {
                "the detector errs differently on this traffic than on the labelled pairs".into()
            });
        }
        Err(refusal) => corrected.refusal = Some(refusal.text().into()),
    }
    Ok(corrected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detector_that_is_often_wrong_is_corrected_down() {
        let measured = Cells { yes_yes: 80, yes_no: 20, no_yes: 10, no_no: 90 };
        let corrected = correct(170, 1_000, &measured, 0.95).unwrap();
        assert!((corrected.rate.unwrap() - 0.1).abs() < 1e-9, "{corrected:?}");
        assert!((corrected.precision.unwrap() - 80.0 / 90.0).abs() < 1e-9);
        assert_eq!((corrected.recall, corrected.refusal), (Some(0.8), None));
        let interval = corrected.interval.unwrap();
        assert!(interval.lower < 0.1 && 0.1 < interval.upper, "{interval:?}");
    }

    #[test]
    fn without_labels_it_says_why_there_is_no_rate() {
        let corrected = correct(17, 100, &Cells::default(), 0.95).unwrap();
        assert_eq!((corrected.rate, corrected.n_labelled), (None, 0));
        assert!(corrected.refusal.unwrap().contains("both good and bad"));
        let corrected =
            correct(0, 0, &Cells { yes_yes: 9, yes_no: 1, no_yes: 1, no_no: 9 }, 0.95).unwrap();
        assert!(corrected.refusal.unwrap().contains("judged nothing"));
    }
}
