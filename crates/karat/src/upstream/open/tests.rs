//! Claims about calls that are open, against servers of a few lines that misbehave on purpose.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use karat_providers::Dialect;

use super::*;
use crate::clock::Clock;
use crate::project::problem::Place;
use crate::tasks::Stop;

/// A server that gives each connection to the script, one after the other, and says afterwards that it did.
fn server(
    script: impl Fn(&mut TcpStream, &Sender<String>) + Send + 'static,
) -> (Provider, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let (said, heard) = channel();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            script(&mut connection, &said);
            drop(connection);
            let _ = said.send("closed".to_owned());
        }
    });
    (provider(base_url), heard)
}

fn provider(base_url: String) -> Provider {
    Provider {
        name: "p".to_owned(),
        dialect: Dialect::OpenAiChat,
        base_url,
        key_env: None,
        concurrency: 1,
        timeouts: Timeouts::default(),
        retries: 0,
        place: Place::default(),
    }
}

/// Reads one request; the text up to the end of its body.
fn request(connection: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while !text.ends_with(b"{}") {
        let n_read = connection.read(&mut buffer).unwrap();
        if n_read == 0 {
            break;
        }
        text.extend_from_slice(&buffer[..n_read]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn send(connection: &mut TcpStream, text: &str) {
    connection.write_all(text.as_bytes()).unwrap();
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nx-sort: quick\r\ntransfer-encoding: chunked\r\n\r\n";

fn upstream() -> Upstream {
    Upstream::new(Clock, Stop::never())
}

async fn open_with(
    upstream: &Upstream,
    provider: &Provider,
    limits: Timeouts,
) -> Result<Opened, Failure> {
    let key = (HeaderName::from_static("authorization"), HeaderValue::from_static("Bearer k"));
    upstream.open(provider, "/chat", vec![key], Bytes::from_static(b"{}"), limits).await
}

async fn open(provider: &Provider) -> Result<Opened, Failure> {
    open_with(&upstream(), provider, Timeouts::default()).await
}

fn expect(failure: &Failure, kind: FailureKind, words: &str) {
    assert_eq!(failure.kind, kind, "{failure:?}");
    assert!(failure.message.contains(words), "{failure:?}");
}

#[tokio::test]
async fn pieces_come_as_they_were_sent() {
    let (provider, heard) = server(|connection, said| {
        said.send(request(connection)).unwrap();
        send(connection, HEAD);
        send(connection, "3\r\nab\n\r\n");
        // The second piece waits until the first was read; the third is split by the wire.
        send(connection, "2\r\ncd\r\n4\r\nef");
        send(connection, "gh\r\n0\r\n\r\n");
    });
    let mut opened = open(&provider).await.unwrap();
    assert_eq!((opened.status, opened.headers["x-sort"].to_str().unwrap()), (200, "quick"));
    let mut all = Vec::new();
    while let Some(piece) = opened.chunks.next().await {
        all.extend_from_slice(&piece.unwrap());
    }
    assert_eq!((all.as_slice(), opened.chunks.n_bytes()), (b"ab\ncdefgh".as_slice(), 9));
    assert!(opened.chunks.next().await.is_none());
    let request = heard.recv().unwrap();
    assert!(request.starts_with("POST /chat HTTP/1.1\r\nauthorization: Bearer k\r\n"), "{request}");
}

#[tokio::test]
async fn a_whole_answer_has_its_bound() {
    let script = |connection: &mut TcpStream, _: &Sender<String>| {
        request(connection);
        send(connection, HEAD);
        send(connection, "3\r\nabc\r\n");
        send(connection, "3\r\ndef\r\n0\r\n\r\n");
    };
    let (provider, _) = server(script);
    let whole = open(&provider).await.unwrap().chunks.whole(6).await.unwrap();
    assert_eq!(whole.as_ref(), b"abcdef");
    let failure = open(&provider).await.unwrap().chunks.whole(5).await.unwrap_err();
    expect(&failure, FailureKind::Malformed, "more than 5 bytes");
}

#[tokio::test]
async fn who_cannot_be_reached_is_said_apart_from_who_hangs_up() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failure = open(&provider(format!("http://{nobody}"))).await.unwrap_err();
    expect(&failure, FailureKind::Unreachable, "cannot be reached");

    let (provider, _) = server(|connection, _| drop(request(connection)));
    let failure = open(&provider).await.unwrap_err();
    expect(&failure, FailureKind::ServerError, "closed the connection without an answer");

    let (provider, _) = server(|connection, _| {
        request(connection);
        send(connection, "SSH-2.0-what\r\n\r\n");
    });
    let failure = open(&provider).await.unwrap_err();
    expect(&failure, FailureKind::Malformed, "something else than HTTP");
}

#[tokio::test]
async fn an_answer_that_is_cut_fails_once_and_then_is_over() {
    let (provider, _) = server(|connection, _| {
        request(connection);
        send(connection, HEAD);
        send(connection, "3\r\nabc\r\n");
    });
    let mut opened = open(&provider).await.unwrap();
    assert_eq!(opened.chunks.next().await.unwrap().unwrap().as_ref(), b"abc");
    let failure = opened.chunks.next().await.unwrap().unwrap_err();
    expect(&failure, FailureKind::Malformed, "cut its answer after 3 bytes");
    assert!(opened.chunks.next().await.is_none());
}

/// Until the caller hangs up.
fn linger(connection: &mut TcpStream) {
    let _ = connection.read(&mut [0; 1]);
}

// The runtime goes on beside the test, which waits for the server with its thread blocked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_time_limit_has_its_own_words() {
    let short = Duration::from_millis(40);
    let standard = Timeouts::default();

    let (silent, heard) = server(|connection, _| {
        request(connection);
        linger(connection);
    });
    let limits = Timeouts { first_byte: short, ..standard };
    let failure = open_with(&upstream(), &silent, limits).await.unwrap_err();
    expect(&failure, FailureKind::Timeout, "waited 40ms for the first byte of 127.0.0.1");
    assert_eq!(heard.recv().unwrap(), "closed", "the call is cancelled");
    // It accepts connections and never begins with TLS.
    let mute = Provider {
        base_url: silent.base_url.replace("http:", "https:"),
        timeouts: Timeouts { connect: short, ..standard },
        ..silent.clone()
    };
    let failure = open(&mute).await.unwrap_err();
    expect(&failure, FailureKind::Unreachable, "gave no connection within 40ms");
    assert_eq!(heard.recv().unwrap(), "closed");
    let limits = Timeouts { total: short, ..standard };
    let failure = open_with(&upstream(), &silent, limits).await.unwrap_err();
    expect(&failure, FailureKind::Timeout, "waited 40ms for the whole answer of 127.0.0.1");

    let (stalled, _) = server(|connection, _| {
        request(connection);
        send(connection, HEAD);
        linger(connection);
    });
    let limits = Timeouts { chunk: short, ..standard };
    let mut opened = open_with(&upstream(), &stalled, limits).await.unwrap();
    let failure = opened.chunks.next().await.unwrap().unwrap_err();
    expect(&failure, FailureKind::Timeout, "waited 40ms for the next part of 127.0.0.1");
    let limits = Timeouts { total: short, ..standard };
    let mut opened = open_with(&upstream(), &stalled, limits).await.unwrap();
    let failure = opened.chunks.next().await.unwrap().unwrap_err();
    expect(&failure, FailureKind::Timeout, "waited 40ms for the whole answer of 127.0.0.1");

    // Never slow enough for the limit between pieces, and never done.
    let (endless, heard) = server(|connection, _| {
        request(connection);
        send(connection, HEAD);
        while connection.write_all(b"1\r\nx\r\n").is_ok() {}
    });
    let limits = Timeouts { total: short, ..standard };
    let mut opened = open_with(&upstream(), &endless, limits).await.unwrap();
    let failure = loop {
        if let Err(failure) = opened.chunks.next().await.unwrap() {
            break failure;
        }
    };
    expect(&failure, FailureKind::Timeout, "waited 40ms for the whole answer of 127.0.0.1");
    assert_eq!(heard.recv().unwrap(), "closed", "the call is cancelled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_an_answer_cancels_the_call() {
    let (provider, heard) = server(|connection, _| {
        request(connection);
        send(connection, HEAD);
        send(connection, "3\r\nabc\r\n");
        linger(connection);
    });
    let mut opened = open(&provider).await.unwrap();
    opened.chunks.next().await.unwrap().unwrap();
    drop(opened);
    assert_eq!(heard.recv().unwrap(), "closed");
}

// One thread, so that nothing notices the end of a connection before the next call is made.
#[tokio::test]
async fn connections_are_used_again_and_stale_ones_replaced() {
    const N_CALLS: usize = 20;
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let (kept, heard) = server(move |connection, said| {
        let (mut connection, said) = (connection.try_clone().unwrap(), said.clone());
        thread::spawn(move || {
            said.send("a connection".to_owned()).unwrap();
            while request(&mut connection).starts_with("POST") {
                send(&mut connection, answer);
            }
        });
    });
    let upstream_of_both = upstream();
    for _ in 0..N_CALLS {
        let opened = open_with(&upstream_of_both, &kept, Timeouts::default()).await.unwrap();
        assert_eq!(opened.chunks.whole(10).await.unwrap().as_ref(), b"{}");
    }
    let n_connections = heard.try_iter().filter(|said| said == "a connection").count();
    assert!((1..N_CALLS).contains(&n_connections), "{n_connections} connections");

    let (closing, heard) = server(move |connection, _| {
        request(connection);
        send(connection, answer);
    });
    let closing = Provider { name: "q".to_owned(), ..closing };
    for _ in 0..N_CALLS {
        let opened = open_with(&upstream_of_both, &closing, Timeouts::default()).await.unwrap();
        assert_eq!(opened.chunks.whole(10).await.unwrap().as_ref(), b"{}");
        // The server has closed; the pool may or may not have noticed.
        assert_eq!(heard.recv().unwrap(), "closed");
    }
}

#[tokio::test]
async fn over_a_new_connection_a_request_goes_out_once() {
    let (provider, heard) = server(|connection, said| said.send(request(connection)).unwrap());
    let failure = open(&provider).await.unwrap_err();
    expect(&failure, FailureKind::ServerError, "closed the connection without an answer");
    assert!(heard.recv().unwrap().starts_with("POST"));
    assert_eq!(heard.recv().unwrap(), "closed");
    assert_eq!(heard.try_iter().count(), 0);
}
