//! The operation `datasets.cases`: pages of the cases of a dataset, filtered, searched and sorted.

use std::time::Duration;

use anyhow::Result;
use karat_records::{Case, Split};
use karat_store::{After, CaseQuery, CaseSort, DatasetVersion, PlacedCase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::about::About;
use super::indexing::{self, Current};
use super::list::find;
use super::looks::{self, Seeing};
use crate::app::{App, Refusal};

/// Which cases of which dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListCases {
    /// The dataset.
    pub dataset: String,
    /// Only cases that tune, or only those that are held out.
    pub split: Option<Split>,
    /// Only cases with this tag.
    pub tag: Option<String>,
    /// Only cases in which this field, for example `metadata.channel`, has the value of `value`.
    pub field: Option<String>,
    /// The value of `field`.
    pub value: Option<String>,
    /// Only cases in which this text occurs, whatever its case.
    pub text: Option<String>,
    /// The order; that of the file where absent.
    pub sort: Option<Sort>,
    /// Turns the order round.
    pub descending: bool,
    /// At most so many; 100 where absent, never more than 1000.
    pub limit: Option<u64>,
    /// Goes on after a page: its `next`.
    pub cursor: Option<String>,
    /// Shows the contents of held-out cases; for editors, and each look is kept.
    pub reveal_held_out: bool,
}

/// By what cases are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "CaseSort")]
pub enum Sort {
    /// The order of the file.
    #[default]
    Position,
    /// The id.
    Id,
}

/// Some cases of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CasePage {
    /// The cases.
    pub cases: Vec<CaseRow>,
    /// How many fit in all; while the file is read, so far.
    pub n: u64,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The version that the page is of; later pages stay with it when the file changes.
    pub version: String,
    /// Why contents of held-out cases are not shown.
    pub hidden: Option<String>,
    /// What is not complete, for example how far the reading of the file is.
    pub note: Option<String>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseRow {
    /// Its place in the file, counted from 1.
    pub position: u64,
    /// Its id.
    pub id: String,
    /// Whether it tunes, is held out, or serves both.
    pub split: Split,
    /// The input; null where it is not shown.
    pub input: Option<Value>,
    /// The desired output; null where there is none or it is not shown.
    pub expected: Option<Value>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its metadata; of cases that are not shown only the segments.
    pub metadata: Value,
    /// Where it came from, where its metadata says so.
    pub origin: Option<String>,
}

const USUAL: u64 = 100;
const MOST: u64 = 1000;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Why something is not shown.
pub const HIDDEN: &str = "contents of held-out cases are not shown, because whoever sees them can tune towards them; \
     an editor can reveal them, and each look is kept";

/// A page of cases.
pub async fn cases(app: App, input: ListCases) -> Result<CasePage> {
    if input.reveal_held_out {
        looks::check(&app)?;
    }
    let project = app.project()?;
    let file = find(&project, &input.dataset)?;
    let cursor = input.cursor.as_deref().map(Cursor::parse).transpose()?;
    let Current { version, note } = match &cursor {
        None => indexing::current(&app, &project, file).await?,
        Some(cursor) => pinned(&app, &input.dataset, &cursor.version).await?,
    };
    let about: About = serde_json::from_value(version.about.clone()).unwrap_or_default();
    let query = query(&input, &version, &about, cursor.as_ref())?;
    let is_narrowed = query.is_narrowed;
    let store = app.store()?;
    let page = match query.query {
        Some(query) => store.cases.page(&version.id, query).await?,
        None => karat_store::CasePage::default(),
    };
    if page.cases.is_empty() && !version.is_whole {
        // Whoever is faster than the reading waits here and not in a loop of requests.
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let n = page.n.or(cursor.as_ref().map(|cursor| cursor.n)).unwrap_or(0);
    let n_held_out = page.cases.iter().filter(|it| it.case.split == Split::Gate).count() as u64;
    if input.reveal_held_out {
        let what = "cases";
        let seeing = Seeing { dataset: &input.dataset, what, run_id: None, n: n_held_out };
        looks::note(&app, seeing).await?;
    }
    let sort = input.sort.unwrap_or_default();
    let last = page.cases.last().map(|it| match sort {
        Sort::Position => After::Position(it.position),
        Sort::Id => After::Id(it.case.id.clone()),
    });
    // While the file is read there may be more behind the last page, if only later.
    let goes_on =
        page.has_more || (!version.is_whole && sort == Sort::Position && !input.descending);
    let after = last.or(cursor.map(|cursor| cursor.after));
    let next = after
        .filter(|_| goes_on)
        .map(|after| Cursor { version: version.id.clone(), n, after }.text());
    let is_hidden = !input.reveal_held_out && (n_held_out > 0 || is_narrowed);
    let shown = page.cases.into_iter();
    Ok(CasePage {
        cases: shown.map(|it| row(it, &about, input.reveal_held_out)).collect(),
        n,
        next,
        version: version.hash,
        hidden: is_hidden.then(|| HIDDEN.to_owned()),
        note,
    })
}

/// The version that a cursor belongs to, still written or not.
async fn pinned(app: &App, dataset: &str, id: &str) -> Result<Current> {
    match app.store()?.cases.version(id).await? {
        Some(version) if version.dataset == dataset => {
            let note = (!version.is_whole).then(|| {
                let n = crate::gate::describe::count(version.n);
                format!("indexing: {n} cases so far")
            });
            Ok(Current { version, note })
        }
        _ => Err(Refusal::conflict(
            "the file changed while it was read, so this page has no next one\n  next: begin again without a cursor",
        )),
    }
}

struct Narrowed {
    /// None where every case that could fit is held out.
    query: Option<CaseQuery>,
    /// Held-out cases were left out, because their contents would answer.
    is_narrowed: bool,
}

fn query(
    input: &ListCases,
    version: &DatasetVersion,
    about: &About,
    cursor: Option<&Cursor>,
) -> Result<Narrowed> {
    let field = match (&input.field, &input.value) {
        (Some(field), Some(value)) => Some((field.clone(), value.clone())),
        (None, None) => None,
        _ => {
            return Err(Refusal::invalid(
                "field and value belong together\n  next: name both, or neither",
            ));
        }
    };
    let sort = match input.sort.unwrap_or_default() {
        Sort::Position => CaseSort::Position,
        Sort::Id => CaseSort::Id,
    };
    let after = cursor.map(|cursor| cursor.after.clone());
    if matches!(
        (&after, sort),
        (Some(After::Id(_)), CaseSort::Position) | (Some(After::Position(_)), CaseSort::Id)
    ) {
        return Err(Refusal::invalid(
            "the cursor belongs to another order\n  next: begin again without a cursor",
        ));
    }
    let is_held_out = match input.split {
        Some(Split::Gate) => Some(true),
        Some(Split::Tune) => Some(false),
        Some(Split::Both) | None => None,
    };
    let is_segment = |field: &str| {
        field == "tag"
            || field == "id"
            || about.segments.iter().any(|segment| segment.field == field)
    };
    // Which held-out cases hold a text or a desired output, only their contents say.
    let asks_contents = input.text.as_deref().is_some_and(|text| !text.is_empty())
        || field.as_ref().is_some_and(|(field, _)| !is_segment(field));
    let is_narrowed = asks_contents && !input.reveal_held_out && version.n_gate > 0;
    let limit = input.limit.unwrap_or(USUAL).clamp(1, MOST) as usize;
    if is_narrowed && is_held_out == Some(true) {
        return Ok(Narrowed { query: None, is_narrowed });
    }
    let query = CaseQuery {
        is_held_out: if is_narrowed { Some(false) } else { is_held_out },
        tag: input.tag.clone(),
        fields: field.into_iter().collect(),
        text: input.text.clone(),
        sort,
        is_descending: input.descending,
        limit,
        after,
        counts: cursor.is_none() || !version.is_whole,
    };
    Ok(Narrowed { query: Some(query), is_narrowed })
}

/// A case as it is shown, without the contents where they are hidden.
pub fn row(placed: PlacedCase, about: &About, reveals: bool) -> CaseRow {
    let Case { id, input, expected, metadata, tags, split } = placed.case;
    let is_shown = reveals || split != Split::Gate;
    let is_segment = |name: &str| {
        let field = format!("metadata.{name}");
        about.segments.iter().any(|segment| segment.field == field)
    };
    let metadata: Map<String, Value> =
        metadata.into_iter().filter(|(name, _)| is_shown || is_segment(name)).collect();
    let origin = ["origin", "source"].iter().find_map(|name| metadata.get(*name)?.as_str());
    CaseRow {
        position: placed.position + 1,
        id,
        split,
        input: is_shown.then_some(Value::Object(input)),
        expected: expected.filter(|_| is_shown),
        tags,
        origin: origin.map(str::to_owned),
        metadata: Value::Object(metadata),
    }
}

/// Where a page ended: the version, the count of all, and the last case.
struct Cursor {
    version: String,
    n: u64,
    after: After,
}

impl Cursor {
    fn text(&self) -> String {
        let after = match &self.after {
            After::Position(position) => format!("p{position}"),
            After::Id(id) => format!("i{id}"),
        };
        format!("{}.{}.{after}", self.version, self.n)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut parts = text.splitn(3, '.');
        let read = || {
            let (version, n, after) = (parts.next()?, parts.next()?, parts.next()?);
            let after = match after.split_at_checked(1)? {
                ("p", position) => After::Position(position.parse().ok()?),
                ("i", id) => After::Id(id.to_owned()),
                _ => return None,
            };
            Some(Self { version: version.to_owned(), n: n.parse().ok()?, after })
        };
        std::iter::once_with(read).next().flatten().ok_or_else(|| {
            Refusal::invalid(
                "this is no cursor of a page of cases\n  next: take `next` of a page, or none",
            )
        })
    }
}
