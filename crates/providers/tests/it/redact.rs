//! Keys in the words of providers.

use karat_providers::redact;
use proptest::prelude::*;

#[test]
fn keys_of_known_vendors_are_taken_out() {
    for (text, wanted) in [
        ("key sk-proj-abc_DEF-123456, sorry", "key [redacted], sorry"),
        ("Incorrect: sk-abcd****************wxyz.", "Incorrect: [redacted]."),
        ("sk-ant-api03-xxxxxxxxxx", "[redacted]"),
        ("Authorization: Bearer eyJhbGci.eyJzdWIi.sig-na_ture!", "Authorization: [redacted]!"),
        ("bearer abcdefgh12345678", "[redacted]"),
        ("(gsk_aaaaaaaaaaaa)", "([redacted])"),
        ("é sk-12345678é", "é [redacted]é"),
    ] {
        assert_eq!(redact(text), wanted);
    }
}

#[test]
fn words_that_only_look_alike_stay() {
    for text in
        ["a risk-assessment-of-models", "sk-learn", "the bearer of news", "task-12345678901"]
    {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn a_long_message_is_cut_at_500_characters() {
    assert_eq!(redact(&"ä".repeat(500)), "ä".repeat(500));
    let cut = redact(&"ä".repeat(501));
    assert_eq!(cut.chars().count(), 500);
    assert!(cut.ends_with("ä…"));
}

proptest! {
    #[test]
    fn no_key_survives_wherever_it_stands(before in "[ -~]{0,20}[ :(]", key in "[a-zA-Z0-9]{20,40}", after in "[ ,)].{0,600}") {
        let clean = redact(&format!("{before}sk-{key}{after}"));
        prop_assert!(!clean.contains(&key));
        prop_assert!(clean.chars().count() <= 500);
    }
}
