//! Sends one request again and again, from so many connections, and prints what that took as JSON.
//!
//! usage: load HOST:PORT PATH BODY-FILE CONNECTIONS SECONDS [REQUESTS-PER-SECOND]
//! Without a rate each connection sends its next request after the last answer (closed loop);
//! with one, requests are due at fixed times and wait is counted from there (open loop), so that no stall hides its victims.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, host, path, body, connections, seconds, rest @ ..] = &args[..] else {
        eprintln!("usage: load HOST:PORT PATH BODY-FILE CONNECTIONS SECONDS [REQUESTS-PER-SECOND]");
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
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now() + Duration::from_millis(20);
    let until = begun + Duration::from_secs_f64(seconds);
    let askers: Vec<_> = (0..n_connections)
        .map(|_| {
            let (host, request, next) = (host.clone(), request.clone(), Arc::clone(&next));
            std::thread::spawn(move || ask(&host, request.as_bytes(), rate, &next, begun, until))
        })
        .collect();
    let (mut waits, mut n_errors) = (Vec::new(), 0);
    for asker in askers {
        let (more, errors) = asker.join().expect("no thread panics");
        waits.extend(more);
        n_errors += errors;
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

/// Waits in microseconds, and how many requests failed.
fn ask(
    host: &str,
    request: &[u8],
    rate: Option<f64>,
    next: &AtomicU64,
    begun: Instant,
    until: Instant,
) -> (Vec<u64>, u64) {
    let (mut waits, mut n_errors) = (Vec::new(), 0);
    let mut stream = connect(host);
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
            return (waits, n_errors);
        }
        let is_fine = stream.write_all(request).is_ok() && answer(&mut stream, &mut buffer);
        if is_fine {
            waits.push(from.elapsed().as_micros() as u64);
        } else {
            n_errors += 1;
            stream = connect(host);
        }
    }
}

fn connect(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host).expect("a server that listens");
    stream.set_nodelay(true).expect("an open socket");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("an open socket");
    stream
}

/// Reads one whole answer; false where it is none or no 200.
fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
    let mut n = 0;
    let head = loop {
        if let Some(end) = find(&buffer[..n], b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut buffer[n..]) {
            Ok(more) if more > 0 => n += more,
            _ => return false,
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
                _ => return false,
            }
        }
        return is_fine;
    }
    // In chunks: nobody sends more before our next request, so the last bytes say whether this was the end.
    let mut tail = buffer[head..n].to_vec();
    while !tail.ends_with(b"0\r\n\r\n") {
        match stream.read(buffer) {
            Ok(more) if more > 0 => {
                tail.drain(..tail.len().saturating_sub(8));
                tail.extend_from_slice(&buffer[..more]);
            }
            _ => return false,
        }
    }
    is_fine
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
