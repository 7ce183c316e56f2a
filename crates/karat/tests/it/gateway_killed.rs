//! A server that is killed in the middle of its work: whoever saw the end of an answer finds it in the ledger, once.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use karat_providers::Dialect;

use crate::served::Served;
use crate::server::Server;
use crate::traffic::{Ledger, feature, path, project, request};

/// Asks on one connection until it breaks; ids of answers whose end was seen.
fn asker(host: String, index: usize, stop: Arc<AtomicBool>) -> Vec<String> {
    let mut seen = Vec::new();
    let Ok(mut stream) = TcpStream::connect(&host) else { return seen };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let streamed = index.is_multiple_of(2);
    let dialect = Dialect::ALL[index % 3];
    let body = request(dialect, "ask", "hello", streamed).to_string();
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n\r\n{body}",
        path(dialect),
        body.len()
    );
    let end = match (streamed, dialect) {
        (false, _) => "",
        (true, Dialect::OpenAiChat) => "data: [DONE]\n\n",
        (true, Dialect::OpenAiResponses) => "event: response.completed\n",
        (true, Dialect::Anthropic) => "event: message_stop\n",
    };
    while !stop.load(Ordering::Relaxed) {
        if stream.write_all(request.as_bytes()).is_err() {
            break;
        }
        let mut text = String::new();
        let mut buffer = [0; 16384];
        loop {
            match stream.read(&mut buffer) {
                Ok(n) if n > 0 => text.push_str(&String::from_utf8_lossy(&buffer[..n])),
                _ => return noted(seen, &text, end),
            }
            if is_whole(&text, end) {
                break;
            }
        }
        seen = noted(seen, &text, end);
        // The rest of a stream's end is of no interest, yet the next answer begins behind it.
        while !end.is_empty() && !text.ends_with("0\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(n) if n > 0 => text.push_str(&String::from_utf8_lossy(&buffer[..n])),
                _ => return seen,
            }
        }
    }
    seen
}

fn is_whole(text: &str, end: &str) -> bool {
    if !end.is_empty() {
        return text.contains(end);
    }
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| body.len() >= length.parse().unwrap())
}

fn noted(mut seen: Vec<String>, text: &str, end: &str) -> Vec<String> {
    if is_whole(text, end) {
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let id = text.lines().find_map(|line| line.strip_prefix("x-karat-inference-id: "));
        seen.push(id.unwrap().to_owned());
    }
    seen
}

#[test]
fn ten_kills_lose_and_double_no_inference_whose_end_was_seen() {
    let server = Server::start("[[answer]]\ntext = \"a few kind words\"\n");
    let folder = project(&server.url, &feature("ask", &[("live", "chat/good")], ""));
    let mut seen = Vec::new();
    for round in 0..10u64 {
        let served = Served::start(&folder);
        let stop = Arc::new(AtomicBool::new(false));
        let askers: Vec<_> = (0..8)
            .map(|index| {
                let (host, stop) = (served.host.clone(), Arc::clone(&stop));
                std::thread::spawn(move || asker(host, index, stop))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(150 + round * 61 % 300));
        // Dropping it is `kill -9`.
        drop(served);
        stop.store(true, Ordering::Relaxed);
        seen.extend(askers.into_iter().flat_map(|asker| asker.join().unwrap()));
    }
    assert!(seen.len() > 100, "only {} answers were seen", seen.len());
    let mut times: HashMap<String, usize> = HashMap::new();
    for id in Ledger::of(&folder).ids() {
        *times.entry(id).or_default() += 1;
    }
    for id in &seen {
        assert_eq!(times.get(id), Some(&1), "{id} of {} seen", seen.len());
    }
    println!("{} ends were seen, {} inferences are recorded", seen.len(), times.len());
}
