//! No bytes in `karat.toml` break the reader; what was kept is still read as it was.

use std::fs;

use proptest::prelude::*;

use super::super::fields;
use super::*;

/// What the reader says of a project file of these bytes.
fn reading(bytes: &[u8]) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), bytes).unwrap();
    read(folder.path())
}

/// What holds for everything that was taken and everything that was not.
fn holds(bytes: &[u8], reading: &Reading) {
    let n_lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(reading.project.is_none(), reading.problems.iter().any(|it| !it.is_warning));
    for problem in &reading.problems {
        assert!(!problem.message.is_empty() && !problem.next.is_empty(), "{problem:?}");
        assert!(problem.line.unwrap_or(0) <= n_lines + 1, "{problem:?}");
        // What is said grows with what was written, not beyond.
        assert!(problem.to_string().len() <= 3 * bytes.len() + 2_000, "{problem:?}");
    }
    assert!(reading.problems.len() <= 40 * n_lines + 40, "{}", reading.problems.len());
}

#[test]
fn what_was_kept_is_still_read_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/project/corpus");
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&path).unwrap();
        let reading = reading(&bytes);
        holds(&bytes, &reading);
        let found = if reading.project.is_some() { "taken" } else { "refused" };
        assert!(name.starts_with(found), "{name}: {:?}", reading.problems);
        n_files += 1;
    }
    assert!(n_files >= 40, "{n_files}");
}

/// Pieces of project files: tables, fields and values, wherever they stand.
fn piece() -> impl Strategy<Value = String> {
    let all = [
        fields::ROOT,
        fields::GATEWAY,
        fields::PROVIDER,
        fields::PRICE,
        fields::DATASET,
        fields::BET,
        fields::FEATURE,
        fields::VARIANT,
        fields::CRITERION,
    ];
    let names: Vec<&str> = all.into_iter().flatten().map(|field| field.name).collect();
    let value = prop::sample::select(vec![
        "1",
        "-1",
        "0.5",
        "nan",
        "inf",
        "true",
        "\"\"",
        "\"2s\"",
        "\"a\"",
        "[]",
        "[\"a\"]",
        "[[1]]",
        "{}",
        "{ a = 1 }",
        "2026-01-01",
        "'('",
        "\"\"\"",
        "\"chat\"",
        "\"sim/a\"",
    ]);
    let table = prop::sample::select(vec![
        "[project]",
        "[gateway]",
        "[providers.a]",
        "[prices.\"a/b\"]",
        "[datasets.a]",
        "[bets.a]",
        "[features.a]",
        "[features.a.variants.b]",
        "[features.a.scorers]",
        "[features.a.mvq]",
        "[[features]]",
        "[",
    ]);
    prop_oneof![
        4 => (prop::sample::select(names), value).prop_map(|(name, value)| format!("{name} = {value}")),
        2 => table.prop_map(str::to_owned),
        1 => ".{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        holds(&bytes, &reading(&bytes));
    }

    #[test]
    fn no_pieces_of_a_project_make_it_panic(pieces in prop::collection::vec(piece(), 0..24)) {
        let text = format!("[project]\nname = \"p\"\n{}", pieces.join("\n"));
        holds(text.as_bytes(), &reading(text.as_bytes()));
    }
}
