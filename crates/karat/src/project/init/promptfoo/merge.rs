//! Pure. Several assertions of one family on one test are one: `contains` twice is `contains-all`.

use serde_json::{Value, json};

use super::assertion::Assertion;

/// A family: which kinds join, in the plain and in the `not-` form, and what they become.
const FAMILIES: [(&str, &str, bool, &str); 4] = [
    ("contains", "contains-all", false, "contains-all"),
    ("icontains", "icontains-all", false, "icontains-all"),
    // None of them may appear.
    ("contains", "contains-any", true, "contains-any"),
    ("icontains", "icontains-any", true, "icontains-any"),
];

/// Joins what can be joined without changing the verdict.
pub fn join(assertions: Vec<Assertion>) -> Vec<Assertion> {
    let mut joined: Vec<Assertion> = Vec::new();
    for assertion in assertions {
        let family = FAMILIES.iter().find(|(one, many, is_negated, _)| {
            assertion.is_negated == *is_negated
                && (assertion.kind == *one || assertion.kind == *many)
        });
        let earlier = family.and_then(|(one, many, ..)| {
            joined.iter_mut().find(|earlier| {
                (earlier.kind == *one || earlier.kind == *many) && is_alike(earlier, &assertion)
            })
        });
        match (family, earlier) {
            (Some((.., into)), Some(earlier)) => {
                let mut texts = texts(earlier);
                for text in self::texts(&assertion) {
                    if !texts.contains(&text) {
                        texts.push(text);
                    }
                }
                earlier.kind = into;
                earlier.value = Some(json!(texts));
            }
            _ => joined.push(assertion),
        }
    }
    joined
}

fn is_alike(a: &Assertion, b: &Assertion) -> bool {
    a.is_negated == b.is_negated
        && a.metric == b.metric
        && a.path == b.path
        && (a.weight - b.weight).abs() < f64::EPSILON
}

fn texts(assertion: &Assertion) -> Vec<Value> {
    match &assertion.value {
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assertion(kind: &'static str, is_negated: bool, value: Value) -> Assertion {
        Assertion {
            kind,
            is_negated,
            value: Some(value),
            threshold: None,
            weight: 1.0,
            metric: None,
            judge: None,
            path: None,
        }
    }

    #[test]
    fn several_texts_that_must_or_must_not_appear_become_one_scorer() {
        let joined = join(vec![
            assertion("contains", false, json!("a")),
            assertion("contains", true, json!("x")),
            assertion("contains-all", false, json!(["b", "a"])),
            assertion("contains", true, json!("y")),
            assertion("icontains", false, json!("c")),
            assertion("contains-any", false, json!(["d", "e"])),
        ]);
        let shown: Vec<(&str, bool, String)> = joined
            .iter()
            .map(|one| (one.kind, one.is_negated, one.value.clone().unwrap().to_string()))
            .collect();
        assert_eq!(
            shown,
            [
                ("contains-all", false, r#"["a","b"]"#.to_owned()),
                ("contains-any", true, r#"["x","y"]"#.to_owned()),
                ("icontains", false, r#""c""#.to_owned()),
                ("contains-any", false, r#"["d","e"]"#.to_owned()),
            ]
        );
    }
}
