//! Pure. A report in the five forms in which people and machines read it: terminal, page, pull request, CI, JSON.

pub mod table;

pub mod html;

pub mod markdown;

pub mod junit;

pub mod json;

pub mod words;

pub mod measured;

pub mod clean;

#[cfg(test)]
pub mod fixtures;

pub use html::html;
pub use json::{json, json_schema};
pub use junit::junit;
pub use markdown::markdown;
pub use table::{Style, table};
