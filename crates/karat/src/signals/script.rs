//! Pure. The script for browsers as it is served at `/karat.js`: its source without indentation and lines of comments.

use std::sync::LazyLock;

const SOURCE: &str = include_str!("karat.js");

static SERVED: LazyLock<String> = LazyLock::new(|| {
    // No text of several lines stands in the source, so that the beginning of a line means nothing.
    let lines = SOURCE.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    lines.filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
});

/// The script: under 3 KB where the way to the browser is compressed.
pub fn script() -> &'static str {
    &SERVED
}
