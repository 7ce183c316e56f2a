//! Pure. One signal: its fields under the names that people use for them, checked against the vocabulary.

use karat_records::{Signal, Target};
use serde_json::{Map, Value};

use super::super::kinds::{self, Field, Kind, Need, Shape, Unit};
use super::{MOST_BYTES_EACH, Rejected};

/// Characters of an id or a name.
const LONGEST_NAME: usize = 256;

/// Clocks differ: up to here a time in the future is taken as it is.
const AHEAD_MS: i64 = 5 * 60_000;

/// Smaller times are seconds: in milliseconds this one is in 1973.
const LEAST_MS: f64 = 1e11;

/// The field of `data` that keeps a time which was not taken.
const TIME_AS_SENT: &str = "time_as_sent";

/// Keys of a target that are kept beside a signal, though no answer is found by them.
const KEPT_KEYS: [&str; 3] = ["message_id", "trace_id", "span_id"];

/// What is wrong: the field and the sentence.
type Wrong = (Option<String>, String);

/// Reads one signal.
pub(super) fn read(
    index: usize,
    text: &str,
    now_ms: i64,
    new_id: &mut impl FnMut() -> String,
) -> Result<Signal, Rejected> {
    let refuse = |id, (field, message): Wrong| Err(Rejected { index, id, field, message });
    if text.len() > MOST_BYTES_EACH {
        let message = format!(
            "the signal has {} bytes, and at most {MOST_BYTES_EACH} are taken; send the distance of an edit instead of its text",
            text.len()
        );
        return refuse(None, (None, message));
    }
    let mut fields = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return refuse(None, (None, "a signal is an object with a `type`".into())),
        Err(error) => return refuse(None, (None, format!("the signal cannot be read: {error}"))),
    };
    let id = match name(&mut fields, &["id"]) {
        Ok(id) => id,
        Err(wrong) => return refuse(None, wrong),
    };
    let known = id.clone();
    match signal(fields, id, now_ms, new_id) {
        Ok(signal) => Ok(signal),
        Err(wrong) => refuse(known, wrong),
    }
}

fn signal(
    mut fields: Map<String, Value>,
    id: Option<String>,
    now_ms: i64,
    new_id: &mut impl FnMut() -> String,
) -> Result<Signal, Wrong> {
    let Some(word) = name(&mut fields, &["type", "kind"])? else {
        return wrong("type", "a signal needs a `type`, such as `feedback.thumb`");
    };
    let Some((kind, implies)) = kinds::meant(&word) else {
        return wrong(
            "type",
            format!("{} is no kind of signal: {}", quoted(&word), kinds::suggest(&word)),
        );
    };
    let mut data = data(&mut fields, kind)?;
    if let Some((field, value)) = implies {
        data.insert(field.into(), value.into());
    }
    check(&mut data, kind)?;

    let sent = take(&mut fields, &["time", "timestamp", "at_ms"]);
    let (at_ms, not_taken) = time(sent, now_ms)?;
    if let Some(sent) = not_taken {
        data.insert(TIME_AS_SENT.into(), sent);
    }
    let (target, kept) = target(&mut fields)?;
    let user = user(&mut fields)?;
    if kind.unit == Unit::Answer && target.is_empty() {
        return Err(without_target(&fields, &kept, kind));
    }
    if kind.unit == Unit::Person && user.is_none() {
        return wrong(
            "actor.id",
            format!("`{}` is about a person: say who in `actor.id`", kind.name),
        );
    }
    data.extend(kept);
    if let Some(variant) = name(&mut fields, &["variant"])? {
        data.insert("variant".into(), variant.into());
    }
    let source = name(&mut fields, &["source"])?.unwrap_or_default();
    if source.starts_with("derived:") {
        return wrong(
            "source",
            "`source` begins with `derived:`, which only the server writes; name your application",
        );
    }
    Ok(Signal {
        feature: name(&mut fields, &["feature"])?,
        session: name(&mut fields, &["session_id", "session"])?,
        release: name(&mut fields, &["release"])?,
        kind: kind.name.into(),
        at_ms,
        received_at_ms: now_ms,
        target,
        user,
        data,
        source,
        id: id.unwrap_or_else(new_id),
    })
}

fn wrong<T>(field: &str, message: impl Into<String>) -> Result<T, Wrong> {
    Err((Some(field.to_owned()), message.into()))
}

/// What was sent, cut to a length that fits into a sentence.
fn quoted(text: &str) -> String {
    let mut short: String =
        text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{short}`")
}

/// The first of these fields that says something.
fn take(fields: &mut Map<String, Value>, names: &[&str]) -> Option<Value> {
    names.iter().filter_map(|name| fields.shift_remove(*name)).find(|value| !value.is_null())
}

/// A short text; a number is taken for one, because ids of users often are.
fn name(fields: &mut Map<String, Value>, names: &[&str]) -> Result<Option<String>, Wrong> {
    let text = match take(fields, names) {
        None => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return wrong(names[0], format!("`{}` must be text", names[0])),
    };
    if text.chars().count() > LONGEST_NAME {
        return wrong(names[0], format!("`{}` is longer than {LONGEST_NAME} characters", names[0]));
    }
    if text.chars().any(char::is_control) {
        return wrong(names[0], format!("`{}` has characters that cannot be printed", names[0]));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// `data`, and what stands beside it although it belongs into it.
fn data(fields: &mut Map<String, Value>, kind: &Kind) -> Result<Map<String, Value>, Wrong> {
    let mut data = match take(fields, &["data"]) {
        None => Map::new(),
        Some(Value::Object(data)) => data,
        Some(_) => return wrong("data", "`data` must be an object, such as {\"up\": true}"),
    };
    // Only the server says that it did not take a time.
    data.shift_remove(TIME_AS_SENT);
    for field in kind.data {
        if let Some(value) = fields.shift_remove(field.name) {
            data.entry(field.name).or_insert(value);
        }
    }
    Ok(data)
}

fn check(data: &mut Map<String, Value>, kind: &Kind) -> Result<(), Wrong> {
    for field in kind.data {
        if data.get(field.name).is_none_or(Value::is_null) {
            data.shift_remove(field.name);
            if field.need == Need::Must {
                return wrong(
                    &format!("data.{}", field.name),
                    format!("`{}` needs `data.{}`: {}", kind.name, field.name, words(field)),
                );
            }
        } else if let Some(value) = data.get_mut(field.name)
            && !fits(value, field.shape)
        {
            return wrong(
                &format!("data.{}", field.name),
                format!("`data.{}` must be {}", field.name, words(field)),
            );
        }
    }
    let either: Vec<&str> = kind
        .data
        .iter()
        .filter(|field| field.need == Need::OneOf)
        .map(|field| field.name)
        .collect();
    if !either.is_empty() && !either.iter().any(|name| data.contains_key(*name)) {
        let list = either.iter().map(|name| format!("`data.{name}`")).collect::<Vec<_>>();
        return wrong("data", format!("`{}` needs {}", kind.name, list.join(" or ")));
    }
    if let (Some(part), Some(whole)) = (number(data, "accepted_chars"), number(data, "shown_chars"))
        && part > whole
    {
        return wrong(
            "data.accepted_chars",
            "`data.accepted_chars` is more than `data.shown_chars`",
        );
    }
    if let Some(value) = number(data, "value")
        && value > number(data, "best").unwrap_or(5.0)
    {
        return wrong(
            "data.value",
            "`data.value` is above the best, which is 5 unless `data.best` says so",
        );
    }
    Ok(())
}

fn number(data: &Map<String, Value>, name: &str) -> Option<f64> {
    data.get(name)?.as_f64()
}

/// Whether a value has the shape; 1 and 0 become true and false.
fn fits(value: &mut Value, shape: Shape) -> bool {
    match shape {
        Shape::Truth => {
            if let Some(number) = value.as_f64()
                && [0.0, 1.0].contains(&number)
            {
                *value = (number > 0.5).into();
            }
            value.is_boolean()
        }
        Shape::Share => value.as_f64().is_some_and(|share| (0.0..=1.0).contains(&share)),
        Shape::Amount => value.as_f64().is_some_and(|amount| amount >= 0.0),
        Shape::Text => value.is_string(),
        Shape::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
    }
}

fn words(field: &Field) -> String {
    match field.shape {
        Shape::Truth => "true or false".into(),
        Shape::Share => "a number from 0 to 1".into(),
        Shape::Amount => "a number that is not negative".into(),
        Shape::Text => "text".into(),
        Shape::Word(words) => format!("one of {}", words.join(", ")),
    }
}

/// When it happened, and what was sent instead where that cannot be.
fn time(sent: Option<Value>, now_ms: i64) -> Result<(i64, Option<Value>), Wrong> {
    let Some(sent) = sent else { return Ok((now_ms, None)) };
    let at_ms = match &sent {
        Value::Number(number) => number.as_f64().map(|number| {
            (if number.abs() < LEAST_MS { number * 1_000.0 } else { number }).round() as i64
        }),
        Value::String(text) => {
            text.trim().parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
        }
        _ => None,
    };
    match at_ms {
        None => {
            wrong("time", "`time` must be like 2026-11-23T10:00:00Z, or milliseconds since 1970")
        }
        Some(at_ms) if at_ms < 0 => wrong("time", "`time` lies before 1970"),
        Some(at_ms) if at_ms > now_ms.saturating_add(AHEAD_MS) => Ok((now_ms, Some(sent))),
        Some(at_ms) => Ok((at_ms, None)),
    }
}

/// Which answer is meant, and the keys that are only kept.
fn target(fields: &mut Map<String, Value>) -> Result<(Target, Map<String, Value>), Wrong> {
    let mut keys = match take(fields, &["target"]) {
        None => Map::new(),
        Some(Value::Object(keys)) => keys,
        Some(_) => {
            return wrong(
                "target",
                "`target` must be an object, such as {\"inference_id\": \"…\"}",
            );
        }
    };
    for key in ["inference_id", "response_id", "conversation_id"].into_iter().chain(KEPT_KEYS) {
        if let Some(value) = fields.shift_remove(key) {
            keys.entry(key).or_insert(value);
        }
    }
    let mut key = |name_of_key| {
        name(&mut keys, &[name_of_key])
            .map_err(|(field, message)| (field.map(|field| format!("target.{field}")), message))
    };
    let target = Target {
        inference_id: key("inference_id")?,
        response_id: key("response_id")?,
        conversation_id: key("conversation_id")?,
    };
    let mut kept = Map::new();
    for name in KEPT_KEYS {
        if let Some(value) = key(name)? {
            kept.insert(name.into(), value.into());
        }
    }
    Ok((target, kept))
}

fn user(fields: &mut Map<String, Value>) -> Result<Option<String>, Wrong> {
    match take(fields, &["actor"]) {
        Some(Value::Object(mut actor)) => {
            name(&mut actor, &["id"]).map_err(|(_, message)| (Some("actor.id".into()), message))
        }
        Some(other) => {
            fields.insert("actor".into(), other);
            name(fields, &["actor"])
        }
        None => name(fields, &["user_id", "user"]),
    }
}

fn without_target(fields: &Map<String, Value>, kept: &Map<String, Value>, kind: &Kind) -> Wrong {
    let known = ["inference_id", "response_id", "conversation_id"];
    let message = if let Some(key) = kept.keys().next() {
        format!(
            "no answer is found by `{key}` alone: add `target.inference_id`, `target.response_id` or `target.conversation_id`"
        )
    } else if let Some((given, near)) = fields
        .keys()
        .find_map(|given| Some((given, crate::project::problem::nearest(given, known)?)))
    {
        format!("{} is no field of a signal: did you mean `{near}`?", quoted(given))
    } else {
        format!(
            "`{}` is about an answer: say which in `target.inference_id`, `target.response_id` or `target.conversation_id`",
            kind.name
        )
    };
    (Some("target".into()), message)
}
