//! Inferences in the ledger: what applications asked for in production, page by page, and sums of it by the hour.

use karat_records::{FailureKind, Inference, Outcome};

use crate::{Engine, Histogram, Ledger, Page, StoreError};

/// Which inferences to list; every field that is set must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InferenceFilter {
    /// Only this feature.
    pub feature: Option<String>,
    /// Only those that this variant answered, or failed to.
    pub variant: Option<String>,
    /// Only those that ended like this.
    pub outcome: Option<Outcome>,
    /// Only this conversation.
    pub conversation: Option<String>,
    /// Only this user.
    pub user: Option<String>,
    /// Only those that came with this key.
    pub key: Option<String>,
    /// Only those received at this time or later, in milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// Only those received before this time.
    pub until_ms: Option<i64>,
    /// Only those with a signal of this kind.
    pub signal: Option<SignalFilter>,
    /// Only those whose request or answer contains this text, in whatever case.
    pub text: Option<String>,
    /// At most so many; zero lists none.
    pub limit: usize,
    /// Go on after the last page: its `next`.
    pub cursor: Option<String>,
}

/// Which signals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignalFilter {
    /// The kind, such as `feedback.thumb`.
    pub kind: String,
    /// The class, such as `down`; see [`crate::class_of`].
    pub class: Option<String>,
}

/// One row of a list of inferences.
#[derive(Clone, Debug, PartialEq)]
pub struct InferenceRow {
    /// The order of arrival in the ledger.
    pub number: u64,
    /// The inference without `attempts`, `inputs`, `request`, `text` and `tool_calls`, which are empty here.
    pub inference: Inference,
    /// How many attempts there were.
    pub n_attempts: u64,
    /// Why the last attempt did not answer, where it did not.
    pub failure: Option<FailureKind>,
    /// True where the user's data were erased.
    pub erased: bool,
}

/// What came after a place in the order of arrival.
#[derive(Clone, Debug, PartialEq)]
pub struct News<T> {
    /// In the order of arrival.
    pub items: Vec<T>,
    /// The place to go on after; it may move without items.
    pub after: u64,
    /// True where there was nothing further.
    pub is_end: bool,
}

/// The last place in each order of arrival, to begin after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// For [`Ledger::inferences_after`].
    pub inferences: u64,
    /// For [`Ledger::signals_after`].
    pub signals: u64,
    /// For [`Ledger::live_scores_after`].
    pub live_scores: u64,
}

/// Which hours to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourFilter {
    /// Only this feature.
    pub feature: Option<String>,
    /// Only hours that begin at this time or later, in milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// Only hours that begin before this time.
    pub until_ms: Option<i64>,
}

/// Sums over the inferences that were received in one hour and have feature, variant and served model in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hour {
    /// Milliseconds since the Unix epoch, when the hour begins.
    pub begins_at_ms: i64,
    /// The feature; none where the application named a model.
    pub feature: Option<String>,
    /// The variant that answered, or the last that was tried.
    pub variant: Option<String>,
    /// The model that the provider says it used; what was asked for where it does not say.
    pub served: Option<String>,
    /// True where a scripted server answered.
    pub simulated: bool,
    /// How many there were.
    pub n: u64,
    /// How many ended with an error before their first piece.
    pub n_failed: u64,
    /// How many broke off after it.
    pub n_cut: u64,
    /// How many the application hung up on.
    pub n_cancelled: u64,
    /// How many took more than one attempt.
    pub n_retried: u64,
    /// Input tokens that no cache had to do with.
    pub input_tokens: u64,
    /// Input tokens from the providers' caches.
    pub cached_input_tokens: u64,
    /// Input tokens into the providers' caches.
    pub cache_write_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// US dollars, of those whose cost is known.
    pub cost_usd: f64,
    /// How many say nothing about their cost.
    pub n_cost_unknown: u64,
    /// Times to the end of the answer, of those that were answered.
    pub latency: Histogram,
    /// Times to the first piece, of those that had one.
    pub first_chunk: Histogram,
}

/// Whose spending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spender {
    /// All features and models together.
    All,
    /// One feature.
    Feature(String),
    /// One key.
    Key(String),
}

/// What inferences cost, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LiveSpent {
    /// US dollars for what models answered.
    pub usd: f64,
    /// What scripted servers' answers would have cost: no money.
    pub simulated_usd: f64,
    /// How many inferences there were.
    pub n: u64,
    /// How many of them say nothing about their cost.
    pub n_unknown: u64,
}

impl Ledger {
    /// The inference with this id, or the only one whose id begins with it; `Ambiguous` where there are several.
    ///
    /// What was erased reads as empty.
    pub async fn inference(&self, id_or_prefix: &str) -> Result<Option<Inference>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.inference(id_or_prefix).await,
        }
    }

    /// The inferences with these ids, in their order; those that are not there are left out.
    pub async fn inferences_of(&self, ids: &[String]) -> Result<Vec<Inference>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.inferences_of(ids).await,
        }
    }

    /// Inferences, the last that arrived first.
    ///
    /// A search that looks at many rows in vain stops early: the page then has fewer rows, even none, and a `next`.
    pub async fn inferences(
        &self,
        filter: InferenceFilter,
    ) -> Result<Page<InferenceRow>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.inferences(filter).await,
        }
    }

    /// Inferences that arrived after a place, in the order of arrival, whenever they were received;
    /// `filter.cursor` is not read.
    pub async fn inferences_after(
        &self,
        after: u64,
        filter: InferenceFilter,
    ) -> Result<News<InferenceRow>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.inferences_after(after, filter).await,
        }
    }

    /// The last places of all orders of arrival.
    pub async fn places(&self) -> Result<Places, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.places().await,
        }
    }

    /// Sums by the hour, in the order of time, feature, variant and served model.
    ///
    /// They outlive retention and erasure.
    pub async fn hours(&self, filter: HourFilter) -> Result<Vec<Hour>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.hours(filter).await,
        }
    }

    /// What inferences cost that were received at this time or later, in milliseconds since the Unix epoch.
    pub async fn spent_since(
        &self,
        spender: &Spender,
        since_ms: i64,
    ) -> Result<LiveSpent, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.spent_since(spender, since_ms).await,
        }
    }
}
