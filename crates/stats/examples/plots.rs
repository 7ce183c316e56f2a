//! Draws the plots of `docs/concepts/statistics.md` from this crate's own answers.
//!
//! Run it from anywhere in the checkout: `cargo run -p karat-stats --example plots`.

#[path = "plots/all.rs"]
mod all;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(all::FOLDER)?;
    for (name, text) in all::draw()? {
        std::fs::write(format!("{}/{name}", all::FOLDER), text)?;
        println!("docs/concepts/plots/{name}");
    }
    Ok(())
}
