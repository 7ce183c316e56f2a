//! `OpenAI`'s chat dialect, which most other servers speak as well.

pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod parse;
pub(crate) mod respond;
pub(crate) mod stream;
