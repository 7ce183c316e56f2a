//! Pure. The one error of this crate: an argument outside the range that a method is defined on.

use std::fmt;

/// An argument that no method here can answer for; the caller sent it, and a retry will not help.
#[derive(Clone, Debug, PartialEq)]
pub enum Invalid {
    /// A number is outside its range (or not a number).
    OutOfRange {
        /// The argument's name.
        what: &'static str,
        /// What was sent.
        value: f64,
        /// The range that is accepted, in words.
        accepted: &'static str,
    },
    /// A count of part of the observations is larger than the count of all of them.
    CountsDisagree {
        /// The part.
        part: u64,
        /// The whole.
        whole: u64,
    },
    /// Two lists that belong together differ in length.
    LengthsDiffer {
        /// Length of the first list.
        left: usize,
        /// Length of the second list.
        right: usize,
    },
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { what, value, accepted } => {
                write!(f, "{what} is {value}, but must be {accepted}")
            }
            Self::CountsDisagree { part, whole } => {
                write!(f, "{part} of {whole} cannot be: the part exceeds the whole")
            }
            Self::LengthsDiffer { left, right } => {
                write!(f, "lists that belong together have {left} and {right} entries")
            }
        }
    }
}

impl std::error::Error for Invalid {}

/// A value in [0, 1]; NaN is refused.
pub(crate) fn unit(what: &'static str, value: f64) -> Result<f64, Invalid> {
    if (0.0..=1.0).contains(&value) {
        return Ok(value);
    }
    Err(Invalid::OutOfRange { what, value, accepted: "between 0 and 1" })
}

/// A value strictly inside (0, 1); NaN is refused.
pub(crate) fn open_unit(what: &'static str, value: f64) -> Result<f64, Invalid> {
    if value > 0.0 && value < 1.0 {
        return Ok(value);
    }
    Err(Invalid::OutOfRange { what, value, accepted: "above 0 and below 1" })
}

/// An error probability in (0, 0.5]: above one half it guarantees nothing.
pub(crate) fn error_rate(what: &'static str, value: f64) -> Result<f64, Invalid> {
    if value > 0.0 && value <= 0.5 {
        return Ok(value);
    }
    Err(Invalid::OutOfRange { what, value, accepted: "above 0 and at most 0.5" })
}

/// A finite value above zero.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, Invalid> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(Invalid::OutOfRange { what, value, accepted: "finite and above 0" })
}

/// Values that are finite and can be squared and summed without overflow.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), Invalid> {
    match values.iter().find(|v| !is_tame(**v)) {
        Some(&value) => {
            Err(Invalid::OutOfRange { what, value, accepted: "finite, at most 1e100 in size" })
        }
        None => Ok(()),
    }
}

/// Whether a value is finite and can be squared and summed without overflow.
pub(crate) fn is_tame(value: f64) -> bool {
    value.abs() <= 1e100
}

/// `part` of `whole`.
pub(crate) fn part_of(part: u64, whole: u64) -> Result<(), Invalid> {
    if part <= whole {
        return Ok(());
    }
    Err(Invalid::CountsDisagree { part, whole })
}
