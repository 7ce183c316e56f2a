//! Texts to vectors.

use karat_providers::embeddings::{
    EmbeddingAnswer, EmbeddingRequest, decode_embeddings, encode_embeddings, parse_embeddings,
};
use karat_providers::respond::embeddings_body;
use karat_providers::{ErrorClass, Usage};

use crate::response;

fn class(body: &str, n_inputs: usize) -> ErrorClass {
    decode_embeddings(&response(200, body.as_bytes()), n_inputs).expect_err("an error").class
}

#[test]
fn a_batch_is_written_and_read_by_a_server() {
    let request = EmbeddingRequest {
        model: "text-embedding-3-small".to_owned(),
        inputs: vec!["a".to_owned(), "b".to_owned()],
        dimensions: Some(256),
    };
    let http = encode_embeddings(&request);
    insta::assert_snapshot!(String::from_utf8(http.body.clone()).unwrap(), @r#"{"model":"text-embedding-3-small","input":["a","b"],"encoding_format":"float","dimensions":256}"#);
    assert_eq!(parse_embeddings(&http.body), Ok(request));
}

#[test]
fn vectors_come_back_from_a_server() {
    let answer = EmbeddingAnswer {
        vectors: vec![vec![0.5, -1.0], vec![0.25, 3.0]],
        usage: Usage { input_tokens: Some(4), ..Usage::default() },
        model_served: Some("m".to_owned()),
    };
    let body = embeddings_body(&answer, b"{}");
    assert_eq!(decode_embeddings(&response(200, &body), 2), Ok(answer));
}

#[test]
fn vectors_are_put_into_the_order_of_the_texts() {
    let body = r#"{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}]}"#;
    let answer = decode_embeddings(&response(200, body.as_bytes()), 2).unwrap();
    assert_eq!(answer.vectors, [[1.0], [2.0]]);
    assert_eq!(answer.usage, Usage::default());
}

#[test]
fn vectors_that_do_not_fit_the_texts_are_malformed() {
    for body in [
        r#"{"data":[{"index":0,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":7,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":["x"]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1e300]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":1}]}"#,
        r#"{"object":"list"}"#,
    ] {
        assert_eq!(class(body, 2), ErrorClass::Malformed, "{body}");
    }
    assert_eq!(class(r#"{"data":[]}"#, 2), ErrorClass::Empty);
}

#[test]
fn an_error_of_the_provider_is_an_error_here_too() {
    let report = r#"{"error":{"message":"slow","code":"rate_limit_exceeded"}}"#;
    assert_eq!(class(report, 1), ErrorClass::RateLimited);
}

#[test]
fn one_text_and_one_list_of_tokens_are_one_input_each() {
    let inputs = |body: &str| parse_embeddings(body.as_bytes()).unwrap().inputs;
    assert_eq!(inputs(r#"{"model":"m","input":"a"}"#), ["a"]);
    assert_eq!(inputs(r#"{"model":"m","input":[1,2]}"#), ["[1,2]"]);
    assert!(parse_embeddings(br#"{"model":"m"}"#).is_err());
}
