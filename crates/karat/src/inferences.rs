//! Inferences that were recorded: listed, shown, followed, written out, erased, and made into candidate cases.
//!
//! In reading order: which ones ([`pick`]), a line of a list ([`line`]), lists and what is new ([`list`]), one of them
//! with all that is known ([`show`]); the way out ([`export`], [`sheet`]), the way to the dataset ([`to_case`], [`case`]),
//! and erasure ([`forget`]).
//! The gateway records them; nothing here answers an application.

pub mod pick;

pub mod line;

pub mod list;

pub mod show;

pub mod export;

pub mod sheet;

pub mod to_case;

pub mod case;

pub mod forget;
