//! Pure. How much raters agree beyond chance: the coefficients, each undefined (nothing) rather than invented.
//!
//! Krippendorff's alpha is the headline: it takes any number of raters, missing ratings, and graded answers.
//! Percent agreement and Gwet's AC1 stand beside it, because alpha and kappa are low when one answer dominates
//! even where raters hardly ever differ. Cohen's kappa is for exactly two raters, Fleiss' for a fixed number per unit.

pub mod cohen;

pub mod fleiss;

pub mod gwet;

pub mod krippendorff;

pub mod ratings;

pub mod resample;

pub use cohen::{Cohen, Weights, cohen_kappa};
pub use fleiss::{Fleiss, fleiss_kappa};
pub use gwet::{gwet_ac1, percent_agreement};
pub use krippendorff::{Level, krippendorff_alpha};
pub use ratings::Ratings;
pub use resample::{Coefficient, agreement_interval};
