//! The scripted model server as a process of its own, and a project that asks it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::program::Folder;

/// A running `karat mock`; it ends with this value.
pub struct Server {
    process: Child,
    pub url: String,
}

impl Server {
    /// Starts a server with this script on a free port.
    pub fn start(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script.toml");
        std::fs::write(&path, script).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_karat"))
            .args(["mock", "--port", "0", "--script"])
            .arg(&path)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        Self { process, url: url.trim_end_matches(';').to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a project that asks a server is made of.
pub struct Asking<'a> {
    pub url: &'a str,
    pub n_cases: usize,
    pub trials: u32,
    /// Further lines of `[providers.sim]`.
    pub provider: &'a str,
    /// Further lines at the end of the file.
    pub more: &'a str,
}

impl Default for Asking<'_> {
    fn default() -> Self {
        Self { url: "http://127.0.0.1:9/v1", n_cases: 20, trials: 1, provider: "", more: "" }
    }
}

impl Asking<'_> {
    /// Writes the project: case number n asks "case n" and wants "ok".
    pub fn folder(&self) -> Folder {
        let mut cases = String::new();
        for index in 0..self.n_cases {
            writeln!(
                cases,
                "{{\"id\":\"c{index}\",\"input\":\"case {index}\",\"expected\":\"ok\"}}"
            )
            .unwrap();
        }
        let project = format!(
            r#"[project]
name = "asking"

[providers.sim]
dialect = "openai-chat"
base_url = "{}"
{}

[datasets.cases]
file = "cases.jsonl"

[features.ask]
dataset = "cases"
trials = {}

[features.ask.variants.live]
kind = "chat"
model = "sim/good"
prompt = "ask.md"

[features.ask.scorers]
right = {{ kind = "equals" }}

[features.ask.mvq]
right = {{ metric = "right", min = 0.5 }}
{}
"#,
            self.url, self.provider, self.trials, self.more
        );
        Folder::with(&[
            ("cases.jsonl", &cases),
            ("karat.toml", &project),
            ("ask.md", "# system\nAnswer ok.\n# user\n{{ message }}\n"),
        ])
    }
}

/// A script that answers "ok" to everything.
pub const OK: &str = "[[answer]]\ntext = \"ok\"\n";
