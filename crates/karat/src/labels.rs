//! Labels by people: queues, blind labelling with overlap and leases, disputes, agreement, guidelines, and the way to gold.
//!
//! A queue, its tasks, its guideline and the state of every item are versions in the catalog.
//! Each transition of an item is one compare-and-set, so that two people never take the same last place,
//! and the history of an item is its audit trail.

pub mod queue;

pub mod task;

pub mod item;

pub mod resolve;

pub mod draw;

pub mod rules;

pub mod pace;

pub mod table;

pub mod measures;

pub mod shift;

pub mod open;

pub mod next;

pub mod act;

pub mod disputes;

pub mod agreement;

pub mod guideline;

pub mod propose;

pub mod promote;

pub mod export;

pub mod shown;

mod settle;

mod stop_rule;

mod gold;

mod keep;
