//! A release without the browser application would be half a product: it is not built.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Cargo tells build scripts the profile in no other way; `ci` counts as debug.
    let is_release = std::env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    if !is_release {
        return;
    }
    let folder = Path::new("../../ui/dist");
    println!("cargo:rerun-if-changed={}", folder.display());
    if !folder.join("index.html").is_file() {
        println!(
            "cargo:error=ui/dist/index.html is missing: the browser application has not been built"
        );
        println!("cargo:error=next: make ui");
    }
}
