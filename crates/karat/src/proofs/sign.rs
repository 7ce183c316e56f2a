//! The operation `gate.sign`: a person accepts a variant that passed. It holds while the proof does.

use anyhow::Result;
use karat_records::{Hash, Person, Proof, Verdict, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::known::Known;
use super::show::{AskGate, GateShown, show};
use crate::app::{App, Refusal};
use crate::evals::load;
use crate::evals::report::Report;
use crate::evals::unknowns::short;
use crate::project::problem::suggestion;

/// The catalog's kind; the name is the feature's.
const KIND: &str = "sign-off";

/// A note longer than this is a document.
const LONGEST: usize = 1000;

/// What to sign off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignOffInput {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
    /// The variant.
    pub variant: String,
    /// The run that judged it; the latest where absent.
    pub run: Option<String>,
    /// What the person wants to be remembered with it.
    pub note: String,
}

/// A sign-off as the catalog keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignOff {
    /// The run whose verdict was accepted.
    pub run_id: String,
    /// The variant.
    pub variant: String,
    /// Who.
    pub by: Person,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What the person wrote.
    pub note: String,
    /// Hash of the proof that was signed.
    pub proof: Hash,
}

impl SignOff {
    /// Whether the proof in the lock is the one that was signed, and everything is as it was judged.
    pub fn holds(&self, known: &Known) -> bool {
        let proof = known.lock.proof(&known.feature.name, &self.variant);
        proof.is_some_and(|proof| hash_of(proof) == self.proof && known.present.is_proven_by(proof))
    }
}

/// Signs off a variant that passed.
pub async fn sign(app: App, input: SignOffInput) -> Result<GateShown> {
    let note = input.note.trim().to_owned();
    if note.chars().count() > LONGEST {
        return Err(Refusal::invalid(format!(
            "a note has at most {LONGEST} characters\n  next: write the rest into a document, and name it here"
        )));
    }
    let known = Known::read(&app, input.feature.as_deref(), 1).await?;
    let feature = known.feature.name.clone();
    let (run_id, report) = judged(&app, &known, input.run.as_deref()).await?;
    let names: Vec<&str> = report.variants.iter().map(|variant| variant.name.as_str()).collect();
    let Some(variant) = report.variants.iter().find(|variant| variant.name == input.variant) else {
        return Err(Refusal::not_found(format!(
            "run {} judged no variant {}\n  next: {}",
            short(&run_id),
            input.variant,
            suggestion(&input.variant, names.clone())
        )));
    };
    let name = &variant.name;
    let refuse = |because: String| Err(Refusal::conflict(because));
    let verdict = variant.verdict.as_ref().map(|verdict| verdict.verdict);
    if verdict != Some(Verdict::Pass) {
        let word = verdict.map_or_else(|| "not judged".to_owned(), |verdict| verdict.to_string());
        return refuse(format!(
            "{name} is {word} in run {}, and only what passed can be signed off\n  next: karat verdict {feature} says what would decide it",
            short(&run_id)
        ));
    }
    if variant.simulated {
        return refuse(format!(
            "{name} was judged on simulated answers: no real model answered\n  next: point it at a real model, then karat gate {feature}"
        ));
    }
    let Some(proof) = known.lock.proof(&feature, name).filter(|proof| is_of(proof, &report, name))
    else {
        return refuse(format!(
            "karat.lock holds another proof of {name} than run {} gave\n  next: sign off the latest run, or karat gate {feature}",
            short(&run_id)
        ));
    };
    if !known.present.is_proven_by(proof) {
        return refuse(format!(
            "{name}, its criteria, scorers or cases were changed after run {} judged them\n  next: karat gate {feature}",
            short(&run_id)
        ));
    }
    let at_ms = app.clock.now_ms();
    let sign_off = SignOff {
        run_id,
        variant: name.clone(),
        by: (*app.actor).clone(),
        at_ms,
        note,
        proof: hash_of(proof),
    };
    let mut content = json!(sign_off);
    // The id keeps two equal sign-offs in the same millisecond apart.
    content["id"] = json!(app.clock.new_id());
    let version = Version {
        kind: KIND.into(),
        name: feature.clone(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms: at_ms,
    };
    app.store()?.catalog.put(version).await?;
    show(app, AskGate { feature: Some(feature) }).await
}

/// The run that was asked for, else the one that judged last.
async fn judged(app: &App, known: &Known, wished: Option<&str>) -> Result<(String, Report)> {
    let feature = &known.feature.name;
    let never =
        || Refusal::conflict(format!("{feature} was never judged\n  next: karat gate {feature}"));
    let Some(wished) = wished.filter(|wished| *wished != "latest") else {
        return known.latest().map(|(run, report)| (run.id.clone(), report)).ok_or_else(never);
    };
    let Some(store) = app.existing_store()? else { return Err(never()) };
    let run = load::find(&store, wished).await?;
    let report = run.report.as_ref().and_then(|report| Report::deserialize(report).ok());
    match report.filter(|report| report.is_gate && run.plan.feature == *feature) {
        Some(report) => Ok((run.id, report)),
        None => Err(Refusal::invalid(format!(
            "run {} judged nothing of {feature}\n  next: name a gate run; karat runs {feature} lists them",
            short(&run.id)
        ))),
    }
}

/// Whether a proof is the one that this report led to.
fn is_of(proof: &Proof, report: &Report, variant: &str) -> bool {
    proof.verdict == Verdict::Pass
        && proof.dataset_hash == report.dataset.hash
        && report
            .variants
            .iter()
            .any(|one| one.name == variant && one.hash == proof.variant_hash.as_str())
}

/// Every sign-off of a feature, newest first.
pub async fn list(app: &App, feature: &str) -> Result<Vec<SignOff>> {
    let Some(store) = app.existing_store()? else { return Ok(Vec::new()) };
    let versions = store.catalog.history(KIND, feature).await?;
    Ok(versions.into_iter().filter_map(|it| serde_json::from_value(it.content).ok()).collect())
}

/// A proof as a sign-off names it.
pub fn hash_of(proof: &Proof) -> Hash {
    Hash::of_json(&json!(proof))
}
