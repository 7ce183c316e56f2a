//! The operation `bets.create`: data, feature, rules, criteria and the bet itself are written together, or nothing is.
//! What was promised is kept before anybody can see an outcome.

use std::path::{Path, PathBuf};

use anyhow::Result;
use karat_records::{Hash, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice::{self, BetColumns};
use super::paste::{self, Paste};
use super::preview::taken_names;
use super::render::{self, NewBet};
use super::success::{self, Offer};
use crate::app::{App, Broken, Refusal};
use crate::clock;
use crate::datasets::{Dataset, import};
use crate::evals::start::Wish;
use crate::evals::{draft, present, start};
use crate::gate::describe;
use crate::project::block::with_tables;
use crate::project::dataset::{Columns, DatasetFile};
use crate::project::edit::{Edit, NewContent};
use crate::project::files::Files;
use crate::project::init::{
    self,
    plan::{short_kebab, unique},
    write,
};
use crate::project::lock::{self, Lock};
use crate::project::{FILE, Place, Problems, Project, read};

/// The kind under which the catalog keeps what a bet promised.
pub const KIND: &str = "bet";

/// A new bet on pasted rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateBet {
    /// Its name: letters, digits and dashes.
    pub name: String,
    /// The feature that tests it; called like the bet where absent.
    #[serde(default)]
    pub feature: Option<String>,
    /// What a request is, in the plural, for sentences such as "of 100 support messages".
    #[serde(default)]
    pub about: Option<String>,
    /// The rows: CSV, cells of a spreadsheet, or JSON Lines.
    pub text: String,
    /// Which column is which.
    pub columns: BetColumns,
    /// What is believed, so that it can turn out false.
    pub hypothesis: String,
    /// The kind of scorer that says what a success is, one of those that the preview offers.
    pub scorer: String,
    /// The least share of answers that must be right, between 0 and 1.
    pub floor: f64,
    /// The day of the decision, as 2026-12-18.
    pub deadline: String,
    /// What it may cost in US dollars.
    #[serde(default)]
    pub spend_cap_usd: Option<f64>,
    /// What we have that others lack.
    #[serde(default)]
    pub why_us: Option<String>,
    /// Draft rules from the rows as the baseline.
    pub draft_rules: bool,
}

/// A bet that is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedBet {
    /// Its name.
    pub bet: String,
    /// The feature that tests it.
    pub feature: String,
    /// What was written.
    pub files: Vec<WrittenFile>,
    /// What became of the rules, where they were wished.
    pub rules: Option<DraftedNote>,
    /// When it was written down, in UTC.
    pub registered_at: String,
    /// The next command.
    pub next: String,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WrittenFile {
    /// Relative to the project's folder.
    pub path: String,
    /// Whether there was none before.
    pub is_new: bool,
}

/// What became of the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DraftedNote {
    /// The variant; absent where these rows allow no rules.
    pub variant: Option<String>,
    /// What the rules are worth, or why there are none.
    pub says: String,
}

/// A request that was checked.
struct Wanted {
    paste: Paste,
    columns: BetColumns,
    feature: String,
    offer: Offer,
    deadline: jiff::civil::Date,
    recorded: Vec<(String, String)>,
}

/// Writes a bet down.
pub async fn create(app: App, input: CreateBet) -> Result<CreatedBet> {
    let _files = app.change_files().await;
    let root = read::find_root(&app.folder);
    let project = root.as_ref().map(|_| app.project()).transpose()?;
    let wanted = check(&app, &input, project.as_ref())?;
    if let Some(store) = app.existing_store()?
        && let Some(known) = store.catalog.newest(KIND, &input.name).await?
    {
        return Err(Refusal::conflict(format!(
            "a bet called {} was written down on {}\n  next: choose another name",
            input.name,
            clock::day(known.seen_at_ms)
        )));
    }
    let folder = root.clone().unwrap_or_else(|| app.folder.clone());
    let mut edit = Edit::begin(&folder);
    let written = write_files(&app, &mut edit, &folder, &input, &wanted, project.as_ref())?;
    // From here on everything is in place; whatever is wrong takes it away again.
    let reading = read::read(&folder);
    let Some(project) = reading.project else { return Err(Broken(reading.problems).into()) };
    let wish = Wish { feature: Some(wanted.feature.clone()), ..Wish::default() };
    let prepared = start::prepare(&app, &wish, true)?;
    let mut lock = Lock::read(&folder)?;
    let day = clock::day(app.clock.now_ms());
    lock.register(present::registered(&prepared.feature, &prepared.cases, day));
    edit.text(lock::FILE)?;
    edit.write(&[NewContent { path: lock::FILE, content: lock.text()?.as_bytes() }])?;
    let now = app.clock.now_ms();
    let bet = project.bets.iter().find(|bet| bet.name == input.name);
    let content = bet.map(|bet| bet.content(&describe::criteria(&prepared.feature.mvq)));
    let content = content.unwrap_or_default();
    let version = Version {
        kind: KIND.into(),
        name: input.name.clone(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms: now,
    };
    if !app.store()?.catalog.compare_and_set(None, version).await? {
        return Err(Refusal::conflict(format!(
            "a bet called {} was written down a moment ago\n  next: choose another name",
            input.name
        )));
    }
    let files = [FILE, &written.data, lock::FILE]
        .into_iter()
        .chain(written.rules.as_deref())
        .map(|path| WrittenFile { path: path.to_owned(), is_new: edit.is_new(path) })
        .collect();
    edit.keep();
    Ok(CreatedBet {
        bet: input.name,
        next: format!("karat gate {}", wanted.feature),
        feature: wanted.feature,
        files,
        rules: written.note,
        registered_at: format!("{} UTC", clock::minute(now)),
    })
}

/// Everything that the request itself can get wrong, in one refusal.
fn check(app: &App, input: &CreateBet, project: Option<&Project>) -> Result<Wanted> {
    let mut problems: Vec<String> = Vec::new();
    let feature = input.feature.clone().unwrap_or_else(|| input.name.clone());
    let taken = project.map(taken_names).unwrap_or_default();
    for (field, name) in [("name", &input.name), ("feature", &feature)] {
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let length = name.chars().count();
        if !is_plain || !(1..=60).contains(&length) {
            problems.push(format!(
                "{field}: {name:?} is no name; use up to 60 letters, digits and dashes"
            ));
        }
    }
    for (field, name) in [("name", &input.name), ("feature", &feature)] {
        let is_said_below = field == "name" && feature == *name;
        if taken.contains(name) && !is_said_below {
            problems.push(format!(
                "{field}: {name} is there already in this project; choose another name"
            ));
        }
    }
    let hypothesis = input.hypothesis.trim();
    if hypothesis.is_empty() {
        problems.push(
            "hypothesis: it is empty; write what you believe, so that it can turn out false".into(),
        );
    }
    for (field, text) in [
        ("hypothesis", Some(&input.hypothesis)),
        ("why_us", input.why_us.as_ref()),
        ("about", input.about.as_ref()),
    ] {
        if text.is_some_and(|text| text.chars().count() > 4000) {
            problems.push(format!("{field}: it is longer than 4,000 characters; shorten it"));
        }
    }
    if !(input.floor > 0.0 && input.floor < 1.0) {
        problems.push(format!(
            "floor: {} lies not between 0 and 1; how many of 100 answers must be right to be useful? 85 is 0.85, and 1 can never be shown",
            input.floor
        ));
    }
    if input.spend_cap_usd.is_some_and(|cap| !cap.is_finite() || cap < 0.0) {
        problems.push("spend_cap_usd: a limit of money is a number from 0 upwards".into());
    }
    let deadline = deadline(&input.deadline, &clock::day(app.clock.now_ms()), &mut problems);
    let paste = paste::read(&input.text, None);
    problems.extend(paste.problems.iter().map(|problem| format!("text: {problem}")));
    if !paste.rows.is_empty() {
        let checked = choice::check(&paste, &input.columns);
        problems.extend(checked.problems.into_iter().map(|problem| format!("columns: {problem}")));
    }
    let expected = input.columns.expected.as_deref();
    let offers = success::offers(&paste.rows, expected);
    let kinds: Vec<String> = offers.iter().map(|offer| offer.shown.kind.clone()).collect();
    let offer = offers.into_iter().find(|offer| offer.shown.kind == input.scorer);
    if offer.is_none() && !paste.rows.is_empty() {
        problems.push(format!(
            "scorer: {:?} does not fit these desired outputs; choose one of {}",
            input.scorer,
            kinds.join(", ")
        ));
    }
    if input.columns.answers.is_empty() && !input.draft_rules {
        problems.push("columns: there is nothing to judge; choose a column of answers, or let rules be drafted".into());
    }
    match (problems.is_empty(), offer, deadline) {
        (true, Some(offer), Some(deadline)) => {
            let recorded = recorded(&input.columns);
            Ok(Wanted { paste, columns: input.columns.clone(), feature, offer, deadline, recorded })
        }
        _ => Err(Refusal::invalid(format!(
            "nothing was written, because of {}\n  {}\n  next: mend that and send it again",
            describe::plural(problems.len() as u64, "problem"),
            paste::at_most(problems).join("\n  ")
        ))),
    }
}

fn deadline(text: &str, today: &str, problems: &mut Vec<String>) -> Option<jiff::civil::Date> {
    let day: Option<jiff::civil::Date> = text.trim().parse().ok();
    let today: Option<jiff::civil::Date> = today.parse().ok();
    match day {
        None => {
            problems.push(format!("deadline: {text:?} is no day; write it as 2026-12-18"));
            None
        }
        Some(day) if today.is_some_and(|today| day < today) => {
            problems
                .push(format!("deadline: {day} has passed; choose a day on which you will decide"));
            None
        }
        Some(day) => Some(day),
    }
}

/// A variant for each column of answers.
fn recorded(columns: &BetColumns) -> Vec<(String, String)> {
    let mut taken = Vec::new();
    columns
        .answers
        .iter()
        .map(|column| {
            let short = short_kebab(column, 30);
            (unique(if short.is_empty() { "answers" } else { &short }, &mut taken), column.clone())
        })
        .collect()
}

/// What was written beside the project file.
struct Written {
    data: String,
    rules: Option<String>,
    note: Option<DraftedNote>,
}

fn write_files(
    app: &App,
    edit: &mut Edit,
    folder: &Path,
    input: &CreateBet,
    wanted: &Wanted,
    project: Option<&Project>,
) -> Result<Written> {
    let feature = &wanted.feature;
    let data = free(folder, &format!("data/{feature}"), render::extension(wanted.paste.format));
    let content = render::data_file(&wanted.paste, &wanted.columns)?;
    edit.write(&[NewContent { path: &data, content: &content }])?;
    let dataset = dataset(folder, feature, &data, &wanted.columns)?;
    let rules = free(folder, &format!("rules/{feature}"), "toml");
    let alpha = project.map_or(0.05, Project::alpha);
    let drafted = input.draft_rules.then(|| draft::from_cases(&dataset, alpha, &rules));
    let mut taken: Vec<String> = wanted.recorded.iter().map(|(name, _)| name.clone()).collect();
    let variant = unique("rules", &mut taken);
    let (text, note) = match drafted {
        None => (None, None),
        Some(Err(error)) => {
            let words = error.to_string();
            let reason = words.lines().next().unwrap_or_default().to_owned();
            if wanted.recorded.is_empty() {
                return Err(Refusal::invalid(format!(
                    "there is nothing to judge: {reason}\n  next: choose a column of answers"
                )));
            }
            (None, Some(DraftedNote { variant: None, says: format!("No rules: {reason}.") }))
        }
        Some(Ok(draft)) => {
            let note = DraftedNote { variant: Some(variant.clone()), says: worth(&draft) };
            (Some(draft.text), Some(note))
        }
    };
    let bet = NewBet {
        name: &input.name,
        feature,
        about: input.about.as_deref().map(str::trim).filter(|text| !text.is_empty()),
        hypothesis: input.hypothesis.trim(),
        why_us: input.why_us.as_deref().map(str::trim).filter(|text| !text.is_empty()),
        deadline: wanted.deadline,
        spend_cap_usd: input.spend_cap_usd,
        success: &wanted.offer,
        floor: input.floor,
        data_file: &data,
        columns: &wanted.columns,
        recorded: &wanted.recorded,
        rules: text.as_ref().map(|_| (variant.as_str(), rules.as_str())),
    };
    let before = match edit.text(FILE)? {
        Some(text) => text,
        None => render::project_head(&init::project_name(&app.folder)),
    };
    let after = with_tables(&before, &bet.tables())?;
    let ignore = if project.is_none() { write::ignore_file(folder)? } else { None };
    let mut files = vec![NewContent { path: FILE, content: after.as_bytes() }];
    files.extend(text.as_ref().map(|text| NewContent { path: &rules, content: text.as_bytes() }));
    files.extend(
        ignore.as_ref().map(|text| NewContent { path: ".gitignore", content: text.as_bytes() }),
    );
    edit.write(&files)?;
    Ok(Written { data, rules: text.map(|_| rules), note })
}

/// What rules like these are worth, from cases that they had not seen.
fn worth(draft: &draft::Draft) -> String {
    format!(
        "{} from {}: rules like these were right on {} {} of cases that they had not seen; the most frequent answer alone on {}.",
        describe::plural(draft.n_rules, "rule"),
        describe::plural(draft.n, "row"),
        describe::rate(draft.estimate),
        describe::interval(draft.lower, draft.upper),
        describe::rate(draft.majority),
    )
}

/// The rows as cases, read as every later run reads them.
fn dataset(folder: &Path, name: &str, file: &str, columns: &BetColumns) -> Result<Dataset> {
    let file = DatasetFile {
        name: name.to_owned(),
        file: file.to_owned(),
        gate_file: None,
        columns: Columns {
            id: columns.id.clone(),
            input: columns.input.clone(),
            expected: columns.expected.clone(),
            tags: columns.tags.clone(),
            ..Columns::default()
        },
        answers: columns.answers.clone(),
        place: Place::file(FILE),
    };
    let problems = Problems::default();
    match import::import(&file, Files { root: folder, problems: &problems }) {
        Some(dataset) => Ok(dataset),
        None => Err(Broken(problems.sorted()).into()),
    }
}

/// A path that no file has.
fn free(folder: &Path, stem: &str, extension: &str) -> String {
    let path = |number: usize| match number {
        1 => format!("{stem}.{extension}"),
        number => format!("{stem}-{number}.{extension}"),
    };
    let is_there = |path: &String| -> bool {
        let place: PathBuf = folder.join(path);
        place.symlink_metadata().is_ok()
    };
    (1..1000).map(path).find(|path| !is_there(path)).unwrap_or_else(|| path(1))
}
