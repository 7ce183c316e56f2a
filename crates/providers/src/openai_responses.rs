//! `OpenAI`'s Responses dialect.

pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod parse;
pub(crate) mod respond;
pub(crate) mod stream;
