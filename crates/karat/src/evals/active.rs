//! What runs in this process: how far each run is, who started it, and a way to end one of them.
//! Runs of other processes are not here; their lock files keep two of them apart.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use karat_records::{EvalRun, RunState, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::load;
use super::progress::Progress;
use super::unknowns::short;
use crate::app::{App, Refusal};
use crate::tasks::{Stop, StopSwitch, stop_switch};

/// So many runs may be under way in one process.
const MOST: usize = 16;

/// The runs that are under way in this process, in the order in which they began.
#[derive(Debug, Default)]
pub struct Active(Mutex<Vec<Arc<Entry>>>);

#[derive(Debug)]
struct Entry {
    run_id: String,
    feature: String,
    scope: Scope,
    started_at_ms: i64,
    title: String,
    by: String,
    switch: StopSwitch,
    now: Mutex<Progress>,
}

/// A place among the runs that are under way; dropping it gives the place back.
#[derive(Debug)]
pub struct Ticket {
    active: Arc<Active>,
    entry: Arc<Entry>,
    stop: Stop,
}

impl Active {
    /// Takes a place for a run, with a switch of its own.
    pub fn begin(
        self: &Arc<Self>,
        run: &EvalRun,
        title: String,
        total: u64,
        by: &str,
    ) -> Result<Ticket> {
        let mut entries = self.entries();
        if entries.len() >= MOST {
            return Err(Refusal::too_many(format!(
                "{MOST} runs are under way already\n  next: wait until one ends, or stop one with runs.stop"
            )));
        }
        let (switch, stop) = stop_switch();
        let entry = Arc::new(Entry {
            run_id: run.id.clone(),
            feature: run.plan.feature.clone(),
            scope: run.plan.scope,
            started_at_ms: run.started_at_ms,
            title,
            by: by.to_owned(),
            switch,
            now: Mutex::new(Progress { total, ..Progress::default() }),
        });
        entries.push(Arc::clone(&entry));
        drop(entries);
        Ok(Ticket { active: Arc::clone(self), entry, stop })
    }

    /// Asks a run to stop; false where no such run is under way here.
    pub fn stop(&self, run_id: &str) -> bool {
        let entries = self.entries();
        let Some(entry) = entries.iter().find(|entry| entry.run_id == run_id) else { return false };
        entry.switch.stop();
        true
    }

    /// What is under way, in the order in which it began.
    pub fn list(&self) -> Vec<ActiveRun> {
        self.entries().iter().map(|entry| entry.shown()).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn shown(&self) -> ActiveRun {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        ActiveRun {
            id: self.run_id.clone(),
            feature: self.feature.clone(),
            scope: self.scope,
            started_at_ms: self.started_at_ms,
            title: self.title.clone(),
            done: now.done,
            total: now.total,
            failures: now.failures,
            cost_usd: now.cost_usd,
            standing: now.standing.clone(),
            seconds_left: now.time_left().map(|left| left.as_secs_f64().ceil()),
            by: self.by.clone(),
        }
    }
}

impl Ticket {
    /// The request that ends this run alone.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Keeps how far the run is.
    pub fn note(&self, progress: Progress) {
        *self.entry.now.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.active.entries().retain(|entry| !Arc::ptr_eq(entry, &self.entry));
    }
}

/// A run that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActiveRun {
    /// `UUIDv7`.
    pub id: String,
    /// The feature.
    pub feature: String,
    /// Which cases.
    pub scope: Scope,
    /// When the run began, in milliseconds since the Unix epoch; a run that goes on keeps its first start.
    pub started_at_ms: i64,
    /// The feature, the cases and the variants in a line.
    pub title: String,
    /// Trials that are done, those that were stored before included.
    pub done: u64,
    /// Trials in all.
    pub total: u64,
    /// Trials without an answer.
    pub failures: u64,
    /// US dollars so far, judges included.
    pub cost_usd: f64,
    /// How the variants stand so far, with intervals and n.
    pub standing: String,
    /// At the present rate; absent before anything is known.
    pub seconds_left: Option<f64>,
    /// Name of the person who started it.
    pub by: String,
}

/// Nothing to say: all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskActive {}

/// What is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActiveRuns {
    /// In the order in which they began.
    pub runs: Vec<ActiveRun>,
}

/// Lists the runs that are under way in this process.
pub async fn active(app: App, _input: AskActive) -> Result<ActiveRuns> {
    Ok(ActiveRuns { runs: app.active.list() })
}

/// Which run to stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRun {
    /// An id, or the beginning of one.
    pub run: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunStopped {
    /// True where it was asked to stop; false where it had ended already.
    pub stopped: bool,
}

/// Asks one run to stop: what is finished stays stored, and the same command goes on later.
pub async fn stop(app: App, input: StopRun) -> Result<RunStopped> {
    let Some(store) = app.existing_store()? else {
        return Err(load::none_yet());
    };
    let run = load::find(&store, &input.run).await?;
    if app.active.stop(&run.id) {
        return Ok(RunStopped { stopped: true });
    }
    if run.state == RunState::Running {
        return Err(Refusal::conflict(format!(
            "run {} is not under way in this process: another karat works on it, or was ended without a word\n  next: press Ctrl-C where it runs, or start the same run again; it goes on where it stopped",
            short(&run.id)
        )));
    }
    Ok(RunStopped { stopped: false })
}

#[cfg(test)]
mod tests {
    use karat_records::{Hash, NamedHash, RunPlan};

    use super::*;

    fn run(id: &str) -> EvalRun {
        EvalRun {
            id: id.into(),
            plan: RunPlan {
                feature: "triage".into(),
                scope: Scope::Tune,
                variants: Vec::new(),
                dataset: NamedHash { name: "tickets".into(), hash: Hash::of_bytes(b"d") },
                n_cases: 1,
                scorers: Vec::new(),
                trials: 1,
                seed: 1,
            },
            fresh: false,
            started_at_ms: 1,
            ended_at_ms: None,
            state: RunState::Running,
            report: None,
        }
    }

    #[test]
    fn one_run_is_stopped_and_the_other_goes_on() {
        let active = Arc::new(Active::default());
        let first = active.begin(&run("a"), "a".into(), 10, "Ana").unwrap();
        let second = active.begin(&run("b"), "b".into(), 10, "Ben").unwrap();
        assert!(active.stop("a"));
        assert!(first.stop().is_set() && !second.stop().is_set());
        assert!(!active.stop("c"));
        second.note(Progress { done: 4, total: 10, ..Progress::default() });
        let shown = active.list();
        assert_eq!((shown[1].done, shown[1].total, shown[1].by.as_str()), (4, 10, "Ben"));
        drop(first);
        assert_eq!(active.list().len(), 1);
    }

    #[test]
    fn the_number_of_runs_is_bounded_and_an_ended_run_gives_its_place_back() {
        let active = Arc::new(Active::default());
        let mut tickets: Vec<Ticket> = (0..MOST)
            .map(|i| active.begin(&run(&i.to_string()), String::new(), 1, "x").unwrap())
            .collect();
        let refused = active.begin(&run("one too many"), String::new(), 1, "x").unwrap_err();
        assert_eq!(refused.downcast::<Refusal>().unwrap().kind, crate::app::RefusalKind::TooMany);
        tickets.pop();
        assert!(active.begin(&run("now"), String::new(), 1, "x").is_ok());
    }
}
