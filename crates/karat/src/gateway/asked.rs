//! Pure. What an application asks: its own dialect's request, and what it says to Karat beside it.

use std::collections::BTreeMap;

use hyper::HeaderMap;
use hyper::body::Bytes;
use karat_providers::chat::json::messages_to_json;
use karat_providers::{ChatRequest, Dialect};
use karat_records::Endpoint;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::body::Body;

/// One request, read as far as it is acted on.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which address was called.
    pub endpoint: Endpoint,
    /// The request's JSON.
    pub body: Body,
    /// The name in `model`: a feature, a variant of it, or a model.
    pub model: String,
    /// Whether the answer is wanted in pieces.
    pub streamed: bool,
    /// What the application says to Karat.
    pub extras: Extras,
    /// Headers that are meant for the provider.
    pub passed: Vec<(String, String)>,
}

/// What an application says to Karat beside the request: in the member `karat`, or in headers.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Extras {
    /// Inputs of the template.
    pub inputs: Option<Map<String, Value>>,
    /// The conversation that this belongs to.
    pub conversation: Option<String>,
    /// The person whom the answer is for.
    pub user: Option<String>,
    /// Anything by which answers are to be told apart later.
    pub tags: BTreeMap<String, String>,
}

/// The member in which an application speaks to Karat.
pub const MEMBER: &str = "karat";

/// Longest name of a conversation, user or tag.
const LONGEST_NAME: usize = 200;

/// Most tags of one request.
const MOST_TAGS: usize = 32;

/// The dialect that is spoken at an address; embeddings are `OpenAI`'s.
pub fn dialect(endpoint: Endpoint) -> Dialect {
    match endpoint {
        Endpoint::ChatCompletions | Endpoint::Embeddings => Dialect::OpenAiChat,
        Endpoint::Responses => Dialect::OpenAiResponses,
        Endpoint::Messages => Dialect::Anthropic,
    }
}

impl Asked {
    /// Reads a request; the reason why it cannot be one names the place.
    pub fn read(endpoint: Endpoint, headers: &HeaderMap, bytes: Bytes) -> Result<Self, String> {
        let body = Body::read(bytes).map_err(|error| error.to_string())?;
        let model = body
            .text("model")
            .filter(|name| !name.is_empty())
            .ok_or("model: missing; name a feature, or provider/model")?
            .into_owned();
        let streamed = body.flag("stream").unwrap_or(false);
        let mut extras: Extras = match body.get(MEMBER) {
            Some(text) => {
                serde_json::from_str(text).map_err(|error| format!("{MEMBER}: {error}"))?
            }
            None => Extras::default(),
        };
        extras.add_headers(headers)?;
        if extras.user.is_none() {
            extras.user = user_of(endpoint, &body);
        }
        extras.check()?;
        Ok(Self { endpoint, body, model, streamed, extras, passed: passed(headers) })
    }

    /// The dialect in which the application speaks and wants to be answered.
    pub fn dialect(&self) -> Dialect {
        dialect(self.endpoint)
    }

    /// The request without what was said to Karat.
    pub fn bare(&self) -> Vec<u8> {
        self.body.spliced(&[(MEMBER, None)])
    }

    /// The request in nobody's dialect.
    pub fn neutral(&self) -> Result<ChatRequest, String> {
        karat_providers::parse_request(self.dialect(), &self.bare())
            .map_err(|error| error.to_string())
    }

    /// The inputs of a template: those that were given, or the conversation.
    pub fn inputs(&self, neutral: &ChatRequest) -> Map<String, Value> {
        if let Some(inputs) = &self.extras.inputs {
            return inputs.clone();
        }
        let mut inputs = Map::new();
        inputs.insert("message".into(), json!(neutral.last_user_text().unwrap_or_default()));
        inputs.insert("messages".into(), messages_to_json(&neutral.messages));
        inputs
    }
}

impl Extras {
    /// Headers say the same for clients that cannot add a member; the member wins.
    fn add_headers(&mut self, headers: &HeaderMap) -> Result<(), String> {
        let text = |name: &str| -> Result<Option<String>, String> {
            let Some(value) = headers.get(name) else { return Ok(None) };
            let text = value.to_str().map_err(|_| format!("{name}: is not plain text"))?;
            Ok(Some(text.to_owned()))
        };
        if let (None, Some(inputs)) = (&self.inputs, text("x-karat-inputs")?) {
            let read = serde_json::from_str(&inputs);
            self.inputs = Some(read.map_err(|error| format!("x-karat-inputs: {error}"))?);
        }
        if self.conversation.is_none() {
            self.conversation = text("x-karat-conversation")?;
        }
        if self.user.is_none() {
            self.user = text("x-karat-user")?;
        }
        for pair in text("x-karat-tags")?.unwrap_or_default().split(',') {
            let Some((name, value)) = pair.split_once('=') else {
                if pair.trim().is_empty() {
                    continue;
                }
                return Err(format!("x-karat-tags: {pair:?} is not name=value"));
            };
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            self.tags.entry(name).or_insert(value);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        let names = [("conversation", &self.conversation), ("user", &self.user)];
        for (field, name) in names {
            if name.as_ref().is_some_and(|name| name.len() > LONGEST_NAME) {
                return Err(format!("{MEMBER}.{field}: longer than {LONGEST_NAME} bytes"));
            }
        }
        if self.tags.len() > MOST_TAGS {
            return Err(format!("{MEMBER}.tags: more than {MOST_TAGS} tags"));
        }
        let is_long = |text: &String| text.len() > LONGEST_NAME;
        match self.tags.iter().find(|(name, value)| is_long(name) || is_long(value)) {
            Some((name, _)) => Err(format!(
                "{MEMBER}.tags: {:?} is longer than {LONGEST_NAME} bytes",
                name.chars().take(30).collect::<String>()
            )),
            None => Ok(()),
        }
    }
}

/// The person whom the vendor's own field names.
fn user_of(endpoint: Endpoint, body: &Body) -> Option<String> {
    let name = match endpoint {
        Endpoint::Messages => {
            let metadata: Value = serde_json::from_str(body.get("metadata")?).ok()?;
            metadata.get("user_id")?.as_str()?.to_owned()
        }
        _ => body.text("safety_identifier").or_else(|| body.text("user"))?.into_owned(),
    };
    (!name.is_empty() && name.len() <= LONGEST_NAME).then_some(name)
}

/// Headers that vendors define for their own APIs.
fn passed(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_meant = |name: &str| name.starts_with("anthropic-") || name.starts_with("openai-");
    headers
        .iter()
        .filter(|(name, _)| is_meant(name.as_str()))
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(body: &str, headers: &[(&'static str, &'static str)]) -> Result<Asked, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, hyper::header::HeaderValue::from_static(value));
        }
        Asked::read(Endpoint::ChatCompletions, &map, Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn what_is_said_to_karat_comes_in_a_member_or_in_headers_and_the_member_wins() {
        let body =
            r#"{"model":"triage","karat":{"inputs":{"a":1},"user":"u1","tags":{"plan":"pro"}}}"#;
        let both =
            asked(body, &[("x-karat-user", "u2"), ("x-karat-tags", "plan=free, app=web")]).unwrap();
        assert_eq!(both.extras.user.as_deref(), Some("u1"));
        assert_eq!(both.extras.tags["plan"], "pro");
        assert_eq!(both.extras.tags["app"], "web");
        assert_eq!(both.bare(), br#"{"model":"triage"}"#);
        let vendors = asked(r#"{"model":"m","user":"u3","stream":true}"#, &[]).unwrap();
        assert_eq!((vendors.extras.user.as_deref(), vendors.streamed), (Some("u3"), true));
    }

    #[test]
    fn what_cannot_be_a_request_is_told_with_its_place() {
        for (body, place) in [
            ("{}", "model"),
            (r#"{"model":""}"#, "model"),
            (r#"{"model":"m","karat":{"imputs":{}}}"#, "karat: unknown field `imputs`"),
            (r#"{"model":"m","karat":[1]}"#, "karat"),
        ] {
            let reason = asked(body, &[]).unwrap_err();
            assert!(reason.contains(place), "{body}: {reason}");
        }
        assert!(
            asked(r#"{"model":"m"}"#, &[("x-karat-tags", "plan")]).unwrap_err().contains("plan")
        );
    }

    #[test]
    fn a_template_gets_the_given_inputs_or_the_conversation() {
        let body = r#"{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}]}"#;
        let asked = asked(body, &[]).unwrap();
        let inputs = asked.inputs(&asked.neutral().unwrap());
        assert_eq!(inputs["message"], "hi");
        assert_eq!(inputs["messages"].as_array().unwrap().len(), 2);
    }
}
