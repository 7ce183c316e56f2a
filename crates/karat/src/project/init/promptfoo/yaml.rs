//! Pure. YAML or JSON as one tree: merge keys applied, `$ref` followed inside the file, cycles refused.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_norway::Value as Yaml;

/// Deeper than any config that a person wrote.
const MOST_LEVELS: usize = 64;

/// A config grows by aliases and references; beyond this it is an attack or a mistake.
const MOST_NODES: usize = 2_000_000;

/// The tree, or what is wrong with the line and the next step.
pub fn parse(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut yaml = read(text)?;
    yaml.apply_merge().map_err(|error| {
        format!("a merge key (<<) cannot be applied: {error}\n  next: write its fields out")
    })?;
    let mut n_nodes = 0;
    let tree = json(yaml, 0, &mut n_nodes)?;
    let root = tree.clone();
    n_nodes = 0;
    resolve(tree, &root, &mut Vec::new(), &mut n_nodes)
}

fn read(text: &str) -> Result<Yaml, String> {
    let mut documents = serde_norway::Deserializer::from_str(text);
    let Some(first) = documents.next() else { return Ok(Yaml::Null) };
    let yaml = Yaml::deserialize(first).map_err(|error| {
        let line = error.location().map(|place| format!(":{}", place.line())).unwrap_or_default();
        format!("not valid YAML{line}: {error}\n  next: correct the syntax there; texts with : or {{ stand in quotes")
    })?;
    Ok(yaml)
}

fn json(yaml: Yaml, level: usize, n_nodes: &mut usize) -> Result<Value, String> {
    *n_nodes += 1;
    if level > MOST_LEVELS || *n_nodes > MOST_NODES {
        return Err("it is nested too deeply, or refers to itself\n  next: write it flat".into());
    }
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => {
            let whole =
                number.as_i64().map(Value::from).or_else(|| number.as_u64().map(Value::from));
            whole.or_else(|| number.as_f64().map(Value::from)).unwrap_or(Value::Null)
        }
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(values) => Value::Array(
            values
                .into_iter()
                .map(|value| json(value, level + 1, n_nodes))
                .collect::<Result<_, _>>()?,
        ),
        Yaml::Mapping(map) => {
            let mut fields = Map::new();
            for (key, value) in map {
                let key = match key {
                    Yaml::String(text) => text,
                    other => json(other, level + 1, n_nodes)?.to_string(),
                };
                fields.insert(key, json(value, level + 1, n_nodes)?);
            }
            Value::Object(fields)
        }
        Yaml::Tagged(tagged) => json(tagged.value, level + 1, n_nodes)?,
    })
}

/// Follows `$ref: "#/a/b"`, as promptfoo does for assertion templates.
fn resolve(
    value: Value,
    root: &Value,
    open: &mut Vec<String>,
    n_nodes: &mut usize,
) -> Result<Value, String> {
    *n_nodes += 1;
    if *n_nodes > MOST_NODES {
        return Err("its references unfold without end\n  next: write them out".into());
    }
    match value {
        Value::Array(values) => values
            .into_iter()
            .map(|value| resolve(value, root, open, n_nodes))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        Value::Object(mut map) => {
            let target = map.get("$ref").and_then(Value::as_str).filter(|to| to.starts_with("#/"));
            let Some(target) = target.map(str::to_owned) else {
                for inner in map.values_mut() {
                    *inner = resolve(inner.take(), root, open, n_nodes)?;
                }
                return Ok(Value::Object(map));
            };
            if open.contains(&target) {
                return Err(format!(
                    "{target} refers to itself\n  next: remove one $ref of {}",
                    open.join(" → ")
                ));
            }
            let found = root.pointer(&target[1..]).cloned().ok_or_else(|| {
                format!("$ref names {target}, and there is none\n  next: correct the reference")
            })?;
            open.push(target);
            let mut found = resolve(found, root, open, n_nodes)?;
            open.pop();
            map.remove("$ref");
            if let Value::Object(fields) = &mut found {
                fields.extend(map);
            }
            Ok(found)
        }
        plain => Ok(plain),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn merge_keys_anchors_and_references_are_followed() {
        let tree = parse("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\nc:\n  $ref: '#/a'\n  z: 3\n1: one\n")
            .unwrap();
        assert_eq!(tree["b"], json!({"x": 1, "y": 2}));
        assert_eq!(tree["c"], json!({"x": 1, "z": 3}));
        assert_eq!(tree["1"], "one");
    }

    #[test]
    fn broken_and_cyclic_files_are_errors_with_a_next_step() {
        let deep = format!("{}1", "- ".repeat(300));
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n";
        for text in [
            "a: [1",
            "a: 'x\n",
            "\t- a",
            "a: {$ref: '#/b'}\nb: {$ref: '#/a'}",
            "a: {$ref: '#/nowhere'}",
            "a: &a [*a]",
            "a: *missing",
            &deep,
            bomb,
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains("\n  next: "), "{text:.40}: {error}");
        }
        assert_eq!(parse(""), Ok(Value::Null));
        assert_eq!(parse("# only a comment\n"), Ok(Value::Null));
    }
}
