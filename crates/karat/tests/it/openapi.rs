//! The description of HTTP: the served one is the one in the documents, and it is whole.

use karat::operations;
use karat::surfaces::openapi::openapi;
use serde_json::Value;

use crate::program::{Folder, repository};
use crate::served::Served;

#[test]
fn the_served_description_is_the_one_in_the_documents() {
    let description = openapi(&operations::table()).unwrap();
    let kept = std::fs::read_to_string(repository().join("docs/reference/openapi.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
    assert!(
        kept == description,
        "docs/reference/openapi.json is not what the table says\n  next: target/ci/karat openapi > docs/reference/openapi.json"
    );
    let folder = Folder::new();
    let served = Served::start(&folder);
    assert_eq!(served.visitor().get("/api/v1/openapi.json").json(), description);
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_says_its_statuses() {
    let description = openapi(&operations::table()).unwrap();
    let mut references = Vec::new();
    find(&description, &mut references);
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(description.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for operation in operations::table() {
        let path = format!("/api/v1/{}", operation.name);
        let responses = &description["paths"][&path]["post"]["responses"];
        for status in ["200", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500"]
        {
            assert!(responses[status].is_object(), "{path} does not say {status}");
        }
    }
}

fn find(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| find(item, references)),
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                references.push(reference.clone());
            }
            object.values().for_each(|inner| find(inner, references));
        }
        _ => {}
    }
}
