//! What a server that is broken does: each fault as a client meets it.

use super::*;
use karat_providers::ErrorClass;

const LONG: &str =
    "[[answer]]\ntext = \"a text that is long enough for several pieces of a stream\"\n";

async fn with_fault(fault: &str) -> (Mock, Client) {
    started(&format!("{LONG}[[fault]]\n{fault}\n")).await
}

#[tokio::test]
async fn errors_have_the_status_the_shape_and_the_wait_of_the_script() {
    for (fault, class, status) in [
        ("status = 500", ErrorClass::ServerError, 500),
        ("status = 503\nretry_after = \"2s\"", ErrorClass::Overloaded, 503),
        ("status = 401", ErrorClass::Authentication, 401),
        ("status = 422", ErrorClass::BadRequest, 422),
        ("error = \"context_length\"", ErrorClass::ContextLength, 400),
        ("error = \"quota_exhausted\"\nstatus = 429", ErrorClass::QuotaExhausted, 429),
        ("error = \"content_policy\"", ErrorClass::ContentPolicy, 400),
    ] {
        let (mock, mut client) = with_fault(&format!("kind = \"status\"\n{fault}")).await;
        for (dialect, stream) in ways() {
            let got = client.ask(dialect, "x", stream).await.unwrap();
            let error = got.answer(dialect, stream).unwrap_err();
            assert_eq!((error.class, error.status), (class, Some(status)), "{fault} {dialect}");
            let wait = (status == 503).then_some(Duration::from_secs(2));
            assert_eq!(error.retry_after, wait);
        }
        mock.stop().await;
    }
}

#[tokio::test]
async fn an_error_body_is_sent_as_it_is() {
    let (mock, mut client) =
        with_fault("kind = \"status\"\nstatus = 418\nbody = \"I am a teapot\"").await;
    let got = client.ask(Dialect::OpenAiChat, "x", false).await.unwrap();
    assert_eq!((got.status, got.text().as_str()), (418, "I am a teapot"));
    assert_eq!(got.header("content-type"), Some("text/plain; charset=utf-8"));
    mock.stop().await;
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let (mock, mut client) = with_fault("kind = \"rate-limit\"\nretry_after = \"250ms\"").await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "x", stream).await.unwrap();
        let error = got.answer(dialect, stream).unwrap_err();
        assert_eq!(error.class, ErrorClass::RateLimited);
        assert_eq!(error.retry_after, Some(Duration::from_millis(250)));
        assert_eq!(got.header("retry-after"), Some("1"));
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_hang_never_answers_and_others_are_served_meanwhile() {
    let (mock, mut hung) = with_fault("kind = \"hang\"\ncontains = \"hang\"").await;
    hung.patience = SILENCE;
    let mut other = Client::connect(&mock).await;
    let (silence, answered) = tokio::join!(
        hung.ask(Dialect::OpenAiChat, "hang", false),
        other.ask(Dialect::OpenAiChat, "x", false),
    );
    assert_eq!(silence.unwrap_err(), End::Silent);
    assert_eq!(answered.unwrap().status, 200);
    mock.stop().await;
}

#[tokio::test]
async fn a_hang_in_the_middle_shows_the_beginning_and_then_nothing() {
    let (mock, mut client) = with_fault("kind = \"hang-after\"\nchunks = 2").await;
    for (dialect, stream) in ways() {
        client.patience = SILENCE;
        let got = client.ask(dialect, "x", stream).await.unwrap();
        assert_eq!((got.status, &got.broken), (200, &Some(End::Silent)), "{dialect}");
        if stream {
            assert_eq!(partial(dialect, &got), "a text that is long enough for s");
        } else {
            assert!(got.body.starts_with(b"{\"id\""));
        }
        client = Client::connect(&mock).await;
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_cut_closes_the_connection_before_the_headers() {
    let (mock, mut client) = with_fault("kind = \"cut\"").await;
    for (dialect, stream) in ways() {
        assert_eq!(client.ask(dialect, "x", stream).await.unwrap_err(), End::Closed);
        client = Client::connect(&mock).await;
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_cut_closes_the_connection_in_the_middle_of_the_answer() {
    let (mock, mut client) = with_fault("kind = \"cut\"\nchunks = 1").await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "x", stream).await.unwrap();
        assert_eq!((got.status, &got.broken), (200, &Some(End::Closed)), "{dialect}");
        if stream {
            assert_eq!(partial(dialect, &got), "a text that is l");
            assert_eq!(got.answer(dialect, true).unwrap_err().class, ErrorClass::CutStream);
        } else {
            assert!(!got.body.is_empty());
        }
        client = Client::connect(&mock).await;
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_proxys_page_is_no_json() {
    let (mock, mut client) = with_fault("kind = \"html\"\nstatus = 200").await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "x", stream).await.unwrap();
        let error = got.answer(dialect, stream).unwrap_err();
        assert_eq!(error.class, ErrorClass::Malformed);
        assert!(error.message.contains("502 Bad Gateway"), "{}", error.message);
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_malformed_answer_arrives_whole_and_cannot_be_read() {
    let (mock, mut client) = with_fault("kind = \"malformed\"").await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "x", stream).await.unwrap();
        assert_eq!((got.status, &got.broken), (200, &None));
        let error = got.answer(dialect, stream).unwrap_err();
        assert_eq!(error.class, ErrorClass::Malformed, "{dialect} {stream} {error}");
    }
    mock.stop().await;
}

#[tokio::test]
async fn an_empty_answer_is_well_formed() {
    let (mock, mut client) = with_fault("kind = \"empty\"").await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "x", stream).await.unwrap();
        assert_eq!(got.status, 200);
        let error = got.answer(dialect, stream).unwrap_err();
        assert_eq!(error.class, ErrorClass::Empty, "{dialect} {stream} {error}");
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_slow_drip_ends_well_after_many_pauses() {
    let (mock, mut client) = with_fault("kind = \"slow-drip\"\npause = \"20ms\"").await;
    for (dialect, stream) in ways() {
        let begin = Clock.instant();
        let got = client.ask(dialect, "x", stream).await.unwrap();
        assert!(Clock.instant() - begin >= Duration::from_millis(75));
        assert!(got.arrivals.len() >= 4, "{}", got.arrivals.len());
        assert!(got.answer(dialect, stream).unwrap().text.ends_with("of a stream"));
    }
    mock.stop().await;
}

#[tokio::test]
async fn an_overload_comes_inside_the_stream_or_as_a_plain_error() {
    for chunks in [0, 1] {
        let fault =
            format!("kind = \"overload-in-stream\"\nchunks = {chunks}\nmessage = \"too busy\"");
        let (mock, mut client) = with_fault(&fault).await;
        for (dialect, stream) in ways() {
            let got = client.ask(dialect, "x", stream).await.unwrap();
            assert_eq!(got.status == 200, stream);
            let error = got.answer(dialect, stream).unwrap_err();
            assert_eq!((error.class, error.message.as_str()), (ErrorClass::Overloaded, "too busy"));
            if stream {
                assert_eq!(partial(dialect, &got).chars().count(), 16 * chunks);
            }
        }
        mock.stop().await;
    }
}

#[tokio::test]
async fn a_fault_waits_before_it_happens() {
    let (mock, mut client) = with_fault("kind = \"status\"\nstatus = 500\ndelay = \"50ms\"").await;
    let begin = Clock.instant();
    client.ask(Dialect::OpenAiChat, "x", false).await.unwrap();
    assert!(Clock.instant() - begin >= Duration::from_millis(50));
    mock.stop().await;
}

#[tokio::test]
async fn faults_meet_embeddings_as_well() {
    let (mock, mut client) = with_fault("kind = \"status\"\nstatus = 503\nmodel = \"e*\"").await;
    let body = br#"{"model":"e-1","input":"x"}"#;
    assert_eq!(client.send("POST", "/v1/embeddings", None, body).await.unwrap().status, 503);
    mock.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_closes_its_connections() {
    let (mock, mut client) = with_fault("kind = \"hang\"").await;
    let (hung, ()) = tokio::join!(client.ask(Dialect::OpenAiChat, "x", false), mock.stop());
    assert_eq!(hung.unwrap_err(), End::Closed);
}

/// The text that arrived before a stream broke.
fn partial(dialect: Dialect, got: &Got) -> String {
    let mut decoder = StreamDecoder::new(dialect);
    let _ = decoder.push(&got.body, &mut Vec::new());
    decoder.partial().text
}
