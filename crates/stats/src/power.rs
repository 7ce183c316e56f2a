//! Pure. Planning: how many observations a fixed-size test needs, and what a given number can detect.

use crate::betting::{Betting, Side};
use crate::binomial::{lower_tail, upper_tail};
use crate::gate::Floor;
use crate::invalid::{self, Invalid};
use crate::normal::{normal_cdf, normal_quantile};
use crate::paired::Margin;
use crate::{beta, student};

/// Plans beyond this many observations are answered with nothing.
const TOO_MANY: f64 = 1_000_000.0;

/// An exact one-sided binomial test of a floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactPlan {
    /// Sample size, to be declared before the data are seen.
    pub n: u64,
    /// Passes from this many successes on (rate above the floor), or fails up to this many (rate below it).
    pub critical: u64,
    /// Probability of the decision at the assumed rate.
    pub power: f64,
}

/// The smallest n whose exact test reaches `power` when the truth is `rate`; nothing at the floor or beyond a million.
///
/// A rate above the floor plans for a pass, one below it for a fail; `alpha` is one-sided.
pub fn exact_plan(
    floor: f64,
    rate: f64,
    alpha: f64,
    power: f64,
) -> Result<Option<ExactPlan>, Invalid> {
    let test = TestAt::new(floor, rate, alpha)?;
    invalid::open_unit("power", power)?;
    let spread = |p: f64| (p * (1.0 - p)).sqrt();
    let z = -normal_quantile(alpha) - normal_quantile(1.0 - power);
    let shift =
        -normal_quantile(alpha) * spread(floor) - normal_quantile(1.0 - power) * spread(rate);
    let normal = (shift / (rate - floor)).powi(2);
    if !normal.is_finite() || normal > TOO_MANY {
        return Ok(None);
    }
    // Power saws upward with n by steps worth 2 sqrt(n) / (z spread) observations; start well below them.
    let slack = 10.0 * normal.sqrt() / (z.max(0.5) * spread(floor));
    let mut n = ((normal - slack) as u64).max(1);
    let mut extreme = test.extreme(n);
    while n as f64 <= TOO_MANY {
        if let Some(plan) = extreme.map(|extreme| test.plan(n, extreme))
            && plan.power >= power
        {
            return Ok(Some(plan));
        }
        n += 1;
        // One more observation allows at most one more exception.
        let next = extreme.map_or(0, |extreme| extreme + 1);
        if next < n && test.decides(n, next) {
            extreme = Some(next);
        }
    }
    Ok(None)
}

/// The exact test with `n` observations; nothing when n is too small to decide at all.
pub fn exact_power(
    n: u64,
    floor: f64,
    rate: f64,
    alpha: f64,
) -> Result<Option<ExactPlan>, Invalid> {
    let test = TestAt::new(floor, rate, alpha)?;
    Ok(test.extreme(n).map(|extreme| test.plan(n, extreme)))
}

/// An exact test at any n. Its `extreme` is the number of exceptions allowed: failures of a pass, successes of a fail.
struct TestAt {
    floor: f64,
    rate: f64,
    alpha: f64,
}

impl TestAt {
    fn new(floor: f64, rate: f64, alpha: f64) -> Result<Self, Invalid> {
        invalid::open_unit("floor", floor)?;
        invalid::unit("rate", rate)?;
        invalid::error_rate("alpha", alpha)?;
        Ok(Self { floor, rate, alpha })
    }

    fn tail(&self, n: u64, extreme: u64, rate: f64) -> f64 {
        if self.rate >= self.floor {
            upper_tail(n - extreme, n, rate)
        } else {
            lower_tail(extreme, n, rate)
        }
    }

    fn decides(&self, n: u64, extreme: u64) -> bool {
        self.tail(n, extreme, self.floor) <= self.alpha
    }

    /// The most exceptions with which `n` observations decide, by bisection.
    fn extreme(&self, n: u64) -> Option<u64> {
        if n == 0 || !self.decides(n, 0) {
            return None;
        }
        let (mut low, mut high) = (0, n);
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if self.decides(n, middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(low)
    }

    fn plan(&self, n: u64, extreme: u64) -> ExactPlan {
        let critical = if self.rate >= self.floor { n - extreme } else { extreme };
        ExactPlan { n, critical, power: self.tail(n, extreme, self.rate) }
    }
}

/// The smallest true rate at which `n` booleans pass with probability `power`, looking once at the end.
///
/// The verdict is the anytime one, so looking earlier does no harm and passes at least as often.
/// Nothing when even `n` of `n` do not pass; a floor of 0 passes at any rate, a floor of 1 at none.
pub fn passing_rate(n: u64, question: &Floor, power: f64) -> Result<Option<f64>, Invalid> {
    invalid::open_unit("power", power)?;
    let betting = question.betting()?;
    if question.floor <= 0.0 || question.floor >= 1.0 {
        return Ok((question.floor <= 0.0).then_some(0.0));
    }
    let needed = betting.pass_count(question.alpha_pass, n)?;
    Ok(needed.map(
        |k| {
            if k == 0 { 0.0 } else { beta::quantile(k as f64, (n - k + 1) as f64, power) }
        },
    ))
}

/// Pairs that a two-sided paired t-test needs for a mean difference of `effect` standard deviations.
///
/// From the noncentral t distribution, not rounded up; nothing above a million. `alpha` covers both sides.
pub fn pairs_needed(effect: f64, alpha: f64, power: f64) -> Result<Option<f64>, Invalid> {
    invalid::positive("effect", effect.abs())?;
    invalid::error_rate("alpha", alpha)?;
    invalid::open_unit("power", power)?;
    let enough = |n: f64| t_power(effect.abs() * n.sqrt(), n - 1.0, alpha) >= power;
    Ok(first_enough(2.0, TOO_MANY, enough))
}

/// The smallest mean difference that `n` pairs detect in a two-sided paired t-test; nothing below two pairs.
///
/// `deviation` is the standard deviation of the differences; the answer is in its unit.
pub fn detectable_difference(
    n: u64,
    deviation: f64,
    alpha: f64,
    power: f64,
) -> Result<Option<f64>, Invalid> {
    invalid::positive("standard deviation", deviation)?;
    invalid::error_rate("alpha", alpha)?;
    invalid::open_unit("power", power)?;
    if n < 2 {
        return Ok(None);
    }
    let count = n as f64;
    let shift = first_enough(0.0, 1e6, |shift| t_power(shift, count - 1.0, alpha) >= power);
    Ok(shift.map(|shift| shift / count.sqrt() * deviation))
}

/// The smallest difference that shows as better at any time when `n` pairs turn out exactly as expected.
///
/// `differing` is the share of pairs that are no tie, each a whole win or loss; the answer is at most that share.
/// A true difference of this size is found about half of the time. Nothing when all wins would not do.
pub fn decidable_difference(
    n: u64,
    differing: f64,
    question: &Margin,
) -> Result<Option<f64>, Invalid> {
    invalid::unit("share of differing pairs", differing)?;
    invalid::unit("margin", question.margin)?;
    let alpha = invalid::error_rate("alpha on each side", question.alpha_each_side)?;
    let min_effect = invalid::open_unit("minimum effect", question.min_effect)?;
    let tau = f64::midpoint(1.0, question.margin);
    let betting = Betting::new(tau, min_effect / 2.0)?;
    let count = n as f64;
    let steps = [1.0, 0.5, 0.0].map(|y| betting.steps(Side::Above, y, tau));
    let shown = |difference: f64| {
        let wins = f64::midpoint(differing, difference);
        let shares = [wins, 1.0 - differing, differing - wins];
        let logs = std::array::from_fn(|j| {
            count * shares.iter().zip(&steps).map(|(share, step)| share * step[j]).sum::<f64>()
        });
        crate::betting::log_mean_exp(&logs) >= -alpha.ln()
    };
    Ok(shown(differing).then(|| bisect(0.0, differing, shown)))
}

/// Observations of the first group that a two-sided z-test of two means needs, `ratio` times as many in the second.
///
/// `effect` is the difference in standard deviations; not rounded up.
pub fn two_sample_needed(
    effect: f64,
    ratio: f64,
    alpha: f64,
    power: f64,
) -> Result<Option<f64>, Invalid> {
    invalid::positive("effect", effect.abs())?;
    invalid::positive("ratio", ratio)?;
    invalid::error_rate("alpha", alpha)?;
    invalid::open_unit("power", power)?;
    let z = -normal_quantile(alpha / 2.0);
    let enough = |shift: f64| normal_cdf(shift - z) + normal_cdf(-shift - z) >= power;
    let shift = first_enough(0.0, 1e6, enough);
    Ok(shift.map(|shift| (shift / effect).powi(2) * (1.0 + 1.0 / ratio)).filter(|n| n.is_finite()))
}

/// Where the variance of a paired comparison on items with repeated runs comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedVariance {
    /// Variance over items of the difference of the two expected scores.
    pub items: f64,
    /// Variance of one run of the first, averaged over items.
    pub runs_first: f64,
    /// Variance of one run of the second, averaged over items.
    pub runs_second: f64,
    /// Runs per item of the first.
    pub repeats_first: u32,
    /// Runs per item of the second.
    pub repeats_second: u32,
}

/// Items that a paired comparison needs to find `difference` (Miller 2024, equation 9); not rounded up.
pub fn items_needed(
    variance: &PairedVariance,
    difference: f64,
    alpha: f64,
    power: f64,
) -> Result<f64, Invalid> {
    invalid::positive("difference", difference.abs())?;
    invalid::error_rate("alpha", alpha)?;
    invalid::open_unit("power", power)?;
    let z = -normal_quantile(alpha / 2.0) - normal_quantile(1.0 - power);
    let of_runs = |variance: f64, repeats: u32| variance / f64::from(repeats.max(1));
    let total = variance.items
        + of_runs(variance.runs_first, variance.repeats_first)
        + of_runs(variance.runs_second, variance.repeats_second);
    invalid::finite("variance", &[total])?;
    Ok((z / difference).powi(2) * total.max(0.0))
}

/// Power of the two-sided t-test with noncentrality `shift`: the normal tail averaged over the estimated deviation.
fn t_power(shift: f64, df: f64, alpha: f64) -> f64 {
    const STEPS: u32 = 2000;
    let critical = student::two_sided_quantile(alpha, df);
    let reach = 12.0 / (2.0 * df).sqrt();
    let (from, to) = ((1.0 - reach).max(0.0), 1.0 + reach);
    let step = (to - from) / f64::from(STEPS);
    let (mut mass, mut power) = (0.0, 0.0);
    for i in 0..STEPS {
        let s = from + (f64::from(i) + 0.5) * step;
        // The density of the deviation, up to a constant and scaled to 1 at s = 1.
        let weight = ((df - 1.0) * s.ln() - 0.5 * df * (s - 1.0) * (s + 1.0)).exp();
        mass += weight;
        power += weight * (normal_cdf(shift - critical * s) + normal_cdf(-shift - critical * s));
    }
    power / mass
}

/// The smallest argument from `low` up to `limit` that is enough, when more never hurts.
fn first_enough(low: f64, limit: f64, enough: impl Fn(f64) -> bool) -> Option<f64> {
    if enough(low) {
        return Some(low);
    }
    let mut high = low.max(1.0) * 2.0;
    while !enough(high) {
        if high >= limit {
            return None;
        }
        high = (high * 2.0).min(limit);
    }
    Some(bisect(low, high, enough))
}

/// Narrows to where `enough` turns true.
fn bisect(mut low: f64, mut high: f64, enough: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
