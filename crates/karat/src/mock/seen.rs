//! What a scripted server remembers of its requests: the last ten thousand, so that a long run stays small.

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

/// One request as the server saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its number at this server, from 1.
    pub n: u64,
    /// When it had arrived whole.
    pub at: Instant,
    /// The endpoint, for example `/v1/messages`.
    pub path: &'static str,
    /// The model that was asked for; empty where the request could not be read.
    pub model: String,
    /// The last text of the user, at most its first 2,000 characters.
    pub last_user: String,
    /// Whether a stream was asked for.
    pub streamed: bool,
    /// What decided the response.
    pub rule: Rule,
}

/// What decided a response; positions count from 1, as a reader of the script counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// This answer of the script.
    Answer(usize),
    /// No answer matched: the user's words were repeated.
    Echo,
    /// This fault of the script.
    Fault(usize),
    /// Vectors or a count of tokens, which need no answer of the script.
    Computed,
    /// The rate or the concurrency was exceeded.
    Limit,
    /// The key is none of the accepted ones.
    Key,
    /// The model is none of the known ones.
    Model,
    /// The request could not be read.
    Shape,
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(position) => write!(formatter, "answer {position}"),
            Self::Echo => formatter.write_str("echo"),
            Self::Fault(position) => write!(formatter, "fault {position}"),
            Self::Computed => formatter.write_str("computed"),
            Self::Limit => formatter.write_str("limit"),
            Self::Key => formatter.write_str("key"),
            Self::Model => formatter.write_str("model"),
            Self::Shape => formatter.write_str("shape"),
        }
    }
}

const MOST_SEEN: usize = 10_000;
const MOST_CHARACTERS: usize = 2000;

/// The last requests.
#[derive(Debug, Default)]
pub(super) struct Log(VecDeque<Seen>);

impl Log {
    /// Adds a request, forgetting the oldest when there are too many.
    pub(super) fn add(&mut self, mut seen: Seen) {
        if let Some((end, _)) = seen.last_user.char_indices().nth(MOST_CHARACTERS) {
            seen.last_user.truncate(end);
            seen.last_user.shrink_to_fit();
        }
        if self.0.len() == MOST_SEEN {
            self.0.pop_front();
        }
        self.0.push_back(seen);
    }

    /// All of them, the oldest first.
    pub(super) fn all(&self) -> Vec<Seen> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn only_the_last_requests_are_kept_and_long_texts_are_cut() {
        let mut log = Log::default();
        let at = Clock.instant();
        for n in 1..=10_001 {
            let last_user = "ü".repeat(if n == 10_001 { 3000 } else { 1 });
            let (model, path) = (String::new(), "/v1/messages");
            log.add(Seen { n, at, path, model, last_user, streamed: false, rule: Rule::Echo });
        }
        let all = log.all();
        assert_eq!((all.len(), all[0].n), (10_000, 2));
        assert_eq!(all[9999].last_user.chars().count(), 2000);
    }
}
