//! Pure. A feature in the words of a person who decides: its verdict, what can be promised, and what stands behind it.

use karat_records::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::FeatureFacts;
use crate::evals::headline::{first_rate, what};
use crate::evals::report::{MetricReport, Report, VariantReport};
use crate::gate::compare::Standing;
use crate::gate::describe::{interval, number, ordinal, plural, rate};
use crate::gate::shown::{Measured, MeasuredUnit};
use crate::gate::unit::{Unit, shown, unit};
use crate::gate::{CriterionVerdict, VariantVerdict};
use crate::proofs::offers::headline_criterion;

/// A feature, as Today shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TodayFeature {
    /// Its name.
    pub name: String,
    /// What its requests are, in the plural.
    pub about: String,
    /// The variant that the sentence is about.
    pub variant: Option<String>,
    /// The variant with what should be known about it.
    pub variant_note: String,
    /// The gate's verdict.
    pub verdict: Option<Verdict>,
    /// The verdict's word, `rules win` or `not judged yet`.
    pub word: String,
    /// The sentence.
    pub says: String,
    /// The part of `says` that counts.
    pub says_strong: Option<String>,
    /// What stands behind it.
    pub detail: String,
    /// The number behind the sentence.
    pub measured: Option<Measured>,
    /// The run that said so.
    pub run_id: Option<String>,
    /// True where a scripted server answered.
    pub simulated: bool,
    /// True where something changed since it was judged.
    pub has_drifted: bool,
    /// What became worse in production and is not closed; absent where nothing did.
    pub incident: Option<String>,
}

/// Says where a feature stands.
pub fn feature(facts: &FeatureFacts) -> TodayFeature {
    let said = match &facts.report {
        Some(report) => judged(facts, report),
        None => not_judged(facts),
    };
    let incident = facts.incidents.first();
    TodayFeature { incident: incident.map(|incident| incident.title.clone()), ..said }
}

fn not_judged(facts: &FeatureFacts) -> TodayFeature {
    let blank = TodayFeature {
        name: facts.name.clone(),
        about: facts.about.clone(),
        variant: None,
        variant_note: plural(facts.variants.len() as u64, "variant"),
        verdict: None,
        word: "not judged yet".into(),
        says: if facts.has_criteria {
            "Nothing is known yet.".into()
        } else {
            "Nothing says yet what is good enough.".into()
        },
        says_strong: None,
        detail: plural(facts.n_cases, "case"),
        measured: None,
        run_id: None,
        simulated: false,
        has_drifted: false,
        incident: None,
    };
    let Some((run, Some(report))) = &facts.tuned else { return blank };
    let Some(variant) = report.headline_variant() else { return blank };
    let metric = primary(report, variant);
    let Some((metric, mean)) = metric.and_then(|metric| Some((metric, metric.mean?))) else {
        return blank;
    };
    let strong = format!("about {} of 100", (mean * 100.0).round());
    TodayFeature {
        variant: Some(variant.name.clone()),
        variant_note: format!("variant {}", variant.name),
        says: format!("{} is right on {strong} {}; an estimate.", variant.name, facts.about),
        says_strong: Some(strong),
        detail: format!(
            "{} {} · n {} · judged on nothing yet",
            rate(mean),
            interval(metric.lower, metric.upper),
            metric.n
        ),
        measured: Some(estimate(metric)),
        run_id: Some(run.id.clone()),
        simulated: variant.simulated,
        ..blank
    }
}

fn judged(facts: &FeatureFacts, report: &Report) -> TodayFeature {
    let variant = report.headline_variant();
    let verdict = variant.and_then(|variant| variant.verdict.as_ref());
    let rules_win = rules_win(report);
    // A sentence about all variants is simulated where one of them is, a sentence about one where that one is.
    let one = variant.filter(|_| rules_win.is_none());
    let simulated = one.map_or(report.simulated, |variant| variant.simulated);
    let (word, says, strong) = match (rules_win, report.verdict) {
        (Some(says), _) => ("rules win".to_owned(), says, None),
        (None, Some(Verdict::Pass)) => pass(verdict),
        (None, Some(Verdict::Fail)) => fail(report, verdict),
        (None, Some(Verdict::Undecided)) => undecided(verdict),
        (None, None) => ("not judged yet".to_owned(), report.headline.sentence.clone(), None),
    };
    let criterion = variant.and_then(headline_criterion);
    let mut detail: Vec<String> = criterion.map(measured_words).into_iter().collect();
    detail.extend(variant.and_then(|variant| beside(report, variant)));
    TodayFeature {
        name: facts.name.clone(),
        about: facts.about.clone(),
        variant: variant.map(|variant| variant.name.clone()),
        variant_note: variant_note(variant, verdict),
        verdict: report.verdict,
        word,
        says,
        says_strong: strong,
        detail: detail.join(" · "),
        measured: criterion.map(shown),
        run_id: Some(report.run_id.clone()),
        simulated,
        has_drifted: !facts.drift.is_empty(),
        incident: None,
    }
}

fn variant_note(variant: Option<&VariantReport>, verdict: Option<&VariantVerdict>) -> String {
    let Some(variant) = variant else { return "no variant".into() };
    match verdict {
        Some(verdict) if verdict.candidate > 1 => format!(
            "variant {} · {} candidate on these cases",
            variant.name,
            ordinal(verdict.candidate)
        ),
        _ => format!("variant {}", variant.name),
    }
}

type Said = (String, String, Option<String>);

fn pass(verdict: Option<&VariantVerdict>) -> Said {
    let Some((criterion, of_100)) = promised(verdict) else {
        return ("pass".into(), "It meets all of its criteria.".into(), None);
    };
    let strong = format!("{of_100} of 100");
    let says = format!("We can promise that at least {strong} meet {}.", what(criterion));
    ("pass".into(), says, Some(strong))
}

fn undecided(verdict: Option<&VariantVerdict>) -> Said {
    let Some((criterion, of_100)) = promised(verdict) else {
        return ("undecided".into(), "It is not shown yet either way.".into(), None);
    };
    let strong = format!("{of_100} of 100");
    let demanded = number((criterion.bound * 1000.0).round() / 10.0);
    let says = format!("Today we can promise {strong}; {demanded} are demanded.");
    ("undecided".into(), says, Some(strong))
}

/// What fails, as a frequency where it is one.
fn fail(report: &Report, verdict: Option<&VariantVerdict>) -> Said {
    let failing = verdict.and_then(|verdict| {
        verdict.criteria.iter().find(|one| one.verdict == Verdict::Fail && !one.advisory)
    });
    let of_100 = |rate: f64| (rate * 100.0 - 1e-9).ceil().clamp(0.0, 100.0);
    match failing.map(|criterion| (criterion, unit(criterion), criterion.upper)) {
        Some((criterion, Unit::ShareAtLeast, Some(upper))) => {
            let strong = format!("at most {} of 100", of_100(upper));
            let demanded = number((criterion.bound * 1000.0).round() / 10.0);
            let says =
                format!("It is right on {strong}; {demanded} are demanded ({}).", criterion.name);
            ("fail".into(), says, Some(strong))
        }
        _ => ("fail".into(), report.headline.sentence.clone(), None),
    }
}

fn promised(verdict: Option<&VariantVerdict>) -> Option<(&CriterionVerdict, u8)> {
    let criterion = first_rate(&verdict?.criteria)?;
    Some((criterion, criterion.promise_of_100?))
}

/// The baseline is made of rules, passes, and nobody is shown to be better.
fn rules_win(report: &Report) -> Option<String> {
    let baseline = report.variants.iter().find(|variant| variant.is_baseline)?;
    let passes = baseline.verdict.as_ref().is_some_and(|one| one.verdict == Verdict::Pass);
    let mut compared =
        report.comparisons.iter().filter(|one| one.first == baseline.name).peekable();
    if baseline.kind != "rules" || !passes || compared.peek().is_none() {
        return None;
    }
    let best = report.variants.iter().filter(|variant| !variant.is_baseline);
    let dearest = best
        .filter_map(|variant| variant.economy.times_baseline)
        .fold(None, |most: Option<f64>, times| Some(most.map_or(times, |most| most.max(times))));
    let nobody_better = compared.all(|one| one.outcome != Standing::SecondBetter);
    nobody_better.then(|| match dearest.filter(|times| *times > 1.05) {
        Some(times) => format!(
            "No variant is shown to be better than the rules, at up to {}× the cost.",
            number((times * 10.0).round() / 10.0)
        ),
        None => "The rules pass, and no variant is shown to be better.".into(),
    })
}

/// What was measured, with n: `right-queue 0.93 [0.91, 0.95] · n 186`.
fn measured_words(criterion: &CriterionVerdict) -> String {
    let more = criterion
        .more
        .filter(|_| criterion.verdict == Verdict::Undecided)
        .and_then(|more| more.expected)
        .map(|n| format!(" · decided by about {} more", crate::gate::describe::count(n)))
        .unwrap_or_default();
    format!(
        "{} {} · n {}{more}",
        criterion.metric,
        unit(criterion).with_interval(criterion.estimate, criterion.lower, criterion.upper),
        criterion.n
    )
}

/// How far the variant is from the baseline.
fn beside(report: &Report, variant: &VariantReport) -> Option<String> {
    let baseline = report.baseline.as_ref()?;
    let own = report
        .comparisons
        .iter()
        .find(|one| one.first == *baseline && one.second == variant.name)?;
    let points = |value: f64| number((value.abs() * 1000.0).round() / 10.0);
    Some(match own.outcome {
        Standing::TooCloseToCall => format!("too close to call beside {baseline}"),
        Standing::SecondBetter => {
            format!("{} points better than {baseline}", points(own.difference))
        }
        Standing::FirstBetter => format!("{} points worse than {baseline}", points(own.difference)),
    })
}

fn primary<'a>(report: &Report, variant: &'a VariantReport) -> Option<&'a MetricReport> {
    let name = report.primary_metric.as_ref()?;
    variant.metrics.iter().find(|metric| metric.name == *name)
}

fn estimate(metric: &MetricReport) -> Measured {
    Measured {
        metric: metric.name.clone(),
        estimate: metric.mean,
        lower: Some(metric.lower),
        upper: Some(metric.upper),
        floor: None,
        n: metric.n,
        unit: MeasuredUnit::Rate,
        demand: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::compare::Comparison;
    use crate::reports::fixtures;

    fn of(report: Report) -> TodayFeature {
        feature(&FeatureFacts {
            name: "triage".into(),
            about: "support tickets".into(),
            report: Some(report),
            ..FeatureFacts::default()
        })
    }

    #[test]
    fn each_verdict_has_its_sentence_with_a_number_behind_it() {
        let undecided = of(fixtures::undecided());
        assert_eq!(undecided.word, "undecided");
        assert!(undecided.says.starts_with("Today we can promise "), "{}", undecided.says);
        let strong = undecided.says_strong.unwrap();
        assert!(undecided.says.contains(&strong) && strong.ends_with(" of 100"));
        let passed = of(fixtures::pass());
        assert_eq!(passed.word, "pass");
        let failed = of(fixtures::fail());
        assert_eq!(failed.word, "fail");
        for one in [undecided.measured, passed.measured, failed.measured] {
            assert!(one.unwrap().n > 0);
        }
    }

    #[test]
    fn rules_win_only_where_they_pass_and_nobody_is_better() {
        let mut report = fixtures::pass();
        let verdict = report.variants.iter().find_map(|one| one.verdict.clone()).unwrap();
        let passing = VariantVerdict { verdict: Verdict::Pass, ..verdict };
        let baseline = report.baseline.clone().unwrap();
        for variant in &mut report.variants {
            if variant.is_baseline {
                variant.kind = "rules".into();
                variant.verdict = Some(passing.clone());
            }
        }
        report.comparisons = vec![Comparison {
            first: baseline,
            second: "steady-b".into(),
            metric: "right-queue".into(),
            n: 186,
            only_first: None,
            only_second: None,
            difference: 0.01,
            lower: -0.02,
            upper: 0.04,
            mcnemar_p: None,
            mcnemar_p_holm: None,
            outcome: Standing::TooCloseToCall,
        }];
        assert_eq!(of(report.clone()).word, "rules win");
        for one in &mut report.comparisons {
            one.outcome = Standing::SecondBetter;
        }
        assert_ne!(of(report.clone()).word, "rules win");
        for one in &mut report.comparisons {
            one.outcome = Standing::TooCloseToCall;
        }
        for variant in &mut report.variants {
            if let (true, Some(verdict)) = (variant.is_baseline, &mut variant.verdict) {
                verdict.verdict = Verdict::Fail;
            }
        }
        assert_ne!(of(report).word, "rules win", "rules that fail win nothing");
    }

    #[test]
    fn a_recorded_variant_is_not_simulated_because_another_one_is() {
        let mut report = fixtures::pass();
        report.simulated = true;
        let name = report.headline.variant.clone().unwrap();
        for variant in &mut report.variants {
            variant.simulated = variant.name != name;
        }
        assert!(!of(report.clone()).simulated);
        for variant in &mut report.variants {
            variant.simulated = variant.name == name;
        }
        assert!(of(report).simulated);
    }

    #[test]
    fn what_was_never_judged_says_so_and_shows_no_verdict() {
        let bare =
            feature(&FeatureFacts { name: "a".into(), n_cases: 40, ..FeatureFacts::default() });
        assert_eq!((bare.word.as_str(), bare.verdict), ("not judged yet", None));
        assert_eq!(bare.says, "Nothing says yet what is good enough.");
    }
}
