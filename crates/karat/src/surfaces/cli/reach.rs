//! Where operations are called: in this process on the project of the folder, or at a server.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::{App, Broken};
use crate::config::SERVER_KEY;
use crate::operations;
use crate::project::provider::Timeouts;
use crate::surfaces::problem::Problem;
use crate::upstream::client::{Client, Incoming, Outgoing};

/// Where operations are called.
#[derive(Clone, Debug)]
pub enum Reach {
    /// In this process.
    Here(App),
    /// Over HTTP.
    Server {
        /// The address, without a slash at the end.
        url: String,
        /// The caller's token.
        key: Option<String>,
        /// The name under which the token was looked for.
        key_name: String,
    },
}

impl Reach {
    /// A server where one is named.
    pub fn new(app: &App, server: Option<&str>, key_name: Option<&str>) -> Result<Self> {
        let Some(url) = server else { return Ok(Self::Here(app.clone())) };
        if !url.starts_with("http://") && !url.starts_with("https://") {
            bail!("{url} is no address of a server\n  next: write it like http://127.0.0.1:7878");
        }
        let key_name = key_name.unwrap_or(SERVER_KEY).to_owned();
        let key = app.secret(&key_name);
        Ok(Self::Server { url: url.trim_end_matches('/').to_owned(), key, key_name })
    }

    /// Calls an operation whose types are known here.
    pub async fn ask<T: DeserializeOwned>(&self, name: &str, input: &impl Serialize) -> Result<T> {
        let answer = self.call(name, serde_json::to_value(input)?).await?;
        serde_json::from_value(answer).with_context(|| {
            format!("the answer of {name} has another shape than this karat knows\n  next: use the same version here and there")
        })
    }

    /// Calls an operation with JSON.
    pub async fn call(&self, name: &str, input: Value) -> Result<Value> {
        match self {
            Self::Here(app) => operations::find(name)?.call(app.clone(), input).await,
            Self::Server { url, key, key_name } => {
                let answer = send(url, key.as_deref(), name, &input).await?;
                read(url, key_name, &answer)
            }
        }
    }
}

/// A run may take hours; the server says every 15 seconds that it is still there.
const PATIENCE: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_mins(1),
    chunk: Duration::from_mins(1),
    total: Duration::from_hours(24),
};

async fn send(url: &str, key: Option<&str>, name: &str, input: &Value) -> Result<Incoming> {
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("accept".to_owned(), "text/event-stream".to_owned()),
    ];
    headers.extend(key.map(|key| ("authorization".to_owned(), format!("Bearer {key}"))));
    let outgoing = Outgoing {
        method: "POST",
        url: format!("{url}/api/v1/{name}"),
        headers,
        body: serde_json::to_vec(input)?,
    };
    Client::new(PATIENCE).send(outgoing).await.map_err(|failure| {
        anyhow!("{}\n  next: check that `karat serve` runs at {url}", failure.message)
    })
}

/// The last event, or the problem that came instead of a stream.
fn read(url: &str, key_name: &str, answer: &Incoming) -> Result<Value> {
    let body = String::from_utf8_lossy(&answer.body);
    let strange = || {
        anyhow!(
            "{url} answered {} in a way that karat does not\n  next: check the address after --server",
            answer.status
        )
    };
    if answer.status != 200 {
        let problem: Problem = serde_json::from_str(&body).map_err(|_| strange())?;
        return Err(told(problem, key_name));
    }
    let is_stream =
        answer.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    if !is_stream {
        return serde_json::from_str(&body).map_err(|_| strange());
    }
    for event in body.split("\n\n") {
        let Some((name, data)) = event.split_once('\n') else { continue };
        let data = data.strip_prefix("data: ").unwrap_or_default();
        match name {
            "event: result" => return serde_json::from_str(data).map_err(|_| strange()),
            "event: problem" => {
                let problem = serde_json::from_str(data).map_err(|_| strange())?;
                return Err(told(problem, key_name));
            }
            _ => {}
        }
    }
    bail!("{url} cut its answer\n  next: look there how far it came, `karat runs --server {url}`")
}

/// A problem as the terminal shows errors.
fn told(problem: Problem, key_name: &str) -> anyhow::Error {
    if !problem.problems.is_empty() {
        return Broken(problem.problems).into();
    }
    let place = problem.place.map(|place| format!("{place}: ")).unwrap_or_default();
    let next = match problem.status {
        401 => Some(format!(
            "put a token of that server into {key_name}; an admin makes one with `karat token create NAME --role editor`"
        )),
        _ => problem.next,
    };
    let next = next.map(|next| format!("\n  next: {next}")).unwrap_or_default();
    anyhow!("{place}{}{next}", problem.detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn incoming(status: u16, kind: &str, body: &str) -> Incoming {
        Incoming { status, headers: vec![("content-type".into(), kind.into())], body: body.into() }
    }

    #[test]
    fn the_result_is_found_behind_progress() {
        let events =
            "event: before\ndata: {}\n\n: still here\n\nevent: result\ndata: {\"a\":1}\n\n";
        let answer = incoming(200, "text/event-stream", events);
        assert_eq!(read("http://x", "KEY", &answer).unwrap(), json!({ "a": 1 }));
        let cut = incoming(200, "text/event-stream", "event: before\ndata: {}\n\n");
        assert!(read("http://x", "KEY", &cut).unwrap_err().to_string().contains("cut"));
    }

    #[test]
    fn problems_are_told_as_errors_of_the_terminal() {
        let refused = serde_json::to_string(&Problem::new(401, "nobody\n  next: sign in")).unwrap();
        let words =
            read("http://x", "MY_KEY", &incoming(401, "", &refused)).unwrap_err().to_string();
        assert!(
            words.contains("nobody\n  next: put a token") && words.contains("MY_KEY"),
            "{words}"
        );
        let event = format!("event: problem\ndata: {refused}\n\n");
        assert!(read("http://x", "K", &incoming(200, "text/event-stream", &event)).is_err());
        assert!(read("http://x", "K", &incoming(502, "text/html", "<h1>")).is_err());
    }
}
