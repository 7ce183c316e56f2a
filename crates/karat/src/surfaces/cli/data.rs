//! The commands `data`, `history` and `providers`: their flags, and the tables that they print.

use std::fmt::Write as _;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use karat_records::Split;

use super::args::ListFormat;
use super::commands::{COULD_NOT_RUN, print_either};
use super::tables::columns;
use crate::app::App;
use crate::clock;
use crate::datasets::cases::{CasePage, CaseRow, ListCases, Sort, cases};
use crate::datasets::health::{AskHealth, CheckState, Health, health};
use crate::datasets::list::{DatasetList, ListDatasets, list};
use crate::datasets::versions::{
    DiffVersions, ListVersions, VersionDiff, VersionList, diff, short, versions,
};
use crate::gate::describe::{count, plural};
use crate::history::list::{HistoryPage, ListHistory};
use crate::settings::connection::{TestProvider, Tested};
use crate::settings::providers::{ListProviders, ProviderList};
use crate::{history, settings};

/// `karat data`
#[derive(Debug, Args)]
pub struct DataArgs {
    /// What to look at; all datasets where absent.
    #[command(subcommand)]
    pub command: Option<DataCommand>,
    /// How to print it.
    #[arg(long, value_enum, global = true, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat data …`
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// List cases of a dataset.
    Cases(CasesArgs),
    /// List every version of a dataset.
    Versions {
        /// The dataset.
        dataset: String,
    },
    /// Compare two versions of a dataset.
    Diff(DiffArgs),
    /// Find repeats, leaks, gaps and personal data.
    Health {
        /// The dataset; all where absent.
        dataset: Option<String>,
    },
}

/// `karat data cases`
#[derive(Debug, Args)]
pub struct CasesArgs {
    /// The dataset.
    pub dataset: String,
    /// Only cases that tune, or only those that are held out.
    #[arg(long, value_enum)]
    pub split: Option<SplitFlag>,
    /// Only cases with this tag.
    #[arg(long)]
    pub tag: Option<String>,
    /// Only cases in which a field has this value, for example metadata.channel=mail.
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    pub field: Option<String>,
    /// Only cases in which this text occurs.
    #[arg(long)]
    pub text: Option<String>,
    /// Order by id instead of by place in the file.
    #[arg(long)]
    pub by_id: bool,
    /// Turn the order round.
    #[arg(long)]
    pub descending: bool,
    /// At most so many.
    #[arg(long, default_value_t = 20)]
    pub limit: u64,
    /// Go on after a page.
    #[arg(long)]
    pub cursor: Option<String>,
    /// Show the contents of held-out cases; the look is kept.
    #[arg(long)]
    pub reveal_held_out: bool,
}

/// Which cases of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SplitFlag {
    /// Cases that tune.
    Tune,
    /// Held-out cases.
    Gate,
}

/// `karat data diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The dataset.
    pub dataset: String,
    /// The beginning of a version; the one before where absent.
    pub from: Option<String>,
    /// The beginning of a version; the present one where absent.
    pub to: Option<String>,
    /// Show the contents of held-out cases; the look is kept.
    #[arg(long)]
    pub reveal_held_out: bool,
}

/// `karat history`
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Only this kind: project, prompt, rules, schema, rubric, tools, grader, mvq or dataset.
    #[arg(long)]
    pub kind: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 20)]
    pub limit: u64,
    /// Go on after a page.
    #[arg(long)]
    pub cursor: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat providers`
#[derive(Debug, Args)]
pub struct ProvidersArgs {
    /// What to do; without it all are listed.
    #[command(subcommand)]
    pub command: Option<ProvidersCommand>,
    /// How to print it.
    #[arg(long, value_enum, global = true, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat providers …`
#[derive(Debug, Subcommand)]
pub enum ProvidersCommand {
    /// Ask a provider one short question.
    Test {
        /// The provider.
        provider: String,
        /// The model to ask.
        #[arg(long)]
        model: Option<String>,
    },
}

/// Runs `karat data`.
pub async fn data(app: App, args: DataArgs) -> Result<u8> {
    let format = args.format;
    match args.command {
        None => print_either(format, &list(app, ListDatasets {}).await?, datasets),
        Some(DataCommand::Cases(args)) => {
            print_either(format, &cases(app, wanted(args)?).await?, page)
        }
        Some(DataCommand::Versions { dataset }) => {
            print_either(format, &versions(app, ListVersions { dataset }).await?, version_list)
        }
        Some(DataCommand::Diff(args)) => {
            let DiffArgs { dataset, from, to, reveal_held_out } = args;
            let input = DiffVersions { dataset, from, to, reveal_held_out };
            print_either(format, &diff(app, input).await?, difference)
        }
        Some(DataCommand::Health { dataset: Some(dataset) }) => {
            print_either(format, &health(app, AskHealth { dataset }).await?, checks)
        }
        Some(DataCommand::Health { dataset: None }) => {
            let mut all = std::collections::BTreeMap::new();
            for file in &app.project()?.datasets {
                let input = AskHealth { dataset: file.name.clone() };
                all.insert(file.name.clone(), health(app.clone(), input).await?);
            }
            let table = |all: &std::collections::BTreeMap<String, Health>| {
                all.iter()
                    .map(|(name, health)| format!("{name}\n{}", checks(health)))
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            print_either(format, &all, table)
        }
    }
    .map(|()| 0)
}

fn wanted(args: CasesArgs) -> Result<ListCases> {
    let (field, value) = match &args.field {
        None => (None, None),
        Some(text) => {
            let Some((field, value)) = text.split_once('=') else {
                anyhow::bail!(
                    "--where takes FIELD=VALUE\n  next: write for example metadata.channel=mail"
                )
            };
            (Some(field.to_owned()), Some(value.to_owned()))
        }
    };
    Ok(ListCases {
        dataset: args.dataset,
        split: args.split.map(|split| match split {
            SplitFlag::Tune => Split::Tune,
            SplitFlag::Gate => Split::Gate,
        }),
        tag: args.tag,
        field,
        value,
        text: args.text,
        sort: args.by_id.then_some(Sort::Id),
        descending: args.descending,
        limit: Some(args.limit),
        cursor: args.cursor,
        reveal_held_out: args.reveal_held_out,
    })
}

fn datasets(list: &DatasetList) -> String {
    let mut rows = vec![
        ["dataset", "cases", "tune", "held out", "version", "used by", ""]
            .map(str::to_owned)
            .to_vec(),
    ];
    for it in &list.datasets {
        let note = it.note.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
        rows.push(vec![
            it.name.clone(),
            count(it.n),
            count(it.n_tune),
            count(it.n_gate),
            short(&it.version).to_owned(),
            it.features.join(", "),
            note.to_owned(),
        ]);
    }
    columns(&rows)
}

fn page(page: &CasePage) -> String {
    let mut rows =
        vec![["row", "case", "split", "input", "desired output"].map(str::to_owned).to_vec()];
    rows.extend(page.cases.iter().map(case));
    let mut text = columns(&rows);
    let _ = writeln!(text, "\n{} in all, version {}", plural(page.n, "case"), short(&page.version));
    for note in page.note.iter().chain(&page.hidden) {
        let _ = writeln!(text, "{note}");
    }
    if let Some(next) = &page.next {
        let _ = writeln!(text, "next: --cursor '{next}'");
    }
    text
}

fn case(row: &CaseRow) -> Vec<String> {
    let split = match row.split {
        Split::Both => "",
        Split::Tune => "tune",
        Split::Gate => "held out",
    };
    let input = match row.input.as_ref().and_then(|input| input.as_object()) {
        None => "(not shown)".to_owned(),
        Some(input) if input.len() == 1 => input.values().map(brief).collect(),
        Some(input) => brief(&serde_json::Value::Object(input.clone())),
    };
    let expected = row.expected.as_ref().map(brief).unwrap_or_default();
    vec![count(row.position), row.id.clone(), split.to_owned(), input, expected]
}

/// A value on one line, without what could steer a terminal.
fn brief(value: &serde_json::Value) -> String {
    const MOST: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}

fn version_list(list: &VersionList) -> String {
    let mut rows =
        vec![["version", "loaded (UTC)", "cases", "held out", ""].map(str::to_owned).to_vec()];
    rows.extend(list.versions.iter().map(|it| {
        let now = if it.is_current { "now" } else { "" };
        vec![
            short(&it.version).to_owned(),
            clock::minute(it.at_ms),
            count(it.n),
            count(it.n_gate),
            now.to_owned(),
        ]
    }));
    columns(&rows)
}

fn difference(diff: &VersionDiff) -> String {
    let mut text = format!(
        "{} → {}: {} added, {} removed, {} changed, {} the same\n",
        short(&diff.from),
        short(&diff.to),
        count(diff.n_added),
        count(diff.n_removed),
        count(diff.n_changed),
        count(diff.n_same)
    );
    let mut rows = Vec::new();
    let mut add = |sign: &str, row: &CaseRow| {
        let mut line = case(row);
        sign.clone_into(&mut line[0]);
        rows.push(line);
    };
    diff.removed.iter().for_each(|row| add("-", row));
    diff.added.iter().for_each(|row| add("+", row));
    for change in &diff.changed {
        add("was", &change.before);
        add("is", &change.after);
    }
    text.push_str(&columns(&rows));
    if let Some(hidden) = &diff.hidden {
        let _ = writeln!(text, "{hidden}");
    }
    text
}

fn checks(health: &Health) -> String {
    let mut text = format!("{}\n", health.says);
    for check in &health.checks {
        let mark = match check.state {
            CheckState::Mend => "mend",
            CheckState::Look => "look",
            CheckState::Fine => "fine",
        };
        let _ = writeln!(text, "  {mark}  {}", check.says);
        for row in check.rows.iter().take(5) {
            let note = row.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
            let n = if row.of > 1 {
                format!(": {} of {}", count(row.n), count(row.of))
            } else {
                String::new()
            };
            let _ = writeln!(text, "          {}{n}{note}", row.label);
        }
        if check.rows.len() > 5 {
            let _ = writeln!(text, "          and {} more", count(check.rows.len() as u64 - 5));
        }
        if let Some(next) = &check.next {
            let _ = writeln!(text, "        next: {next}");
        }
    }
    text
}

/// Runs `karat history`.
pub async fn loads(app: App, args: HistoryArgs) -> Result<u8> {
    let input = ListHistory { kind: args.kind, limit: Some(args.limit), cursor: args.cursor };
    let found = history::list::list(app, input).await?;
    print_either(args.format, &found, entries).map(|()| 0)
}

fn entries(page: &HistoryPage) -> String {
    if page.entries.is_empty() {
        return "nothing was loaded yet\nnext: karat eval\n".to_owned();
    }
    let mut rows = vec![["loaded (UTC)", "kind", "name", "hash", ""].map(str::to_owned).to_vec()];
    rows.extend(page.entries.iter().map(|it| {
        vec![
            clock::minute(it.at_ms),
            it.kind.clone(),
            it.name.clone(),
            short(&it.hash).to_owned(),
            it.says.clone(),
        ]
    }));
    let mut text = columns(&rows);
    if let Some(next) = &page.next {
        let _ = writeln!(text, "next: --cursor {next}");
    }
    text
}

/// Runs `karat providers`.
pub async fn providers(app: App, args: ProvidersArgs) -> Result<u8> {
    match args.command {
        None => {
            let list = settings::providers::list(app, ListProviders {}).await?;
            print_either(args.format, &list, provider_list).map(|()| 0)
        }
        Some(ProvidersCommand::Test { provider, model }) => {
            let tested = settings::connection::test(app, TestProvider { provider, model }).await?;
            print_either(args.format, &tested, |tested: &Tested| tested.says.clone())?;
            Ok(if tested.is_fine { 0 } else { COULD_NOT_RUN })
        }
    }
}

fn provider_list(list: &ProviderList) -> String {
    if list.providers.is_empty() {
        return "the project has no provider\nnext: add [providers.NAME] with a dialect to karat.toml\n".to_owned();
    }
    let mut rows =
        vec![["provider", "dialect", "address", "key", "used by"].map(str::to_owned).to_vec()];
    rows.extend(list.providers.iter().map(|it| {
        let key = match (&it.key_name, it.has_key) {
            (None, _) => "none needed".to_owned(),
            (Some(name), true) => format!("{name} is set"),
            (Some(name), false) => format!("{name} is missing"),
        };
        vec![it.name.clone(), it.dialect.clone(), it.base_url.clone(), key, it.used_by.join(", ")]
    }));
    columns(&rows)
}
