//! Pure. Signals that nobody sent: retried, rephrased and abandoned, found in the gateway's own traffic.
//!
//! The id of a derived signal follows from its detector and its inference, so that deriving again adds nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use karat_records::{Hash, Signal, Target};
use serde_json::{Map, Value, json};

use super::followup::{Class, followup};

/// The same request again counts as a retry for so long.
pub const RETRY_MS: i64 = 5 * 60_000;

/// A next message says something about the answer before it for so long.
pub const FOLLOWUP_MS: i64 = 15 * 60_000;

/// Whoever leaves within this time has done nothing with the answer.
pub const LEAVE_MS: i64 = 60_000;

/// After so long without a turn a session is over.
pub const SESSION_MS: i64 = 30 * 60_000;

/// Turns behind a turn that are looked at for the next one; those before it began while it was still answered.
const MOST_AT_ONCE: usize = 16;

/// A way to find signals; its version changes with its rules, and with it the ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// The same request again.
    Retried,
    /// The next message repeats the request or says that the answer is wrong.
    Rephrased,
    /// Nothing more came.
    Abandoned,
}

impl Detector {
    /// What stands in a signal's `source`.
    pub fn source(self) -> &'static str {
        match self {
            Self::Retried => "derived:retried@1",
            Self::Rephrased => "derived:rephrased@1",
            Self::Abandoned => "derived:abandoned@1",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Retried => "response.retried",
            Self::Rephrased => "message.followup",
            Self::Abandoned => "task.abandoned",
        }
    }

    /// The id of its signal about an inference, in the form of a UUID of version 8 (RFC 9562: a hash of one's own).
    pub fn signal_id(self, inference_id: &str) -> String {
        let hash = Hash::of_bytes(format!("{}\n{inference_id}", self.source()).as_bytes());
        let mut bytes = [0; 16];
        // A hash of bytes always has 32.
        bytes.copy_from_slice(&hash.bytes().unwrap_or_default()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
    }
}

/// What somebody asked and when it was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The inference; one that failed is no turn, because its retry says nothing about an answer.
    pub inference_id: String,
    /// The feature that answered.
    pub feature: Option<String>,
    /// The conversation, in the application's words.
    pub conversation: Option<String>,
    /// The person, in the application's words.
    pub user: Option<String>,
    /// When it was asked.
    pub at_ms: i64,
    /// The person's newest message, or the inputs of a template.
    pub user_text: String,
    /// When the answer had ended.
    pub ended_at_ms: i64,
    /// Whether the person did something with the answer: accepted, copied, applied, gave a thumb.
    pub acted: bool,
    /// Whether it was in view; false only where the application says what was.
    pub was_shown: bool,
    /// When the person's session ended, where the application says so.
    pub session_ended_at_ms: Option<i64>,
}

/// Finds signals in turns, given in order of `at_ms`, of which all until `known_until_ms` are there.
///
/// A feature has conversations where one of these has two turns.
pub fn derive(turns: &[Turn], known_until_ms: i64) -> Vec<Signal> {
    let chains = Chains::of(turns);
    (0..turns.len()).filter_map(|at| about(&chains, turns, at, known_until_ms)).collect()
}

/// The same for some of the turns, by their positions.
pub(super) fn derive_about(
    turns: &[Turn],
    positions: impl IntoIterator<Item = usize>,
    known_until_ms: i64,
) -> Vec<Signal> {
    let chains = Chains::of(turns);
    positions.into_iter().filter_map(|at| about(&chains, turns, at, known_until_ms)).collect()
}

/// Positions of turns about which the turns at these positions may say something.
pub(super) fn before(turns: &[Turn], positions: &[usize]) -> BTreeSet<usize> {
    let chains = Chains::of(turns);
    let mut found = BTreeSet::new();
    for at in positions {
        for chain in keys(&turns[*at]).filter_map(|key| chains.turns.get(&key)) {
            let place = chain.partition_point(|other| other <= at);
            found.extend(&chain[place.saturating_sub(MOST_AT_ONCE)..place]);
        }
    }
    found
}

fn about(chains: &Chains, turns: &[Turn], at: usize, known_until_ms: i64) -> Option<Signal> {
    let turn = &turns[at];
    let retry = chains.retry(turns, at);
    // What came first decides, so that what comes later changes nothing that was said.
    let next = chains
        .next_of_conversation(turns, at)
        .filter(|next| retry.is_none_or(|retry| next.at_ms < retry.at_ms));
    let found = next.and_then(|next| Some((next, rephrased(turn, next)?)));
    let (detector, at_ms, data) = if let Some((next, data)) = found {
        (Detector::Rephrased, next.at_ms, data)
    } else if let Some(next) = retry {
        (Detector::Retried, next.at_ms, json!({"next": next.inference_id}))
    } else if chains.is_abandoned(turns, at, known_until_ms) {
        (Detector::Abandoned, turn.ended_at_ms, json!({}))
    } else {
        return None;
    };
    Some(signal(detector, turn, at_ms, known_until_ms, data))
}

/// What the next turn of a conversation says against the answer to this one, as the signal's `data`.
fn rephrased(turn: &Turn, next: &Turn) -> Option<Value> {
    if next.at_ms > turn.ended_at_ms.saturating_add(FOLLOWUP_MS) {
        return None;
    }
    let found = followup(&turn.user_text, &next.user_text)?;
    let mut data = json!({
        "class": found.class.text(), "next": next.inference_id,
        "similarity": (found.similarity * 1e3).round() / 1e3,
    });
    if let Some(cue) = found.cue {
        data["cue"] = cue.into();
    }
    Some(data)
}

/// What a followup says about the answer before it, in the words of a signal.
pub fn is_bad(class: &str) -> bool {
    [Class::Rephrase, Class::Correct].iter().any(|bad| bad.text() == class)
}

fn signal(detector: Detector, turn: &Turn, at_ms: i64, now_ms: i64, data: Value) -> Signal {
    let data = match data {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    Signal {
        id: detector.signal_id(&turn.inference_id),
        kind: detector.kind().into(),
        at_ms,
        received_at_ms: now_ms,
        feature: turn.feature.clone(),
        target: Target { inference_id: Some(turn.inference_id.clone()), ..Target::default() },
        user: turn.user.clone(),
        session: None,
        release: None,
        data,
        source: detector.source().into(),
    }
}

/// Whose turns belong together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Who<'a> {
    Conversation(&'a str),
    User(&'a str),
}

/// A feature and whose turns of it: an application that asks two features for one message did not retry.
type Key<'a> = (Option<&'a str>, Who<'a>);

/// Positions of turns that belong together, in order, for each whose they are.
struct Chains<'a> {
    turns: HashMap<Key<'a>, Vec<usize>>,
    same_text: HashMap<(Key<'a>, &'a str), Vec<usize>>,
    with_conversations: HashSet<Option<&'a str>>,
}

impl<'a> Chains<'a> {
    fn of(turns: &'a [Turn]) -> Self {
        let (mut chains, mut same_text) = (HashMap::new(), HashMap::new());
        let mut with_conversations = HashSet::new();
        for (at, turn) in turns.iter().enumerate() {
            for key in keys(turn) {
                let chain: &mut Vec<usize> = chains.entry(key).or_default();
                chain.push(at);
                if matches!(key.1, Who::Conversation(_)) && chain.len() > 1 {
                    with_conversations.insert(key.0);
                }
                let text = turn.user_text.trim();
                if !text.is_empty() {
                    let same: &mut Vec<usize> = same_text.entry((key, text)).or_default();
                    same.push(at);
                }
            }
        }
        Self { turns: chains, same_text, with_conversations }
    }

    /// The first turn of a chain that was asked after this one had been answered.
    ///
    /// What was asked at the same time was not asked because of this answer.
    fn after<'t>(turns: &'t [Turn], chain: Option<&Vec<usize>>, at: usize) -> Option<&'t Turn> {
        let chain = chain?;
        let place = chain.partition_point(|other| *other <= at);
        let later = chain[place..].iter().take(MOST_AT_ONCE).map(|other| &turns[*other]);
        later.into_iter().find(|next| next.at_ms >= turns[at].ended_at_ms)
    }

    fn next_of_conversation<'t>(&self, turns: &'t [Turn], at: usize) -> Option<&'t Turn> {
        let key = keys(&turns[at]).find(|key| matches!(key.1, Who::Conversation(_)))?;
        Self::after(turns, self.turns.get(&key), at)
    }

    fn retry<'t>(&self, turns: &'t [Turn], at: usize) -> Option<&'t Turn> {
        let (turn, text) = (&turns[at], turns[at].user_text.trim());
        let again = keys(turn)
            .filter_map(|key| Self::after(turns, self.same_text.get(&(key, text)), at))
            .min_by_key(|next| next.at_ms)?;
        (again.at_ms <= turn.ended_at_ms.saturating_add(RETRY_MS)).then_some(again)
    }

    fn is_abandoned(&self, turns: &[Turn], at: usize, known_until_ms: i64) -> bool {
        let turn = &turns[at];
        let over_at_ms = turn.ended_at_ms.saturating_add(SESSION_MS);
        let left = match turn.session_ended_at_ms {
            Some(end) => end <= turn.ended_at_ms.saturating_add(LEAVE_MS),
            None => true,
        };
        turn.conversation.is_some()
            && self.with_conversations.contains(&turn.feature.as_deref())
            && turn.was_shown
            && !turn.acted
            && left
            && known_until_ms >= over_at_ms
            // Neither this conversation nor another one of the same person went on.
            && !keys(turn).any(|key| {
                let next = Self::after(turns, self.turns.get(&key), at);
                next.is_some_and(|next| next.at_ms < over_at_ms)
            })
    }
}

fn keys(turn: &Turn) -> impl Iterator<Item = Key<'_>> {
    let feature = turn.feature.as_deref();
    let conversation = turn.conversation.as_deref().map(Who::Conversation);
    let user = turn.user.as_deref().map(Who::User);
    [conversation, user].into_iter().flatten().map(move |who| (feature, who))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;

    /// A turn that is answered within two seconds.
    fn turn(id: &str, conversation: &str, user: &str, at_ms: i64, text: &str) -> Turn {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Turn {
            inference_id: id.into(),
            feature: Some("chat".into()),
            conversation: some(conversation),
            user: some(user),
            at_ms,
            user_text: text.into(),
            ended_at_ms: at_ms + 2_000,
            was_shown: true,
            ..Turn::default()
        }
    }

    fn found(turns: &[Turn], until_ms: i64) -> Vec<(String, String)> {
        let signals = derive(turns, until_ms).into_iter();
        signals.map(|signal| (signal.target.inference_id.unwrap(), signal.source)).collect()
    }

    fn retried(id: &str) -> (String, String) {
        (id.into(), "derived:retried@1".into())
    }

    #[test]
    fn the_same_request_again_is_a_retry_of_the_answer_before() {
        let turns = [
            turn("a", "c", "u", 0, "name a cat"),
            turn("b", "c", "u", MINUTE, " name a cat "),
            turn("c", "d", "u", 3 * MINUTE, "name a cat"),
            turn("d", "d", "u", 9 * MINUTE, "name a cat"),
        ];
        assert_eq!(found(&turns, 9 * MINUTE)[..2], [retried("a"), retried("b")]);
        assert_eq!(derive(&turns, 9 * MINUTE)[0].data["next"], "b");
        let strangers = [turn("a", "", "u", 0, "name a cat"), turn("b", "", "v", 9, "name a cat")];
        assert_eq!(found(&strangers, MINUTE), []);
    }

    #[test]
    fn what_was_asked_at_the_same_time_is_no_retry() {
        let turns =
            [turn("a", "c", "u", 0, "name a cat"), turn("b", "c", "u", 1_000, "name a cat")];
        assert_eq!(found(&turns, MINUTE), []);
        let mut other = turn("b", "c", "u", 5_000, "name a cat");
        other.feature = Some("title".into());
        assert_eq!(found(&[turns[0].clone(), other], MINUTE), [], "another feature");
    }

    #[test]
    fn a_rephrased_request_tells_its_class_and_its_reason() {
        let turns = [
            turn("a", "c", "u", 0, "How do I cancel my plan?"),
            turn("b", "c", "u", MINUTE, "how can I cancel the plan"),
            turn("c", "c", "u", 2 * MINUTE, "that's wrong, there is no such button"),
            turn("d", "c", "u", 20 * MINUTE, "that's wrong"),
        ];
        let signals = derive(&turns, 20 * MINUTE);
        let classes: Vec<&Value> = signals.iter().map(|signal| &signal.data["class"]).collect();
        assert_eq!(classes, ["rephrase", "correct"]);
        assert_eq!(signals[1].data["cue"], "that's wrong");
        assert_eq!(signals[1].kind, "message.followup");
        assert!(is_bad("correct") && !is_bad("thanks"));
    }

    #[test]
    fn abandoned_needs_a_conversation_an_end_and_no_action() {
        let turns = |change: &dyn Fn(&mut Turn)| {
            let mut turns = vec![
                turn("a", "c", "u", 0, "hello"),
                turn("b", "c", "u", MINUTE, "where is my parcel"),
                turn("z", "", "w", MINUTE, "single"),
            ];
            change(&mut turns[1]);
            found(&turns, 40 * MINUTE)
        };
        let abandoned = [("b".to_owned(), "derived:abandoned@1".to_owned())];
        assert_eq!(turns(&|_| {}), abandoned);
        assert_eq!(turns(&|turn| turn.acted = true), []);
        assert_eq!(turns(&|turn| turn.was_shown = false), []);
        assert_eq!(turns(&|turn| turn.session_ended_at_ms = Some(3 * MINUTE)), []);
        assert_eq!(turns(&|turn| turn.session_ended_at_ms = Some(MINUTE + 5_000)), abandoned);
        let early = [turn("a", "c", "u", 0, "hello"), turn("b", "c", "u", MINUTE, "and you")];
        assert_eq!(found(&early, 20 * MINUTE), [], "the session may go on");
        let elsewhere = [
            turn("a", "c", "u", 0, "hello"),
            turn("b", "c", "u", MINUTE, "where is my parcel"),
            turn("x", "d", "u", 5 * MINUTE, "another matter"),
        ];
        let sources: Vec<String> =
            found(&elsewhere, 31 * MINUTE).into_iter().map(|it| it.0).collect();
        assert!(!sources.contains(&"b".to_owned()), "the person went on elsewhere");
    }

    #[test]
    fn an_id_is_a_uuid_and_different_for_each_detector_and_inference() {
        let id = Detector::Retried.signal_id("a");
        assert_eq!(id, Detector::Retried.signal_id("a"));
        assert_eq!((id.len(), &id[14..15]), (36, "8"));
        assert_ne!(id, Detector::Retried.signal_id("b"));
        assert_ne!(id, Detector::Abandoned.signal_id("a"));
    }

    proptest! {
        /// Deriving again, with more known, adds and never changes an id or a verdict that stood.
        #[test]
        fn deriving_again_with_more_traffic_takes_nothing_back(
            steps in prop::collection::vec((0..4_usize, 0..3_usize, 0..20_i64, 0..4_usize), 1..40),
            cut in 0..40_usize,
        ) {
            let texts = ["where is my parcel", "where is the parcel of mine", "that's wrong", "thanks"];
            let (conversations, users) = (["", "c", "d", "e"], ["", "u", "v"]);
            let mut now = 0;
            let turns: Vec<Turn> = steps.iter().enumerate().map(|(n, (c, u, minutes, text))| {
                now += minutes * MINUTE + 3_000;
                turn(&format!("i{n}"), conversations[*c], users[*u], now, texts[*text])
            }).collect();
            let cut = cut.min(turns.len() - 1);
            let early = derive(&turns[..=cut], turns[cut].at_ms);
            let late = derive(&turns, now + 60 * MINUTE);
            let ids: HashSet<&String> = late.iter().map(|signal| &signal.id).collect();
            prop_assert_eq!(ids.len(), late.len(), "each id once");
            prop_assert!(early.iter().all(|signal| ids.contains(&signal.id)));
            let about: HashSet<_> = late.iter().map(|signal| &signal.target.inference_id).collect();
            prop_assert_eq!(about.len(), late.len(), "one verdict on each answer");
        }
    }
}
