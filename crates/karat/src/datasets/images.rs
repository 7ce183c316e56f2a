//! Images in messages: files beside the data, pinned by their content.

use std::fs;
use std::path::Path;

use karat_records::Hash;
use serde_json::Value;

/// Separates a path from the hash of the file's content, so that a changed image is another input.
const PIN: &str = "#sha256=";

/// Pins every image file that an input names; answers with the paths that do not exist.
pub fn pin(input: &mut Value, root: &Path) -> Vec<String> {
    let mut missing = Vec::new();
    walk(input, &mut |url| {
        let Some(path) = local_path(url) else { return };
        match fs::read(root.join(path)) {
            Ok(bytes) => *url = format!("{path}{PIN}{}", Hash::of_bytes(&bytes)),
            Err(_) => missing.push(path.to_owned()),
        }
    });
    missing
}

/// The path of an image that is a file, without its pin.
pub fn local_path(url: &str) -> Option<&str> {
    let is_remote = ["http://", "https://", "data:"].iter().any(|scheme| url.starts_with(scheme));
    (!is_remote).then(|| url.split(PIN).next().unwrap_or(url))
}

/// Calls back for the address of each image in `OpenAI`'s message shape.
fn walk(value: &mut Value, found: &mut impl FnMut(&mut String)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| walk(value, found)),
        Value::Object(map) => {
            if map.get("type").and_then(Value::as_str) == Some("image_url")
                && let Some(Value::String(url)) =
                    map.get_mut("image_url").and_then(|image| image.get_mut("url"))
            {
                found(url);
            }
            map.values_mut().for_each(|value| walk(value, found));
        }
        _ => {}
    }
}
