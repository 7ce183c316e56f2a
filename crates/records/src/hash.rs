//! Content hashes: SHA-256 over canonical JSON, so that equal content has one name wherever it came from.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A SHA-256 content hash, written as 64 lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Hash(String);

impl Hash {
    /// The hash of raw bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// The hash of a JSON value; the order of object keys does not matter.
    pub fn of_json(value: &Value) -> Self {
        let mut canonical = String::new();
        write_canonical(value, &mut canonical);
        Self::of_bytes(canonical.as_bytes())
    }

    /// The hash of a JSON list of hashes, without making the list: a dataset may have a million.
    pub fn of_hashes<'a>(hashes: impl Iterator<Item = &'a [u8; 32]>) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"[");
        for (index, hash) in hashes.enumerate() {
            digest.update(if index > 0 { ",\"" } else { "\"" });
            digest.update(hex(hash));
            digest.update(b"\"");
        }
        digest.update(b"]");
        Self(hex(&digest.finalize()))
    }

    /// The 32 bytes that the text stands for; `None` where it was no hash.
    pub fn bytes(&self) -> Option<[u8; 32]> {
        let mut bytes = [0; 32];
        if self.0.len() != 64 {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(self.0.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(bytes)
    }

    /// The whole hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits: enough for people to tell two apart.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }

    /// A hash that was written down earlier, for example in the store.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", self.short())
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Writes JSON with sorted keys and no white space.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_canonical(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(value, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_change_a_hash() {
        let a: Value = serde_json::from_str(r#"{"a":1,"b":{"c":[1,2],"d":null}}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{"b":{"d":null,"c":[1,2]},"a":1}"#).unwrap();
        assert_eq!(Hash::of_json(&a), Hash::of_json(&b));
    }

    #[test]
    fn a_list_of_hashes_has_the_hash_of_its_json() {
        for n in 0..3_u8 {
            let hashes: Vec<Hash> = (0..n).map(|byte| Hash::of_bytes(&[byte])).collect();
            let bytes: Vec<[u8; 32]> = hashes.iter().map(|hash| hash.bytes().unwrap()).collect();
            assert_eq!(Hash::of_hashes(bytes.iter()), Hash::of_json(&json!(hashes)));
        }
        assert_eq!(Hash::from_text("no hash").bytes(), None);
    }

    #[test]
    fn the_order_of_a_list_changes_a_hash() {
        assert_ne!(Hash::of_json(&json!([1, 2])), Hash::of_json(&json!([2, 1])));
    }

    #[test]
    fn the_hash_of_known_bytes_is_the_published_one() {
        assert_eq!(
            Hash::of_bytes(b"abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
