//! The commands `tail`, `inferences` and `export`: their flags, and how inferences look on a terminal.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use karat_records::{Outcome, Usage};

use super::args::ListFormat;
use super::commands::print_either;
use super::reach::Reach;
use super::tables::{columns, plain};
use super::{moment, output};
use crate::app::App;
use crate::clock;
use crate::gate::describe::{count, milliseconds, plural, usd};
use crate::inferences::export::{ExportInferences, ExportedInferences, Form};
use crate::inferences::line::InferenceLine;
use crate::inferences::list::{
    FollowInferences, InferencePage, ListInferences, NewInference, NewInferences,
};
use crate::inferences::pick::Pick;
use crate::inferences::show::{ShowInference, ShownInference};

/// `karat tail`
#[derive(Debug, Args)]
pub struct TailArgs {
    /// Only this feature.
    #[arg(long, value_name = "NAME")]
    pub feature: Option<String>,
    /// Only what failed or broke off.
    #[arg(long)]
    pub failed: bool,
    /// How to print each; `json` writes one object a line.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat inferences`
#[derive(Debug, Args)]
pub struct InferencesArgs {
    /// An id, or the beginning of one; without it they are listed.
    pub inference: Option<String>,
    /// Only this feature.
    #[arg(long, value_name = "NAME")]
    pub feature: Option<String>,
    /// Only those that this variant answered, or failed to.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Only those that ended like this.
    #[arg(long, value_enum)]
    pub outcome: Option<OutcomeWord>,
    /// Only this user, in the application's words.
    #[arg(long)]
    pub user: Option<String>,
    /// Only this conversation, in the application's words.
    #[arg(long)]
    pub conversation: Option<String>,
    /// Only those with a signal of this kind, for example feedback.thumb, or feedback.thumb=down.
    #[arg(long, value_name = "KIND")]
    pub signal: Option<String>,
    /// Only those whose request or answer contains this text.
    #[arg(long)]
    pub text: Option<String>,
    /// Only those since then: a span such as 24h or 7d, or a day such as 2026-11-23.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
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

/// `karat export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// How to write them.
    #[arg(long, value_enum)]
    pub format: FormWord,
    /// Only this feature.
    #[arg(long, value_name = "NAME")]
    pub feature: Option<String>,
    /// Only those since then: a span such as 24h or 7d, or a day such as 2026-11-23.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Write to a file instead of the terminal.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutcomeWord {
    /// The application got a whole answer.
    Answered,
    /// It got an error.
    Failed,
    /// The answer broke off.
    Cut,
    /// The application hung up.
    Cancelled,
}

impl From<OutcomeWord> for Outcome {
    fn from(word: OutcomeWord) -> Self {
        match word {
            OutcomeWord::Answered => Self::Answered,
            OutcomeWord::Failed => Self::Failed,
            OutcomeWord::Cut => Self::Cut,
            OutcomeWord::Cancelled => Self::Cancelled,
        }
    }
}

/// How inferences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormWord {
    /// One inference a line, with attempts, signals and live scores.
    Jsonl,
    /// One inference a row.
    Csv,
}

impl From<FormWord> for Form {
    fn from(word: FormWord) -> Self {
        match word {
            FormWord::Jsonl => Self::Jsonl,
            FormWord::Csv => Self::Csv,
        }
    }
}

/// How often it is asked for what is new.
const EVERY: Duration = Duration::from_millis(400);

/// Follows inferences until Ctrl-C.
pub async fn tail(app: &App, reach: &Reach, args: TailArgs) -> Result<u8> {
    let mut stop = app.stop.clone();
    let pick = Pick { feature: args.feature, ..Pick::default() };
    let mut after = None;
    loop {
        let input = FollowInferences { pick: pick.clone(), failed: args.failed, after };
        let news: NewInferences = tokio::select! {
            news = reach.ask("inferences.follow", &input) => news?,
            () = stop.wait() => return Ok(0),
        };
        for one in &news.inferences {
            let text = match args.format {
                ListFormat::Json => serde_json::to_string(one)?,
                ListFormat::Table => tail_line(one),
            };
            if !output::print_on(&text)? {
                return Ok(0);
            }
        }
        if after.is_none() && args.format == ListFormat::Table {
            anstream::eprintln!("waiting for inferences; Ctrl-C ends");
        }
        let is_begun = after.replace(news.after).is_some();
        if is_begun && !news.is_end {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.wait() => return Ok(0),
        }
    }
}

/// Lists inferences, or shows one.
pub async fn inferences(app: &App, reach: &Reach, args: InferencesArgs) -> Result<u8> {
    if let Some(inference) = args.inference {
        let shown: ShownInference =
            reach.ask("inferences.show", &ShowInference { inference }).await?;
        return print_either(args.format, &shown, one).map(|()| 0);
    }
    let (signal, signal_class) = match args.signal.as_deref().map(|it| it.split_once('=')) {
        Some(Some((kind, class))) => (Some(kind.to_owned()), Some(class.to_owned())),
        Some(None) => (args.signal, None),
        None => (None, None),
    };
    let pick = Pick {
        feature: args.feature,
        variant: args.variant,
        outcome: args.outcome.map(Into::into),
        conversation: args.conversation,
        user: args.user,
        since_ms: since(app, args.since.as_deref())?,
        signal,
        signal_class,
        text: args.text,
        ..Pick::default()
    };
    let input = ListInferences { pick, limit: Some(args.limit), cursor: args.cursor };
    let page: InferencePage = reach.ask("inferences.list", &input).await?;
    print_either(args.format, &page, list).map(|()| 0)
}

/// Writes inferences page by page; a file appears whole or not at all.
pub async fn export(app: &App, reach: &Reach, args: ExportArgs) -> Result<u8> {
    let since_ms = since(app, args.since.as_deref())?;
    let mut input = ExportInferences {
        format: args.format.into(),
        pick: Pick { feature: args.feature, since_ms, ..Pick::default() },
        limit: None,
        cursor: None,
    };
    let mut draft = args.output.as_deref().map(Draft::begin).transpose()?;
    let mut n = 0;
    loop {
        let page: ExportedInferences = tokio::select! {
            page = reach.ask("inferences.export", &input) => page?,
            () = stopped(app) => anyhow::bail!("the export was stopped, and no file is written\n  next: run it again"),
        };
        n += page.n;
        let goes_on = match &mut draft {
            Some(draft) => draft.write(&page.text).map(|()| true)?,
            None if page.text.is_empty() => true,
            None => output::print_on(&page.text)?,
        };
        if page.next.is_none() || !goes_on {
            break;
        }
        input.cursor = page.next;
    }
    if let Some(draft) = draft {
        let path = draft.end()?;
        anstream::eprintln!("{} written to {}", plural(n, "inference"), path.display());
    }
    Ok(0)
}

async fn stopped(app: &App) {
    app.stop.clone().wait().await;
}

fn since(app: &App, text: Option<&str>) -> Result<Option<i64>> {
    text.map(|text| moment::since(text, app.clock.now_ms())).transpose()
}

/// A file beside the wanted one, which takes its name when it is whole.
struct Draft<'a> {
    path: &'a Path,
    part: PathBuf,
    file: std::fs::File,
    is_whole: bool,
}

impl<'a> Draft<'a> {
    fn begin(path: &'a Path) -> Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = std::fs::File::create(&part)
            .with_context(|| format!("{} cannot be written", part.display()))?;
        Ok(Self { path, part, file, is_whole: false })
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.file
            .write_all(text.as_bytes())
            .with_context(|| format!("{} cannot be written", self.part.display()))
    }

    fn end(mut self) -> Result<&'a Path> {
        std::fs::rename(&self.part, self.path)
            .with_context(|| format!("{} cannot be written", self.path.display()))?;
        self.is_whole = true;
        Ok(self.path)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

fn tail_line(new: &NewInference) -> String {
    let it = &new.inference;
    let tokens = it.usage.map(tokens).unwrap_or_default();
    let cells = [
        clock::second(it.received_at_ms),
        format!("{:24}", who(it)),
        format!("{:9}", word(it.outcome)),
        format!("{:>8}", milliseconds(it.latency_ms)),
        format!("{tokens:>12}"),
        format!("{:>9}", cost(it)),
        plain(&new.words, 80),
    ];
    cells.join("  ").trim_end().to_owned()
}

fn list(page: &InferencePage) -> String {
    let mut text = String::new();
    if page.inferences.is_empty() && page.next.is_none() {
        return "There is no such inference.\nnext: karat serve, then ask a feature at /v1\n"
            .into();
    }
    let head = ["inference", "when (UTC)", "who", "outcome", "ms", "tokens", "cost", "tries"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(page.inferences.iter().map(|it| {
        vec![
            it.id.clone(),
            clock::minute(it.received_at_ms),
            who(it),
            format!("{} {}", word(it.outcome), it.status),
            format!("{:.0}", it.latency_ms),
            it.usage.map(tokens).unwrap_or_default(),
            cost(it),
            it.n_attempts.to_string(),
        ]
    }));
    text.push_str(&columns(&rows));
    if let Some(next) = &page.next {
        let _ = writeln!(text, "more with --cursor {next}");
    }
    text
}

fn one(shown: &ShownInference) -> String {
    let it = &shown.inference;
    let mut text = String::new();
    let feature = it.feature.as_deref().or(it.asked.as_deref()).unwrap_or("–");
    let _ = writeln!(
        text,
        "{} · {} UTC · {}{} · {} {}",
        it.id,
        clock::minute(it.received_at_ms),
        plain(feature, 60),
        it.variant.as_ref().map(|name| format!("/{}", plain(name, 60))).unwrap_or_default(),
        word(it.outcome),
        it.status
    );
    let mut marks = Vec::new();
    marks.extend(it.simulated.then_some("simulated: no model answered"));
    marks.extend(it.unproven.then_some("the variant had no proof that held"));
    marks.extend((!shown.has_body).then_some("request and answer were erased or forgotten"));
    for mark in marks {
        let _ = writeln!(text, "  {mark}");
    }
    let cost = it.cost_usd.map_or("cost unknown".into(), usd);
    let tokens = it.usage.map(|usage| format!(" · {} tokens", tokens(usage))).unwrap_or_default();
    let estimated = if it.usage_estimated { " (estimated)" } else { "" };
    let _ = writeln!(text, "  {}{tokens}{estimated} · {cost}", milliseconds(it.latency_ms));
    for (name, value) in [("user", &it.user), ("conversation", &it.conversation), ("key", &it.key)]
    {
        if let Some(value) = value {
            let _ = writeln!(text, "  {name} {}", plain(value, 100));
        }
    }
    for (name, value) in &it.tags {
        let _ = writeln!(text, "  {} = {}", plain(name, 60), plain(value, 100));
    }
    for (index, step) in it.attempts.iter().enumerate() {
        let tried = &step.attempt;
        let outcome = match &tried.failure {
            Some(failure) => format!("failed: {}", plain(&failure.message, 200)),
            None => "answered".into(),
        };
        let served = tried.served.as_deref().map(|it| format!(" as {}", plain(it, 60)));
        let _ = writeln!(
            text,
            "  attempt {}  {}{}  {}  {outcome}",
            index + 1,
            plain(&tried.asked, 60),
            served.unwrap_or_default(),
            milliseconds(tried.latency_ms),
        );
    }
    if let Some(inputs) = &it.inputs {
        let _ =
            writeln!(text, "\ninputs\n  {}", plain(&serde_json::json!(inputs).to_string(), 2000));
    }
    if shown.has_body {
        let _ = writeln!(text, "\nrequest\n  {}", plain(&it.request, 2000));
        let _ = writeln!(text, "\nanswer\n  {}", plain(&it.text, 2000));
    }
    for call in &it.tool_calls {
        let arguments = plain(&call.arguments.to_string(), 400);
        let _ = writeln!(text, "  calls {} {arguments}", plain(&call.name, 60));
    }
    if !shown.signals.is_empty() {
        let _ = writeln!(text, "\nsignals");
    }
    for signal in &shown.signals {
        let data = serde_json::json!(signal.data).to_string();
        let _ = writeln!(
            text,
            "  {}  {}  {}",
            clock::minute(signal.at_ms),
            plain(&signal.kind, 60),
            plain(&data, 200)
        );
    }
    if !shown.live_scores.is_empty() {
        let _ = writeln!(text, "\nscores");
    }
    for score in &shown.live_scores {
        let value = score.value.map_or("undecided".into(), crate::gate::describe::number);
        let why = score.explanation.as_deref().map(|why| plain(why, 200)).unwrap_or_default();
        let _ = writeln!(text, "  {}  {value}  {why}", plain(&score.scorer, 60));
    }
    if shown.has_body && it.feature.is_some() {
        let _ = writeln!(
            text,
            "\nnext: karat call inferences.to_case '{{\"inference\": \"{}\"}}' makes it a candidate case",
            it.id
        );
    }
    text
}

/// Feature and variant; the model where the application named one.
fn who(it: &InferenceLine) -> String {
    let name = match (&it.feature, &it.variant) {
        (Some(feature), Some(variant)) => format!("{feature}/{variant}"),
        (Some(feature), None) => feature.clone(),
        (None, _) => it.asked.clone().unwrap_or_default(),
    };
    let mark = if it.simulated { " (simulated)" } else { "" };
    format!("{}{mark}", plain(&name, 50))
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::Failed => "failed",
        Outcome::Cut => "cut",
        Outcome::Cancelled => "cancelled",
    }
}

fn tokens(usage: Usage) -> String {
    let input = usage.input_tokens + usage.cached_input_tokens + usage.cache_write_tokens;
    format!("{}+{}", count(input), count(usage.output_tokens))
}

fn cost(it: &InferenceLine) -> String {
    it.cost_usd.map_or("?".into(), usd)
}
