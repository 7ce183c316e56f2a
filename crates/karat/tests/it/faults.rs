//! Faults: in each a clear message, nothing finished lost, and the right exit code.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Folder, metric, variant};
use crate::server::{Asking, OK, Server};

fn asking(server: &Server, provider: &str) -> Folder {
    Asking { url: &server.url, n_cases: 12, provider, ..Asking::default() }.folder()
}

fn ended(folder: &Folder) -> Value {
    let done = folder.karat(&["eval", "--format", "json", "--quiet"]);
    assert_eq!(done.code, 0, "{done:?}");
    done.json()
}

#[test]
fn too_many_requests_are_waited_for_as_the_provider_asks() {
    let server = Server::start(&format!(
        "{OK}\n[[fault]]\nkind = \"rate-limit\"\nfirst = 1\nper_request = true\nretry_after = \"1s\"\n"
    ));
    let folder = asking(&server, "");
    let begun = Instant::now();
    let report = ended(&folder);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(metric(&report, "live", "right")["n_right"], 12);
    let p95 = variant(&report, "live")["latency"]["p95_ms"].as_f64().unwrap();
    assert!(p95 < 900.0, "the wait for our own pace is no latency of the variant: {p95}");
}

#[test]
fn a_burst_of_server_errors_is_survived() {
    let server = Server::start(&format!(
        "{OK}\n[[fault]]\nkind = \"status\"\nstatus = 500\nfirst = 1\nper_request = true\n"
    ));
    assert_eq!(metric(&ended(&asking(&server, "")), "live", "right")["n_right"], 12);
}

/// A fault that never ends, with one retry: every trial is an error with the right words.
fn words_of(fault: &str) -> (String, String) {
    let server = Server::start(&format!("{OK}\n[[fault]]\nalways = true\n{fault}\n"));
    let folder =
        asking(&server, "retries = 1\nfirst_byte_timeout = \"300ms\"\nchunk_timeout = \"300ms\"");
    let report = ended(&folder);
    let live = variant(&report, "live");
    assert_eq!(live["n_errors"], 12, "{live}");
    assert_eq!(metric(&report, "live", "right")["n_right"], 0);
    let error = &live["errors"][0];
    (error["kind"].as_str().unwrap().to_owned(), error["example"].as_str().unwrap().to_owned())
}

#[test]
fn a_server_that_hangs_times_out() {
    let (kind, words) = words_of("kind = \"hang\"");
    assert_eq!(kind, "timeout");
    assert!(words.contains("300ms"), "{words}");
    assert_eq!(words_of("kind = \"hang-after\"").0, "timeout");
}

#[test]
fn a_server_that_cuts_answers_html_or_answers_nothing_is_an_error_with_a_name() {
    assert!(
        ["malformed", "server-error"].contains(&words_of("kind = \"cut\"\nchunks = 1").0.as_str())
    );
    assert_eq!(words_of("kind = \"html\"\nstatus = 200").0, "malformed");
    assert_eq!(words_of("kind = \"empty\"").0, "empty");
    assert_eq!(words_of("kind = \"malformed\"").0, "malformed");
}

#[test]
fn errors_are_finished_and_are_repeated_on_demand() {
    let server = Server::start(&format!("{OK}\n[[fault]]\nkind = \"empty\"\nfirst = 24\n"));
    let folder = asking(&server, "retries = 0");
    let n_errors = |report: &Value| variant(report, "live")["n_errors"].as_u64().unwrap();
    assert_eq!(n_errors(&ended(&folder)), 12);
    assert_eq!(n_errors(&ended(&folder)), 12, "the same command repeats no error");
    let done = folder.karat(&["eval", "--retry-errors", "--format", "json", "--quiet"]);
    assert_eq!(n_errors(&done.json()), 12, "the second dozen fails as well");
    let done = folder.karat(&["eval", "--retry-errors", "--format", "json", "--quiet"]);
    assert_eq!(n_errors(&done.json()), 0);
}

#[test]
fn a_wrong_key_stops_the_run_with_the_providers_words_and_the_right_key_goes_on() {
    let server = Server::start(&format!("{OK}\n[keys]\naccept = [\"sk-right\"]\n"));
    let folder = asking(&server, "api_key_env = \"SIM_KEY\"\nconcurrency = 2");
    let done = folder.karat_with(&["eval"], &[("SIM_KEY", "sk-planted-canary-0123456789")]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.contains("every call fails in the same way") && done.err.contains("next:"),
        "{}",
        done.err
    );
    assert!(!done.err.contains("sk-planted"), "{}", done.err);
    for entry in std::fs::read_dir(folder.path().join(".karat")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let canary = b"sk-planted-canary";
            assert!(
                !bytes.windows(canary.len()).any(|window| window == canary),
                "{}",
                path.display()
            );
        }
    }
    let done =
        folder.karat_with(&["eval", "--format", "json", "--quiet"], &[("SIM_KEY", "sk-right")]);
    assert_eq!(metric(&done.json(), "live", "right")["n_right"], 12);
}

#[test]
fn an_unknown_model_and_a_dead_host_stop_the_run() {
    let server = Server::start(&format!("{OK}\n[models]\nknown = [\"other\"]\n"));
    let done = asking(&server, "").karat(&["eval"]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains("good"), "the provider's words name the model: {}", done.err);
    let folder = Asking { provider: "retries = 0", ..Asking::default() }.folder();
    let done = folder.karat(&["eval"]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains("cannot be reached"), "{}", done.err);
}

/// The report without what differs from run to run.
fn summary(report: &Value) -> Value {
    let live = variant(report, "live");
    serde_json::json!([
        live["metrics"],
        live["n_trials"],
        live["n_errors"],
        live["consistency"],
        report["verdict"],
        report["n_cases"]
    ])
}

#[test]
fn a_killed_run_goes_on_where_it_stopped_with_the_same_summary() {
    // Which answers are wrong depends on the case alone, so that every run comes to the same summary.
    let script = "latency = \"10ms\"\n[[answer]]\nregex = '[147]$'\ntext = \"no\"\n[[answer]]\ntext = \"ok\"\n";
    let whole = {
        let server = Server::start(script);
        let folder = Asking {
            url: &server.url,
            n_cases: 60,
            trials: 2,
            provider: "concurrency = 8",
            ..Asking::default()
        }
        .folder();
        summary(&ended(&folder))
    };
    for round in 0..10_u64 {
        let server = Server::start(script);
        let folder = Asking {
            url: &server.url,
            n_cases: 60,
            trials: 2,
            provider: "concurrency = 8",
            ..Asking::default()
        }
        .folder();
        let mut child = folder.start(&["eval", "--quiet"]);
        // From before the first trial to the middle of the run.
        std::thread::sleep(Duration::from_millis(20 + 17 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let done = folder.karat(&["eval", "--format", "json"]);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(summary(&done.json()), whole, "round {round}");
        let runs = folder.karat(&["runs", "--format", "json"]).json();
        assert_eq!(runs["runs"].as_array().unwrap().len(), 1, "it is the same run");
    }
}

#[test]
fn an_interrupted_run_says_so_keeps_what_is_finished_and_goes_on() {
    let server = Server::start(&format!("latency = \"40ms\"\n{OK}"));
    let folder =
        Asking { url: &server.url, n_cases: 200, provider: "concurrency = 4", ..Asking::default() }
            .folder();
    let child = folder.start(&["eval"]);
    std::thread::sleep(Duration::from_millis(700));
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    let begun = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("stopping"), "{err}");
    let again = folder.karat(&["eval", "--format", "json"]);
    assert!(again.err.contains("goes on where it stopped"), "{}", again.err);
    assert_eq!(metric(&again.json(), "live", "right")["n_right"], 200);
}

#[test]
fn a_full_disk_is_said_and_what_was_stored_is_used_once_there_is_room() {
    let server = Server::start(
        "[[answer]]\ntext = \"{{ last_user }} and a long answer that fills the pages of the database\"\n",
    );
    let folder = Asking { url: &server.url, n_cases: 400, ..Asking::default() }.folder();
    let done = folder.karat_with(&["eval"], &[("KARAT_MAX_PAGES", "60")]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("karat.db") && done.err.contains("space"), "{}", done.err);
    let again = folder.karat(&["eval", "--format", "json"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.err.contains(" stored"), "{}", again.err);
    assert_eq!(variant(&again.json(), "live")["n_trials"], 400);
}

#[test]
fn a_small_file_system_that_is_full_is_said() {
    let mount = tempfile::tempdir().unwrap();
    let path = mount.path().display().to_string();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=400k", "tmpfs", &path])
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        println!("skipped: this user may not mount a file system");
        return;
    }
    let server = Server::start(
        "[[answer]]\ntext = \"{{ last_user }} and a long answer that fills the file system\"\n",
    );
    let folder = Asking { url: &server.url, n_cases: 2000, ..Asking::default() }.folder();
    let done = folder.karat_with(&["eval"], &[("KARAT_DATA", &path)]);
    let unmounted = std::process::Command::new("umount").arg(&path).status();
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("space"), "{}", done.err);
    assert!(unmounted.is_ok_and(|status| status.success()));
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    // Root may write everywhere, so a file stands where the data folder should be.
    let folder = Asking::default().folder();
    folder.write(".karat", "in the way");
    let done = folder.karat(&["eval"]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains(".karat") && done.err.contains("next:"), "{}", done.err);
    assert_eq!(folder.karat(&["check"]).code, 0, "checking needs no data folder");
}

#[test]
fn two_runs_at_once_in_one_folder_do_no_harm() {
    let server = Server::start(&format!("latency = \"30ms\"\n{OK}"));
    let folder =
        Asking { url: &server.url, n_cases: 100, provider: "concurrency = 4", ..Asking::default() }
            .folder();
    let first = folder.start(&["eval", "--quiet"]);
    std::thread::sleep(Duration::from_millis(250));
    let second = folder.karat(&["eval"]);
    assert_eq!(second.code, 3);
    assert!(second.err.contains("under way in this folder"), "{}", second.err);
    let other = folder.karat(&["eval", "--seed", "2", "--limit", "10", "--quiet"]);
    assert_eq!(other.code, 0, "another run may go on beside it: {}", other.err);
    assert_eq!(first.wait_with_output().unwrap().status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_said_by_whoever_writes_and_no_matter_for_a_check() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::example("support-triage");
    let program = folder.path().join("karat-program");
    std::fs::copy(env!("CARGO_BIN_EXE_karat"), &program).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere, so somebody else runs the program then.
    let is_root = std::process::Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let run = |args: &[&str]| {
        let mut command = if is_root {
            let mut command = std::process::Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
            command
        } else {
            std::process::Command::new(&program)
        };
        let output = command.current_dir(folder.path()).args(args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let checked = run(&["check"]);
    let judged = run(&["gate"]);
    let drafted = run(&["rules", "draft", "--file", "drafts/triage.toml"]);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(checked.0, Some(0), "{checked:?}");
    assert_eq!(judged.0, Some(3), "{judged:?}");
    assert!(judged.1.contains(".karat cannot be made") && judged.1.contains("next:"), "{judged:?}");
    assert_eq!(drafted.0, Some(3), "{drafted:?}");
    assert!(drafted.1.contains("drafts cannot be made"), "{drafted:?}");
}
