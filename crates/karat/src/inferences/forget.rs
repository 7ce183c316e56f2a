//! The operation `inferences.forget_user`: what one user left in production is overwritten; ids, times, counts and costs stay.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::{App, Refusal};
use crate::labels::propose::{Candidate, candidates_of_user};

/// Whose data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetUser {
    /// The user's id, in the application's words.
    pub user: String,
}

/// What was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ForgottenUser {
    /// Inferences that lost request, answer, inputs, tags, user and conversation.
    pub n_inferences: u64,
    /// Signals that lost details, session, user and conversation.
    pub n_signals: u64,
    /// Candidate cases that people made of the user's inferences: they are the project's, and stay until somebody acts.
    pub candidates: Vec<Candidate>,
    /// All of it as a sentence, with what is left to do.
    pub says: String,
}

/// Erases a user's data.
pub async fn forget_user(app: App, input: ForgetUser) -> Result<ForgottenUser> {
    if input.user.trim().is_empty() {
        return Err(Refusal::invalid(
            "no user is named\n  next: give the id that the application sends as `user`",
        ));
    }
    let nothing = || ForgottenUser {
        n_inferences: 0,
        n_signals: 0,
        candidates: Vec::new(),
        says: "There was nothing of this user.".into(),
    };
    let Some(store) = app.existing_store()? else { return Ok(nothing()) };
    // Afterwards nobody could tell whose inferences they were made of.
    let candidates = candidates_of_user(&app, &input.user).await?;
    let erased = store.ledger.erase_user(&input.user).await?;
    if erased.inferences == 0 && erased.signals == 0 && candidates.is_empty() {
        return Ok(nothing());
    }
    let left = match candidates.len() {
        0 => String::new(),
        n => format!(
            " Of these inferences {n} became candidate cases, which stay: skip them in their queue, or take them out of the dataset's file."
        ),
    };
    Ok(ForgottenUser {
        n_inferences: erased.inferences,
        n_signals: erased.signals,
        candidates,
        says: format!(
            "Erased: {} inferences and {} signals; times, counts and costs stay. Copies that were made before still have them.{left}",
            erased.inferences, erased.signals
        ),
    })
}
