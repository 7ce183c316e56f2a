//! JSON bodies as bytes: a flag, then plain JSON, or its length and a zstd frame where that is shorter.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::thread::LocalKey;

use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// Below this, a frame's header eats what compression wins.
const WORTH_COMPRESSING: usize = 512;

/// Level 1 is five times faster than the default and keeps most of its gain on JSON.
const LEVEL: i32 = 1;

/// On the way of a request.
const WORTH_COMPRESSING_QUICKLY: usize = 1_024;
const QUICK_LEVEL: i32 = -3;

type Slot = &'static LocalKey<RefCell<Option<Compressor<'static>>>>;

thread_local! {
    // A context is some hundred kilobytes; one per thread instead of one per body.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static QUICK_COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The bytes to store.
pub(crate) fn encode<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut bytes = vec![PLAIN];
    serde_json::to_writer(&mut bytes, value)?;
    Ok(pack(bytes))
}

/// The bytes to store for a text.
pub(super) fn encode_text(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.push(PLAIN);
    bytes.extend_from_slice(text);
    pack(bytes)
}

/// A flag and a body, or the body's frame where that is shorter.
fn pack(bytes: Vec<u8>) -> Vec<u8> {
    pack_with(&COMPRESSOR, LEVEL, bytes)
}

/// Room for a body that is written piece by piece, for [`pack_quickly`].
pub(super) fn begin(length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 1);
    bytes.push(PLAIN);
    bytes
}

/// A body while somebody waits for its commit: compressed where that costs microseconds.
pub(super) fn pack_quickly(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() <= WORTH_COMPRESSING_QUICKLY {
        return bytes;
    }
    pack_with(&QUICK_COMPRESSOR, QUICK_LEVEL, bytes)
}

fn pack_with(compressor: Slot, level: i32, bytes: Vec<u8>) -> Vec<u8> {
    let plain = &bytes[1..];
    if plain.len() <= WORTH_COMPRESSING {
        return bytes;
    }
    let (Ok(length), Ok(frame)) = (u32::try_from(plain.len()), compress(compressor, level, plain))
    else {
        return bytes;
    };
    if frame.len() + 4 >= plain.len() {
        return bytes;
    }
    let mut packed = Vec::with_capacity(frame.len() + 5);
    packed.push(ZSTD);
    packed.extend_from_slice(&length.to_le_bytes());
    packed.extend_from_slice(&frame);
    packed
}

/// What [`encode`] was given; an error means that the bytes are damaged.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> rusqlite::Result<T> {
    parse(&decode_text(bytes)?)
}

/// What [`encode_text`] was given; an error means that the bytes are damaged.
pub(super) fn decode_text(bytes: &[u8]) -> rusqlite::Result<Cow<'_, [u8]>> {
    match bytes.split_first() {
        Some((&PLAIN, plain)) => Ok(Cow::Borrowed(plain)),
        Some((&ZSTD, packed)) => {
            let Some((length, frame)) = packed.split_first_chunk() else {
                return Err(damaged("a compressed body without its length"));
            };
            let length = u32::from_le_bytes(*length) as usize;
            decompress(frame, length).map(Cow::Owned).map_err(damaged)
        }
        _ => Err(damaged("a body without a known flag")),
    }
}

/// Answers come back however deeply a model nested them: they were parsed with a limit on their way in.
pub(super) fn parse<T: DeserializeOwned>(json: &[u8]) -> rusqlite::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.disable_recursion_limit();
    T::deserialize(&mut deserializer).map_err(damaged)
}

fn compress(compressor: Slot, level: i32, json: &[u8]) -> io::Result<Vec<u8>> {
    compressor.with_borrow_mut(|slot| match slot {
        Some(compressor) => compressor.compress(json),
        None => slot.insert(Compressor::new(level)?).compress(json),
    })
}

fn decompress(frame: &[u8], length: usize) -> io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|slot| match slot {
        Some(decompressor) => decompressor.decompress(frame, length),
        None => slot.insert(Decompressor::new()?).decompress(frame, length),
    })
}

/// Rusqlite's own error for a column that cannot be read, so that queries need no second error type.
pub(super) fn damaged(
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, cause.into())
}
