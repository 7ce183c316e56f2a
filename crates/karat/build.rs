//! Looks for the browser application: a release without it would be half a product, so it is not built.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = Path::new("../../ui/dist");
    // Cargo tells build scripts the profile in no other way; `ci` counts as debug.
    let is_release = std::env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    if !is_release {
        // A folder that comes to be after the program was compiled would not be looked into.
        // Where it cannot be made, the program says that the application is not built.
        let _ = std::fs::create_dir_all(folder);
        return;
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.join("index.html").is_file() {
        println!(
            "cargo::error=ui/dist/index.html is missing: the browser application has not been built"
        );
        println!("cargo::error=next: make ui");
    }
}
