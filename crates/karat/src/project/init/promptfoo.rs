//! A promptfoo config becomes a project: prompts × providers are variants, tests are cases, assertions are scorers.
//! What has no counterpart is listed with the reason and the next step, never dropped in silence.

mod yaml;

mod template;

mod prompts;

mod vendors;

mod providers;

mod cases;

mod test_files;

mod csv_tests;

mod assertion;

mod assertion_types;

mod merge;

mod scorers;

mod grouped;

mod variants;

mod render;

mod beside;

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::plan::{Notes, Plan, extension};
use beside::{Beside, Disk};

/// Whether this file is a promptfoo config: YAML always, JSON by its keys.
pub fn is_config(path: &Path) -> bool {
    const KEYS: [&str; 5] = ["prompts", "providers", "targets", "tests", "defaultTest"];
    match extension(path).as_str() {
        "yaml" | "yml" => true,
        "json" => std::fs::read(path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .is_some_and(|json| KEYS.iter().any(|key| json.get(key).is_some())),
        _ => false,
    }
}

/// The project for this config.
pub fn plan(name: &str, source: &Path, folder: &Path) -> Result<Plan> {
    let source = source.canonicalize().context("the file cannot be found again")?;
    let shown = source.file_name().and_then(|name| name.to_str()).unwrap_or("the config");
    let text = std::fs::read_to_string(&source).with_context(|| {
        format!("{shown} cannot be read as UTF-8 text\n  next: save it as UTF-8")
    })?;
    let home = source.parent().unwrap_or(Path::new("/")).to_path_buf();
    let root = folder.canonicalize().context("the project's folder cannot be found")?;
    let prefix = home.strip_prefix(&root).ok().and_then(Path::to_str).map(|path| {
        if path.is_empty() { String::new() } else { format!("{}/", path.replace('\\', "/")) }
    });
    convert(name, shown, &text, prefix.as_deref(), &Disk::new(home))
}

/// Pure apart from the files that the config names, which `beside` reads.
/// `prefix` leads from the project's folder to the config's, where it lies inside.
fn convert(
    name: &str,
    file: &str,
    text: &str,
    prefix: Option<&str>,
    beside: &dyn Beside,
) -> Result<Plan> {
    let config = match yaml::parse(text) {
        Ok(Value::Object(config)) if !config.is_empty() => config,
        Ok(Value::Null) => bail!(
            "{file} is empty\n  next: name a promptfoo config with prompts, providers and tests"
        ),
        Ok(_) => bail!(
            "{file} is no promptfoo config: it holds no prompts, providers or tests\n  next: name another file"
        ),
        Err(reason) => bail!("{file}: {reason}"),
    };
    if !["prompts", "providers", "targets", "tests", "scenarios"]
        .iter()
        .any(|key| config.contains_key(*key))
    {
        bail!(
            "{file} is no promptfoo config: it names no prompts, providers or tests\n  next: name another file"
        );
    }
    let mut notes = Notes::default();
    note_strangers(&config, &mut notes);
    let mut prompts = prompts::read(config.get("prompts"), beside, &mut notes);
    let mut models = providers::Models::default();
    models.read(&config, prefix, beside, &mut notes);
    let mut tests = match cases::read(&config, beside, &mut notes) {
        Ok(tests) => tests,
        Err(reason) => bail!("{file}: {reason}"),
    };
    cases::fill(&mut tests, &mut prompts, &mut notes);
    let scorers = scorers::of(&mut tests, &mut models, &mut notes);
    let variants = variants::of(&prompts, &mut models, &mut notes);
    Ok(render::plan(&render::Parts {
        project: name,
        source: file,
        config: &config,
        prompts: &prompts,
        models: &models,
        variants: &variants,
        tests: &tests,
        scorers: &scorers,
        notes: &notes,
    }))
}

/// Top-level settings that mean nothing here.
fn note_strangers(config: &Map<String, Value>, notes: &mut Notes) {
    const TAKEN: [&str; 10] = [
        "description",
        "prompts",
        "providers",
        "targets",
        "tests",
        "defaultTest",
        "scenarios",
        "evaluateOptions",
        "assertionTemplates",
        "$schema",
    ];
    // These say how promptfoo itself runs and shows its results.
    const OWN: [&str; 6] =
        ["sharing", "writeLatestResults", "commandLineOptions", "tags", "metadata", "definitions"];
    for (key, value) in config {
        if TAKEN.contains(&key.as_str()) || OWN.contains(&key.as_str()) || value.is_null() {
            continue;
        }
        let (why, next) = match key.as_str() {
            "outputPath" => ("a report is written on request", "karat eval --output FILE"),
            "env" => (
                "karat takes the environment from the shell",
                "export what is needed; karat key set NAME keeps a key",
            ),
            "nunjucksFilters" => {
                ("filters of your own are programs", "apply them to the data before")
            }
            "derivedMetrics" => {
                ("it is a formula over all tests", "a scorer of kind weighted adds up scorers")
            }
            "extensions" => {
                ("hooks are programs around promptfoo's own run", "run them before and after karat")
            }
            "redteam" => ("attacks are generated, not written down", "export them as tests first"),
            _ => ("karat has no such setting", "look whether you need it"),
        };
        notes.add(key.clone(), why, next);
    }
    if let Some(Value::Object(options)) = config.get("evaluateOptions") {
        for key in options.keys().filter(|key| {
            !matches!(key.as_str(), "repeat" | "maxConcurrency" | "showProgressBar" | "cache")
        }) {
            let next = if key == "delay" {
                "nothing: rate limits are found and held without a setting"
            } else {
                "look whether you need it"
            };
            notes.add(format!("evaluateOptions.{key}"), "karat has no such setting", next);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::super::init;
    use super::super::tests::checked;

    fn samples() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promptfoo")
    }

    /// Copies a sample into a folder called `shop`, takes it over and checks the project.
    fn taken_over(sample: &str, config: &str) -> (tempfile::TempDir, PathBuf, String) {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("shop");
        copy(&samples().join(sample), &folder);
        let said = init(&folder, Some(Path::new(config)), false).unwrap();
        checked(&folder);
        (outer, folder, said)
    }

    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &target);
            } else {
                fs::copy(&path, &target).unwrap();
            }
        }
    }

    /// A config alone in a folder.
    fn written(text: &str) -> (tempfile::TempDir, Result<String, String>) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.yaml"), text).unwrap();
        let said = init(folder.path(), Some(Path::new("config.yaml")), false);
        (folder, said.map_err(|error| format!("{error:#}")))
    }

    fn shown(folder: &Path, said: &str, files: &[&str]) -> String {
        let mut text = format!("{said}\n");
        for file in files {
            let content = fs::read_to_string(folder.join(file)).unwrap();
            let _ = writeln!(text, "──── {file}\n{content}");
        }
        text
    }

    #[test]
    fn a_triage_with_desired_outputs_is_taken_over() {
        let (_outer, folder, said) = taken_over("support", "promptfooconfig.yaml");
        let files =
            ["karat.toml", "data/cases.jsonl", "prompts/prompt.md", "prompts/triage-chat.md"];
        insta::assert_snapshot!("support", shown(&folder, &said, &files));
    }

    #[test]
    fn facts_in_a_sheet_with_several_kinds_of_provider_are_taken_over() {
        let (_outer, folder, said) = taken_over("facts", "promptfooconfig.yaml");
        insta::assert_snapshot!(
            "facts",
            shown(&folder, &said, &["karat.toml", "data/cases.jsonl", "prompts/ask-1.md"])
        );
    }

    #[test]
    fn replies_with_mixed_assertions_are_taken_over_as_far_as_is_honest() {
        let (_outer, folder, said) = taken_over("replies", "promptfooconfig.json");
        let files = ["karat.toml", "data/cases.jsonl", "graders/politeness.json"];
        insta::assert_snapshot!("replies", shown(&folder, &said, &files));
    }

    #[test]
    fn nothing_outside_the_configs_folder_is_read() {
        for reference in
            ["file://../../etc/passwd", "file:///etc/passwd", "file://x/../../../../etc/passwd"]
        {
            let (folder, said) = written(&format!(
                "prompts: ['{reference}', 'Hi {{{{x}}}}']\nproviders: [openai:gpt-4o]\ntests:\n  - vars: {{x: '{reference}'}}\n    assert: [{{type: equals, value: '{reference}'}}]\n  - '{reference}'\n"
            ));
            let said = said.unwrap();
            assert!(said.contains("lies outside the config's folder"), "{said}");
            for file in ["karat.toml", "data/cases.jsonl", "prompts/prompt.md"] {
                assert!(!fs::read_to_string(folder.path().join(file)).unwrap().contains("root:"));
            }
            checked(folder.path());
        }
        #[cfg(unix)]
        {
            let (outer, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            fs::write(outer.path().join("secret.txt"), "secret").unwrap();
            std::os::unix::fs::symlink(outer.path(), folder.path().join("link")).unwrap();
            fs::write(
                folder.path().join("c.yaml"),
                "prompts: ['file://link/secret.txt', 'Hi']\nproviders: [openai:gpt-4o]\n",
            )
            .unwrap();
            let said = init(folder.path(), Some(Path::new("c.yaml")), false).unwrap();
            assert!(said.contains("link/secret.txt: it lies outside"), "{said}");
        }
    }

    #[test]
    fn the_users_own_prompts_are_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("prompts")).unwrap();
        let own = [("prompts/same.md", "Say {{ x }}\n"), ("prompts/other.md", "{{ x | dump }}\n")];
        for (path, text) in own {
            fs::write(folder.path().join(path), text).unwrap();
        }
        fs::write(
            folder.path().join("c.yaml"),
            "prompts: [file://prompts/same.md, file://prompts/other.md]\nproviders: [openai:gpt-4o]\ntests: [{vars: {x: y}}]\n",
        )
        .unwrap();
        init(folder.path(), Some(Path::new("c.yaml")), false).unwrap();
        checked(folder.path());
        for (path, text) in own {
            assert_eq!(fs::read_to_string(folder.path().join(path)).unwrap(), text);
        }
        assert!(folder.path().join("prompts/other-2.md").is_file());
    }

    #[test]
    fn a_broken_config_is_an_error_that_names_file_and_next_step() {
        for (text, says) in [
            ("prompts: [a\nx: y", "not valid YAML"),
            ("prompts: *nowhere\n", "not valid YAML"),
            ("prompts: {$ref: '#/prompts'}", "refers to itself"),
            ("prompts: &a [*a]", "config.yaml"),
            ("prompts: [a]\ntests: file://gone.csv", "gone.csv: there is no such file"),
            ("prompts: [a]\ntests: [file://config.yaml#x, file://make.js]", "make.js"),
        ] {
            let (folder, said) = written(text);
            let error = said.unwrap_err();
            assert!(
                error.contains("config.yaml") && error.contains(says) && error.contains("next:"),
                "{error}"
            );
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn whatever_a_config_lacks_or_bends_the_project_is_fine_and_says_so() {
        for (text, says) in [
            ("prompts: []\nproviders: []\ntests: []", "tests: there are none"),
            ("prompts: 'Hi {{x}}'\nproviders: echo", "it repeats the prompt"),
            (
                "prompts: ['{{ x | nope }}']\nproviders: [openai:gpt-4o]\ntests: [{vars: {x: 1}}]",
                "it cannot be filled in",
            ),
            ("prompts: ['{{ x ']\nproviders: [openai:gpt-4o]", "the template cannot be read"),
            (
                "prompts: 7\nproviders: 8\ntests: [9, {vars: 3, assert: 4}, {vars: {a: []}}]\ndefaultTest: 5",
                "it is no test",
            ),
            ("prompts: ['a']\nproviders: [{id: 5}, {x: {config: 3}}, nonsense]", "not known here"),
            (
                "prompts: ['a']\nproviders: [openai:gpt-4o]\ntests: [{assert: [{type: regex, value: '(?=a)'}, {type: contains}, {}, 3]}]",
                "look-around",
            ),
            (
                "prompts: ['a']\nproviders: [openai:gpt-4o]\ntests: [{vars: {a: [1,2,3], b: [1,2]}, description: \"x\\n[features]\"}]",
                "everything was taken over",
            ),
            (
                "description: \"line\\nbreak \\e\"\nprompts: ['a']\nproviders: [openai:gpt-4o]\ntests: [{vars: {x: y}}]",
                "everything was taken over",
            ),
            (
                "description: openai\nprompts: ['a']\nproviders: [openai:gpt-4o]\ntests: [{vars: {x: y}, threshold: 0.5, assert: [{type: is-json, weight: 2},{type: is-refusal, weight: 0}]}]",
                "everything was taken over",
            ),
        ] {
            let (folder, said) = written(text);
            let said = said.unwrap();
            assert!(said.contains(says), "{text}\n{said}");
            checked(folder.path());
        }
    }

    #[test]
    fn more_patterns_than_make_sense_are_kept_in_the_cases_and_listed() {
        let tests: String = (0..12)
            .map(|index| format!("  - vars: {{x: {index}}}\n    assert: [{{type: regex, value: 'a{index}'}}, {{type: contains, value: b{index}}}]\n"))
            .collect();
        let (folder, said) = written(&format!(
            "prompts: ['Say {{{{x}}}}']\nproviders: [openai:gpt-4o]\ntests:\n{tests}"
        ));
        let said = said.unwrap();
        assert!(said.contains("assertion regex with 12 different values"), "{said}");
        let cases = fs::read_to_string(folder.path().join("data/cases.jsonl")).unwrap();
        assert!(
            cases.contains("\"assert_regex\":\"a11\"") && cases.contains("\"expected\":\"b11\""),
            "{cases}"
        );
        checked(folder.path());
    }
}
