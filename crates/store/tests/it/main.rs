//! The store's tests: one suite that every engine keeps, and what only one engine can get wrong.
#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod cases;

mod conformance;

mod crash;

mod inferences;

mod samples;

mod signals;

mod sqlite;

mod upkeep;

#[test]
fn no_file_of_this_folder_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || include_str!("main.rs").contains(&format!("\nmod {module};")),
            "main.rs does not name {name}"
        );
    }
}
