//! Where text goes: standard output or a file; a closed pipe is no error.

use std::io::{IsTerminal, Write, stdout};
use std::path::Path;

use anyhow::{Context, Result};

/// Prints text, or writes it to a file and says so.
pub fn deliver(text: &str, file: Option<&Path>) -> Result<()> {
    match file {
        None => print(text),
        Some(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("{} cannot be made", folder.display()))?;
            }
            std::fs::write(path, text)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            anstream::eprintln!("written to {}", path.display());
            Ok(())
        }
    }
}

/// Prints text; whoever closed the pipe has read enough.
pub fn print(text: &str) -> Result<()> {
    print_on(text).map(|_| ())
}

/// Prints text; false where nobody reads any more.
pub fn print_on(text: &str) -> Result<bool> {
    let mut out = stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(true),
    }
}

/// Whether standard output is a terminal that may be coloured.
pub fn is_coloured(no_color: bool) -> bool {
    stdout().is_terminal() && !no_color
}

/// Columns of the terminal; 100 where it is none.
pub fn width() -> usize {
    let columns = stdout()
        .is_terminal()
        .then(terminal_size::terminal_size)
        .flatten()
        .map_or(100, |(columns, _)| columns.0);
    usize::from(columns).clamp(40, 140)
}
