//! Pure. Bytes that a browser or a server sent become signals, or a reason for each that does not.

mod item;

use std::fmt;

use karat_records::Signal;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::{self, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;

/// Signals in one request.
pub const MOST_SIGNALS: usize = 1_000;

/// Bytes of one request, unpacked.
pub const MOST_BYTES: usize = 1024 * 1024;

/// Bytes of one signal; a text that is longer belongs into the application's own store.
pub const MOST_BYTES_EACH: usize = 256 * 1024;

/// Why a request holds no signals at all.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// It is too large.
    #[error(
        "the body has {0} bytes, and at most {MOST_BYTES} are taken\n  next: send fewer signals at once"
    )]
    TooLarge(usize),
    /// It is no JSON.
    #[error(
        "the body is not JSON: {0}\n  next: send one signal as an object, or several as a list"
    )]
    NotJson(String),
    /// It is JSON of another shape.
    #[error(
        "the body is neither an object nor a list\n  next: send one signal as an object, or several as a list"
    )]
    NotSignals,
    /// There are too many.
    #[error(
        "the list has more than {MOST_SIGNALS} signals\n  next: send at most {MOST_SIGNALS} at once"
    )]
    TooMany,
}

/// One signal that was not taken; the others of its request are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rejected {
    /// Its position in the request, from zero.
    pub index: usize,
    /// Its id, where it has one that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong and what to do about it.
    pub message: String,
}

/// Reads one signal or a list of them; `new_id` is asked where the sender gave no id.
pub fn decode(
    body: &[u8],
    now_ms: i64,
    new_id: &mut impl FnMut() -> String,
) -> Result<Vec<Result<Signal, Rejected>>, DecodeError> {
    if body.len() > MOST_BYTES {
        return Err(DecodeError::TooLarge(body.len()));
    }
    // Some editors begin a file with a byte order mark, and files are sent with curl.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let texts = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => vec![serde_json::from_slice::<&RawValue>(body).map_err(not_json)?],
        Some(b'[') => list(body)?,
        // A number or a word is JSON, too, so that it is worth saying which of the two is wrong.
        _ => {
            serde_json::from_slice::<&RawValue>(body).map_err(not_json)?;
            return Err(DecodeError::NotSignals);
        }
    };
    let signals = texts.into_iter().enumerate();
    Ok(signals.map(|(index, text)| item::read(index, text.get(), now_ms, new_id)).collect())
}

fn not_json(error: serde_json::Error) -> DecodeError {
    DecodeError::NotJson(error.to_string())
}

/// The texts of a list; a list with a million members costs no more than the first thousand.
fn list(body: &[u8]) -> Result<Vec<&RawValue>, DecodeError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut is_too_long = false;
    let texts = Members { is_too_long: &mut is_too_long }.deserialize(&mut reader);
    if is_too_long {
        return Err(DecodeError::TooMany);
    }
    let texts = texts.map_err(not_json)?;
    reader.end().map_err(not_json)?;
    Ok(texts)
}

struct Members<'a> {
    is_too_long: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of signals")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = members.next_element()? {
            if texts.len() == MOST_SIGNALS {
                *self.is_too_long = true;
                return Err(de::Error::custom("too many"));
            }
            texts.push(text);
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests;
