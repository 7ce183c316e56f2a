//! The ledger: facts about runs, trials and scores; they are added and read, never changed or removed.
//! Inferences and signals stand in files of their own, and leave when their time is over.

use std::collections::HashMap;

use karat_records::{
    EvalRun, Hash, Inference, LiveScore, RunState, Scope, Score, Signal, Trial, Verdict,
};
use serde_json::Value;

use crate::{Engine, StoreError};

/// What happened.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) engine: Engine,
}

/// One thing that happened; appending it twice stores it once.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A run began; how it ended is a fact of its own, so `ended_at_ms`, `state` and `report` are not read.
    RunStarted(EvalRun),
    /// A run ended; the latest end counts, and a repetition of a known end is ignored.
    RunEnded {
        /// The run.
        run_id: String,
        /// Milliseconds since the Unix epoch.
        ended_at_ms: i64,
        /// How it ended.
        state: RunState,
        /// The report, where there is one.
        report: Option<Value>,
    },
    /// A trial ended; it belongs to the run that made it.
    Trial(Trial),
    /// A run uses a trial that an earlier run made.
    UsedTrial {
        /// The run that uses it.
        run_id: String,
        /// The trial.
        trial_id: String,
    },
    /// A trial was scored; a repetition of the newest score for that trial and scorer is ignored.
    Score(Score),
    /// An application's request ended.
    Inference(Box<Inference>),
    /// Somebody did something with an answer; it waits a day for an inference that has not arrived.
    Signal(Signal),
    /// An inference was scored; a repetition of the newest score for that inference and scorer is ignored.
    LiveScore(LiveScore),
    /// Something was lost; two of these are two losses.
    Drops {
        /// Why, in a word or two.
        reason: String,
        /// How many.
        n: u64,
        /// Milliseconds since the Unix epoch.
        at_ms: i64,
    },
}

/// Which runs to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only runs of this feature.
    pub feature: Option<String>,
    /// Only runs on these cases.
    pub scope: Option<Scope>,
    /// Only runs whose report says this in its field `verdict`.
    pub verdict: Option<Verdict>,
    /// Only runs whose report says any verdict.
    pub is_judged: bool,
    /// At most so many; zero lists none.
    pub limit: usize,
    /// Go on after the last page: its `next`.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    pub next: Option<String>,
}

/// How much a ledger holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs that began.
    pub runs: u64,
    /// Trials of all runs.
    pub trials: u64,
    /// Scores, superseded ones included.
    pub scores: u64,
    /// Facts acknowledged in memory that this process could not write; only under `Durability::Fast`.
    pub lost: u64,
}

/// How many runs began, and what those that judged said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs that began.
    pub runs: u64,
    /// Runs whose report says pass.
    pub passed: u64,
    /// Runs whose report says fail.
    pub failed: u64,
    /// Runs whose report says undecided.
    pub undecided: u64,
}

/// What a feature's runs cost, as far as it is known; what a scripted server answered is no money.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// US dollars for answers.
    pub answers_usd: f64,
    /// US dollars for judgements, superseded ones included.
    pub judges_usd: f64,
    /// Trials that no scripted server answered.
    pub n_trials: u64,
    /// How many of them say nothing about their cost.
    pub n_unknown: u64,
}

impl Ledger {
    /// Stores all facts or none, and answers once they are committed (under `Durability::Fast`: queued).
    ///
    /// Facts whose future is dropped before it answers may still be stored.
    pub async fn append(&self, facts: Vec<Fact>) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.append(facts).await,
        }
    }

    /// The run with this id, or the only one whose id begins with it; `Ambiguous` where there are several.
    pub async fn run(&self, id_or_prefix: &str) -> Result<Option<EvalRun>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.run(id_or_prefix).await,
        }
    }

    /// Runs, newest start first.
    pub async fn runs(&self, filter: RunFilter) -> Result<Page<EvalRun>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.runs(filter).await,
        }
    }

    /// How many runs began at this time or later, in milliseconds since the Unix epoch, and what they judged.
    pub async fn tally(&self, since_ms: i64) -> Result<Tally, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.tally(since_ms).await,
        }
    }

    /// The newest run whose plan has this identity.
    pub async fn latest_run(&self, identity: &Hash) -> Result<Option<EvalRun>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.latest_run(identity).await,
        }
    }

    /// All trials that a run made or uses, ordered by trial id, which is the order of making for `UUIDv7`.
    pub async fn trials_of_run(&self, run_id: &str) -> Result<Vec<Trial>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.trials_of_run(run_id).await,
        }
    }

    /// At most `limit` trials of a run in the order of [`Ledger::trials_of_run`], after the cursor.
    pub async fn trials_page(
        &self,
        run_id: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Trial>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.trials_page(run_id, cursor, limit).await,
        }
    }

    /// The trial with the latest end for each key; keys without a trial are absent.
    pub async fn newest_trials(&self, keys: &[Hash]) -> Result<HashMap<Hash, Trial>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.newest_trials(keys).await,
        }
    }

    /// For each trial that a run uses and each scorer content, the newest score; ordered by trial id.
    pub async fn scores_of_run(&self, run_id: &str) -> Result<Vec<Score>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.scores_of_run(run_id).await,
        }
    }

    /// The newest score for each of these trials and each of these scorer contents, where there is one.
    pub async fn scores(
        &self,
        trial_ids: &[String],
        scorer_hashes: &[Hash],
    ) -> Result<Vec<Score>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.scores(trial_ids, scorer_hashes).await,
        }
    }

    /// What the trials that this feature's runs made have cost; a trial that later runs use counts once.
    pub async fn spent(&self, feature: &str) -> Result<Spent, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.spent(feature).await,
        }
    }

    /// A number that grows with every start, end, trial and score that is added, and is cheap to ask for.
    pub async fn position(&self) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.position().await,
        }
    }

    /// How much there is.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.counts().await,
        }
    }
}
