//! Numbers in, numbers out: the statistics behind Karat's verdicts.
//!
//! A tour, in reading order. [`gate`] answers whether a mean is at or above a floor, and may be asked at any time.
//! [`promise`] says what can be promised today, [`more`] how many observations are still missing.
//! All three are readings of one engine, [`betting`].
//! [`quantile`] reads the same engine for latencies.
//! [`mcnemar`] compares two booleans on the same items, [`repeats`] looks at several runs of one item.
//! [`binomial`] is for a sample size that was fixed beforehand.
//!
//! Nothing here reads a clock, a file or a random source; every function returns an [`Invalid`] for arguments
//! outside its range, and never a NaN.
//!
//! ```
//! use karat_stats::{Decision, Floor, Sample, gate};
//!
//! let answer = gate(&Sample::Counts { successes: 98, n: 100 }, &Floor::at(0.9))?;
//! assert_eq!(answer.decision, Decision::Pass);
//! assert!(answer.lower >= 0.9);
//! # Ok::<(), karat_stats::Invalid>(())
//! ```

// One engine, and its readings at any time.
pub mod gate;

pub mod promise;

pub mod more;

pub mod betting;

pub mod quantile;

// Several runs, several systems, fixed sample sizes.
pub mod repeats;

pub mod mcnemar;

pub mod binomial;

// What the methods stand on.
mod invalid;

mod normal;

mod student;

mod beta;

pub use gate::{Answer, Decision, Floor, Sample, gate};
pub use invalid::Invalid;
pub use more::{More, more};
pub use promise::{Promise, promise};
