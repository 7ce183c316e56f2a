//! Labelling on the real store: several people, disputes, agreement, gold in the files, and everything that is refused.

use std::fmt::Write as _;

use karat::app::{App, Refusal, RefusalKind};
use karat::config::Config;
use karat::operations;
use karat::tasks::Stop;
use karat_records::{Person, Role};
use karat_stats::agreement::{Coefficient, Level, Ratings, Weights};
use serde_json::{Value, json};

use crate::program::{Folder, variant};

const QUEUES: [&str; 3] = ["billing", "returns", "technical"];

pub const PROJECT: &str = r#"
[project]
name = "desk"
[datasets.tickets]
file = "tickets.jsonl"
[features.triage]
dataset = "tickets"
output = "triage.json"
[features.triage.variants.recorded]
kind = "recorded"
file = "answers.jsonl"
[features.triage.scorers]
right = { kind = "equals", path = "$.queue" }
[features.triage.mvq]
correct = { metric = "right", min = 0.8, each = "metadata.segment" }
"#;

pub const SCHEMA: &str = r#"{"type": "object", "properties": {"queue": {"enum": ["billing", "returns", "technical"]}}, "required": ["queue"]}"#;

pub fn truth(index: usize) -> &'static str {
    QUEUES[index % 3]
}

/// Twelve tuning cases without a desired output, twelve held-out ones with one, in odd formatting; answers to all.
pub fn desk() -> Folder {
    let (mut cases, mut answers) = (String::new(), String::new());
    for index in 0..24 {
        let segment = if index % 2 == 0 { "app" } else { "web" };
        if index < 12 {
            writeln!(cases, "{{\"id\":\"t{index}\",  \"input\": {{\"message\":\"message {index}\"}}, \"split\": \"tune\", \"metadata\":{{\"segment\":\"{segment}\",\"model\":\"m\"}}}}").unwrap();
        } else {
            writeln!(cases, "{{\"id\": \"t{index}\", \"input\": {{\"message\": \"message {index}\"}}, \"expected\": {{\"queue\": \"{}\", \"weight\": 1.0}}, \"split\": \"gate\", \"metadata\": {{\"segment\": \"{segment}\"}}}}", truth(index)).unwrap();
        }
        writeln!(
            answers,
            "{}",
            json!({"id": format!("t{index}"), "output": {"queue": truth(index)}})
        )
        .unwrap();
    }
    Folder::with(&[
        ("karat.toml", PROJECT),
        ("triage.json", SCHEMA),
        ("tickets.jsonl", &cases),
        ("answers.jsonl", &answers),
    ])
}

pub fn app(folder: &Folder) -> App {
    App::new(folder.path().to_path_buf(), Config::default(), Stop::never())
}

fn as_person(app: &App, name: &str, role: Role) -> App {
    app.clone().acting_as(Person { id: format!("id-{name}"), name: name.into(), role })
}

pub fn labeller(app: &App, name: &str) -> App {
    as_person(app, name, Role::Labeller)
}

pub async fn call(app: &App, name: &str, input: Value) -> Value {
    match operations::find(name).unwrap().call(app.clone(), input.clone()).await {
        Ok(value) => value,
        Err(error) => panic!("{name} {:.300}: {error}", input.to_string()),
    }
}

/// What kind of refusal the call meets, and its words.
async fn refused(app: &App, name: &str, input: Value) -> (RefusalKind, String) {
    let error = operations::find(name).unwrap().call(app.clone(), input).await.unwrap_err();
    let refusal = error.downcast::<Refusal>().unwrap();
    (refusal.kind, refusal.message)
}

pub fn number_of(item: &Value) -> usize {
    item["input"]["message"].as_str().unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

/// Labels until nothing is left, and answers with the number of labels.
pub async fn label_all(app: &App, queue: &str, answer: impl Fn(usize) -> Value) -> usize {
    for n in 0..10_000 {
        let task = call(app, "labels.next", json!({"queue": queue})).await;
        let item = &task["item"];
        if item.is_null() {
            assert!(task["none_because"].is_string());
            return n;
        }
        let value = answer(number_of(item));
        let submit = json!({"queue": queue, "item": item["id"], "lease": item["lease"], "value": value, "seconds": 4.0});
        call(app, "labels.submit", submit).await;
    }
    panic!("the queue never ends")
}

/// The item with this message that `app` would get, in hand.
async fn in_hand(app: &App, queue: &str) -> (Value, Value) {
    let task = call(app, "labels.next", json!({"queue": queue})).await;
    (task["item"]["id"].clone(), task["item"]["lease"].clone())
}

/// The figures are those of the same table in the statistics crate.
fn check_agreement(shown: &Value, differ: impl Fn(usize) -> bool) {
    let units: Vec<Vec<Option<f64>>> = (0..12)
        .map(|index| {
            vec![Some((index % 3) as f64), Some(((index + usize::from(differ(index))) % 3) as f64)]
        })
        .collect();
    let ratings = Ratings::new(&units).unwrap();
    let measure = |name: &str| {
        let found = shown["measures"].as_array().unwrap().iter().find(|one| one["name"] == name);
        found.unwrap().clone()
    };
    for (name, which) in [
        ("Cohen's kappa", Coefficient::Kappa(Weights::None)),
        ("Krippendorff's alpha", Coefficient::Alpha(Level::Nominal)),
        ("Gwet's AC1", Coefficient::Ac1),
    ] {
        let (found, known) =
            (measure(name)["value"].as_f64().unwrap(), which.of(&ratings).unwrap());
        assert!((found - known).abs() < 1e-12, "{name}: {found} and {known}");
        assert!(measure(name)["lower"].as_f64().unwrap() < known);
        assert!(measure(name)["says"].as_str().unwrap().contains("no conclusion below 20 items"));
    }
    assert!((shown["raw"]["estimate"].as_f64().unwrap() - 0.75).abs() < 1e-12);
    assert_eq!((&shown["raw"]["n"], &shown["n_people"]), (&json!(12), &json!(2)));
    assert_eq!(shown["causes"], json!([{"cause": "guideline-gap", "n": 3}]));
    let note = shown["note"].as_str().unwrap();
    assert!(note.contains("write the missing rule"));
    assert!(!note.contains("same label"), "how often is said once, by `raw`: {note}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_label_three_disputes_are_settled_and_the_gold_is_judged_by() {
    let folder = desk();
    let app = app(&folder);
    let before_text = folder.read("tickets.jsonl");
    let opened = call(&app, "labels.open", json!({"feature": "triage", "source": "cases", "guideline": "R1: money is billing\nR2: sent back is returns", "seed": 11})).await;
    assert_eq!(opened["name"], "triage");
    assert_eq!(
        (&opened["n_items"], &opened["overlap"], &opened["kind"]),
        (&json!(12), &json!(2), &json!("choice"))
    );
    assert_eq!(opened["options"], json!(QUEUES));
    assert_eq!(opened["question"], "Which queue is right?");

    let (ann, bob, eve) = (labeller(&app, "Ann"), labeller(&app, "Bob"), labeller(&app, "Eve"));
    let task = call(&ann, "labels.next", json!({"queue": "triage"})).await;
    assert_eq!(task["item"]["context"]["segment"].as_str().unwrap().len(), 3);
    assert!(task["item"]["context"].get("model").is_none(), "labellers are blind");
    for index in 0..24 {
        let is_named = task["item"].to_string().contains(&format!("\"t{index}\""));
        assert!(!is_named, "an item does not name its case: {task}");
    }
    assert_eq!(task["guideline"]["rules"], json!(["R1", "R2"]));

    let differ = |index: usize| index % 4 == 1;
    label_all(&ann, "triage", |index| json!(truth(index))).await;
    label_all(&bob, "triage", |index| json!(truth(index + usize::from(differ(index))))).await;
    let queue = call(&ann, "labels.queues", json!({})).await["queues"][0].clone();
    assert_eq!(
        (&queue["n_agreed"], &queue["n_disputed"], &queue["n_queued"]),
        (&json!(9), &json!(3), &json!(0))
    );
    assert_eq!((&queue["pace_seconds"], &queue["n_mine"]), (&json!(4.0), &json!(0)));

    let own = call(&ann, "labels.disputes", json!({"queue": "triage"})).await;
    assert_eq!((own["disputes"].as_array().unwrap().len(), &own["n_waiting"]), (0, &json!(3)));
    let open = call(&eve, "labels.disputes", json!({"queue": "triage"})).await;
    let disputes = open["disputes"].as_array().unwrap().clone();
    assert_eq!(disputes.len(), 3);
    assert!(!open.to_string().contains("Ann") && !open.to_string().contains("id-"), "{open}");
    let settle = |item: &Value, value: &str| json!({"queue": "triage", "item": item, "value": value, "cause": "guideline-gap"});
    let (kind, _) =
        refused(&ann, "labels.adjudicate", settle(&disputes[0]["item"], "billing")).await;
    assert_eq!(kind, RefusalKind::NotAllowed);
    for dispute in &disputes {
        let value = truth(number_of(dispute));
        let done = call(&eve, "labels.adjudicate", settle(&dispute["item"], value)).await;
        assert_eq!(done["state"], "adjudicated");
    }
    let again = refused(&eve, "labels.adjudicate", settle(&disputes[0]["item"], "billing")).await;
    assert_eq!(again.0, RefusalKind::Conflict);

    let shown = call(&app, "labels.agreement", json!({"queue": "triage"})).await;
    check_agreement(&shown, differ);

    let promoted = call(&app, "labels.promote", json!({"queue": "triage"})).await;
    assert_eq!(
        (&promoted["n_added"], &promoted["n_changed"], &promoted["n_left_out"]),
        (&json!(0), &json!(12), &json!(0))
    );
    assert_ne!(promoted["version"], promoted["before"]);
    let dataset = &promoted["dataset"];
    let known = call(&app, "datasets.versions", json!({"dataset": dataset})).await;
    let newest = &known["versions"][0]["version"];
    assert_eq!(*newest, promoted["version"], "the version by which everybody else knows it");
    let text = folder.read("tickets.jsonl");
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&text)[12..], lines(&before_text)[12..], "held-out lines stay byte for byte");
    let line: Value = serde_json::from_str(&lines(&text)[1]).unwrap();
    assert_eq!(line["expected"], json!({"queue": truth(1)}));
    assert_eq!(
        line["metadata"]["labelled"],
        json!({"queue": "triage", "labels": 2, "people": 2, "guideline": 1, "adjudicated": true, "blind": true})
    );
    let old = "{\"id\":\"t0\",  \"input\": {\"message\":\"message 0\"}, \"split\": \"tune\", \"metadata\":{\"segment\":\"app\",\"model\":\"m\"";
    assert!(lines(&text)[0].starts_with(old), "{}", lines(&text)[0]);
    assert!(!folder.path().join(".karat-draft-tickets.jsonl").exists());
    let again = call(&app, "labels.promote", json!({"queue": "triage"})).await;
    assert_eq!((&again["n_changed"], &again["version"]), (&json!(0), &promoted["version"]));
    assert_eq!(folder.read("tickets.jsonl"), text, "promoting twice changes nothing");
    let queue = call(&app, "labels.queues", json!({})).await["queues"][0].clone();
    assert_eq!((&queue["n_gold"], &queue["n_agreed"]), (&json!(12), &json!(0)));
    let mine = call(&bob, "labels.mine", json!({})).await["queues"][0].clone();
    assert_eq!((&mine["agreed_with_final"]["estimate"], &mine["n"]), (&json!(0.75), &json!(12)));
    let export = call(&app, "labels.export", json!({"queue": "triage", "format": "csv"})).await;
    assert_eq!(export["text"].as_str().unwrap().lines().count(), 25);
    app.close().await;

    assert_eq!(folder.karat(&["check"]).code, 0);
    let report = folder.karat(&["eval", "--format", "json", "--quiet"]).json();
    assert_eq!(
        (&report["n_cases"], &variant(&report, "recorded")["metrics"][0]["n_right"]),
        (&json!(12), &json!(12))
    );
    let agreed = folder.karat(&["label", "agreement", "triage"]);
    assert!(
        agreed.out.contains("Krippendorff's alpha") && agreed.out.contains("Ann and Bob"),
        "{agreed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_people_at_once_never_break_the_overlap() {
    let folder = desk();
    let app = app(&folder);
    call(&app, "labels.open", json!({"feature": "triage", "source": "cases", "overlap": 3})).await;
    let people: Vec<_> = (0..20)
        .map(|number| {
            let person = labeller(&app, &format!("p{number}"));
            tokio::spawn(
                async move { label_all(&person, "triage", |index| json!(truth(index))).await },
            )
        })
        .collect();
    let mut n_labels = 0;
    for person in people {
        n_labels += person.await.unwrap();
    }
    assert!(n_labels >= 36, "{n_labels}");
    let text = call(&app, "labels.export", json!({"queue": "triage", "format": "jsonl"})).await;
    for line in text["text"].as_str().unwrap().lines() {
        let item: Value = serde_json::from_str(line).unwrap();
        let people: Vec<&str> = item["labels"]
            .as_array()
            .unwrap()
            .iter()
            .map(|label| label["by"].as_str().unwrap())
            .collect();
        let distinct: std::collections::BTreeSet<&&str> = people.iter().collect();
        assert_eq!((people.len(), distinct.len()), (3, 3), "{item}");
        assert_eq!(item["state"], "agreed");
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_allowed_is_refused_with_its_reason() {
    let folder = desk();
    let app = app(&folder);
    let (ann, bob) = (labeller(&app, "Ann"), labeller(&app, "Bob"));
    let viewer = as_person(&app, "Vic", Role::Viewer);
    let open = json!({"feature": "triage", "source": "cases", "name": "q", "overlap": 1});
    assert_eq!(refused(&ann, "labels.open", open.clone()).await.0, RefusalKind::NotAllowed);
    call(&app, "labels.open", open.clone()).await;
    assert_eq!(refused(&app, "labels.open", open).await.0, RefusalKind::Conflict);
    let unknown =
        refused(&app, "labels.open", json!({"feature": "triag", "source": "cases"})).await;
    assert_eq!(unknown.0, RefusalKind::NotFound);
    assert!(unknown.1.contains("did you mean `triage`"), "{}", unknown.1);
    for wrong in [
        json!({"feature": "triage", "source": "rows"}),
        json!({"feature": "triage", "source": "rows", "rows": "what,ever\n1,2\n"}),
        json!({"feature": "triage", "source": "cases", "overlap": 0}),
        json!({"feature": "triage", "source": "cases", "name": "../x"}),
        json!({"feature": "triage", "source": "cases", "options": ["only"]}),
        json!({"feature": "triage", "source": "answers"}),
        json!({"feature": "triage", "source": "proposed"}),
        json!({"feature": "triage", "source": "cases", "mode": "assisted"}),
        json!({"feature": "triage", "source": "cases", "unknown": 1}),
    ] {
        assert_eq!(
            refused(&app, "labels.open", wrong.clone()).await.0,
            RefusalKind::Invalid,
            "{wrong}"
        );
    }
    assert_eq!(
        refused(&viewer, "labels.next", json!({"queue": "q"})).await.0,
        RefusalKind::NotAllowed
    );
    let near = refused(&ann, "labels.next", json!({"queue": "qq"})).await;
    assert_eq!(near.0, RefusalKind::NotFound);

    let (item, lease) = in_hand(&ann, "q").await;
    let same = in_hand(&ann, "q").await;
    assert_eq!(same.0, item, "what is in hand stays in hand");
    let submit = |item: &Value, lease: &Value, value: Value| json!({"queue": "q", "item": item, "lease": lease, "value": value});
    let wrong = refused(&ann, "labels.submit", submit(&item, &lease, json!("shipping"))).await;
    assert_eq!(wrong.0, RefusalKind::Invalid);
    assert!(wrong.1.contains("billing, returns, technical"), "{}", wrong.1);
    let foreign = refused(&bob, "labels.submit", submit(&item, &lease, json!("billing"))).await;
    assert_eq!(foreign.0, RefusalKind::Conflict);
    let cited =
        json!({"queue": "q", "item": item, "lease": lease, "value": "billing", "rules": ["R9"]});
    assert_eq!(refused(&ann, "labels.submit", cited).await.0, RefusalKind::Invalid);
    let empty = json!({"queue": "q", "item": item, "lease": lease, "reason": "  "});
    assert_eq!(refused(&ann, "labels.skip", empty).await.0, RefusalKind::Invalid);
    let kept = call(&ann, "labels.keep", json!({"queue": "q", "item": item, "lease": lease})).await;
    assert!(kept["lease_until_ms"].as_i64().unwrap() > 0);

    let done = call(&ann, "labels.submit", submit(&item, &lease, json!("billing"))).await;
    assert_eq!(done["state"], "agreed");
    let twice = refused(&ann, "labels.submit", submit(&item, &lease, json!("billing"))).await;
    assert_eq!(twice.0, RefusalKind::Conflict);
    let undone = call(&ann, "labels.undo", json!({"queue": "q", "item": item})).await;
    assert_eq!(undone["state"], "leased");
    assert_eq!(
        refused(&bob, "labels.undo", json!({"queue": "q", "item": item})).await.0,
        RefusalKind::Conflict
    );
    let (again, lease) = in_hand(&ann, "q").await;
    assert_eq!(again, item, "what was taken back is in hand again");
    call(
        &ann,
        "labels.skip",
        json!({"queue": "q", "item": item, "lease": lease, "reason": "no text"}),
    )
    .await;
    let task = call(&ann, "labels.next", json!({"queue": "q"})).await;
    let (next, lease) = (task["item"]["id"].clone(), task["item"]["lease"].clone());
    assert_ne!(next, item);
    call(&ann, "labels.submit", submit(&next, &lease, json!("returns"))).await;
    let input = format!("message {}\"", number_of(&task["item"]));
    folder.write("tickets.jsonl", &folder.read("tickets.jsonl").replace(&input, "other words\""));
    let promoted = call(&app, "labels.promote", json!({"queue": "q"})).await;
    assert_eq!((&promoted["n_changed"], &promoted["n_left_out"]), (&json!(0), &json!(1)));
    assert!(promoted["says"].as_str().unwrap().contains("input was changed"), "{promoted}");
    for (name, input) in [
        ("labels.promote", json!({"queue": "q"})),
        ("labels.export", json!({"queue": "q", "format": "csv"})),
        ("labels.write_guideline", json!({"queue": "q", "text": "R1: x"})),
    ] {
        assert_eq!(refused(&ann, name, input).await.0, RefusalKind::NotAllowed, "{name}");
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_stay_away_from_held_out_cases_and_from_gold_that_judges() {
    let folder = desk();
    assert_eq!(folder.karat(&["eval", "--quiet"]).code, 0);
    assert_eq!(folder.karat(&["gate", "--quiet"]).code, 2);
    let app = app(&folder);
    let open = json!({"feature": "triage", "source": "cases", "sample": 24, "mode": "assisted", "overlap": 1, "name": "assisted", "seed": 3});
    let opened = call(&app, "labels.open", open).await;
    let rule = opened["stop_rule"].as_str().unwrap_or_default();
    assert!(rule.contains("more labels until this gate can decide"), "{rule}");
    let ann = labeller(&app, "Ann");
    let (mut n_shown, mut n_hidden) = (0, 0);
    loop {
        let task = call(&ann, "labels.next", json!({"queue": "assisted"})).await;
        let item = &task["item"];
        if item.is_null() {
            break;
        }
        let index = number_of(item);
        if item["suggestion"].is_null() {
            n_hidden += 1;
        } else {
            n_shown += 1;
            assert!(index < 12, "a held-out case shows no answer");
        }
        // Held-out case 12 gets another value than it has.
        let value = truth(index + usize::from(index == 12));
        call(&ann, "labels.submit", json!({"queue": "assisted", "item": item["id"], "lease": item["lease"], "value": value})).await;
    }
    assert!(n_shown >= 6 && n_hidden >= 12, "{n_shown} {n_hidden}");
    let shown = call(&app, "labels.agreement", json!({"queue": "assisted"})).await;
    assert_eq!(shown["n_items"], 0, "assisted labels are no evidence of agreement");
    let promoted = call(&app, "labels.promote", json!({"queue": "assisted"})).await;
    assert_eq!(
        (&promoted["n_changed"], &promoted["n_left_out"]),
        (&json!(13), &json!(0)),
        "{promoted}"
    );

    // Without held-out cases every case judges: labels made with an answer in view are left out.
    folder.write(
        "tickets.jsonl",
        &folder
            .read("tickets.jsonl")
            .replace(", \"split\": \"gate\"", "")
            .replace(", \"split\": \"tune\"", ""),
    );
    app.close().await;
    assert_eq!(folder.karat(&["eval", "--quiet"]).code, 0);
    let open = json!({"feature": "triage", "source": "cases", "mode": "assisted", "overlap": 1, "name": "judging", "sample": 24, "seed": 3});
    call(&app, "labels.open", open).await;
    label_all(&ann, "judging", |index| json!(truth(index + 1))).await;
    let promoted = call(&app, "labels.promote", json!({"queue": "judging"})).await;
    let (changed, left) =
        (promoted["n_changed"].as_u64().unwrap(), promoted["n_left_out"].as_u64().unwrap());
    assert!(left >= 12 && changed >= 1 && changed + left >= 23, "{promoted}");
    assert!(promoted["says"].as_str().unwrap().contains("never judge"), "{promoted}");

    let open = json!({"feature": "triage", "source": "cases", "mode": "blind-then-reveal", "overlap": 1, "name": "reveal", "sample": 2});
    call(&app, "labels.open", open).await;
    let (item, lease) = in_hand(&ann, "reveal").await;
    let submit = |lease: &Value| json!({"queue": "reveal", "item": item, "lease": lease, "value": "billing"});
    let done = call(&ann, "labels.submit", submit(&lease)).await;
    assert!(
        done["reveal"]["value"].is_string()
            && !done["reveal"]["by"].as_str().unwrap().contains("recorded")
    );
    call(&ann, "labels.undo", json!({"queue": "reveal", "item": item})).await;
    let (_, lease) = in_hand(&ann, "reveal").await;
    call(&ann, "labels.submit", submit(&lease)).await;
    let text = call(&app, "labels.export", json!({"queue": "reveal", "format": "jsonl"})).await;
    let line = text["text"]
        .as_str()
        .unwrap()
        .lines()
        .find(|line| line.contains(item.as_str().unwrap()))
        .unwrap()
        .to_owned();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["labels"][0]["assisted"], &line["withdrawn"][0]["assisted"]),
        (&json!(true), &json!(false))
    );
    app.close().await;
}
