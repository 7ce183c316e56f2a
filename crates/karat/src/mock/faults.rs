//! Pure. How an answer is spoilt: each fault as the response that a broken provider sends.

use std::time::Duration;

use karat_providers::respond::error_event;
use karat_providers::{ChatAnswer, ErrorClass};

use super::reply::{Call, Pieces, Response, Said, Step, Then, retry_headers, stream, whole};
use super::script::{Failure, FaultKind, Pace};

/// In how many pieces a whole body drips.
const DROPS: usize = 10;

/// The page of a proxy whose server is down.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n\
<body><center><h1>502 Bad Gateway</h1></center><hr><center>simulated proxy</center></body></html>\n";

/// What happens instead of the answer.
pub(super) fn spoil(call: &Call<'_>, fault: &FaultKind, said: &Said, pace: &Pace) -> Then {
    let response = match fault {
        FaultKind::Hang => return Then::Hang,
        FaultKind::Cut { chunks: None } => return Then::Close,
        FaultKind::Cut { chunks: Some(chunks) } => part(call, said, pace, *chunks, Step::Cut),
        FaultKind::HangAfter { chunks } => part(call, said, pace, *chunks, Step::Hang),
        FaultKind::Status(failure) => fail(call, failure),
        FaultKind::RateLimit { message, retry_after } => {
            let failure = Failure {
                status: None,
                class: ErrorClass::RateLimited,
                message: message.clone(),
                body: None,
                retry_after: Some(*retry_after),
            };
            fail(call, &failure)
        }
        FaultKind::Html { status } => {
            whole(*status, "text/html; charset=utf-8", PAGE.as_bytes().to_vec())
        }
        FaultKind::Malformed { chunks } => malformed(call, said, pace, *chunks),
        FaultKind::Empty => call.answer(&without_words(said), pace),
        FaultKind::SlowDrip { pause } => drip(call, said, pace, *pause),
        FaultKind::OverloadInStream { chunks, message } => {
            let message = message.as_deref().unwrap_or("Overloaded");
            overload(call, said, pace, *chunks, message)
        }
    };
    Then::Respond(response)
}

/// A part of the answer, and then the end that is none.
fn part(call: &Call<'_>, said: &Said, pace: &Pace, n_chunks: usize, end: Step) -> Response {
    match said {
        Said::Chat(answer) if call.is_stream => {
            let mut steps = call.streamed(answer, pace).begin(n_chunks, pace);
            steps.push(end);
            stream(steps)
        }
        _ => {
            let mut response = whole(200, "application/json", call.whole(said));
            if let Some(Step::Send(body)) = response.steps.first_mut() {
                body.truncate(body.len() / 2);
            }
            response.steps.push(end);
            response
        }
    }
}

fn fail(call: &Call<'_>, failure: &Failure) -> Response {
    let message = failure.message.as_deref().unwrap_or_else(|| usual_words(failure.class));
    let mut response = match &failure.body {
        Some(body) => {
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
            let content_type =
                if is_json { "application/json" } else { "text/plain; charset=utf-8" };
            whole(500, content_type, body.clone().into_bytes())
        }
        None => call.error(failure.class, message),
    };
    response.status = failure.status.unwrap_or_else(|| call.error(failure.class, "").status);
    response.headers.extend(failure.retry_after.into_iter().flat_map(retry_headers));
    response
}

/// Sentences by which clients recognise an error where a dialect has no code for it.
fn usual_words(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::RateLimited => "Rate limit reached for requests",
        ErrorClass::QuotaExhausted => "You exceeded your current quota",
        ErrorClass::Overloaded => "Overloaded",
        ErrorClass::Timeout => "The request timed out",
        ErrorClass::Authentication => "Incorrect API key provided",
        ErrorClass::PermissionDenied => "This key may not use this model",
        ErrorClass::NotFound => "The model does not exist",
        ErrorClass::ContextLength => "prompt is too long: 210000 tokens > 200000 maximum",
        ErrorClass::ContentPolicy => "Refused by the content management policy",
        ErrorClass::BadRequest => "Invalid request",
        _ => "Internal server error",
    }
}

/// JSON that breaks off, in a response that is whole otherwise.
fn malformed(call: &Call<'_>, said: &Said, pace: &Pace, n_chunks: usize) -> Response {
    let Said::Chat(answer) = said else {
        return torn(call.whole(said));
    };
    if !call.is_stream {
        return torn(call.whole(said));
    }
    let mut pieces = call.streamed(answer, pace);
    let index = n_chunks.min(pieces.middle.len().saturating_sub(1));
    match pieces.middle.get_mut(index) {
        Some(piece) => tear_event(piece),
        None => tear_event(&mut pieces.end),
    }
    stream(pieces.steps(pace))
}

fn torn(mut body: Vec<u8>) -> Response {
    body.truncate(body.len() / 2);
    whole(200, "application/json", body)
}

/// Takes away the second half of an event's data, but not its end.
fn tear_event(event: &mut Vec<u8>) {
    let n_kept = event.len() * 2 / 3;
    event.truncate(n_kept);
    event.extend_from_slice(b"\n\n");
}

fn without_words(said: &Said) -> Said {
    match said {
        Said::Chat(answer) => {
            Said::Chat(ChatAnswer { usage: answer.usage, ..ChatAnswer::default() })
        }
        Said::Vectors(answer) => {
            let mut empty = answer.clone();
            empty.vectors.clear();
            Said::Vectors(empty)
        }
        Said::Count(_) => Said::Count(0),
    }
}

/// The whole answer, but slowly.
fn drip(call: &Call<'_>, said: &Said, pace: &Pace, pause: Duration) -> Response {
    let slow = Pace { first_chunk: pause, chunk_delay: pause, ..*pace };
    match said {
        Said::Chat(_) if call.is_stream => call.answer(said, &slow),
        _ => {
            let body = call.whole(said);
            let size = body.len().div_ceil(DROPS).max(1);
            let drops = body.chunks(size).map(|drop| Step::Send(drop.to_vec()));
            let steps = drops.flat_map(|drop| [Step::Wait(pause), drop]).skip(1).collect();
            Response { steps, ..whole(200, "application/json", body) }
        }
    }
}

/// A stream that ends in an error of its own dialect.
fn overload(call: &Call<'_>, said: &Said, pace: &Pace, n_chunks: usize, words: &str) -> Response {
    match said {
        Said::Chat(answer) if call.is_stream => {
            let pieces: Pieces = call.streamed(answer, pace);
            let mut steps = pieces.begin(n_chunks, pace);
            steps.push(Step::Send(error_event(call.dialect(), ErrorClass::Overloaded, words)));
            stream(steps)
        }
        _ => call.error(ErrorClass::Overloaded, words),
    }
}
