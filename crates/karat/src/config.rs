//! The only file that knows environment names; secrets come from here and from nowhere else.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `KARAT_DATA`: where the data folder lies instead of `.karat` in the project.
    pub data_folder: Option<PathBuf>,
    /// `KARAT_MAX_PAGES`: a budget for the database, in pages of 4 KiB.
    pub max_pages: Option<u32>,
    /// `NO_COLOR` is set to something.
    pub no_color: bool,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` and its company: where spans of the gateway are sent.
    pub collector: Option<Collector>,
}

/// Where spans are sent.
#[derive(Clone, Default)]
pub struct Collector {
    /// The whole address of its traces.
    pub url: String,
    /// Headers, keys among them; never shown.
    pub headers: Vec<(String, String)>,
    /// The name of the service that the spans belong to.
    pub service: String,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Collector {
    /// What the usual variables of OpenTelemetry say.
    fn from_environment() -> Option<Self> {
        let url = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| {
            let base = variable("OTEL_EXPORTER_OTLP_ENDPOINT")?;
            Some(format!("{}/v1/traces", base.trim_end_matches('/')))
        })?;
        let headers = variable("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default();
        let headers = headers
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
            .collect();
        let service = variable("OTEL_SERVICE_NAME").unwrap_or_else(|| "karat".into());
        Some(Self { url, headers, service })
    }
}

impl Config {
    /// Reads the environment once, at the start.
    pub fn from_environment() -> Self {
        Self {
            data_folder: variable("KARAT_DATA").map(PathBuf::from),
            max_pages: variable("KARAT_MAX_PAGES").and_then(|text| text.parse().ok()),
            no_color: variable("NO_COLOR").is_some(),
            collector: Collector::from_environment(),
        }
    }

    /// The data folder of a project.
    pub fn data_folder(&self, root: &Path) -> PathBuf {
        self.data_folder.clone().unwrap_or_else(|| root.join(".karat"))
    }
}

/// A variable that is set to something.
#[expect(clippy::disallowed_methods, reason = "this is the one file that may ask")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

const KEY_FILE: &str = "keys";

/// The name of the key with which somebody outside acts as an admin of a server.
pub const ADMIN_KEY: &str = "KARAT_ADMIN_KEY";

/// The name of the address to which notices are sent; whoever knows it can write there, so it is a secret.
pub const WEBHOOK: &str = "KARAT_WEBHOOK";

/// The name of the key that the terminal shows to a server of others.
pub const SERVER_KEY: &str = "KARAT_API_KEY";

/// A secret by the name of its environment variable: the environment first, then the keys that were pasted.
pub fn secret(name: &str, data_folder: &Path) -> Option<String> {
    variable(name).or_else(|| pasted_keys(data_folder).ok()?.remove(name))
}

/// Keeps a pasted key in the data folder, readable by its owner only.
pub fn keep_key(name: &str, key: &str, data_folder: &Path) -> anyhow::Result<()> {
    if key.trim().is_empty() || key.contains('\n') {
        bail!("that is no key: it is empty or has several lines; paste the key alone");
    }
    let mut keys = pasted_keys(data_folder)?;
    keys.insert(name.to_owned(), key.trim().to_owned());
    fs::create_dir_all(data_folder)
        .with_context(|| format!("{} cannot be made", data_folder.display()))?;
    let text: String = keys.iter().map(|(name, key)| format!("{name}={key}\n")).collect();
    let draft = data_folder.join(format!("{KEY_FILE}.new"));
    write_private(&draft, &text)
        .and_then(|()| fs::rename(&draft, data_folder.join(KEY_FILE)))
        .with_context(|| format!("the key cannot be kept in {}", data_folder.display()))
}

fn pasted_keys(data_folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let path = data_folder.join(KEY_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, key)| (name.to_owned(), key.to_owned()))
            .collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_key_is_found_again_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        keep_key("KARAT_TEST_KEY", " sk-one ", folder.path()).unwrap();
        keep_key("KARAT_TEST_OTHER", "sk-two", folder.path()).unwrap();
        assert_eq!(secret("KARAT_TEST_KEY", folder.path()).as_deref(), Some("sk-one"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
    }
}
