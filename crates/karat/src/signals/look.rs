//! Looks for derived signals while the server runs.

use std::time::Duration;

use super::pass::Pass;
use crate::app::App;
use crate::tasks::Stop;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(5);

/// Looks until the server ends; a look that fails is repeated, and finds the same.
pub async fn look(app: App, mut stop: Stop) {
    let mut pass = Pass::default();
    let mut was_broken = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.wait() => return,
        }
        let Ok(store) = app.store() else { continue };
        match pass.step(&store, app.clock.now_ms()).await {
            Ok(_) => was_broken = false,
            Err(error) if !was_broken => {
                was_broken = true;
                anstream::eprintln!("warning: signals could not be derived: {error}");
            }
            Err(_) => {}
        }
    }
}
