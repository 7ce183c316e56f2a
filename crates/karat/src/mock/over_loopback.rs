//! Real requests to started servers: every endpoint, every fault, streamed and not.

use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use karat_providers::{
    ChatAnswer, ChatRequest, Dialect, HttpResponse, Message, ProviderError, Role, StreamDecoder,
    decode, encode, join_url,
};
use tokio::net::TcpStream;

use super::{Mock, Script};
use crate::clock::Clock;
use crate::tasks::Tasks;

mod answers;

mod broken;

mod limited;

/// One connection of a small client.
struct Client {
    sender: http1::SendRequest<Full<Bytes>>,
    /// How long it waits for the next sign of life.
    patience: Duration,
    _connection: Tasks,
}

/// What came back, with the moment of each piece of the body.
#[derive(Debug)]
struct Got {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    arrivals: Vec<Instant>,
    /// How the body ended, where that was too early.
    broken: Option<End>,
}

#[derive(Debug, PartialEq)]
enum End {
    /// The connection was closed.
    Closed,
    /// Nothing more came for a while.
    Silent,
}

/// Long enough for a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(20);

/// For servers that are known not to answer.
const SILENCE: Duration = Duration::from_millis(200);

impl Client {
    async fn connect(mock: &Mock) -> Self {
        let stream = TcpStream::connect(mock.addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let mut tasks = Tasks::default();
        tasks.start(async move {
            let _ = connection.await;
        });
        Self { sender, patience: PATIENCE, _connection: tasks }
    }

    /// Sends a request; the error says how the connection ended before a response.
    async fn send(
        &mut self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> Result<Got, End> {
        let mut request = hyper::Request::builder().method(method).uri(path).header("host", "mock");
        if let Some(key) = key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body))).unwrap();
        self.sender.ready().await.unwrap();
        let response =
            match tokio::time::timeout(self.patience, self.sender.send_request(request)).await {
                Ok(Ok(response)) => response,
                Ok(Err(_)) => return Err(End::Closed),
                Err(_) => return Err(End::Silent),
            };
        let (head, mut stream) = response.into_parts();
        let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
        let mut got = Got {
            status: head.status.as_u16(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: Vec::new(),
            arrivals: Vec::new(),
            broken: None,
        };
        loop {
            match tokio::time::timeout(self.patience, stream.frame()).await {
                Ok(None) => break,
                Ok(Some(Ok(frame))) => {
                    got.arrivals.push(Clock.instant());
                    got.body.extend_from_slice(&frame.into_data().unwrap());
                }
                Ok(Some(Err(_))) => {
                    got.broken = Some(End::Closed);
                    break;
                }
                Err(_) => {
                    got.broken = Some(End::Silent);
                    break;
                }
            }
        }
        Ok(got)
    }

    async fn ask(&mut self, dialect: Dialect, text: &str, stream: bool) -> Result<Got, End> {
        let request = request("good", text, stream);
        let encoded = encode(dialect, &request);
        let path = join_url("/v1", encoded.path);
        let got = self.send(encoded.method, &path, None, &encoded.body).await?;
        assert_eq!(got.header("x-karat-simulated"), Some("true"));
        Ok(got)
    }
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn response(&self) -> HttpResponse<'_> {
        HttpResponse {
            status: self.status,
            headers: &self.headers,
            body: &self.body,
            received_at: 0,
        }
    }

    /// Reads the answer as a client of the dialect would.
    fn answer(&self, dialect: Dialect, stream: bool) -> Result<ChatAnswer, ProviderError> {
        if !stream || self.status != 200 {
            return decode(dialect, &self.response());
        }
        let mut decoder = StreamDecoder::new(dialect);
        // What is wrong inside the stream is told again at its end.
        let _ = decoder.push(&self.body, &mut Vec::new());
        decoder.finish()
    }
}

fn request(model: &str, text: &str, stream: bool) -> ChatRequest {
    ChatRequest {
        model: model.to_owned(),
        messages: vec![
            Message::from_text(Role::System, "Be brief."),
            Message::from_text(Role::User, text),
        ],
        stream,
        ..ChatRequest::default()
    }
}

async fn started(script: &str) -> (Mock, Client) {
    let mock = Mock::start(Script::parse(script).unwrap()).await.unwrap();
    let client = Client::connect(&mock).await;
    (mock, client)
}

/// Every dialect, streamed and not.
fn ways() -> impl Iterator<Item = (Dialect, bool)> {
    Dialect::ALL.into_iter().flat_map(|dialect| [(dialect, false), (dialect, true)])
}
