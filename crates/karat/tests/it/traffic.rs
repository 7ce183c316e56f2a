//! Features in production: a project whose variants ask scripted servers, requests as applications send them, and the ledger.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use karat_providers::{ChatAnswer, Dialect, HttpResponse, ProviderError, StreamDecoder};
use karat_records::Inference;
use karat_store::{InferenceFilter, Options, Store};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::program::Folder;
use crate::served::{Reply, Visitor};

/// What ends a stream well, in any dialect.
pub const TERMINAL: [&str; 3] = ["[DONE]", "message_stop", "response.completed"];

/// The word for a dialect: its provider in the project, and its address.
pub fn word(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenAiChat => "chat",
        Dialect::OpenAiResponses => "responses",
        Dialect::Anthropic => "messages",
    }
}

/// The address that applications of a dialect call.
pub fn path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenAiChat => "/v1/chat/completions",
        Dialect::OpenAiResponses => "/v1/responses",
        Dialect::Anthropic => "/v1/messages",
    }
}

/// What an application of a dialect sends.
pub fn request(dialect: Dialect, model: &str, words: &str, streamed: bool) -> Value {
    let messages = json!([{"role": "user", "content": words}]);
    match dialect {
        Dialect::OpenAiChat => json!({"model": model, "messages": messages, "stream": streamed}),
        Dialect::OpenAiResponses => json!({"model": model, "input": words, "stream": streamed}),
        Dialect::Anthropic => {
            json!({"model": model, "messages": messages, "stream": streamed, "max_tokens": 100})
        }
    }
}

/// Asks as an application of this dialect.
pub fn ask(visitor: &Visitor, dialect: Dialect, model: &str, streamed: bool) -> Reply {
    let body = request(dialect, model, "hello", streamed);
    visitor.send("POST", path(dialect), Some(&body), &[])
}

/// An answer as the vendor's own client would understand it.
#[derive(Debug)]
pub struct Understood {
    /// As far as it came.
    pub answer: ChatAnswer,
    /// Whether it ended well.
    pub is_done: bool,
    /// What it said of a failure.
    pub error: Option<ProviderError>,
}

/// Reads an answer in its dialect.
pub fn understand(dialect: Dialect, streamed: bool, reply: &Reply) -> Understood {
    if !streamed || reply.status != 200 {
        let response = HttpResponse {
            status: reply.status,
            headers: &reply.headers,
            body: reply.body.as_bytes(),
            received_at: 0,
        };
        return match karat_providers::decode(dialect, &response) {
            Ok(answer) => Understood { answer, is_done: true, error: None },
            Err(error) => {
                Understood { answer: ChatAnswer::default(), is_done: false, error: Some(error) }
            }
        };
    }
    let mut decoder = StreamDecoder::new(dialect);
    let error = decoder.push(reply.body.as_bytes(), &mut Vec::new()).err();
    Understood { answer: decoder.partial(), is_done: decoder.is_done(), error }
}

/// A project with a provider for each dialect, named by its word; the prompt is instructions only.
///
/// `…-hasty` waits for 400 ms at most, `…-gone` is a port that nobody listens at.
pub fn project(url: &str, more: &str) -> Folder {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/v1", listener.local_addr().unwrap())
    };
    let mut text = "[project]\nname = \"live\"\n".to_owned();
    for dialect in Dialect::ALL {
        let word = word(dialect);
        let kind = match dialect {
            Dialect::OpenAiChat => "openai-chat",
            Dialect::OpenAiResponses => "openai-responses",
            Dialect::Anthropic => "anthropic",
        };
        let hasty = "first_byte_timeout = \"400ms\"\nchunk_timeout = \"400ms\"";
        for (name, url, limits) in [
            (word.to_owned(), url, ""),
            (format!("{word}-hasty"), url, hasty),
            (format!("{word}-gone"), gone.as_str(), ""),
        ] {
            text.extend([format!(
                "[providers.{name}]\ndialect = \"{kind}\"\nbase_url = \"{url}\"\n{limits}\n"
            )]);
        }
    }
    text.push_str(more);
    Folder::with(&[("karat.toml", &text), ("ask.md", "# system\nAnswer kindly.\n")])
}

/// A feature whose waterfall has these variants, each with its model; none of them is proven.
pub fn feature(name: &str, waterfall: &[(&str, &str)], more: &str) -> String {
    let names: Vec<String> = waterfall.iter().map(|(variant, _)| format!("{variant:?}")).collect();
    let mut text = format!("[features.{name}]\nwaterfall = [{}]\n{more}\n", names.join(", "));
    for (variant, model) in waterfall {
        text.extend([format!(
            "[features.{name}.variants.{variant}]\nkind = \"chat\"\nmodel = \"{model}\"\nprompt = \"ask.md\"\nunproven = true\n"
        )]);
    }
    text
}

/// What was recorded in a folder, read beside the server.
pub struct Ledger {
    runtime: Runtime,
    store: Store,
}

impl Ledger {
    pub fn of(folder: &Folder) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let path = folder.path().join(".karat/karat.db");
        let store = {
            let _inside = runtime.enter();
            Store::open(&path, Options::default()).unwrap()
        };
        Self { runtime, store }
    }

    /// The inference that a reply names.
    pub fn get(&self, reply: &Reply) -> Inference {
        let id = reply.header("x-karat-inference-id");
        assert_eq!(id.len(), 36, "no inference is named: {reply:?}");
        self.runtime
            .block_on(self.store.ledger.inference(id))
            .unwrap()
            .unwrap_or_else(|| panic!("{id} is not recorded: {reply:?}"))
    }

    /// Ids of all inferences, as often as they are there.
    pub fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        let mut cursor = None;
        loop {
            let filter = InferenceFilter { limit: 500, cursor, ..InferenceFilter::default() };
            let page = self.runtime.block_on(self.store.ledger.inferences(filter)).unwrap();
            ids.extend(page.items.into_iter().map(|row| row.inference.id));
            cursor = page.next;
            if cursor.is_none() {
                return ids;
            }
        }
    }

    /// All inferences, whole.
    pub fn all(&self) -> Vec<Inference> {
        let ids = self.ids();
        let read = |id: &String| self.runtime.block_on(self.store.ledger.inference(id)).unwrap();
        ids.iter().map(|id| read(id).unwrap()).collect()
    }

    /// The first inference of a feature, as soon as it is recorded.
    pub fn wait_for(&self, feature: &str) -> Inference {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let filter = InferenceFilter {
                feature: Some(feature.to_owned()),
                limit: 1,
                ..InferenceFilter::default()
            };
            let page = self.runtime.block_on(self.store.ledger.inferences(filter)).unwrap();
            if let Some(row) = page.items.first() {
                let id = &row.inference.id;
                return self.runtime.block_on(self.store.ledger.inference(id)).unwrap().unwrap();
            }
            assert!(Instant::now() < until, "nothing of {feature} is recorded");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A request whose answer is read as it comes.
pub struct Wire {
    stream: TcpStream,
    pub text: String,
}

impl Wire {
    /// Sends a request and reads nothing yet.
    pub fn ask(visitor: &Visitor, dialect: Dialect, model: &str) -> Self {
        let body = request(dialect, model, "hello", true).to_string();
        let mut stream = visitor.connect();
        let (host, length) = (&visitor.host, body.len());
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n",
            path(dialect)
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        Self { stream, text: String::new() }
    }

    /// Reads until this has come.
    pub fn read_until(&mut self, words: &str) {
        let mut buffer = [0; 4096];
        while !self.text.contains(words) {
            let n = self.stream.read(&mut buffer).unwrap();
            assert!(n > 0, "{words} never came: {}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
    }
}
