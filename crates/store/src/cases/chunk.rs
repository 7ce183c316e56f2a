//! Pure. Cuts the cases of a file into chunks where their content says, so that an edit or an insertion
//! changes the chunk that it falls into and leaves the others as they were.

use std::collections::{BTreeMap, BTreeSet};

use karat_records::{Case, Hash, Split};
use serde_json::Value;

use crate::StoreError;
use crate::sqlite::body;

/// A chunk ends after a case whose hash ends with nine zero bits: on average 512 cases further on.
const ENDS: u16 = 0x1FF;
/// But not before so many cases, so that chunks are worth their rows.
const LEAST: usize = 64;
/// And at the latest after so many.
const MOST: usize = 2048;
/// Or after so many bytes, so that long cases do not make chunks that fill the memory.
const MOST_BYTES: usize = 1 << 20;

/// A field with more values than this in one chunk is not listed by value; it is read from the cases instead.
const MOST_VALUES: usize = 64;
/// Neither is one with a longer value.
const LONGEST_VALUE: usize = 200;

/// Stands between the texts of two cases; no text holds it.
pub(crate) const BETWEEN: u8 = 0x1e;

/// Some consecutive cases, ready to be stored.
#[derive(Debug)]
pub struct Chunk {
    pub(crate) first: u64,
    pub(crate) key: Vec<u8>,
    pub(crate) n_gate: u64,
    pub(crate) ids: Vec<String>,
    pub(crate) gate: Vec<u8>,
    pub(crate) hashes: Vec<Vec<u8>>,
    pub(crate) bodies: Vec<Vec<u8>>,
    pub(crate) texts: Vec<u8>,
    pub(crate) values: BTreeMap<(String, String), Vec<u8>>,
    pub(crate) unlisted: BTreeSet<String>,
}

/// Takes cases in their order and hands out chunks.
#[derive(Debug, Default)]
pub struct Chunker {
    next: u64,
    n_bytes: usize,
    open: Option<Chunk>,
    n_values: BTreeMap<String, usize>,
}

impl Chunk {
    /// Cases in it.
    pub fn n(&self) -> usize {
        self.ids.len()
    }

    fn new(first: u64) -> Self {
        Self {
            first,
            key: Vec::new(),
            n_gate: 0,
            ids: Vec::new(),
            gate: Vec::new(),
            hashes: Vec::new(),
            bodies: Vec::new(),
            texts: Vec::new(),
            values: BTreeMap::new(),
            unlisted: BTreeSet::new(),
        }
    }
}

impl Chunker {
    /// Takes the next case with the hash of its content; answers with a chunk where one ends here.
    pub fn push(&mut self, mut case: Case, hash: &Hash) -> Result<Option<Chunk>, StoreError> {
        let is_gate = case.split == Split::Gate;
        // The split belongs to the version, not to the content.
        case.split = Split::Both;
        let body = body::encode(&case).map_err(|error| StoreError::Unstorable {
            fact: format!("case {}", case.id),
            detail: error.to_string(),
        })?;
        let digest = hash.bytes().unwrap_or_default().to_vec();
        let first = self.next;
        let chunk = self.open.get_or_insert_with(|| Chunk::new(first));
        let offset = chunk.ids.len();
        self.next += 1;
        self.n_bytes += body.len();
        for (name, value) in values(&case) {
            if chunk.unlisted.contains(&name) {
                continue;
            }
            let key = (name, value);
            if let Some(bits) = chunk.values.get_mut(&key) {
                set(bits, offset);
                continue;
            }
            let n_values = self.n_values.entry(key.0.clone()).or_default();
            *n_values += 1;
            if *n_values > MOST_VALUES || key.1.len() > LONGEST_VALUE {
                chunk.values.retain(|(name, _), _| *name != key.0);
                chunk.unlisted.insert(key.0);
            } else {
                let mut bits = Vec::new();
                set(&mut bits, offset);
                chunk.values.insert(key, bits);
            }
        }
        if offset > 0 {
            chunk.texts.push(BETWEEN);
        }
        add_text(&case, &mut chunk.texts);
        if is_gate {
            chunk.n_gate += 1;
            set(&mut chunk.gate, offset);
        }
        let ends = digest.last_chunk::<2>().map(|last| u16::from_be_bytes(*last) & ENDS) == Some(0);
        chunk.ids.push(case.id);
        chunk.hashes.push(digest);
        chunk.bodies.push(body);
        let n = chunk.ids.len();
        let is_full = n >= MOST || self.n_bytes >= MOST_BYTES || (ends && n >= LEAST);
        Ok(if is_full { self.close() } else { None })
    }

    /// The last chunk, where cases are left.
    pub fn close(&mut self) -> Option<Chunk> {
        self.n_bytes = 0;
        self.n_values.clear();
        let mut chunk = self.open.take()?;
        let n = chunk.ids.len();
        let mut content = Vec::with_capacity(n * 33);
        for (offset, hash) in chunk.hashes.iter().enumerate() {
            content.extend_from_slice(hash);
            content.push(u8::from(is_set(&chunk.gate, offset)));
        }
        chunk.key = Hash::of_bytes(&content).bytes().unwrap_or_default().to_vec();
        Some(chunk)
    }
}

/// Sets a bit, and makes room for it.
pub(crate) fn set(bits: &mut Vec<u8>, index: usize) {
    if bits.len() <= index / 8 {
        bits.resize(index / 8 + 1, 0);
    }
    bits[index / 8] |= 1 << (index % 8);
}

/// Whether a bit is set; bits behind the end are not.
pub(crate) fn is_set(bits: &[u8], index: usize) -> bool {
    bits.get(index / 8).is_some_and(|byte| byte & (1 << (index % 8)) != 0)
}

/// What a case can be found by: its tags, its desired output and its plain metadata.
fn values(case: &Case) -> Vec<(String, String)> {
    let tags = case.tags.iter().map(|tag| ("tag".to_owned(), tag.clone()));
    let expected = case.expected.as_ref().and_then(plain);
    let metadata = case.metadata.iter().filter(|(name, _)| !name.contains('.'));
    let mut values: Vec<_> = tags
        .chain(expected.map(|text| ("expected".to_owned(), text)))
        .chain(
            metadata.filter_map(|(name, value)| Some((format!("metadata.{name}"), plain(value)?))),
        )
        .collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// Whether the values of a field are listed by chunk.
pub(crate) fn is_listed(field: &str) -> bool {
    field == "tag"
        || field == "expected"
        || field.strip_prefix("metadata.").is_some_and(|name| !name.contains('.'))
}

/// The text by which a plain value is found.
pub(crate) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Everything that a case says, for searching: values without the names of their fields.
fn add_text(case: &Case, out: &mut Vec<u8>) {
    add_words(&case.id, out);
    case.tags.iter().for_each(|tag| add_words(tag, out));
    case.input.values().for_each(|value| add_value(value, out));
    case.expected.iter().for_each(|value| add_value(value, out));
    case.metadata.values().for_each(|value| add_value(value, out));
}

fn add_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::String(text) => add_words(text, out),
        Value::Bool(_) | Value::Number(_) => add_words(&value.to_string(), out),
        Value::Array(values) => values.iter().for_each(|value| add_value(value, out)),
        Value::Object(map) => map.values().for_each(|value| add_value(value, out)),
    }
}

fn add_words(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(searchable(text).as_bytes());
    out.push(b'\n');
}

/// A text as it is searched: lower case, without control characters.
pub(crate) fn searchable(text: &str) -> String {
    text.to_lowercase().replace(|c: char| c.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(id: usize) -> Case {
        let input = json!({ "message": format!("case {id}") });
        Case {
            id: format!("c{id}"),
            input: input.as_object().cloned().unwrap_or_default(),
            expected: Some(json!("yes")),
            metadata: serde_json::Map::new(),
            tags: vec!["a".into()],
            split: if id.is_multiple_of(3) { Split::Gate } else { Split::Tune },
        }
    }

    fn chunks(ids: impl Iterator<Item = usize>) -> Vec<Chunk> {
        let mut chunker = Chunker::default();
        let mut chunks = Vec::new();
        for case in ids.map(case) {
            let hash = case.content_hash();
            chunks.extend(chunker.push(case, &hash).unwrap());
        }
        chunks.extend(chunker.close());
        chunks
    }

    #[test]
    fn chunks_follow_each_other_without_a_gap() {
        let chunks = chunks(0..5_000);
        let mut next = 0;
        for chunk in &chunks {
            assert_eq!(chunk.first, next);
            next += chunk.n() as u64;
            assert!(chunk.n() <= MOST);
        }
        assert_eq!(next, 5_000);
        assert!(chunks.len() > 3, "{}", chunks.len());
    }

    #[test]
    fn an_insertion_leaves_most_chunks_as_they_were() {
        let before = chunks(0..10_000);
        let after = chunks((0..4_000).chain([99_999]).chain(4_000..10_000));
        let known: BTreeSet<&[u8]> = before.iter().map(|chunk| chunk.key.as_slice()).collect();
        let n_new = after.iter().filter(|chunk| !known.contains(chunk.key.as_slice())).count();
        assert!((1..=3).contains(&n_new), "{n_new} of {}", after.len());
    }

    #[test]
    fn holding_a_case_out_makes_another_chunk() {
        let mut chunker = Chunker::default();
        let mut keys = BTreeSet::new();
        for split in [Split::Gate, Split::Tune] {
            let case = Case { split, ..case(1) };
            let hash = case.content_hash();
            chunker.push(case, &hash).unwrap();
            keys.insert(chunker.close().unwrap().key);
        }
        assert_eq!(keys.len(), 2);
    }

    #[test]
    fn a_field_with_many_values_is_not_listed_by_value() {
        let mut chunker = Chunker::default();
        for id in 0..60 + MOST_VALUES {
            let mut case = case(id);
            case.metadata.insert("order".into(), json!(id));
            case.metadata
                .insert("channel".into(), json!(if id % 2 == 0 { "mail" } else { "chat" }));
            let hash = Hash::of_bytes(&[1]);
            assert!(chunker.push(case, &hash).unwrap().is_none());
        }
        let chunk = chunker.close().unwrap();
        let names: BTreeSet<&str> = chunk.values.keys().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["expected", "metadata.channel", "tag"]);
        assert_eq!(chunk.unlisted.into_iter().collect::<Vec<_>>(), ["metadata.order"]);
    }
}
