//! Listing inferences: one index leads, rows that do not fit are passed over, and a long search stops early.

use karat_records::Outcome;
use rusqlite::{Connection, Row, Rows, Statement, named_params};

use super::super::Sqlite;
use super::super::body;
use super::super::hours::{column, hour_at, numbers};
use super::{COLUMNS, bodies, outcome_word, row_of};
use crate::{InferenceFilter, InferenceRow, News, Page, StoreError};

/// Rows that one call looks at: about a tenth of a second.
const ROWS_TO_LOOK_AT: u32 = 100_000;

/// A text to search costs as much as so many rows.
const COST_OF_A_TEXT: u32 = 20;

impl Sqlite {
    pub(crate) async fn inferences(
        &self,
        filter: InferenceFilter,
    ) -> Result<Page<InferenceRow>, StoreError> {
        self.read(move |connection| {
            // A cursor of another list goes on from the start, as one that was never given.
            let before = filter.cursor.as_deref().and_then(|cursor| cursor.parse().ok());
            let found = search(connection, &filter, Order::NewestFirst(before))?;
            Ok(Page { items: found.items, next: found.go_on.map(|number| number.to_string()) })
        })
        .await
    }

    pub(crate) async fn inferences_after(
        &self,
        after: u64,
        filter: InferenceFilter,
    ) -> Result<News<InferenceRow>, StoreError> {
        self.read(move |connection| {
            let place = i64::try_from(after).unwrap_or(i64::MAX);
            let found = search(connection, &filter, Order::Arrival(place))?;
            let last = found.last.map_or(after, i64::unsigned_abs);
            Ok(News {
                after: found.go_on.map_or(last, i64::unsigned_abs),
                is_end: found.go_on.is_none(),
                items: found.items,
            })
        })
        .await
    }
}

enum Order {
    /// Before this number.
    NewestFirst(Option<i64>),
    /// After this number.
    Arrival(i64),
}

struct Found {
    items: Vec<InferenceRow>,
    /// Where to go on, where there is more or might be.
    go_on: Option<i64>,
    /// The last number that was looked at.
    last: Option<i64>,
}

fn search(
    connection: &Connection,
    filter: &InferenceFilter,
    order: Order,
) -> rusqlite::Result<Found> {
    let mut found = Found { items: Vec::new(), go_on: None, last: None };
    if filter.limit == 0 {
        return Ok(found);
    }
    let mut texts = Texts::new(connection, filter)?;
    let mut statement = connection.prepare_cached(&sql(filter, &order))?;
    let mut rows = lead(connection, &mut statement, filter, &order)?;
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        if found.last == Some(number) {
            // Led by signals, of which an inference may have several.
            continue;
        }
        if fits(row, filter)? && texts.fit(number)? {
            if found.items.len() == filter.limit {
                found.go_on = found.items.last().map(|row| column(row.number));
                return Ok(found);
            }
            found.items.push(row_of(row)?);
        }
        found.last = Some(number);
        looked_at += texts.cost();
        if looked_at >= ROWS_TO_LOOK_AT {
            found.go_on = match found.items.last() {
                Some(last) if found.items.len() == filter.limit => Some(column(last.number)),
                _ => Some(number),
            };
            return Ok(found);
        }
    }
    Ok(found)
}

/// The index that leaves the fewest rows to look at leads; all are in the order of arrival.
fn sql(filter: &InferenceFilter, order: &Order) -> String {
    let direction = match order {
        Order::NewestFirst(_) => "DESC",
        Order::Arrival(_) => "ASC",
    };
    let (from, number, lead) = if filter.conversation.is_some() {
        let from = "inferences i INDEXED BY inferences_by_conversation";
        (from, "i.number", "i.conversation = :conversation")
    } else if filter.user.is_some() {
        ("inferences i INDEXED BY inferences_by_user", "i.number", "i.user = :user")
    } else if filter.signal.is_some() {
        let from = "signal_bindings b INDEXED BY signal_bindings_by_kind \
                    CROSS JOIN inferences i ON i.number = b.inference";
        let lead =
            "b.kind = :kind AND b.inference IS NOT NULL AND (:class IS NULL OR b.class = :class)";
        (from, "b.inference", lead)
    } else if filter.outcome.is_some_and(|outcome| outcome != Outcome::Answered) {
        let from = "inferences i INDEXED BY inferences_that_broke";
        (from, "i.number", "i.outcome = :outcome AND i.outcome <> 'answered'")
    } else if filter.feature.is_some() {
        ("inferences i INDEXED BY inferences_by_feature", "i.number", "i.feature = :feature")
    } else {
        ("inferences i NOT INDEXED", "i.number", "TRUE")
    };
    // Where signals do not lead, they are looked up.
    let signal = if filter.signal.is_some() && !lead.starts_with("b.") {
        "EXISTS (SELECT 1 FROM signal_bindings b WHERE b.kind = :kind AND b.inference = i.number \
         AND (:class IS NULL OR b.class = :class))"
    } else {
        "TRUE"
    };
    format!(
        "SELECT {COLUMNS} FROM {from} WHERE {lead} AND {signal} \
         AND {number} BETWEEN :low AND :high ORDER BY {number} {direction}"
    )
}

fn lead<'a>(
    connection: &Connection,
    statement: &'a mut Statement<'_>,
    filter: &InferenceFilter,
    order: &Order,
) -> rusqlite::Result<Rows<'a>> {
    let (mut low, mut high) = (i64::MIN, i64::MAX);
    let hours = [filter.since_ms.map(hour_at), filter.until_ms.map(hour_at)];
    if hours != [None, None] || filter.variant.is_some() {
        // The sums know between which numbers there is anything of that time and variant.
        let (feature, variant) = (filter.feature.as_deref(), filter.variant.as_deref());
        (low, high) = numbers(connection, hours[0], hours[1], feature, variant)?;
    }
    match order {
        Order::NewestFirst(Some(before)) => high = high.min(before.saturating_sub(1)),
        Order::NewestFirst(None) => {}
        Order::Arrival(after) => low = low.max(after.saturating_add(1)),
    }
    let parameters = named_params! {
        ":low": low,
        ":high": high,
        ":conversation": filter.conversation,
        ":user": filter.user,
        ":feature": filter.feature,
        ":outcome": filter.outcome.map(outcome_word),
        ":kind": filter.signal.as_ref().map(|signal| &signal.kind),
        ":class": filter.signal.as_ref().and_then(|signal| signal.class.as_ref()),
    };
    for (name, value) in parameters {
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    Ok(statement.raw_query())
}

/// Whether a row fits all but the text; it looks at no column that the filter does not speak about.
fn fits(row: &Row<'_>, filter: &InferenceFilter) -> rusqlite::Result<bool> {
    let is = |index: usize, wanted: Option<&str>| -> rusqlite::Result<bool> {
        let Some(wanted) = wanted else { return Ok(true) };
        Ok(row.get_ref(index)?.as_str_or_null().map_err(body::damaged)? == Some(wanted))
    };
    let received_at_ms: i64 = row.get(2)?;
    Ok(filter.since_ms.is_none_or(|since| received_at_ms >= since)
        && filter.until_ms.is_none_or(|until| received_at_ms < until)
        && is(4, filter.feature.as_deref())?
        && is(5, filter.variant.as_deref())?
        && is(13, filter.outcome.map(outcome_word))?
        && is(24, filter.conversation.as_deref())?
        && is(25, filter.user.as_deref())?
        && is(26, filter.key.as_deref())?)
}

/// The search in bodies, where one is wanted.
struct Texts<'a> {
    wanted: Option<(rusqlite::CachedStatement<'a>, String)>,
}

impl<'a> Texts<'a> {
    fn new(connection: &'a Connection, filter: &InferenceFilter) -> rusqlite::Result<Self> {
        let sql = "SELECT body FROM inference_bodies WHERE inference = ?1";
        let wanted = match &filter.text {
            Some(text) => Some((connection.prepare_cached(sql)?, text.to_lowercase())),
            None => None,
        };
        Ok(Self { wanted })
    }

    fn fit(&mut self, number: i64) -> rusqlite::Result<bool> {
        let Some((statement, text)) = &mut self.wanted else { return Ok(true) };
        let mut rows = statement.query([number])?;
        let Some(row) = rows.next()? else { return Ok(false) };
        bodies::says(row.get_ref(0)?.as_blob().map_err(body::damaged)?, text)
    }

    fn cost(&self) -> u32 {
        if self.wanted.is_some() { COST_OF_A_TEXT } else { 1 }
    }
}
