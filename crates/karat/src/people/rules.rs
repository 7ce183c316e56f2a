//! Pure. When a session, an invite or a role holds: time and what is kept come as arguments.

use karat_records::Role;

use super::kept::{KeptInvite, KeptPerson, KeptSession};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A session ends after so long without a request.
pub const SESSION_MS: i64 = 14 * DAY_MS;

/// An invite waits so long.
pub const INVITE_MS: i64 = 7 * DAY_MS;

/// The first sign-in link waits so long.
pub const SIGN_IN_MS: i64 = DAY_MS;

/// That somebody was here is written down at most so often.
pub const SEEN_EVERY_MS: i64 = DAY_MS / 24;

/// Whether a session still opens the door.
pub fn is_open(session: &KeptSession, now_ms: i64) -> bool {
    !session.is_ended && now_ms < session.expires_at_ms
}

/// The session after a request: its end moves on with each, written down once an hour.
pub fn slide(session: &KeptSession, now_ms: i64) -> Option<KeptSession> {
    (now_ms - session.seen_at_ms >= SEEN_EVERY_MS).then(|| KeptSession {
        seen_at_ms: now_ms,
        expires_at_ms: now_ms + SESSION_MS,
        ..session.clone()
    })
}

/// Whether an invite can still be used.
pub fn is_waiting(invite: &KeptInvite, now_ms: i64) -> bool {
    invite.used_at_ms.is_none() && now_ms < invite.expires_at_ms
}

/// Whether the project would be without an admin after this change of one person's role.
pub fn is_last_admin(people: &[KeptPerson], id: &str, next: Option<Role>) -> bool {
    let is_admin = |person: &KeptPerson| !person.is_removed && person.role == Role::Admin;
    let is_one = people.iter().any(|person| person.id == id && is_admin(person));
    let others = people.iter().filter(|person| person.id != id && is_admin(person)).count();
    is_one && others == 0 && next != Some(Role::Admin)
}

/// A name as others will see it; `None` where it is none.
pub fn name(text: &str) -> Option<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_fine = (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    is_fine.then_some(name)
}

#[cfg(test)]
mod tests {
    use karat_records::Hash;

    use super::*;

    fn person(id: &str, role: Role) -> KeptPerson {
        KeptPerson { id: id.into(), name: id.into(), role, joined_at_ms: 0, is_removed: false }
    }

    fn session() -> KeptSession {
        KeptSession {
            person: "a".into(),
            hash: Hash::of_bytes(b"x"),
            created_at_ms: 0,
            seen_at_ms: 0,
            expires_at_ms: SESSION_MS,
            is_ended: false,
        }
    }

    #[test]
    fn a_session_moves_on_with_use_and_ends_without() {
        let session = session();
        assert!(is_open(&session, SESSION_MS - 1) && !is_open(&session, SESSION_MS));
        assert_eq!(slide(&session, SEEN_EVERY_MS - 1), None);
        let later = slide(&session, SEEN_EVERY_MS).unwrap();
        assert!(is_open(&later, SESSION_MS) && !is_open(&later, SESSION_MS + SEEN_EVERY_MS));
        assert!(!is_open(&KeptSession { is_ended: true, ..later }, 1));
    }

    #[test]
    fn the_last_admin_stays() {
        let mut people = vec![person("a", Role::Admin), person("b", Role::Editor)];
        assert!(is_last_admin(&people, "a", None));
        assert!(is_last_admin(&people, "a", Some(Role::Editor)));
        assert!(!is_last_admin(&people, "a", Some(Role::Admin)));
        assert!(!is_last_admin(&people, "b", None));
        people[1].role = Role::Admin;
        assert!(!is_last_admin(&people, "a", None));
        people[1].is_removed = true;
        assert!(is_last_admin(&people, "a", None));
    }

    #[test]
    fn a_name_is_short_and_visible() {
        assert_eq!(name("  Ada \n Lovelace "), Some("Ada Lovelace".into()));
        for text in ["", "   ", "\u{1b}[31m", &"x".repeat(61)] {
            assert_eq!(name(text), None, "{text:?}");
        }
    }
}
