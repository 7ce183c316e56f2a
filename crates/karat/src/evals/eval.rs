//! The two operations that run an eval: iterate on the cases that tune, judge on the held-out ones.

use anyhow::{Result, bail};
use karat_records::{Hash, Proof, Verdict, Version};

use super::judged::{self, Gating};
use super::present;
use super::report::Report;
use super::run::{self, Ran, Stopped};
use super::start::{self, Prepared, Wish};
use crate::app::App;
use crate::clock;
use crate::gate::describe;
use crate::history;
use crate::project::lock::Lock;

/// Runs the variants on the cases that are not held out; its figures are estimates.
pub async fn eval(app: App, wish: Wish) -> Result<Report> {
    let prepared = start::prepare(&app, &wish, false)?;
    remember(&app, &prepared).await?;
    let (prepared, ran) = run::run(&app, prepared, &wish).await?;
    settle(&app, &prepared, &ran, None).await
}

/// Judges the variants on the held-out cases against the MVQ, and writes the proofs to `karat.lock`.
pub async fn gate(app: App, wish: Wish) -> Result<Report> {
    if wish.limit.is_some() {
        bail!(
            "a gate judges all held-out cases, so it takes no limit\n  next: karat eval --limit looks at a few cases"
        );
    }
    let prepared = start::prepare(&app, &wish, true)?;
    if prepared.feature.mvq.is_empty() {
        bail!(
            "{} says nowhere what is good enough\n  next: add [features.{}.mvq] with a criterion, for example\n        correct = {{ metric = \"SCORER\", min = 0.85 }}",
            prepared.feature.name,
            prepared.feature.name
        );
    }
    // A lock that cannot be read or written is known before anything is spent.
    let root = app.root()?;
    Lock::read(&root)?;
    remember(&app, &prepared).await?;
    let (prepared, ran) = run::run(&app, prepared, &wish).await?;
    if ran.stopped.is_some() {
        return settle(&app, &prepared, &ran, None).await;
    }
    // Read again: another feature may have been judged in the meantime, and none may be now.
    let _files = app.files.lock().await;
    let mut lock = Lock::read(&root)?;
    let cases: Vec<Hash> = prepared.cases.iter().map(karat_records::Case::content_hash).collect();
    let hashes: Vec<&Hash> = prepared.candidates.iter().map(|candidate| &candidate.hash).collect();
    let candidates = lock.number_candidates(&prepared.feature.name, &cases, &hashes);
    let day = clock::day(app.clock.now_ms());
    let amendments = lock.register(present::registered(&prepared.feature, &prepared.cases, day));
    let criteria_since = lock.registered_since(&prepared.feature.name);
    let gating = Gating { candidates, amendments, criteria_since };
    let report = settle(&app, &prepared, &ran, Some(&gating)).await?;
    for proof in proofs(&prepared, &report) {
        lock.put(proof);
    }
    lock.write(&root)?;
    Ok(report)
}

/// Writes the report and ends the run.
async fn settle(
    app: &App,
    prepared: &Prepared,
    ran: &Ran,
    gating: Option<&Gating>,
) -> Result<Report> {
    let n_answers = ran
        .outcomes
        .variants
        .iter()
        .flat_map(crate::gate::VariantOutcomes::all)
        .filter(|trial| trial.failure.is_none())
        .count();
    let stored = describe::plural(n_answers as u64, "answer");
    if let Some(Stopped::NotStored(reason)) = &ran.stopped {
        // The report would have to be stored as well; what is on disk is what counts.
        let _ = run::end(app, ran, None).await;
        bail!(
            "{reason}\n  {stored} of this run are stored; once there is room the same command goes on where it stopped"
        );
    }
    let report = judged::report(app, prepared, ran, gating).await?;
    run::end(app, ran, Some(serde_json::to_value(&report)?)).await?;
    match &ran.stopped {
        Some(Stopped::Failing(reason)) => bail!(
            "the run stopped, because every call fails in the same way\n  {reason}\n  next: mend that, then run the same command again: {stored} are stored and will not be asked for again"
        ),
        _ => Ok(report),
    }
}

/// Keeps what the files said in the history.
async fn remember(app: &App, prepared: &Prepared) -> Result<()> {
    history::remember(app, &prepared.project, Some(&prepared.dataset.name)).await?;
    // What was promised is written down before the first outcome of it is known.
    let store = app.store()?;
    let feature = &prepared.feature.name;
    let of_feature = |bet: &&crate::project::Bet| bet.feature.as_ref() == Some(feature);
    for bet in prepared.project.bets.iter().filter(of_feature) {
        let content = bet.content(&describe::criteria(&prepared.feature.mvq));
        store
            .catalog
            .put(Version {
                kind: "bet".into(),
                name: bet.name.clone(),
                hash: Hash::of_json(&content),
                content,
                seen_at_ms: app.clock.now_ms(),
            })
            .await?;
    }
    Ok(())
}

fn proofs(prepared: &Prepared, report: &Report) -> Vec<Proof> {
    let scorers_hash = present::scorers_hash(&prepared.plan.scorers);
    report
        .variants
        .iter()
        .zip(&prepared.candidates)
        .filter_map(|(variant, candidate)| {
            let verdict = variant.verdict.as_ref()?;
            let first =
                verdict.criteria.iter().find(|criterion| criterion.promise_of_100.is_some());
            Some(Proof {
                feature: prepared.feature.name.clone(),
                variant: variant.name.clone(),
                variant_hash: candidate.hash.clone(),
                dataset_hash: prepared.plan.dataset.hash.clone(),
                scorers_hash: scorers_hash.clone(),
                mvq_hash: prepared.feature.mvq_hash(),
                verdict: verdict.verdict,
                n: first.map_or(report.n_cases, |criterion| criterion.n),
                bound: first
                    .and_then(|criterion| criterion.lower)
                    .map(|bound| (bound * 1e4).floor() / 1e4),
                candidate: verdict.candidate,
                simulated: variant.simulated,
            })
        })
        .collect()
}

/// The exit code that CI reads: a verdict's own, 3 where a run is not complete, 0 where nothing was judged.
pub fn exit_code(report: &Report) -> u8 {
    match (report.is_complete, report.verdict) {
        (false, _) => 3,
        (true, Some(verdict)) => verdict.exit_code(),
        (true, None) => Verdict::Pass.exit_code(),
    }
}
