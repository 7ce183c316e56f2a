//! Pure. The entry of every deterministic scorer, and what comes out of it.

use karat_records::{Answer, Case, FailureKind};

use super::method::Method;
use super::{
    equals, grader, json, limits, numeric, ranking, recorded, refusal, similarity, text, tools,
    weighted,
};

/// What a scorer says about one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// In `0..=1`, 1 is always good; `None` where the scorer could not decide.
    pub value: Option<f64>,
    /// A short class, for scorers that have classes.
    pub label: Option<String>,
    /// Why, in one short sentence.
    pub explanation: Option<String>,
}

/// Scores one answer to one case.
///
/// A failed answer scores 0 under every method, `Not` included.
/// The one exception is `IsRefusal` itself, for which a provider's content-policy failure is a refusal.
pub fn score(method: &Method, case: &Case, answer: &Answer) -> Judged {
    let Some(failure) = &answer.failure else { return judge(method, case, answer) };
    let explanation = format!("the answer failed: {}", shorten(&failure.message));
    if failure.kind == FailureKind::ContentPolicy && matches!(method, Method::IsRefusal(_)) {
        return Judged::new(1.0, explanation).labelled(refusal::REFUSED);
    }
    Judged::new(0.0, explanation)
}

/// Scores an answer that did not fail.
pub(super) fn judge(method: &Method, case: &Case, answer: &Answer) -> Judged {
    match method {
        Method::Equals(settings) => equals::judge(settings, case, answer),
        Method::Contains(settings) => text::judge_contains(settings, case, answer),
        Method::StartsWith(settings) => text::judge_starts_with(settings, case, answer),
        Method::Regex(settings) => text::judge_regex(settings, case, answer),
        Method::Numeric(settings) => numeric::judge(settings, case, answer),
        Method::IsJson(schema) => json::judge_is(schema.as_ref(), answer),
        Method::ContainsJson(schema) => json::judge_contains(schema.as_ref(), answer),
        Method::JsonSchema(schema) => json::judge_schema(schema, answer),
        Method::Similarity(settings) => similarity::judge(settings, case, answer),
        Method::EditDistance(settings) => similarity::judge_distance(settings, case, answer),
        Method::Ranking(settings) => ranking::judge(settings, case, answer),
        Method::ToolCalls(settings) => tools::judge(settings, case, answer),
        Method::Latency(settings) => limits::judge_latency(*settings, answer),
        Method::Cost(settings) => limits::judge_cost(*settings, answer),
        Method::IsRefusal(settings) => refusal::judge(settings, answer),
        Method::RecordedScore(settings) => recorded::judge(settings, answer),
        Method::Weighted(settings) => weighted::judge(settings, case, answer),
        Method::StringCheck(settings) => grader::judge_string_check(settings, case, answer),
        Method::TextSimilarity(settings) => grader::judge_text_similarity(settings, case, answer),
        Method::Not(inner) => judge(inner, case, answer).inverted(),
    }
}

impl Judged {
    /// A decided value, brought into `0..=1`; undecided when it is no number.
    pub fn new(value: f64, explanation: impl Into<String>) -> Self {
        let value = (!value.is_nan()).then(|| value.clamp(0.0, 1.0));
        Self { value, label: None, explanation: Some(explanation.into()) }
    }

    /// 1 where the claim holds, 0 where it does not.
    pub fn holds(claim: bool, explanation: impl Into<String>) -> Self {
        Self::new(f64::from(u8::from(claim)), explanation)
    }

    /// The value itself, or with a threshold whether the value reaches it.
    pub fn graded(value: f64, threshold: Option<f64>, explanation: impl Into<String>) -> Self {
        let Some(threshold) = threshold else { return Self::new(value, explanation) };
        if value.is_nan() {
            return Self::new(value, explanation);
        }
        // 0.1 + 0.2 reaches 0.3.
        let reached = value >= threshold - 1e-12;
        let relation = if reached { "at least" } else { "below" };
        let explanation = format!("{value:.3} is {relation} {threshold}: {}", explanation.into());
        Self::holds(reached, explanation)
    }

    /// No value, with the reason.
    pub fn undecided(explanation: impl Into<String>) -> Self {
        Self { value: None, label: None, explanation: Some(explanation.into()) }
    }

    /// The same with a class.
    #[must_use]
    pub fn labelled(self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self }
    }

    /// The opposite value; what is undecided stays so.
    #[must_use]
    pub fn inverted(self) -> Self {
        Self { value: self.value.map(|value| 1.0 - value), ..self }
    }
}

/// The start of a text on one line, for explanations.
pub fn shorten(text: &str) -> String {
    const MAX_CHARS: usize = 80;
    let mut short = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        if count == MAX_CHARS {
            short.push('…');
            break;
        }
        short.push(if c.is_whitespace() || c.is_control() { ' ' } else { c });
    }
    if short.is_empty() { "nothing".to_owned() } else { short }
}

/// A number as people write it, and with an exponent where that would be long.
pub fn show(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude >= 1e15 || magnitude > 0.0 && magnitude < 1e-6 {
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use karat_records::{Failure, Fault};
    use serde_json::json;

    use super::super::method::{Contains, Quantifier, Refusal};
    use super::super::vectors::{answer, case};
    use super::super::wanted::Wanted;
    use super::*;

    fn contains(text: &str) -> Method {
        Method::Contains(Contains {
            wanted: Wanted::Value(json!(text)),
            quantifier: Quantifier::One,
            ignore_case: false,
        })
    }

    fn failed(kind: FailureKind) -> Answer {
        Answer::failed(Failure { kind, message: "after 30 s".into(), fault: Fault::Provider })
    }

    #[test]
    fn a_failed_answer_scores_zero_under_a_method_and_its_opposite() {
        let timeout = failed(FailureKind::Timeout);
        let not = Method::Not(Box::new(contains("secret")));
        for method in [contains("secret"), not, Method::IsRefusal(Refusal::default())] {
            let judged = score(&method, &case(None), &timeout);
            assert_eq!(judged.value, Some(0.0), "{method:?}");
            assert_eq!(judged.explanation.as_deref(), Some("the answer failed: after 30 s"));
        }
    }

    #[test]
    fn a_content_policy_failure_is_a_refusal_and_never_not_one() {
        let refused = failed(FailureKind::ContentPolicy);
        let is_refusal = Method::IsRefusal(Refusal::default());
        assert_eq!(score(&is_refusal, &case(None), &refused).value, Some(1.0));
        let not = Method::Not(Box::new(is_refusal));
        assert_eq!(score(&not, &case(None), &refused).value, Some(0.0));
    }

    #[test]
    fn not_turns_a_value_around_and_leaves_the_undecided() {
        let not = Method::Not(Box::new(contains("secret")));
        assert_eq!(score(&not, &case(None), &answer(json!("a secret"))).value, Some(0.0));
        assert_eq!(score(&not, &case(None), &answer(json!("a song"))).value, Some(1.0));
        let vacuous = Method::Not(Box::new(contains("")));
        assert_eq!(score(&vacuous, &case(None), &answer(json!("a song"))).value, None);
    }

    #[test]
    fn a_threshold_is_reached_despite_rounding() {
        assert_eq!(Judged::graded(0.1 + 0.2, Some(0.3), "").value, Some(1.0));
        assert_eq!(Judged::graded(0.7 + 0.1, Some(0.8), "").value, Some(1.0));
        assert_eq!(Judged::graded(0.29, Some(0.3), "").value, Some(0.0));
        assert_eq!(Judged::graded(f64::NAN, Some(0.3), "").value, None);
    }

    #[test]
    fn a_number_is_shown_shortly() {
        for (number, shown) in
            [(18.0, "18"), (-0.25, "-0.25"), (7.5e304, "7.5e304"), (1e-7, "1e-7"), (0.0, "0")]
        {
            assert_eq!(show(number), shown);
        }
    }

    #[test]
    fn an_explanation_stays_on_one_short_line() {
        let short = shorten(&"line\nline\t".repeat(100));
        assert_eq!(short.chars().count(), 81);
        assert!(!short.contains('\n'));
        assert_eq!(shorten("  "), "nothing");
    }
}
