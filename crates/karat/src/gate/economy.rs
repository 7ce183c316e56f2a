//! Pure. What a variant costs beside the baseline: per answer, per success, and when it pays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcomes::{Outcomes, VariantOutcomes};

/// What one variant costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Economy {
    /// US dollars for a thousand answers; absent where a price is unknown.
    pub usd_per_1000: Option<f64>,
    /// US dollars for one success; absent where a price is unknown or nothing succeeded.
    pub usd_per_success: Option<f64>,
    /// Trials without a known cost.
    pub n_unknown: u64,
    /// A further success over the baseline costs this; the variant pays where it is worth more.
    pub break_even_usd: Option<f64>,
    /// How many times the baseline's cost; absent where the baseline costs nothing or a price is unknown.
    pub times_baseline: Option<f64>,
}

/// Mean cost and success of a variant.
struct Means {
    cost: Option<f64>,
    success: f64,
    n_unknown: u64,
}

/// The economy of a variant by the scorer that says what a success is.
pub fn economy(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    baseline: Option<&VariantOutcomes>,
    metric: &str,
) -> Economy {
    let scorer = outcomes.scorer_index(metric);
    let own = means(variant, scorer);
    let base = baseline
        .filter(|baseline| baseline.name != variant.name)
        .map(|baseline| means(baseline, scorer));
    let break_even_usd = base.as_ref().and_then(|base| {
        let gain = own.success - base.success;
        let extra = own.cost? - base.cost?;
        (gain > 0.0 && extra > 0.0).then(|| extra / gain)
    });
    let times_baseline = base.as_ref().and_then(|base| {
        let cost = base.cost?;
        (cost > 0.0).then_some(own.cost? / cost)
    });
    Economy {
        usd_per_1000: own.cost.map(|cost| cost * 1000.0),
        usd_per_success: own.cost.filter(|_| own.success > 0.0).map(|cost| cost / own.success),
        n_unknown: own.n_unknown,
        break_even_usd,
        times_baseline,
    }
}

fn means(variant: &VariantOutcomes, scorer: Option<usize>) -> Means {
    let n = variant.all().count().max(1) as f64;
    // What a failed trial cost is often unknown; that alone does not make the price unknown.
    let n_unknown =
        variant.all().filter(|trial| trial.cost_usd.is_none() && trial.failure.is_none()).count()
            as u64;
    let total: f64 = variant.all().filter_map(|trial| trial.cost_usd).sum();
    let success = scorer
        .map_or(0.0, |scorer| variant.all().map(|trial| trial.score(scorer)).sum::<f64>() / n);
    Means {
        cost: (n_unknown == 0 && variant.all().next().is_some()).then_some(total / n),
        success,
        n_unknown,
    }
}
