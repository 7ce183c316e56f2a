//! Anthropic's dialect: the Messages API.

pub(crate) mod answer_tool;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod parse;
pub(crate) mod respond;
pub(crate) mod stream;
