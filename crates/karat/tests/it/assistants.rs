//! Programs of others: the official Python client of MCP, and schemathesis on everything that is described.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::program::{Folder, repository};
use crate::served::Served;

/// A program of the environment that `make clients` prepares.
fn program(name: &str) -> PathBuf {
    let target =
        std::env::var("CARGO_TARGET_DIR").map_or(repository().join("target"), PathBuf::from);
    let path = repository().join(target).join("clients/bin").join(name);
    assert!(path.is_file(), "{} is missing\n  next: make clients", path.display());
    path
}

fn client(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let script = repository().join("crates/karat/tests/clients/assistant.py");
    let mut command = Command::new(program("python"));
    command.arg(script).args(args).envs(variables.iter().copied());
    command.output().unwrap()
}

#[test]
fn an_assistant_over_standard_input_runs_an_eval_and_reads_its_verdict() {
    let folder = Folder::example("support-triage");
    let path = folder.path().display().to_string();
    let output = client(&["stdio", env!("CARGO_BIN_EXE_karat"), &path], &[]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_assistant_over_http_sees_the_tools_of_its_role() {
    let folder = Folder::example("support-triage");
    let served = Served::start(&folder);
    for role in ["admin", "viewer"] {
        let visitor = served.program(&folder, role);
        let token = visitor.headers[0].1.strip_prefix("Bearer ").unwrap().to_owned();
        let url = format!("http://{}/mcp", served.host);
        let output = client(&["http", &url, role], &[("KARAT_API_KEY", &token)]);
        assert!(output.status.success(), "{role}: {output:?}");
    }
}

#[test]
fn a_client_that_knows_only_the_description_breaks_nothing() {
    let folder = Folder::example("support-triage");
    assert!(folder.karat(&["eval", "--gate", "--quiet"]).code < 3);
    let served = Served::start(&folder);
    let admin = served.program(&folder, "admin");
    let token = &admin.headers[0].1;
    let output = Command::new(program("schemathesis"))
        .current_dir(folder.path())
        .env("SCHEMATHESIS_HOOKS", "")
        .args(["--config-file"])
        .arg(repository().join("crates/karat/tests/clients/schemathesis.toml"))
        .args(["run", &format!("http://{}/api/v1/openapi.json", served.host)])
        .args(["--header", &format!("Authorization: {token}")])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}\n{}", String::from_utf8_lossy(&output.stderr));
}
