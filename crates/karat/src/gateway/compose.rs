//! Pure. A request as the provider gets it: the application's own bytes with what the variant sets, or translated.

use karat_providers::{ChatRequest, Dialect, Message, Role};
use karat_records::Endpoint;
use serde_json::{Map, Value, json};

use super::asked::{Asked, MEMBER};
use super::foreign;

/// What a variant sets beside its prompt, in the words of its provider's dialect.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    dialect: Dialect,
    /// Members that replace the application's.
    set: Vec<(String, String)>,
    /// Members that the dialect needs, where the application has none.
    offer: Vec<(String, String)>,
    settings: ChatRequest,
}

/// What becomes of the application's conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Conversation {
    /// It stays as it is, after these instructions.
    Kept(Option<String>),
    /// The filled prompt stands in its place.
    Replaced(Vec<Message>),
}

/// Members that hold the conversation or how it is sent; they have rules of their own.
const CONVERSATION: [&str; 6] =
    ["messages", "input", "system", "instructions", "stream", "stream_options"];

/// Names of one thing; a request with two of them is refused.
pub const LIMITS: [&str; 3] = ["max_tokens", "max_completion_tokens", "max_output_tokens"];

impl Overlay {
    /// Of a variant's settings, or of a model that the application named itself.
    pub fn new(dialect: Dialect, settings: ChatRequest) -> Self {
        let own = members(dialect, &settings);
        let plain = ChatRequest { model: settings.model.clone(), ..ChatRequest::default() };
        let needed = members(dialect, &plain);
        let (mut set, mut offer) = (Vec::new(), Vec::new());
        for (name, value) in &own {
            let text = (name.clone(), value.to_string());
            match needed.get(name) {
                _ if CONVERSATION.contains(&name.as_str()) => {}
                Some(same) if same == value && name != "model" => offer.push(text),
                _ => set.push(text),
            }
        }
        Self { dialect, set, offer, settings }
    }

    /// Whether the application's bytes can go to the provider as they are.
    ///
    /// Anthropic's API has no structured output of its own: there the schema is a tool, whose call the application never sees.
    pub fn is_native(&self, asked: &Asked) -> bool {
        if asked.endpoint == Endpoint::Embeddings {
            return self.dialect.embeddings_path().is_some();
        }
        let is_tool = self.dialect == Dialect::Anthropic && self.settings.output_schema.is_some();
        asked.dialect() == self.dialect && !is_tool
    }

    /// Whether the variant sets the shape of its answers.
    pub fn is_shaped(&self) -> bool {
        self.settings.output_schema.is_some()
    }

    /// The most tokens of an answer that the variant allows, whatever the application says.
    pub fn limit(&self) -> Option<u64> {
        let is_limit = |name: &String| LIMITS.contains(&name.as_str());
        let (_, value) = self.set.iter().find(|(name, _)| is_limit(name))?;
        value.parse().ok()
    }

    /// How much the variant adds to a request, its prompt aside, in bytes.
    pub fn n_bytes(&self) -> usize {
        let members = self.set.iter().chain(&self.offer);
        members.map(|(name, value)| name.len() + value.len()).sum()
    }

    /// Whether the variant has tools of its own.
    pub fn has_tools(&self) -> bool {
        !self.settings.tools.is_empty()
    }

    /// Whether the variant sets this parameter.
    pub fn sets(&self, name: &str) -> bool {
        self.settings.parameters.contains_key(name)
    }

    /// Whether a complaint of the provider is about something that the variant sets.
    pub fn names(&self, complaint: &str) -> bool {
        self.set.iter().any(|(name, _)| complaint.contains(name.as_str()))
    }

    /// The application's request with everything that the variant sets; all other bytes are the application's.
    pub fn native(&self, asked: &Asked, conversation: &Conversation) -> Vec<u8> {
        let mut changes: Vec<(&str, Option<String>)> = vec![(MEMBER, None)];
        for (name, value) in &self.set {
            if LIMITS.contains(&name.as_str()) {
                changes.extend(
                    LIMITS.iter().filter(|other| *other != name).map(|other| (*other, None)),
                );
            }
            changes.push((name, Some(value.clone())));
        }
        let has_limit = LIMITS.iter().any(|name| asked.body.get(name).is_some());
        for (name, value) in &self.offer {
            let is_there = asked.body.get(name).is_some();
            let is_limited = has_limit && LIMITS.contains(&name.as_str());
            if !is_there && !is_limited {
                changes.push((name, Some(value.clone())));
            }
        }
        match conversation {
            Conversation::Kept(Some(text)) => changes.push(instructed(self.dialect, asked, text)),
            Conversation::Kept(None) => {}
            Conversation::Replaced(messages) => {
                let request = ChatRequest { messages: messages.clone(), ..ChatRequest::default() };
                let mut filled = members(self.dialect, &request);
                for name in ["messages", "input", "system", "instructions"] {
                    let text = filled.shift_remove(name).map(|value| value.to_string());
                    if text.is_some() || asked.body.get(name).is_some() {
                        changes.push((name, text));
                    }
                }
            }
        }
        if wants_usage(self.dialect, asked) {
            changes.push(("stream_options", Some(with_usage(asked))));
        }
        let changes: Vec<(&str, Option<&str>)> =
            changes.iter().map(|(name, value)| (*name, value.as_deref())).collect();
        asked.body.spliced(&changes)
    }

    /// The request in another dialect.
    pub fn translated(
        &self,
        asked: &Asked,
        neutral: ChatRequest,
        conversation: Conversation,
    ) -> Vec<u8> {
        let mut neutral = foreign::in_common_words(asked.dialect(), self.dialect, neutral);
        match conversation {
            Conversation::Kept(Some(text)) => {
                neutral.messages.insert(0, Message::from_text(Role::System, text));
            }
            Conversation::Kept(None) => {}
            Conversation::Replaced(messages) => neutral.messages = messages,
        }
        let settings = &self.settings;
        neutral.model.clone_from(&settings.model);
        if settings.parameters.keys().any(|name| LIMITS.contains(&name.as_str())) {
            neutral.parameters.retain(|name, _| !LIMITS.contains(&name.as_str()));
        }
        neutral.parameters.extend(settings.parameters.clone());
        if settings.output_schema.is_some() {
            neutral.output_schema.clone_from(&settings.output_schema);
        }
        if !settings.tools.is_empty() {
            neutral.tools.clone_from(&settings.tools);
        }
        neutral.stream = asked.streamed;
        karat_providers::encode(self.dialect, &neutral).body
    }
}

/// Whether we have to ask for the count of tokens, because the application did not.
pub fn wants_usage(dialect: Dialect, asked: &Asked) -> bool {
    let is_asked = || {
        let options: Option<Value> =
            asked.body.get("stream_options").and_then(|text| serde_json::from_str(text).ok());
        options.and_then(|options| options.get("include_usage")?.as_bool()).unwrap_or(false)
    };
    dialect == Dialect::OpenAiChat && asked.streamed && !is_asked()
}

fn with_usage(asked: &Asked) -> String {
    let options = asked.body.get("stream_options").and_then(|text| serde_json::from_str(text).ok());
    let mut options: Map<String, Value> = options.unwrap_or_default();
    options.insert("include_usage".into(), json!(true));
    Value::Object(options).to_string()
}

/// The member that holds the instructions, with ours before the application's.
fn instructed(dialect: Dialect, asked: &Asked, text: &str) -> (&'static str, Option<String>) {
    match dialect {
        Dialect::OpenAiChat => {
            let own = json!({"role": "system", "content": text}).to_string();
            let rest = asked.body.get("messages").and_then(|raw| raw.trim().strip_prefix('['));
            let messages = match rest {
                Some(rest) if rest.trim_start().starts_with(']') => format!("[{own}]"),
                Some(rest) => format!("[{own},{rest}"),
                None => format!("[{own}]"),
            };
            ("messages", Some(messages))
        }
        Dialect::OpenAiResponses => {
            let theirs = asked.body.text("instructions").filter(|theirs| !theirs.is_empty());
            let both =
                theirs.map_or_else(|| text.to_owned(), |theirs| format!("{text}\n\n{theirs}"));
            ("instructions", Some(json!(both).to_string()))
        }
        Dialect::Anthropic => {
            let own = json!({"type": "text", "text": text}).to_string();
            let system = match asked.body.get("system").map(str::trim) {
                Some(raw) if raw.starts_with('"') => {
                    format!(r#"[{own},{{"type":"text","text":{raw}}}]"#)
                }
                Some(raw) if raw.starts_with('[') && raw[1..].trim_start() != "]" => {
                    format!("[{own},{}", &raw[1..])
                }
                _ => json!(text).to_string(),
            };
            ("system", Some(system))
        }
    }
}

/// The members of a request as this dialect writes it.
fn members(dialect: Dialect, request: &ChatRequest) -> Map<String, Value> {
    match serde_json::from_slice(&karat_providers::encode(dialect, request).body) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::body::Bytes;

    use super::*;

    fn asked(endpoint: Endpoint, body: &str) -> Asked {
        Asked::read(endpoint, &HeaderMap::new(), Bytes::copy_from_slice(body.as_bytes())).unwrap()
    }

    fn overlay(dialect: Dialect, parameters: Value) -> Overlay {
        let parameters = parameters.as_object().unwrap().clone();
        Overlay::new(
            dialect,
            ChatRequest { model: "mini".into(), parameters, ..ChatRequest::default() },
        )
    }

    fn native(overlay: &Overlay, asked: &Asked, conversation: &Conversation) -> Value {
        serde_json::from_slice(&overlay.native(asked, conversation)).unwrap()
    }

    #[test]
    fn only_what_the_variant_sets_is_changed_in_a_request_of_the_same_dialect() {
        let body = r#"{ "model":"triage",  "messages":[{"role":"user","content":"hi","x":1}], "odd":[1, 2],"temperature":1.0}"#;
        let asked = asked(Endpoint::ChatCompletions, body);
        let overlay = overlay(Dialect::OpenAiChat, json!({"temperature": 0}));
        let sent = String::from_utf8(overlay.native(&asked, &Conversation::Kept(None))).unwrap();
        let wanted =
            body.replace("triage", "mini").replace("\"temperature\":1.0", "\"temperature\":0");
        assert_eq!(sent, wanted);
    }

    #[test]
    fn instructions_come_before_those_of_the_application() {
        let body = r#"{"model":"t","messages":[{"role":"user","content":"hi"}]}"#;
        let kept = Conversation::Kept(Some("Be kind.".into()));
        let chat = asked(Endpoint::ChatCompletions, body);
        let sent = native(&overlay(Dialect::OpenAiChat, json!({})), &chat, &kept);
        assert_eq!(sent["messages"][0], json!({"role":"system","content":"Be kind."}));
        assert_eq!(sent["messages"][1]["content"], "hi");
        let systems = [("\"Mine.\"", 2), (r#"[{"type":"text","text":"Mine."}]"#, 2), ("[]", 0)];
        for (system, n_texts) in systems {
            let body = format!(r#"{{"model":"t","max_tokens":9,"system":{system},"messages":[]}}"#);
            let asked = asked(Endpoint::Messages, &body);
            let sent = native(&overlay(Dialect::Anthropic, json!({})), &asked, &kept);
            assert_eq!(sent["system"].as_array().map_or(0, Vec::len), n_texts, "{sent}");
            assert_eq!(sent["max_tokens"], 9, "what the application set stays");
        }
    }

    #[test]
    fn a_limit_of_tokens_has_one_name_and_anthropic_gets_one_where_there_is_none() {
        let body = r#"{"model":"t","max_tokens":9,"messages":[]}"#;
        let kept = Conversation::Kept(None);
        let own = overlay(Dialect::OpenAiChat, json!({"max_completion_tokens": 50}));
        let sent = native(&own, &asked(Endpoint::ChatCompletions, body), &kept);
        assert_eq!((sent.get("max_tokens"), &sent["max_completion_tokens"]), (None, &json!(50)));
        let bare = asked(Endpoint::Messages, r#"{"model":"t","messages":[]}"#);
        let sent = native(&overlay(Dialect::Anthropic, json!({})), &bare, &kept);
        assert!(sent["max_tokens"].is_u64(), "{sent}");
    }

    #[test]
    fn a_stream_is_asked_for_its_tokens_and_the_applications_options_stay() {
        let body = r#"{"model":"t","stream":true,"stream_options":{"x":1},"messages":[]}"#;
        let asked = asked(Endpoint::ChatCompletions, body);
        let overlay = overlay(Dialect::OpenAiChat, json!({}));
        let sent = native(&overlay, &asked, &Conversation::Kept(None));
        assert_eq!(sent["stream_options"], json!({"x": 1, "include_usage": true}));
    }

    #[test]
    fn a_translated_request_keeps_the_callers_settings_where_the_variant_has_none() {
        let body = r#"{"model":"t","max_tokens":7,"temperature":0.5,"messages":[{"role":"user","content":"hi"}]}"#;
        let asked = asked(Endpoint::ChatCompletions, body);
        let overlay = overlay(Dialect::Anthropic, json!({"temperature": 0}));
        let neutral = asked.neutral().unwrap();
        let sent = overlay.translated(&asked, neutral, Conversation::Kept(Some("Be kind.".into())));
        let sent: Value = serde_json::from_slice(&sent).unwrap();
        assert_eq!(sent["model"], "mini");
        assert_eq!((&sent["max_tokens"], &sent["temperature"]), (&json!(7), &json!(0)));
        assert_eq!(sent["messages"].as_array().unwrap().len(), 1, "{sent}");
        assert!(sent["system"].to_string().contains("Be kind."));
    }
}
