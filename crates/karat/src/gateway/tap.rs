//! Pure. A stream that passes as it is while it is read along: whole events go on byte for byte, and the end is held.

use hyper::body::Bytes;
use karat_providers::{ChatAnswer, Dialect, ErrorClass, ProviderError, StreamDecoder, StreamEvent};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Reads a stream along.
#[derive(Debug)]
pub struct Tap {
    dialect: Dialect,
    decoder: StreamDecoder,
    /// We asked for the count of tokens, the application did not: its chunk is left out.
    strips_usage: bool,
    /// An event that has not ended yet.
    pending: Vec<u8>,
    /// How far its end was looked for.
    looked: Looked,
    has_begun: bool,
    has_ended: bool,
    /// The terminal event and whatever follows it.
    terminal: Vec<u8>,
}

/// A longer event is none.
const LONGEST_EVENT: usize = 8 << 20;

impl Tap {
    /// Nothing has come yet.
    pub fn new(dialect: Dialect, strips_usage: bool) -> Self {
        Self {
            dialect,
            decoder: StreamDecoder::new(dialect),
            strips_usage,
            pending: Vec::new(),
            looked: Looked::default(),
            has_begun: false,
            has_ended: false,
            terminal: Vec::new(),
        }
    }

    /// Takes the provider's next bytes and adds what can be sent on; an error inside the stream is not sent on.
    pub fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), ProviderError> {
        if self.is_done() {
            self.hold(chunk);
            return Ok(());
        }
        let whole = if self.pending.is_empty() {
            chunk.clone()
        } else {
            self.pending.extend_from_slice(chunk);
            let mut looked = self.looked;
            if looked.event_end(&self.pending).is_none() {
                self.looked = looked;
                return self.bounded();
            }
            Bytes::from(std::mem::take(&mut self.pending))
        };
        let mut from = 0;
        // Events that follow each other go on in one piece.
        let mut ready = 0..0;
        let mut looked = std::mem::take(&mut self.looked);
        while let Some(end) = looked.event_end(&whole[from..]) {
            looked = Looked::default();
            let event = from..from + end;
            from = event.end;
            let taken = self.take(&whole[event.clone()]);
            if !matches!(taken, Ok(Taken::Passes)) && !ready.is_empty() {
                out.push(whole.slice(ready.clone()));
            }
            match taken? {
                Taken::Passes if ready.end == event.start && !ready.is_empty() => {
                    ready.end = event.end;
                }
                Taken::Passes => ready = event,
                Taken::Dropped => ready = 0..0,
                Taken::Ends => {
                    self.hold(&whole[event.start..]);
                    return Ok(());
                }
            }
        }
        if !ready.is_empty() {
            out.push(whole.slice(ready));
        }
        self.pending.extend_from_slice(&whole[from..]);
        self.looked = looked;
        self.bounded()
    }

    fn bounded(&self) -> Result<(), ProviderError> {
        if self.pending.len() <= LONGEST_EVENT {
            return Ok(());
        }
        let message = format!("an event of the stream has more than {} MB", LONGEST_EVENT >> 20);
        Err(ProviderError::new(ErrorClass::Malformed, &message))
    }

    /// Whether something of the answer itself has come.
    pub fn saw_content(&self) -> bool {
        self.has_begun
    }

    /// Whether the terminal event has come, or the body ended after a whole answer.
    pub fn is_done(&self) -> bool {
        self.has_ended
    }

    /// The body has ended: an error where the answer had not.
    pub fn end(&mut self) -> Result<(), ProviderError> {
        if self.has_ended {
            return Ok(());
        }
        let mut decoder = self.decoder.clone();
        // The last event may lack its blank line.
        decoder.push(&self.pending, &mut Vec::new())?;
        decoder.clone().finish()?;
        // Then its count of tokens is counted all the same, unless it is half an event.
        let mut complete = decoder.clone();
        if complete.push(b"\n\n", &mut Vec::new()).is_ok() {
            decoder = complete;
        }
        self.terminal = std::mem::take(&mut self.pending);
        self.decoder = decoder;
        (self.has_begun, self.has_ended) = (true, true);
        Ok(())
    }

    /// What was held back; empty where the stream did not end well.
    pub fn terminal(&mut self) -> Bytes {
        if self.has_ended { std::mem::take(&mut self.terminal).into() } else { Bytes::new() }
    }

    /// The answer, whole or as far as it came.
    pub fn answer(&self) -> ChatAnswer {
        self.decoder.partial()
    }

    fn take(&mut self, event: &[u8]) -> Result<Taken, ProviderError> {
        let mut said = Vec::new();
        self.decoder.push(event, &mut said)?;
        if self.decoder.is_done() {
            if !self.has_begun {
                // An answer that ends without having said anything is none; the next variant may do better.
                self.decoder.clone().finish()?;
            }
            (self.has_begun, self.has_ended) = (true, true);
            return Ok(Taken::Ends);
        }
        if !self.has_begun {
            let says = |event: &StreamEvent| {
                !matches!(event, StreamEvent::Usage(_) | StreamEvent::Done(_))
            };
            self.has_begun = said.iter().any(says) || is_content(self.dialect, event);
        }
        if self.strips_usage && is_only_usage(event) {
            return Ok(Taken::Dropped);
        }
        Ok(Taken::Passes)
    }

    /// Servers may go on after the end; nobody waits for more than a little of it.
    fn hold(&mut self, bytes: &[u8]) {
        let room = LONGEST_EVENT.saturating_sub(self.terminal.len()).min(bytes.len());
        self.terminal.extend_from_slice(&bytes[..room]);
    }
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug)]
enum Taken {
    Passes,
    Dropped,
    Ends,
}

/// How far the end of an event was looked for, so that an event of megabytes is read once and not with each piece again.
#[derive(Clone, Copy, Debug, Default)]
struct Looked {
    /// Where the last line begins.
    line: usize,
    /// Up to where that line has no end.
    until: usize,
}

impl Looked {
    /// Where the first event ends, its blank line included; lines end in LF, CRLF or CR.
    fn event_end(&mut self, bytes: &[u8]) -> Option<usize> {
        loop {
            let rest = &bytes[self.until..];
            let Some(at) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.until = bytes.len();
                return None;
            };
            let end = self.until + at;
            let next = match (bytes[end], bytes.get(end + 1)) {
                (b'\r', Some(b'\n')) => end + 2,
                // Its LF may still come.
                (b'\r', None) => {
                    self.until = end;
                    return None;
                }
                _ => end + 1,
            };
            if end == self.line {
                return Some(next);
            }
            (self.line, self.until) = (next, next);
        }
    }
}

/// Reasoning and the like, which the decoder passes over: the provider is at work all the same.
fn is_content(dialect: Dialect, event: &[u8]) -> bool {
    let marks: &[&[u8]] = match dialect {
        Dialect::OpenAiChat => {
            &[b"\"reasoning\"", b"\"reasoning_content\"", b"\"reasoning_details\""]
        }
        Dialect::OpenAiResponses => &[b".delta\"", b"output_item.added\""],
        Dialect::Anthropic => &[b"\"content_block_delta"],
    };
    marks.iter().any(|mark| event.windows(mark.len()).any(|window| window == *mark))
}

/// Whether an event is the chunk that `include_usage` adds.
fn is_only_usage(event: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Chunk {
        choices: Vec<IgnoredAny>,
        usage: Option<IgnoredAny>,
    }
    let Some(data) = event.strip_prefix(b"data:") else { return false };
    // Nearly all chunks have choices, and reading each a second time would cost as much as the first.
    if !has_no_choices(&data[..data.len().min(600)]) {
        return false;
    }
    serde_json::from_slice::<Chunk>(data)
        .is_ok_and(|chunk| chunk.choices.is_empty() && chunk.usage.is_some())
}

/// Whether an empty list of choices may stand here; spaces may stand anywhere.
fn has_no_choices(json: &[u8]) -> bool {
    const NAME: &[u8] = b"\"choices\"";
    let Some(at) = json.windows(NAME.len()).position(|window| window == NAME) else { return false };
    let mut rest = json[at + NAME.len()..].iter().filter(|byte| !byte.is_ascii_whitespace());
    [b':', b'[', b']'].iter().all(|wanted| rest.next() == Some(wanted))
}

#[cfg(test)]
mod tests;
