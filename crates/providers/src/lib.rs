//! Every model vendor's dialect, translated; opens no socket, reads no environment and no clock.
//!
//! In reading order: the neutral conversation ([`chat`]) and who speaks what ([`dialect`]);
//! the way out ([`encode()`]) and the way back ([`decode()`], [`stream`], [`error`]);
//! the server's side of the same ([`parse_request`], [`respond`]); vectors ([`embeddings`]) and what it cost ([`prices`]).

pub mod chat;
pub mod dialect;
pub mod http;

mod decode;
mod encode;
pub mod error;
pub mod retry;
pub mod stream;

mod parse;
pub mod respond;

pub mod embeddings;
pub mod prices;

mod anthropic;
mod openai_chat;
mod openai_responses;

mod redact;
mod schema;
pub mod sse;

pub use chat::{ChatAnswer, ChatRequest, FinishReason, Message, Part, Role, Usage};
pub use decode::decode;
pub use dialect::{Dialect, authorization, join_url};
pub use encode::encode;
pub use error::{ErrorClass, ProviderError, decode_error};
pub use http::{HttpRequest, HttpResponse};
pub use parse::parse_request;
pub use prices::{Price, Prices, cost};
pub use redact::{redact, redact_all};
pub use schema::qualifies_for_strict;
pub use stream::{StreamDecoder, StreamEvent};
