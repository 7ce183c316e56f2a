//! All plots of `docs/concepts/statistics.md`, as file names and texts; each is drawn with a fixed seed.

mod anytime;
mod judges;
mod monitors;
mod svg;

use karat_stats::{Decision, Invalid};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Where the plots lie.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/concepts/plots");

/// Every file's name and text.
pub fn draw() -> Result<Vec<(&'static str, String)>, Invalid> {
    let plots = [
        ("gate.svg", anytime::gate_plot()?),
        ("promise.svg", anytime::promise_plot()?),
        ("more.svg", anytime::more_plot()?),
        ("compare.svg", anytime::compare_plot()?),
        ("quantile.svg", anytime::quantile_plot()?),
        ("judge.svg", judges::judge_plot()?),
        ("agreement.svg", judges::agreement_plot()?),
        ("watch.svg", monitors::watch_plot()?),
        ("canary.svg", monitors::canary_plot()?),
    ];
    Ok(plots.into_iter().map(|(name, plot)| (name, plot.finish())).collect())
}

/// Throws whose order is fixed by the seed.
struct Coin(ChaCha8Rng);

impl Coin {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn uniform(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    fn throw(&mut self, rate: f64) -> bool {
        self.uniform() < rate
    }
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Pass => "pass",
        Decision::Fail => "fail",
        Decision::Undecided => "undecided",
        Decision::Unprovable => "unprovable",
    }
}
