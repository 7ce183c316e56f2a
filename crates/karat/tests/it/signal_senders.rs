//! What sends signals: the script for browsers in a page of stubs, and every example and kind in the guide.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use karat::signals::decode::decode;
use karat::signals::kinds::{KINDS, Need};
use karat::signals::script::script;
use karat::signals::survive::{containment, edit_distance, no_revert};
use serde_json::{Value, json};

use crate::program::{Folder, repository};

/// Bytes of the script on its way to a browser.
const MOST_BYTES: u64 = 3 * 1024;

const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "abc",
    "Please find the report below.",
    "Please  find\tthe report\r\nbelow.",
    "\u{a0}please find that report below, thanks!",
    "Dear all,\n\nplease find the report of May below.\n\nBest, Ana",
    "fn main() { println!(\"{}\", 1 + 2); }",
    "fn main() { println!(\"{}\", 1 + 3); } // sum",
    "我喜欢喝茶，也喜欢咖啡。",
    "我喜欢喝水。",
    "Zażółć gęślą jaźń — już",
    "👩‍👩‍👧 three 😀😀 pictures",
    "😀😀",
    "aaaaaaaaaaaaaaaaaaaa",
    "aaaa aaaa",
    "it's it's its",
    "constructor __proto__ toString",
    "e\u{301} is not é, and \u{2028} is no space",
];

/// Texts of a few characters that mean something to the functions, always the same ones.
fn drawn() -> Vec<String> {
    let letters: Vec<char> = "ab ab,.!\n\t\u{a0}é茶😀\u{2e7f}\u{2e80}'".chars().collect();
    let mut state: u32 = 7;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize
    };
    (0..60).map(|_| (0..next() % 24).map(|_| letters[next() % letters.len()]).collect()).collect()
}

fn fixtures() -> Vec<Value> {
    let drawn = drawn();
    let texts: Vec<&str> = TEXTS.iter().copied().chain(drawn.iter().map(String::as_str)).collect();
    let mut fixtures = Vec::new();
    for (at, a) in texts.iter().enumerate() {
        for (distance, b) in texts.iter().enumerate().step_by(3) {
            let c = texts[(at + distance) % texts.len()];
            let values = (containment(a, b), no_revert(a, b, c), edit_distance(a, b));
            fixtures.push(json!([a, b, c, values.0, values.1, values.2]));
        }
    }
    let (long, other) = ("one two three ".repeat(900), "two four ".repeat(900));
    let values = (containment(&long, &other), no_revert(&long, &other, ""));
    fixtures.push(json!([long, other, "", values.0, values.1, edit_distance(&long, &other)]));
    fixtures
}

#[test]
fn the_script_counts_as_the_server_does_and_all_that_it_sends_is_taken() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: karat.js is tried with node, and there is none here");
        return;
    }
    let folder = Folder::with(&[("karat.js", script())]);
    let mut page = Command::new("node")
        .arg(repository().join("crates/karat/tests/signals/browser.cjs"))
        .arg(folder.path().join("karat.js"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let fixtures = Value::Array(fixtures()).to_string();
    page.stdin.take().unwrap().write_all(fixtures.as_bytes()).unwrap();
    let done = page.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    println!("karat.js: {} bytes with gzip", done["gzip"]);
    assert!(done["gzip"].as_u64().unwrap() < MOST_BYTES, "{} bytes with gzip", done["gzip"]);

    let sent = done["sent"].as_array().unwrap();
    assert!(sent.len() > 300);
    for batch in sent.chunks(100) {
        let body = Value::from(batch).to_string();
        for signal in decode(body.as_bytes(), 1_795_429_000_000, &mut String::new).unwrap() {
            let signal = signal.unwrap();
            assert!(signal.source == "karat.js@1" && !signal.id.is_empty(), "{signal:?}");
        }
    }
}

/// The table of the guide, as it follows from the vocabulary.
fn table() -> String {
    let mut table = String::from(
        "| kind | also | what happened | counted over | ripe after | good? | how it misleads | `data` |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for kind in KINDS {
        let short: Vec<String> =
            kind.short.iter().map(|short| format!("`{}`", short.word)).collect();
        let data: Vec<String> = kind
            .data
            .iter()
            .map(|field| match field.need {
                Need::Must => format!("**`{}`**", field.name),
                Need::OneOf => format!("(`{}`)", field.name),
                Need::May => format!("`{}`", field.name),
            })
            .collect();
        writeln!(
            table,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
            kind.name,
            short.join(" "),
            kind.definition,
            kind.denominator,
            window(kind.window_ms),
            kind.direction.text(),
            kind.bias,
            data.join(" "),
        )
        .unwrap();
    }
    table
}

fn window(ms: i64) -> String {
    match ms / 60_000 {
        0 => "at once".into(),
        minutes if minutes >= 24 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    }
}

#[test]
fn the_guide_lists_every_kind_as_the_program_knows_it() {
    let page = fs::read_to_string(repository().join("docs/guides/signals.md")).unwrap();
    let table = table();
    assert!(page.contains(&table), "the table of docs/guides/signals.md should be\n{table}");
}

#[test]
fn every_signal_in_the_guide_is_taken() {
    let page = fs::read_to_string(repository().join("docs/guides/signals.md")).unwrap();
    let mut n_signals = 0;
    for block in page.split("```json\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for signal in decode(block.as_bytes(), 1_795_429_000_000, &mut || "new".into()).unwrap() {
            signal.unwrap();
            n_signals += 1;
        }
    }
    assert!(n_signals >= 3, "{n_signals}");
}
