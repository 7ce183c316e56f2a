//! The life of a request, top to bottom: resolve, reserve, try candidates until one answers, record, answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use hyper::body::Bytes;
use karat_providers::respond::Stamp;
use karat_providers::{ChatAnswer, ErrorClass, ProviderError};
use karat_records::{Endpoint, Failure, Outcome};
use tokio::sync::{mpsc, oneshot};

use super::asked::Asked;
use super::attempt::{self, Got, How, Means, Missed};
use super::breaker::Pass;
use super::budget::{KeyUse, Reservation};
use super::draft::{Draft, name_of};
use super::onward;
use super::relay::Relay;
use super::reply::{Pieces, Reply};
use super::snapshot::{Candidate, Snapshot, Way};
use super::target::{self, Target};
use super::trouble::Trouble;
use super::turns::{Turn, Turns};
use super::waterfall::{self, Failed, Next, Purse, Wishes};
use super::{Gateway, guess, trouble};
use crate::clock::milliseconds;
use crate::upstream::open::Chunks;

/// Pieces that wait for a slow application before the provider is read on.
const PIECES: usize = 16;

/// One request, from its arrival to its record.
#[derive(Debug)]
struct Life {
    gateway: Arc<Gateway>,
    snapshot: Arc<Snapshot>,
    asked: Asked,
    draft: Draft,
    started: Instant,
    stamp: Stamp,
    key: Option<KeyUse>,
    reservations: Vec<Reservation>,
    rest: Option<Rest>,
}

/// Who could go on with an answer that breaks off, and what may still be used up.
#[derive(Debug)]
struct Rest {
    turns: Turns<Arc<Candidate>>,
    purse: Purse,
    wishes: Wishes,
}

/// A candidate that answered.
#[derive(Debug)]
struct Answered {
    candidate: Arc<Candidate>,
    got: Got,
}

/// Answers one request; it is recorded before its end leaves, also when nobody waits any more.
pub async fn serve(gateway: Arc<Gateway>, asked: Asked, key: Option<KeyUse>) -> Reply {
    let dialect = asked.dialect();
    let (sender, receiver) = oneshot::channel();
    let life = Life::new(Arc::clone(&gateway), asked, key);
    gateway.start(life.run(sender));
    receiver.await.unwrap_or_else(|_| {
        Trouble::new(dialect, ErrorClass::ServerError, "the request broke inside; ask again")
            .reply()
    })
}

impl Life {
    fn new(gateway: Arc<Gateway>, asked: Asked, key: Option<KeyUse>) -> Self {
        let clock = gateway.app.clock;
        let (id, received_at_ms) = (clock.new_id(), clock.now_ms());
        let stamp = Stamp {
            id: stamp_id(asked.endpoint, &id),
            created: received_at_ms.unsigned_abs() / 1000,
        };
        Self {
            snapshot: gateway.snapshot(),
            started: clock.instant(),
            draft: Draft::new(id, received_at_ms, &asked, key.as_ref().map(|key| key.id.clone())),
            stamp,
            asked,
            gateway,
            key,
            reservations: Vec::new(),
            rest: None,
        }
    }

    async fn run(mut self, mut sender: oneshot::Sender<Reply>) {
        let answered = {
            let answering = self.answer();
            tokio::select! {
                biased;
                answered = answering => Some(answered),
                // The application hung up: the attempt under way is dropped, and with it the call.
                () = sender.closed() => None,
            }
        };
        match answered {
            None => {
                self.record(Outcome::Cancelled, 499).await;
            }
            Some(Err(trouble)) => {
                let status = trouble.status;
                let is_recorded = self.is_feature_known();
                let inference_id = self.draft.inference.id.clone();
                let n_attempts = self.draft.inference.attempts.len();
                if is_recorded {
                    self.record(Outcome::Failed, status).await;
                } else {
                    self.gateway.release(std::mem::take(&mut self.reservations));
                }
                let reply = trouble.reply().marked(&inference_id, None, n_attempts, false);
                drop(sender.send(reply));
            }
            Some(Ok(Answered { candidate, got })) => self.deliver(candidate, got, sender).await,
        }
    }

    /// What was refused before a feature or model was found is counted and not recorded.
    fn is_feature_known(&self) -> bool {
        self.draft.inference.feature.is_some() || self.draft.inference.asked.is_some()
    }

    /// Finds who may answer, and tries them in order.
    async fn answer(&mut self) -> Result<Answered, Box<Trouble>> {
        let dialect = self.asked.dialect();
        let refuse = |class, message: &str| Box::new(Trouble::new(dialect, class, message));
        let found = target::find(&self.snapshot, &self.asked.model);
        let Target { feature, candidates } = match found {
            Ok(found) => found,
            Err(nobody) => {
                let broken = self.gateway.problem().filter(|_| self.snapshot.features.is_empty());
                let message = match broken {
                    Some(problem) => format!("the project's files cannot be served: {problem}"),
                    None => nobody.message,
                };
                return Err(refuse(nobody.class, &message));
            }
        };
        self.draft.inference.feature.clone_from(&feature);
        if self.gateway.is_store_broken() && !self.snapshot.settings.serves_unrecorded {
            return Err(refuse(
                ErrorClass::Overloaded,
                "inferences cannot be recorded at the moment, so none are made; look at the server's log",
            ));
        }
        let served = feature.as_ref().and_then(|name| self.snapshot.features.get(name));
        if served.is_some() || self.key.is_some() {
            let feature = served.map(|served| &served.feature);
            let guess = guess::guess(&candidates, &self.asked);
            self.reservations = self
                .gateway
                .reserve(feature, self.key.as_ref(), guess)
                .map_err(|exceeded| Box::new(Trouble::exceeded(dialect, &exceeded)))?;
        }
        let wishes = served.map_or_else(Wishes::default, |served| Wishes {
            next_on_schema: served.feature.next_on_schema,
            next_on_context_length: served.feature.next_on_context_length,
            continues_streams: served.feature.continues_streams,
        });
        self.try_all(candidates, wishes).await
    }

    /// The waterfall.
    async fn try_all(
        &mut self,
        candidates: Vec<Arc<Candidate>>,
        wishes: Wishes,
    ) -> Result<Answered, Box<Trouble>> {
        let dialect = self.asked.dialect();
        let settings = &self.snapshot.settings;
        let mut purse = Purse::new(settings.deadline, settings.attempts);
        let mut last: Option<Missed> = None;
        let mut cooling: Option<Duration> = None;
        let mut turns = Turns::new(candidates);
        let mut waited = Duration::ZERO;
        let mut has_waited = false;
        while let Some(turn) = turns.next(self.started.elapsed(), settings.deadline) {
            let clock = self.gateway.app.clock;
            // Asked first: a probe that is let through has to be made.
            if purse.is_empty(self.started.elapsed()) {
                break;
            }
            let candidate = match turn {
                Turn::Now(candidate) => candidate,
                Turn::Wait(wait) => {
                    tokio::time::sleep(wait).await;
                    waited += wait;
                    has_waited = true;
                    continue;
                }
            };
            let name = name_of(&candidate.way);
            let pass = match self.gateway.may_try(&candidate) {
                Ok(pass) => pass,
                Err(wait) if has_waited => {
                    // Somebody else's probe, or its failure: who has waited goes on waiting.
                    turns.after(candidate, self.started.elapsed(), wait);
                    continue;
                }
                Err(wait) => {
                    cooling = Some(cooling.map_or(wait, |shortest| shortest.min(wait)));
                    continue;
                }
            };
            let Some(left) = purse.take(self.started.elapsed()) else { break };
            self.draft.tries(&candidate);
            let begun = clock.instant();
            let means = Means {
                upstream: &self.gateway.app.upstream,
                clock,
                left,
                stamp: &self.stamp,
                demands_schema: wishes.next_on_schema,
                continues: wishes.continues_streams,
            };
            let tried = attempt::attempt(&candidate, &self.asked, means).await;
            let latency_ms = milliseconds(begun.elapsed());
            match tried {
                Ok(got) => {
                    self.gateway.noticed(&candidate, pass, None);
                    self.draft.inference.simulated = got.simulated;
                    self.draft.tried(latency_ms, got.status, None, None);
                    self.draft.waited(std::mem::take(&mut waited));
                    self.rest = Some(Rest { turns, purse, wishes });
                    return Ok(Answered { candidate, got });
                }
                Err(mut missed) => {
                    // Providers repeat keys in their complaints, which go to the log and to the application.
                    self.gateway.cleaner().clean(&mut missed.error.message);
                    self.gateway.noticed(&candidate, pass, Some(&missed.error));
                    self.draft.inference.simulated |= missed.simulated;
                    self.draft.charged(missed.error.usage.as_deref(), &candidate);
                    let failure = Some(missed.failure.clone());
                    self.draft.tried(latency_ms, missed.error.status, None, failure);
                    self.draft.waited(std::mem::take(&mut waited));
                    let failed = Failed {
                        class: missed.error.class,
                        status: missed.error.status,
                        is_variants: is_about_the_variant(&candidate, &missed),
                        is_callers: missed.is_callers,
                    };
                    match waterfall::after(failed, wishes) {
                        Next::GiveBack => {
                            return Err(Box::new(Trouble::of(dialect, &missed.error)));
                        }
                        Next::Try { is_loud } => {
                            if is_loud {
                                self.gateway.shout(&name, &missed.error);
                            }
                            let is_asked = missed.error.class.retryable();
                            if let Some(wait) = missed.error.retry_after.filter(|_| is_asked) {
                                turns.after(candidate, self.started.elapsed(), wait);
                            }
                            last = Some(missed);
                        }
                    }
                }
            }
        }
        Err(Box::new(match (last, cooling) {
            (Some(missed), _) => Trouble::exhausted(dialect, &missed.error),
            (None, Some(wait)) => Trouble::cooling(dialect, wait),
            (None, None) => Trouble::new(
                dialect,
                ErrorClass::Overloaded,
                "no variant of this feature may answer; `karat check` says why",
            ),
        }))
    }

    async fn deliver(
        mut self,
        candidate: Arc<Candidate>,
        got: Got,
        sender: oneshot::Sender<Reply>,
    ) {
        let n_attempts = self.draft.inference.attempts.len();
        let (id, unproven) = (self.draft.inference.id.clone(), candidate.is_unproven());
        let mark = |reply: Reply| {
            reply.with_head(&got.head).marked(&id, candidate.name.as_deref(), n_attempts, unproven)
        };
        match got.how {
            How::Whole { body, answer } => {
                self.name_response(&answer, got.is_native);
                self.served(answer.model_served.as_ref());
                self.draft.answered(&answer, &candidate);
                let dialect = self.asked.dialect();
                let recorded = self.record(Outcome::Answered, 200).await;
                let reply = if recorded {
                    Reply::whole(StatusCode::OK, "application/json", body)
                } else {
                    unrecorded(dialect).reply()
                };
                drop(sender.send(mark(reply)));
            }
            How::Begun { ready, relay, chunks } => {
                self.draft.inference.first_chunk_ms = Some(milliseconds(self.started.elapsed()));
                let (pieces, body) = Pieces::channel(PIECES);
                let reply = mark(Reply::pieces("text/event-stream", body));
                if sender.send(reply).is_err() {
                    self.draft.answered(&relay.answer(), &candidate);
                    self.record(Outcome::Cancelled, 499).await;
                    return;
                }
                self.stream(candidate, ready, *relay, chunks, pieces).await;
            }
        }
    }

    /// Passes the stream on until its end, which waits for the record.
    async fn stream(
        mut self,
        mut candidate: Arc<Candidate>,
        mut ready: Vec<Bytes>,
        mut relay: Relay,
        mut chunks: Option<Chunks>,
        pieces: mpsc::Sender<Bytes>,
    ) {
        let ended = loop {
            if !send_all(&pieces, &mut ready).await {
                break Ended::Left;
            }
            let Some(source) = chunks.as_mut().filter(|_| !relay.is_done()) else {
                break Ended::Whole;
            };
            let next = tokio::select! {
                next = source.next() => next,
                () = pieces.closed() => break Ended::Left,
            };
            let pushed = match next {
                Some(Ok(chunk)) => relay.push(&chunk, &mut ready),
                Some(Err(failure)) => Err(broken(&failure)),
                None => {
                    chunks = None;
                    relay.end(&mut ready)
                }
            };
            if let Err(mut error) = pushed {
                send_all(&pieces, &mut ready).await;
                self.broke(&candidate, &mut error);
                let gone_on = tokio::select! {
                    gone_on = self.go_on(&candidate, &mut relay, &error) => gone_on,
                    () = pieces.closed() => break Ended::Left,
                };
                let Some((next, more)) = gone_on else { break Ended::Broken(error) };
                (candidate, chunks) = (next, Some(more));
            }
        };
        // Dropping what follows ends the provider's call.
        drop(chunks);
        let answer = relay.answer();
        self.name_response(&answer, matches!(relay, Relay::Same(_)));
        self.served(answer.model_served.as_ref());
        self.draft.answered(&answer, &candidate);
        let dialect = self.asked.dialect();
        match ended {
            Ended::Left => {
                self.record(Outcome::Cancelled, 499).await;
            }
            Ended::Broken(error) => {
                self.record(Outcome::Cut, 200).await;
                drop(pieces.send(trouble::event(dialect, &error)).await);
            }
            Ended::Whole => {
                let last = if self.record(Outcome::Answered, 200).await {
                    relay.terminal()
                } else {
                    vec![unrecorded(dialect).event()]
                };
                for piece in last {
                    if pieces.send(piece).await.is_err() {
                        break;
                    }
                }
            }
        }
    }

    /// A stream broke off: its attempt failed after all, and the breaker learns from it.
    fn broke(&mut self, candidate: &Candidate, error: &mut ProviderError) {
        self.gateway.cleaner().clean(&mut error.message);
        self.gateway.noticed(candidate, Pass::default(), Some(error));
        if let Some(step) = self.draft.inference.attempts.last_mut() {
            step.attempt.failure = Some(crate::upstream::call::failure_of(error));
        }
    }

    /// The next variant that goes on with what was said, where the feature wishes it and the answer allows it.
    async fn go_on(
        &mut self,
        candidate: &Candidate,
        relay: &mut Relay,
        error: &ProviderError,
    ) -> Option<(Arc<Candidate>, Chunks)> {
        let Rest { mut turns, mut purse, wishes } = self.rest.take()?;
        let Way::Model(model) = &candidate.way else { return None };
        let said = relay.answer();
        let may = wishes.continues_streams
            && relay.may_go_on()
            && onward::may_go_on(&self.asked, model, &said, error);
        if !may {
            return None;
        }
        self.served(said.model_served.as_ref());
        self.draft.answered(&said, candidate);
        let clock = self.gateway.app.clock;
        // Nobody waits here: the application sees a stream that stands still.
        while let Some(Turn::Now(next)) = turns.next(Duration::ZERO, Duration::ZERO) {
            let Way::Model(model) = &next.way else { continue };
            for way in onward::ways(&self.asked, model, &said.text) {
                let Ok(pass) = self.gateway.may_try(&next) else { break };
                let Some(left) = purse.take(self.started.elapsed()) else { break };
                self.draft.tries(&next);
                let begun = clock.instant();
                let means = Means {
                    upstream: &self.gateway.app.upstream,
                    clock,
                    left,
                    stamp: &self.stamp,
                    demands_schema: false,
                    continues: true,
                };
                let tried = attempt::go_on(model, &self.asked, &way.more, means).await;
                let latency_ms = milliseconds(begun.elapsed());
                match tried {
                    Ok(opened) => {
                        self.gateway.noticed(&next, pass, None);
                        self.draft.tried(latency_ms, Some(opened.status), None, None);
                        self.draft.passes_on();
                        relay.go_on(model.provider.dialect, way.is_trimmed);
                        self.rest = Some(Rest { turns, purse, wishes });
                        return Some((Arc::clone(&next), opened.chunks));
                    }
                    Err(mut missed) => {
                        self.gateway.cleaner().clean(&mut missed.error.message);
                        self.gateway.noticed(&next, pass, Some(&missed.error));
                        let failure = Some(missed.failure.clone());
                        self.draft.tried(latency_ms, missed.error.status, None, failure);
                        if missed.error.class != ErrorClass::BadRequest {
                            break;
                        }
                    }
                }
            }
        }
        self.draft.tries(candidate);
        None
    }

    /// The id in the answer that the application sees.
    fn name_response(&mut self, answer: &ChatAnswer, is_native: bool) {
        let theirs = answer.provider_id.clone().filter(|_| is_native);
        self.draft.inference.response_id = theirs.or_else(|| Some(self.stamp.id.clone()));
    }

    fn served(&mut self, model: Option<&String>) {
        if let Some(step) = self.draft.inference.attempts.last_mut() {
            step.attempt.served = model.cloned();
        }
    }

    /// Closes the record and waits until it is committed; false where the answer must not leave therefore.
    async fn record(&mut self, outcome: Outcome, status: u16) -> bool {
        let latency_ms = milliseconds(self.started.elapsed());
        let cleaner = self.gateway.cleaner();
        let inference = self.draft.close(outcome, status, latency_ms, &cleaner);
        self.gateway.settle(std::mem::take(&mut self.reservations), &inference);
        self.gateway.record(inference, &self.snapshot.settings).await
    }
}

/// How a stream ended.
enum Ended {
    /// With its terminal event.
    Whole,
    /// In its middle.
    Broken(ProviderError),
    /// The application hung up.
    Left,
}

async fn send_all(pieces: &mpsc::Sender<Bytes>, ready: &mut Vec<Bytes>) -> bool {
    for piece in ready.drain(..) {
        if pieces.send(piece).await.is_err() {
            return false;
        }
    }
    true
}

fn broken(failure: &Failure) -> ProviderError {
    let class = match failure.kind {
        karat_records::FailureKind::Timeout => ErrorClass::Timeout,
        _ => ErrorClass::CutStream,
    };
    ProviderError::new(class, &failure.message)
}

fn unrecorded(dialect: karat_providers::Dialect) -> Trouble {
    Trouble::new(
        dialect,
        ErrorClass::Overloaded,
        "the answer could not be recorded, so it is not given; look at the server's log",
    )
}

/// Whether the provider complains about something that the variant set: then it is ours, and the next may do better.
fn is_about_the_variant(candidate: &Candidate, missed: &Missed) -> bool {
    let Way::Model(model) = &candidate.way else { return false };
    if candidate.name.is_none() {
        return false;
    }
    match missed.error.class {
        ErrorClass::NotFound => true,
        ErrorClass::BadRequest => model.overlay.names(&missed.error.message),
        _ => false,
    }
}

/// An id in the form that the vendor's clients know.
fn stamp_id(endpoint: Endpoint, id: &str) -> String {
    let plain = id.replace('-', "");
    match endpoint {
        Endpoint::Messages => format!("msg_{plain}"),
        Endpoint::Responses => format!("resp_{plain}"),
        Endpoint::ChatCompletions | Endpoint::Embeddings => format!("chatcmpl-{plain}"),
    }
}
