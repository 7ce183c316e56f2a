//! Pure. A broken stream that another variant goes on with: when that may be, how it is asked, and what both said together.

use karat_providers::{ChatAnswer, Dialect, Message, ProviderError, Role, Usage};
use serde_json::Value;

use super::asked::Asked;
use super::snapshot::ModelWay;

/// What a model is told that is not able to go on with words put into its mouth.
const GO_ON: &str = "Your last message broke off in its middle. Go on exactly where it ends: write only what follows, repeat nothing, explain nothing.";

/// One way to ask for the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// What follows the application's conversation.
    pub more: Vec<Message>,
    /// Whether white space at the end was taken away, so that the rest may begin with what was said already.
    pub is_trimmed: bool,
}

/// Whether an answer has a shape that two models cannot write together.
pub fn is_shaped(asked: &Asked, model: &ModelWay) -> bool {
    let is_variants = model.overlay.is_shaped()
        || model.producer.as_ref().is_some_and(|producer| producer.shape().is_some());
    let format = |value: &Value| {
        let kind = value.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| kind != "text")
    };
    is_variants
        || member(asked, "response_format").is_some_and(|it| format(&it))
        || member(asked, "text").is_some_and(|it| it.get("format").is_some_and(format))
        || member(asked, "output_config").is_some_and(|it| it.get("format").is_some_and(format))
        || member(asked, "output_format").is_some_and(|it| format(&it))
}

/// Whether a stream says nothing but text, so that nothing is lost where Karat writes it instead of passing it on.
pub fn is_text_only(asked: &Asked, model: &ModelWay) -> bool {
    let is_there = |name: &str| match member(asked, name) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    let is_many = member(asked, "n").and_then(|n| n.as_u64()).is_some_and(|n| n > 1);
    let thinks = member(asked, "thinking").is_some_and(|it| it["type"] != "disabled");
    let has_more = ["tools", "functions", "include", "logprobs", "audio", "modalities"];
    !is_many
        && !thinks
        && !model.overlay.has_tools()
        && !model.overlay.sets("thinking")
        && !has_more.iter().any(|name| is_there(name))
        && !is_shaped(asked, model)
}

/// Whether another variant may go on after this failure with what was said so far.
pub fn may_go_on(
    asked: &Asked,
    model: &ModelWay,
    said: &ChatAnswer,
    error: &ProviderError,
) -> bool {
    error.class.retryable()
        && said.tool_calls.is_empty()
        && said.refusal.is_none()
        && !is_shaped(asked, model)
}

/// Ways to ask for the rest, the best first; a further one is for a provider that refuses the one before.
pub fn ways(asked: &Asked, model: &ModelWay, text: &str) -> Vec<Way> {
    if text.trim().is_empty() {
        return vec![Way { more: Vec::new(), is_trimmed: false }];
    }
    let said = |text: &str| Message::from_text(Role::Assistant, text);
    let told =
        Way { more: vec![said(text), Message::from_text(Role::User, GO_ON)], is_trimmed: false };
    // Anthropic's models go on with words put into their mouth, unless they think first; white space at the end is refused.
    let thinks = member(asked, "thinking").is_some_and(|it| it["type"] != "disabled");
    if model.provider.dialect != Dialect::Anthropic || thinks || model.overlay.sets("thinking") {
        return vec![told];
    }
    let trimmed = text.trim_end();
    vec![Way { more: vec![said(trimmed)], is_trimmed: trimmed.len() < text.len() }, told]
}

/// What two models said together; tokens are those of the later one.
pub fn joined(earlier: &ChatAnswer, later: ChatAnswer, is_trimmed: bool) -> ChatAnswer {
    let rest = if is_trimmed { later.text.trim_start() } else { &later.text };
    ChatAnswer { text: format!("{}{rest}", earlier.text), ..later }
}

/// Tokens of both, each where it is known.
pub fn together(one: Usage, other: Usage) -> Usage {
    let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    };
    Usage {
        input_tokens: sum(one.input_tokens, other.input_tokens),
        cached_input_tokens: sum(one.cached_input_tokens, other.cached_input_tokens),
        cache_write_tokens: sum(one.cache_write_tokens, other.cache_write_tokens),
        output_tokens: sum(one.output_tokens, other.output_tokens),
        reasoning_tokens: sum(one.reasoning_tokens, other.reasoning_tokens),
    }
}

fn member(asked: &Asked, name: &str) -> Option<Value> {
    serde_json::from_str(asked.body.get(name)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_that_was_said_is_not_said_twice() {
        let earlier = ChatAnswer { text: "one ".into(), ..ChatAnswer::default() };
        let later = |text: &str| ChatAnswer { text: text.into(), ..ChatAnswer::default() };
        assert_eq!(joined(&earlier, later(" two"), true).text, "one two");
        assert_eq!(joined(&earlier, later("two"), true).text, "one two");
        assert_eq!(joined(&earlier, later(" two"), false).text, "one  two");
    }

    #[test]
    fn tokens_that_one_of_them_does_not_tell_are_those_of_the_other() {
        let one = Usage { input_tokens: Some(3), ..Usage::default() };
        let other = Usage { input_tokens: Some(4), output_tokens: Some(5), ..Usage::default() };
        let both = together(one, other);
        assert_eq!((both.input_tokens, both.output_tokens), (Some(7), Some(5)));
    }
}
