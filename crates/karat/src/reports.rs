//! A report in the five forms in which people and machines read it: terminal, page, pull request, CI, JSON.
//! All of it is pure but for `page`, which finds the report.

pub mod table;

pub mod html;

pub mod markdown;

pub mod junit;

pub mod json;

pub mod page;

pub mod words;

pub mod measured;

pub mod clean;

#[cfg(test)]
pub mod fixtures;

pub use html::{Audience, html, html_for};
pub use json::{json, json_schema};
pub use junit::junit;
pub use markdown::markdown;
pub use table::{Style, table};
