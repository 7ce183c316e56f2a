//! Which cases of a chunk fit a query: bits by value, then texts, then the cases themselves where nothing else knows.

use karat_records::Case;
use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::body;
use super::super::failure::Failure;
use super::{Placed, number_at};
use crate::CaseQuery;
use crate::cases::chunk::{BETWEEN, is_listed, is_set, plain, searchable, set};

/// A query, ready to be put to many chunks.
pub(super) struct Finding<'a> {
    is_held_out: Option<bool>,
    /// Values that chunks may list.
    listed: Vec<(&'a str, &'a str)>,
    /// Values for which the cases have to be read.
    read: Vec<(&'a str, &'a str)>,
    texts: Vec<Finder<'static>>,
}

impl<'a> Finding<'a> {
    pub(super) fn of(query: &'a CaseQuery) -> Self {
        let fields = query.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let tag = query.tag.as_deref().map(|tag| ("tag", tag));
        let (listed, read) = fields.chain(tag).partition(|(name, _)| is_listed(name));
        let mut finding = Self { is_held_out: query.is_held_out, listed, read, texts: Vec::new() };
        let text = query.text.as_deref().filter(|text| !text.is_empty());
        // A case with that value has it in its text; the texts are quicker to read than the cases.
        let values = finding.read.iter().map(|(_, value)| *value).filter(|value| !value.is_empty());
        finding.texts = text
            .into_iter()
            .chain(values)
            .map(|text| Finder::new(searchable(text).as_bytes()).into_owned())
            .collect();
        finding
    }

    /// Whether every case fits.
    pub(super) fn is_all(&self) -> bool {
        self.is_held_out.is_none()
            && self.listed.is_empty()
            && self.read.is_empty()
            && self.texts.is_empty()
    }

    /// Offsets of the cases that fit, ascending.
    pub(super) fn offsets(
        &self,
        connection: &Connection,
        chunk: &Placed,
    ) -> Result<Vec<usize>, Failure> {
        let Some(mut bits) = self.by_split(connection, chunk)? else { return Ok(Vec::new()) };
        let mut unlisted = Vec::new();
        for (name, value) in &self.listed {
            let found: Option<Vec<u8>> = connection
                .prepare_cached(
                    "SELECT cases FROM chunk_values WHERE chunk = ?1 AND name = ?2 AND value = ?3",
                )?
                .query_row(params![chunk.chunk, name, value], |row| row.get(0))
                .optional()?;
            match found {
                Some(found) => and(&mut bits, &found),
                None if is_unlisted(connection, chunk.chunk, name)? => {
                    unlisted.push((*name, *value));
                }
                None => return Ok(Vec::new()),
            }
        }
        let more: Vec<Finder<'_>> = unlisted
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(_, value)| Finder::new(searchable(value).as_bytes()).into_owned())
            .collect();
        if !(self.texts.is_empty() && more.is_empty()) {
            let stored: Vec<u8> = connection
                .prepare_cached("SELECT texts FROM chunk_texts WHERE chunk = ?1")?
                .query_row([chunk.chunk], |row| row.get(0))?;
            let texts = body::decode_text(&stored)?;
            for finder in self.texts.iter().chain(&more) {
                and(&mut bits, &occurrences(finder, &texts));
            }
        }
        let mut offsets: Vec<usize> = (0..chunk.n).filter(|index| is_set(&bits, *index)).collect();
        let wanted: Vec<_> = self.read.iter().chain(&unlisted).copied().collect();
        if !wanted.is_empty() && !offsets.is_empty() {
            offsets = read(connection, chunk.chunk, &offsets, &wanted)?;
        }
        Ok(offsets)
    }

    fn by_split(
        &self,
        connection: &Connection,
        chunk: &Placed,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let all = vec![0xff; chunk.n.div_ceil(8)];
        let Some(is_held_out) = self.is_held_out else { return Ok(Some(all)) };
        let n_fit = if is_held_out { chunk.n_gate } else { chunk.n - chunk.n_gate };
        if n_fit == 0 {
            return Ok(None);
        }
        if n_fit == chunk.n {
            return Ok(Some(all));
        }
        let mut gate: Vec<u8> = connection
            .prepare_cached("SELECT gate FROM case_chunks WHERE number = ?1")?
            .query_row([chunk.chunk], |row| row.get(0))?;
        gate.resize(chunk.n.div_ceil(8), 0);
        if !is_held_out {
            for byte in &mut gate {
                *byte = !*byte;
            }
        }
        Ok(Some(gate))
    }
}

fn and(bits: &mut [u8], others: &[u8]) {
    for (index, byte) in bits.iter_mut().enumerate() {
        *byte &= others.get(index).copied().unwrap_or(0);
    }
}

fn is_unlisted(connection: &Connection, chunk: i64, name: &str) -> Result<bool, Failure> {
    let unlisted: String = connection
        .prepare_cached("SELECT unlisted FROM case_chunks WHERE number = ?1")?
        .query_row([chunk], |row| row.get(0))?;
    let names: Vec<String> = serde_json::from_str(&unlisted).map_err(body::damaged)?;
    Ok(names.iter().any(|known| known == name))
}

/// The cases in whose texts something occurs.
fn occurrences(finder: &Finder<'_>, texts: &[u8]) -> Vec<u8> {
    let mut bits = Vec::new();
    let (mut offset, mut counted) = (0, 0);
    for at in finder.find_iter(texts) {
        offset += memchr::memchr_iter(BETWEEN, &texts[counted..at]).count();
        counted = at;
        set(&mut bits, offset);
    }
    bits
}

/// Reads the cases themselves.
fn read(
    connection: &Connection,
    chunk: i64,
    offsets: &[usize],
    wanted: &[(&str, &str)],
) -> Result<Vec<usize>, Failure> {
    let bodies: Vec<u8> = connection
        .prepare_cached("SELECT bodies FROM case_chunks WHERE number = ?1")?
        .query_row([chunk], |row| row.get(0))?;
    let mut body_of =
        connection.prepare_cached("SELECT body FROM case_bodies WHERE number = ?1")?;
    let mut found = Vec::new();
    for offset in offsets {
        let case: Case = body_of.query_row([number_at(&bodies, *offset)?], |row| {
            body::decode(row.get_ref(0)?.as_blob().map_err(body::damaged)?)
        })?;
        let fits = |(name, value): &(&str, &str)| match *name {
            "tag" => case.tags.iter().any(|tag| tag == value),
            _ => case.field(name).as_ref().and_then(plain).as_deref() == Some(*value),
        };
        if wanted.iter().all(fits) {
            found.push(*offset);
        }
    }
    Ok(found)
}
