//! Pure. What a person said in one inference, and what was said before and after it.

use karat_providers::{Dialect, Part, Role, parse_request};
use karat_records::{Endpoint, Hash, Inference, Outcome};

use super::derive::Turn;

/// Characters of a message that are compared.
const LONGEST: usize = 1_000;

/// A turn, and the conversation that it continues as far as the request shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// The turn.
    pub turn: Turn,
    /// All that was said before; none where this is the beginning.
    pub before: Option<Hash>,
    /// The same with this turn and its answer: what the next turn has before it.
    pub after: Option<Hash>,
}

/// What somebody said; nothing where nobody said anything (a tool answered, a text was embedded),
/// or where there was no answer to say something about.
pub fn spoken(inference: &Inference) -> Option<Spoken> {
    if inference.outcome == Outcome::Failed {
        return None;
    }
    let (user_text, before, after) = match &inference.inputs {
        Some(inputs) if !inputs.is_empty() => (serde_json::to_string(inputs).ok()?, None, None),
        _ => said(inference)?,
    };
    let turn = Turn {
        inference_id: inference.id.clone(),
        feature: inference.feature.clone(),
        conversation: inference.conversation.clone(),
        user: inference.user.clone(),
        at_ms: inference.received_at_ms,
        user_text: user_text.chars().take(LONGEST).collect(),
        ended_at_ms: inference.received_at_ms.saturating_add(inference.latency_ms as i64),
        acted: false,
        was_shown: true,
        session_ended_at_ms: None,
    };
    Some(Spoken { turn, before, after })
}

fn said(inference: &Inference) -> Option<(String, Option<Hash>, Option<Hash>)> {
    let dialect = match inference.endpoint {
        Endpoint::ChatCompletions => Dialect::OpenAiChat,
        Endpoint::Responses => Dialect::OpenAiResponses,
        Endpoint::Messages => Dialect::Anthropic,
        Endpoint::Embeddings => return None,
    };
    let request = parse_request(dialect, inference.request.as_bytes()).ok()?;
    // The application's instructions may hold the time of day, so they are no part of what was said.
    let mut messages = request.messages.iter().filter(|message| message.role != Role::System);
    let last = messages.next_back()?;
    let is_text = |part: &Part| matches!(part, Part::Text(_));
    if last.role != Role::User || !last.content.iter().any(is_text) {
        return None;
    }
    // Equal words of others are no conversation of this person.
    let mut words = String::new();
    for whose in [&inference.feature, &inference.user, &inference.key] {
        add(&mut words, whose.as_deref().unwrap_or_default());
    }
    let mut is_continued = false;
    for message in messages {
        is_continued |= message.role == Role::Assistant;
        add(&mut words, message.role.as_str());
        add(&mut words, &message.text());
    }
    let before = is_continued.then(|| Hash::of_bytes(words.as_bytes()));
    for part in ["user", &last.text(), "assistant", &inference.text] {
        add(&mut words, part);
    }
    Some((last.text(), before, Some(Hash::of_bytes(words.as_bytes()))))
}

/// Applications trim what they show and send back.
fn add(words: &mut String, part: &str) {
    words.push_str(part.trim());
    words.push('\0');
}

#[cfg(test)]
pub(super) mod tests;
