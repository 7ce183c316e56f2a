//! Operations on people: list, invite, change a role, remove.

use anyhow::Result;
use karat_records::{Person, Role};
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::{self, KeptInvite, KeptPerson, KeptSession};
use super::{enter, rules};
use crate::app::{App, Refusal, local_person};

/// Nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPeople {}

/// Who is here and who is invited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeopleList {
    /// Who joined, by the time of joining.
    pub people: Vec<PersonShown>,
    /// Links that were made, the newest first.
    pub invites: Vec<InviteShown>,
}

/// A person who joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PersonShown {
    /// Made once, never reused.
    pub id: String,
    /// As others see it.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Milliseconds since the Unix epoch.
    pub joined_at_ms: i64,
    /// The last request of any browser, to the hour.
    pub last_seen_at_ms: Option<i64>,
    /// True where a browser of the person is signed in.
    pub is_open: bool,
}

/// A link that lets somebody in once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InviteShown {
    /// Its id.
    pub id: String,
    /// What who joins may do.
    pub role: Role,
    /// For whom it is.
    pub note: String,
    /// When it is too late.
    pub expires_at_ms: i64,
    /// True where somebody joined with it.
    pub is_used: bool,
}

/// Lists people and invites.
pub async fn list(app: App, _: ListPeople) -> Result<PeopleList> {
    let Some(store) = app.existing_store()? else {
        return Ok(PeopleList { people: Vec::new(), invites: Vec::new() });
    };
    let now_ms = app.clock.now_ms();
    let sessions = kept::list::<KeptSession>(&store).await?;
    let mut people: Vec<PersonShown> = kept::list::<KeptPerson>(&store)
        .await?
        .into_iter()
        .filter(|(_, person)| !person.is_removed)
        .map(|(_, person)| shown(person, &sessions, now_ms))
        .collect();
    people.sort_by_key(|person| person.joined_at_ms);
    let mut invites: Vec<(i64, InviteShown)> = kept::list::<KeptInvite>(&store)
        .await?
        .into_iter()
        .filter(|(_, invite)| invite.person.is_none())
        .map(|(id, invite)| {
            let shown = InviteShown {
                id,
                role: invite.role,
                note: invite.note,
                expires_at_ms: invite.expires_at_ms,
                is_used: invite.used_at_ms.is_some(),
            };
            (invite.created_at_ms, shown)
        })
        .collect();
    invites.sort_by_key(|(created_at_ms, _)| std::cmp::Reverse(*created_at_ms));
    Ok(PeopleList { people, invites: invites.into_iter().map(|(_, shown)| shown).collect() })
}

fn shown(person: KeptPerson, sessions: &[(String, KeptSession)], now_ms: i64) -> PersonShown {
    let own = || sessions.iter().filter(|(_, session)| session.person == person.id);
    PersonShown {
        last_seen_at_ms: own().map(|(_, session)| session.seen_at_ms).max(),
        is_open: own().any(|(_, session)| rules::is_open(session, now_ms)),
        id: person.id,
        name: person.name,
        role: person.role,
        joined_at_ms: person.joined_at_ms,
    }
}

/// Whom to invite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// What who joins may do.
    pub role: Role,
    /// For whom the link is, at most 200 letters.
    #[serde(default)]
    pub note: Option<String>,
}

/// A link to hand over; it is shown this once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Invited {
    /// The link; it lets one person in, once.
    pub url: String,
    /// When it is too late.
    pub expires_at_ms: i64,
}

/// Makes a link that lets one person in.
pub async fn invite(app: App, input: Invite) -> Result<Invited> {
    let note = input.note.unwrap_or_default();
    if note.chars().count() > 200 {
        return Err(Refusal::invalid(
            "the note has more than 200 letters\n  next: say in a few words for whom the link is",
        ));
    }
    let now_ms = app.clock.now_ms();
    let secret = enter::new_secret(&app)?;
    let invite = KeptInvite {
        hash: secret.hash(),
        role: input.role,
        note,
        person: None,
        by: app.actor.id.clone(),
        created_at_ms: now_ms,
        expires_at_ms: now_ms + rules::INVITE_MS,
        used_at_ms: None,
    };
    kept::write(&app.store()?, &secret.id, &invite, now_ms).await?;
    Ok(Invited {
        url: format!("{}/join?invite#{}", app.address, secret.in_link()),
        expires_at_ms: invite.expires_at_ms,
    })
}

/// A person's next role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRole {
    /// The person's id.
    pub person: String,
    /// What the person may do from now on.
    pub role: Role,
}

/// Changes a role; it counts from the person's next request.
pub async fn set_role(app: App, input: SetRole) -> Result<Person> {
    change(&app, &input.person, |person| person.role = input.role).await
}

/// Whom to remove.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovePerson {
    /// The person's id.
    pub person: String,
}

/// Removes a person: all sessions end at once, what the person did stays.
pub async fn remove(app: App, input: RemovePerson) -> Result<Person> {
    let removed = change(&app, &input.person, |person| person.is_removed = true).await?;
    let store = app.store()?;
    let now_ms = app.clock.now_ms();
    for (id, session) in kept::list::<KeptSession>(&store).await? {
        if session.person == input.person && !session.is_ended {
            let ended = KeptSession { is_ended: true, ..session };
            kept::write(&store, &id, &ended, now_ms).await?;
        }
    }
    Ok(removed)
}

static CHANGING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Changes one person, unless that would leave the project without an admin.
async fn change(app: &App, id: &str, edit: impl Fn(&mut KeptPerson)) -> Result<Person> {
    if id == local_person().id {
        return Err(Refusal::conflict(
            "whoever has the terminal of this machine stays its admin\n  next: change the role of somebody who was invited",
        ));
    }
    let nobody = || {
        Refusal::not_found(format!(
            "nobody here has the id {id}\n  next: `karat people` lists them"
        ))
    };
    let store = app.existing_store()?.ok_or_else(nobody)?;
    let now_ms = app.clock.now_ms();
    // Two admins who demote each other at the same moment would leave none.
    let _one_at_a_time = CHANGING.lock().await;
    let before = kept::read::<KeptPerson>(&store, id).await?.ok_or_else(nobody)?;
    if before.value.is_removed {
        return Err(nobody());
    }
    let mut after = before.value.clone();
    edit(&mut after);
    let next = (!after.is_removed).then_some(after.role);
    if rules::is_last_admin(&people(&store).await?, id, next) {
        return Err(Refusal::conflict(format!(
            "{} is the last admin\n  next: make somebody else admin first",
            after.name
        )));
    }
    if !kept::replace(&store, id, Some(before.hash), &after, now_ms).await? {
        return Err(Refusal::conflict(format!(
            "{} was changed by somebody else at the same moment\n  next: look again",
            after.name
        )));
    }
    Ok(after.person())
}

async fn people(store: &Store) -> Result<Vec<KeptPerson>> {
    Ok(kept::list::<KeptPerson>(store).await?.into_iter().map(|(_, person)| person).collect())
}
