//! Pure. An inference while it is made: filled in step by step, cleaned, and closed once.

use std::fmt::Write as _;
use std::time::Duration;

use karat_providers::{ChatAnswer, Price};
use karat_records::{Attempt, Failure, Inference, Outcome, Step, ToolCall, Usage};
use serde_json::Value;

use super::asked::Asked;
use super::clean::Cleaner;
use super::snapshot::{Candidate, Way};

/// What is known of an inference so far.
#[derive(Clone, Debug)]
pub struct Draft {
    /// As it will be recorded.
    pub inference: Inference,
    /// Tokens and cost of the attempts before this one.
    before: Option<(Usage, Option<f64>)>,
}

/// Longest text of a request or an answer that is kept; what follows is left out and said to be.
const LONGEST: usize = 1 << 20;

impl Draft {
    /// Nothing has been tried yet.
    pub fn new(id: String, received_at_ms: i64, asked: &Asked, key: Option<String>) -> Self {
        let extras = &asked.extras;
        Self {
            before: None,
            inference: Inference {
                id,
                received_at_ms,
                endpoint: asked.endpoint,
                feature: None,
                variant: None,
                variant_hash: None,
                unproven: false,
                simulated: false,
                asked: None,
                served: None,
                fingerprint: None,
                response_id: None,
                outcome: Outcome::Cancelled,
                status: 0,
                streamed: asked.streamed,
                first_chunk_ms: None,
                latency_ms: 0.0,
                usage: None,
                usage_estimated: false,
                cost_usd: None,
                conversation: extras.conversation.clone(),
                user: extras.user.clone(),
                key,
                tags: extras.tags.clone(),
                attempts: Vec::new(),
                inputs: extras.inputs.clone(),
                request: String::from_utf8_lossy(asked.body.bytes()).into_owned(),
                text: String::new(),
                tool_calls: Vec::new(),
            },
        }
    }

    /// A candidate is tried now.
    pub fn tries(&mut self, candidate: &Candidate) {
        let inference = &mut self.inference;
        inference.variant.clone_from(&candidate.name);
        inference.variant_hash.clone_from(&candidate.hash);
        inference.unproven = candidate.is_unproven();
        inference.asked = Some(name_of(&candidate.way));
    }

    /// How an attempt went.
    pub fn tried(
        &mut self,
        latency_ms: f64,
        status: Option<u16>,
        served: Option<String>,
        failure: Option<Failure>,
    ) {
        let attempt = Attempt {
            asked: self.inference.asked.clone().unwrap_or_default(),
            served,
            status: status.map(i32::from),
            latency_ms,
            waited_ms: None,
            failure,
        };
        let variant = self.inference.variant.clone();
        self.inference.attempts.push(Step { variant, attempt });
    }

    /// How long the last attempt had waited because a provider asked for it.
    pub fn waited(&mut self, waited: Duration) {
        if let Some(step) = self.inference.attempts.last_mut().filter(|_| !waited.is_zero()) {
            step.attempt.waited_ms = Some(waited.as_secs_f64() * 1000.0);
        }
    }

    /// What was answered, whole or as far as it came.
    pub fn answered(&mut self, answer: &ChatAnswer, candidate: &Candidate) {
        let inference = &mut self.inference;
        let text = answer.refusal.as_ref().filter(|_| answer.text.is_empty());
        inference.text.clone_from(text.unwrap_or(&answer.text));
        inference.tool_calls = answer.tool_calls.iter().map(tool_call).collect();
        inference.served.clone_from(&answer.model_served);
        inference.fingerprint.clone_from(&answer.fingerprint);
        let Way::Model(model) = &candidate.way else {
            inference.cost_usd = self.before.map_or(Some(0.0), |(_, before_usd)| before_usd);
            return;
        };
        let mut counted = answer.usage;
        if counted.output_tokens.is_none() && counted.total_input_tokens().is_none() {
            counted.input_tokens = Some(tokens(&inference.request));
            counted.output_tokens = Some(tokens(&inference.text));
            inference.usage_estimated = true;
        }
        self.add(&counted, model.price.as_ref());
    }

    /// Another variant is asked: what it took so far is kept apart.
    pub fn passes_on(&mut self) {
        let inference = &self.inference;
        self.before = inference.usage.map(|usage| (usage, inference.cost_usd));
    }

    /// What a failed attempt consumed all the same; whoever answers in the end, it is paid for.
    pub fn charged(&mut self, consumed: Option<&karat_providers::Usage>, candidate: &Candidate) {
        let (Some(consumed), Way::Model(model)) = (consumed, &candidate.way) else { return };
        self.add(consumed, model.price.as_ref());
        self.passes_on();
    }

    /// What an attempt took, beside what those before it took.
    fn add(&mut self, consumed: &karat_providers::Usage, price: Option<&Price>) {
        let (mut counted, mut cost_usd) = (usage(consumed), cost(price, consumed));
        if let Some((before, before_usd)) = self.before {
            counted = sum(before, counted);
            cost_usd = before_usd.zip(cost_usd).map(|(before, now)| before + now);
        }
        (self.inference.usage, self.inference.cost_usd) = (Some(counted), cost_usd);
    }

    /// The record, without what nobody may read.
    pub fn close(
        &mut self,
        outcome: Outcome,
        status: u16,
        latency_ms: f64,
        cleaner: &Cleaner,
    ) -> Inference {
        let inference = &mut self.inference;
        inference.outcome = outcome;
        inference.status = status;
        inference.latency_ms = latency_ms;
        cleaner.clean_json_text(&mut inference.request);
        cleaner.clean(&mut inference.text);
        shorten(&mut inference.request);
        shorten(&mut inference.text);
        for name in [&mut inference.conversation, &mut inference.user].into_iter().flatten() {
            cleaner.clean(name);
        }
        let tags = std::mem::take(&mut inference.tags).into_iter();
        inference.tags = tags
            .map(|(name, value)| {
                (cleaner.text(&name).into_owned(), cleaner.text(&value).into_owned())
            })
            .collect();
        if let Some(inputs) = &mut inference.inputs {
            cleaner.clean_members(inputs);
        }
        for call in &mut inference.tool_calls {
            cleaner.clean_json(&mut call.arguments);
        }
        for step in &mut inference.attempts {
            if let Some(failure) = &mut step.attempt.failure {
                cleaner.clean(&mut failure.message);
            }
        }
        inference.clone()
    }
}

/// What a candidate is asked for, in the words of the records.
pub fn name_of(way: &Way) -> String {
    match way {
        Way::Model(model) => model.name.clone(),
        Way::Other(_) => "no model".into(),
    }
}

fn cost(price: Option<&Price>, usage: &karat_providers::Usage) -> Option<f64> {
    karat_providers::cost(price?, usage)
}

fn usage(counted: &karat_providers::Usage) -> Usage {
    Usage {
        input_tokens: counted.input_tokens.unwrap_or(0),
        cached_input_tokens: counted.cached_input_tokens.unwrap_or(0),
        cache_write_tokens: counted.cache_write_tokens.unwrap_or(0),
        output_tokens: counted.output_tokens.unwrap_or(0),
    }
}

fn sum(one: Usage, other: Usage) -> Usage {
    Usage {
        input_tokens: one.input_tokens + other.input_tokens,
        cached_input_tokens: one.cached_input_tokens + other.cached_input_tokens,
        cache_write_tokens: one.cache_write_tokens + other.cache_write_tokens,
        output_tokens: one.output_tokens + other.output_tokens,
    }
}

/// Four characters a token: a rough count where the provider gives none.
fn tokens(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(4)
}

fn tool_call(call: &karat_providers::chat::ToolCall) -> ToolCall {
    ToolCall {
        name: call.name.clone(),
        arguments: serde_json::from_str(&call.arguments)
            .unwrap_or_else(|_| Value::String(call.arguments.clone())),
    }
}

fn shorten(text: &mut String) {
    if text.len() <= LONGEST {
        return;
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let left_out = text.len() - end;
    text.truncate(end);
    let _ = write!(text, "… [{left_out} bytes left out]");
}
