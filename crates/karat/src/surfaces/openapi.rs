//! Pure. The description of HTTP for programs that make clients: `OpenAPI` 3.1 from the table of operations.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::http::session::{Enter, Me};
use super::problem::{KINDS, Problem};
use crate::operations::{Access, Operation};

const DESCRIPTION: &str = "Everything that Karat can do. Each operation takes and answers one JSON object. \
With `Accept: text/event-stream` the same call answers with events: `before` and `progress` of a run, `part`, \
and last `result` or `problem`, whose data is what the call would have answered. \
Errors are problem details (RFC 9457) with `next`, what to do about it.";

/// Statuses that any operation may answer with beside 200.
const STATUSES: [u16; 11] = [400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500];

/// Two different schemas that want the same name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "two different schemas are called {name}, one of them in {place}\n  next: give one another name with #[schemars(rename = \"…\")]"
)]
pub struct Clash {
    /// The name.
    pub name: String,
    /// The operation that brought the second one.
    pub place: String,
}

/// The whole description.
pub fn openapi(table: &[Operation]) -> Result<Value, Clash> {
    let mut schemas = Schemas::default();
    let mut paths = Map::new();
    for operation in table {
        let input = schemas.add((operation.input)(), operation.name, true)?;
        let output = schemas.add((operation.output)(), operation.name, false)?;
        paths.insert(
            format!("/api/v1/{}", operation.name),
            json!({ "post": described(operation, &input, &output) }),
        );
    }
    let problem = schemas.add(schemars::schema_for!(Problem).to_value(), "problems", false)?;
    let me = schemas.add(schemars::schema_for!(Me).to_value(), "/session", false)?;
    let enter = schemas.add(schemars::schema_for!(Enter).to_value(), "/session", true)?;
    paths.insert("/session".into(), session(&me, &enter));
    paths.insert("/healthz".into(), health());
    let responses: Map<String, Value> = KINDS
        .into_iter()
        .map(|(status, _, title)| {
            let content = json!({ "application/problem+json": { "schema": problem } });
            (status.to_string(), json!({ "description": title, "content": content }))
        })
        .map(|(status, response)| (response_name(&status), response))
        .collect();
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Karat",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "session": [], "csrf": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.all,
            "responses": responses,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "`karat_…` of `karat token create`, or KARAT_ADMIN_KEY" },
                "session": { "type": "apiKey", "in": "cookie", "name": "karat_session_7878", "description": "set by POST /session; the name ends with the port" },
                "csrf": { "type": "apiKey", "in": "header", "name": "x-karat-csrf", "description": "the `csrf` of GET /session" }
            }
        }
    }))
}

fn described(operation: &Operation, input: &Value, output: &Value) -> Value {
    let is_write = operation.access == Access::Write;
    let role = operation.scope.role().word();
    let mut described = json!({
        "operationId": operation.name,
        "summary": operation.summary,
        "description": format!("For {role} and above. {}", if is_write { "It writes files or facts, or costs money." } else { "It only looks." }),
        "tags": [operation.name.split('.').next()],
        "x-role": role,
        "x-access": if is_write { "write" } else { "read" },
        "requestBody": { "required": true, "content": { "application/json": { "schema": input } } },
        "responses": responses(&STATUSES, json!({
            "description": "Done",
            "content": {
                "application/json": { "schema": output },
                "text/event-stream": { "schema": { "type": "string" } }
            }
        }))
    });
    if is_write {
        described["parameters"] = json!([{
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "The same key with the same body does the write once and gives the first answer again.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" }
        }]);
    }
    described
}

fn responses(statuses: &[u16], done: Value) -> Value {
    let mut responses = Map::new();
    responses.insert("200".into(), done);
    for status in statuses {
        let name = response_name(&status.to_string());
        responses.insert(
            status.to_string(),
            json!({ "$ref": format!("#/components/responses/{name}") }),
        );
    }
    Value::Object(responses)
}

fn response_name(status: &str) -> String {
    format!("Problem{status}")
}

fn session(me: &Value, enter: &Value) -> Value {
    let shown = json!({ "description": "Who is here", "content": { "application/json": { "schema": me } } });
    let mut closed = responses(&[403, 500], Value::Null);
    if let Some(closed) = closed.as_object_mut() {
        closed.shift_remove("200");
        closed.insert("204".into(), json!({ "description": "Signed out" }));
    }
    json!({
        "post": {
            "operationId": "session.open",
            "summary": "Sign in with a one-time link or an invite",
            "tags": ["session"],
            "security": [],
            "requestBody": { "required": true, "content": { "application/json": { "schema": enter } } },
            "responses": responses(&[400, 401, 403, 408, 409, 413, 415, 429, 500], shown.clone())
        },
        "get": {
            "operationId": "session.show",
            "summary": "Who is here",
            "tags": ["session"],
            "responses": responses(&[401, 403, 500], shown)
        },
        "delete": {
            "operationId": "session.close",
            "summary": "Sign out; whoever is signed out already stays so",
            "tags": ["session"],
            "security": [{}, { "session": [], "csrf": [] }],
            "responses": closed
        }
    })
}

fn health() -> Value {
    json!({
        "get": {
            "operationId": "health",
            "summary": "Whether the server answers",
            "tags": ["session"],
            "security": [],
            "responses": { "200": { "description": "It does", "content": { "text/plain": { "schema": { "type": "string" } } } } }
        }
    })
}

/// Schemas by name.
#[derive(Default)]
struct Schemas {
    all: BTreeMap<String, Value>,
    /// The names under which inputs stand, where an output of that name differs.
    is_input: BTreeMap<String, bool>,
}

impl Schemas {
    /// Adds a schema with everything that it refers to, and answers with a reference to it.
    fn add(&mut self, mut schema: Value, place: &str, is_input: bool) -> Result<Value, Clash> {
        let mut definitions = BTreeMap::new();
        let Some(root) = schema.as_object_mut() else { return Ok(schema) };
        root.shift_remove("$schema");
        if let Some(Value::Object(inner)) = root.shift_remove("$defs") {
            definitions.extend(inner);
        }
        // A type has a title where it stands alone and none where others refer to it.
        let title = root.shift_remove("title");
        let title = title.as_ref().and_then(Value::as_str).unwrap_or(place).to_owned();
        definitions.insert(title.clone(), schema);
        let names = self.names(&definitions, is_input);
        let root = names.get(&title).cloned().unwrap_or(title);
        for (name, mut schema) in definitions {
            tidy(&mut schema, &names);
            let name = names.get(&name).cloned().unwrap_or(name);
            match self.all.get(&name) {
                Some(known) if *known != schema => {
                    return Err(Clash { name, place: place.to_owned() });
                }
                Some(_) => {}
                None => {
                    self.is_input.insert(name.clone(), is_input);
                    self.all.insert(name, schema);
                }
            }
        }
        Ok(json!({ "$ref": format!("#/components/schemas/{root}") }))
    }

    /// New names of those that differ from what the other direction calls so: what must be said and what is always
    /// answered are not the same for one type.
    fn names(
        &self,
        definitions: &BTreeMap<String, Value>,
        is_input: bool,
    ) -> BTreeMap<String, String> {
        let plain = BTreeMap::new();
        let suffix = if is_input { "Input" } else { "Output" };
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        // A type that refers to a renamed one is another type as well, so this goes on until nothing changes.
        loop {
            let mut has_changed = false;
            for (name, schema) in definitions {
                if names.contains_key(name) || self.is_input.get(name) != Some(&!is_input) {
                    continue;
                }
                let mut tidied = schema.clone();
                tidy(&mut tidied, if names.is_empty() { &plain } else { &names });
                if self.all.get(name) != Some(&tidied) {
                    names.insert(name.clone(), format!("{name}{suffix}"));
                    has_changed = true;
                }
            }
            if !has_changed {
                return names;
            }
        }
    }
}

/// References point to the components, and schemas that allow everything are written as objects.
fn tidy(schema: &mut Value, names: &BTreeMap<String, String>) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| tidy(item, names)),
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(name) = reference.strip_prefix("#/$defs/")
            {
                let name = names.get(name).map_or(name, String::as_str);
                *reference = format!("#/components/schemas/{name}");
            }
            for (key, value) in object.iter_mut() {
                match (key.as_str(), value) {
                    // Names of fields, which may be called like a keyword.
                    ("properties" | "patternProperties", Value::Object(fields)) => {
                        for (_, field) in fields.iter_mut() {
                            open(field);
                            tidy(field, names);
                        }
                    }
                    ("default" | "const" | "enum" | "examples", _) => {}
                    ("items", items) => {
                        open(items);
                        tidy(items, names);
                    }
                    (_, value) => tidy(value, names),
                }
            }
        }
        _ => {}
    }
}

fn open(schema: &mut Value) {
    if *schema == Value::Bool(true) {
        *schema = json!({});
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(title: &str, inner: Value) -> Value {
        json!({
            "$schema": "x", "title": title, "type": "object",
            "properties": { "inner": { "$ref": "#/$defs/Inner" }, "any": true, "examples": { "$ref": "#/$defs/Inner" } },
            "$defs": { "Inner": inner }
        })
    }

    #[test]
    fn schemas_are_hoisted_once_and_references_follow() {
        let mut schemas = Schemas::default();
        let one = schemas.add(schema("One", json!({ "type": "string" })), "a.b", true).unwrap();
        assert_eq!(one["$ref"], "#/components/schemas/One");
        schemas.add(schema("Two", json!({ "type": "string" })), "a.c", false).unwrap();
        assert_eq!(schemas.all.keys().collect::<Vec<_>>(), ["Inner", "One", "Two"]);
        let properties = &schemas.all["One"]["properties"];
        assert_eq!(properties["inner"]["$ref"], "#/components/schemas/Inner");
        assert_eq!(properties["examples"], properties["inner"], "a field may be called so");
        assert_eq!(properties["any"], json!({}));
    }

    #[test]
    fn the_same_name_for_two_schemas_is_noticed() {
        let mut schemas = Schemas::default();
        schemas.add(schema("One", json!({ "type": "string" })), "a.b", false).unwrap();
        let clash = schemas.add(schema("Two", json!({ "type": "number" })), "a.c", false);
        assert_eq!(clash, Err(Clash { name: "Inner".into(), place: "a.c".into() }));
    }

    #[test]
    fn one_type_that_is_said_and_answered_differently_has_two_names() {
        let mut schemas = Schemas::default();
        let said = json!({ "type": "object" });
        let answered = json!({ "type": "object", "required": ["a"] });
        schemas.add(schema("One", said), "a.b", true).unwrap();
        let root = schemas.add(schema("One", answered), "a.c", false).unwrap();
        assert_eq!(root["$ref"], "#/components/schemas/OneOutput");
        assert_eq!(
            schemas.all["OneOutput"]["properties"]["inner"]["$ref"],
            "#/components/schemas/InnerOutput"
        );
        assert_eq!(schemas.all["One"]["properties"]["inner"]["$ref"], "#/components/schemas/Inner");
    }
}
