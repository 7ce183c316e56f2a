//! Keys with limits of their own: a burst cannot overspend them, a restart is no new budget, and what is left is shown.

use std::sync::Barrier;

use karat_providers::Dialect;
use serde_json::{Value, json};

use crate::program::Folder;
use crate::served::{Reply, Served, Visitor};
use crate::server::Server;
use crate::traffic::{Ledger, ask, feature, path, project, request};

/// Each answer costs a cent.
const SCRIPT: &str = "latency = \"20ms\"\n[[answer]]\ntext = \"ok\"\nusage = { input_tokens = 10, output_tokens = 1000 }\n";
const PRICE: &str = "[prices.\"chat/good\"]\ninput = 0\noutput = 10\n";

fn live(more: &str) -> (Server, Folder, Served) {
    let server = Server::start(SCRIPT);
    let features = PRICE.to_owned() + &feature("ask", &[("live", "chat/good")], more);
    let folder = project(&server.url, &features);
    let served = Served::start(&folder);
    (server, folder, served)
}

/// A program with a key that has these limits.
fn limited(folder: &Folder, served: &Served, name: &str, limits: &[&str]) -> Visitor {
    let mut args = vec!["token", "create", name, "--role", "infer"];
    args.extend(limits);
    let made = folder.karat(&args);
    assert_eq!(made.code, 0, "{made:?}");
    let token = made.out.split_whitespace().next().unwrap();
    served.visitor().with("authorization", &format!("Bearer {token}"))
}

/// A hundred calls in the same moment.
fn burst(visitor: &Visitor, model: &str, max_tokens: Option<u64>) -> Vec<Reply> {
    const N: usize = 100;
    let barrier = Barrier::new(N);
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..N)
            .map(|index| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let mut asked = request(Dialect::OpenAiChat, model, "hello", index % 2 == 0);
                    if let Some(most) = max_tokens {
                        asked["max_tokens"] = json!(most);
                    }
                    barrier.wait();
                    visitor.send("POST", path(Dialect::OpenAiChat), Some(&asked), &[])
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    })
}

fn with_status(replies: &[Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status == status).count()
}

fn cost(folder: &Folder) -> f64 {
    Ledger::of(folder).all().into_iter().filter_map(|row| row.cost_usd).sum()
}

#[test]
fn a_burst_spends_no_more_than_the_key_may_and_a_restart_is_no_new_budget() {
    let (_server, folder, served) = live("");
    let visitor = limited(&folder, &served, "checkout", &["--budget-usd-per-day", "0.3"]);
    let replies = burst(&visitor, "ask", Some(1000));
    assert_eq!((with_status(&replies, 200), with_status(&replies, 429)), (30, 70));
    assert!((cost(&folder) - 0.3).abs() < 1e-9, "{}", cost(&folder));
    // A model without a feature is asked with the same key.
    for model in ["ask", "chat/good"] {
        let refused = ask(&visitor, Dialect::OpenAiChat, model, false);
        assert_eq!(refused.status, 429, "{refused:?}");
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("the key \"checkout\"") && message.contains("next:"), "{message}");
        assert!(refused.header("retry-after").parse::<u64>().unwrap() > 3600, "{refused:?}");
    }
    let other = limited(&folder, &served, "other", &[]);
    assert_eq!(ask(&other, Dialect::OpenAiChat, "ask", false).status, 200, "others are free");
    drop(served);
    let again = Served::start(&folder);
    let visitor = Visitor { host: again.host.clone(), ..visitor };
    assert_eq!(ask(&visitor, Dialect::OpenAiChat, "ask", false).status, 429);
    let list = folder.karat(&["call", "tokens.list"]).json();
    let shown = |name: &str| -> Value {
        let tokens = list["tokens"].as_array().unwrap();
        tokens.iter().find(|token| token["name"] == name).unwrap().clone()
    };
    assert_eq!(shown("checkout")["limits"], json!({"budget_usd_per_day": 0.3}));
    assert!((shown("checkout")["spent_usd"].as_f64().unwrap() - 0.3).abs() < 1e-9);
    assert_eq!((shown("other").get("limits"), shown("other").get("spent_usd")), (None, None));
    let table = folder.karat(&["token", "list"]).out;
    assert!(table.contains("$0.3 in 24 hours, $0.30 spent"), "{table}");
}

#[test]
fn where_nobody_says_how_long_answers_become_a_first_burst_overspends_nothing() {
    let (_server, folder, served) = live("");
    let visitor = limited(&folder, &served, "checkout", &["--budget-usd-per-day", "0.3"]);
    let replies = burst(&visitor, "ask", None);
    assert!(with_status(&replies, 200) > 0, "{replies:?}");
    assert!(cost(&folder) <= 0.3 + 1e-9, "{}", cost(&folder));
}

#[test]
fn requests_and_tokens_a_minute_are_refused_in_the_callers_dialect() {
    let (_server, folder, served) = live("tokens_per_minute = 60000");
    let paced = limited(&folder, &served, "paced", &["--requests-per-minute", "20"]);
    let replies = burst(&paced, "ask", Some(100));
    assert_eq!((with_status(&replies, 200), with_status(&replies, 429)), (20, 80));
    for dialect in Dialect::ALL {
        let refused = ask(&paced, dialect, "ask", true);
        assert_eq!(refused.status, 429, "{refused:?}");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{refused:?}");
        let body = refused.json();
        assert_eq!(body["type"] == "error", dialect == Dialect::Anthropic, "{body}");
        assert_eq!(body["error"]["type"], "rate_limit_error", "{body}");
    }
    let tokens = limited(&folder, &served, "tokens", &["--tokens-per-minute", "10000"]);
    let replies = burst(&tokens, "ask", Some(1000));
    // Each may take a thousand tokens and its request's few.
    let n_answered = with_status(&replies, 200);
    assert!((8..=9).contains(&n_answered), "{n_answered}");
    let huge = ask_for(&tokens, 50_000);
    let message = huge.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(huge.status == 429 && message.contains("`max_tokens`"), "{huge:?}");
    // The feature's own minute is shared by all keys.
    let free = limited(&folder, &served, "free", &[]);
    let replies = burst(&free, "ask", Some(1000));
    let n_answered = with_status(&replies, 200);
    assert!((25..=35).contains(&n_answered), "{n_answered} of what 29 others left");
}

fn ask_for(visitor: &Visitor, max_tokens: u64) -> Reply {
    let mut asked = request(Dialect::OpenAiChat, "ask", "hello", false);
    asked["max_tokens"] = json!(max_tokens);
    visitor.send("POST", path(Dialect::OpenAiChat), Some(&asked), &[])
}

#[test]
fn limits_that_mean_nothing_are_refused_with_the_next_step() {
    let (_server, folder, _served) = live("");
    for (args, words) in [
        (&["--role", "signals", "--requests-per-minute", "5"][..], "role infer"),
        (&["--role", "infer", "--requests-per-minute", "0"], "karat token revoke"),
        (&["--role", "infer", "--budget-usd-per-day=-1"], "US dollars"),
    ] {
        let refused = folder.karat(&[&["token", "create", "x"], args].concat());
        let said = format!("{}{}", refused.out, refused.err);
        assert!(refused.code != 0 && said.contains("next:") && said.contains(words), "{said}");
    }
}
