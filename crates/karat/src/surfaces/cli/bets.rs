//! Bets on the terminal: `karat bets`, `karat bet …` and `karat rules show`.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Read, Write};

use anyhow::{Context, Result, bail};

use super::args::{
    BetCommand, BetsArgs, DecideBetArgs, DecideWord, NewBetArgs, ShowBetArgs, ShowRulesArgs,
};
use super::commands::print_either;
use super::output;
use super::tables::{columns, plain};
use crate::app::App;
use crate::bets::choice::BetColumns;
use crate::bets::create::{CreateBet, CreatedBet, create};
use crate::bets::preview::{Preview, PreviewBet, USUAL_FLOOR, preview};
use crate::bets::rules::{RulesShown, ShowRules};
use crate::bets::sentences::answer_words;
use crate::bets::show::{
    BetList, BetShown, BetState, DecideBet, Decided, ListBets, ShowBet, decide, decided_words,
    list as list_bets, show,
};
use crate::gate::describe;

/// `karat bets`
pub async fn list(app: App, args: BetsArgs) -> Result<u8> {
    let found = list_bets(app, ListBets {}).await?;
    print_either(args.format, &found, table).map(|()| 0)
}

/// `karat bet …`
pub async fn bet(app: App, command: BetCommand) -> Result<u8> {
    match command {
        BetCommand::New(args) => new(app, *args).await,
        BetCommand::Show(ShowBetArgs { bet, format }) => {
            let shown = show(app, ShowBet { bet }).await?;
            print_either(format, &shown, one).map(|()| 0)
        }
        BetCommand::Decide(DecideBetArgs { bet, state, reason }) => {
            let state = match state {
                DecideWord::Won => Decided::Won,
                DecideWord::Killed => Decided::Killed,
                DecideWord::Running => Decided::Running,
            };
            let shown = decide(app, DecideBet { bet, state, reason }).await?;
            output::print(&one(&shown)).map(|()| 0)
        }
    }
}

/// `karat rules show`
pub async fn rules(app: App, args: ShowRulesArgs) -> Result<u8> {
    let input = ShowRules { feature: args.feature, variant: args.variant };
    let shown = crate::bets::rules::show(app, input).await?;
    print_either(args.format, &shown, sentences).map(|()| 0)
}

async fn new(app: App, args: NewBetArgs) -> Result<u8> {
    let is_piped = args.from.as_os_str() == "-";
    let text = if is_piped {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
        text
    } else {
        let path = app.folder.join(&args.from);
        let bytes =
            std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        String::from_utf8(bytes).with_context(|| {
            format!("{} is not valid UTF-8\n  next: save it as UTF-8", path.display())
        })?
    };
    let file_name = args.from.file_name().map(|name| name.to_string_lossy().into_owned());
    let asked = PreviewBet {
        text: text.clone(),
        file_name: file_name.filter(|_| !is_piped),
        floor: args.floor,
        columns: None,
    };
    let guessed = preview(app.clone(), asked.clone()).await?;
    let columns = corrected(guessed.columns, &args);
    let seen = preview(app.clone(), PreviewBet { columns: Some(columns.clone()), ..asked }).await?;
    anstream::eprint!("{}", understood(&seen));
    if !seen.problems.is_empty() {
        bail!(
            "these rows cannot be used\n  {}\n  next: mend them, or name the columns with --input, --expected and --answers",
            seen.problems.join("\n  ")
        );
    }
    let can_ask = !is_piped && std::io::stdin().is_terminal();
    let hypothesis = needed(args.hypothesis, can_ask, "--hypothesis", "What do you believe?")?;
    let floor = match args.floor {
        Some(floor) => floor,
        None => {
            let question = format!("How many of 100 answers must be right? As {USUAL_FLOOR}");
            let text = needed(None, can_ask, "--floor", &question)?;
            text.trim()
                .parse()
                .with_context(|| format!("{text} is no number\n  next: write 0.85 for 85 of 100"))?
        }
    };
    let deadline =
        needed(args.deadline, can_ask, "--deadline", "On which day do you decide? As 2026-12-18")?;
    let scorer = args.scorer.or_else(|| seen.scorers.first().map(|scorer| scorer.kind.clone()));
    let created = create(
        app,
        CreateBet {
            name: args.name.unwrap_or(seen.suggested_name),
            feature: args.feature,
            about: args.about,
            text,
            columns,
            hypothesis,
            scorer: scorer.unwrap_or_default(),
            floor,
            deadline,
            spend_cap_usd: args.cap,
            why_us: args.why_us,
            draft_rules: !args.no_rules,
        },
    )
    .await?;
    print_either(args.format, &created, written).map(|()| 0)
}

/// The guess, with what the flags say instead; a column that a flag takes leaves its other role.
fn corrected(guess: BetColumns, args: &NewBetArgs) -> BetColumns {
    let said: Vec<&String> = args.input.iter().chain(&args.expected).chain(&args.answers).collect();
    let free = |name: &String| !said.contains(&name);
    let mut columns = BetColumns {
        id: guess.id.filter(free),
        input: guess.input.into_iter().filter(free).collect(),
        expected: guess.expected.filter(free),
        answers: guess.answers.into_iter().filter(free).collect(),
        tags: guess.tags.filter(free),
        metadata: guess.metadata.into_iter().filter(free).collect(),
    };
    if !args.input.is_empty() {
        columns.metadata.append(&mut columns.input);
        columns.input.clone_from(&args.input);
    }
    if let Some(expected) = &args.expected {
        columns.metadata.extend(columns.expected.replace(expected.clone()));
    }
    if !args.answers.is_empty() {
        columns.metadata.append(&mut columns.answers);
        columns.answers.clone_from(&args.answers);
    }
    columns
}

/// A flag's value, or what somebody at a terminal answers.
fn needed(flag: Option<String>, can_ask: bool, name: &str, question: &str) -> Result<String> {
    if let Some(value) = flag {
        return Ok(value);
    }
    if !can_ask {
        bail!("{name} is missing\n  next: write it down before you see an outcome: {name} …");
    }
    let mut out = std::io::stderr();
    let _ = write!(out, "{question}\n> ").and_then(|()| out.flush());
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("your answer cannot be read")?;
    Ok(line.trim().to_owned())
}

fn understood(seen: &Preview) -> String {
    let mut rows = Vec::new();
    let columns_of = &seen.columns;
    let mut push = |name: &String, role: &str| {
        rows.push(vec![format!("  {}", plain(name, 40)), role.to_owned()]);
    };
    columns_of.id.iter().for_each(|name| push(name, "the id"));
    columns_of.input.iter().for_each(|name| push(name, "the input"));
    columns_of.expected.iter().for_each(|name| push(name, "the desired output"));
    columns_of.answers.iter().for_each(|name| push(name, "answers: a recorded variant"));
    columns_of.tags.iter().for_each(|name| push(name, "tags"));
    columns_of.metadata.iter().for_each(|name| push(name, "metadata"));
    let mut text = format!("{}\n{}", describe::plural(seen.n_rows, "row"), columns(&rows));
    for note in &seen.notes {
        let _ = writeln!(text, "  note: {}", plain(note, 200));
    }
    if let Some(scorer) = seen.scorers.first() {
        let _ = writeln!(text, "right where {} ({})", scorer.says, scorer.kind);
    }
    if let Some(power) = &seen.power {
        let _ = writeln!(text, "{power}");
    }
    text
}

fn written(created: &CreatedBet) -> String {
    let mut text = format!(
        "{} was written down on {}, before any outcome\n",
        created.bet, created.registered_at
    );
    let rows: Vec<Vec<String>> = created
        .files
        .iter()
        .map(|file| {
            vec![format!("  {}", file.path), if file.is_new { "new" } else { "changed" }.to_owned()]
        })
        .collect();
    text.push_str(&columns(&rows));
    if let Some(rules) = &created.rules {
        let _ = writeln!(text, "{}", rules.says);
    }
    let _ = writeln!(text, "next: {}", created.next);
    text
}

fn state_word(bet: &BetShown) -> String {
    match (bet.state, bet.days_left) {
        (BetState::Won, _) => "won".into(),
        (BetState::Killed, _) => "killed".into(),
        (BetState::Due, Some(0)) => "due today".into(),
        (BetState::Due, Some(days)) => {
            format!("due since {}", describe::plural(days.unsigned_abs(), "day"))
        }
        (_, Some(days)) => {
            format!("running, {} left", describe::plural(days.unsigned_abs(), "day"))
        }
        (_, None) => "running".into(),
    }
}

fn money(bet: &BetShown) -> String {
    match bet.spend_cap_usd {
        Some(cap) => format!("{} of {}", describe::usd(bet.spent_usd), describe::usd(cap)),
        None => describe::usd(bet.spent_usd),
    }
}

fn table(list: &BetList) -> String {
    if list.bets.is_empty() {
        return "There is no bet yet.\nnext: karat bet new --from ROWS.csv\n".into();
    }
    let mut rows =
        vec![["bet", "state", "spent", "what the last run says"].map(str::to_owned).to_vec()];
    for bet in &list.bets {
        let headline = bet.headline.as_deref().unwrap_or("not run yet");
        rows.push(vec![plain(&bet.name, 40), state_word(bet), money(bet), plain(headline, 90)]);
    }
    columns(&rows)
}

fn one(bet: &BetShown) -> String {
    let mut rows = Vec::new();
    let mut push = |name: &str, text: String| rows.push(vec![format!("  {name}"), text]);
    push("hypothesis", plain(&bet.hypothesis, 300));
    push("success", plain(&bet.success, 200));
    if let Some(why) = &bet.why_us {
        push("why us", plain(why, 300));
    }
    if let Some(deadline) = &bet.deadline {
        push("deadline", deadline.clone());
    }
    push("spent", money(bet));
    let at = bet.locked_at.clone();
    push("written down", at.unwrap_or_else(|| "at its first run".into()));
    for amendment in &bet.amendments {
        push("amended", format!("{} {}", amendment.day, plain(&amendment.what, 300)));
    }
    if let Some(decision) = &bet.decision {
        push("decided", plain(&decided_words(decision), 300));
    }
    if let Some(headline) = &bet.headline {
        push("last run", plain(headline, 200));
    }
    format!("{}: {}\n{}", plain(&bet.name, 60), state_word(bet), columns(&rows))
}

fn sentences(shown: &RulesShown) -> String {
    let mut text = String::new();
    for (index, rule) in shown.rules.iter().enumerate() {
        let worth = match (rule.n_right, rule.n_matched) {
            (Some(n_right), Some(n)) => {
                format!("{n_right} of {} right", describe::plural(n, "case"))
            }
            _ => String::new(),
        };
        let _ = writeln!(text, "{}. {}\n   {worth}", index + 1, plain(&rule.sentence, 600));
    }
    let _ = writeln!(text, "Otherwise: {}", plain(&answer_words(&shown.default), 120));
    if let Some(right) = &shown.right {
        let _ = writeln!(
            text,
            "right on {} {} n {}",
            describe::rate(right.estimate.unwrap_or(0.0)),
            describe::interval(right.lower.unwrap_or(0.0), right.upper.unwrap_or(1.0)),
            right.n
        );
    }
    if let Some(note) = &shown.note {
        let _ = writeln!(text, "{note}");
    }
    let _ = writeln!(text, "next: edit {}", shown.file);
    text
}
