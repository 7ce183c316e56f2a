//! Numbers in, numbers out: the statistics behind Karat's verdicts.
//!
//! A tour, in reading order. [`gate`](mod@gate) answers whether a mean is at or above a floor, and may be asked at any time.
//! [`promise`](mod@promise) says what can be promised today, [`more`](mod@more) how many observations are still missing.
//! All three are readings of one engine, [`betting`].
//! [`quantile`] reads the same engine for latencies, [`paired`] for the difference of two systems on the same items.
//!
//! [`repeats`] looks at several runs of one item, [`clustered`] at means whose observations hang together,
//! [`multiple`] at many questions at once, [`power`] at samples that do not exist yet.
//! [`binomial`], [`clopper_pearson`], [`wilson`], [`newcombe`], [`mcnemar`] and [`t_test`] are for sample sizes
//! that were fixed before the data were seen; [`bootstrap`] and [`asymptotic`] are approximations.
//!
//! In production, [`watch`](mod@watch) answers whether a stream has fallen below its floor ([`detector`], [`since_event`], [`change`]),
//! [`canary`](mod@canary) whether the model has changed, and [`blocks`] which of two live variants is better.
//! [`streams`] keeps false alarms among many rare, [`gap`] splits what lies between offline and online,
//! [`weighted`](mod@weighted) is the mean of what was drawn unevenly, [`rank`] says whether offline predicts online; [`cusum`] is a yardstick for detectors.
//! [`corrected`](mod@corrected) says what the true rate is when a noisy judge scored everything and people labelled a little;
//! [`ppi`], [`aipw`](mod@aipw) and [`rogan_gladen`](mod@rogan_gladen) are its methods, [`gold_budget`] says how many labels are missing,
//! [`calibration`] and [`judge_audit`] look at the judge itself.
//! [`agree`](mod@agree) says whether people agree, by the coefficients of [`agreement`].
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

// Two systems on the same items, several runs of one item, many questions at once.
pub mod paired;

pub mod mcnemar;

pub mod t_test;

pub mod repeats;

pub mod clustered;

pub mod multiple;

// In production.
pub mod watch;

pub mod canary;

pub mod blocks;

pub mod streams;

pub mod gap;

pub mod rank;

pub mod weighted;

pub mod detector;

pub mod since_event;

pub mod change;

pub mod cusum;

// Planning.
pub mod power;

// A sample size that was fixed beforehand.
pub mod binomial;

pub mod clopper_pearson;

pub mod wilson;

pub mod newcombe;

// Approximations, where nothing exact exists.
pub mod bootstrap;

pub mod asymptotic;

// Judges and people.
pub mod corrected;

pub mod agree;

pub mod ppi;

pub mod aipw;

pub mod rogan_gladen;

pub mod gold_budget;

pub mod calibration;

pub mod judge_audit;

pub mod agreement;

pub mod gold;

// What the methods stand on.
pub mod interval;

mod invalid;

mod normal;

mod student;

mod beta;

pub use agree::{Agreement, AgreementFloor, Band, agree};
pub use blocks::{BlocksAnswer, Unit, compare_units, units_not_worse};
pub use canary::{CanaryAnswer, Changed, Sentinel, canary};
pub use corrected::{Corrected, Evidence, TrueFloor, corrected};
pub use gate::{Answer, Decision, Floor, Sample, gate};
pub use interval::Interval;
pub use invalid::Invalid;
pub use more::{More, more};
pub use paired::{Effect, Margin, Pairs, Verdict, compare};
pub use promise::{Promise, promise};
pub use watch::{Reading, Sequence, Standing, Watch, Watched, watch};
