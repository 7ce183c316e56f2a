//! Pure. An error as the application's own dialect words it: status, body, headers, or an event inside a stream.

use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName};
use karat_providers::respond::{error_body, error_event, error_status};
use karat_providers::{Dialect, ErrorClass, ProviderError};

use super::budget::Exceeded;
use super::reply::Reply;

/// Why there is no answer, ready to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// HTTP status.
    pub status: u16,
    dialect: Dialect,
    class: ErrorClass,
    message: String,
    retry_after: Option<Duration>,
    /// What the vendors' clients are told about their own attempts; silence lets them decide by the status.
    should_retry: Option<bool>,
}

/// By which the vendors' clients decide whether to ask again.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

impl Trouble {
    /// An error of ours.
    pub fn new(dialect: Dialect, class: ErrorClass, message: &str) -> Self {
        Self {
            status: error_status(dialect, class),
            dialect,
            class,
            message: message.to_owned(),
            retry_after: None,
            should_retry: None,
        }
    }

    /// The provider's own error, given back because it is the application's to mend.
    pub fn of(dialect: Dialect, error: &ProviderError) -> Self {
        let mut trouble = Self::new(dialect, error.class, &error.message);
        if let Some(status @ 400..=499) = error.status {
            trouble.status = status;
        }
        trouble.retry_after = error.retry_after;
        trouble
    }

    /// Every candidate was tried; the client's own attempts would only repeat that.
    pub fn exhausted(dialect: Dialect, last: &ProviderError) -> Self {
        let class = match last.class {
            // The team's key or credit is no business of the application's.
            ErrorClass::Authentication
            | ErrorClass::PermissionDenied
            | ErrorClass::QuotaExhausted
            | ErrorClass::NotFound
            | ErrorClass::BadRequest => ErrorClass::ServerError,
            class => class,
        };
        let message = format!("no variant could answer; the last one: {}", last.message);
        let mut trouble = Self::new(dialect, class, &message);
        trouble.retry_after = last.retry_after;
        trouble.should_retry = Some(false);
        trouble
    }

    /// Every candidate cools down.
    pub fn cooling(dialect: Dialect, wait: Duration) -> Self {
        let message = "every variant of this feature has failed lately and cools down";
        let mut trouble = Self::new(dialect, ErrorClass::Overloaded, message);
        trouble.status = 503;
        trouble.retry_after = Some(wait);
        trouble.should_retry = Some(false);
        trouble
    }

    /// A budget or a rate is used up.
    pub fn exceeded(dialect: Dialect, exceeded: &Exceeded) -> Self {
        let mut trouble = Self::new(dialect, ErrorClass::RateLimited, &exceeded.message);
        trouble.retry_after = Some(exceeded.retry_after);
        // A budget of a day is not worth waiting for.
        let is_long = exceeded.retry_after > Duration::from_mins(1);
        trouble.should_retry = is_long.then_some(false);
        trouble
    }

    /// Under a status of its own.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// As the last event of a stream that has begun.
    pub fn event(&self) -> Bytes {
        error_event(self.dialect, self.class, &self.message).into()
    }

    /// As a whole answer.
    pub fn reply(&self) -> Reply {
        let body = error_body(self.dialect, self.class, &self.message);
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = Reply::whole(status, "application/json", body.into());
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            reply = reply.with(header::RETRY_AFTER, &seconds.max(1).to_string());
        }
        if let Some(should) = self.should_retry {
            reply = reply.with(SHOULD_RETRY, if should { "true" } else { "false" });
        }
        reply
    }
}

/// A provider's error inside a stream that has begun.
pub fn event(dialect: Dialect, error: &ProviderError) -> Bytes {
    let message = format!("the answer broke off: {}", error.message);
    Trouble::new(dialect, error.class, &message).event()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_gets_its_own_mistake_back_and_the_teams_mistakes_as_a_servers() {
        let mut error = ProviderError::new(ErrorClass::BadRequest, "temperature is too high");
        error.status = Some(422);
        assert_eq!(Trouble::of(Dialect::OpenAiChat, &error).status, 422);
        let mut wrong_key = ProviderError::new(ErrorClass::Authentication, "wrong key");
        wrong_key.status = Some(401);
        let exhausted = Trouble::exhausted(Dialect::Anthropic, &wrong_key);
        assert_eq!((exhausted.status, exhausted.should_retry), (500, Some(false)));
    }

    #[test]
    fn who_cools_down_says_for_how_long_and_that_asking_again_is_no_use() {
        let response = Trouble::cooling(Dialect::OpenAiChat, Duration::from_millis(1500))
            .reply()
            .into_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["x-should-retry"], "false");
    }
}
