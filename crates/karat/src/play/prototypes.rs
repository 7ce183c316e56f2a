//! Prototypes: a variant behind a link, for people without an account; few tries, a small budget, an end.
//! The link's token is kept as a hash only.

mod kept;

mod visit;

pub use visit::{
    PrototypeAnswer, PrototypeView, Thumb, ThumbPrototype, ThumbTaken, TryPrototype, attempt,
    thumb, view,
};

use anyhow::Result;
use karat_records::Hash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::run::{AskVariant, variant_of};
use super::start::{can_run_new, is_simulated};
use crate::app::{App, Refusal};
use crate::gate::shown::Measured;
use kept::{Kept, KeptThumb};

/// What to publish.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishPrototype {
    /// The feature.
    pub feature: String,
    /// A variant that can answer new inputs.
    pub variant: String,
    /// What visitors read at the top; the feature's name where absent.
    #[serde(default)]
    pub title: Option<String>,
    /// Days until it closes, at most 30; 7 where absent.
    #[serde(default)]
    pub days: Option<u32>,
}

/// Which prototypes to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListPrototypes {
    /// Only those of this feature.
    pub feature: Option<String>,
}

/// All prototypes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrototypeList {
    /// Newest first.
    pub prototypes: Vec<Prototype>,
}

/// Which prototype to close.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawPrototype {
    /// Its id.
    pub id: String,
}

/// A published variant and what people thought of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Prototype {
    /// Its id.
    pub id: String,
    /// What visitors read at the top.
    pub title: String,
    /// The feature.
    pub feature: String,
    /// The variant.
    pub variant: String,
    /// The path of the page, only when it was published just now: the token is not kept.
    pub url: Option<String>,
    /// The beginning of that path.
    pub path_hint: String,
    /// When it was published.
    pub created_at_ms: i64,
    /// When it closes.
    pub expires_at_ms: i64,
    /// Whether it still answers.
    pub is_open: bool,
    /// Tries so far.
    pub n_tried: u64,
    /// Most tries.
    pub n_most: u64,
    /// What the tries cost, as far as it is known.
    pub spent_usd: f64,
    /// Share of thumbs that are up.
    pub thumbs_up: Option<Measured>,
    /// What people wrote, newest first.
    pub comments: Vec<PrototypeComment>,
    /// True where a scripted server answers, as far as it was asked.
    pub simulated: bool,
}

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrototypeComment {
    /// The words.
    pub text: String,
    /// When.
    pub at_ms: i64,
    /// With which thumb.
    pub thumb: Thumb,
}

/// Most tries of a prototype in all.
pub const MOST_TRIES: u64 = 200;

/// Most tries of a prototype in a minute.
pub const MOST_A_MINUTE: u64 = 10;

/// What a prototype may cost in US dollars.
pub const CAP_USD: f64 = 2.0;

const USUAL_DAYS: u32 = 7;

const MOST_DAYS: u32 = 30;

/// More open links than this nobody keeps an eye on.
const MOST_OPEN: usize = 50;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Publishes a variant behind a new link.
pub async fn publish(app: App, input: PublishPrototype) -> Result<Prototype> {
    let project = app.project()?;
    let feature = project.choose(Some(&input.feature))?;
    let ask = AskVariant { name: input.variant.clone(), draft: None };
    let variant = variant_of(&project, feature, &ask)?;
    if !can_run_new(&variant.kind) {
        return Err(Refusal::invalid(format!(
            "{} knows only recorded answers, so it cannot answer visitors\n  next: choose another variant",
            variant.name
        )));
    }
    let days = input.days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Refusal::invalid(format!(
            "a prototype stays open for 1 to {MOST_DAYS} days, and days is {days}\n  next: choose a number between"
        )));
    }
    let title = input.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let title = title.unwrap_or(&feature.name).to_owned();
    if title.chars().count() > 120 || title.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "a title is one line of at most 120 characters\n  next: shorten it",
        ));
    }
    let store = app.store()?;
    let now = app.clock.now_ms();
    let open = kept::all(&store).await?.into_iter().filter(|one| one.is_open(now)).count();
    if open >= MOST_OPEN {
        return Err(Refusal::too_many(format!(
            "{open} prototypes are open\n  next: withdraw one with prototypes.withdraw"
        )));
    }
    let token = app.clock.new_secret()?;
    let kept = Kept {
        id: app.clock.new_id(),
        title,
        feature: feature.name.clone(),
        variant: variant.name.clone(),
        path_hint: format!("/p/{}…", token.get(..4).unwrap_or_default()),
        created_at_ms: now,
        expires_at_ms: now + i64::from(days) * DAY_MS,
        is_withdrawn: false,
        by: app.actor.name.clone(),
        simulated: is_simulated(&app, &project, &variant.kind) == Some(true),
    };
    kept::put(&store, &Hash::of_bytes(token.as_bytes()), &kept, now).await?;
    let shown = shown(&app, kept).await?;
    Ok(Prototype { url: Some(format!("/p/{token}")), ..shown })
}

/// Lists prototypes with what people thought.
pub async fn list(app: App, input: ListPrototypes) -> Result<PrototypeList> {
    let Some(store) = app.existing_store()? else { return Ok(PrototypeList::default()) };
    let mut all = kept::all(&store).await?;
    all.retain(|one| input.feature.as_ref().is_none_or(|feature| *feature == one.feature));
    all.sort_by_key(|one| std::cmp::Reverse((one.created_at_ms, one.id.clone())));
    let mut prototypes = Vec::new();
    for one in all {
        prototypes.push(shown(&app, one).await?);
    }
    Ok(PrototypeList { prototypes })
}

/// Closes a prototype; its link answers nobody any more.
pub async fn withdraw(app: App, input: WithdrawPrototype) -> Result<Prototype> {
    let store = app.store()?;
    let found = kept::by_id(&store, &input.id).await?;
    let Some((name, kept)) = found else {
        return Err(Refusal::not_found(format!(
            "there is no prototype {}\n  next: prototypes.list shows them",
            input.id
        )));
    };
    let withdrawn = Kept { is_withdrawn: true, ..kept };
    kept::put(&store, &name, &withdrawn, app.clock.now_ms()).await?;
    shown(&app, withdrawn).await
}

async fn shown(app: &App, kept: Kept) -> Result<Prototype> {
    let store = app.store()?;
    let alpha = app.project().map_or(0.05, |project| project.alpha());
    let uses = kept::uses(&store, &kept.id).await?;
    let thumbs = kept::thumbs(&store, &kept.id).await?;
    let n_up = thumbs.iter().filter(|one| one.thumb == Thumb::Up).count() as u64;
    let mut comments: Vec<PrototypeComment> = thumbs
        .iter()
        .filter_map(|KeptThumb { thumb, comment, at_ms }| {
            Some(PrototypeComment { text: comment.clone()?, at_ms: *at_ms, thumb: *thumb })
        })
        .collect();
    comments.sort_by_key(|comment| std::cmp::Reverse(comment.at_ms));
    Ok(Prototype {
        is_open: kept.is_open(app.clock.now_ms()),
        id: kept.id,
        title: kept.title,
        feature: kept.feature,
        variant: kept.variant,
        url: None,
        path_hint: kept.path_hint,
        created_at_ms: kept.created_at_ms,
        expires_at_ms: kept.expires_at_ms,
        n_tried: uses.n_tried,
        n_most: MOST_TRIES,
        spent_usd: uses.spent_usd,
        thumbs_up: Measured::share("thumbs up", n_up, thumbs.len() as u64, alpha),
        comments,
        simulated: uses.simulated || kept.simulated,
    })
}
