//! `karat people` and `karat token`: who may enter, and the keys of programs.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::json;

use super::args::{PeopleArgs, PeopleCommand, TokenCommand};
use super::reach::Reach;
use super::{output, tables};
use crate::clock;
use crate::gate::describe::plural;
use crate::people::kept::KeyLimits;
use crate::people::manage::{Invited, PeopleList};
use crate::people::tokens::{CreatedToken, RevokedToken, TokenList};
use karat_records::Person;

/// `karat people …`
pub async fn people(reach: &Reach, args: PeopleArgs) -> Result<u8> {
    let text = match args.command {
        None => listed(&reach.ask("people.list", &json!({})).await?),
        Some(PeopleCommand::Invite { role, note }) => {
            let input = json!({ "role": role.role(), "note": note });
            let invited: Invited = reach.ask("people.invite", &input).await?;
            format!(
                "{}\n  the link lets one person in as {}, until {} UTC",
                invited.url,
                role.role().word(),
                clock::minute(invited.expires_at_ms)
            )
        }
        Some(PeopleCommand::SetRole { person, role }) => {
            let input = json!({ "person": person, "role": role.role() });
            let person: Person = reach.ask("people.set_role", &input).await?;
            format!("{} is {} now", tables::plain(&person.name, 60), person.role.word())
        }
        Some(PeopleCommand::Remove { person }) => {
            let person: Person = reach.ask("people.remove", &json!({ "person": person })).await?;
            format!("{} is removed, all sessions have ended", tables::plain(&person.name, 60))
        }
    };
    output::print(&text).map(|()| 0)
}

/// `karat token …`
pub async fn token(reach: &Reach, command: TokenCommand) -> Result<u8> {
    let text = match command {
        TokenCommand::List => {
            let list: TokenList = reach.ask("tokens.list", &json!({})).await?;
            if list.tokens.is_empty() {
                "There is no token yet.\nnext: karat token create NAME --role editor".into()
            } else {
                let mut rows = vec![row(&["id", "name", "role", "made", "last used", "limits"])];
                rows.extend(list.tokens.iter().map(|token| {
                    let used = token.last_used_at_ms.map_or("never".into(), clock::minute);
                    let name = tables::plain(&token.name, 60);
                    let made = clock::day(token.created_at_ms);
                    let limits = limits(&token.limits, token.spent_usd);
                    row(&[&token.id, &name, token.role.word(), &made, &used, &limits])
                }));
                tables::columns(&rows)
            }
        }
        TokenCommand::Create {
            name,
            role,
            budget_usd_per_day,
            requests_per_minute,
            tokens_per_minute,
        } => {
            let limits = KeyLimits { budget_usd_per_day, requests_per_minute, tokens_per_minute };
            let input = json!({ "name": name, "role": role.role(), "limits": limits });
            let created: CreatedToken = reach.ask("tokens.create", &input).await?;
            format!(
                "{}\n  shown this once; a program sends it as `Authorization: Bearer …`",
                created.token
            )
        }
        TokenCommand::Revoke { id } => {
            let revoked: RevokedToken = reach.ask("tokens.revoke", &json!({ "id": id })).await?;
            format!("{} works no longer", tables::plain(&revoked.name, 60))
        }
    };
    output::print(&text).map(|()| 0)
}

/// What may be used up with a key, in words.
fn limits(limits: &KeyLimits, spent_usd: Option<f64>) -> String {
    let money = limits
        .budget_usd_per_day
        .map(|usd| format!("${usd} in 24 hours, ${:.2} spent", spent_usd.unwrap_or_default()));
    let requests = limits.requests_per_minute.map(|n| format!("{n} requests a minute"));
    let tokens = limits.tokens_per_minute.map(|n| format!("{n} tokens a minute"));
    let words: Vec<String> = [money, requests, tokens].into_iter().flatten().collect();
    if words.is_empty() { "none".to_owned() } else { words.join("; ") }
}

fn listed(list: &PeopleList) -> String {
    if list.people.is_empty() && list.invites.is_empty() {
        return "Nobody has joined yet.\nnext: karat people invite --role editor".into();
    }
    let mut rows = vec![row(&["id", "name", "role", "joined", "last seen"])];
    rows.extend(list.people.iter().map(|person| {
        let seen = person.last_seen_at_ms.map_or("never".into(), clock::minute);
        let name = tables::plain(&person.name, 60);
        row(&[&person.id, &name, person.role.word(), &clock::day(person.joined_at_ms), &seen])
    }));
    let mut text = tables::columns(&rows);
    let waiting = list.invites.iter().filter(|invite| !invite.is_used).count();
    if waiting > 0 {
        let _ = writeln!(text, "{} not used yet", plural(waiting as u64, "invite"));
    }
    text
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(ToString::to_string).collect()
}
