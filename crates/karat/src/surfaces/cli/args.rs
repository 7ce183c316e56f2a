//! Commands and their flags.

mod monitoring;
mod serving;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use karat_records::Verdict;

pub use monitoring::{CanaryArgs, MonitorArgs, UndoArgs};
pub use serving::{OpenLink, PeopleArgs, PeopleCommand, RoleName, ServeArgs, TokenCommand};

use super::data::{DataArgs, HistoryArgs, ProvidersArgs};
use crate::reports::Audience;

/// Prove that an AI feature is good enough.
#[derive(Debug, Parser)]
#[command(name = "karat", version, about, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// Work in this folder instead of the present one.
    #[arg(short = 'C', long = "folder", global = true, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Ask the `karat serve` at this address instead of the project of the folder.
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// The name of the variable or pasted key with the token for that server; `KARAT_API_KEY` where absent.
    #[arg(long = "key", global = true, value_name = "NAME", requires = "server")]
    pub key: Option<String>,
    /// What to do; without a command karat says where the project stands.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 pass · 1 fail · 2 undecided · 3 could not run (configuration, provider, disk, interrupted)";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a project into this folder.
    Init(InitArgs),
    /// Find everything that is wrong with the files, without a call.
    Check(CheckArgs),
    /// Run the variants on the cases that tune; its figures are estimates.
    Eval(EvalArgs),
    /// Judge the variants on the held-out cases; writes karat.lock.
    Gate(GateArgs),
    /// Show the latest verdict, what changed since, and what can be done about it.
    Verdict(VerdictArgs),
    /// Change the floor of a criterion in karat.toml; verdicts show it as an amendment.
    Amend(AmendArgs),
    /// Sign off a variant that passed; it holds while the proof does.
    Sign(SignArgs),
    /// List runs, newest first.
    Runs(RunsArgs),
    /// Show a run, or some of its answers.
    Show(ShowArgs),
    /// Compare two runs, or two variants of the latest run, on the same cases.
    Compare(CompareArgs),
    /// Ask variants on a few inputs, with repeats; nothing of it is stored.
    Play(PlayArgs),
    /// List bets with what became of them.
    Bets(BetsArgs),
    /// Work with a bet.
    #[command(subcommand)]
    Bet(BetCommand),
    /// Look at datasets: cases, versions, differences, health.
    Data(DataArgs),
    /// List every content that was loaded.
    History(HistoryArgs),
    /// List model providers, or test one.
    Providers(ProvidersArgs),
    /// Work with rules.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Label cases: open queues, label, look at agreement, promote to gold.
    #[command(subcommand)]
    Label(super::label::LabelCommand),
    /// Show what became worse in production, and what was decided.
    Monitor(MonitorArgs),
    /// Ask a variant the canary's questions once, and compare with its baseline.
    Canary(CanaryArgs),
    /// Undo the last decision about a feature's waterfall.
    Undo(UndoArgs),
    /// Work with keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Print the JSON Schema of karat.toml, for editors.
    Schema,
    /// Print the description of HTTP as `OpenAPI` 3.1, for programs that make clients.
    Openapi,
    /// Run a scripted model server; everything that it answers is marked as simulated.
    Mock(MockArgs),
    /// Serve the browser application, HTTP and MCP on this machine.
    Serve(ServeArgs),
    /// Follow inferences as they arrive: one line each, until Ctrl-C.
    Tail(super::inferences::TailArgs),
    /// List what applications asked for in production, or show one inference.
    Inferences(super::inferences::InferencesArgs),
    /// Write inferences as JSON Lines or CSV.
    Export(super::inferences::ExportArgs),
    /// Copy the database to a new file, also while Karat serves.
    Backup(super::copies::BackupArgs),
    /// Put a copy in the place of the database.
    Restore(super::copies::RestoreArgs),
    /// Give an AI assistant the operations as tools, over standard input and output.
    Mcp,
    /// List people, invite them, change what they may do.
    People(PeopleArgs),
    /// Make, list and revoke keys with which programs act.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Call any operation with JSON.
    Call(CallArgs),
}

/// `karat init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Take over prompts, providers, tests and assertions of a promptfoo config, or the rows of a CSV or JSONL file.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Overwrite files that are there.
    #[arg(long)]
    pub force: bool,
}

/// `karat check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// What `eval` and `gate` share.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// The feature; may be left out where there is only one.
    pub feature: Option<String>,
    /// Only this variant (and the baseline); may be repeated.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
    /// Repetitions of each case.
    #[arg(long)]
    pub trials: Option<u32>,
    /// Seed of the order.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Call again although answers are stored.
    #[arg(long)]
    pub fresh: bool,
    /// Repeat trials that ended with an error.
    #[arg(long)]
    pub retry_errors: bool,
    /// Score the stored answers again, without a call of any variant.
    #[arg(long, conflicts_with = "fresh")]
    pub rescore: bool,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Write the report to a file instead of the terminal.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print the whole capability map and every criterion.
    #[arg(short, long)]
    pub verbose: bool,
    /// No progress, only the report.
    #[arg(short, long)]
    pub quiet: bool,
}

/// `karat eval`
#[derive(Clone, Debug, Args)]
pub struct EvalArgs {
    /// Feature, variants and format.
    #[command(flatten)]
    pub run: RunArgs,
    /// Only the first so many cases of the seeded order.
    #[arg(long)]
    pub limit: Option<u64>,
    /// Judge on the held-out cases afterwards.
    #[arg(long, conflicts_with = "limit")]
    pub gate: bool,
}

/// `karat gate`
#[derive(Clone, Debug, Args)]
pub struct GateArgs {
    /// Feature, variants and format.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `karat verdict`
#[derive(Debug, Args)]
pub struct VerdictArgs {
    /// The feature; may be left out where there is only one.
    pub feature: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat amend`
#[derive(Debug, Args)]
pub struct AmendArgs {
    /// The feature.
    pub feature: String,
    /// The criterion.
    pub criterion: String,
    /// Its new floor, from 0 to 1.
    #[arg(long, value_name = "FLOOR")]
    pub min: f64,
    /// Why; shown with the amendment.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `karat sign`
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The feature; may be left out where there is only one.
    pub feature: Option<String>,
    /// The variant that passed.
    #[arg(long, value_name = "NAME")]
    pub variant: String,
    /// The run that judged it; the latest where absent.
    #[arg(long)]
    pub run: Option<String>,
    /// What is to be remembered with it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// `karat runs`
#[derive(Debug, Args)]
pub struct RunsArgs {
    /// Only runs of this feature.
    pub feature: Option<String>,
    /// Only runs with this verdict.
    #[arg(long, value_enum)]
    pub verdict: Option<VerdictWord>,
    /// At most so many.
    #[arg(long, default_value_t = 20)]
    pub limit: u64,
    /// How to print the list.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// An id, the beginning of one, or `latest`.
    #[arg(default_value = "latest")]
    pub run: String,
    /// Only answers that got less than full marks.
    #[arg(long)]
    pub failed: bool,
    /// Show answers to held-out cases; the look is written down and shown at the gate.
    #[arg(long)]
    pub reveal_held_out: bool,
    /// Only answers of this variant.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Only answers to this case.
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// At most so many answers.
    #[arg(long)]
    pub limit: Option<u64>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// For whom the page is, with `--format html`.
    #[arg(long, value_enum, default_value_t = AudienceWord::Leader)]
    pub audience: AudienceWord,
    /// Write to a file instead of the terminal.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print the whole capability map and every criterion.
    #[arg(short, long)]
    pub verbose: bool,
}

/// `karat compare`
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A run, or a variant of the latest run.
    pub first: String,
    /// Another one.
    pub second: String,
    /// By this scorer.
    #[arg(long)]
    pub metric: Option<String>,
    /// Name held-out cases as well; the look is written down.
    #[arg(long)]
    pub reveal_held_out: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat rules …`
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Draft rules from the cases themselves, for people to edit.
    Draft(DraftArgs),
    /// Show rules as sentences, with what each is worth on the cases that tune.
    Show(ShowRulesArgs),
}

/// `karat rules show`
#[derive(Debug, Args)]
pub struct ShowRulesArgs {
    /// The feature; may be left out where there is only one.
    pub feature: Option<String>,
    /// The rules variant; the baseline, or the first one, where absent.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat bets`
#[derive(Debug, Args)]
pub struct BetsArgs {
    /// How to print them.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat bet …`
#[derive(Debug, Subcommand)]
pub enum BetCommand {
    /// Write a bet down on the rows of a file, before any outcome; on a terminal karat asks for what is missing.
    New(Box<NewBetArgs>),
    /// Show a bet with its amendments.
    Show(ShowBetArgs),
    /// Decide about a bet; a later decision takes its place.
    Decide(DecideBetArgs),
}

/// `karat bet new`
#[derive(Debug, Args)]
pub struct NewBetArgs {
    /// CSV, cells of a spreadsheet, or JSON Lines; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The bet's name; that of the file where absent.
    #[arg(long)]
    pub name: Option<String>,
    /// The feature's name; that of the bet where absent.
    #[arg(long)]
    pub feature: Option<String>,
    /// What a request is, in the plural.
    #[arg(long, value_name = "WORDS")]
    pub about: Option<String>,
    /// What you believe, so that it can turn out false.
    #[arg(long, value_name = "SENTENCE")]
    pub hypothesis: Option<String>,
    /// The least share of answers that must be right, for example 0.85.
    #[arg(long)]
    pub floor: Option<f64>,
    /// The day on which you decide, for example 2026-12-18.
    #[arg(long, value_name = "DAY")]
    pub deadline: Option<String>,
    /// What it may cost in US dollars.
    #[arg(long, value_name = "USD")]
    pub cap: Option<f64>,
    /// What you have that others lack.
    #[arg(long, value_name = "SENTENCE")]
    pub why_us: Option<String>,
    /// The kind of scorer that says what a success is; the one that fits best where absent.
    #[arg(long, value_name = "KIND")]
    pub scorer: Option<String>,
    /// Column of the input; may be repeated.
    #[arg(long, value_name = "COLUMN")]
    pub input: Vec<String>,
    /// Column of the desired output.
    #[arg(long, value_name = "COLUMN")]
    pub expected: Option<String>,
    /// Column of answers; may be repeated.
    #[arg(long, value_name = "COLUMN")]
    pub answers: Vec<String>,
    /// Draft no rules.
    #[arg(long)]
    pub no_rules: bool,
    /// How to print what was written.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat bet show`
#[derive(Debug, Args)]
pub struct ShowBetArgs {
    /// The bet.
    pub bet: String,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat bet decide`
#[derive(Debug, Args)]
pub struct DecideBetArgs {
    /// The bet.
    pub bet: String,
    /// What was decided; `running` takes a decision back.
    #[arg(value_enum)]
    pub state: DecideWord,
    /// Why.
    #[arg(long, value_name = "SENTENCE")]
    pub reason: String,
}

/// What can be decided about a bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecideWord {
    /// It turned out true.
    Won,
    /// It turned out false, or is not worth more.
    Killed,
    /// An earlier decision is taken back.
    Running,
}

/// `karat play`
#[derive(Debug, Args)]
pub struct PlayArgs {
    /// The feature; may be left out where there is only one.
    pub feature: Option<String>,
    /// Only this variant; may be repeated. The first six where absent.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
    /// How often each is asked.
    #[arg(long, default_value_t = 5)]
    pub trials: u32,
    /// An input as JSON, or as text where inputs have one field; may be repeated.
    #[arg(long, value_name = "JSON")]
    pub input: Vec<String>,
    /// A case that tunes; may be repeated.
    #[arg(long = "case", value_name = "ID")]
    pub cases: Vec<String>,
    /// How many cases to ask where no input is named.
    #[arg(long, default_value_t = 8)]
    pub limit: usize,
    /// Most US dollars that this may cost.
    #[arg(long, value_name = "USD")]
    pub cap: Option<f64>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `karat rules draft`
#[derive(Debug, Args)]
pub struct DraftArgs {
    /// The feature; may be left out where there is only one.
    pub feature: Option<String>,
    /// Where to write; rules/FEATURE.toml where absent.
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// Overwrite a file that is there.
    #[arg(long)]
    pub force: bool,
}

/// `karat key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Keep a key that is pasted on standard input, readable by you only.
    Set {
        /// Name of the environment variable that the key stands for.
        name: String,
    },
}

/// `karat mock`
#[derive(Debug, Args)]
pub struct MockArgs {
    /// What the server answers; without a script it repeats what it is asked.
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8790)]
    pub port: u16,
}

/// `karat call`
#[derive(Debug, Args)]
pub struct CallArgs {
    /// The operation; without it all are listed.
    pub operation: Option<String>,
    /// Its input as JSON; `-` reads standard input.
    pub input: Option<String>,
    /// Print the schemas of input and output instead of calling it.
    #[arg(long)]
    pub schema: bool,
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerdictWord {
    /// Every criterion is shown to hold.
    Pass,
    /// At least one is shown not to hold.
    Fail,
    /// Neither is shown yet.
    Undecided,
}

impl From<VerdictWord> for Verdict {
    fn from(word: VerdictWord) -> Self {
        match word {
            VerdictWord::Pass => Self::Pass,
            VerdictWord::Fail => Self::Fail,
            VerdictWord::Undecided => Self::Undecided,
        }
    }
}

/// For whom a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AudienceWord {
    /// Whoever decides.
    Leader,
    /// Whoever builds: every criterion, pairs, identity and seeds as well.
    Team,
}

impl From<AudienceWord> for Audience {
    fn from(word: AudienceWord) -> Self {
        match word {
            AudienceWord::Leader => Self::Leader,
            AudienceWord::Team => Self::Team,
        }
    }
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Table,
    /// For programs; the shape has a version.
    Json,
    /// For CI systems.
    Junit,
    /// For a pull request.
    Markdown,
    /// One page to forward.
    Html,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people at a terminal.
    Table,
    /// For programs.
    Json,
}
