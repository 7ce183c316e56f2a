//! The pass over new inferences that finds derived signals and puts them into the ledger.
//!
//! It keeps the turns of the last half hour in memory and nothing on disk: begun anew, it reads the last hour of
//! traffic again and finds the same signals under the same ids.

use std::collections::{HashMap, HashSet};

use karat_records::{Hash, Signal};
use karat_store::{Fact, InferenceFilter, InferenceRow, Store, StoreError};

use super::derive::{SESSION_MS, Turn, before, derive_about};
use super::turn::{Spoken, spoken};

/// Inferences that are read at once.
const PAGE: usize = 500;

/// Pages of one step; a step after a long time goes on in the next one.
const MOST_PAGES: usize = 20;

/// Inferences of one step that name neither user nor conversation: to look into their requests costs time.
const MOST_UNNAMED: usize = 500;

/// Bytes of turns in memory.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of a turn beside its texts, roughly.
const BYTES_EACH: usize = 400;

/// An answer that takes so long may hide that somebody went on.
const LATE_MS: i64 = 5 * 60_000;

/// The pass; one for each ledger.
#[derive(Debug, Default)]
pub struct Pass {
    place: Option<Place>,
    turns: Vec<Turn>,
    ids: HashSet<String>,
    links: HashMap<Hash, Link>,
    known_until_ms: i64,
    telling: HashSet<Option<String>>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    after: u64,
    since_ms: i64,
}

/// The conversation that goes on after some words; none where two conversations have the same words.
#[derive(Debug)]
struct Link {
    conversation: Option<String>,
    at_ms: i64,
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// New turns.
    pub n_turns: usize,
    /// Inferences that were not looked into, because there were too many at once.
    pub n_passed_over: usize,
    /// Turns that were forgotten before their time, because there were too many.
    pub n_forgotten: usize,
    /// Signals that were found; those that the ledger had already are among them.
    pub n_signals: usize,
    /// Whether there is nothing further to read.
    pub is_end: bool,
}

impl Pass {
    /// Reads what came since the last step, and appends what follows from it.
    ///
    /// A step that fails may be repeated: nothing is forgotten and no signal comes twice.
    pub async fn step(&mut self, store: &Store, now_ms: i64) -> Result<Looked, StoreError> {
        let mut looked = Looked::default();
        let mut place = match self.place {
            Some(place) => place,
            None => start(store, now_ms).await?,
        };
        let (mut new, mut n_unnamed) = (Vec::new(), 0);
        for _ in 0..MOST_PAGES {
            let since_ms = Some(place.since_ms);
            let filter = InferenceFilter { since_ms, limit: PAGE, ..InferenceFilter::default() };
            let news = store.ledger.inferences_after(place.after, filter).await?;
            let ids = worth_reading(&news.items, &mut n_unnamed);
            looked.n_passed_over += news.items.len() - ids.len();
            new.extend(store.ledger.inferences_of(&ids).await?.iter().filter_map(spoken));
            place.after = news.after;
            looked.is_end = news.is_end;
            if news.is_end {
                break;
            }
        }
        looked.n_turns = new.len();
        let new: HashSet<String> = new.into_iter().map(|spoken| self.keep(spoken)).collect();
        self.turns.sort_by_key(|turn| turn.at_ms);

        // With pages still to read, nobody knows who went on.
        let known_until_ms = if looked.is_end { now_ms.saturating_sub(LATE_MS) } else { 0 };
        let signals = self.find(store, &new, known_until_ms, now_ms).await?;
        looked.n_signals = signals.len();
        if !signals.is_empty() {
            store.ledger.append(signals.into_iter().map(Fact::Signal).collect()).await?;
        }
        self.place = Some(place);
        self.known_until_ms = self.known_until_ms.max(known_until_ms);
        looked.n_forgotten = self.forget();
        Ok(looked)
    }

    /// Keeps a turn, in the conversation that it goes on with where the application names none.
    fn keep(&mut self, spoken: Spoken) -> String {
        let Spoken { mut turn, before, after } = spoken;
        let id = turn.inference_id.clone();
        if !self.ids.insert(id.clone()) {
            return id;
        }
        if turn.conversation.is_none()
            && let Some(after) = after
        {
            let linked = before.and_then(|before| self.links.get(&before)?.conversation.clone());
            let conversation = linked.unwrap_or_else(|| format!("found:{id}"));
            let link = Link { conversation: Some(conversation.clone()), at_ms: turn.ended_at_ms };
            let known = self.links.entry(after).or_insert(link);
            if known.conversation.as_ref() != Some(&conversation) {
                known.conversation = None;
            }
            known.at_ms = known.at_ms.max(turn.ended_at_ms);
            turn.conversation = Some(conversation);
        }
        self.turns.push(turn);
        id
    }

    async fn find(
        &mut self,
        store: &Store,
        new: &HashSet<String>,
        known_until_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<Signal>, StoreError> {
        let positions: Vec<usize> = (0..self.turns.len())
            .filter(|at| new.contains(&self.turns[*at].inference_id))
            .collect();
        let mut about = before(&self.turns, &positions);
        let over: Vec<usize> = (0..self.turns.len())
            .filter(|at| {
                let over_at_ms = self.turns[*at].ended_at_ms.saturating_add(SESSION_MS);
                let is_new = new.contains(&self.turns[*at].inference_id);
                over_at_ms <= known_until_ms && (is_new || over_at_ms > self.known_until_ms)
            })
            .collect();
        self.look_at_acts(store, &over).await?;
        about.extend(over);
        let mut signals = derive_about(&self.turns, about, known_until_ms);
        for signal in &mut signals {
            signal.received_at_ms = now_ms;
        }
        Ok(signals)
    }

    /// Whether somebody did something with these answers, and saw them.
    async fn look_at_acts(&mut self, store: &Store, over: &[usize]) -> Result<(), StoreError> {
        for part in over.chunks(PAGE) {
            let ids: Vec<String> =
                part.iter().map(|at| self.turns[*at].inference_id.clone()).collect();
            let (mut shown, mut acted) = (HashSet::new(), HashSet::new());
            for bound in store.ledger.signals_of(&ids).await? {
                let (signal, Some(id)) = (bound.signal, bound.inference_id) else { continue };
                if signal.kind == "response.shown" {
                    self.telling.insert(bound.feature);
                    shown.insert(id);
                } else if !signal.source.starts_with("derived:") {
                    acted.insert(id);
                }
            }
            for at in part {
                let turn = &mut self.turns[*at];
                turn.acted = acted.contains(&turn.inference_id);
                turn.was_shown =
                    shown.contains(&turn.inference_id) || !self.telling.contains(&turn.feature);
            }
        }
        Ok(())
    }

    /// Forgets turns of which nothing more can follow, and the oldest where there are too many.
    fn forget(&mut self) -> usize {
        // A turn says something about those before it for as long as a session lasts.
        let until_ms = self.known_until_ms.saturating_sub(2 * SESSION_MS);
        self.turns.retain(|turn| turn.ended_at_ms >= until_ms);
        let mut n_bytes: usize = self.turns.iter().map(bytes).sum();
        let mut n_forgotten = 0;
        while n_bytes > MOST_BYTES && n_forgotten < self.turns.len() {
            n_bytes -= bytes(&self.turns[n_forgotten]);
            n_forgotten += 1;
        }
        self.turns.drain(..n_forgotten);
        if self.ids.len() > self.turns.len() {
            self.ids = self.turns.iter().map(|turn| turn.inference_id.clone()).collect();
        }
        let oldest_ms = self.turns.first().map_or(i64::MAX, |turn| turn.at_ms);
        self.links.retain(|_, link| link.at_ms >= oldest_ms);
        n_forgotten
    }
}

/// Before what may still say something; while the server was away nothing came.
async fn start(store: &Store, now_ms: i64) -> Result<Place, StoreError> {
    let filter = InferenceFilter { limit: 1, ..InferenceFilter::default() };
    let newest = store.ledger.inferences(filter).await?.items;
    let newest_ms = newest.first().map_or(now_ms, |row| row.inference.received_at_ms);
    Ok(Place { after: 0, since_ms: newest_ms.min(now_ms).saturating_sub(2 * SESSION_MS) })
}

/// Ids of what names somebody, and of some of the rest.
fn worth_reading(rows: &[InferenceRow], n_unnamed: &mut usize) -> Vec<String> {
    let worth = rows.iter().filter(|row| {
        let is_named = row.inference.user.is_some() || row.inference.conversation.is_some();
        *n_unnamed += usize::from(!is_named);
        is_named || *n_unnamed <= MOST_UNNAMED
    });
    worth.map(|row| row.inference.id.clone()).collect()
}

fn bytes(turn: &Turn) -> usize {
    let names = [&turn.feature, &turn.conversation, &turn.user];
    let names: usize = names.into_iter().flatten().map(String::len).sum();
    BYTES_EACH + turn.inference_id.len() + turn.user_text.len() + names
}

#[cfg(test)]
mod tests;
