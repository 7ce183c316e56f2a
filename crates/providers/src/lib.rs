//! Every model vendor's dialect, translated; opens no socket, reads no environment and no clock.
//!
//! In reading order: the neutral conversation ([`chat`]), who speaks what ([`dialect`]), the way out ([`encode()`]),
//! the way back ([`decode()`], [`error`]), and what it cost ([`prices`]).

pub mod chat;
pub mod dialect;
pub mod http;

mod decode;
mod encode;
pub mod error;
pub mod prices;
pub mod retry;

mod anthropic;
mod openai_chat;
mod openai_responses;
mod redact;
mod schema;

pub use chat::{ChatAnswer, ChatRequest, FinishReason, Message, Part, Role, Usage};
pub use decode::decode;
pub use dialect::{Dialect, authorization, join_url};
pub use encode::encode;
pub use error::{ErrorClass, ProviderError, decode_error};
pub use http::{HttpRequest, HttpResponse};
pub use prices::{Price, Prices, cost};
pub use redact::redact;
pub use schema::qualifies_for_strict;
