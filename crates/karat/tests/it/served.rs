//! A running `karat serve`, and a visitor that speaks HTTP byte by byte.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::program::Folder;

/// A running server; it ends with this value.
pub struct Served {
    process: Child,
    /// `127.0.0.1:PORT`
    pub host: String,
    /// What stands behind `#` in the link.
    pub link: String,
}

impl Served {
    /// Starts a server on a free port and reads what it prints.
    pub fn start(folder: &Folder) -> Self {
        Self::start_with(folder, &[])
    }

    /// Starts a server with further flags.
    pub fn start_with(folder: &Folder, args: &[&str]) -> Self {
        Self::start_with_variables(folder, args, &[])
    }

    /// Starts a server in an environment of its own.
    pub fn start_with_variables(
        folder: &Folder,
        args: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_karat"))
            .current_dir(folder.path())
            .args(["serve", "--port", "0"])
            .args(args)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        let host = next().split("listens at ").nth(1).unwrap().to_owned();
        let link = next().split_once("/join#").unwrap().1.to_owned();
        Self { process, host, link }
    }

    /// A visitor who has shown nothing yet.
    pub fn visitor(&self) -> Visitor {
        Visitor { host: self.host.clone(), headers: Vec::new() }
    }

    /// Signs in with the printed link.
    pub fn admin(&self) -> Visitor {
        let entered =
            self.visitor().send("POST", "/session", Some(&json!({ "token": self.link })), &[]);
        assert_eq!(entered.status, 200, "{entered:?}");
        self.visitor().with_session(&entered)
    }

    /// A program with a token of this role.
    pub fn program(&self, folder: &Folder, role: &str) -> Visitor {
        let made = folder.karat(&["token", "create", role, "--role", role]);
        let token = made.out.split_whitespace().next().unwrap();
        self.visitor().with("authorization", &format!("Bearer {token}"))
    }

    /// Asks it to end as a supervisor does, and waits; all that it printed as errors.
    pub fn end(mut self) -> (Option<i32>, String) {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        let code = self.process.wait().unwrap().code();
        let mut words = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut words).unwrap();
        (code, words)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Visitor {
    pub host: String,
    pub headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The names of the events, in order.
    pub fn events(&self) -> Vec<(String, Value)> {
        self.body
            .split("\n\n")
            .filter_map(|event| {
                let (name, data) = event.strip_prefix("event: ")?.split_once("\ndata: ")?;
                Some((name.to_owned(), serde_json::from_str(data).unwrap()))
            })
            .collect()
    }
}

impl Visitor {
    /// The same visitor with a further header.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.retain(|(known, _)| known != name);
        headers.push((name.to_owned(), value.to_owned()));
        Self { host: self.host.clone(), headers }
    }

    /// The same visitor without a header.
    pub fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| known != name);
        other
    }

    /// The same visitor with the cookie that came back, and its token against forged requests.
    pub fn with_session(&self, entered: &Reply) -> Self {
        let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = entered.json()["csrf"].as_str().unwrap().to_owned();
        self.with("cookie", &cookie).with("x-karat-csrf", &csrf)
    }

    /// Calls an operation.
    pub fn call(&self, name: &str, input: &Value) -> Reply {
        self.send("POST", &format!("/api/v1/{name}"), Some(input), &[])
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, &[])
    }

    pub fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        more: &[(&str, &str)],
    ) -> Reply {
        let body = body.map(Value::to_string);
        let mut headers = String::new();
        if let Some(body) = &body {
            let length = body.len();
            let _ =
                write!(headers, "content-type: application/json\r\ncontent-length: {length}\r\n");
        }
        for (name, value) in more {
            let _ = write!(headers, "{name}: {value}\r\n");
        }
        for (name, value) in &self.headers {
            let _ = write!(headers, "{name}: {value}\r\n");
        }
        if !more.iter().any(|(name, _)| *name == "host") {
            let _ = write!(headers, "host: {}\r\n", self.host);
        }
        let body = body.unwrap_or_default();
        self.raw(&format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n{body}"))
    }

    /// Sends bytes as they are and reads until the server closes.
    pub fn raw(&self, text: &str) -> Reply {
        let mut stream = self.connect();
        // The server may answer and close before it has read all.
        let _ = stream.write_all(text.as_bytes());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        parsed(&bytes)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream
    }
}

fn parsed(bytes: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Reply { status: 0, headers: Vec::new(), body: text.into_owned() };
    };
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let is_chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if is_chunked { unchunked(body) } else { body.to_owned() };
    Reply { status, headers, body }
}

fn unchunked(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 || after.len() < size {
            break;
        }
        body.push_str(&after[..size]);
        rest = after[size..].trim_start_matches("\r\n");
    }
    body
}
