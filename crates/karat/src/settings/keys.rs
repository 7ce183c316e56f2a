//! The operation `keys.set`: a key goes in and never comes out again.

use std::borrow::Cow;
use std::fmt;

use anyhow::Result;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::app::{App, Refusal};
use crate::config;

/// A key and the name that it goes by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetKey {
    /// Name of the environment variable that the key stands for, for example `OPENAI_API_KEY`.
    pub name: String,
    /// The key.
    pub key: Secret,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeySet {
    /// In a sentence, without the key.
    pub says: String,
}

/// A text that no message repeats: neither its debug form nor the error of reading it.
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer) {
            Ok(Value::String(text)) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a key is text")),
        }
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true, "format": "password" })
    }
}

/// Keeps a key in the data folder, readable by its owner only.
pub async fn set(app: App, input: SetKey) -> Result<KeySet> {
    let name = input.name.trim();
    let is_name = !name.is_empty()
        && name.len() <= 100
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if !is_name {
        // Whoever mixes the fields up has put the key here, so it is not repeated.
        return Err(Refusal::invalid(
            "a key goes by the name of an environment variable: capital letters, digits and _\n  next: write for example OPENAI_API_KEY as name, and the key as key",
        ));
    }
    let Secret(key) = &input.key;
    let key = key.trim();
    if key.is_empty() || key.contains(char::is_whitespace) || key.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "that is no key: it is empty, or has spaces or several lines\n  next: paste the key alone",
        ));
    }
    app.make_data_folder()?;
    config::keep_key(name, key, app.data_folder())?;
    // The environment comes first, and whoever pastes another key should know.
    let is_used = app.secret(name).as_deref() == Some(key);
    let but = if is_used {
        ""
    } else {
        "; the environment sets it as well and comes first, so restart without that variable to use this one"
    };
    Ok(KeySet {
        says: format!("{name} is kept, readable by the owner of the data folder only{but}"),
    })
}
