//! Reads `karat.toml` and the files beside it; reports everything that is wrong at once.

use std::path::{Path, PathBuf};

use super::document;
use super::files::Files;
use super::problem::{Place, Problem, Problems, suggestion};
use super::reader::Table;
use super::{FILE, Project, bet, dataset, feature, fields, gateway, provider};

/// A project, where it could be read, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Present only when there is no error.
    pub project: Option<Project>,
    /// Errors and warnings in the order of file and line.
    pub problems: Vec<Problem>,
}

/// The nearest folder with a project file, from here upwards.
pub fn find_root(from: &Path) -> Option<PathBuf> {
    from.ancestors().find(|folder| folder.join(FILE).is_file()).map(Path::to_path_buf)
}

/// Reads the project in this folder; calls nobody.
pub fn read(root: &Path) -> Reading {
    let problems = Problems::default();
    let project = read_with(root, &problems);
    let has_errors = problems.n_errors() > 0;
    Reading { project: project.filter(|_| !has_errors), problems: problems.sorted() }
}

fn read_with(root: &Path, problems: &Problems) -> Option<Project> {
    let files = Files { root, problems };
    let text = files.text(FILE, &Place::file(FILE))?;
    let node = document::parse(&text, FILE, problems);
    let table = Table::open(&node, Place::line(FILE, 1), problems)?;
    let is_broken = problems.n_errors() > 0;
    if is_broken {
        // What a syntax error swallowed would be reported as missing: mend the syntax first.
        return None;
    }
    table.check(&[fields::ROOT]);
    let head = table.table("project")?;
    head.check(&[fields::PROJECT]);
    let confidence = head.number("confidence").unwrap_or(0.95);
    if !(confidence > 0.5 && confidence < 1.0) {
        head.error(
            "confidence",
            format!("a confidence lies between 0.5 and 1, and {confidence} does not"),
            "write for example 0.95",
        );
    }
    let providers: Vec<_> = table
        .tables("providers")
        .iter()
        .filter_map(|(name, table)| provider::read(name, table))
        .collect();
    let prices = table
        .tables("prices")
        .iter()
        .filter_map(|(name, table)| provider::read_price(name, table))
        .collect();
    let datasets: Vec<_> = table
        .tables("datasets")
        .iter()
        .filter_map(|(name, table)| dataset::read(name, table, files))
        .collect();
    let bets: Vec<_> =
        table.tables("bets").iter().filter_map(|(name, table)| bet::read(name, table)).collect();
    let features: Vec<_> = table
        .tables("features")
        .iter()
        .filter_map(|(name, table)| feature::read(name, table, files, &providers))
        .collect();
    let gateway = table.table("gateway").map(|table| gateway::read(&table)).unwrap_or_default();
    check_names(&table);
    Some(Project {
        root: root.to_path_buf(),
        name: head.text("name").unwrap_or_default(),
        confidence,
        providers,
        prices,
        datasets,
        bets,
        features,
        gateway,
    })
}

/// Names that point from one part of the file to another.
fn check_names(table: &Table<'_>) {
    let names = |field: &str| -> Vec<String> {
        table.tables(field).into_iter().map(|(name, _)| name).collect()
    };
    let (providers, datasets, features) =
        (names("providers"), names("datasets"), names("features"));
    for (name, feature) in table.tables("features") {
        if providers.contains(&name) {
            table.problems().error(
                &feature.place,
                format!("a provider is called {name} as well, so a request for \"{name}\" would be ambiguous"),
                "rename the feature or the provider",
            );
        }
        if name.contains('/') || name.is_empty() {
            table.problems().error(
                &feature.place,
                format!("\"{name}\" is no name for a feature"),
                "use letters, digits and dashes",
            );
        }
        if let Some(dataset) = feature.text("dataset")
            && !datasets.contains(&dataset)
        {
            feature.error(
                "dataset",
                format!("there is no dataset {dataset}"),
                suggestion(&dataset, datasets.iter().map(String::as_str).collect::<Vec<_>>()),
            );
        }
    }
    for (_, bet) in table.tables("bets") {
        if let Some(feature) = bet.text("feature")
            && !features.contains(&feature)
        {
            bet.error(
                "feature",
                format!("there is no feature {feature}"),
                suggestion(&feature, features.iter().map(String::as_str).collect::<Vec<_>>()),
            );
        }
    }
}

#[cfg(test)]
mod tests;
