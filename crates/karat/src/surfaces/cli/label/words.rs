//! Pure. What the terminal says about queues, items and agreement.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::gate::describe::{self, rate};
use crate::labels::agreement::AgreementShown;
use crate::labels::next::QueueList;
use crate::labels::promote::Promoted;
use crate::labels::queue::{Kind, text_of};
use crate::labels::shown::{LabelItem, LabelTask, Measured, QueueShown, Submitted};
use crate::surfaces::cli::tables::{columns, plain};

/// How to label.
pub const HELP: &str = "Write the answer, or its number. :skip REASON passes on · :undo takes the last one back (10 s) · :quit ends";

/// Most lines of a text that are shown of one field.
const MOST_LINES: usize = 40;

/// All queues.
pub fn queues(list: &QueueList) -> String {
    if list.queues.is_empty() {
        return "There is no queue yet.\nnext: karat label open FEATURE\n".into();
    }
    let head = ["queue", "feature", "items", "open", "agreed", "disputed", "gold", "for you"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for queue in &list.queues {
        rows.push(vec![
            queue.name.clone(),
            plain(&queue.feature, 40),
            describe::count(queue.n_items),
            describe::count(queue.n_queued),
            describe::count(queue.n_agreed),
            describe::count(queue.n_disputed),
            describe::count(queue.n_gold),
            describe::count(queue.n_mine),
        ]);
    }
    let mut text = columns(&rows);
    for queue in &list.queues {
        if let Some(rule) = &queue.stop_rule {
            let _ = writeln!(text, "{}: {}", queue.name, plain(rule, 200));
        }
    }
    text
}

/// A queue that was just opened.
pub fn opened(queue: &QueueShown) -> String {
    let mut text = format!(
        "{}: {}, {} each\n  {}\n",
        queue.name,
        describe::plural(queue.n_items, "item"),
        describe::plural(u64::from(queue.overlap), "label"),
        plain(&queue.question, 200)
    );
    if !queue.options.is_empty() {
        let _ = writeln!(text, "  {}", plain(&queue.options.join(" · "), 300));
    }
    if let Some(rule) = &queue.stop_rule {
        let _ = writeln!(text, "  {}", plain(rule, 200));
    }
    let _ = writeln!(text, "next: karat label next {}", queue.name);
    text
}

/// One item with its question.
pub fn item(task: &LabelTask, item: &LabelItem) -> String {
    let mut text = format!("\n{} of {}\n", item.position, item.total);
    fields(&mut text, &item.input);
    if let Some(answer) = &item.answer {
        let _ = writeln!(text, "  answer: {}", lines(&text_of(answer)));
    }
    if !item.context.is_empty() {
        let known: Vec<String> = item
            .context
            .iter()
            .map(|(name, value)| format!("{} {}", plain(name, 40), plain(&text_of(value), 80)))
            .collect();
        let _ = writeln!(text, "  ({})", known.join(" · "));
    }
    if let Some(suggestion) = &item.suggestion {
        let _ = writeln!(text, "  suggested by a model: {}", lines(&text_of(suggestion)));
    }
    let _ = writeln!(text, "{}", plain(&task.queue.question, 200));
    let options: Vec<String> = match task.queue.kind {
        Kind::Choice => {
            let numbered = task.queue.options.iter().enumerate();
            numbered.map(|(at, option)| format!("{} {}", at + 1, plain(option, 60))).collect()
        }
        Kind::YesNo => vec!["y yes".into(), "n no".into()],
        Kind::Scale => task.queue.options.iter().map(|option| plain(option, 20)).collect(),
        Kind::Text => Vec::new(),
    };
    if !options.is_empty() {
        let _ = writeln!(text, "  {}", options.join("   "));
    }
    text
}

fn fields(text: &mut String, input: &Map<String, Value>) {
    for (name, value) in input {
        let _ = writeln!(text, "  {}: {}", plain(name, 60), lines(&text_of(value)));
    }
}

/// Text of somebody else on several lines, without control characters.
fn lines(text: &str) -> String {
    let mut shown: Vec<String> =
        text.lines().take(MOST_LINES).map(|line| plain(line, 2_000)).collect();
    if text.lines().nth(MOST_LINES).is_some() {
        shown.push("…".into());
    }
    shown.join("\n    ")
}

/// A label was taken.
pub fn submitted(done: &Submitted) -> String {
    match &done.reveal {
        Some(reveal) => {
            format!("  stored · {}: {}", plain(&reveal.by, 40), lines(&text_of(&reveal.value)))
        }
        None => "  stored".to_owned(),
    }
}

/// Nothing is left.
pub fn end(task: &LabelTask, n_done: u64) -> String {
    let because = task.none_because.as_deref().unwrap_or("nothing is left");
    let queue = &task.queue;
    let next = if queue.n_queued > 0 {
        "ask the others to label, then look at the agreement".to_owned()
    } else if queue.n_disputed > 0 {
        format!("karat call labels.disputes '{{\"queue\": \"{}\"}}'", queue.name)
    } else {
        format!("karat label promote {}", queue.name)
    };
    format!("\n{} · {because}\nnext: {next}", describe::plural(n_done, "item"))
}

/// Somebody ended before the end.
pub fn left(n_done: u64) -> String {
    format!("\n{} · what is labelled is stored", describe::plural(n_done, "item"))
}

/// Whether people agree.
pub fn agreement(shown: &AgreementShown) -> String {
    let mut text = format!(
        "{} by {} on {} with two labels or more\n",
        describe::plural(shown.n_labels, "label"),
        people(shown.n_people),
        describe::plural(shown.n_items, "item"),
    );
    if let Some(Measured { estimate: Some(same), lower, upper, n, .. }) = &shown.raw {
        let _ = writeln!(
            text,
            "Two people give the same label in {} of 100 cases {}, on {}.",
            (same * 100.0).round(),
            describe::interval(lower.unwrap_or(0.0), upper.unwrap_or(1.0)),
            describe::plural(*n, "item")
        );
    }
    if !shown.note.is_empty() {
        let _ = writeln!(text, "{}", plain(&shown.note, 1_000));
    }
    for measure in &shown.measures {
        let _ = writeln!(text, "\n{}\n  {}", measure.name, measure.says);
    }
    if !shown.pairs.is_empty() {
        let mut rows =
            vec![["pair", "items", "same", "kappa", "interval"].map(str::to_owned).to_vec()];
        for pair in &shown.pairs {
            let ends = match (pair.lower, pair.upper) {
                (Some(lower), Some(upper)) => describe::interval(lower, upper),
                _ => String::new(),
            };
            rows.push(vec![
                format!("{} and {}", plain(&pair.first, 40), plain(&pair.second, 40)),
                describe::count(pair.n),
                rate(pair.raw),
                pair.kappa.map(rate).unwrap_or_default(),
                ends,
            ]);
        }
        let _ = write!(text, "\n{}", columns(&rows));
    }
    if !shown.base_rates.is_empty() {
        let rates = shown.base_rates.iter().take(12);
        let rates: Vec<String> =
            rates.map(|one| format!("{} {}", plain(&one.value, 40), rate(one.share))).collect();
        let n = shown.base_rates.first().map_or(0, |one| one.n);
        let _ = writeln!(text, "\nlabels: {} (of {})", rates.join(" · "), describe::count(n));
    }
    if let Some(own) = &shown.own {
        let _ = writeln!(
            text,
            "{}: {} {} (n {})",
            own.metric,
            rate(own.estimate.unwrap_or(0.0)),
            describe::interval(own.lower.unwrap_or(0.0), own.upper.unwrap_or(1.0)),
            own.n
        );
    }
    if let Some(assisted) = &shown.assisted {
        let _ = writeln!(text, "{assisted}");
    }
    text
}

fn people(n: u64) -> String {
    if n == 1 { "1 person".into() } else { format!("{} people", describe::count(n)) }
}

/// What was promoted.
pub fn promoted(promoted: &Promoted) -> String {
    let next = if promoted.n_added + promoted.n_changed > 0 {
        "\nnext: karat check, then karat eval"
    } else {
        ""
    };
    format!("{}{next}", plain(&promoted.says, 2_000))
}
