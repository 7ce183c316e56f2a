//! HTTP: sessions, operations under /api/v1, and everything that `karat serve` answers. It decides nothing but who may enter.

pub mod listen;

pub mod slow;

pub mod routes;

pub mod guard;

pub mod doors;

pub mod caller;

pub mod session;

pub mod call;

pub mod remember;

pub mod again;

pub mod events;

pub mod page;

pub mod visitors;

pub mod infer;

pub mod signalling;

pub mod assistants;

pub mod answer;

pub use listen::{Limits, Options, serve};
