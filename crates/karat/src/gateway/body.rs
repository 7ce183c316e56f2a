//! Pure. A request's JSON object as the caller wrote it: members are found and exchanged,
//! and no other byte changes, so that a provider sees what a direct call would have shown it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use hyper::body::Bytes;
use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

#[cfg(test)]
mod tests;

/// More members than any API has; the bound keeps a hostile body from costing more memory than its own bytes.
pub const MOST_MEMBERS: usize = 1000;

/// A JSON object with the places of its members.
#[derive(Clone, Debug)]
pub struct Body {
    bytes: Bytes,
    members: Vec<Member>,
}

#[derive(Clone, Debug)]
struct Member {
    /// Its name where that is written with escapes; otherwise the bytes between the quotes say it.
    unescaped: Option<Box<str>>,
    /// The bytes of the name, quotes included.
    key: Range<usize>,
    /// The bytes of the value.
    value: Range<usize>,
}

/// A body that is no JSON object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Bytes that are no text.
    #[error("the body is not UTF-8 from byte {at} on; send JSON in UTF-8")]
    NotUtf8 {
        /// The first wrong byte.
        at: usize,
    },
    /// Text that is no JSON.
    #[error("the body is not JSON: {problem}; send one JSON object")]
    NotJson {
        /// What the reader stumbled over, with line and column.
        problem: String,
    },
    /// JSON of another kind.
    #[error("the body is no JSON object; send one, such as {{\"model\": …}}")]
    NotObject,
    /// An object with more members than any API has.
    #[error("the body has more than {MOST_MEMBERS} members; send those that the API knows")]
    TooManyMembers,
}

/// What the visitor says when it gives up, to be told from mistakes in the JSON.
const TOO_MANY: &str = "too many members";

impl Body {
    /// Finds the members of the one object that the bytes are.
    pub fn read(bytes: Bytes) -> Result<Self, BodyError> {
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| BodyError::NotUtf8 { at: error.valid_up_to() })?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let members = reader
            .deserialize_map(Finder { text })
            .and_then(|members| reader.end().map(|()| members))
            .map_err(|error| match error {
                error if error.to_string().starts_with(TOO_MANY) => BodyError::TooManyMembers,
                error if error.is_data() => BodyError::NotObject,
                error => BodyError::NotJson { problem: error.to_string() },
            })?;
        Ok(Self { bytes, members })
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The JSON text of a member; of several with one name the last counts.
    pub fn get(&self, name: &str) -> Option<&str> {
        let member = self.members.iter().rev().find(|member| self.name(member) == name)?;
        Some(self.slice(&member.value))
    }

    /// The text of a member that is a string.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let quoted = self.get(name)?;
        let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            return serde_json::from_str(quoted).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(inner))
    }

    /// The value of a member that is true or false.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The bytes with members replaced or added (`Some`, JSON text that is written as it is) or removed (`None`).
    ///
    /// A replaced member keeps its place, an added one stands last, and all other bytes stay as they are.
    /// Of several members with a changed name only one is left, for a provider might read another than we do.
    /// Where a name is changed twice, the last change counts.
    pub fn spliced(&self, changes: &[(&str, Option<&str>)]) -> Vec<u8> {
        let grown: usize =
            changes.iter().map(|(name, to)| name.len() + to.map_or(0, str::len)).sum();
        let mut out = Vec::with_capacity(self.bytes.len() + grown + 4 * changes.len());
        let (first, last) = (self.members.first(), self.members.last());
        let inside = self.bytes.iter().position(|byte| *byte == b'{').map_or(0, |at| at + 1);
        out.extend_from_slice(&self.bytes[..first.map_or(inside, |member| member.key.start)]);
        let mut is_begun = false;
        let mut end_before = 0;
        for (index, member) in self.members.iter().enumerate() {
            let gap = std::mem::replace(&mut end_before, member.value.end)..member.key.start;
            let name = self.name(member);
            let change = changes.iter().rev().find(|(changed, _)| *changed == name);
            let value = match change {
                None => self.slice(&member.value),
                Some((_, Some(to))) if self.is_last_of_name(index) => to,
                Some(_) => continue,
            };
            if is_begun {
                out.extend_from_slice(&self.bytes[gap]);
            }
            is_begun = true;
            out.extend_from_slice(&self.bytes[member.key.start..member.value.start]);
            out.extend_from_slice(value.as_bytes());
        }
        for (index, (name, to)) in changes.iter().enumerate() {
            let is_last_change = !changes[index + 1..].iter().any(|(later, _)| later == name);
            let Some(to) = to.filter(|_| is_last_change && self.get(name).is_none()) else {
                continue;
            };
            if is_begun {
                out.push(b',');
            }
            is_begun = true;
            out.extend_from_slice(serde_json::Value::from(*name).to_string().as_bytes());
            out.push(b':');
            out.extend_from_slice(to.as_bytes());
        }
        out.extend_from_slice(&self.bytes[last.map_or(inside, |member| member.value.end)..]);
        out
    }

    fn is_last_of_name(&self, index: usize) -> bool {
        let name = self.name(&self.members[index]);
        !self.members[index + 1..].iter().any(|later| self.name(later) == name)
    }

    fn name<'a>(&'a self, member: &'a Member) -> &'a str {
        match &member.unescaped {
            Some(name) => name,
            None => self.slice(&(member.key.start + 1..member.key.end - 1)),
        }
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        // All ranges lie on borders of tokens, in bytes that were found to be UTF-8.
        std::str::from_utf8(&self.bytes[range.clone()]).unwrap_or_default()
    }
}

/// Notes where each member stands and reads none of them.
struct Finder<'a> {
    text: &'a str,
}

impl Finder<'_> {
    fn range(&self, raw: &RawValue) -> Range<usize> {
        let start = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        start..start + raw.get().len()
    }
}

impl<'de> Visitor<'de> for Finder<'_> {
    type Value = Vec<Member>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            if members.len() == MOST_MEMBERS {
                return Err(A::Error::custom(TOO_MANY));
            }
            let value = self.range(map.next_value::<&'de RawValue>()?);
            let quoted = key.get();
            let unescaped = if quoted.contains('\\') {
                Some(serde_json::from_str(quoted).map_err(A::Error::custom)?)
            } else {
                None
            };
            members.push(Member { unescaped, key: self.range(key), value });
        }
        Ok(members)
    }
}
