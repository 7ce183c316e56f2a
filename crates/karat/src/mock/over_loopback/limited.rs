//! What a server refuses: keys, models, and callers who ask too much.

use super::*;
use karat_providers::ErrorClass;
use karat_providers::retry::rate_hint;

#[tokio::test]
async fn only_accepted_keys_are_let_in() {
    let (mock, mut client) = started("[keys]\naccept = [\"sk-test\"]\n").await;
    for dialect in Dialect::ALL {
        let encoded = encode(dialect, &request("good", "x", false));
        let path = join_url("/v1", encoded.path);
        for (key, class) in
            [(None, Some(())), (Some("sk-other"), Some(())), (Some("sk-test"), None)]
        {
            let got = client.send("POST", &path, key, &encoded.body).await.unwrap();
            let error = got.answer(dialect, false).err();
            assert_eq!(error.as_ref().map(|_| ()), class);
            assert!(error.is_none_or(|error| error.class == ErrorClass::Authentication));
        }
    }
    assert_eq!(client.send("GET", "/v1/models", None, b"").await.unwrap().status, 401);
    mock.stop().await;
}

#[tokio::test]
async fn a_model_that_does_not_exist_is_named() {
    let (mock, mut client) = started("[models]\nknown = [\"other\"]\n").await;
    for (dialect, stream) in ways() {
        let got = client.ask(dialect, "x", stream).await.unwrap();
        let error = got.answer(dialect, stream).unwrap_err();
        assert_eq!((error.class, got.status), (ErrorClass::NotFound, 404));
        assert!(error.message.contains("`good`"));
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_rate_refuses_what_comes_too_fast_and_tells_when_to_come_back() {
    let script = "[limits]\nrequests_per_second = 0.05\nburst = 2\n";
    for dialect in Dialect::ALL {
        let (mock, mut client) = started(script).await;
        let first = client.ask(dialect, "x", false).await.unwrap();
        assert_eq!(rate_hint(&first.headers, 0).remaining, Some(1));
        client.ask(dialect, "x", false).await.unwrap();
        let refused = client.ask(dialect, "x", false).await.unwrap();
        let error = refused.answer(dialect, false).unwrap_err();
        assert_eq!((error.class, refused.status), (ErrorClass::RateLimited, 429));
        let wait = error.retry_after.unwrap();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(20), "{wait:?}");
        assert_eq!(rate_hint(&refused.headers, 0).remaining, Some(0));
        mock.stop().await;
    }
}

#[tokio::test]
async fn more_at_once_than_allowed_is_refused_and_the_slot_comes_back() {
    let script = "[limits]\nconcurrency = 1\n[[fault]]\ncontains = \"hang\"\nkind = \"hang\"\n";
    let (mock, mut other) = started(script).await;
    let mut hung = Client::connect(&mock).await;
    let status = {
        let asking = hung.ask(Dialect::OpenAiChat, "hang", false);
        let refused = async {
            while mock.n_requests() == 0 {
                tokio::task::yield_now().await;
            }
            other.ask(Dialect::OpenAiChat, "x", false).await.unwrap().status
        };
        tokio::select! {
            status = refused => status,
            _ = asking => panic!("this request was never to be answered"),
        }
    };
    assert_eq!(status, 429);
    drop(hung);
    while other.ask(Dialect::OpenAiChat, "x", false).await.unwrap().status != 200 {
        tokio::task::yield_now().await;
    }
    mock.stop().await;
}
