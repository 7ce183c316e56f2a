//! Pure. One item of a queue: who has it, who labelled it, and what state follows. Every change goes through here.

use karat_records::Person;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resolve::all_equal;

/// How long an item is kept for somebody.
pub const LEASE_MS: i64 = 10 * 60 * 1000;

/// How long one's own submit can be taken back.
pub const UNDO_MS: i64 = 10 * 1000;

/// Where an item stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ItemState {
    /// Nobody has it.
    Queued,
    /// Somebody has it and nobody labelled it yet.
    Leased,
    /// Fewer people than asked for have labelled it.
    Labelled,
    /// As many people as asked for have labelled it, all alike.
    Agreed,
    /// As many people as asked for have labelled it, not alike.
    Disputed,
    /// Somebody who did not label it settled the dispute.
    Adjudicated,
    /// Its value stands in a version of the dataset.
    Gold,
    /// As many people as asked for said that it cannot be labelled.
    Skipped,
}

/// Why a dispute arose.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The guideline does not say it, or says it in two ways.
    GuidelineGap,
    /// Both readings are right.
    Ambiguity,
    /// Somebody was inattentive.
    Slip,
    /// The item does not hold what is needed to decide.
    MissingContext,
}

impl Cause {
    /// The cause's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::GuidelineGap => "guideline-gap",
            Self::Ambiguity => "ambiguity",
            Self::Slip => "slip",
            Self::MissingContext => "missing-context",
        }
    }
}

/// An item is kept for somebody for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Made once.
    pub id: String,
    /// The person's id.
    pub by: String,
    /// When the item was handed out.
    pub since_ms: i64,
    /// When others may have it.
    pub until_ms: i64,
    /// The version of the guideline that the person sees.
    pub guideline_version: u32,
    /// True where the person labels the item a second time, which takes no place.
    #[serde(default)]
    pub is_repeat: bool,
    /// True where a model's answer is shown as a suggestion.
    #[serde(default)]
    pub is_assisted: bool,
}

/// What one person says about one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Made once.
    pub id: String,
    /// The person's id.
    pub by: String,
    /// The person's name then.
    pub name: String,
    /// The value, in the form of the queue's options.
    pub value: Value,
    /// What the answer should have been, where an answer is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Value>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Rules of the guideline that the person cites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// The version of the guideline that the person saw.
    pub guideline_version: u32,
    /// True where a model's answer was known when the label was made: it never counts for gates.
    pub assisted: bool,
    /// True where the model's answer was shown afterwards.
    #[serde(default)]
    pub revealed: bool,
    /// Seconds that it took.
    pub seconds: Option<f64>,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The lease under which it was made.
    pub lease: String,
}

/// Somebody says that an item cannot be labelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// The person's id.
    pub by: String,
    /// The person's name then.
    pub name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at_ms: i64,
    /// The version of the guideline that the person saw.
    #[serde(default)]
    pub guideline_version: u32,
    /// True where a suggestion was shown.
    #[serde(default)]
    pub is_assisted: bool,
    /// True for the second look at an item that the person had labelled.
    #[serde(default)]
    pub is_repeat: bool,
}

/// How a dispute was settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjudication {
    /// The person's id.
    pub by: String,
    /// The person's name then.
    pub name: String,
    /// The value that holds.
    pub value: Value,
    /// Why there was a dispute.
    pub cause: Cause,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub at_ms: i64,
}

/// Where an item's value stands in the dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gold {
    /// The dataset.
    pub dataset: String,
    /// The version in which it first stands.
    pub version: String,
    /// The case.
    pub case_id: String,
    /// When.
    pub at_ms: i64,
}

/// The changing part of an item; what is to be labelled is its [`super::task::Task`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The queue's id.
    pub queue_id: String,
    /// Place in the seeded order.
    pub position: u64,
    /// True where an item of an assisted queue is labelled without a suggestion.
    #[serde(default)]
    pub stays_blind: bool,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leases: Vec<Lease>,
    /// Labels that count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// Second labels by the same people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<Label>,
    /// Labels that were taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Label>,
    /// Who skipped it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skips: Vec<Skip>,
    /// How a dispute was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjudication: Option<Adjudication>,
    /// Where its value stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gold: Option<Gold>,
}

/// Why an item refuses a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// One person, one label.
    #[error("you have labelled this item already\n  next: take the next one")]
    AlreadyLabelled,
    /// The person skipped it.
    #[error("you have skipped this item already\n  next: take the next one")]
    AlreadySkipped,
    /// It was never handed out to this person, or not under this lease.
    #[error("this item was not handed out to you\n  next: take an item with labels.next")]
    NoLease,
    /// The lease ran out and somebody else took the place.
    #[error(
        "the time for this item ran out and somebody else has it now\n  next: take the next one"
    )]
    Taken,
    /// It has all its labels, or is settled.
    #[error("this item needs no further label\n  next: take the next one")]
    Closed,
    /// Only disputes are settled.
    #[error("there is no open dispute about this item\n  next: look at labels.disputes")]
    NotDisputed,
    /// Nobody settles a dispute of which they are a part.
    #[error(
        "you have labelled this item, so somebody else has to settle it\n  next: take another dispute, or ask somebody who did not label it"
    )]
    OwnItem,
    /// Nothing was submitted in the last ten seconds.
    #[error(
        "there is nothing of yours to take back: undo works for 10 seconds after a submit\n  next: if the label is wrong, say so in a comment on the dispute or relabel the case in a new queue"
    )]
    NothingToUndo,
    /// Only values that are certain become gold.
    #[error("this item has no value that people agree on\n  next: label or settle it first")]
    NotSettled,
}

/// A place that is handed out.
#[derive(Clone, Debug)]
pub struct Taking {
    /// The id of the new lease.
    pub lease: String,
    /// The version of the guideline that is shown.
    pub guideline_version: u32,
    /// True where a suggestion is shown.
    pub is_assisted: bool,
}

impl Item {
    /// Where the item stands when `overlap` labels are asked for.
    pub fn state(&self, overlap: u32, now_ms: i64) -> ItemState {
        let overlap = overlap as usize;
        if self.gold.is_some() {
            ItemState::Gold
        } else if self.adjudication.is_some() {
            ItemState::Adjudicated
        } else if self.labels.len() >= overlap {
            if all_equal(&self.labels) { ItemState::Agreed } else { ItemState::Disputed }
        } else if !self.labels.is_empty() {
            ItemState::Labelled
        } else if self.skips.iter().filter(|skip| !skip.is_repeat).count() >= overlap {
            ItemState::Skipped
        } else if self.leases.iter().any(|lease| !lease.is_repeat && lease.until_ms > now_ms) {
            ItemState::Leased
        } else {
            ItemState::Queued
        }
    }

    /// Whether the item still takes labels.
    pub fn is_open(&self, overlap: u32, now_ms: i64) -> bool {
        let state = self.state(overlap, now_ms);
        matches!(state, ItemState::Queued | ItemState::Leased | ItemState::Labelled)
    }

    /// The person's label that counts.
    pub fn label_of(&self, person: &str) -> Option<&Label> {
        self.labels.iter().find(|label| label.by == person)
    }

    /// Whether the person labelled or skipped it.
    pub fn is_touched_by(&self, person: &str) -> bool {
        self.label_of(person).is_some()
            || self.skips.iter().any(|skip| skip.by == person && !skip.is_repeat)
    }

    /// Whether the person gave an opinion that counts, or took one back.
    pub fn has_opinion_of(&self, person: &str) -> bool {
        self.labels.iter().chain(&self.withdrawn).any(|label| label.by == person)
    }

    /// The lease under which the person has it now.
    pub fn active_lease(&self, person: &str, now_ms: i64) -> Option<&Lease> {
        self.leases.iter().find(|lease| lease.by == person && lease.until_ms > now_ms)
    }

    /// Places that others hold: their labels, and their leases that have not run out.
    fn taken_by_others(&self, person: &str, now_ms: i64) -> usize {
        let labels = self.labels.iter().filter(|label| label.by != person).count();
        let leases = self
            .leases
            .iter()
            .filter(|lease| lease.by != person && !lease.is_repeat && lease.until_ms > now_ms);
        labels + leases.count()
    }

    /// Whether the person could label it now.
    pub fn can_be_taken(&self, person: &str, overlap: u32, now_ms: i64) -> bool {
        self.is_open(overlap, now_ms)
            && !self.is_touched_by(person)
            && self.taken_by_others(person, now_ms) < overlap as usize
    }

    /// Hands the item out; whoever has it already keeps the lease, for longer.
    pub fn take(
        &mut self,
        person: &str,
        taking: Taking,
        overlap: u32,
        now_ms: i64,
    ) -> Result<Lease, Denied> {
        if self.label_of(person).is_some() {
            return Err(Denied::AlreadyLabelled);
        }
        if self.is_touched_by(person) {
            return Err(Denied::AlreadySkipped);
        }
        if !self.is_open(overlap, now_ms) {
            return Err(Denied::Closed);
        }
        if self.taken_by_others(person, now_ms) >= overlap as usize {
            return Err(Denied::Taken);
        }
        Ok(self.hand_out(person, taking, false, now_ms))
    }

    /// Hands the item out a second time to somebody who has labelled it.
    pub fn take_again(
        &mut self,
        person: &str,
        taking: Taking,
        now_ms: i64,
    ) -> Result<Lease, Denied> {
        if self.label_of(person).is_none() {
            return Err(Denied::NoLease);
        }
        if self.is_repeated_by(person) {
            return Err(Denied::AlreadyLabelled);
        }
        Ok(self.hand_out(person, taking, true, now_ms))
    }

    /// Whether the person has had the second look.
    pub fn is_repeated_by(&self, person: &str) -> bool {
        self.repeats.iter().any(|label| label.by == person)
            || self.skips.iter().any(|skip| skip.by == person && skip.is_repeat)
    }

    fn hand_out(&mut self, person: &str, taking: Taking, is_repeat: bool, now_ms: i64) -> Lease {
        let until_ms = now_ms + LEASE_MS;
        let own = self.leases.iter_mut().find(|lease| {
            lease.by == person && lease.is_repeat == is_repeat && lease.until_ms > now_ms
        });
        if let Some(lease) = own {
            lease.until_ms = until_ms;
            return lease.clone();
        }
        self.leases.retain(|lease| lease.by != person);
        let lease = Lease {
            id: taking.lease,
            by: person.to_owned(),
            since_ms: now_ms,
            until_ms,
            guideline_version: taking.guideline_version,
            is_repeat,
            is_assisted: taking.is_assisted,
        };
        self.leases.push(lease.clone());
        lease
    }

    /// The person's lease of that id, also one that ran out while its place is still free.
    pub fn lease(
        &self,
        person: &str,
        id: &str,
        overlap: u32,
        now_ms: i64,
    ) -> Result<Lease, Denied> {
        let found = self.leases.iter().find(|lease| lease.by == person && lease.id == id);
        let Some(lease) = found else {
            let is_labelled = self.label_of(person).is_some();
            return Err(if is_labelled { Denied::AlreadyLabelled } else { Denied::NoLease });
        };
        if lease.is_repeat {
            return if self.is_repeated_by(person) {
                Err(Denied::AlreadyLabelled)
            } else {
                Ok(lease.clone())
            };
        }
        if self.label_of(person).is_some() {
            return Err(Denied::AlreadyLabelled);
        }
        if self.taken_by_others(person, now_ms) >= overlap as usize {
            return Err(Denied::Taken);
        }
        // Whoever has an item that others have skipped in the meantime may still label it.
        let state = self.state(overlap, now_ms);
        if !self.is_open(overlap, now_ms) && state != ItemState::Skipped {
            return Err(Denied::Closed);
        }
        Ok(lease.clone())
    }

    /// Keeps the item for another while.
    pub fn keep(
        &mut self,
        person: &str,
        id: &str,
        overlap: u32,
        now_ms: i64,
    ) -> Result<i64, Denied> {
        let held = self.lease(person, id, overlap, now_ms)?;
        let until_ms = now_ms + LEASE_MS;
        for lease in self.leases.iter_mut().filter(|lease| lease.id == held.id) {
            lease.until_ms = until_ms;
        }
        Ok(until_ms)
    }

    /// Takes a label. One that follows a look at the model's answer is marked as assisted.
    pub fn submit(&mut self, mut label: Label, overlap: u32, now_ms: i64) -> Result<(), Denied> {
        let lease = self.lease(&label.by, &label.lease, overlap, now_ms)?;
        self.leases.retain(|held| held.id != lease.id);
        label.guideline_version = lease.guideline_version;
        label.at_ms = now_ms;
        let has_seen =
            self.withdrawn.iter().any(|old| old.by == label.by && (old.revealed || old.assisted));
        label.assisted = lease.is_assisted || has_seen;
        if lease.is_repeat {
            self.repeats.push(label);
        } else {
            self.labels.push(label);
        }
        Ok(())
    }

    /// Notes that the person cannot label it.
    pub fn skip(
        &mut self,
        person: &Person,
        lease: &str,
        reason: &str,
        overlap: u32,
        now_ms: i64,
    ) -> Result<(), Denied> {
        let held = self.lease(&person.id, lease, overlap, now_ms)?;
        self.leases.retain(|other| other.id != held.id);
        self.skips.push(Skip {
            by: person.id.clone(),
            name: person.name.clone(),
            reason: reason.to_owned(),
            at_ms: now_ms,
            guideline_version: held.guideline_version,
            is_assisted: held.is_assisted,
            is_repeat: held.is_repeat,
        });
        Ok(())
    }

    /// Takes the person's last submit or skip back, and hands the item out to the same person again.
    pub fn undo(
        &mut self,
        person: &str,
        lease: &str,
        overlap: u32,
        now_ms: i64,
    ) -> Result<Lease, Denied> {
        if self.gold.is_some() || self.adjudication.is_some() {
            return Err(Denied::Closed);
        }
        let is_fresh =
            |by: &str, at_ms: i64| by == person && now_ms.saturating_sub(at_ms) <= UNDO_MS;
        let find =
            |labels: &[Label]| labels.iter().position(|label| is_fresh(&label.by, label.at_ms));
        let (repeat, first) = (find(&self.repeats), find(&self.labels));
        let lease = lease.to_owned();
        let (taking, is_repeat) = if let Some(at) = repeat.or(first) {
            let from = if repeat.is_some() { &mut self.repeats } else { &mut self.labels };
            let label = from.remove(at);
            let guideline_version = label.guideline_version;
            let taking = Taking { lease, guideline_version, is_assisted: label.assisted };
            self.withdrawn.push(label);
            (taking, repeat.is_some())
        } else {
            let at = self.skips.iter().position(|skip| is_fresh(&skip.by, skip.at_ms));
            let at = at.ok_or(Denied::NothingToUndo)?;
            let is_repeat = self.skips[at].is_repeat;
            // Since the skip others may have taken the place; then there is nothing to hand out.
            if !is_repeat && self.taken_by_others(person, now_ms) >= overlap as usize {
                return Err(Denied::Taken);
            }
            let skip = self.skips.remove(at);
            let (guideline_version, is_assisted) = (skip.guideline_version, skip.is_assisted);
            (Taking { lease, guideline_version, is_assisted }, is_repeat)
        };
        Ok(self.hand_out(person, taking, is_repeat, now_ms))
    }

    /// Settles a dispute.
    pub fn adjudicate(&mut self, adjudication: Adjudication, overlap: u32) -> Result<(), Denied> {
        if self.has_opinion_of(&adjudication.by) {
            return Err(Denied::OwnItem);
        }
        if self.state(overlap, adjudication.at_ms) != ItemState::Disputed {
            return Err(Denied::NotDisputed);
        }
        self.adjudication = Some(adjudication);
        Ok(())
    }

    /// Notes where the value stands in the dataset.
    pub fn promote(&mut self, gold: Gold, overlap: u32) -> Result<(), Denied> {
        match self.state(overlap, gold.at_ms) {
            ItemState::Agreed | ItemState::Adjudicated => {
                self.gold = Some(gold);
                Ok(())
            }
            ItemState::Gold => Ok(()),
            _ => Err(Denied::NotSettled),
        }
    }
}

#[cfg(test)]
mod tests;
