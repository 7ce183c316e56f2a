//! The monitor: notices when a model or a feature becomes worse, says why, moves the waterfall, and tells people.
//!
//! In reading order: the canary that asks the same questions again and again ([`suite`], [`canary`]);
//! the answers that are scored live ([`sample`]); what is watched ([`metric`]), held against which level ([`plan`], [`baseline`]),
//! from which observations ([`observed`], [`trail`], [`mix`]), by which promise ([`evidence`]), and how they are read ([`follow`], [`watch`]);
//! why something fell ([`cause`]); what is then open ([`incident`]), what is decided ([`reorder`], [`decision`], [`act`])
//! and who is told ([`notice`]); all of it for people in [`show`], and who answers now in [`waterfall`].

pub mod suite;

pub mod canary;

pub mod sample;

pub mod metric;

pub mod plan;

pub mod baseline;

pub mod observed;

pub mod trail;

pub mod mix;

pub mod evidence;

pub mod follow;

pub mod watch;

pub mod cause;

pub mod incident;

pub mod reorder;

pub mod decision;

pub mod act;

pub mod notice;

pub mod show;

pub mod waterfall;

pub mod kept;
