//! Live: what a feature does in production, as anybody can check it. Requests, times and cost from sums by the hour,
//! signals with numerator and denominator, what changed, the worst answers, where judges and people disagree, and how far production is from the gate.
//!
//! In reading order: the operation ([`show`]), its pure parts ([`volume`], [`rates`], [`marks`], [`conflict`], [`gap`], [`words`]),
//! what is read ([`worst`], [`figures`], [`gather`]), and the strip for Today ([`watch`]).

pub mod show;

pub mod volume;

pub mod rates;

pub mod kinds;

pub mod marks;

pub mod worst;

pub mod conflict;

pub mod gap;

pub mod figures;

pub mod words;

pub mod watch;

mod gather;
