//! Pure. From the neutral request to the request of a dialect; each dialect's own part is in its folder.

use serde_json::{Map, Value};

use crate::chat::ChatRequest;
use crate::dialect::Dialect;
use crate::http::HttpRequest;
use crate::{anthropic, openai_chat, openai_responses};

/// Writes the request as the dialect wants it, without the key.
pub fn encode(dialect: Dialect, request: &ChatRequest) -> HttpRequest {
    match dialect {
        Dialect::OpenAiChat => openai_chat::encode::encode(request),
        Dialect::OpenAiResponses => openai_responses::encode::encode(request),
        Dialect::Anthropic => anthropic::encode::encode(request),
    }
}

/// The body while it is built: the fields that the request owns win over parameters of the same name.
pub(crate) struct Body {
    pub(crate) fields: Map<String, Value>,
    pub(crate) dropped: Vec<String>,
}

impl Body {
    pub(crate) fn new(model: &str, conversation: &str, messages: Value) -> Self {
        let mut fields = Map::new();
        fields.insert("model".to_owned(), model.into());
        fields.insert(conversation.to_owned(), messages);
        Self { fields, dropped: Vec::new() }
    }

    /// Sets a field, whatever was there.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// Sets a field that a parameter names, unless the request has set it.
    pub(crate) fn offer(&mut self, name: &str, value: &Value) {
        if !self.fields.contains_key(name) {
            self.set(name, value.clone());
        }
    }

    /// Sets a field inside an object, making the object when it is missing.
    pub(crate) fn set_inside(&mut self, object: &str, name: &str, value: impl Into<Value>) {
        let outer =
            self.fields.entry(object.to_owned()).or_insert_with(|| Value::Object(Map::new()));
        if let Some(fields) = outer.as_object_mut() {
            fields.insert(name.to_owned(), value.into());
        }
    }

    /// Adds what an object holds beside the fields that are there already.
    pub(crate) fn merge(&mut self, name: &str, value: &Value) {
        let Some(fields) = self.fields.get_mut(name).and_then(Value::as_object_mut) else {
            return self.offer(name, value);
        };
        for (field, inner) in value.as_object().into_iter().flatten() {
            fields.entry(field.clone()).or_insert_with(|| inner.clone());
        }
    }

    pub(crate) fn drop(&mut self, name: &str) {
        self.dropped.push(name.to_owned());
    }

    pub(crate) fn into_request(self, dialect: Dialect) -> HttpRequest {
        let mut request =
            crate::http::json_request(dialect.chat_path(), &Value::Object(self.fields));
        request.dropped = self.dropped;
        request
    }
}

/// Whether a value of `thinking` is Anthropic's; some servers of `OpenAI`'s dialect have a parameter of that name too.
pub(crate) fn is_anthropic_thinking(value: &Value) -> bool {
    value.get("budget_tokens").is_some()
        || value.get("type").and_then(Value::as_str) == Some("adaptive")
}
