//! `OpenAI`'s Responses dialect.

pub(crate) mod decode;
pub(crate) mod encode;
