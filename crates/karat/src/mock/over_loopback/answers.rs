//! What a server that works says.

use super::*;
use crate::mock::Rule;
use karat_providers::FinishReason;
use karat_providers::embeddings::{EmbeddingRequest, decode_embeddings, encode_embeddings};

#[tokio::test]
async fn the_default_repeats_the_users_words_in_every_dialect() {
    let mock = Mock::start(Script::default()).await.unwrap();
    let mut client = Client::connect(&mock).await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "Grüße, Welt, and more words", stream).await.unwrap();
        assert_eq!((got.status, &got.broken), (200, &None));
        let answer = got.answer(dialect, stream).unwrap();
        assert_eq!(answer.text, "Grüße, Welt, and more words", "{dialect}");
        assert_eq!(answer.model_served.as_deref(), Some("good"));
        assert_eq!(got.header("x-karat-rule"), Some("echo"));
    }
    assert_eq!(mock.n_requests(), 6);
    mock.stop().await;
}

#[tokio::test]
async fn usage_and_tool_calls_arrive_in_every_dialect() {
    let (mock, mut client) = started(
        r#"
[[answer]]
text = "Let me look."
tool_calls = [{ name = "find", arguments = { what = "{{ last_user }}" } }]
usage = { input_tokens = 100, cached_input_tokens = 20, output_tokens = 5 }
"#,
    )
    .await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "shoes", stream).await.unwrap();
        let answer = got.answer(dialect, stream).unwrap();
        assert_eq!(answer.tool_calls[0].name, "find");
        assert_eq!(answer.tool_calls[0].arguments, r#"{"what":"shoes"}"#);
        assert_eq!(answer.finish, FinishReason::ToolCalls, "{dialect}");
        let usage = (answer.usage.input_tokens, answer.usage.cached_input_tokens);
        assert_eq!(usage, (Some(100), Some(20)), "{dialect}");
        assert_eq!(answer.usage.output_tokens, Some(5), "{dialect}");
    }
    mock.stop().await;
}

#[tokio::test]
async fn paths_work_without_the_version_and_strays_are_told() {
    let (mock, mut client) = started("").await;
    let body = br#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    for path in ["/chat/completions", "/v1/chat/completions", "/messages", "/v1/messages"] {
        let got = client.send("POST", path, None, body).await.unwrap();
        assert!(got.status == 200 && got.text().contains("\"hi\""), "{path} {}", got.text());
    }
    assert_eq!(client.send("POST", "/v1/nothing", None, body).await.unwrap().status, 404);
    assert_eq!(client.send("GET", "/v1/messages", None, b"").await.unwrap().status, 405);
    let got = client.send("POST", "/v1/chat/completions", None, b"{").await.unwrap();
    assert!(got.status == 400 && got.text().contains("is not JSON"), "{}", got.text());
    mock.stop().await;
}

#[tokio::test]
async fn tokens_are_counted_and_models_listed() {
    let (mock, mut client) =
        started("[models]\nknown = [\"good\", \"other\", \"family-*\"]\n").await;
    let body =
        br#"{"model":"good","system":"12345678","messages":[{"role":"user","content":"1234"}]}"#;
    let got = client.send("POST", "/v1/messages/count_tokens", None, body).await.unwrap();
    assert_eq!(got.text(), r#"{"input_tokens":11}"#);
    let got = client.send("GET", "/v1/models", None, b"").await.unwrap();
    let list: serde_json::Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(list["data"][1]["id"], "other");
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    mock.stop().await;
}

#[tokio::test]
async fn embeddings_are_read_by_a_client_and_are_the_same_each_time() {
    let (mock, mut client) = started("").await;
    let request = EmbeddingRequest {
        model: "e".into(),
        inputs: vec!["one".into(), "two words".into()],
        dimensions: Some(16),
    };
    let body = encode_embeddings(&request).body;
    let mut vectors = Vec::new();
    for _ in 0..2 {
        let got = client.send("POST", "/v1/embeddings", None, &body).await.unwrap();
        let answer = decode_embeddings(&got.response(), 2).unwrap();
        assert_eq!((answer.vectors[0].len(), answer.usage.input_tokens), (16, Some(4)));
        vectors.push(answer.vectors);
    }
    assert_eq!(vectors[0], vectors[1]);
    assert_eq!(mock.log()[0].rule, Rule::Computed);
    mock.stop().await;
}

#[tokio::test]
async fn the_log_tells_what_was_asked_and_what_decided() {
    let (mock, mut client) =
        started("[[answer]]\ncontains = \"a\"\ntext = \"x\"\n[[fault]]\nnth = [3]\nkind = \"status\"\nstatus = 500\n").await;
    for text in ["a", "b", "c"] {
        client.ask(Dialect::Anthropic, text, text == "b").await.unwrap();
    }
    let log = mock.log();
    let told: Vec<_> =
        log.iter().map(|seen| (seen.n, seen.last_user.as_str(), seen.rule)).collect();
    assert_eq!(told, [(1, "a", Rule::Answer(1)), (2, "b", Rule::Echo), (3, "c", Rule::Fault(1))]);
    assert!(log[1].streamed && !log[0].streamed);
    assert_eq!((log[0].path, log[0].model.as_str()), ("/v1/messages", "good"));
    assert!(log[0].at <= log[1].at);
    mock.stop().await;
}

#[tokio::test]
async fn delays_are_kept_and_pieces_arrive_apart() {
    let (mock, mut client) = started(
        "latency = \"40ms\"\nfirst_chunk = \"40ms\"\nchunk_delay = \"20ms\"\ntokens_per_chunk = 1\n[[answer]]\ntext = \"123412341234\"\n",
    )
    .await;
    let begin = Clock.instant();
    let got = client.ask(Dialect::OpenAiChat, "x", true).await.unwrap();
    let after: Vec<_> = got.arrivals.iter().map(|at| at.duration_since(begin)).collect();
    assert!(after[0] >= Duration::from_millis(40), "{after:?}");
    assert!(after[1] >= Duration::from_millis(80), "{after:?}");
    assert!(*after.last().unwrap() >= Duration::from_millis(120), "{after:?}");
    assert!(after.len() >= 4, "{after:?}");
    assert_eq!(got.answer(Dialect::OpenAiChat, true).unwrap().text, "123412341234");
    let begin = Clock.instant();
    client.ask(Dialect::OpenAiChat, "x", false).await.unwrap();
    assert!(Clock.instant() - begin >= Duration::from_millis(40));
    mock.stop().await;
}

#[tokio::test]
async fn an_answer_is_the_same_over_any_number_of_connections() {
    let script = "seed = 9\n[[answer]]\ntexts = [\"a\", \"b\", \"c\", \"d\"]\n";
    let mut sequences = Vec::new();
    for n_connections in [1, 4] {
        let (mock, first) = started(script).await;
        let mut clients = vec![first];
        for _ in 1..n_connections {
            clients.push(Client::connect(&mock).await);
        }
        let mut sequence = String::new();
        for n in 0..24 {
            let other = format!("other {n}");
            clients[n % n_connections].ask(Dialect::Anthropic, &other, false).await.unwrap();
            let got =
                clients[(n * 3) % n_connections].ask(Dialect::Anthropic, "same", n % 2 == 0).await;
            let got = got.unwrap();
            sequence.push_str(&got.answer(Dialect::Anthropic, n % 2 == 0).unwrap().text);
        }
        sequences.push(sequence);
        mock.stop().await;
    }
    assert_eq!(sequences[0], sequences[1]);
}
