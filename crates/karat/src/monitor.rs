//! The monitor: notices when a model or a feature becomes worse, says why, moves the waterfall, and tells people.
//!
//! In reading order: the canary that asks the same questions again and again ([`suite`], [`canary`]);
//! the watch over what production says by itself ([`watch`], [`evidence`]) and over answers that are scored ([`sample`]); what is then open ([`incident`]),
//! what is decided ([`reorder`], [`decision`]) and who is told ([`notice`]); all of it for people in [`show`], and who answers now in [`waterfall`].

pub mod suite;

pub mod canary;

pub mod evidence;

pub mod sample;

pub mod watch;

pub mod incident;

pub mod reorder;

pub mod decision;

pub mod notice;

pub mod show;

pub mod waterfall;

pub mod kept;
