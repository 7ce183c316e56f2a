//! The documents say what the program does: fields, kinds, commands, links and examples.

use std::fs;
use std::path::{Path, PathBuf};

use karat::project::{Problems, Rules, fields, scorer_fields};

use crate::program::{Folder, repository};

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// The first fenced block of a language.
fn block(text: &str, language: &str) -> String {
    let from = text.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
    text[from..].split("```").next().unwrap().to_owned()
}

#[test]
fn every_field_of_the_project_file_is_described() {
    let page = read("docs/reference/project-file.md");
    let tables = [
        fields::ROOT,
        fields::GATEWAY,
        fields::PROJECT,
        fields::PROVIDER,
        fields::PRICE,
        fields::DATASET,
        fields::COLUMNS,
        fields::BET,
        fields::FEATURE,
        fields::VARIANT,
        fields::ANSWER_COLUMNS,
        fields::CRITERION,
    ];
    let kinds = fields::VARIANT_KINDS.iter().flat_map(|kind| fields::variant_fields(kind));
    for field in tables.into_iter().flatten().chain(kinds) {
        assert!(page.contains(&format!("`{}`", field.name)), "{} is not described", field.name);
    }
}

#[test]
fn every_kind_of_scorer_and_its_settings_are_described() {
    let page = read("docs/reference/scorers.md");
    for (kind, settings) in scorer_fields::KINDS {
        assert!(page.contains(&format!("`{kind}`")), "{kind} is not described");
        for setting in *settings {
            assert!(
                page.contains(&format!("`{}`", setting.name)),
                "{} of {kind} is not described",
                setting.name
            );
        }
    }
}

#[test]
fn every_command_is_described() {
    let page = read("docs/reference/cli.md");
    let help = Folder::new().karat(&["--help"]).out;
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(page.contains(&format!("karat {command}")), "{command} is not described");
    }
}

#[test]
fn the_projects_and_rules_in_the_documents_are_accepted() {
    let guide = read("docs/guides/first-verdict.md");
    let rows = "id,input,expected,model_a,model_b\n1,a,x,x,y\n2,b,y,y,y\n";
    let folder = Folder::with(&[("karat.toml", &block(&guide, "toml")), ("rows.csv", rows)]);
    let done = folder.karat(&["check"]);
    assert_eq!(done.code, 0, "{done:?}");
    let page = read("docs/reference/project-file.md");
    let problems = Problems::default();
    assert!(Rules::parse("rules.toml", &block(&page, "toml"), &problems).is_some(), "{problems:?}");
    for script in read("docs/reference/mock-script.md").split("```toml\n").skip(1) {
        let script = script.split("```").next().unwrap();
        if script.contains("[providers.") {
            continue;
        }
        assert!(karat::mock::Script::parse(script).is_ok(), "{script}");
    }
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_link_leads_nowhere() {
    for page in pages(&repository()) {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            let is_elsewhere = link.contains("://")
                || link.starts_with("mailto:")
                || path.is_empty()
                || path.contains(' ');
            if !is_elsewhere {
                assert!(
                    page.parent().unwrap().join(path).exists(),
                    "{} links to {link}",
                    page.display()
                );
            }
        }
    }
}
