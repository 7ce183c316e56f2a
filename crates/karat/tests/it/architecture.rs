//! The house: which crate and room may use which, how long files may be, which names do not exist,
//! and that the map names only what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::repository;

/// Crates and the crates of ours that they may use.
const CRATES: [(&str, &[&str]); 5] = [
    ("stats", &[]),
    ("records", &[]),
    ("providers", &[]),
    ("store", &["records"]),
    ("karat", &["providers", "records", "stats", "store"]),
];

/// Rooms of the crate `karat` and the rooms that they may use, beside `app`, `project` and `clock`.
const ROOMS: &[(&str, &[&str])] = &[
    ("project", &[]),
    ("datasets", &["gate", "tasks"]),
    ("upstream", &["tasks"]),
    ("variants", &["upstream", "datasets"]),
    ("scorers", &["variants"]),
    ("gate", &[]),
    ("evals", &["variants", "scorers", "gate", "datasets", "history", "tasks"]),
    ("history", &["datasets", "gate"]),
    ("settings", &["config"]),
    ("labels", &["datasets", "evals", "gate"]),
    ("signals", &["tasks"]),
    ("checks", &["evals", "variants", "scorers", "gate", "datasets"]),
    ("bets", &["datasets", "evals", "gate"]),
    ("play", &["variants", "scorers", "datasets", "gate", "labels"]),
    ("reports", &["evals", "gate"]),
    ("mock", &["tasks"]),
    ("people", &["config"]),
    ("gateway", &["upstream", "variants", "evals", "tasks", "config"]),
    ("inferences", &["labels"]),
    (
        "monitor",
        &[
            "gateway", "evals", "variants", "scorers", "datasets", "gate", "history", "signals",
            "upstream", "config", "tasks",
        ],
    ),
    (
        "operations",
        &[
            "checks",
            "evals",
            "people",
            "bets",
            "play",
            "datasets",
            "history",
            "settings",
            "proofs",
            "today",
            "reports",
            "labels",
            "inferences",
            "monitor",
            "live",
        ],
    ),
    ("proofs", &["evals", "gate", "datasets"]),
    ("today", &["proofs", "evals", "gate", "labels", "bets", "monitor", "live"]),
    ("live", &["evals", "gate", "history", "signals"]),
    (
        "surfaces",
        &[
            "operations",
            "people",
            "gateway",
            "monitor",
            "signals",
            "checks",
            "evals",
            "gate",
            "reports",
            "mock",
            "upstream",
            "bets",
            "play",
            "datasets",
            "history",
            "settings",
            "proofs",
            "today",
            "labels",
            "inferences",
            "config",
            "tasks",
        ],
    ),
    ("app", &["config", "tasks", "upstream", "evals", "datasets"]),
    ("tasks", &[]),
    ("clock", &[]),
    ("config", &[]),
];

const FOR_ALL: [&str; 3] = ["app", "project", "clock"];

const MOST_LINES: usize = 600;

const BANNED_NAMES: [&str; 6] = ["util", "utils", "common", "helpers", "misc", "shared"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                found.extend(sources(&path));
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn crates_use_only_the_crates_that_the_map_allows() {
    for (name, allowed) in CRATES {
        let manifest =
            fs::read_to_string(repository().join("crates").join(name).join("Cargo.toml")).unwrap();
        let used = manifest.split("[dev-dependencies]").next().unwrap();
        for (other, _) in CRATES {
            let is_used = used.contains(&format!("karat-{other}.workspace"));
            assert_eq!(is_used, allowed.contains(&other), "{name} and {other}");
        }
    }
}

#[test]
fn rooms_use_only_the_rooms_that_the_map_allows() {
    let source = repository().join("crates/karat/src");
    let mut wrong = BTreeSet::new();
    for file in sources(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let room =
            relative.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        // Tests may look at any room, in a file of their own as well.
        if ["lib", "main"].contains(&room.as_str()) || file.ends_with("tests.rs") {
            continue;
        }
        let allowed = ROOMS
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("{room} is on no map"))
            .1;
        let text = fs::read_to_string(&file).unwrap();
        for other in rooms_in(text.split("#[cfg(test)]").next().unwrap()) {
            let is_allowed = other == room
                || FOR_ALL.contains(&other.as_str())
                || allowed.contains(&other.as_str());
            if !is_allowed {
                wrong.insert(format!("{} uses {other}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Rooms that a file names: `crate::room::…` and `use crate::{a, b::c}`.
fn rooms_in(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let list = &list[..list.find(';').unwrap_or(list.len())];
            let mut depth = 0;
            for part in list.split_inclusive(['{', '}', ',']) {
                if depth == 0 {
                    rooms.insert(word(part.trim()));
                }
                depth += part.matches('{').count();
                depth = depth.saturating_sub(part.matches('}').count());
            }
        } else {
            rooms.insert(word(rest));
        }
    }
    rooms.retain(|room| room.starts_with(|c: char| c.is_ascii_lowercase()));
    rooms
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn no_handwritten_file_is_too_long() {
    let long: Vec<String> = sources(&repository().join("crates"))
        .into_iter()
        .filter_map(|file| {
            let n_lines = fs::read_to_string(&file).unwrap().lines().count();
            (n_lines > MOST_LINES).then(|| format!("{}: {n_lines}", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_says_what_it_is_and_none_has_a_name_that_says_nothing() {
    for file in sources(&repository().join("crates")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{} does not begin with //!", file.display());
        for part in file.strip_prefix(repository()).unwrap() {
            let name = part.to_string_lossy();
            let name = name.trim_end_matches(".rs");
            assert!(!BANNED_NAMES.contains(&name) && name != "mod", "{}", file.display());
        }
    }
}

#[test]
fn sql_stands_only_in_the_store() {
    for file in sources(&repository().join("crates/karat/src")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("rusqlite") && !text.contains("SELECT "), "{}", file.display());
    }
}

#[test]
fn pure_files_do_no_input_or_output() {
    for file in sources(&repository().join("crates")) {
        let text = fs::read_to_string(&file).unwrap();
        if !text.starts_with("//! Pure.") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for banned in ["std::fs::", "use std::fs", "async fn", "tokio::", "println!", "std::net"] {
            assert!(!code.contains(banned), "{} is pure and has {banned}", file.display());
        }
    }
}

#[test]
fn no_integration_file_is_forgotten() {
    for name in ["stats", "providers", "store", "karat"] {
        let folder = repository().join("crates").join(name).join("tests/it");
        let main = fs::read_to_string(folder.join("main.rs")).unwrap();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            if path.extension().is_some_and(|extension| extension == "rs") && stem != "main" {
                assert!(main.contains(&format!("mod {stem};")), "{name}: {stem} is not in main.rs");
            }
        }
    }
}

#[test]
fn every_path_that_the_map_names_exists() {
    let map = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let mut missing = Vec::new();
    for piece in map.split('`').skip(1).step_by(2) {
        let is_path = piece.contains('/')
            && !piece.contains([' ', '*', '<', '{', ':', '…'])
            && !piece.starts_with('/');
        if is_path && !repository().join(piece).exists() {
            missing.push(piece.to_owned());
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
    assert!(map.len() > 2000, "the map is more than a stub");
}

#[test]
fn the_map_and_this_test_name_the_same_rooms() {
    let map = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let mut on_disk: BTreeMap<String, bool> = BTreeMap::new();
    for entry in fs::read_dir(repository().join("crates/karat/src")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().replace(".rs", "");
        if !["lib", "main"].contains(&name.as_str()) {
            on_disk.insert(name, true);
        }
    }
    for room in on_disk.keys() {
        assert!(ROOMS.iter().any(|(name, _)| name == room), "{room} is not in this test");
        assert!(
            map.contains(&format!("`{room}`"))
                || map.contains(&format!("{room}/"))
                || map.contains(&format!("{room}.rs")),
            "{room} is not on the map"
        );
    }
}
