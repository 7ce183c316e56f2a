//! Pure. The small project that `karat init` writes: real files, kept beside this one as they will lie.

use super::plan::{NewFile, Plan};
use super::toml_text;

const PROJECT: &str = include_str!("scaffold/karat.toml");

const OTHERS: [(&str, &str); 4] = [
    ("data/cases.jsonl", include_str!("scaffold/data/cases.jsonl")),
    ("rules/sort.toml", include_str!("scaffold/rules/sort.toml")),
    ("prompts/sort.md", include_str!("scaffold/prompts/sort.md")),
    ("answers/collected.jsonl", include_str!("scaffold/answers/collected.jsonl")),
];

/// The project with its own name.
pub fn plan(name: &str) -> Plan {
    let project = PROJECT.replacen("\"NAME\"", &toml_text::text(name), 1);
    let mut files = vec![NewFile::text(crate::project::FILE, project)];
    files.extend(OTHERS.iter().map(|(path, text)| NewFile::text(*path, *text)));
    let n_cases = OTHERS[0].1.lines().count();
    let text = format!(
        "wrote a small project; everything in it is yours to change
  karat.toml               what there is and what is good enough
  data/cases.jsonl         {n_cases} cases with desired outputs
  rules/sort.toml          the baseline that a model must beat
  answers/collected.jsonl  answers from elsewhere, judged without a key
  prompts/sort.md          for a live model, commented out in karat.toml
next: karat check, then karat eval --gate
"
    );
    Plan { files, text }
}
