//! Karat's glossary as plain types: what every room, the store and the surfaces speak about.
//! No I/O, no async, no behaviour beyond invariants.

pub mod hash;

pub mod case;

pub mod answer;

pub mod score;

pub mod run;

pub mod verdict;

pub mod proof;

pub mod version;

pub mod person;

pub mod inference;

pub mod signal;

pub mod live_score;

pub use answer::{Answer, Attempt, Failure, FailureKind, Fault, ToolCall, Trial, Usage};
pub use case::{Case, Split};
pub use hash::Hash;
pub use inference::{Endpoint, Inference, Outcome, Step};
pub use live_score::LiveScore;
pub use person::{Person, Role, TokenRole};
pub use proof::{Judged, Proof};
pub use run::{EvalRun, NamedHash, RunPlan, RunState, Scope};
pub use score::Score;
pub use signal::{Signal, Target};
pub use verdict::Verdict;
pub use version::Version;
