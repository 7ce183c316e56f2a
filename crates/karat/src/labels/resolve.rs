//! Pure. What the labels of an item come to: the value that holds, and whether a gate may see it.

use serde_json::Value;

use super::item::{Item, Label};

/// Whether all labels say the same.
pub fn all_equal(labels: &[Label]) -> bool {
    labels.windows(2).all(|pair| is_same(&pair[0].value, &pair[1].value))
}

/// Whether two values mean the same: texts without the white space around them and between their words.
pub fn is_same(first: &Value, second: &Value) -> bool {
    match (first, second) {
        (Value::String(a), Value::String(b)) => a.split_whitespace().eq(b.split_whitespace()),
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => first == second,
    }
}

/// The value that holds: that of the adjudication, else what enough people agree on.
pub fn outcome(item: &Item, overlap: u32) -> Option<&Value> {
    if let Some(adjudication) = &item.adjudication {
        return Some(&adjudication.value);
    }
    let is_settled = item.labels.len() >= overlap as usize && all_equal(&item.labels);
    item.labels.first().filter(|_| is_settled).map(|label| &label.value)
}

/// The correction that everybody who gave one agrees on.
pub fn correction(item: &Item) -> Option<&Value> {
    let mut given = item.labels.iter().filter_map(|label| label.correction.as_ref());
    let first = given.next()?;
    given.all(|other| is_same(first, other)).then_some(first)
}

/// Whether a gate may judge by it: enough people labelled it, and none of them had seen a model's answer.
pub fn is_blind(item: &Item, overlap: u32) -> bool {
    item.labels.len() >= overlap as usize && item.labels.iter().all(|label| !label.assisted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_the_same_whatever_the_white_space_and_numbers_whatever_their_form() {
        assert!(is_same(&json!(" a  b\n"), &json!("a b")));
        assert!(is_same(&json!(1), &json!(1.0)));
        assert!(!is_same(&json!("A"), &json!("a")));
        assert!(!is_same(&json!(true), &json!("true")));
    }
}
