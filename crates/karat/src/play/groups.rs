//! Pure. Which answers are equal: trimmed text, or the same JSON whatever the order of its keys.

use karat_records::Hash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Equal answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerGroup {
    /// One of them.
    pub output: Value,
    /// How many there are.
    pub n: u64,
}

/// What equal answers have in common.
pub fn key(output: &Value) -> Hash {
    match output {
        Value::String(text) => match serde_json::from_str::<Value>(text.trim()) {
            // A text that holds JSON is that JSON; a number or a word in it stays text.
            Ok(json) if json.is_object() || json.is_array() => Hash::of_json(&json),
            _ => Hash::of_json(&Value::String(text.trim().to_owned())),
        },
        other => Hash::of_json(other),
    }
}

/// Groups of equal answers, the largest first; of equally large ones the earlier first.
pub fn groups<'a>(outputs: impl Iterator<Item = &'a Value>) -> Vec<AnswerGroup> {
    let mut groups: Vec<(Hash, AnswerGroup)> = Vec::new();
    for output in outputs {
        let key = key(output);
        match groups.iter().position(|(known, _)| *known == key) {
            Some(index) => groups[index].1.n += 1,
            None => groups.push((key, AnswerGroup { output: output.clone(), n: 1 })),
        }
    }
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.n));
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn white_space_and_the_order_of_keys_make_no_difference() {
        let outputs = [
            json!("b"),
            json!(" a\n"),
            json!("a"),
            json!({"x": 1, "y": [2]}),
            json!("{\"y\": [2], \"x\": 1}"),
            json!({"x": 1, "y": [2]}),
            json!("A"),
        ];
        let found: Vec<u64> = groups(outputs.iter()).iter().map(|group| group.n).collect();
        assert_eq!(found, [3, 2, 1, 1]);
    }
}
