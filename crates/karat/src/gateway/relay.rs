//! Pure. A streamed answer on its way to the application: the provider's own bytes, or translated; the end is held back.

use hyper::body::Bytes;
use karat_providers::respond::{Stamp, StreamEncoder};
use karat_providers::{
    ChatAnswer, Dialect, ErrorClass, ProviderError, StreamDecoder, StreamEvent, Usage,
};

use super::onward;
use super::tap::Tap;

/// Passes a stream on; what ends it waits until the inference is recorded.
#[derive(Debug)]
pub enum Relay {
    /// Application and provider speak the same dialect.
    Same(Box<Tap>),
    /// They do not.
    Translated(Box<Translated>),
}

/// A stream that is read in one dialect and written in another.
#[derive(Debug)]
pub struct Translated {
    decoder: Option<StreamDecoder>,
    encoder: StreamEncoder,
    has_begun: bool,
    /// What others had said before their streams broke.
    earlier: Option<Box<Earlier>>,
    /// The whole answer, once it is known.
    answer: Option<ChatAnswer>,
    terminal: Vec<Bytes>,
}

/// What was said before another variant went on.
#[derive(Debug)]
struct Earlier {
    answer: ChatAnswer,
    /// Tokens of all of them.
    usage: Usage,
    /// White space at the end of it may come once more.
    is_trimmed: bool,
    /// Whether anything of the rest was written.
    has_gone_on: bool,
}

impl Relay {
    /// Bytes pass as they are; `strips_usage` where we asked for the count of tokens and the application did not.
    pub fn same(dialect: Dialect, strips_usage: bool) -> Self {
        Self::Same(Box::new(Tap::new(dialect, strips_usage)))
    }

    /// Read in the provider's dialect, written in the application's.
    pub fn translated(from: Dialect, to: Dialect, request: &[u8], stamp: &Stamp) -> Self {
        Self::Translated(Box::new(Translated {
            decoder: Some(StreamDecoder::new(from)),
            encoder: StreamEncoder::new(to, request, stamp),
            has_begun: false,
            earlier: None,
            answer: None,
            terminal: Vec::new(),
        }))
    }

    /// An answer that was made without a provider, as a stream; and what of it can be sent at once.
    pub fn made(
        to: Dialect,
        answer: ChatAnswer,
        request: &[u8],
        stamp: &Stamp,
    ) -> (Self, Vec<Bytes>) {
        let mut encoder = StreamEncoder::new(to, request, stamp);
        let mut ready: Vec<Bytes> =
            encoder.start(&answer.usage).into_iter().map(Bytes::from).collect();
        ready.extend(
            encoder.push(&StreamEvent::Text(answer.text.clone())).into_iter().map(Bytes::from),
        );
        let terminal = encoder.finish(&answer).into_iter().map(Bytes::from).collect();
        let made = Translated {
            decoder: None,
            encoder,
            has_begun: true,
            earlier: None,
            answer: Some(answer),
            terminal,
        };
        (Self::Translated(Box::new(made)), ready)
    }

    /// Whether something of the answer itself has come.
    pub fn has_begun(&self) -> bool {
        match self {
            Self::Same(tap) => tap.saw_content(),
            Self::Translated(translated) => translated.has_begun,
        }
    }

    /// Whether the terminal event has come.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Same(tap) => tap.is_done(),
            Self::Translated(translated) => translated.answer.is_some(),
        }
    }

    /// Takes the provider's next bytes, and adds what can be sent on.
    pub fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), ProviderError> {
        match self {
            Self::Same(tap) => tap.push(chunk, out),
            Self::Translated(translated) => translated.push(chunk, out),
        }
    }

    /// The provider's body has ended; an error where the answer had not.
    pub fn end(&mut self, out: &mut Vec<Bytes>) -> Result<(), ProviderError> {
        match self {
            Self::Same(tap) => tap.end(),
            Self::Translated(translated) => translated.end(out),
        }
    }

    /// What ends the stream, to be sent when the inference is recorded.
    pub fn terminal(&mut self) -> Vec<Bytes> {
        match self {
            Self::Same(tap) => vec![tap.terminal()],
            Self::Translated(translated) => std::mem::take(&mut translated.terminal),
        }
    }

    /// Reads another provider's stream from now on, where the application's is written by us; false where it is not.
    pub fn go_on(&mut self, from: Dialect, is_trimmed: bool) -> bool {
        let Self::Translated(translated) = self else { return false };
        let answer = translated.answer();
        let before = translated.earlier.as_ref().map_or_else(Usage::default, |it| it.usage);
        let usage = onward::together(before, answer.usage);
        translated.earlier =
            Some(Box::new(Earlier { answer, usage, is_trimmed, has_gone_on: false }));
        translated.decoder = Some(StreamDecoder::new(from));
        true
    }

    /// Whether another provider's stream could be read on.
    pub fn may_go_on(&self) -> bool {
        matches!(self, Self::Translated(translated) if translated.answer.is_none())
    }

    /// The answer as far as it is known.
    pub fn answer(&self) -> ChatAnswer {
        match self {
            Self::Same(tap) => tap.answer(),
            Self::Translated(translated) => translated.answer(),
        }
    }
}

impl Translated {
    fn answer(&self) -> ChatAnswer {
        match (&self.answer, &self.decoder) {
            (Some(answer), _) => answer.clone(),
            (None, Some(decoder)) => self.joined(decoder.partial()),
            (None, None) => ChatAnswer::default(),
        }
    }

    /// What was said before, and this.
    fn joined(&self, later: ChatAnswer) -> ChatAnswer {
        match &self.earlier {
            Some(earlier) => onward::joined(&earlier.answer, later, earlier.is_trimmed),
            None => later,
        }
    }

    fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), ProviderError> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let mut events = Vec::new();
        let pushed = decoder.push(chunk, &mut events);
        let is_done = decoder.is_done();
        if let Some(earlier) = &mut self.earlier {
            earlier.take_back(&mut events);
        }
        self.write(&events, out);
        pushed?;
        if is_done {
            self.end(out)?;
        }
        Ok(())
    }

    fn write(&mut self, events: &[StreamEvent], out: &mut Vec<Bytes>) {
        for event in events {
            if matches!(event, StreamEvent::Usage(_) | StreamEvent::Done(_)) {
                continue;
            }
            if !self.has_begun {
                self.has_begun = true;
                let known =
                    self.decoder.as_ref().map_or_else(Usage::default, |it| it.partial().usage);
                out.extend(self.encoder.start(&known).into_iter().map(Bytes::from));
            }
            out.extend(self.encoder.push(event).into_iter().map(Bytes::from));
        }
    }

    fn end(&mut self, out: &mut Vec<Bytes>) -> Result<(), ProviderError> {
        let Some(decoder) = &self.decoder else { return Ok(()) };
        let answer = match (decoder.clone().finish(), &self.earlier) {
            (Ok(answer), _) => answer,
            // Nothing was left to say.
            (Err(error), Some(_)) if error.class == ErrorClass::Empty => decoder.partial(),
            (Err(error), _) => return Err(error),
        };
        self.decoder = None;
        let answer = self.joined(answer);
        if !self.has_begun {
            self.has_begun = true;
            out.extend(self.encoder.start(&answer.usage).into_iter().map(Bytes::from));
        }
        let usage = match &self.earlier {
            Some(earlier) => onward::together(earlier.usage, answer.usage),
            None => answer.usage,
        };
        let told = ChatAnswer { usage, ..answer.clone() };
        self.terminal = self.encoder.finish(&told).into_iter().map(Bytes::from).collect();
        self.answer = Some(answer);
        Ok(())
    }
}

impl Earlier {
    /// Leaves white space out that ends what was said and begins the rest.
    fn take_back(&mut self, events: &mut Vec<StreamEvent>) {
        if self.has_gone_on || !self.is_trimmed {
            return;
        }
        for event in events.iter_mut() {
            let StreamEvent::Text(text) = event else { continue };
            *text = text.trim_start().to_owned();
            if !text.is_empty() {
                self.has_gone_on = true;
                break;
            }
        }
        events.retain(|event| !matches!(event, StreamEvent::Text(text) if text.is_empty()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_providers::respond;

    fn stamp() -> Stamp {
        Stamp { id: "inf-1".into(), created: 1 }
    }

    fn answer() -> ChatAnswer {
        let usage = Usage { input_tokens: Some(3), output_tokens: Some(2), ..Usage::default() };
        ChatAnswer { text: "two words".into(), usage, ..ChatAnswer::default() }
    }

    fn request(dialect: Dialect) -> Vec<u8> {
        let member = if dialect == Dialect::OpenAiResponses { "input" } else { "messages" };
        format!(r#"{{"model":"m","stream":true,"stream_options":{{"include_usage":true}},"max_tokens":9,"{member}":[]}}"#)
            .into_bytes()
    }

    #[test]
    fn an_answer_survives_the_way_between_any_two_dialects_and_its_end_is_held() {
        for from in Dialect::ALL {
            for to in Dialect::ALL.into_iter().filter(|to| *to != from) {
                let sent = respond::answer_events(from, &answer(), &request(from), &stamp());
                let mut relay = Relay::translated(from, to, &request(to), &stamp());
                let mut out = Vec::new();
                for event in sent {
                    relay.push(&Bytes::from(event), &mut out).unwrap();
                }
                assert!(relay.is_done() && relay.has_begun(), "{from} to {to}");
                let mut decoder = StreamDecoder::new(to);
                let mut events = Vec::new();
                for piece in &out {
                    decoder.push(piece, &mut events).unwrap();
                }
                assert!(!decoder.is_done(), "{from} to {to}: the end waits");
                for piece in relay.terminal() {
                    decoder.push(&piece, &mut events).unwrap();
                }
                assert!(decoder.is_done());
                let read = decoder.finish().unwrap();
                assert_eq!(read.text, "two words", "{from} to {to}");
                assert_eq!(read.usage.output_tokens, Some(2), "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_stream_that_breaks_off_has_no_end() {
        let sent = respond::answer_events(
            Dialect::Anthropic,
            &answer(),
            &request(Dialect::Anthropic),
            &stamp(),
        );
        let mut relay = Relay::translated(
            Dialect::Anthropic,
            Dialect::OpenAiChat,
            &request(Dialect::OpenAiChat),
            &stamp(),
        );
        let mut out = Vec::new();
        for event in &sent[..sent.len() - 2] {
            relay.push(&Bytes::from(event.clone()), &mut out).unwrap();
        }
        assert_eq!(relay.end(&mut out).unwrap_err().class, ErrorClass::CutStream);
        assert!(relay.terminal().is_empty());
        assert_eq!(relay.answer().text, "two words", "what was said stays known");
    }

    #[test]
    fn another_provider_goes_on_in_the_same_stream_of_the_applications_dialect() {
        for from in Dialect::ALL {
            for to in Dialect::ALL {
                for next in Dialect::ALL {
                    let begun = |words: &str| {
                        let answer = ChatAnswer { text: words.into(), ..answer() };
                        respond::answer_events(from, &answer, &request(from), &stamp())
                    };
                    let mut relay = Relay::translated(from, to, &request(to), &stamp());
                    let mut out = Vec::new();
                    for event in begun("one two ") {
                        relay.push(&Bytes::from(event), &mut out).unwrap();
                        if relay.answer().text == "one two " {
                            break;
                        }
                    }
                    let place = format!("{from}, then {next}, to {to}");
                    assert_eq!(relay.answer().text, "one two ", "{place}");
                    assert!(relay.may_go_on() && relay.go_on(next, true), "{place}");
                    let rest = ChatAnswer { text: " three".into(), ..answer() };
                    for event in respond::answer_events(next, &rest, &request(next), &stamp()) {
                        relay.push(&Bytes::from(event), &mut out).unwrap();
                    }
                    out.extend(relay.terminal());
                    let mut decoder = StreamDecoder::new(to);
                    decoder.push(&out.concat(), &mut Vec::new()).unwrap();
                    let read = decoder.finish().unwrap();
                    assert_eq!(read.text, "one two three", "{place}");
                    assert!(read.usage.output_tokens >= Some(2), "{place}");
                    assert_eq!(relay.answer().text, "one two three", "{place}");
                    assert_eq!(relay.answer().usage.output_tokens, Some(2), "{place}");
                }
            }
        }
    }

    #[test]
    fn an_answer_without_a_provider_becomes_a_stream() {
        let (mut relay, ready) =
            Relay::made(Dialect::OpenAiChat, answer(), &request(Dialect::OpenAiChat), &stamp());
        let text = |pieces: &[Bytes]| String::from_utf8(pieces.concat()).unwrap();
        assert!(text(&ready).contains("two words") && !text(&ready).contains("[DONE]"));
        assert!(text(&relay.terminal()).ends_with("data: [DONE]\n\n"));
        assert_eq!(relay.answer().text, "two words");
    }
}
