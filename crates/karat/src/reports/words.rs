//! Pure. What several surfaces say about a whole report, in the same words.

use jiff::Timestamp;
use karat_records::{Scope, Verdict};

use super::clean::line;
use crate::evals::headline::{judged_rate, named};
use crate::evals::report::{LatencyReport, MetricReport, Report, VariantReport};
use crate::gate::CriterionVerdict;
use crate::gate::describe::{count, interval, milliseconds, plural, rate, usd};

/// A day in UTC: 23 November 2026.
pub fn day(milliseconds_since_epoch: i64) -> String {
    Timestamp::from_millisecond(milliseconds_since_epoch)
        .map_or_else(|_| "unknown day".into(), |at| at.strftime("%-d %B %Y").to_string())
}

/// A written day, 2026-11-14, as 14 November 2026; anything else as it is.
pub fn written_day(text: &str) -> String {
    text.parse::<jiff::civil::Date>()
        .map_or_else(|_| line(text), |day| day.strftime("%-d %B %Y").to_string())
}

/// The verdict that stands above the headline: that of its variant.
pub fn headline_verdict(report: &Report) -> Option<Verdict> {
    report.headline_variant().and_then(verdict)
}

/// A variant's verdict.
pub fn verdict(variant: &VariantReport) -> Option<Verdict> {
    variant.verdict.as_ref().map(|verdict| verdict.verdict)
}

/// The feature's verdict where the headline does not already say it: a waterfall needs all of its variants.
pub fn feature_verdict(report: &Report) -> Option<(Verdict, String)> {
    let verdict = report.verdict.filter(|verdict| Some(*verdict) != headline_verdict(report))?;
    Some((
        verdict,
        format!(
            "{} as a whole: {verdict}. Every variant of its waterfall has to pass.",
            line(&report.feature)
        ),
    ))
}

/// Which cases: 186 held-out cases.
pub fn cases(report: &Report) -> String {
    let kind = match report.scope {
        Scope::All => "case",
        Scope::Tune => "tuning case",
        Scope::HeldOut => "held-out case",
    };
    plural(report.n_cases, kind)
}

/// How often each was asked: 5 repeats each.
pub fn repeats(report: &Report) -> String {
    match report.trials {
        0 | 1 => "answered once each".into(),
        trials => format!("{trials} repeats each"),
    }
}

/// Whom a scripted server answered or judged for; nothing where all was real.
pub fn simulated(report: &Report) -> Option<String> {
    if !report.simulated {
        return None;
    }
    let names: Vec<String> = report
        .variants
        .iter()
        .filter(|variant| variant.simulated)
        .map(|variant| line(&variant.name))
        .collect();
    let whom = if names.is_empty() { String::new() } else { format!(" for {}", listed(&names)) };
    Some(format!("a scripted server answered or judged{whom}; no real model did."))
}

/// That figures only tune; nothing where they judge.
pub fn estimates(report: &Report) -> Option<&'static str> {
    (!report.is_gate).then_some(match report.scope {
        Scope::Tune => {
            "These figures are estimates: people tune on these cases, so nothing is judged on them."
        }
        _ => "These figures are estimates: nothing was judged against criteria.",
    })
}

/// That the run stopped early; nothing where it is complete.
pub fn incomplete(report: &Report) -> Option<&'static str> {
    (!report.is_complete).then_some("the run stopped before its end; figures may still change.")
}

/// The metric that says what a success is, as this variant measured it.
pub fn primary<'a>(report: &Report, variant: &'a VariantReport) -> Option<&'a MetricReport> {
    let name = report.primary_metric.as_ref()?;
    variant.metrics.iter().find(|metric| metric.name == *name)
}

/// The primary metric with the interval that counts: that of the criterion which judged it, where one did.
pub fn primary_mean(report: &Report, variant: &VariantReport) -> String {
    judged_rate(variant, report.primary_metric.as_deref())
        .and_then(|judged| {
            let (estimate, lower, upper) = (judged.estimate?, judged.lower?, judged.upper?);
            Some(format!("{} {}", rate(estimate), interval(lower, upper)))
        })
        .unwrap_or_else(|| mean(primary(report, variant)))
}

/// A mean with its interval: 0.91 [0.86, 0.95]; its n stands beside it.
pub fn mean(metric: Option<&MetricReport>) -> String {
    match metric.and_then(|metric| Some((metric, metric.mean?))) {
        Some((metric, mean)) => format!("{} {}", rate(mean), interval(metric.lower, metric.upper)),
        None => "–".into(),
    }
}

/// pass^k for all of the repeats; its n is the number of cases.
pub fn pass_hat(variant: &VariantReport) -> String {
    variant
        .consistency
        .as_ref()
        .and_then(|consistency| consistency.pass_hat.last())
        .map_or_else(|| "–".into(), |value| rate(*value))
}

/// The 95th percentile of the wait; beyond measure where more than five in 100 answers failed.
pub fn p95(latency: Option<&LatencyReport>) -> String {
    match latency {
        None => "–".into(),
        Some(latency) => latency.p95_ms.map_or_else(|| "no answer".into(), milliseconds),
    }
}

/// Money, or a dash where a price is unknown.
pub fn money(amount: Option<f64>) -> String {
    amount.map_or_else(|| "–".into(), usd)
}

/// What the headline's variant costs beside the baseline, in a sentence; nothing where no price is known.
pub fn cost(report: &Report) -> Option<String> {
    let variant = report.headline_variant()?;
    let own = variant.economy.usd_per_1000?;
    let amount = |usd_per_1000: f64| {
        if usd_per_1000 > 0.0 { usd(usd_per_1000) } else { "nothing".into() }
    };
    let name = line(&variant.name);
    let about = line(&report.about);
    let says = format!("1,000 {about} cost {} with {name}", amount(own));
    let baseline = report.variants.iter().find(|one| one.is_baseline && one.name != variant.name);
    Some(match baseline.and_then(|baseline| Some((baseline, baseline.economy.usd_per_1000?))) {
        Some((baseline, theirs)) => {
            format!("{says}, and {} with {}.", amount(theirs), line(&baseline.name))
        }
        None => format!("{says}."),
    })
}

/// What somebody has to decide now, for people who have never seen a prompt.
pub fn decision(report: &Report) -> String {
    let Some(variant) = report.headline_variant() else {
        return "None yet: there is no variant.".into();
    };
    if !report.is_complete {
        return "None yet: the run stopped before its end.".into();
    }
    let name = line(&variant.name);
    let about = line(&report.about);
    let keep = report
        .baseline
        .as_ref()
        .filter(|baseline| **baseline != variant.name)
        .map_or_else(|| "stop".to_owned(), |baseline| format!("keep {}", line(baseline)));
    match verdict(variant) {
        None => format!("Whether {name} is worth judging: these figures are estimates."),
        Some(Verdict::Pass) if report.simulated => {
            "Whether to try it with a real model: these answers were simulated.".into()
        }
        Some(Verdict::Pass) if variant.kind == "recorded" || variant.kind == "human" => format!(
            "Whether {name} is to answer {about}: its recorded answers passed, and nothing answers live yet."
        ),
        Some(Verdict::Pass) => format!("Whether {name} may answer {about} from now on: it passed."),
        Some(Verdict::Undecided) => format!(
            "Whether to label more cases, to promise less, or to {keep}: {name} is not shown to be good enough, nor to be too bad."
        ),
        Some(Verdict::Fail) => {
            format!("Whether to mend {name} or to {keep}: it is not good enough.")
        }
    }
}

/// Criteria that are not plainly passed, the failed ones first.
pub fn not_passed(variant: &VariantReport) -> Vec<&CriterionVerdict> {
    let criteria = variant.verdict.as_ref().map_or(&[][..], |verdict| &verdict.criteria);
    let mut open: Vec<&CriterionVerdict> =
        criteria.iter().filter(|criterion| criterion.verdict != Verdict::Pass).collect();
    open.sort_by_key(|criterion| (criterion.advisory, criterion.verdict != Verdict::Fail));
    open
}

/// A criterion's name with its segment, on one line.
pub fn criterion_name(criterion: &CriterionVerdict) -> String {
    line(&named(criterion))
}

/// What should be known about a variant beside its figures, one sentence each.
pub fn notes(variant: &VariantReport) -> Vec<String> {
    let name = line(&variant.name);
    let mut notes = Vec::new();
    match (variant.is_baseline, variant.is_unproven) {
        (true, true) => notes.push(format!("{name}: the baseline, and an unproven last resort.")),
        (true, false) => notes.push(format!("{name}: the baseline.")),
        (false, true) => notes.push(format!("{name}: an unproven last resort.")),
        (false, false) => {}
    }
    if variant.n_errors > 0 {
        let reasons: Vec<String> = variant
            .errors
            .iter()
            .map(|error| {
                format!(
                    "{} {} (“{}”)",
                    count(error.n),
                    line(&error.kind),
                    short(&error.example, 80)
                )
            })
            .collect();
        let why =
            if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
        notes.push(format!(
            "{name}: {} of {} without an answer, each a failure{why}.",
            count(variant.n_errors),
            plural(variant.n_trials, "trial")
        ));
    }
    notes
}

/// The text on one line, at most so many characters.
pub fn short(text: &str, most: usize) -> String {
    let text = line(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// How alike repeats are, in a sentence with its n.
pub fn consistency(report: &Report) -> Option<String> {
    let consistency = report.headline_variant()?.consistency.as_ref()?;
    let trials = consistency.pass_hat.len();
    let all = consistency.pass_hat.last()?;
    Some(format!(
        "Asked {trials} times, {} of {} get the same answer every time, and {} in 100 a good one every time.",
        count(consistency.n_same),
        plural(consistency.n, "case"),
        (all * 100.0 + 1e-9).floor(),
    ))
}

/// The groups on which the headline's variant is surely weak, the weakest first: by the most that it may reach,
/// so that a group of one case does not lead the list.
pub fn weakest(report: &Report) -> Vec<&crate::gate::capability::MapRow> {
    let column = report
        .headline
        .variant
        .as_ref()
        .and_then(|name| report.variants.iter().position(|variant| variant.name == *name))
        .unwrap_or(0);
    let most = |row: &crate::gate::capability::MapRow| {
        row.cells.get(column).filter(|cell| cell.n > 0).map_or(2.0, |cell| cell.upper)
    };
    let mut rows: Vec<_> = report.capability.iter().collect();
    rows.sort_by(|a, b| most(a).total_cmp(&most(b)));
    rows
}

/// "a, b and c".
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
