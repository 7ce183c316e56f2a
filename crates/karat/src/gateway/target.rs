//! Pure but for a provider's key: what the name in a request means, and who may answer it.

use std::sync::Arc;

use karat_providers::ErrorClass;

use super::snapshot::{Candidate, Served, Snapshot, unproven};
use crate::project::ModelName;
use crate::project::problem::suggestion;

/// Who may answer.
#[derive(Debug)]
pub struct Target {
    /// The feature; none where the name is a model's.
    pub feature: Option<String>,
    /// Who may answer, in order.
    pub candidates: Vec<Arc<Candidate>>,
}

/// A name that means nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct Nobody {
    /// Whose fault it is.
    pub class: ErrorClass,
    /// Why, and what to do.
    pub message: String,
}

/// Finds who a name means: a feature, a variant of it as `feature/variant`, or a model as `provider/model`.
pub fn find(snapshot: &Snapshot, name: &str) -> Result<Target, Nobody> {
    if let Some(served) = snapshot.features.get(name) {
        return of_feature(served);
    }
    if let Some((feature, variant)) = name.split_once('/')
        && let Some(served) = snapshot.features.get(feature)
    {
        return of_variant(served, variant);
    }
    let model = ModelName::parse(name);
    match model.and_then(|model| snapshot.model(&model)) {
        Some(Ok(candidate)) => Ok(Target { feature: None, candidates: vec![Arc::new(candidate)] }),
        Some(Err(reason)) => Err(Nobody { class: ErrorClass::ServerError, message: reason }),
        None => Err(unknown(snapshot, name)),
    }
}

fn of_feature(served: &Served) -> Result<Target, Nobody> {
    let name = &served.feature.name;
    if !served.waterfall.is_empty() {
        let candidates = served.waterfall.clone();
        return Ok(Target { feature: Some(name.clone()), candidates });
    }
    let message = if served.feature.waterfall.is_empty() {
        format!(
            "{name} has no waterfall\n  next: write `waterfall = [\"VARIANT\"]` into [features.{name}]; the first variant answers, the next on failure"
        )
    } else {
        let reasons: Vec<&str> =
            served.refused.iter().map(|refused| refused.reason.as_str()).collect();
        format!("no variant of {name} may answer: {}", reasons.join("; "))
    };
    Err(Nobody { class: ErrorClass::Overloaded, message })
}

fn of_variant(served: &Served, variant: &str) -> Result<Target, Nobody> {
    let feature = &served.feature.name;
    match served.variants.get(variant) {
        Some(candidate) if candidate.may_answer() => {
            Ok(Target { feature: Some(feature.clone()), candidates: vec![Arc::clone(candidate)] })
        }
        Some(_) => Err(Nobody {
            class: ErrorClass::PermissionDenied,
            message: unproven(feature, variant, false),
        }),
        None => {
            let known: Vec<&str> = served.variants.keys().map(String::as_str).collect();
            Err(Nobody {
                class: ErrorClass::NotFound,
                message: format!(
                    "{feature} has no variant {variant} that can answer a new request\n  next: {}",
                    suggestion(variant, known)
                ),
            })
        }
    }
}

fn unknown(snapshot: &Snapshot, name: &str) -> Nobody {
    let mut known: Vec<&str> = snapshot.features.keys().map(String::as_str).collect();
    known.sort_unstable();
    let next = if known.is_empty() {
        "add [features.NAME] to karat.toml".to_owned()
    } else {
        suggestion(name, known)
    };
    Nobody {
        class: ErrorClass::NotFound,
        message: format!(
            "\"{name}\" is neither a feature nor provider/model of this project\n  next: {next}"
        ),
    }
}

/// Every name that can be asked, for the list of models.
pub fn names(snapshot: &Snapshot) -> Vec<String> {
    let mut names = Vec::new();
    for feature in &snapshot.project.features {
        let Some(served) = snapshot.features.get(&feature.name) else { continue };
        if !served.waterfall.is_empty() {
            names.push(feature.name.clone());
        }
        for variant in &feature.variants {
            if served.variants.get(&variant.name).is_some_and(|candidate| candidate.may_answer()) {
                names.push(format!("{}/{}", feature.name, variant.name));
            }
        }
    }
    names
}
