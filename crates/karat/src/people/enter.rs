//! Through the door: one-time links become sessions, sessions and tokens become the person who acts.

use anyhow::Result;
use karat_records::{Person, Role, TokenRole};
use karat_store::Store;

use super::kept::{self, KeptInvite, KeptPerson, KeptSession, KeptToken, KeyLimits, Read};
use super::rules;
use super::secret::{Secret, is_equal};
use crate::app::{App, Refusal, local_person};

/// A key of fewer characters can be guessed.
pub const SHORTEST_ADMIN_KEY: usize = 24;

/// Somebody who has just come in.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Who it is.
    pub person: Person,
    /// For the cookie.
    pub session: Secret,
}

/// Makes a link's secret that signs in whoever has a terminal on this machine, once.
pub async fn sign_in_secret(app: &App) -> Result<Secret> {
    let now_ms = app.clock.now_ms();
    let local = local_person();
    let secret = new_secret(app)?;
    let invite = KeptInvite {
        hash: secret.hash(),
        role: local.role,
        note: "sign-in link of this machine".into(),
        person: Some(local.id),
        by: app.actor.id.clone(),
        created_at_ms: now_ms,
        expires_at_ms: now_ms + rules::SIGN_IN_MS,
        used_at_ms: None,
    };
    kept::write(&app.store()?, &secret.id, &invite, now_ms).await?;
    Ok(secret)
}

/// A new secret with a new id.
pub fn new_secret(app: &App) -> Result<Secret> {
    Ok(Secret::new(app.clock.new_id(), app.clock.new_secret()?))
}

/// Uses a link; `None` where it lets nobody in. Only one of two who use it at the same time comes in.
pub async fn enter(app: &App, link: &str, name: Option<&str>) -> Result<Option<Entered>> {
    let Some(secret) = Secret::from_link(link) else { return Ok(None) };
    let store = app.store()?;
    let now_ms = app.clock.now_ms();
    let Some(Read { value: invite, hash }) = kept::read::<KeptInvite>(&store, &secret.id).await?
    else {
        return Ok(None);
    };
    if !secret.is_kept_as(&invite.hash) || !rules::is_waiting(&invite, now_ms) {
        return Ok(None);
    }
    // The name is looked at before the link is used up, so that a wrong one costs nothing.
    let person = match &invite.person {
        Some(_) => known(&store, name, now_ms).await?,
        None => newcomer(app, &store, invite.role, name, now_ms).await?,
    };
    let used = KeptInvite { used_at_ms: Some(now_ms), ..invite };
    if !kept::replace(&store, &secret.id, Some(hash), &used, now_ms).await? {
        return Ok(None);
    }
    kept::write(&store, &person.id, &person, now_ms).await?;
    let session = new_secret(app)?;
    let kept_session = KeptSession {
        person: person.id.clone(),
        hash: session.hash(),
        created_at_ms: now_ms,
        seen_at_ms: now_ms,
        expires_at_ms: now_ms + rules::SESSION_MS,
        is_ended: false,
    };
    kept::write(&store, &session.id, &kept_session, now_ms).await?;
    Ok(Some(Entered { person: person.person(), session }))
}

/// The person of this machine, who may say a name.
async fn known(store: &Store, name: Option<&str>, now_ms: i64) -> Result<KeptPerson> {
    let local = local_person();
    let before = kept::read::<KeptPerson>(store, &local.id).await?.map(|read| read.value);
    let mut person = before.unwrap_or(KeptPerson {
        id: local.id,
        name: local.name,
        role: local.role,
        joined_at_ms: now_ms,
        is_removed: false,
    });
    if let Some(name) = name.and_then(rules::name) {
        person.name = name;
    }
    Ok(person)
}

async fn newcomer(
    app: &App,
    store: &Store,
    role: Role,
    name: Option<&str>,
    now_ms: i64,
) -> Result<KeptPerson> {
    let Some(name) = name.and_then(rules::name) else {
        return Err(Refusal::invalid(
            "whoever joins needs a name\n  next: say one of 1 to 60 letters; others see it",
        ));
    };
    let people = kept::list::<KeptPerson>(store).await?;
    let is_taken = people
        .iter()
        .any(|(_, other)| !other.is_removed && other.name.to_lowercase() == name.to_lowercase());
    if is_taken {
        return Err(Refusal::conflict(format!(
            "somebody here is called {name} already\n  next: add an initial"
        )));
    }
    Ok(KeptPerson { id: app.clock.new_id(), name, role, joined_at_ms: now_ms, is_removed: false })
}

/// Whose session this is, if it is still open; its end moves on.
pub async fn of_session(app: &App, cookie: &str) -> Result<Option<(Person, Secret)>> {
    let Some(secret) = Secret::from_link(cookie) else { return Ok(None) };
    let store = app.store()?;
    let now_ms = app.clock.now_ms();
    let Some(Read { value: session, hash }) = kept::read::<KeptSession>(&store, &secret.id).await?
    else {
        return Ok(None);
    };
    if !secret.is_kept_as(&session.hash) || !rules::is_open(&session, now_ms) {
        return Ok(None);
    }
    let person = kept::read::<KeptPerson>(&store, &session.person).await?.map(|read| read.value);
    let Some(person) = person.filter(|person| !person.is_removed) else { return Ok(None) };
    if let Some(later) = rules::slide(&session, now_ms) {
        // Where a rival was faster the session was moved on or ended by it; either is right.
        kept::replace(&store, &secret.id, Some(hash), &later, now_ms).await?;
    }
    Ok(Some((person.person(), secret)))
}

/// Ends a session at once.
pub async fn leave(app: &App, session: &Secret) -> Result<()> {
    let store = app.store()?;
    let Some(read) = kept::read::<KeptSession>(&store, &session.id).await? else { return Ok(()) };
    let ended = KeptSession { is_ended: true, ..read.value };
    kept::write(&store, &session.id, &ended, app.clock.now_ms()).await
}

/// As whom a program acts that sends this token or the admin key.
pub async fn of_token(app: &App, token: &str) -> Result<Option<Person>> {
    if let Some(key) = app.secret(crate::config::ADMIN_KEY)
        && key.len() >= SHORTEST_ADMIN_KEY
        && is_equal(&key, token)
    {
        return Ok(Some(Person {
            id: "admin-key".into(),
            name: "the admin key".into(),
            role: Role::Admin,
        }));
    }
    let Some(key) = of_key(app, token).await? else { return Ok(None) };
    let Some(role) = key.role.role() else {
        return Err(Refusal::not_allowed(format!(
            "the key \"{}\" may only {}\n  next: use it there, or ask an admin for another, `karat token create` makes it",
            key.name,
            if key.role.may_infer() {
                "ask features for answers and send signals"
            } else {
                "send signals"
            },
        )));
    };
    Ok(Some(Person { id: format!("token-{}", key.id), name: key.name, role }))
}

/// A key of a program that works.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What the program may do.
    pub role: TokenRole,
    /// What may be used up with it.
    pub limits: KeyLimits,
}

/// Whose key this is, if it still works.
pub async fn of_key(app: &App, token: &str) -> Result<Option<Key>> {
    let Some(secret) = Secret::from_token(token) else { return Ok(None) };
    let store = app.store()?;
    let now_ms = app.clock.now_ms();
    let Some(Read { value: kept, hash }) = kept::read::<KeptToken>(&store, &secret.id).await?
    else {
        return Ok(None);
    };
    if !secret.is_kept_as(&kept.hash) || kept.is_revoked {
        return Ok(None);
    }
    if kept.last_used_at_ms.is_none_or(|at| now_ms - at >= rules::SEEN_EVERY_MS) {
        let used = KeptToken { last_used_at_ms: Some(now_ms), ..kept.clone() };
        // Where a rival was faster it wrote the same, or revoked it.
        kept::replace(&store, &secret.id, Some(hash), &used, now_ms).await?;
    }
    Ok(Some(Key { id: secret.id.clone(), name: kept.name, role: kept.role, limits: kept.limits }))
}

/// Whether anybody but this machine can sign in: a person who joined, a token or an admin key.
pub async fn has_keys(app: &App) -> Result<bool> {
    if let Some(key) = app.secret(crate::config::ADMIN_KEY) {
        if key.len() < SHORTEST_ADMIN_KEY {
            return Err(Refusal::invalid(format!(
                "{} has fewer than {SHORTEST_ADMIN_KEY} characters and could be guessed\n  next: set it to a long random text, for example of `openssl rand -hex 32`",
                crate::config::ADMIN_KEY
            )));
        }
        return Ok(true);
    }
    let Some(store) = app.existing_store()? else { return Ok(false) };
    let people = kept::list::<KeptPerson>(&store).await?;
    let tokens = kept::list::<KeptToken>(&store).await?;
    Ok(people.iter().any(|(_, person)| !person.is_removed)
        || tokens.iter().any(|(_, token)| !token.is_revoked))
}
