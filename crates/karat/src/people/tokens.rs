//! Operations on tokens: keys with which programs act. The whole key is shown once, when it is made.

use anyhow::Result;
use karat_records::TokenRole;
use karat_store::Spender;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::{self, KeptToken, KeyLimits};
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
    /// What may be used up with it.
    #[serde(default, skip_serializing_if = "KeyLimits::is_none")]
    pub limits: KeyLimits,
    /// What its answers cost in the last 24 hours, in US dollars; only where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent_usd: Option<f64>,
}

const DAY_MS: i64 = 24 * 60 * 60_000;

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
            limits: token.limits,
            spent_usd: None,
        })
        .collect();
    let since_ms = app.clock.now_ms() - DAY_MS;
    for token in tokens.iter_mut().filter(|token| token.limits.budget_usd_per_day.is_some()) {
        let spent = store.ledger.spent_since(&Spender::Key(token.id.clone()), since_ms).await?;
        token.spent_usd = Some(spent.usd + spent.simulated_usd);
    }
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
    /// What may be used up with it; nothing is limited where it is absent.
    #[serde(default)]
    pub limits: KeyLimits,
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
    check(input.role, input.limits)?;
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
        limits: input.limits,
    };
    kept::write(&app.store()?, &secret.id, &token, now_ms).await?;
    Ok(CreatedToken { token: secret.as_token(), id: secret.id })
}

/// Limits that mean something, at a key that may ask.
fn check(role: TokenRole, limits: KeyLimits) -> Result<()> {
    let KeyLimits { budget_usd_per_day, requests_per_minute, tokens_per_minute } = limits;
    if !limits.is_none() && !role.may_infer() {
        return Err(Refusal::invalid(format!(
            "a key of the role {} asks no feature, so it has nothing to limit\n  next: leave the limits out, or make a key with the role infer",
            role.word()
        )));
    }
    if budget_usd_per_day.is_some_and(|usd| !(usd.is_finite() && usd >= 0.0)) {
        return Err(Refusal::invalid(
            "budget_usd_per_day is no amount of US dollars\n  next: write for example 5",
        ));
    }
    for (field, number) in
        [("requests_per_minute", requests_per_minute), ("tokens_per_minute", tokens_per_minute)]
    {
        if number == Some(0) {
            return Err(Refusal::invalid(format!(
                "{field} = 0 lets nothing through\n  next: leave it out, or revoke the key with `karat token revoke ID`"
            )));
        }
    }
    Ok(())
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
