//! How far a run is: a live line on a terminal, a plain line now and then elsewhere.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::Watch;
use crate::clock::Clock;
use crate::evals::progress::{Before, Progress, Update};
use crate::gate::describe;

/// Plain lines come this often.
const EVERY: Duration = Duration::from_secs(5);

/// Whoever watches a run from the terminal.
pub fn watch(is_quiet: bool, clock: Clock) -> Option<Watch> {
    if is_quiet {
        return None;
    }
    let is_live = std::io::stderr().is_terminal();
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("  {wide_msg}") {
        bar.set_style(style);
    }
    let last: Mutex<Option<Instant>> = Mutex::new(None);
    Some(Arc::new(move |update| match update {
        Update::Before(before) => print_before(before),
        Update::Part(_) => {}
        Update::Now(progress) if is_live => live(&bar, progress),
        Update::Now(progress) => {
            let now = clock.instant();
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            let since = *last.get_or_insert(now);
            let is_due = now.duration_since(since) >= EVERY;
            if is_due || (progress.is_last && progress.elapsed >= EVERY) {
                *last = Some(now);
                anstream::eprintln!("  {}", progress.line());
            }
        }
    }))
}

fn live(bar: &ProgressBar, progress: &Progress) {
    if progress.is_last {
        bar.finish_and_clear();
    } else {
        bar.set_message(progress.line());
        bar.tick();
    }
}

fn print_before(before: &Before) {
    let mut line = format!("{} · {}", before.title, describe::plural(before.n_trials, "trial"));
    if before.n_stored > 0 {
        let how = if before.is_resumed { "goes on where it stopped: " } else { "" };
        let _ = write!(line, " · {how}{} stored", describe::count(before.n_stored));
    }
    anstream::eprintln!("{line}");
    if before.n_calls > 0 {
        let cost = match before.estimate_usd {
            Some(usd) => format!("about {}", describe::usd(usd)),
            None => "at an unknown price".to_owned(),
        };
        anstream::eprintln!("  {} of a model, {cost}", describe::plural(before.n_calls, "call"));
        for sentence in before.power.iter().take(3) {
            anstream::eprintln!("  {sentence}");
        }
        if let Some(difference) = before.smallest_difference {
            anstream::eprintln!(
                "  two variants that differ by {} or more can be told apart",
                describe::rate(difference)
            );
        }
    }
}
