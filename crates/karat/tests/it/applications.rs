//! Applications made with packages of others, unmodified: `OpenAI`'s and Anthropic's for Python and Node, `LangChain`, the Vercel AI SDK.

use std::path::PathBuf;
use std::process::Command;

use karat_providers::Dialect;

use crate::program::repository;
use crate::served::Served;
use crate::server::Server;
use crate::traffic::{feature, project, word};

const SCRIPT: &str = r#"
tokens_per_chunk = 1
[[answer]]
contains = "find it"
after_tool = false
tool_calls = [{ name = "find", arguments = { queue = "billing" } }]
[[answer]]
contains = "shape it"
json = { queue = "billing" }
[[answer]]
text = "kind words, and more of them"
usage = { input_tokens = 11, output_tokens = 7 }
[[fault]]
model = "cut"
kind = "cut"
chunks = 2
always = true
"#;

/// Something that `make clients` prepares; none, and a printed reason, where it is absent.
fn prepared(path: &str) -> Option<PathBuf> {
    let target =
        std::env::var("CARGO_TARGET_DIR").map_or(repository().join("target"), PathBuf::from);
    let path = repository().join(target).join("clients").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is missing; next: make clients", path.display());
    None
}

/// Runs an application against features that three kinds of provider answer.
fn run(program: &mut Command, client: &str, more: &[&str]) {
    let server = Server::start(SCRIPT);
    let mut features = "[gateway]\nkeys = \"required\"\n".to_owned();
    for word in Dialect::ALL.map(word) {
        features += &feature(&format!("ask-{word}"), &[("live", &format!("{word}/good"))], "");
    }
    features += &feature("cut", &[("live", "chat/cut")], "");
    let folder = project(&server.url, &features);
    let served = Served::start(&folder);
    let key = served.program(&folder, "infer").headers[0].1.replace("Bearer ", "");
    let output = program
        .args([client, &format!("http://{}", served.host)])
        .args(more)
        .env("KARAT_API_KEY", key)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{client}: {words}");
}

fn with_python(client: &str, package: &str) {
    // The folder of packages has the version of Python in its name.
    let Some(python) = prepared("bin/python") else { return };
    let script = repository().join("crates/karat/tests/clients/application.py");
    let import = Command::new(&python).args(["-c", &format!("import {package}")]).output().unwrap();
    if !import.status.success() {
        println!("skipped: the package {package} is missing; next: make clients");
        return;
    }
    run(Command::new(python).arg(script), client, &[]);
}

fn with_node(client: &str, package: &str) {
    let Some(packages) = prepared("node") else { return };
    let Some(_) = prepared(&format!("node/node_modules/{package}")) else { return };
    let script = repository().join("crates/karat/tests/clients/application.mjs");
    let packages = packages.display().to_string();
    run(Command::new("node").arg(script), client, &[&packages]);
}

#[test]
fn openai_for_python_is_answered() {
    with_python("openai", "openai");
}

#[test]
fn anthropic_for_python_is_answered() {
    with_python("anthropic", "anthropic");
}

#[test]
fn langchain_is_answered() {
    with_python("langchain", "langchain_openai");
}

#[test]
fn openai_for_node_is_answered() {
    with_node("openai", "openai");
}

#[test]
fn anthropic_for_node_is_answered() {
    with_node("anthropic", "@anthropic-ai/sdk");
}

#[test]
fn the_vercel_ai_sdk_is_answered() {
    with_node("vercel", "ai");
}
