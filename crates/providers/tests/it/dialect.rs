//! Names, addresses and keys of the dialects.

use karat_providers::{Dialect, authorization, join_url};

#[test]
fn a_dialect_is_read_from_the_name_that_it_writes() {
    for dialect in Dialect::ALL {
        assert_eq!(dialect.to_string().parse(), Ok(dialect));
    }
}

#[test]
fn an_unknown_dialect_is_refused_with_the_known_names() {
    let error = "gemini".parse::<Dialect>().unwrap_err();
    insta::assert_snapshot!(error, @r#"unknown dialect "gemini"; the known ones are openai-chat, openai-responses and anthropic"#);
}

#[test]
fn each_vendor_gets_the_key_in_its_own_header() {
    let openai = ("authorization", "Bearer k".to_owned());
    assert_eq!(authorization(Dialect::OpenAiChat, "k"), openai);
    assert_eq!(authorization(Dialect::OpenAiResponses, "k"), openai);
    assert_eq!(authorization(Dialect::Anthropic, "k"), ("x-api-key", "k".to_owned()));
}

#[test]
fn a_base_url_with_or_without_version_and_slash_gives_the_same_address() {
    let wanted = "https://api.anthropic.com/v1/messages";
    for base in
        ["https://api.anthropic.com", "https://api.anthropic.com/", "https://api.anthropic.com/v1/"]
    {
        assert_eq!(join_url(base, Dialect::Anthropic.chat_path()), wanted);
    }
    let base = Dialect::OpenAiChat.default_base_url();
    let wanted = "https://api.openai.com/v1/chat/completions";
    assert_eq!(join_url(base, Dialect::OpenAiChat.chat_path()), wanted);
}
