//! Operations on tokens: keys with which programs act. The whole key is shown once, when it is made.

use anyhow::Result;
use karat_records::TokenRole;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::{self, KeptToken};
use super::{enter, rules};
use crate::app::{App, Refusal};

/// Nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTokens {}

/// All tokens that work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TokenList {
    /// The newest first.
    pub tokens: Vec<TokenShown>,
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TokenShown {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What the program may do.
    pub role: TokenRole,
    /// Milliseconds since the Unix epoch.
    pub created_at_ms: i64,
    /// The last call, to the hour.
    pub last_used_at_ms: Option<i64>,
}

/// Lists tokens.
pub async fn list(app: App, _: ListTokens) -> Result<TokenList> {
    let Some(store) = app.existing_store()? else { return Ok(TokenList { tokens: Vec::new() }) };
    let mut tokens: Vec<TokenShown> = kept::list::<KeptToken>(&store)
        .await?
        .into_iter()
        .filter(|(_, token)| !token.is_revoked)
        .map(|(id, token)| TokenShown {
            id,
            name: token.name,
            role: token.role,
            created_at_ms: token.created_at_ms,
            last_used_at_ms: token.last_used_at_ms,
        })
        .collect();
    tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at_ms));
    Ok(TokenList { tokens })
}

/// What a new token is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// What it is for, 1 to 60 letters.
    pub name: String,
    /// What the program may do.
    pub role: TokenRole,
}

/// A new token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedToken {
    /// Its id.
    pub id: String,
    /// The key itself; it is shown this once.
    pub token: String,
}

/// Makes a token.
pub async fn create(app: App, input: CreateToken) -> Result<CreatedToken> {
    let Some(name) = rules::name(&input.name) else {
        return Err(Refusal::invalid(
            "a token needs a name of 1 to 60 letters\n  next: say what it is for",
        ));
    };
    let now_ms = app.clock.now_ms();
    let secret = enter::new_secret(&app)?;
    let token = KeptToken {
        hash: secret.hash(),
        name,
        role: input.role,
        by: app.actor.id.clone(),
        created_at_ms: now_ms,
        last_used_at_ms: None,
        is_revoked: false,
    };
    kept::write(&app.store()?, &secret.id, &token, now_ms).await?;
    Ok(CreatedToken { token: secret.as_token(), id: secret.id })
}

/// Which token to revoke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeToken {
    /// Its id.
    pub id: String,
}

/// A token that no longer works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RevokedToken {
    /// Its id.
    pub id: String,
    /// What it was for.
    pub name: String,
}

/// Revokes a token at once.
pub async fn revoke(app: App, input: RevokeToken) -> Result<RevokedToken> {
    let nothing = || {
        Refusal::not_found(format!(
            "there is no token {}\n  next: `karat token list` shows them",
            input.id
        ))
    };
    let store = app.existing_store()?.ok_or_else(nothing)?;
    let read = kept::read::<KeptToken>(&store, &input.id).await?.ok_or_else(nothing)?;
    if read.value.is_revoked {
        return Err(nothing());
    }
    let revoked = KeptToken { is_revoked: true, ..read.value };
    kept::write(&store, &input.id, &revoked, app.clock.now_ms()).await?;
    Ok(RevokedToken { id: input.id, name: revoked.name })
}
