//! `karat label …`: queues, labelling line by line, agreement, promotion.

mod words;

use std::io::{BufRead, Write, stdin, stdout};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::args::ListFormat;
use super::output;
use crate::app::{App, Refusal};
use crate::labels::act::{SkipItem, Submit, UndoItem, skip, submit, undo};
use crate::labels::agreement::agreement;
use crate::labels::next::{AskQueues, NextOf, OfQueue, next, queues};
use crate::labels::open::{OpenQueue, open};
use crate::labels::promote::{Promote, promote};
use crate::labels::queue::{Kind, Mode, Side, Source};
use crate::labels::shown::{LabelItem, LabelTask};

/// `karat label …`
#[derive(Debug, Subcommand)]
pub enum LabelCommand {
    /// List the queues and how far they are.
    Queues(FormatArgs),
    /// Open a queue of items to label.
    Open(Box<OpenArgs>),
    /// Label items here, one after the other.
    Next(QueueArgs),
    /// Say whether people agree, with intervals.
    Agreement(AgreementArgs),
    /// Write agreed labels into the dataset as its next gold version.
    Promote(PromoteArgs),
}

/// `karat label queues`
#[derive(Debug, Args)]
pub struct FormatArgs {
    /// How to print the list.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat label open`
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The feature.
    pub feature: String,
    /// The queue's name; the feature's where absent.
    #[arg(long)]
    pub name: Option<String>,
    /// cases of the dataset, rows of new inputs, or answers of a run.
    #[arg(long, value_parser = word::<Source>)]
    pub source: Option<Source>,
    /// New inputs as CSV or JSON Lines.
    #[arg(long, value_name = "FILE")]
    pub rows: Option<PathBuf>,
    /// The run whose answers are judged, suggested or revealed.
    #[arg(long)]
    pub run: Option<String>,
    /// Only answers of this variant.
    #[arg(long)]
    pub variant: Option<String>,
    /// At most so many items, drawn at random.
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// Only tune cases, or only those for the gate.
    #[arg(long, value_parser = word::<Side>)]
    pub split: Option<Side>,
    /// choice, text, yes-no or scale.
    #[arg(long, value_parser = word::<Kind>)]
    pub kind: Option<Kind>,
    /// What is asked.
    #[arg(long)]
    pub question: Option<String>,
    /// A value that may answer; may be repeated.
    #[arg(long = "option", value_name = "VALUE")]
    pub options: Vec<String>,
    /// How many people label each item.
    #[arg(long, value_name = "N")]
    pub overlap: Option<u32>,
    /// blind, blind-then-reveal or assisted.
    #[arg(long, value_parser = word::<Mode>)]
    pub mode: Option<Mode>,
    /// The guideline, in Markdown.
    #[arg(long, value_name = "FILE")]
    pub guideline: Option<PathBuf>,
    /// Seed of the order.
    #[arg(long)]
    pub seed: Option<u64>,
}

/// `karat label next`
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// The queue.
    pub queue: String,
}

/// `karat label agreement`
#[derive(Debug, Args)]
pub struct AgreementArgs {
    /// The queue.
    pub queue: String,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat label promote`
#[derive(Debug, Args)]
pub struct PromoteArgs {
    /// The queue.
    pub queue: String,
    /// The dataset; the feature's where absent.
    #[arg(long)]
    pub dataset: Option<String>,
    /// Only this side of the split, and where new cases go.
    #[arg(long, value_parser = word::<Side>)]
    pub split: Option<Side>,
    /// How to print what happened.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// A word of the contract as its type; the error lists the words that there are.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|error| error.to_string())
}

/// Runs a command.
pub async fn run(app: App, command: LabelCommand) -> Result<u8> {
    match command {
        LabelCommand::Queues(args) => {
            let list = queues(app, AskQueues {}).await?;
            print(args.format, &list, words::queues)
        }
        LabelCommand::Open(args) => {
            let queue = open(app.clone(), wished(&app, *args)?).await?;
            output::print(&words::opened(&queue))
        }
        LabelCommand::Next(args) => label(&app, &args.queue).await,
        LabelCommand::Agreement(args) => {
            let shown = agreement(app, OfQueue { queue: args.queue }).await?;
            print(args.format, &shown, words::agreement)
        }
        LabelCommand::Promote(args) => {
            let input = Promote { queue: args.queue, dataset: args.dataset, split: args.split };
            let promoted = promote(app, input).await?;
            print(args.format, &promoted, words::promoted)
        }
    }
    .map(|()| 0)
}

fn print<T: serde::Serialize>(
    format: ListFormat,
    value: &T,
    table: impl Fn(&T) -> String,
) -> Result<()> {
    match format {
        ListFormat::Json => output::print(&serde_json::to_string_pretty(value)?),
        ListFormat::Table => output::print(&table(value)),
    }
}

fn wished(app: &App, args: OpenArgs) -> Result<OpenQueue> {
    let text = |path: Option<&PathBuf>| {
        path.map(|path| {
            let path = app.folder.join(path);
            std::fs::read_to_string(&path).with_context(|| {
                format!("{} cannot be read\n  next: check the path", path.display())
            })
        })
        .transpose()
    };
    let rows = text(args.rows.as_ref())?;
    let other = if rows.is_some() { Source::Rows } else { Source::Cases };
    Ok(OpenQueue {
        name: args.name,
        feature: args.feature,
        source: args.source.unwrap_or(other),
        rows,
        run: args.run,
        variant: args.variant,
        sample: args.sample,
        split: args.split,
        kind: args.kind,
        question: args.question,
        options: Some(args.options).filter(|options| !options.is_empty()),
        overlap: args.overlap,
        mode: args.mode,
        guideline: text(args.guideline.as_ref())?,
        seed: args.seed,
    })
}

/// What a line means.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    Value(Value),
    Skip(String),
    Undo,
    Help,
    Quit,
    Nothing,
}

/// Pure. A number chooses an option, a colon begins a command, everything else is the answer.
fn read_line(line: &str, item: &LabelTask) -> Line {
    let line = line.trim();
    if let Some(command) = line.strip_prefix(':') {
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        return match name {
            "s" | "skip" => Line::Skip(rest.trim().to_owned()),
            "u" | "undo" => Line::Undo,
            "q" | "quit" => Line::Quit,
            _ => Line::Help,
        };
    }
    if line.is_empty() {
        return Line::Nothing;
    }
    let queue = &item.queue;
    if queue.kind == Kind::YesNo {
        let value = match line.to_lowercase().as_str() {
            "y" | "1" => "yes".to_owned(),
            "n" | "2" => "no".to_owned(),
            other => other.to_owned(),
        };
        return Line::Value(Value::String(value));
    }
    let by_number = (queue.kind == Kind::Choice && !queue.options.iter().any(|one| one == line))
        .then(|| line.parse::<usize>().ok())
        .flatten()
        .and_then(|number| queue.options.get(number.checked_sub(1)?));
    Line::Value(Value::String(by_number.map_or(line, String::as_str).to_owned()))
}

/// Labels one item after the other until nothing is left, or the input ends.
async fn label(app: &App, queue: &str) -> Result<()> {
    let mut last: Option<String> = None;
    let mut n_done = 0_u64;
    let of = || NextOf { queue: queue.to_owned(), except: Vec::new() };
    output::print(words::HELP)?;
    while !app.stop.is_set() {
        let task = next(app.clone(), of()).await?;
        let Some(item) = &task.item else {
            output::print(&words::end(&task, n_done))?;
            return Ok(());
        };
        output::print(&words::item(&task, item))?;
        let Some(line) = ask()? else { break };
        match act(app, queue, &task, item, &line, last.as_deref()).await {
            Ok(Some(done)) => {
                output::print(&done)?;
                if !matches!(read_line(&line, &task), Line::Undo | Line::Help | Line::Nothing) {
                    last = Some(item.id.clone());
                    n_done += 1;
                }
            }
            Ok(None) => break,
            // Who typed something wrong is asked again.
            Err(error) if error.is::<Refusal>() => anstream::eprintln!("{error}"),
            Err(error) => return Err(error),
        }
    }
    output::print(&words::left(n_done))
}

/// Does what the line says; nothing where it says to end.
async fn act(
    app: &App,
    queue: &str,
    task: &LabelTask,
    item: &LabelItem,
    line: &str,
    last: Option<&str>,
) -> Result<Option<String>> {
    let (queue, lease) = (queue.to_owned(), item.lease.clone());
    match read_line(line, task) {
        Line::Quit => Ok(None),
        Line::Help => Ok(Some(words::HELP.to_owned())),
        Line::Nothing => Ok(Some("  nothing was written".to_owned())),
        Line::Undo => {
            let item = last.map(str::to_owned).ok_or_else(|| {
                Refusal::conflict(
                    "there is nothing to take back yet\n  next: label this item first",
                )
            })?;
            undo(app.clone(), UndoItem { queue, item }).await?;
            Ok(Some("  taken back".to_owned()))
        }
        Line::Skip(reason) => {
            skip(app.clone(), SkipItem { queue, item: item.id.clone(), lease, reason }).await?;
            Ok(Some("  skipped".to_owned()))
        }
        Line::Value(value) => {
            let input = Submit {
                queue,
                item: item.id.clone(),
                lease,
                value,
                correction: None,
                comment: None,
                rules: None,
                seconds: None,
            };
            let done = submit(app.clone(), input).await?;
            Ok(Some(words::submitted(&done)))
        }
    }
}

/// One line of standard input; nothing at its end.
fn ask() -> Result<Option<String>> {
    let mut out = stdout().lock();
    write!(out, "> ").and_then(|()| out.flush()).context("the terminal cannot be written")?;
    let mut line = String::new();
    let n = stdin().lock().read_line(&mut line).context("standard input cannot be read")?;
    Ok((n > 0).then_some(line))
}
