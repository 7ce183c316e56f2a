//! The operations `bets.list`, `bets.show` and `bets.decide`: what was promised, what became of it, who decided and why.

use anyhow::Result;
use karat_records::{Hash, RunState, Version};
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create::KIND;
use crate::app::{App, Refusal};
use crate::clock;
use crate::evals::runs::{ListRuns, list as list_runs};
use crate::gate::describe;
use crate::project::history::{Amendment, Registered, amendments};
use crate::project::init::plan::shorten;
use crate::project::problem::suggestion;
use crate::project::{Bet, Project};

/// The kind under which the catalog keeps decisions.
const DECISION: &str = "bet-decision";

/// Nothing to say: the bets are those of the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListBets {}

/// All bets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BetList {
    /// In the file's order.
    pub bets: Vec<BetShown>,
}

/// Which bet to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowBet {
    /// Its name.
    pub bet: String,
}

/// What was decided about a bet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideBet {
    /// Its name.
    pub bet: String,
    /// Won, killed, or running again.
    pub state: Decided,
    /// Why.
    pub reason: String,
}

/// What can be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decided {
    /// It turned out true.
    Won,
    /// It turned out false, or is not worth more.
    Killed,
    /// An earlier decision is taken back.
    Running,
}

/// Where a bet stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BetState {
    /// Its deadline lies ahead.
    #[default]
    Running,
    /// Its deadline has come and nobody has decided.
    Due,
    /// Decided: it turned out true.
    Won,
    /// Decided: it turned out false, or is not worth more.
    Killed,
}

/// A decision, who made it and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// What was decided.
    pub state: Decided,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// A bet and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BetShown {
    /// Its name.
    pub name: String,
    /// The feature that tests it.
    pub feature: Option<String>,
    /// What is believed.
    pub hypothesis: String,
    /// The measure of success.
    pub success: String,
    /// What we have that others lack.
    pub why_us: Option<String>,
    /// The day of the decision.
    pub deadline: Option<String>,
    /// Days until then; below 0 where it has passed.
    pub days_left: Option<i64>,
    /// What it may cost.
    pub spend_cap_usd: Option<f64>,
    /// What the runs of its feature have cost, as far as it is known; simulated answers cost nothing.
    pub spent_usd: f64,
    /// Answers whose cost is not known.
    pub n_unknown_cost: u64,
    /// When it was first written down, in UTC; absent before its first run.
    pub locked_at: Option<String>,
    /// What was changed since.
    pub amendments: Vec<Amendment>,
    /// Where it stands.
    pub state: BetState,
    /// The latest decision, also one that was taken back.
    pub decision: Option<Decision>,
    /// What the latest run says.
    pub headline: Option<String>,
    /// That run.
    pub run_id: Option<String>,
}

/// Lists the bets.
pub async fn list(app: App, _input: ListBets) -> Result<BetList> {
    let project = app.project()?;
    let mut bets = Vec::new();
    for bet in &project.bets {
        bets.push(shown(&app, &project, bet).await?);
    }
    Ok(BetList { bets })
}

/// Shows one bet.
pub async fn show(app: App, input: ShowBet) -> Result<BetShown> {
    let project = app.project()?;
    let bet = find(&project, &input.bet)?;
    shown(&app, &project, bet).await
}

/// Decides about a bet; a later decision takes its place.
pub async fn decide(app: App, input: DecideBet) -> Result<BetShown> {
    let project = app.project()?;
    let bet = find(&project, &input.bet)?;
    let reason = input.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > 4000 {
        return Err(Refusal::invalid(
            "a decision needs a reason of at most 4,000 characters\n  next: write why, so that others can follow it",
        ));
    }
    let store = app.store()?;
    let now = app.clock.now_ms();
    let decision = Decision { state: input.state, reason, by: app.actor.name.clone(), at_ms: now };
    // Whoever decides has seen the bet as it stands.
    put(&store, KIND, bet, content_of(&project, bet), now).await?;
    put(&store, DECISION, bet, serde_json::to_value(&decision)?, now).await?;
    shown(&app, &project, bet).await
}

async fn put(store: &Store, kind: &str, bet: &Bet, content: Value, now: i64) -> Result<()> {
    let version = Version {
        kind: kind.into(),
        name: bet.name.clone(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms: now,
    };
    store.catalog.put(version).await?;
    Ok(())
}

fn find<'a>(project: &'a Project, name: &str) -> Result<&'a Bet> {
    project.bets.iter().find(|bet| bet.name == name).ok_or_else(|| {
        let names: Vec<&str> = project.bets.iter().map(|bet| bet.name.as_str()).collect();
        Refusal::not_found(format!("there is no bet {name}\n  next: {}", suggestion(name, names)))
    })
}

fn content_of(project: &Project, bet: &Bet) -> Value {
    let feature = bet.feature.as_ref().and_then(|name| project.feature(name));
    bet.content(&feature.map(|feature| describe::criteria(&feature.mvq)).unwrap_or_default())
}

async fn shown(app: &App, project: &Project, bet: &Bet) -> Result<BetShown> {
    let now = app.clock.now_ms();
    let mut shown = BetShown {
        name: bet.name.clone(),
        feature: bet.feature.clone(),
        hypothesis: bet.hypothesis.clone(),
        success: bet.success.clone(),
        why_us: bet.why_us.clone(),
        deadline: bet.deadline.map(|day| day.to_string()),
        days_left: bet.deadline.and_then(|day| days_left(day, &clock::day(now))),
        spend_cap_usd: bet.spend_cap_usd,
        spent_usd: 0.0,
        n_unknown_cost: 0,
        locked_at: None,
        amendments: Vec::new(),
        state: BetState::Running,
        decision: None,
        headline: None,
        run_id: None,
    };
    if let Some(store) = app.existing_store()? {
        let mut history = store.catalog.history(KIND, &bet.name).await?;
        let content = content_of(project, bet);
        // What was edited after it had been written down is kept with the day on which it was first seen.
        if history.first().is_some_and(|newest| newest.content != content) {
            put(&store, KIND, bet, content, now).await?;
            history = store.catalog.history(KIND, &bet.name).await?;
        }
        history.reverse();
        shown.locked_at =
            history.first().map(|first| format!("{} UTC", clock::minute(first.seen_at_ms)));
        shown.amendments = amended(&history);
        let decision = store.catalog.newest(DECISION, &bet.name).await?;
        shown.decision = decision.and_then(|version| serde_json::from_value(version.content).ok());
        if let Some(feature) = &bet.feature {
            let spent = store.ledger.spent(feature).await?;
            let total = spent.answers_usd + spent.judges_usd;
            shown.spent_usd = if total.is_finite() { total } else { 0.0 };
            shown.n_unknown_cost = spent.n_unknown;
            let wish =
                ListRuns { feature: Some(feature.clone()), limit: Some(5), ..ListRuns::default() };
            let runs = list_runs(app.clone(), wish).await?.runs;
            let run = runs.into_iter().find(|run| run.state == RunState::Complete);
            if let Some(run) = run {
                shown.headline = run.headline;
                shown.run_id = Some(run.id);
            }
        }
    }
    let decided = shown.decision.as_ref().map(|decision| decision.state);
    shown.state = match decided {
        Some(Decided::Won) => BetState::Won,
        Some(Decided::Killed) => BetState::Killed,
        _ if shown.days_left.is_some_and(|days| days <= 0) => BetState::Due,
        _ => BetState::Running,
    };
    Ok(shown)
}

fn days_left(deadline: jiff::civil::Date, today: &str) -> Option<i64> {
    let today: jiff::civil::Date = today.parse().ok()?;
    let span = today.until((jiff::Unit::Day, deadline)).ok()?;
    Some(i64::from(span.get_days()))
}

/// What changed from each state of a bet to the next, oldest first.
fn amended(history: &[Version]) -> Vec<Amendment> {
    let mut found = Vec::new();
    for pair in history.windows(2) {
        let (old, new) = (&pair[0].content, &pair[1].content);
        let day = clock::day(pair[1].seen_at_ms);
        for (field, name) in [
            ("hypothesis", "hypothesis"),
            ("success", "success"),
            ("deadline", "deadline"),
            ("spend_cap_usd", "spend cap"),
            ("why_us", "why us"),
            ("feature", "feature"),
        ] {
            if old[field] != new[field] {
                let what = format!("{name}: {} → {}", words(&old[field]), words(&new[field]));
                found.push(Amendment { day: day.clone(), what });
            }
        }
        let state = |content: &Value, since: String| Registered {
            since,
            criteria: serde_json::from_value(content["criteria"].clone()).unwrap_or_default(),
            ..Registered::default()
        };
        found.extend(amendments(&[state(old, String::new()), state(new, day)]));
    }
    found
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => shorten(text, 160),
        other => other.to_string(),
    }
}

/// What a bet's decision looks like to others, for the terminal.
pub fn decided_words(decision: &Decision) -> String {
    let state = json!(decision.state);
    format!(
        "{} by {} on {}: {}",
        state.as_str().unwrap_or_default(),
        decision.by,
        clock::day(decision.at_ms),
        shorten(&decision.reason, 200)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_months_and_years() {
        let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
        assert_eq!(days_left(day("2027-01-02"), "2026-12-30"), Some(3));
        assert_eq!(days_left(day("2028-03-01"), "2026-12-30"), Some(427));
        assert_eq!(days_left(day("2026-12-30"), "2026-12-30"), Some(0));
        assert_eq!(days_left(day("2026-11-30"), "2026-12-30"), Some(-30));
    }

    #[test]
    fn every_change_is_an_amendment_with_its_day() {
        let version = |content: Value, seen_at_ms| Version {
            kind: KIND.into(),
            name: "b".into(),
            hash: Hash::of_json(&content),
            content,
            seen_at_ms,
        };
        let history = [
            version(
                json!({"deadline": "2026-12-18", "spend_cap_usd": null, "criteria": ["correct: right at least 0.9"]}),
                0,
            ),
            version(
                json!({"deadline": "2027-01-31", "spend_cap_usd": 50.0, "criteria": ["correct: right at least 0.85"]}),
                86_400_000,
            ),
        ];
        let found: Vec<(String, String)> =
            amended(&history).into_iter().map(|one| (one.day, one.what)).collect();
        assert_eq!(
            found,
            [
                "deadline: 2026-12-18 → 2027-01-31",
                "spend cap: none → 50.0",
                "correct: right at least 0.9 → right at least 0.85",
            ]
            .map(|what| ("1970-01-02".to_owned(), what.to_owned()))
        );
    }
}
