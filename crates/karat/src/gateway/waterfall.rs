//! Pure. What follows a failed attempt: the next variant, or the application's own mistake given back.

use std::time::Duration;

use karat_providers::ErrorClass;

/// A failed attempt, as far as it decides what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What it means.
    pub class: ErrorClass,
    /// HTTP status of the provider.
    pub status: Option<u16>,
    /// Whether the provider complains about something that the variant set.
    pub is_variants: bool,
    /// Whether the application's request was wrong before anybody was asked.
    pub is_callers: bool,
}

/// What a feature wishes beyond the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// An answer that breaks the output schema goes on to the next variant.
    pub next_on_schema: bool,
    /// A conversation that is too long for one variant goes on to the next.
    pub next_on_context_length: bool,
    /// The next variant goes on with a stream that breaks.
    pub continues_streams: bool,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next variant, if there is one.
    Try {
        /// The team has to mend something, and is told.
        is_loud: bool,
    },
    /// The application gets the error: no variant would do better.
    GiveBack,
}

/// What follows a failed attempt.
pub fn after(failed: Failed, wishes: Wishes) -> Next {
    if failed.is_callers {
        return Next::GiveBack;
    }
    match failed.class {
        // The provider has trouble: somebody else may do better.
        ErrorClass::Connection
        | ErrorClass::Timeout
        | ErrorClass::RateLimited
        | ErrorClass::Overloaded
        | ErrorClass::ServerError
        | ErrorClass::Malformed
        | ErrorClass::Empty
        | ErrorClass::CutStream => Next::Try { is_loud: false },
        // Our key, our credit: the application can do nothing about it.
        ErrorClass::Authentication | ErrorClass::PermissionDenied | ErrorClass::QuotaExhausted => {
            Next::Try { is_loud: true }
        }
        // A model that the variant names and the provider retired.
        ErrorClass::NotFound if failed.is_variants => Next::Try { is_loud: true },
        // A parameter that the variant sets and the provider no longer knows.
        ErrorClass::BadRequest if failed.is_variants => Next::Try { is_loud: true },
        ErrorClass::BadRequest if matches!(failed.status, Some(408 | 409)) => {
            Next::Try { is_loud: false }
        }
        ErrorClass::ContextLength if wishes.next_on_context_length => Next::Try { is_loud: false },
        ErrorClass::NotFound
        | ErrorClass::BadRequest
        | ErrorClass::ContextLength
        | ErrorClass::ContentPolicy => Next::GiveBack,
    }
}

/// What one request may use up over all variants: one deadline and one number of attempts.
#[derive(Clone, Debug)]
pub struct Purse {
    deadline: Duration,
    attempts: u32,
}

impl Purse {
    /// A full one.
    pub fn new(deadline: Duration, attempts: u32) -> Self {
        Self { deadline, attempts }
    }

    /// Whether nothing is left of it.
    pub fn is_empty(&self, elapsed: Duration) -> bool {
        self.attempts == 0 || elapsed >= self.deadline
    }

    /// Takes one attempt; what is left of the deadline, or nothing where either is used up.
    pub fn take(&mut self, elapsed: Duration) -> Option<Duration> {
        let left = self.deadline.checked_sub(elapsed).filter(|left| !left.is_zero())?;
        self.attempts = self.attempts.checked_sub(1)?;
        Some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(class: ErrorClass) -> Failed {
        Failed { class, status: None, is_variants: false, is_callers: false }
    }

    #[test]
    fn a_providers_trouble_goes_on_quietly() {
        for class in ErrorClass::ALL.into_iter().filter(|class| class.retryable()) {
            assert_eq!(after(failed(class), Wishes::default()), Next::Try { is_loud: false });
        }
        for status in [408, 409] {
            let failed = Failed { status: Some(status), ..failed(ErrorClass::BadRequest) };
            assert_eq!(after(failed, Wishes::default()), Next::Try { is_loud: false });
        }
    }

    #[test]
    fn our_key_our_credit_and_what_the_variant_set_go_on_loudly() {
        let loud = Next::Try { is_loud: true };
        for class in
            [ErrorClass::Authentication, ErrorClass::PermissionDenied, ErrorClass::QuotaExhausted]
        {
            assert_eq!(after(failed(class), Wishes::default()), loud);
        }
        for class in [ErrorClass::NotFound, ErrorClass::BadRequest] {
            let failed = Failed { is_variants: true, ..failed(class) };
            assert_eq!(after(failed, Wishes::default()), loud);
        }
    }

    #[test]
    fn the_callers_own_mistake_is_given_back() {
        for class in [
            ErrorClass::BadRequest,
            ErrorClass::NotFound,
            ErrorClass::ContextLength,
            ErrorClass::ContentPolicy,
        ] {
            assert_eq!(after(failed(class), Wishes::default()), Next::GiveBack, "{class}");
        }
        for status in [400, 413, 422] {
            let failed = Failed { status: Some(status), ..failed(ErrorClass::BadRequest) };
            assert_eq!(after(failed, Wishes::default()), Next::GiveBack);
        }
        let unread = Failed { is_callers: true, ..failed(ErrorClass::ServerError) };
        assert_eq!(after(unread, Wishes::default()), Next::GiveBack);
    }

    #[test]
    fn a_feature_may_wish_that_long_conversations_go_on() {
        let wishes = Wishes { next_on_context_length: true, ..Wishes::default() };
        assert_eq!(after(failed(ErrorClass::ContextLength), wishes), Next::Try { is_loud: false });
    }

    #[test]
    fn one_deadline_and_one_number_of_attempts_hold_for_the_whole_request() {
        let second = Duration::from_secs(1);
        let mut purse = Purse::new(second * 10, 2);
        assert_eq!(purse.take(second * 4), Some(second * 6));
        assert_eq!(purse.take(second * 9), Some(second));
        assert_eq!(purse.take(second * 9), None, "the attempts are used up");
        assert_eq!(Purse::new(second, 9).take(second), None, "the time is used up");
    }
}
