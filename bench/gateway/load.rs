//! Sends one request again and again, from so many connections, and prints what that took as JSON.
//!
//! usage: load HOST:PORT PATH BODY-FILE CONNECTIONS SECONDS [REQUESTS-PER-SECOND [IDS-FILE]]
//! Without a rate, or with 0, each connection sends its next request after the last answer (closed loop);
//! with one, requests are due at fixed times and wait is counted from there (open loop), so that no stall hides its victims.
//! With a file, the ids of all inferences whose answers ended are written there; a server that is gone ends the load.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, host, path, body, connections, seconds, rest @ ..] = &args[..] else {
        eprintln!(
            "usage: load HOST:PORT PATH BODY-FILE CONNECTIONS SECONDS [REQUESTS-PER-SECOND [IDS-FILE]]"
        );
        std::process::exit(2);
    };
    let body = std::fs::read_to_string(body).expect("the file with the request's body");
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let n_connections: usize = connections.parse().expect("a number of connections");
    let seconds: f64 = seconds.parse().expect("seconds");
    let rate: Option<f64> = rest.first().map(|rate| rate.parse().expect("a rate"));
    let rate = rate.filter(|rate| *rate > 0.0);
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now() + Duration::from_millis(20);
    let until = begun + Duration::from_secs_f64(seconds);
    let askers: Vec<_> = (0..n_connections)
        .map(|_| {
            let (host, request, next) = (host.clone(), request.clone(), Arc::clone(&next));
            std::thread::spawn(move || ask(&host, request.as_bytes(), rate, &next, begun, until))
        })
        .collect();
    let (mut waits, mut ids, mut n_errors) = (Vec::new(), Vec::new(), 0);
    for asker in askers {
        let asked = asker.join().expect("no thread panics");
        waits.extend(asked.waits);
        ids.extend(asked.ids);
        n_errors += asked.n_errors;
    }
    if let Some(file) = rest.get(1) {
        std::fs::write(file, ids.join("\n")).expect("a file that can be written");
    }
    let took = begun.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at = |share: f64| {
        let index = ((waits.len() as f64 * share) as usize).min(waits.len().saturating_sub(1));
        waits.get(index).copied().unwrap_or(0)
    };
    println!(
        "{{\"n\": {}, \"errors\": {n_errors}, \"per_second\": {:.1}, \"p50_us\": {}, \"p99_us\": {}, \"max_us\": {}}}",
        waits.len(),
        waits.len() as f64 / took,
        at(0.5),
        at(0.99),
        at(1.0),
    );
}

/// What one connection saw.
#[derive(Default)]
struct Asked {
    /// In microseconds.
    waits: Vec<u64>,
    /// Of inferences whose answers ended, where the server names them.
    ids: Vec<String>,
    n_errors: u64,
}

fn ask(
    host: &str,
    request: &[u8],
    rate: Option<f64>,
    next: &AtomicU64,
    begun: Instant,
    until: Instant,
) -> Asked {
    let mut asked = Asked::default();
    let Some(mut stream) = connect(host) else { return asked };
    let mut buffer = vec![0; 64 << 10];
    std::thread::sleep(begun.saturating_duration_since(Instant::now()));
    loop {
        let from = match rate {
            None => Instant::now(),
            Some(rate) => {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let due = begun + Duration::from_secs_f64(index as f64 / rate);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                due
            }
        };
        if from >= until {
            return asked;
        }
        let is_sent = stream.write_all(request).is_ok();
        match is_sent.then(|| answer(&mut stream, &mut buffer)).flatten() {
            Some(head) => {
                asked.waits.push(from.elapsed().as_micros() as u64);
                let id = head.lines().find_map(|line| line.strip_prefix("x-karat-inference-id: "));
                asked.ids.extend(id.map(str::to_owned));
            }
            None => {
                asked.n_errors += 1;
                let Some(again) = connect(host) else { return asked };
                stream = again;
            }
        }
    }
}

/// None where nobody listens any more.
fn connect(host: &str) -> Option<TcpStream> {
    let stream = TcpStream::connect(host).ok()?;
    stream.set_nodelay(true).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    Some(stream)
}

/// Reads one whole answer; its head in small letters, or none where it is not whole or no 200.
fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Option<String> {
    let mut n = 0;
    let head = loop {
        if let Some(end) = find(&buffer[..n], b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut buffer[n..]) {
            Ok(more) if more > 0 => n += more,
            _ => return None,
        }
    };
    let is_fine = buffer.starts_with(b"HTTP/1.1 200");
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    if let Some(length) = length.and_then(|length| length.trim().parse::<usize>().ok()) {
        let mut left = (head + length).saturating_sub(n);
        while left > 0 {
            match stream.read(buffer) {
                Ok(more) if more > 0 => left -= more.min(left),
                _ => return None,
            }
        }
        return is_fine.then_some(text);
    }
    // In chunks: nobody sends more before our next request, so the last bytes say whether this was the end.
    let mut tail = buffer[head..n].to_vec();
    while !tail.ends_with(b"0\r\n\r\n") {
        match stream.read(buffer) {
            Ok(more) if more > 0 => {
                tail.drain(..tail.len().saturating_sub(8));
                tail.extend_from_slice(&buffer[..more]);
            }
            _ => return None,
        }
    }
    is_fine.then_some(text)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
