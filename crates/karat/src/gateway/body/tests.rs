//! Claims about bodies: what is not named in a change does not change.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;

fn read(text: &str) -> Body {
    Body::read(Bytes::copy_from_slice(text.as_bytes())).unwrap()
}

fn spliced(text: &str, changes: &[(&str, Option<&str>)]) -> String {
    String::from_utf8(read(text).spliced(changes)).unwrap()
}

const REQUEST: &str = " {\n  \"model\": \"triage\",\n  \"stream\" :true , \"user\": \"a\\u0062\\\"\",\n  \"n\": 1.50\n}\n";

#[test]
fn members_are_read_as_they_stand() {
    let body = read(REQUEST);
    assert_eq!(body.get("n"), Some("1.50"));
    assert_eq!(body.text("model").as_deref(), Some("triage"));
    assert_eq!(body.text("user").as_deref(), Some("ab\""));
    assert_eq!(body.text("n"), None);
    assert_eq!(body.flag("stream"), Some(true));
    assert_eq!(body.flag("model"), None);
    assert_eq!(body.get("missing"), None);
}

#[test]
fn a_change_leaves_every_other_byte_in_place() {
    assert_eq!(
        spliced(REQUEST, &[("model", Some("\"gpt\""))]),
        REQUEST.replace("\"triage\"", "\"gpt\"")
    );
    assert_eq!(spliced(REQUEST, &[("stream", None)]), REQUEST.replace(",\n  \"stream\" :true", ""));
    assert_eq!(spliced(REQUEST, &[("x", Some("[1]"))]), REQUEST.replace("1.50", "1.50,\"x\":[1]"));
    for (before, changes, after) in [
        ("{}", vec![], "{}"),
        (" { } ", vec![("a", Some("1"))], " {\"a\":1 } "),
        ("{\"a\":1}", vec![("a", None)], "{}"),
        ("{ \"a\":1, \"b\":2 }", vec![("a", None)], "{ \"b\":2 }"),
        ("{ \"a\":1, \"b\":2 }", vec![("b", None)], "{ \"a\":1 }"),
        ("{ \"a\":1, \"b\":2 }", vec![("a", None), ("b", None)], "{  }"),
        ("{\"a\":1,\"b\":2}", vec![("a", None), ("b", None), ("c", Some("3"))], "{\"c\":3}"),
        ("{\"a\":1}", vec![("z", None)], "{\"a\":1}"),
        ("{\"a\":1}", vec![("b", Some("2")), ("b", Some("3"))], "{\"a\":1,\"b\":3}"),
        ("{}", vec![("q\"", Some("0"))], "{\"q\\\"\":0}"),
    ] {
        assert_eq!(spliced(before, &changes), after, "{before} {changes:?}");
    }
}

#[test]
fn of_members_with_one_name_the_last_counts_and_a_change_leaves_one() {
    let text = "{\"a\":1,\"model\":\"x\",\"\\u006dodel\":\"y\",\"b\":2}";
    assert_eq!(read(text).text("model").as_deref(), Some("y"));
    assert_eq!(
        spliced(text, &[("model", Some("\"z\""))]),
        "{\"a\":1,\"\\u006dodel\":\"z\",\"b\":2}"
    );
    assert_eq!(spliced(text, &[("model", None)]), "{\"a\":1,\"b\":2}");
}

#[test]
fn what_is_no_object_is_refused_with_the_reason() {
    let refusal = |bytes: &[u8]| Body::read(Bytes::copy_from_slice(bytes)).unwrap_err();
    assert_eq!(refusal(b"[1]"), BodyError::NotObject);
    assert_eq!(refusal(b"\"{}\""), BodyError::NotObject);
    assert_eq!(refusal(b"{\"a\":\"\xFF\"}"), BodyError::NotUtf8 { at: 6 });
    for broken in ["", "{", "{\"a\":}", "{} {}", "{\"a\":1,}", "{a:1}", "<html>"] {
        let error = refusal(broken.as_bytes());
        assert!(matches!(error, BodyError::NotJson { .. }), "{broken}: {error:?}");
    }
    let many: Vec<String> = (0..=MOST_MEMBERS).map(|index| format!("\"{index}\":0")).collect();
    assert_eq!(refusal(format!("{{{}}}", many.join(",")).as_bytes()), BodyError::TooManyMembers);
}

#[test]
fn depth_costs_no_stack() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert_eq!(read(&deep).get("a").map(str::len), Some(2_000_000));
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-d]", "\\PC{0,3}", Just("q\"\\".to_owned())]
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((name(), json()), 0..6).prop_map(|members| members.into_iter().collect())
}

/// Spaces between the tokens, as some people's programs write them.
fn spaced(object: &Map<String, Value>, is_pretty: bool) -> String {
    let value = Value::Object(object.clone());
    if is_pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() }
}

proptest! {
    #[test]
    fn splicing_nothing_changes_nothing(object in object(), is_pretty: bool) {
        let text = spaced(&object, is_pretty);
        prop_assert_eq!(spliced(&text, &[]), text);
    }

    #[test]
    fn a_spliced_body_says_what_the_changed_value_says(
        object in object(),
        is_pretty: bool,
        changes in prop::collection::vec((name(), prop::option::of(json())), 0..5),
    ) {
        let mut wanted = object.clone();
        for (name, to) in &changes {
            match to {
                Some(to) => drop(wanted.insert(name.clone(), to.clone())),
                None => drop(wanted.shift_remove(name)),
            }
        }
        let raw: Vec<_> =
            changes.iter().map(|(name, to)| (name, to.as_ref().map(Value::to_string))).collect();
        let raw: Vec<_> = raw.iter().map(|(name, to)| (name.as_str(), to.as_deref())).collect();
        let after = spliced(&spaced(&object, is_pretty), &raw);
        let after: Value = serde_json::from_str(&after).unwrap();
        prop_assert_eq!(after, Value::Object(wanted));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let read = Body::read(Bytes::from(bytes.clone()));
        prop_assert_eq!(read.is_ok(), serde_json::from_slice::<Map<String, Value>>(&bytes).is_ok());
    }
}
