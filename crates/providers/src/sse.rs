//! Pure. Server-sent events out of bytes that arrive in any pieces.
//!
//! Source: the WHATWG HTML standard, "Server-sent events", interpreting an event stream.
//! `id` and `retry` are not kept: no vendor of models resumes a stream.

use std::mem;

/// The most bytes that one event may hold before the stream is given up.
pub const LARGEST_EVENT: usize = 8 * 1024 * 1024;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseEvent {
    /// The value of its `event` field; empty when there was none.
    pub name: String,
    /// Its data, the lines joined by line feeds.
    pub data: String,
}

/// A stream that holds an event larger than anybody's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is larger than {limit} bytes")]
pub struct EventTooLarge {
    /// The limit, in bytes.
    pub limit: usize,
}

/// Decodes a stream piece by piece; pieces may end anywhere, also inside a character.
#[derive(Debug, Clone)]
pub struct SseDecoder {
    limit: usize,
    line: Vec<u8>,
    name: String,
    data: String,
    has_data: bool,
    is_first_line: bool,
    /// The last byte was a carriage return, so that a line feed belongs to it.
    after_return: bool,
    failure: Option<EventTooLarge>,
}

impl Default for SseDecoder {
    fn default() -> Self {
        Self::with_limit(LARGEST_EVENT)
    }
}

impl SseDecoder {
    /// A decoder that gives up on events larger than this many bytes.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            name: String::new(),
            data: String::new(),
            has_data: false,
            is_first_line: true,
            after_return: false,
            failure: None,
        }
    }

    /// Takes the next piece and adds the events that it completes; after an error every later call fails as well.
    pub fn push(&mut self, piece: &[u8], events: &mut Vec<SseEvent>) -> Result<(), EventTooLarge> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let mut rest = piece;
        while !rest.is_empty() {
            if mem::take(&mut self.after_return) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.extend_line(rest);
            };
            self.extend_line(&rest[..end])?;
            self.after_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            events.extend(self.end_line());
        }
        Ok(())
    }

    /// The event that the stream ended in, if it had data: many servers leave out the last empty line.
    pub fn finish(mut self) -> Option<SseEvent> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.dispatch()
    }

    fn extend_line(&mut self, bytes: &[u8]) -> Result<(), EventTooLarge> {
        if self.line.len() + self.data.len() + bytes.len() > self.limit {
            let failure = EventTooLarge { limit: self.limit };
            self.failure = Some(failure);
            return Err(failure);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Option<SseEvent> {
        let mut bytes = mem::take(&mut self.line);
        let event = self.read_line(&bytes);
        // The next line needs its room again.
        bytes.clear();
        self.line = bytes;
        event
    }

    fn read_line(&mut self, bytes: &[u8]) -> Option<SseEvent> {
        let is_first = mem::take(&mut self.is_first_line);
        let marked = bytes.strip_prefix(b"\xEF\xBB\xBF").filter(|_| is_first);
        let bytes = marked.unwrap_or(bytes);
        if bytes.is_empty() {
            return self.dispatch();
        }
        let line = String::from_utf8_lossy(bytes);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if mem::replace(&mut self.has_data, true) {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            // A comment (an empty field name), `id`, `retry`, or a field that nobody knows.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let event = SseEvent { name: mem::take(&mut self.name), data: mem::take(&mut self.data) };
        mem::take(&mut self.has_data).then_some(event)
    }
}
