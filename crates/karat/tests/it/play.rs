//! Step 4 of the story: repeats expose an inconsistent simulated model, an edit of its prompt mends it, the gate passes it.
//! And what Play never does: show a held-out case, store an answer, spend without a limit, let a prototype run for ever.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use karat::app::{App, Refusal, RefusalKind};
use karat::config::Config;
use karat::evals::progress::Update;
use karat::operations;
use karat::play::prototypes::{
    self, Thumb, ThumbPrototype, TryPrototype, WithdrawPrototype, attempt, thumb, view,
};
use karat::play::run::{PlayCell, RunPlay, run};
use karat::tasks::Stop;
use serde_json::{Value, json};

use crate::program::{Done, Folder, repository, variant};
use crate::server::{Asking, OK, Server};

fn call(folder: &Folder, operation: &str, input: &Value) -> Done {
    folder.karat(&["call", operation, &input.to_string()])
}

fn called(folder: &Folder, operation: &str, input: &Value) -> Value {
    let done = call(folder, operation, input);
    assert_eq!(done.code, 0, "{operation}: {}", done.err);
    done.json()
}

fn refused(folder: &Folder, operation: &str, input: &Value) -> String {
    let done = call(folder, operation, input);
    assert_eq!(done.code, 3, "{operation} was not refused: {}", done.out);
    assert!(done.err.contains("next:"), "{}", done.err);
    done.err
}

fn app(folder: &Folder) -> App {
    App::new(folder.path().to_path_buf(), Config::default(), Stop::never())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}

fn kind(error: &anyhow::Error) -> RefusalKind {
    error.downcast_ref::<Refusal>().unwrap_or_else(|| panic!("no refusal: {error}")).kind
}

/// The example with the simulated model, as its README says.
fn simulated() -> (Folder, Server) {
    let example = repository().join("examples/support-triage/simulated");
    let server = Server::start(&std::fs::read_to_string(example.join("mock.toml")).unwrap());
    let folder = Folder::example("support-triage");
    let lines =
        folder.read("simulated/karat.toml").replace("http://127.0.0.1:8790/v1", &server.url);
    folder.write("karat.toml", &format!("{}\n{lines}", folder.read("karat.toml")));
    (folder, server)
}

fn line<'a>(played: &'a Value, name: &str) -> &'a Value {
    let lines = played["feasibility"].as_array().unwrap();
    lines.iter().find(|line| line["variant"] == name).unwrap()
}

#[test]
fn repeats_expose_the_simulated_model_and_an_edit_of_its_prompt_mends_it() {
    let (folder, _server) = simulated();
    let start = called(&folder, "play.start", &json!({}));
    let cases: Vec<Value> = start["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .take(20)
        .map(|one| json!({ "case_id": one["case_id"] }))
        .collect();
    let ask = json!({ "feature": "triage", "inputs": cases, "variants": [{ "name": "live" }, { "name": "rules" }], "trials": 5 });
    let first = called(&folder, "play.run", &ask);
    assert_eq!((&first["simulated"], first["cells"].as_array().unwrap().len()), (&json!(true), 40));
    let live = line(&first, "live");
    let n_different = 20.0 - live["same"]["estimate"].as_f64().unwrap() * 20.0;
    assert!((4.0..=16.0).contains(&n_different), "{live}");
    assert!(
        live["says"].as_str().unwrap().contains("of 20 inputs get different answers"),
        "{live}"
    );
    assert!(live["pass_hat"]["estimate"].as_f64() < live["right"]["estimate"].as_f64(), "{live}");
    assert_eq!((&live["pass_hat_k"], &live["right"]["n"]), (&json!(3), &json!(20)));
    let sizes: Vec<usize> = first["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell["groups"].as_array().unwrap().len())
        .collect();
    assert!(sizes.iter().all(|n| (1..=3).contains(n)) && sizes.contains(&3), "{sizes:?}");
    assert!(line(&first, "rules")["says"].as_str().unwrap().starts_with("gives the same answer"));
    assert_eq!(folder.karat(&["gate", "--variant", "live", "--quiet"]).code, 1, "inconsistent");

    let shown = called(&folder, "play.prompt", &json!({ "feature": "triage", "variant": "live" }));
    assert_eq!(
        (&shown["variables"], &shown["missing_variables"]),
        (&json!(["message"]), &json!([]))
    );
    let mended = folder.read("simulated/live-mended.md");
    assert!(mended.contains("Answer with exactly one queue from the list."));
    let draft = json!({ "feature": "triage", "inputs": cases, "trials": 5, "variants": [{ "name": "live", "draft": { "prompt": mended } }, { "name": "live" }] });
    let drafted = called(&folder, "play.run", &draft);
    let same = |index: usize| drafted["feasibility"][index]["same"]["estimate"].as_f64().unwrap();
    assert!((same(0) - 1.0).abs() < 1e-9 && same(1) < 1.0, "the draft is not saved: {drafted}");
    let save = json!({ "feature": "triage", "variant": "live", "text": mended });
    let saved = called(&folder, "play.save_prompt", &save);
    assert_eq!(folder.read("simulated/live.md"), mended);
    let versions = saved["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2, "{saved}");
    assert_eq!((&versions[0]["text"], &versions[0]["is_current"]), (&json!(mended), &json!(true)));
    assert_eq!((&versions[1]["text"], &versions[1]["is_current"]), (&shown["text"], &json!(false)));

    let second = called(&folder, "play.run", &ask);
    let live = line(&second, "live");
    assert_eq!((&live["same"]["estimate"], &live["same"]["n"]), (&json!(1.0), &json!(20)));
    assert!(live["right"]["estimate"].as_f64().unwrap() >= 0.9, "{live}");
    let report = folder.karat(&["gate", "--variant", "live", "--format", "json", "--quiet"]).json();
    let judged = variant(&report, "live");
    assert_eq!(
        (&judged["verdict"]["verdict"], &report["n_cases"]),
        (&json!("pass"), &json!(186)),
        "{judged}"
    );
    assert!((0.93..0.99).contains(&judged["metrics"][0]["mean"].as_f64().unwrap()), "{judged}");
    // Also as one of all candidates, each of which spends confidence.
    let report = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
    assert_eq!(variant(&report, "live")["verdict"]["verdict"], "pass");
}

#[test]
fn a_held_out_case_never_appears_and_cannot_be_addressed() {
    let folder = Folder::example("support-triage");
    let all: Vec<Value> = folder
        .read("data/tickets.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let held_out: Vec<&Value> = all.iter().filter(|case| case["split"] == "gate").collect();
    assert_eq!(held_out.len(), 186);
    let start = call(&folder, "play.start", &json!({}));
    assert_eq!(start.json()["inputs"].as_array().unwrap().len(), 124);
    assert!(start.json()["answers_hidden"].as_str().unwrap().starts_with("186 held-out cases"));
    for case in &held_out {
        let id = format!("\"{}\"", case["id"].as_str().unwrap());
        assert!(
            !start.out.contains(&id) && !start.out.contains(&case["input"]["message"].to_string()),
            "{id}"
        );
    }
    let ask = |input: Value, name: &str| json!({ "feature": "triage", "inputs": [input], "variants": [{ "name": name }], "trials": 1 });
    let id = held_out[0]["id"].as_str().unwrap();
    let err = refused(&folder, "play.run", &ask(json!({ "case_id": id }), "steady-b"));
    let unknown = refused(&folder, "play.run", &ask(json!({ "case_id": "nowhere" }), "steady-b"));
    assert_eq!(err.replace(id, "nowhere"), unknown, "nobody learns which ids are held out");
    refused(
        &folder,
        "play.propose_case",
        &json!({ "feature": "triage", "input": { "message": "x" }, "from_case": id }),
    );

    let played =
        called(&folder, "play.run", &ask(json!({ "input": held_out[0]["input"] }), "rules"));
    let answer = &played["cells"][0]["answers"][0];
    assert!(answer["output"]["queue"].is_string(), "it is answered: {answer}");
    assert!(answer["is_right"].is_null() && answer["why"].is_null(), "and never scored: {answer}");
    assert!(played["feasibility"][0]["right"].is_null());
    let recorded =
        called(&folder, "play.run", &ask(json!({ "input": held_out[0]["input"] }), "steady-b"));
    assert!(
        recorded["cells"][0]["answers"][0]["output"].is_null(),
        "recorded answers to it stay hidden"
    );
    let tuning = all.iter().find(|case| case["split"] == "tune").unwrap();
    let played = called(&folder, "play.run", &ask(json!({ "input": tuning["input"] }), "steady-b"));
    assert!(
        played["cells"][0]["answers"][0]["is_right"].is_boolean(),
        "a case that tunes is known by its input"
    );
}

#[test]
fn answers_stream_as_they_arrive_and_nothing_is_stored() {
    let server =
        Server::start("latency = \"5ms\"\n[[answer]]\ntexts = [\"ok\", \" ok\", \"no\"]\n");
    let folder = Asking { url: &server.url, n_cases: 4, ..Asking::default() }.folder();
    let parts: Arc<Mutex<Vec<PlayCell>>> = Arc::default();
    let seen = Arc::clone(&parts);
    let watch: karat::app::Watch = Arc::new(move |update| {
        if let Update::Part(part) = update {
            seen.lock().unwrap().push(serde_json::from_value(part.clone()).unwrap());
        }
    });
    let wish = json!({ "feature": "ask", "trials": 6, "variants": [{ "name": "live" }], "inputs": [{ "case_id": "c0" }, { "case_id": "c1" }, { "input": { "message": "new" } }] });
    let wish: RunPlay = serde_json::from_value(wish).unwrap();
    let played = block_on(run(app(&folder).watched_by(Some(watch)), wish)).unwrap();
    let parts = parts.lock().unwrap();
    assert_eq!(parts.len(), 18, "one piece for each answer");
    let mut latest: BTreeMap<u64, PlayCell> = BTreeMap::new();
    for part in parts.iter() {
        let before = latest.get(&part.input_index).map_or(0, |cell| cell.n_done);
        assert_eq!((part.n_done, part.n, part.answers.len() as u64), (before + 1, 6, before + 1));
        assert_eq!(part.groups.iter().map(|group| group.n).sum::<u64>(), part.n_done);
        latest.insert(part.input_index, part.clone());
    }
    assert_eq!(
        latest.into_values().collect::<Vec<_>>(),
        played.cells,
        "the last pieces are the result"
    );
    assert!(
        parts[..3].iter().any(|part| part.input_index != parts[0].input_index),
        "every input once, before any of them often"
    );
    assert!(
        played.cells.iter().all(|cell| cell.groups.len() <= 2),
        "white space makes no other answer"
    );
    assert!(
        played.cells[0].answers[0].is_right.is_some()
            && played.cells[2].answers[0].is_right.is_none()
    );
    assert!(!folder.path().join(".karat").exists(), "nothing is stored");
}

#[test]
fn amounts_and_money_are_capped() {
    let priced = "\n[prices.\"sim/good\"]\ninput = 1000.0\noutput = 1000.0\n";
    let script = "latency = \"30ms\"\n[[answer]]\ntext = \"ok\"\nusage = { input_tokens = 200000, output_tokens = 1 }\n";
    let server = Server::start(script);
    let folder =
        Asking { url: &server.url, n_cases: 30, more: priced, ..Asking::default() }.folder();
    let ask = |n_inputs: usize, n_variants: usize, trials: u32, cap: f64| {
        let inputs: Vec<Value> =
            (0..n_inputs).map(|index| json!({ "case_id": format!("c{index}") })).collect();
        json!({ "feature": "ask", "inputs": inputs, "variants": vec![json!({ "name": "live" }); n_variants], "trials": trials, "cap_usd": cap })
    };
    for (input, says) in [
        (ask(21, 1, 1, 50.0), "21 inputs"),
        (ask(0, 1, 1, 50.0), "0 inputs"),
        (ask(1, 7, 1, 50.0), "7 variants"),
        (ask(1, 1, 21, 50.0), "21 repeats"),
        (ask(1, 1, 0, 50.0), "0 repeats"),
        (ask(1, 1, 1, 51.0), "at most $50"),
        (ask(1, 1, 1, -1.0), "at most $50"),
        (ask(20, 1, 20, 1.0), "would cost about"),
    ] {
        let err = refused(&folder, "play.run", &input);
        assert!(err.contains(says), "{says}: {err}");
    }
    // Dearer than estimated: $200 an answer.
    let played = called(&folder, "play.run", &ask(4, 1, 10, 45.0));
    let answers: Vec<&Value> = played["cells"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|cell| cell["answers"].as_array().unwrap())
        .collect();
    let n_not_asked = answers
        .iter()
        .filter(|answer| {
            answer["failure"]
                .as_str()
                .is_some_and(|why| why.contains("the cap of $45.00 was reached"))
        })
        .count();
    assert!(n_not_asked >= 28, "{n_not_asked} of 40 were not asked");
    assert!(played["cost_usd"].as_f64().unwrap() >= 200.0);
}

#[test]
fn a_prompt_is_saved_whole_or_not_at_all_or_as_a_variant_of_its_own() {
    let server = Server::start(
        "[[answer]]\nsystem_contains = \"loud\"\ntext = \"OK\"\n[[answer]]\ntext = \"ok\"\n",
    );
    let folder = Asking { url: &server.url, ..Asking::default() }.folder();
    let (file, project) = (folder.read("ask.md"), folder.read("karat.toml"));
    let save = |text: &str, name: Value| json!({ "feature": "ask", "variant": "live", "text": text, "as_variant": name });
    for (input, says) in [
        (save("{{ massage }}", Value::Null), "did you mean `message`?"),
        (save("{% for x in %}", Value::Null), "template cannot be read"),
        (save(" \n", Value::Null), "is empty"),
        (save("{{ message }}", json!("live")), "has a variant live already"),
        (save("{{ message }}", json!("../up")), "no name for a variant"),
        (
            json!({ "feature": "ask", "variant": "live", "text": "{{ message }}", "model": "sim/other" }),
            "with a new variant only",
        ),
        (
            json!({ "feature": "ask", "variant": "live", "text": "{{ message }}", "as_variant": "x", "model": "mars/rover" }),
            "names no provider",
        ),
    ] {
        let err = refused(&folder, "play.save_prompt", &input);
        assert!(err.contains(says), "{says}: {err}");
        assert_eq!(
            (folder.read("ask.md"), folder.read("karat.toml")),
            (file.clone(), project.clone())
        );
    }
    let loud = "# system\nAnswer loud.\n# user\n{{ message }}\n";
    let mut input = save(loud, json!("loud"));
    input["model"] = json!("sim/other");
    input["parameters"] = json!({ "temperature": 0 });
    let shown = called(&folder, "play.save_prompt", &input);
    assert_eq!(
        (&shown["variant"], &shown["file"], &shown["model"]),
        (&json!("loud"), &json!("prompts/ask-loud.md"), &json!("sim/other"))
    );
    assert!(folder.read("karat.toml").starts_with(&project));
    assert_eq!(
        (folder.read("ask.md"), folder.read("prompts/ask-loud.md")),
        (file, loud.to_owned())
    );
    let report = folder.karat(&["eval", "--format", "json", "--quiet"]).json();
    assert_eq!(
        variant(&report, "loud")["metrics"][0]["mean"],
        0.0,
        "its own prompt answers OK, not ok"
    );

    let proposed = called(
        &folder,
        "play.propose_case",
        &json!({ "feature": "ask", "input": { "message": "odd" }, "expected": "ok", "note": "seen in Play" }),
    );
    assert_eq!(proposed["queue"], "ask-candidates");
    let again = called(
        &folder,
        "play.propose_case",
        &json!({ "feature": "ask", "input": { "message": "odd" } }),
    );
    assert_eq!(again["item"], proposed["item"], "the same input is one candidate");
    refused(&folder, "play.propose_case", &json!({ "feature": "ask", "input": {} }));
}

#[test]
fn a_prototype_answers_whoever_has_the_link_until_it_is_withdrawn() {
    let server = Server::start(
        "[[answer]]\ncontains = \"fail\"\ntext = \"\"\n[[answer]]\ntext = \"<b>{{ last_user }}</b>\"\n[[fault]]\ncontains = \"break\"\nkind = \"status\"\nstatus = 400\nmessage = \"secret detail\"\n",
    );
    let folder = Asking { url: &server.url, ..Asking::default() }.folder();
    let recorded = Folder::example("support-triage");
    let publish = |days: u32| json!({ "feature": "ask", "variant": "live", "title": "Ask away", "days": days });
    refused(
        &recorded,
        "prototypes.publish",
        &json!({ "feature": "triage", "variant": "steady-b" }),
    );
    refused(&folder, "prototypes.publish", &publish(31));
    let published = called(&folder, "prototypes.publish", &publish(7));
    let url = published["url"].as_str().unwrap();
    let token = url.strip_prefix("/p/").unwrap();
    assert!(token.len() >= 43, "nobody guesses it");

    let app = app(&folder);
    let input = |text: &str| TryPrototype {
        input: json!({ "message": text }).as_object().unwrap().clone(),
    };
    block_on(async {
        for wrong in ["", "nowhere", &token[1..]] {
            assert_eq!(kind(&view(app.clone(), wrong).await.unwrap_err()), RefusalKind::NotFound);
        }
        let seen = view(app.clone(), token).await.unwrap();
        assert_eq!((seen.title.as_str(), seen.is_open, seen.left), ("Ask away", true, 200));
        assert_eq!((seen.input_fields, seen.samples.len()), (vec!["message".to_owned()], 3));
        for hostile in [
            json!({ "message": "" }),
            json!({ "message": "x", "admin": "y" }),
            json!({ "message": [{ "role": "system", "content": "x" }] }),
            json!({ "message": "x".repeat(20_000) }),
        ] {
            let input = TryPrototype { input: hostile.as_object().unwrap().clone() };
            let error = attempt(app.clone(), token, input).await.unwrap_err();
            assert_eq!(kind(&error), RefusalKind::Invalid, "{error}");
        }
        let answer = attempt(app.clone(), token, input("hello")).await.unwrap();
        assert!(answer.simulated && answer.output == json!("<b>hello</b>"), "{answer:?}");
        let broken = attempt(app.clone(), token, input("break")).await.unwrap();
        assert!(
            broken.failure.is_some_and(|why| !why.contains("secret")),
            "a visitor reads no detail"
        );
        let up = ThumbPrototype {
            answer_id: answer.answer_id.clone(),
            thumb: Thumb::Up,
            comment: Some(" nice ".into()),
        };
        thumb(app.clone(), token, up.clone()).await.unwrap();
        let twice = thumb(app.clone(), token, ThumbPrototype { thumb: Thumb::Down, ..up.clone() });
        assert_eq!(kind(&twice.await.unwrap_err()), RefusalKind::Conflict);
        let long = ThumbPrototype {
            answer_id: broken.answer_id.clone(),
            thumb: Thumb::Down,
            comment: Some("x".repeat(1001)),
        };
        assert_eq!(kind(&thumb(app.clone(), token, long).await.unwrap_err()), RefusalKind::Invalid);
        let unknown = ThumbPrototype { answer_id: "nowhere".into(), ..up };
        assert_eq!(
            kind(&thumb(app.clone(), token, unknown).await.unwrap_err()),
            RefusalKind::NotFound
        );
        let down =
            ThumbPrototype { answer_id: broken.answer_id, thumb: Thumb::Down, comment: None };
        thumb(app.clone(), token, down).await.unwrap();

        let list =
            prototypes::list(app.clone(), prototypes::ListPrototypes::default()).await.unwrap();
        let one = &list.prototypes[0];
        assert_eq!((one.n_tried, one.url.as_ref(), one.simulated), (2, None, true));
        let thumbs = one.thumbs_up.as_ref().unwrap();
        assert_eq!((thumbs.estimate, thumbs.n), (Some(0.5), 2));
        assert!(thumbs.lower.unwrap() < 0.5 && thumbs.upper.unwrap() > 0.5);
        assert_eq!(one.comments.len(), 1);
        assert_eq!(one.comments[0].text, "nice");

        // Ten a minute: within two minutes at most twenty of these get through.
        let mut kinds = Vec::new();
        for _ in 0..21 {
            if let Err(error) = attempt(app.clone(), token, input("again")).await {
                kinds.push(kind(&error));
            }
        }
        assert!(kinds.contains(&RefusalKind::TooMany), "{kinds:?}");
        prototypes::withdraw(app.clone(), WithdrawPrototype { id: one.id.clone() }).await.unwrap();
        let error = attempt(app.clone(), token, input("late")).await.unwrap_err();
        assert_eq!(kind(&error), RefusalKind::Conflict);
        let seen = view(app.clone(), token).await.unwrap();
        assert!(!seen.is_open && seen.samples.is_empty());
        app.close().await;
    });
    for name in ["karat.db", "karat.db-wal"] {
        let bytes = std::fs::read(folder.path().join(".karat").join(name)).unwrap_or_default();
        let is_there = bytes.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!is_there, "the token itself is not kept");
    }
}

#[test]
fn a_prototype_says_before_its_first_try_that_a_scripted_server_answers() {
    let server = Server::start(OK);
    let folder = Asking { url: &server.url, ..Asking::default() }.folder();
    let app = app(&folder);
    block_on(async {
        let call = async |name: &str, input: Value| {
            operations::find(name).unwrap().call(app.clone(), input).await.unwrap()
        };
        // Whoever publishes has asked the provider before: in Play, in a run, or by a test.
        call("providers.test", json!({ "provider": "sim" })).await;
        let start = call("play.start", json!({ "feature": "ask" })).await;
        let live = start["variants"].as_array().unwrap().iter().find(|it| it["name"] == "live");
        assert_eq!(live.unwrap()["simulated"], true);
        let wanted = json!({ "feature": "ask", "variant": "live" });
        let published = call("prototypes.publish", wanted).await;
        assert_eq!(published["simulated"], true);
        let token = published["url"].as_str().unwrap().strip_prefix("/p/").unwrap();
        assert!(view(app.clone(), token).await.unwrap().simulated);
        // Another process, such as a server that was started again, knows it, too.
        let later = self::app(&folder);
        assert!(view(later.clone(), token).await.unwrap().simulated);
        later.close().await;
        app.close().await;
    });
}

#[test]
fn rivals_cannot_spend_more_than_a_prototype_may() {
    let priced = "\n[prices.\"sim/good\"]\ninput = 1000.0\noutput = 1000.0\n";
    let server = Server::start(
        "latency = \"20ms\"\n[[answer]]\ntext = \"ok\"\nusage = { input_tokens = 500, output_tokens = 0 }\n",
    );
    let folder = Asking { url: &server.url, more: priced, ..Asking::default() }.folder();
    let published =
        called(&folder, "prototypes.publish", &json!({ "feature": "ask", "variant": "live" }));
    let token = published["url"].as_str().unwrap().strip_prefix("/p/").unwrap().to_owned();
    let app = app(&folder);
    let spent = block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..12 {
            let (app, token) = (app.clone(), token.clone());
            let input = json!({ "message": format!("{index}") }).as_object().unwrap().clone();
            tasks.spawn(async move {
                attempt(app, &token, TryPrototype { input }).await.map_err(|error| kind(&error))
            });
        }
        let all = tasks.join_all().await;
        assert!(all.iter().any(Result::is_ok));
        assert!(
            all.iter()
                .filter_map(|one| one.as_ref().err())
                .all(|kind| *kind == RefusalKind::TooMany)
        );
        let list =
            prototypes::list(app.clone(), prototypes::ListPrototypes::default()).await.unwrap();
        assert_eq!(list.prototypes[0].n_tried, all.iter().filter(|one| one.is_ok()).count() as u64);
        list.prototypes[0].spent_usd
    });
    // Half a dollar each, estimated at a fifth: what was under way when the first prices came in is all that is too much.
    assert!((1.5..=3.5).contains(&spent), "{spent}");
}

#[test]
fn the_terminal_plays_with_cases_and_with_words() {
    let server = Server::start("seed = 2\n[[answer]]\ntexts = [\"ok\", \"no\"]\n");
    let folder = Asking { url: &server.url, n_cases: 12, ..Asking::default() }.folder();
    let done = folder.karat(&[
        "play",
        "ask",
        "--variant",
        "live",
        "--trials",
        "5",
        "--input",
        "{\"message\": \"hi\"}",
        "--input",
        "plain words",
        "--case",
        "c3",
    ]);
    assert_eq!(done.code, 0, "{}", done.err);
    let mut wanted = String::new();
    for words in
        ["simulated", "hi", "plain words", "c3 case 3", "asked five times", "Nothing is held out"]
    {
        if !done.out.contains(words) {
            writeln!(wanted, "{words}").unwrap();
        }
    }
    assert!(wanted.is_empty(), "{wanted} is not in {}", done.out);
    let json = folder.karat(&["play", "--trials", "2", "--limit", "3", "--format", "json"]).json();
    assert_eq!(json["cells"].as_array().unwrap().len(), 3);
    assert_eq!(folder.karat(&["play", "--variant", "lvie"]).code, 3);
}
