//! The Karat workbench.

pub mod scorers;
