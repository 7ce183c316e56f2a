//! The program under test, run in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A project in a temporary folder.
pub struct Folder(TempDir);

/// What a command did.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// A copy of one of the examples, without what a run left there.
    pub fn example(name: &str) -> Self {
        let folder = Self::new();
        copy(&repository().join("examples").join(name), folder.path());
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Runs the program to its end.
    pub fn karat(&self, args: &[&str]) -> Done {
        self.karat_with(args, &[])
    }

    /// Runs the program with some variables set.
    pub fn karat_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Done {
        let output = self.command(args, variables).output().unwrap();
        Done {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts the program.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn command(&self, args: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_karat"));
        command.current_dir(self.path()).args(args).stdin(Stdio::null()).env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        for (name, value) in variables {
            command.env(name, value);
        }
        command
    }
}

impl Done {
    /// The JSON that the program printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{self:?}"))
    }

    /// Everything that was printed, for snapshots: without the path of the temporary folder.
    pub fn words(&self, folder: &Folder) -> String {
        let path = folder.path().display().to_string();
        format!("exit {}\n{}{}", self.code, self.out, self.err).replace(&path, "FOLDER")
    }
}

/// The verdict of a variant in a report.
pub fn variant<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["variants"]
        .as_array()
        .and_then(|variants| variants.iter().find(|variant| variant["name"] == name))
        .unwrap_or_else(|| panic!("no variant {name} in {report}"))
}

/// A scorer's figures for a variant.
pub fn metric<'a>(report: &'a Value, name: &str, scorer: &str) -> &'a Value {
    variant(report, name)["metrics"]
        .as_array()
        .and_then(|metrics| metrics.iter().find(|metric| metric["name"] == scorer))
        .unwrap()
}

/// The folder of the whole project.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A folder of real data beside the project; `None`, and a printed reason, where it is absent.
pub fn data(name: &str) -> Option<PathBuf> {
    let path = repository().join("../shared/data").join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: the data folder {name} does not stand beside this checkout");
    None
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == ".karat" || name == "karat.lock" {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
