//! Pure apart from the files that a config names. Tests as they stand there, not yet understood.

use serde_json::{Map, Value};

use super::super::plan::{Notes, shorten};
use super::beside::{Beside, path_of};
use super::{csv_tests, yaml};

type Refused = (String, &'static str);

/// Tests as they stand in the config or in the files that it names.
pub fn load(
    value: Option<&Value>,
    beside: &dyn Beside,
    notes: &mut Notes,
    raw: &mut Vec<Map<String, Value>>,
) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) => {
            for test in list {
                load(Some(test), beside, notes, raw);
            }
        }
        Some(Value::Object(map)) if map.contains_key("path") && !map.contains_key("vars") => {
            load(map.get("path"), beside, notes, raw);
        }
        Some(Value::Object(map)) => raw.push(map.clone()),
        Some(Value::String(text)) if text.starts_with("http") => notes.add(
            format!("tests {text}"),
            "it lies elsewhere, and nothing is fetched",
            "download it as CSV and name that file",
        ),
        Some(Value::String(text)) if text.starts_with("huggingface:") => notes.add(
            format!("tests {text}"),
            "it lies elsewhere, and nothing is fetched",
            "download it as JSONL and name that file",
        ),
        Some(Value::String(text)) => {
            let pattern = path_of(text).unwrap_or(text);
            let paths =
                if pattern.contains('*') { beside.list(pattern) } else { vec![pattern.to_owned()] };
            if paths.is_empty() {
                notes.add(format!("tests {pattern}"), "no file matches", "correct the pattern");
            }
            for path in paths {
                if let Err((reason, next)) = load_file(&path, beside, raw) {
                    notes.add(format!("tests {path}"), reason, next);
                }
            }
        }
        Some(other) => notes.add(
            format!("test {}", shorten(&other.to_string(), 40)),
            "it is no test",
            "write it as a case",
        ),
    }
}

fn load_file(
    path: &str,
    beside: &dyn Beside,
    raw: &mut Vec<Map<String, Value>>,
) -> Result<(), Refused> {
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    if ending.starts_with("py")
        || matches!(ending.as_str(), "js" | "mjs" | "cjs" | "ts")
        || ending.starts_with("py:")
    {
        return Err((
            "it is a program that makes tests".into(),
            "run it once and save what it makes as JSONL",
        ));
    }
    if matches!(ending.as_str(), "xlsx" | "xls") {
        return Err(("it is a workbook".into(), "save the sheet as CSV"));
    }
    let text = beside.text(path).map_err(|reason| (reason, "correct the path"))?;
    let tree = match ending.as_str() {
        "csv" => {
            raw.extend(csv_tests::read(&text).map_err(|reason| (reason, "correct the file"))?);
            return Ok(());
        }
        "jsonl" => text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .enumerate()
            .map(|(index, line)| {
                serde_json::from_str(line).map_err(|error| {
                    (format!("line {} is no JSON: {error}", index + 1), "correct the line")
                })
            })
            .collect::<Result<Vec<Value>, Refused>>()
            .map(Value::Array)?,
        _ => yaml::parse(&text).map_err(|reason| (reason, "correct the file"))?,
    };
    match tree {
        // A file that names further files would have no end.
        Value::Array(list) => {
            for test in list {
                match test {
                    Value::Object(map) => raw.push(map),
                    other => {
                        return Err((
                            format!(
                                "it holds {}, which is no test",
                                shorten(&other.to_string(), 40)
                            ),
                            "write tests into the file",
                        ));
                    }
                }
            }
        }
        Value::Object(map) => raw.push(map),
        _ => return Err(("it holds no tests".into(), "write a list of tests")),
    }
    Ok(())
}

/// Each set of variables of a scenario with each of its tests.
pub fn scenarios(
    value: Option<&Value>,
    beside: &dyn Beside,
    notes: &mut Notes,
    raw: &mut Vec<Map<String, Value>>,
) {
    for scenario in value.and_then(Value::as_array).into_iter().flatten() {
        let (mut sets, mut tests) = (Vec::new(), Vec::new());
        load(scenario.get("config"), beside, notes, &mut sets);
        load(scenario.get("tests"), beside, notes, &mut tests);
        for set in &sets {
            for test in &tests {
                let mut joined = set.clone();
                for (key, value) in test {
                    match (joined.get_mut(key), value) {
                        (Some(Value::Object(mine)), Value::Object(theirs)) => {
                            mine.extend(theirs.clone());
                        }
                        (Some(Value::Array(mine)), Value::Array(theirs)) => {
                            mine.extend(theirs.clone());
                        }
                        _ => {
                            joined.insert(key.clone(), value.clone());
                        }
                    }
                }
                raw.push(joined);
            }
        }
    }
}

/// A table, or the one in the file that is named instead.
pub fn one_table(
    value: &Value,
    what: &str,
    beside: &dyn Beside,
    notes: &mut Notes,
) -> Map<String, Value> {
    match value {
        Value::Object(map) => map.clone(),
        Value::String(text) => match path_of(text) {
            None => Map::new(),
            Some(path) => match beside.text(path).and_then(|text| yaml::parse(&text)) {
                Ok(Value::Object(map)) => map,
                Ok(_) => {
                    notes.add(
                        format!("{what}: {path}"),
                        "it holds no table",
                        "write it into the config",
                    );
                    Map::new()
                }
                Err(reason) => {
                    notes.add(format!("{what}: {path}"), reason, "correct the file or the path");
                    Map::new()
                }
            },
        },
        _ => Map::new(),
    }
}
