//! The operation `project.check`: files, data, variants and scorers together, without calling anybody.

use anyhow::Result;
use karat_records::Case;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::datasets::import;
use crate::evals::start;
use crate::project::files::Files;
use crate::project::{Feature, Problem, Problems, Project, VariantKind, read};
use crate::scorers;
use crate::variants::Producer;

/// Nothing to say: the project is the one of the folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CheckProject {}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// True where there is no error.
    pub is_fine: bool,
    /// Errors and warnings in the order of file and line.
    pub problems: Vec<Problem>,
    /// What there is, one sentence for each feature.
    pub features: Vec<String>,
}

/// Checks the whole project.
pub async fn check(app: App, _input: CheckProject) -> Result<Checked> {
    let root = app.root()?;
    let reading = read::read(&root);
    let mut problems = reading.problems;
    let mut features = Vec::new();
    if let Some(project) = &reading.project {
        let noted = Problems::default();
        for feature in &project.features {
            features.push(check_feature(&app, project, feature, &noted));
        }
        let used: Vec<&str> =
            project.features.iter().filter_map(|feature| feature.dataset.as_deref()).collect();
        for dataset in
            project.datasets.iter().filter(|dataset| !used.contains(&dataset.name.as_str()))
        {
            import::import(dataset, Files { root: &root, problems: &noted });
        }
        problems.extend(noted.sorted().into_iter().map(soften));
    }
    problems.sort();
    problems.dedup();
    Ok(Checked { is_fine: problems.iter().all(|problem| problem.is_warning), problems, features })
}

/// A key that is not here now may well be where the project runs.
fn soften(problem: Problem) -> Problem {
    let is_key = problem.field.ends_with("api_key_env") || problem.field.ends_with("headers");
    Problem { is_warning: problem.is_warning || is_key, ..problem }
}

fn check_feature(app: &App, project: &Project, feature: &Feature, problems: &Problems) -> String {
    let dataset =
        feature.dataset.as_ref().and_then(|_| start::dataset_of(project, feature, problems));
    scorers::prepare(app, project, feature, problems);
    let cases: &[Case] = dataset.as_ref().map_or(&[], |dataset| &dataset.cases);
    for variant in &feature.variants {
        let producer =
            Producer::prepare(app, project, feature, variant, dataset.as_ref(), problems);
        if !cases.is_empty() {
            start::check_template(variant, cases, problems);
        }
        if let Some(producer) = producer
            && matches!(variant.kind, VariantKind::Recorded { .. })
        {
            check_recorded(&producer, cases, variant, problems);
        }
    }
    let n_held_out = cases.iter().filter(|case| case.split == karat_records::Split::Gate).count();
    let words = crate::gate::describe::plural;
    let held_out = if n_held_out > 0 { format!(" ({n_held_out} held out)") } else { String::new() };
    format!(
        "{}: {}{held_out}, {}, {}, {}",
        feature.name,
        words(cases.len() as u64, "case"),
        words(feature.variants.len() as u64, "variant"),
        words(feature.scorers.len() as u64, "scorer"),
        match feature.mvq.len() {
            1 => "1 criterion".to_owned(),
            n => format!("{n} criteria"),
        },
    )
}

/// Recorded answers should belong to cases, and cases should have answers.
fn check_recorded(
    producer: &Producer,
    cases: &[Case],
    variant: &crate::project::Variant,
    problems: &Problems,
) {
    let recorded: std::collections::HashSet<&str> = producer.recorded_ids().into_iter().collect();
    let known: std::collections::HashSet<&str> =
        cases.iter().map(|case| case.id.as_str()).collect();
    let missing: Vec<&str> =
        cases.iter().map(|case| case.id.as_str()).filter(|id| !recorded.contains(id)).collect();
    let strange = recorded.iter().filter(|id| !known.contains(*id)).count();
    if !cases.is_empty() && missing.len() == cases.len() {
        problems.error(
            &variant.place,
            format!("none of the {} recorded ids is the id of a case", recorded.len()),
            "the ids of answers and cases must be the same; columns = { id = \"…\" } maps them",
        );
    } else if let Some(first) = missing.first() {
        problems.warning(
            &variant.place,
            format!(
                "{} of {} cases have no recorded answer, {first} for one; they count as failures",
                missing.len(),
                cases.len()
            ),
            "record them, or remove those cases",
        );
    }
    if strange > 0 && missing.len() < cases.len() {
        problems.warning(
            &variant.place,
            format!("{strange} recorded answers belong to no case"),
            "remove them, or add the cases",
        );
    }
}
