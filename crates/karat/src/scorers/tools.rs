//! Pure. `tool-calls`: the model asked for the expected tools with the expected arguments.

use karat_records::{Answer, Case, ToolCall};
use serde_json::Value;

use super::json::same_json;
use super::method::{ToolCalls, ToolMode};
use super::score::{Judged, shorten};

/// A call that should be made; without arguments any will do.
struct WantedCall {
    name: String,
    arguments: Option<Value>,
}

pub(super) fn judge(settings: &ToolCalls, case: &Case, answer: &Answer) -> Judged {
    let wanted = match settings.wanted.resolve(case, answer).and_then(|value| read(&value)) {
        Ok(wanted) => wanted,
        Err(missing) => return Judged::undecided(missing),
    };
    let made: Vec<ToolCall> = answer.tool_calls.iter().map(with_parsed_arguments).collect();
    let names = shorten(&names(made.iter().map(|call| call.name.as_str())));
    let expected = shorten(&self::names(wanted.iter().map(|call| call.name.as_str())));
    if settings.mode != ToolMode::Subset && wanted.len() != made.len() {
        let (n_wanted, n_made) = (wanted.len(), made.len());
        return Judged::new(
            0.0,
            format!("expected {n_wanted} calls ({expected}), found {n_made} ({names})"),
        );
    }
    let fits = |w: usize, m: usize| fits(settings.mode, &wanted[w], &made[m]);
    let missed = if settings.ordered {
        first_missed_in_order(settings.mode, wanted.len(), made.len(), &fits)
    } else {
        first_missed(wanted.len(), made.len(), &fits)
    };
    let Some(index) = missed else { return Judged::new(1.0, format!("called {names}")) };
    let call = &wanted[index];
    let arguments = match &call.arguments {
        Some(arguments) if settings.mode != ToolMode::NamesOnly => arguments.to_string(),
        _ => String::new(),
    };
    let call = shorten(&format!("{} {arguments}", call.name));
    let same_name = made.iter().find(|made| made.name == wanted[index].name);
    let found =
        same_name.map_or(names, |made| shorten(&format!("{} {}", made.name, made.arguments)));
    Judged::new(0.0, format!("expected {call}, found {found}"))
}

/// Reads expected calls: names, `{name, arguments}`, or the shape of a chat completion.
fn read(value: &Value) -> Result<Vec<WantedCall>, String> {
    match value {
        Value::Array(calls) => calls.iter().map(read_call).collect(),
        Value::Object(map) => match map.get("tool_calls") {
            Some(Value::Array(calls)) => calls.iter().map(read_call).collect(),
            _ => Ok(vec![read_call(value)?]),
        },
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Array(_) | Value::Object(_))) => read(&inner),
            _ => Ok(vec![read_call(value)?]),
        },
        _ => Err(format!("expected tool calls are no list: {}", shorten(&value.to_string()))),
    }
}

fn read_call(value: &Value) -> Result<WantedCall, String> {
    if let Value::String(name) = value {
        return Ok(WantedCall { name: name.clone(), arguments: None });
    }
    let call = value.get("function").filter(|inner| inner.is_object()).unwrap_or(value);
    let Some(Value::String(name)) = call.get("name") else {
        return Err(format!(
            "an expected tool call has no `name`: {}",
            shorten(&value.to_string())
        ));
    };
    let arguments = call.get("arguments").filter(|arguments| !arguments.is_null()).map(parsed);
    Ok(WantedCall { name: name.clone(), arguments })
}

fn with_parsed_arguments(call: &ToolCall) -> ToolCall {
    ToolCall { name: call.name.clone(), arguments: parsed(&call.arguments) }
}

/// Providers hand arguments over as text that holds JSON.
fn parsed(arguments: &Value) -> Value {
    match arguments {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| arguments.clone()),
        other => other.clone(),
    }
}

fn fits(mode: ToolMode, wanted: &WantedCall, made: &ToolCall) -> bool {
    if wanted.name != made.name {
        return false;
    }
    let Some(arguments) = &wanted.arguments else { return true };
    match mode {
        ToolMode::NamesOnly => true,
        ToolMode::Exact => same_json(arguments, &made.arguments),
        ToolMode::Subset => within(arguments, &made.arguments),
    }
}

/// Whether each key of the wanted objects is there with a fitting value; lists and scalars have to be the same.
fn within(wanted: &Value, made: &Value) -> bool {
    match (wanted, made) {
        (Value::Object(wanted), Value::Object(made)) => wanted
            .iter()
            .all(|(key, value)| made.get(key).is_some_and(|found| within(value, found))),
        _ => same_json(wanted, made),
    }
}

/// The first wanted call without its made call, where order matters.
fn first_missed_in_order(
    mode: ToolMode,
    n_wanted: usize,
    n_made: usize,
    fits: &dyn Fn(usize, usize) -> bool,
) -> Option<usize> {
    let mut next = 0;
    for wanted in 0..n_wanted {
        let found = match mode {
            ToolMode::Subset => (next..n_made).find(|made| fits(wanted, *made)),
            ToolMode::Exact | ToolMode::NamesOnly => {
                (next < n_made && fits(wanted, next)).then_some(next)
            }
        };
        let Some(made) = found else { return Some(wanted) };
        next = made + 1;
    }
    None
}

/// The first wanted call that no assignment of made calls can serve together with those before it.
///
/// Augmenting paths, because a made call may fit several wanted ones.
fn first_missed(
    n_wanted: usize,
    n_made: usize,
    fits: &dyn Fn(usize, usize) -> bool,
) -> Option<usize> {
    let mut taken_by: Vec<Option<usize>> = vec![None; n_made];
    (0..n_wanted).find(|wanted| !assign(*wanted, n_made, fits, &mut taken_by))
}

/// Gives a wanted call a made one, moving others along one path where that helps.
fn assign(
    wanted: usize,
    n_made: usize,
    fits: &dyn Fn(usize, usize) -> bool,
    taken_by: &mut [Option<usize>],
) -> bool {
    // Breadth-first, so that long lists need no deep recursion.
    let mut came_from: Vec<Option<usize>> = vec![None; n_made];
    let mut queue = std::collections::VecDeque::from([wanted]);
    while let Some(current) = queue.pop_front() {
        for made in 0..n_made {
            if came_from[made].is_some() || !fits(current, made) {
                continue;
            }
            came_from[made] = Some(current);
            let Some(holder) = taken_by[made] else {
                move_along(made, wanted, &came_from, taken_by);
                return true;
            };
            queue.push_back(holder);
        }
    }
    false
}

/// Walks the path back to the call that started it, giving each its new partner.
fn move_along(
    free: usize,
    start: usize,
    came_from: &[Option<usize>],
    taken_by: &mut [Option<usize>],
) {
    let mut made = free;
    while let Some(wanted) = came_from[made] {
        let previous = taken_by.iter().position(|holder| *holder == Some(wanted));
        taken_by[made] = Some(wanted);
        match previous {
            Some(previous) if wanted != start => made = previous,
            _ => return,
        }
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.take(20).collect();
    if names.is_empty() { "no tool".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::{answer, case};
    use super::super::wanted::Wanted;
    use super::*;

    fn judged(mode: ToolMode, ordered: bool, expected: &Value, made: &[(&str, Value)]) -> Judged {
        let settings = ToolCalls { wanted: Wanted::Expected, mode, ordered };
        let mut output = answer(json!(null));
        output.tool_calls = made
            .iter()
            .map(|(name, arguments)| ToolCall {
                name: (*name).into(),
                arguments: arguments.clone(),
            })
            .collect();
        judge(&settings, &case(Some(expected.clone())), &output)
    }

    #[test]
    fn modes_and_order_decide_what_has_to_agree() {
        use ToolMode::{Exact, NamesOnly, Subset};
        let wanted = json!([{"name": "find", "arguments": {"q": "x"}}, {"name": "send"}]);
        let find = ("find", json!({"q": "x"}));
        let find_more = ("find", json!({"q": "x", "limit": 3}));
        let send = ("send", json!({"to": "a"}));
        let log = ("log", json!({}));
        for (mode, ordered, made, value) in [
            (Exact, true, vec![find.clone(), send.clone()], 1.0),
            (Exact, true, vec![send.clone(), find.clone()], 0.0),
            (Exact, false, vec![send.clone(), find.clone()], 1.0),
            (Exact, false, vec![find_more.clone(), send.clone()], 0.0),
            (Exact, false, vec![find.clone(), send.clone(), log.clone()], 0.0),
            (Subset, true, vec![log.clone(), find_more.clone(), log.clone(), send.clone()], 1.0),
            (Subset, true, vec![send.clone(), find_more.clone()], 0.0),
            (Subset, false, vec![send.clone(), find_more.clone()], 1.0),
            (Subset, false, vec![find_more.clone()], 0.0),
            (NamesOnly, false, vec![send.clone(), ("find", json!({"q": "y"}))], 1.0),
            (NamesOnly, true, vec![send, find], 0.0),
            (NamesOnly, false, vec![], 0.0),
        ] {
            let found = judged(mode, ordered, &wanted, &made);
            assert_eq!(found.value, Some(value), "{mode:?} {ordered} {made:?}");
        }
    }

    #[test]
    fn a_call_that_fits_two_wishes_is_given_to_the_one_that_has_no_other() {
        let wanted = json!([{"name": "f", "arguments": {}}, {"name": "f", "arguments": {"a": 1}}, {"name": "f", "arguments": {"b": 1}}]);
        let made = [("f", json!({"a": 1})), ("f", json!({"a": 1, "b": 1})), ("f", json!({"a": 2}))];
        assert_eq!(judged(ToolMode::Subset, false, &wanted, &made).value, Some(1.0));
        let made = [("f", json!({"a": 1})), ("f", json!({"a": 1})), ("f", json!({"a": 1}))];
        assert_eq!(judged(ToolMode::Subset, false, &wanted, &made).value, Some(0.0));
    }

    #[test]
    fn expected_calls_may_be_names_or_a_chat_completion() {
        let made = [("find", json!("{\"q\": 1.0}"))];
        for expected in [
            json!("find"),
            json!(["find"]),
            json!({"name": "find", "arguments": {"q": 1}}),
            json!("[{\"name\": \"find\"}]"),
            json!({"tool_calls": [{"function": {"name": "find", "arguments": "{\"q\":1}"}}]}),
        ] {
            assert_eq!(
                judged(ToolMode::Exact, true, &expected, &made).value,
                Some(1.0),
                "{expected}"
            );
        }
        assert_eq!(judged(ToolMode::Exact, true, &json!([]), &[]).value, Some(1.0));
        assert_eq!(judged(ToolMode::Exact, true, &json!([{"tool": "find"}]), &made).value, None);
        assert_eq!(judged(ToolMode::Exact, true, &json!(3), &made).value, None);
    }

    #[test]
    fn an_explanation_shows_the_call_that_is_missing() {
        let wanted = json!([{"name": "find", "arguments": {"q": 1}}]);
        let explain = |made: &[(&str, Value)]| {
            judged(ToolMode::Exact, true, &wanted, made).explanation.unwrap()
        };
        assert_eq!(
            explain(&[("find", json!({"q": 2}))]),
            "expected find {\"q\":1}, found find {\"q\":2}"
        );
        assert_eq!(explain(&[]), "expected 1 calls (find), found 0 (no tool)");
        assert_eq!(explain(&[("send", json!({}))]), "expected find {\"q\":1}, found send");
    }

    #[test]
    fn a_thousand_equal_calls_are_matched_quickly() {
        let wanted: Value = (0..50).map(|_| json!({"name": "f", "arguments": {}})).collect();
        let made: Vec<(&str, Value)> = (0..1000).map(|index| ("f", json!({"i": index}))).collect();
        assert_eq!(judged(ToolMode::Subset, false, &wanted, &made).value, Some(1.0));
    }
}
