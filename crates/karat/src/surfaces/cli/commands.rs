//! From a command to an operation, and from what it answers to text and an exit code.

use std::io::Read;

use anyhow::{Context, Result, bail};

use super::args::{
    AmendArgs, CallArgs, CheckArgs, Cli, Command, EvalArgs, Format, KeyCommand, ListFormat,
    MockArgs, RulesCommand, RunArgs, ShowArgs, SignArgs,
};
use super::reach::Reach;
use super::{
    copies, data, inferences, mcp, monitoring, output, people, progress, serve, tables, verdicts,
};
use crate::app::App;
use crate::checks::check::{CheckProject, Checked};
use crate::config::{self, Config};
use crate::evals::draft::{Draft, DraftRules};
use crate::evals::eval::{eval, exit_code, gate};
use crate::evals::report::Report;
use crate::evals::runs::{CompareRuns, Compared, ListRuns, RunList, ShowRun, ShownRun};
use crate::evals::start::Wish;
use crate::gate::describe;
use crate::mock::Script;
use crate::proofs::amend::AmendInput;
use crate::proofs::show::AskGate;
use crate::proofs::sign::SignOffInput;
use crate::reports::{self, Style};
use crate::surfaces::openapi;
use crate::tasks::{self, Tasks};
use crate::today::state::{AskState, State};
use crate::{operations, project, proofs};

/// The exit code of everything that kept karat from giving a verdict.
pub const COULD_NOT_RUN: u8 = 3;

/// Runs a command; every error is printed with what to do next.
pub async fn run(cli: Cli) -> u8 {
    let config = Config::from_environment();
    let folder = match folder(&cli) {
        Ok(folder) => folder,
        Err(error) => return complain(&error),
    };
    let (switch, stop) = tasks::stop_switch();
    let mut background = Tasks::default();
    background.start(async move {
        if tasks::asked_to_end().await {
            anstream::eprintln!("\nstopping: what is finished is stored");
            switch.stop();
        }
        // A second Ctrl-C ends the program at once.
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(COULD_NOT_RUN));
        }
    });
    let app = App::new(folder, config, stop);
    let reached = Reach::new(&app, cli.server.as_deref(), cli.key.as_deref());
    let done = match reached {
        Ok(reach) => dispatch(app.clone(), reach, cli.command).await,
        Err(error) => Err(error),
    };
    let code = match done {
        Ok(code) => code,
        Err(error) => complain(&error),
    };
    app.close().await;
    background.abort().await;
    code
}

fn folder(cli: &Cli) -> Result<std::path::PathBuf> {
    let here = std::env::current_dir().context("the present folder cannot be read")?;
    let folder = cli.folder.as_ref().map_or(here.clone(), |folder| here.join(folder));
    if !folder.is_dir() {
        bail!("there is no folder {}\n  next: check the path after -C", folder.display());
    }
    Ok(folder)
}

fn complain(error: &anyhow::Error) -> u8 {
    if error.is::<crate::app::Broken>() {
        anstream::eprintln!("{error}");
    } else {
        let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
        let because = if causes.is_empty() {
            String::new()
        } else {
            format!("\n  because: {}", causes.join(": "))
        };
        anstream::eprintln!("error: {error}{because}");
    }
    COULD_NOT_RUN
}

/// Commands that only make sense where the files are.
fn needs_folder(command: Option<&Command>) -> Option<&'static str> {
    match command? {
        Command::Init(_) => Some("init"),
        Command::Eval(_) => Some("eval"),
        Command::Gate(_) => Some("gate"),
        Command::Key(_) => Some("key"),
        Command::Schema => Some("schema"),
        Command::Openapi => Some("openapi"),
        Command::Mock(_) => Some("mock"),
        Command::Serve(_) => Some("serve"),
        Command::Mcp => Some("mcp"),
        Command::Play(_) => Some("play"),
        Command::Bets(_) => Some("bets"),
        Command::Bet(_) => Some("bet"),
        Command::Data(_) => Some("data"),
        Command::History(_) => Some("history"),
        Command::Providers(_) => Some("providers"),
        Command::Label(_) => Some("label"),
        Command::Verdict(_) => Some("verdict"),
        Command::Amend(_) => Some("amend"),
        Command::Sign(_) => Some("sign"),
        Command::Backup(_) => Some("backup"),
        Command::Restore(_) => Some("restore"),
        Command::Check(_)
        | Command::Runs(_)
        | Command::Show(_)
        | Command::Compare(_)
        | Command::Rules(_)
        | Command::People(_)
        | Command::Token(_)
        | Command::Monitor(_)
        | Command::Canary(_)
        | Command::Undo(_)
        | Command::Tail(_)
        | Command::Inferences(_)
        | Command::Export(_)
        | Command::Call(_) => None,
    }
}

async fn dispatch(app: App, reach: Reach, command: Option<Command>) -> Result<u8> {
    if let (Reach::Server { .. }, Some(name)) = (&reach, needs_folder(command.as_ref())) {
        bail!(
            "karat {name} works on this machine only
  next: leave --server out, or call the operation: `karat call --server URL` lists all"
        );
    }
    match command {
        None => {
            let state: State = reach.ask("project.state", &AskState {}).await?;
            output::print(&tables::state(&state)).map(|()| 0)
        }
        Some(Command::Init(args)) => {
            let done = project::init::init(&app.folder, args.from.as_deref(), args.force)?;
            output::print(&done).map(|()| 0)
        }
        Some(Command::Check(args)) => check(&reach, &args).await,
        Some(Command::Eval(args)) => eval_command(app, args).await,
        Some(Command::Gate(args)) => {
            let app = watched(app, &args.run);
            let report = gate(app.clone(), wish(&args.run, None)).await?;
            print_report(&app, &report, &args.run)?;
            Ok(exit_code(&report))
        }
        Some(Command::Verdict(args)) => {
            let shown = proofs::show::show(app, AskGate { feature: args.feature }).await?;
            print_either(args.format, &shown, verdicts::gate).map(|()| 0)
        }
        Some(Command::Amend(args)) => amend(app, args).await,
        Some(Command::Sign(args)) => sign(app, args).await,
        Some(Command::Runs(args)) => {
            let input = ListRuns {
                feature: args.feature,
                verdict: args.verdict.map(Into::into),
                limit: Some(args.limit),
                ..ListRuns::default()
            };
            let list: RunList = reach.ask("runs.list", &input).await?;
            print_either(args.format, &list, tables::runs).map(|()| 0)
        }
        Some(Command::Show(args)) => show(app, &reach, args).await,
        Some(Command::Compare(args)) => {
            let input = CompareRuns {
                first: args.first,
                second: args.second,
                metric: args.metric,
                reveal_held_out: args.reveal_held_out,
            };
            let compared: Compared = reach.ask("runs.compare", &input).await?;
            print_either(args.format, &compared, tables::compared).map(|()| 0)
        }
        Some(Command::Play(args)) => super::play::play(app, args).await,
        Some(Command::Bets(args)) => super::bets::list(app, args).await,
        Some(Command::Bet(command)) => super::bets::bet(app, command).await,
        Some(Command::Rules(RulesCommand::Show(args))) => super::bets::rules(app, args).await,
        Some(Command::Data(args)) => data::data(app, args).await,
        Some(Command::History(args)) => data::loads(app, args).await,
        Some(Command::Providers(args)) => data::providers(app, args).await,
        Some(Command::Rules(RulesCommand::Draft(args))) => {
            let input = DraftRules { feature: args.feature, file: args.file, force: args.force };
            let drafted: Draft = reach.ask("rules.draft", &input).await?;
            output::print(&tables::draft(&drafted)).map(|()| 0)
        }
        Some(Command::Label(command)) => super::label::run(app, command).await,
        Some(Command::Key(KeyCommand::Set { name })) => keep_key(&app, &name),
        Some(Command::Schema) => {
            output::print(&serde_json::to_string_pretty(&project::schema::schema())?).map(|()| 0)
        }
        Some(Command::Openapi) => {
            let description = openapi::openapi(&operations::table())?;
            output::print(&serde_json::to_string_pretty(&description)?).map(|()| 0)
        }
        Some(Command::Mock(args)) => mock(app, args).await,
        Some(Command::Serve(args)) => serve::serve(app, args).await,
        Some(Command::Tail(args)) => inferences::tail(&app, &reach, args).await,
        Some(Command::Inferences(args)) => inferences::inferences(&app, &reach, args).await,
        Some(Command::Export(args)) => inferences::export(&app, &reach, args).await,
        Some(Command::Backup(args)) => copies::backup(&app, &args).await,
        Some(Command::Restore(args)) => copies::restore(&app, &args),
        Some(Command::Mcp) => mcp::mcp(app).await,
        Some(Command::People(args)) => {
            let reach = match (&reach, &args.at) {
                (Reach::Here(app), Some(at)) => Reach::Here(app.clone().reached_at(at)),
                _ => reach,
            };
            people::people(&reach, args).await
        }
        Some(Command::Monitor(args)) => monitoring::monitor(&reach, args).await,
        Some(Command::Canary(args)) => monitoring::canary(&reach, args).await,
        Some(Command::Undo(args)) => monitoring::undo(&reach, args).await,
        Some(Command::Token(command)) => people::token(&reach, command).await,
        Some(Command::Call(args)) => call(&reach, args).await,
    }
}

/// `karat check`
async fn check(reach: &Reach, args: &CheckArgs) -> Result<u8> {
    let checked: Checked = reach.ask("project.check", &CheckProject {}).await?;
    match args.format {
        ListFormat::Json => output::print(&serde_json::to_string_pretty(&checked)?)?,
        ListFormat::Table => {
            for problem in &checked.problems {
                anstream::eprintln!("{problem}");
            }
            if checked.is_fine {
                output::print(&format!("fine\n  {}", checked.features.join("\n  ")))?;
            } else {
                let n = checked.problems.iter().filter(|problem| !problem.is_warning).count();
                anstream::eprintln!("{}", describe::plural(n as u64, "error"));
            }
        }
    }
    Ok(if checked.is_fine { 0 } else { COULD_NOT_RUN })
}

/// `karat amend`
async fn amend(app: App, args: AmendArgs) -> Result<u8> {
    let input = AmendInput {
        feature: Some(args.feature),
        criterion: args.criterion,
        min: args.min,
        reason: args.reason,
    };
    output::print(&verdicts::amended(&proofs::amend::amend(app, input).await?)).map(|()| 0)
}

/// `karat sign`
async fn sign(app: App, args: SignArgs) -> Result<u8> {
    let input = SignOffInput {
        feature: args.feature,
        variant: args.variant,
        run: args.run,
        note: args.note,
    };
    output::print(&verdicts::signed(&proofs::sign::sign(app, input).await?)).map(|()| 0)
}

/// `karat key set`
fn keep_key(app: &App, name: &str) -> Result<u8> {
    let mut key = String::new();
    std::io::stdin()
        .read_to_string(&mut key)
        .context("the key cannot be read from standard input")?;
    app.make_data_folder()?;
    config::keep_key(name, key.trim_end(), app.data_folder())?;
    output::print(&format!(
        "{name} is kept in {}, readable by you only",
        app.data_folder().display()
    ))
    .map(|()| 0)
}

fn watched(app: App, args: &RunArgs) -> App {
    let watch = progress::watch(args.quiet, app.clock);
    app.watched_by(watch)
}

fn wish(args: &RunArgs, limit: Option<u64>) -> Wish {
    Wish {
        feature: args.feature.clone(),
        variants: args.variants.clone(),
        trials: args.trials,
        limit,
        seed: args.seed,
        fresh: args.fresh,
        retry_errors: args.retry_errors,
        rescore: args.rescore,
    }
}

/// `karat eval`, with `--gate` also on the held-out cases; where none are held out there is one run, not two.
async fn eval_command(app: App, args: EvalArgs) -> Result<u8> {
    let app = watched(app, &args.run);
    let wish = wish(&args.run, args.limit);
    if !args.gate {
        let report = eval(app.clone(), wish).await?;
        print_report(&app, &report, &args.run)?;
        return Ok(exit_code(&report));
    }
    let holds_back = crate::evals::start::holds_back(&app, &wish)?;
    if holds_back {
        let report = eval(app.clone(), wish.clone()).await?;
        if args.run.format == Format::Table && args.run.output.is_none() {
            print_report(&app, &report, &args.run)?;
            output::print("")?;
        }
        if !report.is_complete {
            return Ok(exit_code(&report));
        }
    }
    let report = gate(app.clone(), wish).await?;
    print_report(&app, &report, &args.run)?;
    Ok(exit_code(&report))
}

fn print_report(app: &App, report: &Report, args: &RunArgs) -> Result<()> {
    let text = rendered(app, report, args.format, args.verbose, args.output.is_some());
    output::deliver(&text, args.output.as_deref())
}

fn rendered(app: &App, report: &Report, format: Format, is_whole: bool, is_file: bool) -> String {
    match format {
        Format::Table => {
            let is_coloured = !is_file && output::is_coloured(app.config.no_color);
            reports::table(report, Style { is_coloured, width: output::width(), is_whole })
        }
        Format::Json => reports::json(report),
        Format::Junit => reports::junit(report),
        Format::Markdown => reports::markdown(report),
        Format::Html => reports::html(report),
    }
}

async fn show(app: App, reach: &Reach, args: ShowArgs) -> Result<u8> {
    let input = ShowRun {
        run: args.run.clone(),
        failed: args.failed,
        variant: args.variant.clone(),
        case: args.case.clone(),
        limit: args.limit,
        reveal_held_out: args.reveal_held_out,
    };
    let wants_answers =
        args.failed || args.variant.is_some() || args.case.is_some() || args.limit.is_some();
    let shown: ShownRun = reach.ask("runs.show", &input).await?;
    let text = match (&shown.report, wants_answers, args.format) {
        (_, true, Format::Json) => serde_json::to_string_pretty(&shown)?,
        (_, true, _) => tables::answers(&shown),
        (Some(report), false, Format::Html) => reports::html_for(report, args.audience.into()),
        (Some(report), false, format) => {
            rendered(&app, report, format, args.verbose, args.output.is_some())
        }
        (None, false, _) => bail!(
            "run {} has no report: it stopped before its end\n  next: run the same eval again, it goes on where it stopped",
            shown.summary.id
        ),
    };
    output::deliver(&text, args.output.as_deref()).map(|()| 0)
}

/// Prints a value as JSON, or as a table for people.
pub fn print_either<T: serde::Serialize>(
    format: ListFormat,
    value: &T,
    table: impl Fn(&T) -> String,
) -> Result<()> {
    match format {
        ListFormat::Json => output::print(&serde_json::to_string_pretty(value)?),
        ListFormat::Table => output::print(&table(value)),
    }
}

async fn mock(app: App, args: MockArgs) -> Result<u8> {
    let script = match &args.script {
        None => Script::default(),
        Some(path) => {
            let path = app.folder.join(path);
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("the script {} cannot be read", path.display()))?;
            match Script::parse(&text) {
                Ok(script) => script,
                Err(problems) => {
                    for problem in &problems {
                        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
                        anstream::eprintln!(
                            "error: {}{line}\n  {}\n  next: {}",
                            path.display(),
                            problem.message,
                            problem.next
                        );
                    }
                    return Ok(COULD_NOT_RUN);
                }
            }
        }
    };
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], args.port));
    let listener = tokio::net::TcpListener::bind(address).await.with_context(|| {
        format!("port {} cannot be used\n  next: name another one with --port", args.port)
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    output::print(&format!(
        "a scripted model server answers at {url}/v1; everything that it says is simulated\n  base_url = \"{url}/v1\" in a provider of karat.toml; Ctrl-C ends it"
    ))?;
    let mut stop = app.stop.clone();
    crate::mock::serve(script, listener, async move { stop.wait().await }).await?;
    Ok(0)
}

async fn call(reach: &Reach, args: CallArgs) -> Result<u8> {
    let Some(name) = args.operation else {
        let rows: Vec<Vec<String>> = operations::table()
            .iter()
            .map(|operation| vec![operation.name.to_owned(), operation.summary.to_owned()])
            .collect();
        return output::print(&tables::columns(&rows)).map(|()| 0);
    };
    if args.schema {
        let operation = operations::find(&name)?;
        let schemas =
            serde_json::json!({ "input": (operation.input)(), "output": (operation.output)() });
        return output::print(&serde_json::to_string_pretty(&schemas)?).map(|()| 0);
    }
    let text = match args.input.as_deref() {
        None => "{}".to_owned(),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
            text
        }
        Some(text) => text.to_owned(),
    };
    let input = serde_json::from_str(&text).context("the input is not valid JSON\n  next: quote it for your shell, or pass - and write it to standard input")?;
    let answer = reach.call(&name, input).await?;
    output::print(&serde_json::to_string_pretty(&answer)?).map(|()| 0)
}
