//! The terminal at a server of others: the same commands, over HTTP.

use crate::program::Folder;
use crate::served::Served;

#[test]
fn the_same_commands_work_at_a_server() {
    let folder = Folder::example("support-triage");
    let served = Served::start(&folder);
    let editor = served.program(&folder, "editor");
    let token = editor.headers[0].1.strip_prefix("Bearer ").unwrap().to_owned();
    let url = format!("http://{}", served.host);
    let elsewhere = Folder::new();
    let key = [("KARAT_API_KEY", token.as_str())];
    let at = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend_from_slice(&["--server", &url]);
        elsewhere.karat_with(&all, &key)
    };
    let ran = at(&["call", "evals.run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["feature"], "triage");
    assert!(at(&["runs"]).out.contains("triage"));
    assert!(at(&["show", "--format", "json"]).json()["run_id"].is_string());
    assert!(at(&["check"]).out.starts_with("fine"));
    let refused = at(&["people"]);
    assert!(refused.code == 3 && refused.err.contains("needs the role admin"), "{refused:?}");
    let here_only = at(&["eval"]);
    assert!(here_only.code == 3 && here_only.err.contains("--server"), "{here_only:?}");
    let named = elsewhere.karat_with(
        &["call", "project.state", "--server", &url, "--key", "TEAM_KEY"],
        &[("TEAM_KEY", &token)],
    );
    assert_eq!(named.code, 0, "{named:?}");
    let nobody = elsewhere.karat(&["call", "project.state", "--server", &url]);
    assert!(nobody.code == 3 && nobody.err.contains("KARAT_API_KEY"), "{nobody:?}");
    let gone = elsewhere.karat(&["call", "project.state", "--server", "http://127.0.0.1:9"]);
    assert!(gone.err.contains("cannot be reached") && gone.err.contains("next:"), "{gone:?}");
    let odd = elsewhere.karat(&["call", "project.state", "--server", "127.0.0.1"]);
    assert!(odd.err.contains("no address of a server"), "{odd:?}");
    assert!(!format!("{ran:?}{refused:?}{nobody:?}").contains(&token));
}

#[test]
fn people_and_tokens_are_kept_from_the_terminal() {
    let folder = Folder::example("support-triage");
    assert!(folder.karat(&["people"]).out.contains("Nobody has joined yet"));
    let invited =
        folder.karat(&["people", "invite", "--role", "editor", "--at", "https://k.example/"]);
    assert!(invited.out.starts_with("https://k.example/join?invite#"), "{invited:?}");
    assert!(folder.karat(&["people"]).out.contains("1 invite not used yet"));
    assert!(folder.karat(&["token", "list"]).out.contains("no token yet"));
    let made = folder.karat(&["token", "create", "nightly", "--role", "viewer"]);
    assert!(made.out.starts_with("karat_"), "{made:?}");
    let list = folder.karat(&["token", "list"]).out;
    assert!(list.contains("nightly") && list.contains("never"), "{list}");
    let unknown = folder.karat(&["people", "remove", "nobody"]);
    assert!(unknown.code == 3 && unknown.err.contains("karat people"), "{unknown:?}");
    assert_eq!(folder.karat(&["people", "invite", "--role", "king"]).code, 3);
}
