//! Writes a project that `karat check` accepts: a small one to start from, or one made of what people have.
//! What is written is decided first, by pure functions; then all of it is written, or nothing.

mod scaffold;

mod rows;

mod promptfoo;

pub(crate) mod plan;

pub(crate) mod write;

pub(crate) mod toml_text;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Scaffolds a project in a folder, and says what it wrote.
pub fn init(folder: &Path, from: Option<&Path>, is_forced: bool) -> Result<String> {
    let name = project_name(folder);
    let plan = match from {
        None => scaffold::plan(&name),
        Some(from) => {
            let source = find(folder, from)?;
            if promptfoo::is_config(&source) {
                promptfoo::plan(&name, &source, folder)?
            } else {
                rows::plan(&name, &source, folder)?
            }
        }
    };
    write::all(folder, &plan, is_forced)?;
    Ok(plan.text)
}

/// The project is called like its folder.
pub(crate) fn project_name(folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let name = real.file_name().and_then(|name| name.to_str()).map(plan::kebab);
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "project".to_owned())
}

/// Endings of files that karat can start from.
const KNOWN: [&str; 7] = ["csv", "tsv", "jsonl", "ndjson", "json", "yaml", "yml"];

/// The file to start from: relative to the project's folder, or as the shell sees it.
fn find(folder: &Path, from: &Path) -> Result<PathBuf> {
    let found = [folder.join(from), from.to_path_buf()].into_iter().find(|path| path.exists());
    let Some(path) = found else {
        bail!(
            "there is no file {}\n  next: check the path after --from; it is relative to {}",
            from.display(),
            folder.display()
        );
    };
    if !path.is_file() {
        bail!(
            "{} is no file\n  next: name a promptfoo config, or a CSV, TSV or JSONL file",
            from.display()
        );
    }
    let extension = plan::extension(&path);
    if !KNOWN.contains(&extension.as_str()) {
        bail!(
            "karat cannot start from {}\n  next: {}",
            from.display(),
            match extension.as_str() {
                "xlsx" | "xls" | "ods" | "numbers" => "save the sheet as CSV and name that file",
                "js" | "cjs" | "mjs" | "ts" =>
                    "write the config as YAML; a program's prompts and tests are known only when it runs",
                _ => "name a promptfoo config (.yaml, .json), or rows (.csv, .tsv, .jsonl)",
            }
        );
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::init;
    use crate::app::App;
    use crate::checks::check::{CheckProject, Checked, check};
    use crate::config::Config;
    use crate::evals::eval::gate;
    use crate::evals::report::Report;
    use crate::evals::start::Wish;
    use crate::project::read;
    use crate::tasks::Stop;

    /// Reads and checks a project that was just written; there must be no error.
    pub fn checked(folder: &Path) -> Checked {
        let reading = read::read(folder);
        assert!(reading.project.is_some(), "{:#?}", reading.problems);
        let app = App::new(folder.to_path_buf(), Config::default(), Stop::never());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let checked = runtime.block_on(check(app, CheckProject {})).unwrap();
        assert!(checked.is_fine, "{:#?}", checked.problems);
        checked
    }

    /// Judges a project without a key.
    pub fn judged(folder: &Path) -> Report {
        let app = App::new(folder.to_path_buf(), Config::default(), Stop::never());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let report = gate(app.clone(), Wish::default()).await.unwrap();
            app.close().await;
            report
        })
    }

    #[test]
    fn the_small_project_is_fine_and_is_judged_without_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let said = init(folder.path(), None, false).unwrap();
        assert!(said.lines().count() <= 8, "{said}");
        let checked = checked(folder.path());
        assert_eq!(checked.problems, []);
        assert_eq!(checked.features, ["sort: 16 cases, 2 variants, 2 scorers, 3 criteria"]);
        let report = judged(folder.path());
        assert!(report.verdict.is_some() && report.is_complete);
        assert!(fs::read_to_string(folder.path().join(".gitignore")).unwrap().contains(".karat/"));
    }

    #[test]
    fn the_live_variant_needs_nothing_but_its_comment_signs_removed() {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path(), None, false).unwrap();
        let path = folder.path().join("karat.toml");
        let text = fs::read_to_string(&path).unwrap();
        let uncommented = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with('[') || rest.contains(" = ") => rest.to_owned(),
            _ => line.to_owned(),
        };
        let live: Vec<String> = text.lines().map(uncommented).collect();
        fs::write(&path, live.join("\n")).unwrap();
        let checked = checked(folder.path());
        assert_eq!(checked.features, ["sort: 16 cases, 3 variants, 2 scorers, 3 criteria"]);
    }

    #[test]
    fn a_second_init_refuses_and_names_what_it_would_change() {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path(), None, false).unwrap();
        fs::write(folder.path().join("data/cases.jsonl"), "mine\n").unwrap();
        let error = init(folder.path(), None, false).unwrap_err().to_string();
        for file in ["karat.toml", "data/cases.jsonl", "--force"] {
            assert!(error.contains(file), "{error}");
        }
        assert_eq!(fs::read_to_string(folder.path().join("data/cases.jsonl")).unwrap(), "mine\n");
        init(folder.path(), None, true).unwrap();
        checked(folder.path());
    }

    #[test]
    fn a_source_that_cannot_be_used_is_an_error_with_a_next_step() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("dir.csv")).unwrap();
        for (name, content, says) in [
            ("missing.csv", None, "there is no file"),
            ("dir.csv", None, "is no file"),
            ("sheet.xlsx", Some("PK"), "save the sheet as CSV"),
            ("config.ts", Some("export default {}"), "write the config as YAML"),
            ("empty.csv", Some(""), "no rows"),
            ("header.csv", Some("input,expected\n"), "no rows"),
            ("empty.yaml", Some(""), "is empty"),
            ("other.yaml", Some("a: 1\n"), "no promptfoo config"),
            ("list.yaml", Some("- 1\n"), "no promptfoo config"),
            ("broken.yaml", Some("prompts: [a\nproviders"), "not valid YAML"),
            ("broken.jsonl", Some("{\"input\":\n"), "not valid JSON"),
            ("broken.csv", Some("input,a\nx\n"), "this row has 1 fields"),
            ("strange.csv", Some("a,b\n1,2\n3,4\n"), "no column is known as the input"),
            ("twice.csv", Some("id,input\n1,a\n1,b\n"), "already used"),
            ("latin.csv", Some("\u{fffd}"), "no rows"),
        ] {
            if let Some(content) = content {
                fs::write(folder.path().join(name), content).unwrap();
            }
            let error =
                format!("{:#}", init(folder.path(), Some(Path::new(name)), false).unwrap_err());
            assert!(error.contains(says) && error.contains("next:"), "{name}: {error}");
            assert!(!folder.path().join("karat.toml").exists(), "{name}");
        }
        fs::write(folder.path().join("latin.yaml"), b"description: \xe4").unwrap();
        let error =
            init(folder.path(), Some(Path::new("latin.yaml")), false).unwrap_err().to_string();
        assert!(error.contains("UTF-8") && error.contains("next:"), "{error}");
    }
}
