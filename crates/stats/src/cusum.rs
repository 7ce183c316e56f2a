//! Pure. The Bernoulli CUSUM that knows the size of the fall: a yardstick for detectors, not a monitor.
//!
//! Page (1954): S <- max(0, S + ln(p1(x) / p0(x))), alarm when S reaches h. No procedure with the same run length
//! before a change from p0 to p1 has a smaller worst delay (Moustakides 1986), but its promise fails for any other
//! distribution, and nobody knows p1.

use crate::invalid::{self, Invalid};

/// Cells of the Markov chain.
const N_CELLS: usize = 4000;

/// The two rates and the alarm's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    on_success: f64,
    on_failure: f64,
    height: f64,
    sum: f64,
}

impl Cusum {
    /// For a fall from `before` to `after` (0 < after < before < 1); `height` is in natural logarithms.
    pub fn new(before: f64, after: f64, height: f64) -> Result<Self, Invalid> {
        invalid::open_unit("rate before", before)?;
        invalid::open_unit("rate after", after)?;
        invalid::positive("height", height)?;
        if after >= before {
            let accepted = "below the rate before";
            return Err(Invalid::OutOfRange { what: "rate after", value: after, accepted });
        }
        let on_failure = ((1.0 - after) / (1.0 - before)).ln();
        Ok(Self { on_success: (after / before).ln(), on_failure, height, sum: 0.0 })
    }

    /// Adds one boolean and says whether the alarm is raised now.
    pub fn observe(&mut self, success: bool) -> bool {
        let step = if success { self.on_success } else { self.on_failure };
        self.sum = (self.sum + step).max(0.0);
        self.sum >= self.height
    }

    /// Expected observations until the alarm from the start, at a constant rate of successes in [0, 1].
    ///
    /// Brook and Evans (1972): a Markov chain on cells of the sum, each known by its middle. Solved per visit of the
    /// lowest cell: expected length over the probability that it ends in an alarm. Infinite when no alarm can come.
    pub fn average_run_length(&self, rate: f64) -> Result<f64, Invalid> {
        invalid::unit("rate", rate)?;
        let width = self.height / N_CELLS as f64;
        let next = |cell: usize, step: f64| {
            let sum = (cell as f64 + 0.5) * width + step;
            if sum >= self.height { N_CELLS } else { (sum.max(0.0) / width) as usize }
        };
        let moves: Vec<[(usize, f64); 2]> = (0..N_CELLS)
            .map(|cell| {
                [(next(cell, self.on_success), rate), (next(cell, self.on_failure), 1.0 - rate)]
            })
            .collect();
        // What is counted at the two ends (lowest cell, alarm), and by each step.
        let length = absorbed(&moves, 0.0, 1.0);
        let alarm = absorbed(&moves, 1.0, 0.0);
        Ok(if alarm > 0.0 { length / alarm } else { f64::INFINITY })
    }
}

/// Expectation from the lowest cell until it is reached again (worth 0) or the alarm is raised, by Gauss and Seidel.
fn absorbed(moves: &[[(usize, f64); 2]], at_alarm: f64, per_step: f64) -> f64 {
    let mut values = vec![0.0_f64; moves.len()];
    for _ in 0..100_000 {
        let mut largest = 0.0_f64;
        for cell in 0..moves.len() {
            let mut value = per_step;
            for (to, probability) in moves[cell] {
                value +=
                    probability * if to == 0 { 0.0 } else { *values.get(to).unwrap_or(&at_alarm) };
            }
            largest = largest.max((value - values[cell]).abs() / (1e-12 + value));
            values[cell] = value;
        }
        if largest < 1e-15 {
            break;
        }
    }
    values[0]
}
