//! Providers, keys and prices: what people set up, and that a key goes in and never comes out.

use karat::app::{App, RefusalKind};
use karat::config::Config;
use karat::operations;
use karat::tasks::Stop;
use karat_records::{Person, Role};
use serde_json::{Value, json};

use crate::program::Folder;
use crate::server::{Asking, OK, Server};

const KEY: &str = "qz-very-secret-0123456789";

fn app(folder: &Folder, role: Role) -> App {
    let person = Person { id: "p1".into(), name: "Ana".into(), role };
    App::new(folder.path().to_path_buf(), Config::default(), Stop::never()).acting_as(person)
}

async fn call(app: &App, name: &str, input: Value) -> anyhow::Result<Value> {
    operations::find(name)?.call(app.clone(), input).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_kept_and_is_in_no_output_and_no_error() {
    let provider = "api_key_env = \"KARAT_TEST_SETTINGS_KEY\"";
    let folder = Asking { provider, ..Asking::default() }.folder();
    let admin = app(&folder, Role::Admin);
    let list = call(&admin, "providers.list", json!({})).await.unwrap();
    let shown = &list["providers"][0];
    assert_eq!(
        (&shown["key_name"], &shown["has_key"]),
        (&json!("KARAT_TEST_SETTINGS_KEY"), &json!(false))
    );
    assert_eq!(shown["used_by"], json!(["ask/live"]));
    let wanted = json!({"name": "KARAT_TEST_SETTINGS_KEY", "key": KEY});
    let refused = call(&app(&folder, Role::Editor), "keys.set", wanted.clone()).await.unwrap_err();
    assert!(!refused.to_string().contains(KEY));
    let refused = refused.downcast::<karat::app::Refusal>().unwrap();
    assert_eq!(refused.kind, RefusalKind::NotAllowed);
    for wrong in [
        json!({"name": KEY, "key": "OPENAI_API_KEY"}),
        json!({"name": "OPENAI_API_KEY", "key": format!("{KEY} {KEY}")}),
        json!({"name": "OPENAI_API_KEY", "key": [KEY]}),
        json!({"name": "OPENAI_API_KEY", "key": {"value": KEY}}),
        json!({"name": "OPENAI_API_KEY", "key": 123_456_789}),
        json!({"name": "OPENAI_API_KEY"}),
    ] {
        let error = format!("{:?}", call(&admin, "keys.set", wrong.clone()).await.unwrap_err());
        assert!(!error.contains("qz-very") && !error.contains("123456789"), "{error}");
        assert!(error.contains("next: "), "{error}");
    }
    assert!(!folder.path().join(".karat/keys").exists());
    let done = call(&admin, "keys.set", wanted).await.unwrap();
    assert!(!done.to_string().contains(KEY), "{done}");
    let list = call(&admin, "providers.list", json!({})).await.unwrap();
    assert_eq!(list["providers"][0]["has_key"], true);
    assert!(!list.to_string().contains(KEY), "{list}");
    admin.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_what_is_wrong_with_a_provider() {
    let server = Server::start(OK);
    let folder = Asking { url: &server.url, ..Asking::default() }.folder();
    let editor = app(&folder, Role::Editor);
    let tested = call(&editor, "providers.test", json!({"provider": "sim"})).await.unwrap();
    assert_eq!(
        (&tested["is_fine"], &tested["simulated"]),
        (&json!(true), &json!(true)),
        "{tested}"
    );
    assert!(tested["latency_ms"].as_f64().unwrap() > 0.0);
    let list = call(&editor, "providers.list", json!({})).await.unwrap();
    assert_eq!(list["providers"][0]["simulated"], true);
    let unknown = call(&editor, "providers.test", json!({"provider": "sin"})).await.unwrap_err();
    assert!(unknown.to_string().contains("did you mean `sim`?"), "{unknown}");
    editor.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_host_a_wrong_key_a_wrong_model_and_a_wrong_dialect_have_a_sentence_each() {
    let fault = |status: u16| {
        Server::start(&format!("[[fault]]\nkind = \"status\"\nstatus = {status}\nalways = true\n"))
    };
    let (locked, lost, fine) = (fault(401), fault(404), Server::start(OK));
    let at = |server: &Server| Asking { url: &server.url, ..Asking::default() }.folder();
    let (dead, locked, lost) = (Asking::default().folder(), at(&locked), at(&lost));
    let other = at(&fine);
    other.write("karat.toml", &other.read("karat.toml").replace("/v1\"", "/nowhere\""));
    for (folder, words) in [
        (&dead, "nobody answers at http://127.0.0.1:9/v1"),
        (&locked, "sim does not accept the key"),
        (&lost, "sim knows no model good"),
        (&other, "is not where its API lives"),
    ] {
        let editor = app(folder, Role::Editor);
        let input = json!({"provider": "sim"});
        let tested = call(&editor, "providers.test", input).await.unwrap();
        let says = tested["says"].as_str().unwrap();
        assert_eq!(tested["is_fine"], false, "{tested}");
        assert!(says.contains(words) && says.contains("next: "), "{says}");
        editor.close().await;
    }
}

#[test]
fn the_projects_own_prices_stand_before_the_built_in_ones() {
    let more = "[prices.\"sim/good\"]\ninput = 1.5\noutput = 6.0\n";
    let folder = Asking { more, ..Asking::default() }.folder();
    let list = folder.karat(&["call", "prices.list"]).json();
    let prices = list["prices"].as_array().unwrap();
    assert_eq!(prices[0]["model"], "sim/good");
    assert_eq!(
        (&prices[0]["output_usd"], &prices[0]["source"]),
        (&json!(6.0), &json!("karat.toml"))
    );
    assert!(prices.len() > 10 && prices[1]["source"] == "built in", "{list}");
    assert!(list["as_of"].as_str().unwrap().len() >= 7, "{list}");
    let listed = folder.karat(&["providers"]);
    assert!(listed.out.contains("none needed"), "{listed:?}");
    let tested = folder.karat(&["providers", "test", "sim"]);
    assert_eq!(tested.code, 3, "{tested:?}");
}
