//! Signals: what people who saw an answer did with it or said about it, and what that says about a feature.
//!
//! In reading order: the one vocabulary, the door, what is found in the gateway's own traffic, and the figures.
//! How often a detector is right is known, so its rate is corrected before anybody reads it as the truth.

pub mod kinds;

pub mod decode;

pub mod accept;

pub mod followup;

pub mod derive;

pub mod turn;

pub mod pass;

pub mod look;

pub mod metrics;

pub mod correct;

pub mod survive;

pub mod script;
