//! What `karat monitor`, `karat canary` and `karat undo` take.

use clap::Args;

use super::ListFormat;

/// `karat monitor`
#[derive(Debug, Args)]
pub struct MonitorArgs {
    /// Only this feature.
    pub feature: Option<String>,
    /// Close this incident first.
    #[arg(long, value_name = "ID")]
    pub close: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat canary`
#[derive(Debug, Args)]
pub struct CanaryArgs {
    /// The feature; may be left out where there is only one.
    pub feature: Option<String>,
    /// The variant; the first of the waterfall where absent.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat undo`
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// The feature.
    pub feature: String,
}
