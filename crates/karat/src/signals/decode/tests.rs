//! The door for signals, tried with good ones, bad ones and noise.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::signals::kinds::{KINDS, Need, Shape, Unit};

const NOW: i64 = 1_795_428_000_000;

type Decoded = Result<Vec<Result<Signal, Rejected>>, DecodeError>;

fn decoded(body: &[u8]) -> Decoded {
    let mut n_ids = 0;
    decode(body, NOW, &mut || {
        n_ids += 1;
        format!("new-{n_ids}")
    })
}

fn one(value: Value) -> Result<Signal, Rejected> {
    let mut signals = decoded(value.to_string().as_bytes()).unwrap();
    assert_eq!(signals.len(), 1);
    signals.remove(0)
}

fn message(value: Value) -> String {
    one(value).unwrap_err().message
}

#[test]
fn the_whole_shape_is_taken() {
    let signal = one(json!({
        "id": "sig_01J", "type": "response.accepted", "time": "2026-11-23T10:00:00.123Z",
        "feature": "email-draft",
        "target": {"trace_id": "0af7", "response_id": "chatcmpl-1", "conversation_id": "c_4"},
        "actor": {"id": "u_hash", "kind": "end_user"}, "session_id": "s_1",
        "release": "2026.11.3", "variant": "B",
        "data": {"accepted_chars": 214, "shown_chars": 260, "time_to_action_ms": 3100},
        "source": "sdk-js@0.1",
    }))
    .unwrap();
    assert_eq!((signal.id.as_str(), signal.kind.as_str()), ("sig_01J", "response.accepted"));
    assert_eq!((signal.at_ms, signal.received_at_ms), (1_795_428_000_123, NOW));
    assert_eq!(signal.target.response_id.as_deref(), Some("chatcmpl-1"));
    assert_eq!(signal.target.conversation_id.as_deref(), Some("c_4"));
    assert_eq!(signal.user.as_deref(), Some("u_hash"));
    assert_eq!(signal.session.as_deref(), Some("s_1"));
    assert_eq!(signal.data["trace_id"], "0af7");
    assert_eq!(signal.data["variant"], "B");
    assert_eq!(signal.source, "sdk-js@0.1");
}

#[test]
fn a_newcomers_short_forms_mean_the_same() {
    let whole = one(json!({
        "id": "a", "type": "feedback.thumb", "target": {"inference_id": "i"}, "data": {"up": true},
    }))
    .unwrap();
    for short in [
        json!({"id": "a", "type": "thumb", "up": true, "inference_id": "i"}),
        json!({"id": "a", "type": "thumb", "up": 1, "inference_id": "i", "time": null}),
        json!({"id": "a", "kind": "thumbs_up", "inference_id": "i"}),
        json!({"id": "a", "type": "feedback.thumb", "data": {"up": 1.0}, "inference_id": "i"}),
    ] {
        assert_eq!(one(short.clone()).unwrap(), whole, "{short}");
    }
    let signal = one(json!({"type": "undo", "response_id": "r", "user": 7})).unwrap();
    assert_eq!((signal.id.as_str(), signal.kind.as_str()), ("new-1", "response.undone"));
    assert_eq!((signal.user.as_deref(), signal.at_ms), (Some("7"), NOW));
}

#[test]
fn every_kind_can_be_sent_and_misses_what_it_needs() {
    for kind in KINDS {
        let value = |shape| match shape {
            Shape::Truth => json!(true),
            Shape::Share => json!(0.5),
            Shape::Amount => json!(3),
            Shape::Text => json!("text"),
            Shape::Word(words) => json!(words[0]),
        };
        let data: serde_json::Map<String, Value> =
            kind.data.iter().map(|field| (field.name.into(), value(field.shape))).collect();
        let about = match kind.unit {
            Unit::Answer => json!({"type": kind.name, "inference_id": "i"}),
            Unit::Person => json!({"type": kind.name, "actor": {"id": "u"}}),
        };
        let mut signal = about.clone();
        signal["data"] = Value::Object(data);
        assert!(one(signal).is_ok(), "{}", kind.name);
        let needs = kind.data.iter().any(|field| field.need != Need::May);
        assert_eq!(one(about).is_err(), needs, "{}", kind.name);
        assert!(one(json!({"type": kind.name})).is_err(), "{}", kind.name);
    }
}

#[test]
fn each_refusal_names_the_field_and_the_next_step() {
    for (signal, field, words) in [
        (
            json!({"type": "response.acepted", "inference_id": "i"}),
            "type",
            "did you mean `response.accepted`?",
        ),
        (json!({"inference_id": "i"}), "type", "such as `feedback.thumb`"),
        (json!({"type": "thumb", "up": true}), "target", "say which in `target.inference_id`"),
        (
            json!({"type": "thumb", "up": true, "infrence_id": "i"}),
            "target",
            "did you mean `inference_id`?",
        ),
        (
            json!({"type": "thumb", "up": true, "trace_id": "t"}),
            "target",
            "no answer is found by `trace_id` alone",
        ),
        (json!({"type": "thumb", "up": "yes", "inference_id": "i"}), "data.up", "true or false"),
        (json!({"type": "thumb", "inference_id": "i"}), "data.up", "needs `data.up`"),
        (
            json!({"type": "edited", "inference_id": "i"}),
            "data",
            "`data.edit_distance` or `data.final_text`",
        ),
        (
            json!({"type": "edited", "inference_id": "i", "edit_distance": 12}),
            "data.edit_distance",
            "from 0 to 1",
        ),
        (
            json!({"type": "rating", "inference_id": "i", "value": 9}),
            "data.value",
            "above the best",
        ),
        (
            json!({"type": "accept", "inference_id": "i", "accepted_chars": 9, "shown_chars": 3}),
            "data.accepted_chars",
            "more than",
        ),
        (
            json!({"type": "copy", "inference_id": "i", "time": "yesterday"}),
            "time",
            "2026-11-23T10:00:00Z",
        ),
        (json!({"type": "copy", "inference_id": "i", "time": -1}), "time", "before 1970"),
        (
            json!({"type": "copy", "inference_id": "i", "source": "derived:retried@1"}),
            "source",
            "only the server",
        ),
        (json!({"type": "copy", "inference_id": ["i"]}), "target.inference_id", "must be text"),
        (
            json!({"type": "copy", "inference_id": "i\u{0}"}),
            "target.inference_id",
            "cannot be printed",
        ),
        (
            json!({"type": "copy", "inference_id": "i", "feature": "f".repeat(300)}),
            "feature",
            "longer than 256",
        ),
        (json!({"type": "opt_out"}), "actor.id", "say who"),
        (
            json!({"type": "followup", "inference_id": "i", "class": "angry"}),
            "data.class",
            "rephrase, correct",
        ),
    ] {
        let rejected = one(signal.clone()).unwrap_err();
        assert_eq!(rejected.field.as_deref(), Some(field), "{signal}: {rejected:?}");
        assert!(rejected.message.contains(words), "{signal}: {rejected:?}");
    }
}

#[test]
fn one_bad_signal_spoils_no_other_and_keeps_its_place_and_id() {
    let body = json!([
        {"type": "copy", "inference_id": "i"},
        {"id": "b", "type": "coopy", "inference_id": "i"},
        7,
        {"type": "undo", "inference_id": "i"},
    ]);
    let signals = decoded(body.to_string().as_bytes()).unwrap();
    let good: Vec<bool> = signals.iter().map(Result::is_ok).collect();
    assert_eq!(good, [true, false, false, true]);
    let rejected = signals[1].as_ref().unwrap_err();
    assert_eq!((rejected.index, rejected.id.as_deref()), (1, Some("b")));
}

#[test]
fn a_time_far_ahead_becomes_now_and_is_kept_as_sent() {
    let at = |time: Value| one(json!({"type": "copy", "inference_id": "i", "time": time})).unwrap();
    let far = at(json!("2099-01-01T00:00:00Z"));
    assert_eq!((far.at_ms, &far.data["time_as_sent"]), (NOW, &json!("2099-01-01T00:00:00Z")));
    let near = at(json!(NOW + 60_000));
    assert_eq!((near.at_ms, near.data.len()), (NOW + 60_000, 0));
    assert_eq!(at(json!(1_795_427_999)).at_ms, 1_795_427_999_000, "seconds");
    assert_eq!(at(json!(1_795_427_999.25)).at_ms, 1_795_427_999_250, "seconds of Python");
    assert_eq!(at(json!(1e300)).at_ms, NOW);
    assert_eq!(at(json!("2026-11-23T11:00:00+01:00")).at_ms, 1_795_428_000_000);
}

#[test]
fn requests_that_hold_no_signals_say_why() {
    assert_eq!(decoded(b"[]"), Ok(vec![]));
    assert_eq!(decoded(b"7"), Err(DecodeError::NotSignals));
    assert_eq!(decoded(&vec![b' '; MOST_BYTES + 1]), Err(DecodeError::TooLarge(MOST_BYTES + 1)));
    for broken in ["", "{", "[{}", "[{},]", "{} {}", "\u{feff}", "nul"] {
        assert!(matches!(decoded(broken.as_bytes()), Err(DecodeError::NotJson(_))), "{broken}");
    }
    assert!(matches!(decoded(b"{\"type\":\"\xff\"}"), Err(DecodeError::NotJson(_))));
    let many = format!("[{}1]", "1,".repeat(MOST_SIGNALS));
    assert_eq!(decoded(many.as_bytes()), Err(DecodeError::TooMany));
    let large =
        json!({"type": "comment", "inference_id": "i", "text": "x".repeat(MOST_BYTES_EACH)});
    assert!(message(large).contains("at most 262144 are taken"));
    let deep = format!("{{\"type\":\"copy\",\"data\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    assert!(decoded(deep.as_bytes()).unwrap()[0].is_err());
}

/// Files whose names begin with what becomes of them.
#[test]
fn what_was_kept_is_still_read_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signals/corpus");
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let decoded = decoded(&fs::read(&path).unwrap());
        let found = match &decoded {
            Err(_) => "broken",
            Ok(signals) if signals.iter().all(Result::is_ok) => "taken",
            Ok(_) => "refused",
        };
        assert!(name.starts_with(found), "{name}: {decoded:?}");
        n_files += 1;
    }
    assert!(n_files >= 20, "{n_files}");
}

/// JSON with words that mean something to the reader.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..8).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

fn word() -> impl Strategy<Value = &'static str> {
    let mut words = vec![
        "id",
        "type",
        "kind",
        "time",
        "feature",
        "target",
        "inference_id",
        "response_id",
        "conversation_id",
        "trace_id",
        "actor",
        "user",
        "session_id",
        "release",
        "variant",
        "data",
        "source",
        "up",
        "value",
        "best",
        "2026-11-23T10:00:00Z",
        "derived:x@1",
    ];
    for kind in KINDS {
        words.push(kind.name);
        words.extend(kind.short.iter().map(|short| short.word));
        words.extend(kind.data.iter().map(|field| field.name));
    }
    prop::sample::select(words)
}

/// What holds for everything that was taken and everything that was not.
fn holds(body: &[u8], decoded: &Decoded) {
    let Ok(signals) = decoded else { return };
    assert!(signals.len() <= MOST_SIGNALS);
    for (position, signal) in signals.iter().enumerate() {
        match signal {
            Ok(signal) => {
                assert!(KINDS.iter().any(|kind| kind.name == signal.kind));
                assert!(!signal.id.is_empty() && !signal.source.starts_with("derived:"));
                assert!((0..=NOW + 300_000).contains(&signal.at_ms));
                assert_eq!(signal.received_at_ms, NOW);
                assert!(!signal.target.is_empty() || signal.user.is_some());
                // What is kept grows with what was sent, not beyond.
                let size = serde_json::to_string(signal).unwrap().len();
                assert!(size <= 4 * body.len() + 512, "{size} from {}", body.len());
            }
            Err(rejected) => {
                assert_eq!(rejected.index, position);
                assert!(!rejected.message.is_empty() && rejected.message.len() < 2_000);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&bytes, &decoded(&bytes));
    }

    #[test]
    fn no_json_makes_it_panic(value in any_json()) {
        let text = value.to_string();
        holds(text.as_bytes(), &decoded(text.as_bytes()));
    }

    #[test]
    fn no_signal_of_odd_fields_makes_it_panic(
        fields in prop::collection::vec((word(), any_json()), 0..10), kind in word(),
    ) {
        let mut signal: serde_json::Map<String, Value> =
            fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        signal.insert("type".into(), kind.into());
        signal.insert("inference_id".into(), "i".into());
        let text = Value::Object(signal).to_string();
        holds(text.as_bytes(), &decoded(text.as_bytes()));
    }

    #[test]
    fn no_broken_signal_makes_it_panic(cut in 0..200_usize, at in 0..200_usize, byte in any::<u8>()) {
        let whole = br#"[{"type":"thumb","up":true,"target":{"inference_id":"i"},"time":"2026-11-23T10:00:00Z","data":{"comment":"gr\u00fc\u00df \ud83d\ude00"}}]"#;
        let mut bytes = whole[..cut.min(whole.len())].to_vec();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        holds(&bytes, &decoded(&bytes));
    }

    #[test]
    fn what_was_taken_is_taken_again_as_the_same(value in any_json()) {
        for signal in decoded(value.to_string().as_bytes()).into_iter().flatten().flatten() {
            let again = json!({
                "id": signal.id, "type": signal.kind, "time": signal.at_ms, "target": signal.target,
                "feature": signal.feature, "actor": {"id": signal.user}, "session_id": signal.session,
                "release": signal.release, "data": signal.data, "source": signal.source,
            });
            prop_assert_eq!(one(again).unwrap(), signal);
        }
    }
}
