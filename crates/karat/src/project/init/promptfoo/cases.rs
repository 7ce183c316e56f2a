//! Pure. promptfoo's tests as cases with assertions, still apart from scorers.

use serde_json::{Map, Value, json};

use super::super::plan::{Notes, short_kebab};
use super::assertion::{self, Assertion, Options};
use super::beside::{Beside, path_of};
use super::prompts::Taken;
use super::test_files::{load, one_table, scenarios};
use super::{template, yaml};

/// A case, with the assertions that judge it.
#[derive(Debug, Default)]
pub struct Test {
    /// Unique.
    pub id: String,
    /// Named inputs.
    pub input: Map<String, Value>,
    /// The desired output, once a scorer needs one.
    pub expected: Option<Value>,
    /// What else is known.
    pub metadata: Map<String, Value>,
    /// Which scorers look at it, where not all do.
    pub tags: Vec<String>,
    /// What is asserted.
    pub assertions: Vec<Assertion>,
    /// The score that the test needs.
    pub threshold: Option<f64>,
}

impl Test {
    /// The case as one line of the data file.
    pub fn line(&self) -> String {
        let mut row = Map::new();
        row.insert("id".into(), json!(self.id));
        row.insert("input".into(), Value::Object(self.input.clone()));
        row.extend(self.expected.clone().map(|value| ("expected".to_owned(), value)));
        if !self.metadata.is_empty() {
            row.insert("metadata".into(), Value::Object(self.metadata.clone()));
        }
        if !self.tags.is_empty() {
            row.insert("tags".into(), json!(self.tags));
        }
        Value::Object(row).to_string()
    }
}

/// More combinations of lists of variables are a mistake.
const MOST_COMBINATIONS: usize = 1000;

/// More cases than this were not written by people.
const MOST_TESTS: usize = 200_000;

/// Reads `tests` and `scenarios`, with `defaultTest` in each.
/// An error where the config names tests and none of them can be read.
pub fn read(
    config: &Map<String, Value>,
    beside: &dyn Beside,
    notes: &mut Notes,
) -> Result<Vec<Test>, String> {
    let usual = config
        .get("defaultTest")
        .map_or_else(Map::new, |usual| one_table(usual, "defaultTest", beside, notes));
    let mut raw = Vec::new();
    load(config.get("tests"), beside, notes, &mut raw);
    scenarios(config.get("scenarios"), beside, notes, &mut raw);
    if raw.is_empty() {
        if is_named(config) {
            let said = notes.lines().into_iter().filter(|line| line.starts_with("test"));
            let said: Vec<String> = said.map(|line| line.replace("; next:", "\n  next:")).collect();
            return Err(format!("no test can be read\n  {}", said.join("\n  ")));
        }
        notes.add(
            "tests",
            "there are none",
            "write cases into data/cases.jsonl; some forty give a first verdict",
        );
        raw.push(Map::new());
    }
    if raw.len() > MOST_TESTS {
        notes.add(
            format!("{} tests", raw.len() - MOST_TESTS),
            "that many are not taken over at once",
            "split the file",
        );
        raw.truncate(MOST_TESTS);
    }
    let mut seen = std::collections::HashSet::new();
    let mut tests = Vec::new();
    for test in raw {
        for vars in combinations(&test, &usual, beside, notes) {
            let number = tests.len() + 1;
            let described = test.get("description").and_then(Value::as_str).unwrap_or_default();
            let name = short_kebab(described, 40);
            let name = if name.is_empty() { format!("case-{number:03}") } else { name };
            let mut id = name.clone();
            while !seen.insert(id.clone()) {
                id = format!("{name}-{}", if id == name { number } else { seen.len() + 1 });
            }
            tests.push(test_of(id, &test, &usual, vars, beside, notes));
        }
    }
    Ok(tests)
}

/// Whether the config names tests, so that none at all is a mistake.
fn is_named(config: &Map<String, Value>) -> bool {
    match config.get("tests") {
        None | Some(Value::Null) => false,
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    }
}

/// The variables of a test; a list among them makes one case of each of its values.
fn combinations(
    test: &Map<String, Value>,
    usual: &Map<String, Value>,
    beside: &dyn Beside,
    notes: &mut Notes,
) -> Vec<Map<String, Value>> {
    let mut vars = Map::new();
    for source in [usual, test] {
        if let Some(value) = source.get("vars") {
            vars.extend(one_table(value, "vars", beside, notes));
        }
    }
    let is_whole = |map: &Map<String, Value>| {
        map.get("options").is_some_and(|options| options["disableVarExpansion"] == true)
    };
    let is_whole = is_whole(test) || is_whole(usual);
    let mut all = vec![Map::new()];
    for (name, value) in vars {
        let values = match value {
            Value::Array(values) if !is_whole && !values.is_empty() => values,
            one => vec![one],
        };
        if all.len() * values.len() > MOST_COMBINATIONS {
            notes.add(
                format!("variable {name}"),
                "its values with those of the others make too many cases",
                "write the cases out",
            );
            continue;
        }
        let values: Vec<Value> =
            values.into_iter().map(|value| loaded(&name, value, beside, notes)).collect();
        all = all
            .into_iter()
            .flat_map(|map: Map<String, Value>| {
                let name = &name;
                values.iter().map(move |value| {
                    let mut map = map.clone();
                    map.insert(name.clone(), value.clone());
                    map
                })
            })
            .collect();
    }
    all
}

/// A variable that names a file is what is in it.
fn loaded(name: &str, value: Value, beside: &dyn Beside, notes: &mut Notes) -> Value {
    let Some(path) = value.as_str().and_then(path_of) else { return value };
    let what = format!("variable {name}: {path}");
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    if ending.starts_with("js") && ending != "json"
        || ending.starts_with("py")
        || matches!(ending.as_str(), "ts" | "mjs" | "cjs")
    {
        notes.add(
            what,
            "it is a program that makes the value",
            "write the value into data/cases.jsonl",
        );
        return value;
    }
    match beside.text(path) {
        Ok(text) if matches!(ending.as_str(), "json" | "yaml" | "yml") => {
            yaml::parse(&text).unwrap_or(Value::String(text))
        }
        Ok(text) => Value::String(text),
        Err(reason) => {
            notes.add(what, reason, "write the value into data/cases.jsonl");
            value
        }
    }
}

fn test_of(
    id: String,
    test: &Map<String, Value>,
    usual: &Map<String, Value>,
    vars: Map<String, Value>,
    beside: &dyn Beside,
    notes: &mut Notes,
) -> Test {
    let mut metadata = Map::new();
    for source in [usual, test] {
        if let Some(Value::Object(map)) = source.get("metadata") {
            metadata.extend(map.clone());
        }
    }
    if let Some(description) = test.get("description").and_then(Value::as_str) {
        metadata.insert("description".into(), json!(description));
    }
    let mut options = Options::default();
    for (source, is_usual) in [(usual, true), (test, false)] {
        if let Some(Value::Object(map)) = source.get("options") {
            options.read(map, notes);
        }
        for key in source.keys() {
            let is_known = matches!(
                key.as_str(),
                "vars" | "assert" | "description" | "metadata" | "options" | "threshold"
            );
            if !is_known {
                let what =
                    if is_usual { format!("defaultTest.{key}") } else { format!("tests: {key}") };
                notes.add(what, "karat has no such setting of a case", "look whether you need it");
            }
        }
    }
    let mut assertions = Vec::new();
    for source in [usual, test] {
        for raw in source.get("assert").and_then(Value::as_array).into_iter().flatten() {
            assertion::read(raw, &vars, &options, beside, notes, &mut assertions);
        }
    }
    let threshold =
        test.get("threshold").or_else(|| usual.get("threshold")).and_then(Value::as_f64);
    Test { id, input: vars, metadata, assertions, threshold, ..Test::default() }
}

/// Variables that prompts use and cases lack are empty, as in promptfoo; a prompt that cannot be filled in is dropped.
pub fn fill(tests: &mut [Test], prompts: &mut Vec<Taken>, notes: &mut Notes) {
    for prompt in prompts.iter() {
        for (name, _) in prompt.read().variables() {
            let mut n_missing = 0;
            for test in tests.iter_mut().filter(|test| !test.input.contains_key(&name)) {
                test.input.insert(name.clone(), json!(""));
                n_missing += 1;
            }
            if n_missing > 0 {
                let next = if name == "env" {
                    "write the value into the prompt"
                } else {
                    "fill it in, or take it out of the prompt"
                };
                notes.add(
                    format!("variable {name}"),
                    format!(
                        "{n_missing} of {} cases have none; it is empty there, as in promptfoo",
                        tests.len()
                    ),
                    next,
                );
            }
        }
    }
    for test in tests.iter_mut().filter(|test| test.input.is_empty()) {
        test.input.insert("case".into(), json!(test.id));
    }
    // Values may hold templates of their own, which promptfoo fills in.
    for test in tests.iter_mut() {
        let vars = test.input.clone();
        for (name, value) in &mut test.input {
            if value.as_str().is_some_and(template::has_places) {
                match template::fill_value(value, &vars) {
                    Ok(filled) => *value = filled,
                    Err(reason) => notes.add(
                        format!("variable {name}"),
                        format!("its template cannot be filled in: {reason}"),
                        "write the text out",
                    ),
                }
            }
        }
    }
    prompts.retain(|prompt| {
        let read = prompt.read();
        let fails = tests.iter().find_map(|test| read.render(&test.input).err());
        if let Some(reason) = &fails {
            notes.add(
                format!("prompt {}", prompt.name),
                format!("it cannot be filled in: {reason}"),
                "write the template without it, and add a variant",
            );
        }
        fails.is_none()
    });
}
