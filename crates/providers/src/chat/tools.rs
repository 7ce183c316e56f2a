//! Pure. Tools and the choice among them, read from JSON in any dialect's shape.

use serde_json::{Value, json};

use super::json::text_of;
use super::{FunctionTool, Tool, ToolChoice};

impl Tool {
    /// Reads a tool in the neutral shape `{name, description, parameters}` or in any dialect's; never fails.
    ///
    /// What is not recognised as a function is kept as a tool of the provider.
    pub fn from_json(value: &Value) -> Self {
        read_function(value).map_or_else(|| Self::Native(value.clone()), Self::Function)
    }
}

fn read_function(value: &Value) -> Option<FunctionTool> {
    let schema = |value: &Value| {
        let schema = value.get("parameters").or_else(|| value.get("input_schema"));
        schema.filter(|schema| schema.is_object()).cloned()
    };
    let (function, parameters) = match value.get("type").and_then(Value::as_str) {
        Some("function") => {
            let function = value.get("function").unwrap_or(value);
            let parameters =
                schema(function).unwrap_or_else(|| json!({"type": "object", "properties": {}}));
            (function, parameters)
        }
        None | Some("custom") => (value, schema(value)?),
        Some(_) => return None,
    };
    let function = function.as_object()?;
    Some(FunctionTool {
        name: text_of(function, "name")?,
        description: text_of(function, "description"),
        parameters,
        strict: function.get("strict").and_then(Value::as_bool),
    })
}

impl ToolChoice {
    /// Reads a choice in any dialect's shape; `None` for one that is not known.
    pub fn from_json(value: &Value) -> Option<Self> {
        let word = value.as_str().or_else(|| value.get("type")?.as_str())?;
        match word {
            "auto" => Some(Self::Auto),
            "none" => Some(Self::None),
            "required" | "any" => Some(Self::Required),
            "function" | "tool" => {
                let name = value.get("name").or_else(|| value.get("function")?.get("name"))?;
                Some(Self::Named(name.as_str()?.to_owned()))
            }
            _ => None,
        }
    }
}
