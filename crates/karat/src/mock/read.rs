//! Pure. From the text of a script to what it says, noting everything that is wrong on the way.

use std::sync::Arc;
use std::time::Duration;

use karat_providers::Usage;
use karat_providers::chat::FinishReason;
use serde_json::Value;

use super::fields;
use super::script::{
    Answer, Content, Drift, Latency, Limits, Lookup, Match, Name, Pace, Rate, Script, ScriptProblem,
};
use super::template;
use crate::project::document::{self, Node, NodeValue};
use crate::project::problem::{Place, Problems, suggestion};
use crate::project::reader::{Table, parse_duration};

mod fault;

/// Reads a whole script.
pub(super) fn script(text: &str) -> Result<Script, Vec<ScriptProblem>> {
    let problems = Problems::default();
    let root = document::parse(text, "", &problems);
    let script = Table::open(&root, Place::default(), &problems).map(|root| read(&root));
    match script {
        Some(script) if problems.n_errors() == 0 => Ok(script),
        _ => Err(reported(problems)),
    }
}

fn reported(problems: Problems) -> Vec<ScriptProblem> {
    let mut all: Vec<_> = problems
        .sorted()
        .into_iter()
        .map(|problem| ScriptProblem {
            line: problem.line,
            message: match problem.field.as_str() {
                "" => problem.message,
                field => format!("{field}: {}", problem.message),
            },
            next: problem.next,
        })
        .collect();
    all.sort_by_key(|problem| problem.line);
    all
}

fn read(root: &Table<'_>) -> Script {
    root.check(&[fields::ROOT]);
    let limits = root.table("limits").map(|table| read_limits(&table));
    let keys = root.table("keys").map(|table| {
        table.check(&[fields::KEYS]);
        table.texts("accept")
    });
    let models = root.table("models").map(|table| {
        table.check(&[fields::MODELS]);
        table.texts("known").iter().map(|name| Name::read(name)).collect()
    });
    let lookups = read_lookups(root);
    Script {
        seed: root.integer("seed").unwrap_or(0),
        pace: read_pace(root),
        answers: tables(root, "answer").iter().map(|table| read_answer(table, &lookups)).collect(),
        faults: tables(root, "fault").iter().filter_map(fault::read).collect(),
        drifts: tables(root, "drift").iter().map(read_drift).collect(),
        limits: limits.unwrap_or_default(),
        keys,
        models,
    }
}

/// The tables of a list, named by their position as `answer 1`.
fn tables<'a>(parent: &Table<'a>, name: &str) -> Vec<Table<'a>> {
    let Some((Node { value: NodeValue::List(nodes), .. }, place)) = parent.node(name) else {
        return Vec::new();
    };
    let open = |(index, node): (usize, &'a Node)| {
        let field = format!("{} {}", place.field, index + 1);
        let place = Place { line: node.line, field, ..place.clone() };
        matches!(node.value, NodeValue::Table(_))
            .then(|| Table::open(node, place, parent.problems()))
            .flatten()
    };
    nodes.iter().enumerate().filter_map(open).collect()
}

fn read_pace(root: &Table<'_>) -> Pace {
    let usual = Pace::default();
    Pace {
        latency: read_latency(root).unwrap_or_default(),
        first_chunk: root.duration("first_chunk").unwrap_or(usual.first_chunk),
        chunk_delay: root.duration("chunk_delay").unwrap_or(usual.chunk_delay),
        tokens_per_chunk: at_least_one(root, "tokens_per_chunk")
            .map_or(usual.tokens_per_chunk, |count| count as usize),
    }
}

/// `latency`, of the script or of an answer.
fn read_latency(table: &Table<'_>) -> Option<Latency> {
    let (node, place) = table.node("latency")?;
    if let NodeValue::Table(_) = node.value {
        let spread = Table::open(node, place, table.problems())?;
        spread.check(&[fields::LATENCY]);
        let (p50, p95) = (spread.duration("p50")?, spread.duration("p95")?);
        if p50.is_zero() || p95 < p50 {
            spread.error("p95", "p50 must be above 0, and p95 at least p50", "swap or raise them");
            return None;
        }
        return Some(Latency::Spread { p50, p95 });
    }
    let fixed = table.text("latency").and_then(|text| parse_duration(&text));
    if fixed.is_none() {
        let next = "write \"50ms\", or { p50 = \"40ms\", p95 = \"200ms\" }";
        table.error("latency", "this is no length of time", next);
    }
    fixed.map(Latency::Fixed)
}

fn read_match(table: &Table<'_>) -> Match {
    let containing = |name: &str| {
        let text = table.text(name)?;
        regex::RegexBuilder::new(&regex::escape(&text)).case_insensitive(true).build().ok()
    };
    let pattern = table.text("regex").and_then(|text| match regex::Regex::new(&text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let message = format!("the pattern cannot be read: {error}");
            table.error("regex", message, "correct it; '…' keeps backslashes as they are");
            None
        }
    });
    Match {
        model: table.text("model").map(|name| Name::read(&name)),
        user: containing("contains").into_iter().chain(pattern).collect(),
        system: containing("system_contains"),
        after_tool: table.has("after_tool").then(|| table.flag("after_tool")),
    }
}

/// The tables of `lookups`, by name.
fn read_lookups(root: &Table<'_>) -> Vec<(String, Arc<Lookup>)> {
    let read = |(name, rows): (String, Value)| {
        let rows: Option<Vec<(String, String)>> = rows.as_object().and_then(|rows| {
            let row = |(part, value): (&String, &Value)| {
                let is_said = !part.trim().is_empty();
                is_said.then_some(Some((part.clone(), value.as_str()?.to_owned()))).flatten()
            };
            rows.iter().map(row).collect()
        });
        if rows.is_none() {
            let message = format!("{name} is no table of texts by parts of texts");
            root.error(
                "lookups",
                message,
                "write [lookups.NAME] and \"part\" = \"value\" below it",
            );
        }
        (name, Arc::new(Lookup::new(rows.unwrap_or_default().into_iter())))
    };
    root.map("lookups").into_iter().map(read).collect()
}

fn read_answer(table: &Table<'_>, lookups: &[(String, Arc<Lookup>)]) -> Answer {
    table.check(&[fields::MATCH, fields::ANSWER]);
    let said = ["text", "texts", "json"].into_iter().filter(|name| table.has(name));
    let n_said = said.clone().count();
    if n_said > 1 {
        let names: Vec<_> = said.collect();
        let message = format!("{} cannot stand together", names.join(" and "));
        table.error(
            names[1],
            message,
            "keep one of them; texts = [\"…\", \"…\"] gives several answers",
        );
    }
    let tool_calls = tables(table, "tool_calls").iter().map(read_tool_call).collect::<Vec<_>>();
    if n_said == 0 && !table.has("tool_calls") && !table.has("refusal") {
        let next = "add text = \"…\", json = { … }, tool_calls = [{ … }] or refusal = \"…\"";
        table.problems().error(&table.place, "this answer says nothing", next);
    }
    let wrong = probability(table, "wrong").unwrap_or(0.0);
    let wrong_content = content(table, "wrong_text").or_else(|| content(table, "wrong_json"));
    if wrong > 0.0 && wrong_content.is_none() {
        let next = "add wrong_text = \"…\" or wrong_json = { … }";
        table.error("wrong", "it is not said what the wrong answer is", next);
    }
    let lookup = table.text("lookup").and_then(|name| {
        let found = lookups.iter().find(|(known, _)| *known == name);
        if found.is_none() {
            let known: Vec<&str> = lookups.iter().map(|(name, _)| name.as_str()).collect();
            let next = format!("add [lookups.{name}]; {}", suggestion(&name, known));
            table.error("lookup", format!("there is no table {name}"), next);
        }
        found.map(|(_, lookup)| Arc::clone(lookup))
    });
    Answer {
        lookup,
        to: read_match(table),
        contents: read_contents(table),
        tool_calls,
        refusal: table.text("refusal"),
        finish: table.text("finish").map(|word| match word.as_str() {
            "length" => FinishReason::Length,
            "content_filter" => FinishReason::ContentFilter,
            _ => FinishReason::Stop,
        }),
        wrong,
        wrong_content,
        usage: table.table("usage").map(|usage| read_usage(&usage)).unwrap_or_default(),
        latency: read_latency(table),
    }
}

/// The texts with their weights, or the one content.
fn read_contents(table: &Table<'_>) -> Vec<(f64, Content)> {
    let texts = table.texts("texts");
    let weights = read_weights(table, texts.len());
    if texts.is_empty() {
        let only = content(table, "text").or_else(|| content(table, "json"));
        return only.into_iter().map(|content| (1.0, content)).collect();
    }
    for text in &texts {
        check_template(table, "texts", text);
    }
    weights.into_iter().zip(texts.into_iter().map(Content::Text)).collect()
}

/// One weight for each text; all equal where the script does not say.
fn read_weights(table: &Table<'_>, n_texts: usize) -> Vec<f64> {
    let Some(value) = table.json("weights") else {
        return vec![1.0; n_texts];
    };
    let weights: Option<Vec<f64>> =
        value.as_array().and_then(|items| items.iter().map(Value::as_f64).collect());
    match weights {
        Some(weights)
            if weights.len() == n_texts
                && weights.iter().all(|weight| *weight >= 0.0)
                && weights.iter().sum::<f64>() > 0.0 =>
        {
            weights
        }
        _ => {
            let message = format!("{n_texts} numbers are needed here, none below 0, not all 0");
            table.error("weights", message, "write one weight for each of the texts");
            vec![1.0; n_texts]
        }
    }
}

/// A text, or JSON, as a template.
fn content(table: &Table<'_>, name: &str) -> Option<Content> {
    if name.ends_with("json") {
        let json = table.json(name)?;
        check_json(table, name, &json);
        return Some(Content::Json(json));
    }
    let text = table.text(name)?;
    check_template(table, name, &text);
    Some(Content::Text(text))
}

fn check_json(table: &Table<'_>, name: &str, json: &Value) {
    match json {
        Value::String(text) => check_template(table, name, text),
        Value::Array(items) => items.iter().for_each(|item| check_json(table, name, item)),
        Value::Object(fields) => fields.values().for_each(|item| check_json(table, name, item)),
        _ => {}
    }
}

fn check_template(table: &Table<'_>, name: &str, text: &str) {
    for unknown in template::unknown_names(text) {
        let next = suggestion(unknown, template::NAMES.iter().copied());
        table.error(name, format!("nothing is known for {{{{ {unknown} }}}}"), next);
    }
}

fn read_tool_call(table: &Table<'_>) -> (String, Value) {
    table.check(&[fields::TOOL_CALL]);
    let arguments = Value::Object(table.map("arguments"));
    check_json(table, "arguments", &arguments);
    (table.text("name").unwrap_or_default(), arguments)
}

fn read_usage(table: &Table<'_>) -> Usage {
    table.check(&[fields::USAGE]);
    Usage {
        input_tokens: table.integer("input_tokens"),
        cached_input_tokens: table.integer("cached_input_tokens"),
        cache_write_tokens: table.integer("cache_write_tokens"),
        output_tokens: table.integer("output_tokens"),
        reasoning_tokens: table.integer("reasoning_tokens"),
    }
}

fn read_drift(table: &Table<'_>) -> Drift {
    table.check(&[fields::DRIFT]);
    Drift {
        model: table.text("model").map(|name| Name::read(&name)),
        after: table.integer("after").unwrap_or(0),
        wrong: probability(table, "wrong").unwrap_or(0.0),
    }
}

fn read_limits(table: &Table<'_>) -> Limits {
    table.check(&[fields::LIMITS]);
    let positive = |name: &str| {
        let number = table.number(name)?;
        if number <= 0.0 {
            table.error(name, "this must be above 0", "raise it, or leave it out for no limit");
        }
        Some(number)
    };
    let per_second = positive("requests_per_second");
    let burst = positive("burst");
    if burst.is_some() && per_second.is_none() {
        table.error("burst", "a burst needs a rate", "add requests_per_second = …");
    }
    let rate = per_second
        .map(|per_second| Rate { per_second, burst: burst.unwrap_or(per_second).max(1.0) });
    let concurrency = at_least_one(table, "concurrency").map(|count| count as usize);
    Limits { rate, concurrency }
}

fn probability(table: &Table<'_>, name: &str) -> Option<f64> {
    let number = table.number(name)?;
    if !(0.0..=1.0).contains(&number) {
        table.error(name, "a probability lies between 0 and 1", "write 0.1 for one in ten");
    }
    Some(number)
}

fn at_least_one(table: &Table<'_>, name: &str) -> Option<u64> {
    let count = table.integer(name)?;
    if count == 0 {
        table.error(name, "this must be at least 1", "raise it, or leave it out");
    }
    Some(count.max(1))
}

fn duration_or(table: &Table<'_>, name: &str, usual: Duration) -> Duration {
    table.duration(name).unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::super::script::{FaultKind, Trigger};
    use super::*;

    fn problems(text: &str) -> Vec<(Option<usize>, String, String)> {
        let problems = script(text).unwrap_err();
        problems.into_iter().map(|one| (one.line, one.message, one.next)).collect()
    }

    #[test]
    fn an_empty_script_is_the_default() {
        let read = script("").unwrap();
        assert!(read.answers.is_empty() && read.faults.is_empty());
        assert_eq!(read.pace, Pace::default());
    }

    #[test]
    fn everything_that_a_script_can_say_is_read() {
        let read = script(
            r#"
seed = 3
latency = { p50 = "40ms", p95 = "200ms" }
first_chunk = "100ms"
chunk_delay = "10ms"
tokens_per_chunk = 2

[[answer]]
model = "good*"
contains = "Invoice"
json = { queue = "billing", echo = "{{ last_user }}" }
wrong = 0.1
wrong_json = { queue = "sales" }
usage = { input_tokens = 100, cached_input_tokens = 50 }
latency = "1s"

[[answer]]
texts = ["a", "b"]
weights = [0.8, 0.2]

[[answer]]
after_tool = false
tool_calls = [{ name = "find", arguments = { id = 3 } }]

[[fault]]
model = "bad"
kind = "status"
status = 503
retry_after = "2s"
every = 10

[[fault]]
kind = "cut"
chunks = 3
after = 100
first = 5

[limits]
requests_per_second = 0.5
concurrency = 4

[keys]
accept = ["sk-test"]

[models]
known = ["good*", "bad"]

[[drift]]
after = 500
wrong = 0.2
"#,
        )
        .unwrap();
        assert_eq!(read.answers.len(), 3);
        assert!(read.answers[0].to.user[0].is_match("the INVOICE of may"));
        assert_eq!(read.answers[0].latency, Some(Latency::Fixed(Duration::from_secs(1))));
        assert_eq!(read.answers[1].contents[1], (0.2, Content::Text("b".into())));
        assert_eq!(read.answers[2].tool_calls[0].0, "find");
        assert_eq!(read.faults[0].trigger, Trigger::Every(10));
        assert_eq!(read.faults[1].kind, FaultKind::Cut { chunks: Some(3) });
        assert_eq!((read.faults[1].after, &read.faults[1].trigger), (100, &Trigger::First(5)));
        assert_eq!(read.limits.rate, Some(Rate { per_second: 0.5, burst: 1.0 }));
        assert_eq!(read.models.unwrap()[0], Name::StartsWith("good".into()));
        assert_eq!(read.drifts[0].after, 500);
    }

    #[test]
    fn all_problems_come_at_once_with_their_lines_and_the_next_step() {
        let found = problems(
            "sed = 1\n[[answer]]\ncontians = \"x\"\ntext = \"{{ lastuser }}\"\nwrong = 2\n[[fault]]\nkind = \"hagn\"\n",
        );
        let lines: Vec<_> = found.iter().map(|(line, ..)| line.unwrap()).collect();
        assert_eq!(lines, [1, 3, 4, 5, 5, 7]);
        assert_eq!(found[0].1, "sed: this field is not known here");
        assert_eq!(found[0].2, "did you mean `seed`?");
        assert_eq!(found[1].1, "answer 1.contians: this field is not known here");
        assert_eq!(found[1].2, "did you mean `contains`?");
        assert_eq!(found[2].2, "did you mean `last_user`?");
        assert_eq!(found[5].2, "did you mean `hang`?");
    }

    #[test]
    fn an_answer_that_says_nothing_or_two_things_is_refused_where_it_stands() {
        let found = problems("[[answer]]\nmodel = \"m\"\n[[answer]]\ntext = \"a\"\njson = {}\n");
        assert_eq!(found[0].0, Some(1));
        assert_eq!(found[0].1, "answer 1: this answer says nothing");
        assert_eq!(found[1].0, Some(5));
        assert!(found[1].1.contains("text and json cannot stand together"), "{}", found[1].1);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for (text, words) in [
            ("tokens_per_chunk = 0", "at least 1"),
            ("latency = \"fast\"", "no length of time"),
            ("latency = { p50 = \"2s\", p95 = \"1s\" }", "p95 at least p50"),
            ("[[answer]]\ntexts = [\"a\"]\nweights = [1, 2]", "1 numbers are needed"),
            ("[[answer]]\ntext = \"a\"\nwrong = 0.5", "what the wrong answer is"),
            ("[[answer]]\ntext = \"a\"\nregex = \"(\"", "cannot be read"),
            ("[limits]\nrequests_per_second = -1", "above 0"),
            ("[[fault]]\nkind = \"status\"", "status"),
            ("[[fault]]\nkind = \"status\"\nstatus = 99", "between 200 and 599"),
            ("[[fault]]\nkind = \"hang\"\nstatus = 500", "not known here"),
            ("[[fault]]\nkind = \"hang\"\nevery = 2\nfirst = 3", "cannot stand together"),
            ("[[fault]]\nkind = \"hang\"\nnth = [0]", "counted from 1"),
            ("answer = 3", "answer"),
            ("[[answer]\n", "not valid TOML"),
        ] {
            let found = problems(text);
            assert!(
                found.iter().any(|(_, message, _)| message.contains(words)),
                "{text}: {found:?}"
            );
        }
    }
}
