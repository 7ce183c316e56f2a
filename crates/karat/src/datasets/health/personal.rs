//! Pure. Personal data: addresses of e-mail, telephone numbers, cards by their check digit, accounts by their checksum.
//! It counts; it never repeats what it found.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use karat_records::Case;
use regex::Regex;
use serde_json::Value;

use super::{CheckKind, CheckState, HealthCheck, HealthRow, MOST_NAMED};
use crate::gate::describe::{count, plural};

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}\b",
    )
    .expect("a fixed pattern")
});
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\+|\b00)[1-9][0-9 ()./-]{6,18}[0-9]\b|\(\d{2,5}\)[ -]?\d{3,4}[ -]?\d{3,5}\b|\b\d{3}-\d{3}-\d{4}\b|\b0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}\b")
        .expect("a fixed pattern")
});
static CARD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b\d(?:[ -]?\d){12,18}\b").expect("a fixed pattern"));
static IBAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b").expect("a fixed pattern")
});

/// What kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An address of e-mail.
    Email,
    /// A telephone number.
    Phone,
    /// The number of a payment card.
    Card,
    /// The number of a bank account.
    Iban,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Email => "e-mail address",
            Self::Phone => "telephone number",
            Self::Card => "card number",
            Self::Iban => "bank account",
        }
    }
}

/// Counts cases by field and kind.
#[derive(Debug, Default)]
pub struct Personal {
    found: BTreeMap<(Kind, String), (u64, String)>,
    ids: Vec<String>,
    n_found: u64,
    n: u64,
}

impl Personal {
    /// Looks at a case.
    pub fn add(&mut self, case: &Case) {
        self.n += 1;
        let mut found = Vec::new();
        case.input
            .iter()
            .for_each(|(name, value)| walk(&format!("input.{name}"), value, &mut found));
        case.expected.iter().for_each(|value| walk("expected", value, &mut found));
        case.metadata
            .iter()
            .for_each(|(name, value)| walk(&format!("metadata.{name}"), value, &mut found));
        if found.is_empty() {
            return;
        }
        self.n_found += 1;
        if self.ids.len() < MOST_NAMED {
            self.ids.push(case.id.clone());
        }
        found.sort_unstable();
        found.dedup();
        for (kind, field) in found {
            self.found.entry((kind, field)).or_insert_with(|| (0, case.id.clone())).0 += 1;
        }
    }

    /// What was found.
    pub fn check(self) -> HealthCheck {
        let (n, of) = (self.n_found, self.n);
        let is_grave = self.found.keys().any(|(kind, _)| matches!(kind, Kind::Card | Kind::Iban));
        let state = match (n, is_grave) {
            (0, _) => CheckState::Fine,
            (_, true) => CheckState::Mend,
            (_, false) => CheckState::Look,
        };
        let mut rows: Vec<HealthRow> = self
            .found
            .into_iter()
            .map(|((kind, field), (n, id))| HealthRow {
                label: format!("{} in {field}", kind.word()),
                n,
                of,
                note: Some(format!("{id} for one")),
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.n));
        rows.truncate(MOST_NAMED);
        HealthCheck {
            kind: CheckKind::PersonalData,
            state,
            says: match n {
                0 => format!(
                    "no e-mail address, telephone, card or account number in {}",
                    plural(of, "case")
                ),
                n => format!("{} of {} seem to hold personal data", count(n), plural(of, "case")),
            },
            n,
            of,
            cases: self.ids,
            rows,
            next: (n > 0).then(|| {
                "replace it by made-up values before cases go to a model vendor or into git".into()
            }),
        }
    }
}

fn walk(field: &str, value: &Value, found: &mut Vec<(Kind, String)>) {
    match value {
        Value::String(text) => {
            found.extend(kinds(text).into_iter().map(|kind| (kind, field.to_owned())));
        }
        Value::Array(values) => values.iter().for_each(|value| walk(field, value, found)),
        Value::Object(map) => map.values().for_each(|value| walk(field, value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The kinds of personal data in a text.
pub fn kinds(text: &str) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if text.contains('@') && EMAIL.is_match(text) {
        kinds.push(Kind::Email);
    }
    if text.bytes().filter(u8::is_ascii_digit).count() < 7 {
        return kinds;
    }
    let digits = |text: &str| text.chars().filter_map(|c| c.to_digit(10)).collect::<Vec<_>>();
    let is_card = |found: &str| {
        let digits = digits(found);
        // All zeros have a right check digit too.
        (13..=19).contains(&digits.len()) && digits.iter().any(|d| *d != digits[0]) && luhn(&digits)
    };
    // What is written like an account is neither card nor telephone, whatever its checksum says.
    let accounts: Vec<regex::Match<'_>> = IBAN.find_iter(text).collect();
    let is_iban = accounts.iter().any(|found| iban(found.as_str()));
    let is_inside = |found: &regex::Match<'_>| {
        accounts.iter().any(|account| account.range().contains(&found.start()))
    };
    let cards: Vec<&str> = CARD
        .find_iter(text)
        .filter(|found| !is_inside(found) && is_card(found.as_str()))
        .map(|found| found.as_str())
        .collect();
    let is_phone = PHONE.find_iter(text).any(|found| {
        let n = digits(found.as_str()).len();
        let number = found.as_str().trim_start_matches('+');
        (7..=15).contains(&n)
            && stands_alone(text, found.range())
            && !cards.iter().any(|card| card.contains(number))
            && !is_inside(&found)
    });
    if is_phone {
        kinds.push(Kind::Phone);
    }
    if !cards.is_empty() {
        kinds.push(Kind::Card);
    }
    if is_iban {
        kinds.push(Kind::Iban);
    }
    kinds
}

/// Whether a number is no part of a calculation or of a longer number.
fn stands_alone(text: &str, at: std::ops::Range<usize>) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || "-*/=<>".contains(c));
    !goes_on(text[..at.start].chars().next_back()) && !goes_on(text[at.end..].chars().next())
}

/// The check digit of cards (ISO/IEC 7812-1).
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The checksum of accounts (ISO 13616): the remainder modulo 97 is 1; longer matches are tried without their end.
fn iban(found: &str) -> bool {
    let compact: Vec<char> = found.chars().filter(|c| !c.is_whitespace()).collect();
    (15..=compact.len().min(34)).any(|length| {
        let (head, tail) = compact[..length].split_at(4);
        let mut remainder = 0_u32;
        for c in tail.iter().chain(head) {
            let Some(value) = c.to_digit(36) else { return false };
            remainder = (remainder * if value > 9 { 100 } else { 10 } + value) % 97;
        }
        remainder == 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_are_told_by_their_shape_and_checksum() {
        let table: &[(&str, &[Kind])] = &[
            ("write to ana.b+c@mail.example.org please", &[Kind::Email]),
            ("call +49 30 901820 today", &[Kind::Phone]),
            ("call (030) 123 4567", &[Kind::Phone]),
            ("call 555-867-5309", &[Kind::Phone]),
            ("my card 4111 1111 1111 1111 was charged", &[Kind::Card]),
            ("my card 4111 1111 1111 1112 was charged", &[]),
            ("pay to DE89 3704 0044 0532 0130 00 now", &[Kind::Iban]),
            ("pay to DE89 3704 0044 0532 0130 01 now", &[]),
            ("order 20261123 of 12 pieces at 3.50", &[]),
            ("= $<<6000-600-150-1200-2000=2050>>2050 on gifts", &[]),
            ("0000000000000000", &[]),
            ("Janet has 16 eggs, 3 for breakfast; 1234567 in all", &[]),
            ("@mention and a@b", &[]),
            ("2026-11-23T14:05:00Z", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(kinds(text), *expected, "{text}");
        }
    }

    #[test]
    fn the_report_counts_by_field_and_repeats_no_value() {
        let mut personal = Personal::default();
        for (id, text) in [("a", "ana@example.org"), ("b", "4111111111111111"), ("c", "hello")] {
            let case = json!({ "id": id, "input": { "message": text } });
            personal.add(&serde_json::from_value(case).unwrap());
        }
        let check = personal.check();
        assert_eq!((check.n, check.of, check.state), (2, 3, CheckState::Mend));
        let text = serde_json::to_string(&check).unwrap();
        assert!(!text.contains("ana@") && !text.contains("4111"), "{text}");
        assert_eq!(check.rows[0].label, "e-mail address in input.message");
    }
}
