//! Pure. Why does production differ from the offline suite: another mix of topics, or worse within topics?
//!
//! Kitagawa (1955), Oaxaca and Blinder (1973), with strata s, shares w and means m:
//!
//! ```text
//! gap = sum (w_on - w_off) m_off   [mix]   +   sum w_on (m_on - m_off)   [within]
//! ```
//!
//! Topics that are seen online and absent offline have no offline mean: they are left out, shares are taken over the
//! rest, and the share that was left out is reported; nothing is imputed. Intervals are normal (delta method), for
//! independent observations, and say little below about 30 observations in a topic.

use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::normal_quantile;

/// One topic on one side: how often it was seen and how well it went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Observations.
    pub n: u64,
    /// Their mean in [0, 1]; of no meaning when there are none.
    pub mean: f64,
    /// Their variance (mean squared distance from the mean).
    pub variance: f64,
}

/// One topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    /// In the offline suite.
    pub offline: Part,
    /// In production.
    pub online: Part,
}

/// Where the gap seems to lie, judged by the intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapVerdict {
    /// Production is worse within topics: the model does worse on the same kind of work.
    WorseWithin,
    /// Production is better within topics.
    BetterWithin,
    /// Nothing is shown within topics.
    NotShown,
}

/// One effect with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GapEffect {
    /// The effect, online minus offline.
    pub effect: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its interval, nothing where the data show no spread at all.
    pub interval: Option<Interval>,
}

/// The gap over the topics that both sides have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// What is shown within topics.
    pub verdict: GapVerdict,
    /// Offline mean.
    pub offline: f64,
    /// Online mean, of covered topics.
    pub online: f64,
    /// Online minus offline.
    pub gap: GapEffect,
    /// The part that another mix of topics explains.
    pub mix: GapEffect,
    /// The part within topics, given the online shares.
    pub within: GapEffect,
    /// What the offline suite would have predicted for the online mix.
    pub reweighted_offline: f64,
    /// Share of online observations whose topic the suite does not have.
    pub uncovered: f64,
    /// Offline observations.
    pub n_offline: u64,
    /// Online observations of covered topics.
    pub n_online: u64,
    /// The method's name.
    pub method: &'static str,
}

impl Part {
    /// Booleans, already counted.
    pub fn counts(successes: u64, n: u64) -> Result<Self, Invalid> {
        invalid::part_of(successes, n)?;
        let mean = successes as f64 / n.max(1) as f64;
        Ok(Self { n, mean, variance: mean * (1.0 - mean) })
    }

    /// Single observations in [0, 1] (or the means of clusters).
    pub fn values(values: &[f64]) -> Result<Self, Invalid> {
        let observations = crate::betting::Observations::values(values)?;
        let mean = observations.mean().unwrap_or(0.0);
        let variance = observations.variance().unwrap_or(0.0);
        Ok(Self { n: values.len() as u64, mean, variance })
    }
}

/// Splits the gap; nothing when one side has no covered observations.
pub fn offline_online_gap(strata: &[Stratum], confidence: f64) -> Result<Option<Gap>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    for part in strata.iter().flat_map(|stratum| [stratum.offline, stratum.online]) {
        invalid::unit("mean", part.mean)?;
        invalid::unit("variance", part.variance)?;
    }
    let n_all: f64 = strata.iter().map(|s| s.online.n as f64).sum();
    let covered: Vec<&Stratum> = strata.iter().filter(|s| s.offline.n > 0).collect();
    let n_offline: f64 = covered.iter().map(|s| s.offline.n as f64).sum();
    let n_online: f64 = covered.iter().map(|s| s.online.n as f64).sum();
    if n_offline <= 0.0 || n_online <= 0.0 {
        return Ok(None);
    }
    let total = |term: &dyn Fn(&Stratum) -> f64| covered.iter().map(|s| term(s)).sum::<f64>();
    let w_off = |s: &Stratum| s.offline.n as f64 / n_offline;
    let w_on = |s: &Stratum| s.online.n as f64 / n_online;
    // The variance of one mean; the parts of a topic that was not seen have weight 0.
    let error = |part: &Part| part.variance / part.n.max(1) as f64;

    let offline = total(&|s| w_off(s) * s.offline.mean);
    let online = total(&|s| w_on(s) * s.online.mean);
    let reweighted = total(&|s| w_on(s) * s.offline.mean);

    let within = total(&|s| w_on(s).powi(2) * (error(&s.offline) + error(&s.online)));
    let mix = total(&|s| (w_on(s) - w_off(s)).powi(2) * error(&s.offline))
        + total(&|s| w_off(s) * (s.offline.mean - offline).powi(2)) / n_offline
        + total(&|s| w_on(s) * (s.offline.mean - reweighted).powi(2)) / n_online;
    let gap = total(&|s| w_off(s) * (s.offline.variance + (s.offline.mean - offline).powi(2)))
        / n_offline
        + total(&|s| w_on(s) * (s.online.variance + (s.online.mean - online).powi(2))) / n_online;

    let z = normal_quantile(f64::midpoint(1.0, confidence));
    let effect = |effect: f64, variance: f64| {
        let standard_error = variance.sqrt();
        let half = z * standard_error;
        let ends = Interval { lower: (effect - half).max(-1.0), upper: (effect + half).min(1.0) };
        GapEffect { effect, standard_error, interval: (standard_error > 0.0).then_some(ends) }
    };
    let within = effect(online - reweighted, within);
    let verdict = match within.interval {
        Some(interval) if interval.upper < 0.0 => GapVerdict::WorseWithin,
        Some(interval) if interval.lower > 0.0 => GapVerdict::BetterWithin,
        _ => GapVerdict::NotShown,
    };
    Ok(Some(Gap {
        verdict,
        offline,
        online,
        gap: effect(online - offline, gap),
        mix: effect(reweighted - offline, mix),
        within,
        reweighted_offline: reweighted,
        uncovered: (n_all - n_online) / n_all,
        n_offline: n_offline as u64,
        n_online: n_online as u64,
        method: "Kitagawa–Oaxaca–Blinder with delta errors",
    }))
}
