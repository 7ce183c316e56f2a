//! Everything that is known about a feature's gate, read once: files, lock and the runs that judged.

use anyhow::Result;
use karat_records::EvalRun;

use super::drift::drift;
use crate::app::App;
use crate::clock;
use crate::evals::gated::judged_runs;
pub use crate::evals::gated::report_of;
use crate::evals::present::{Present, present};
use crate::evals::report::Report;
use crate::evals::start::choose_feature;
use crate::project::history::Registered;
use crate::project::lock::Lock;
use crate::project::{Feature, Project};

/// What is known about a feature's gate.
#[derive(Debug)]
pub struct Known {
    /// The feature as the file has it.
    pub feature: Feature,
    /// What a gate would judge now.
    pub present: Present,
    /// Proofs, candidates and registered criteria.
    pub lock: Lock,
    /// Runs that judged it, newest first.
    pub runs: Vec<EvalRun>,
}

impl Known {
    /// Reads what is known about a feature, or the only one, with at most so many of its runs.
    pub async fn read(app: &App, feature: Option<&str>, most_runs: usize) -> Result<Self> {
        let project = app.project()?;
        let feature = choose_feature(&project, feature)?;
        Self::of(app, &project, feature, most_runs).await
    }

    /// As `read`, for a project that was read already.
    pub async fn of(
        app: &App,
        project: &Project,
        feature: &Feature,
        most_runs: usize,
    ) -> Result<Self> {
        let today = clock::day(app.clock.now_ms());
        let runs = match app.existing_store()? {
            Some(store) => judged_runs(&store, &feature.name, most_runs).await?,
            None => Vec::new(),
        };
        Ok(Self {
            present: present(app, project, feature, today),
            lock: Lock::read(&project.root)?,
            feature: feature.clone(),
            runs,
        })
    }

    /// The run that judged last, with its report.
    pub fn latest(&self) -> Option<(&EvalRun, Report)> {
        self.runs.iter().find_map(|run| Some((run, report_of(run)?)))
    }

    /// The states of criteria and desired outputs that have judged, oldest first.
    pub fn registered(&self) -> Vec<Registered> {
        let own = |state: &&Registered| state.feature == self.feature.name;
        self.lock.registered.iter().filter(own).cloned().collect()
    }

    /// What changed since the last run that judged, one sentence each.
    pub fn drift(&self) -> Vec<String> {
        let Some(run) = self.runs.iter().find(|run| report_of(run).is_some()) else {
            return Vec::new();
        };
        drift(&run.plan, self.registered().last(), &self.present, |variant| {
            let proof = self.lock.proof(&self.feature.name, &variant.name);
            proof.map(|proof| self.present.is_proven_by(proof))
        })
    }
}
