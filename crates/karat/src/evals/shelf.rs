//! The last few runs that were looked at, so that turning a page does not read all their answers again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use karat_records::RunState;
use karat_store::Store;

use super::load::{self, Loaded};

/// So many runs are kept.
const MOST_RUNS: usize = 4;

/// So many trials are kept in all; a larger run is read each time.
const MOST_TRIALS: usize = 200_000;

/// Runs that were read, the last one last.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Vec<Kept>>);

#[derive(Debug)]
struct Kept {
    loaded: Arc<Loaded>,
    /// How far the ledger was: a fact that came later may be about this run.
    position: u64,
}

impl Shelf {
    /// The run with this id, the only one whose id begins with it, or `latest`.
    pub async fn load(&self, store: &Store, id: &str) -> Result<Arc<Loaded>> {
        let position = store.ledger.position().await?;
        let run = load::find(store, id).await?;
        if let Some(kept) = self.kept(&run.id, position) {
            return Ok(kept);
        }
        let loaded = Arc::new(load::load(store, &run.id).await?);
        // A run that goes on is another one a moment later.
        if loaded.run.state == RunState::Complete {
            self.keep(Kept { loaded: Arc::clone(&loaded), position });
        }
        Ok(loaded)
    }

    fn kept(&self, run_id: &str, position: u64) -> Option<Arc<Loaded>> {
        let mut shelf = self.shelf();
        shelf.retain(|kept| kept.position == position);
        let at = shelf.iter().position(|kept| kept.loaded.run.id == run_id)?;
        let kept = shelf.remove(at);
        let loaded = Arc::clone(&kept.loaded);
        shelf.push(kept);
        Some(loaded)
    }

    fn keep(&self, kept: Kept) {
        let mut shelf = self.shelf();
        shelf.retain(|other| other.loaded.run.id != kept.loaded.run.id);
        shelf.push(kept);
        let n_trials =
            |shelf: &[Kept]| -> usize { shelf.iter().map(|kept| kept.loaded.trials.len()).sum() };
        while shelf.len() > MOST_RUNS || n_trials(&shelf) > MOST_TRIALS {
            shelf.remove(0);
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
