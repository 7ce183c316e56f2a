//! A spreadsheet that somebody collected becomes a project: cases, and columns of answers as variants.

mod render;

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::plan::{NewFile, Plan};
use crate::app::Broken;
use crate::project::columns::Roles;
use crate::project::files::Files;
use crate::project::fit::Fit;
use crate::project::problem::Place;
use crate::project::{Problems, rows};

/// The project for these rows.
pub fn plan(name: &str, source: &Path, folder: &Path) -> Result<Plan> {
    let source = source.canonicalize().context("the file cannot be found again")?;
    let (Some(home), Some(file)) =
        (source.parent(), source.file_name().and_then(|name| name.to_str()))
    else {
        bail!("{} has no name that can be written down\n  next: rename it", source.display());
    };
    let problems = Problems::default();
    let files = Files { root: home, problems: &problems };
    let Some(rows) = rows::read(file, &Place::file(file), files) else {
        return Err(Broken(problems.sorted()).into());
    };
    if rows.is_empty() {
        bail!(
            "{file} has no rows\n  next: write a header and some forty rows, or one {{\"input\": …, \"expected\": …}} a line"
        );
    }
    let roles = match Roles::of(&rows) {
        Ok(roles) => roles,
        Err(reason) => bail!("{file}: {reason}"),
    };
    let fit = Fit::of(&rows, &roles);

    // What the reader would refuse later is said now, before anything is written.
    roles.note_bad_rows(&rows, file, &problems);
    if problems.n_errors() > 0 {
        return Err(Broken(problems.sorted()).into());
    }

    let root = folder.canonicalize().context("the project's folder cannot be found")?;
    let inside = source.strip_prefix(&root).ok().and_then(Path::to_str);
    let path = inside.map_or_else(|| format!("data/{file}"), |path| path.replace('\\', "/"));
    let sheet = render::Sheet {
        project: name,
        path: &path,
        is_copied: inside.is_none(),
        n_rows: rows.len(),
        roles: &roles,
        fit: &fit,
    };
    let mut written = vec![NewFile::text(crate::project::FILE, sheet.project_file())];
    if sheet.is_copied {
        let content = std::fs::read(&source).with_context(|| format!("{file} cannot be read"))?;
        written.push(NewFile { path: path.clone(), content });
    }
    Ok(Plan { files: written, text: sheet.summary() })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;
    use std::path::Path;

    use super::super::init;
    use super::super::tests::{checked, judged};

    /// Forty rows; candidate A is right 20 times, B 36 times.
    fn forty() -> String {
        let queues = ["billing", "technical", "returns"];
        let mut text = String::from("Question;Ideal answer;Candidate A;Candidate B;segment\n");
        for index in 0..40 {
            let right = queues[index % 3];
            let wrong = queues[(index + 1) % 3];
            let a = if index % 2 == 0 { right } else { wrong };
            let b = if index % 10 == 0 { wrong } else { right };
            let segment = if index % 4 == 0 { "web" } else { "app" };
            let _ = writeln!(text, "Ticket {index} says something;{right};{a};{b};{segment}");
        }
        text.replace(';', ",")
    }

    fn project(name: &str, content: &str) -> (tempfile::TempDir, String, String) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        let said = init(folder.path(), Some(Path::new(name)), false).unwrap();
        checked(folder.path());
        let written = fs::read_to_string(folder.path().join("karat.toml")).unwrap();
        // The project is called like its folder, which is another one each time.
        let first = written.split_once("\n[datasets").unwrap().1.to_owned();
        (folder, first, said)
    }

    #[test]
    fn forty_rows_with_two_columns_of_answers_become_two_recorded_variants() {
        let (folder, written, said) = project("tickets.csv", &forty());
        insta::assert_snapshot!("forty_project", written);
        insta::assert_snapshot!("forty_said", said);
        let report = judged(folder.path());
        let verdicts: Vec<(&str, String)> = report
            .variants
            .iter()
            .map(|variant| {
                let verdict = variant.verdict.as_ref().unwrap().verdict;
                (variant.name.as_str(), format!("{verdict:?}"))
            })
            .collect();
        assert_eq!(
            verdicts,
            [("candidate-a", "Fail".to_owned()), ("candidate-b", "Undecided".to_owned())]
        );
    }

    #[test]
    fn the_scorer_fits_the_desired_outputs() {
        let long = "A long sentence that explains in many words what the customer ought to do next, and why.";
        for (name, content, wanted) in [
            ("n.csv", "input,expected,gpt-4o\na,1,1\nb,2.5,3\n".to_owned(), "kind = \"numeric\""),
            ("c.csv", "input,expected,gpt-4o\na,Yes,yes\nb,No,No\n".to_owned(), "ignore_case = true"),
            ("l.csv", format!("input,expected,gpt-4o\na,\"{long}\",\"{long}\"\n"), "rouge-l"),
            (
                "o.jsonl",
                "{\"input\":\"a\",\"expected\":{\"queue\":\"x\"},\"output\":{\"queue\":\"x\",\"p\":1}}\n".to_owned(),
                "path = \"$.queue\"",
            ),
            ("t.tsv", "message\tlabel\tclaude\nhi there\tgood\tgood\n".to_owned(), "kind = \"equals\""),
            ("x.csv", "input,answer_b\na,x\nb,y\n".to_owned(), "not-is-refusal"),
            ("y.csv", "input,expected\na,x\nb,y\n".to_owned(), "kind = \"command\""),
        ] {
            let (_folder, written, said) = project(name, &content);
            assert!(written.contains(wanted), "{name}: {written}\n{said}");
        }
    }

    #[test]
    fn columns_about_a_case_are_metadata_and_columns_of_answers_are_not() {
        let (_folder, written, said) = project(
            "mixed.csv",
            "case_id,ticket text,gold,answer,model,latency_ms,gpt_cost_usd,system_b,notes\n\
             1,my card was charged twice,billing,billing,gpt-4,120,0.1,technical,\n\
             2,the screen stays black,technical,billing,gpt-4,150,0.1,technical,odd\n\
             3,i want to send it back,returns,returns,gpt-4,90,0.1,returns,\n\
             4,where is my money,billing,billing,gpt-4,95,0.2,billing,\n",
        );
        assert!(written.contains("answers = [\"answer\", \"system_b\"]"), "{written}");
        assert!(
            written.contains("columns = { input = \"ticket text\", expected = \"gold\" }"),
            "{written}"
        );
        assert!(said.contains("model, latency_ms, gpt_cost_usd, notes"), "{said}");
    }

    #[test]
    fn a_file_outside_the_folder_is_copied_and_one_inside_stays() {
        let elsewhere = tempfile::tempdir().unwrap();
        let source = elsewhere.path().join("rows.csv");
        fs::write(&source, "input,expected,output\na,x,x\nb,y,y\n").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let said = init(folder.path(), Some(&source), false).unwrap();
        assert!(said.contains("copied to data/rows.csv"), "{said}");
        checked(folder.path());
        let inside = tempfile::tempdir().unwrap();
        fs::create_dir(inside.path().join("sheets")).unwrap();
        fs::copy(&source, inside.path().join("sheets/rows.csv")).unwrap();
        let said = init(inside.path(), Some(Path::new("sheets/rows.csv")), false).unwrap();
        assert!(said.contains("sheets/rows.csv stays where it is"), "{said}");
        checked(inside.path());
        // The user's own data is not ours to overwrite.
        fs::write(folder.path().join("data/rows.csv"), "mine").unwrap();
        let error = init(folder.path(), Some(&source), false).unwrap_err().to_string();
        assert!(error.contains("data/rows.csv") && error.contains("--force"), "{error}");
    }
}
