//! One binary of integration tests; one file per topic.

mod corpus;
mod decode;
mod dialect;
mod embeddings;
mod encode;
mod errors;
mod messages;
mod prices;
mod redact;
mod respond;
mod retry;
mod robustness;
mod round_trip;
mod schema;
mod sse;
mod stream;

use karat_providers::{ChatAnswer, Dialect, HttpResponse, ProviderError};

const NOW: u64 = 1_796_000_000;

fn fixture(path: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn response(status: u16, body: &[u8]) -> HttpResponse<'_> {
    HttpResponse { status, headers: &[], body, received_at: NOW }
}

fn decode_body(dialect: Dialect, status: u16, body: &[u8]) -> Result<ChatAnswer, ProviderError> {
    karat_providers::decode(dialect, &response(status, body))
}

fn json_text(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    serde_json::to_string_pretty(&value).expect("JSON")
}

#[test]
fn every_file_of_tests_is_part_of_this_binary() {
    let folder = format!("{}/tests/it", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") else {
            continue;
        };
        assert!(include_str!("main.rs").contains(&format!("mod {module};")), "{name} is not run");
    }
}
