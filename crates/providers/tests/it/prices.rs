//! What tokens cost.

use karat_providers::prices::PriceError;
use karat_providers::{Dialect, Prices, Usage, cost};

use crate::{decode_body, fixture};

fn input_price(model: &str) -> Option<f64> {
    Prices::bundled().find(model).map(|price| price.input)
}

#[test]
fn the_bundled_table_says_when_it_was_true() {
    assert_eq!(Prices::bundled().as_of.as_deref(), Some("2026-11"));
}

#[test]
fn a_dated_model_costs_what_the_model_costs() {
    for (model, wanted) in [
        ("openai/gpt-4o", Some(2.5)),
        ("openai/gpt-4o-2024-08-06", Some(2.5)),
        ("openai/gpt-4o-mini-2024-07-18", Some(0.15)),
        ("openai/gpt-4.1-nano-2025-04-14", Some(0.1)),
        ("anthropic/claude-sonnet-4-20250514", Some(3.0)),
        ("anthropic/claude-sonnet-4-0", Some(3.0)),
        ("anthropic/claude-opus-4-5-20251101", Some(5.0)),
        ("anthropic/claude-opus-4-1@20250805", Some(15.0)),
        ("anthropic/claude-3-5-haiku-latest", Some(0.8)),
        ("openai/text-embedding-3-small", Some(0.02)),
    ] {
        assert_eq!(input_price(model), wanted, "{model}");
    }
}

#[test]
fn a_model_that_only_begins_alike_has_no_price() {
    for model in [
        "openai/gpt-5-pro",
        "openai/gpt-4o-audio-preview",
        "openai/gpt-4o-realtime-2024-10-01",
        "anthropic/claude-sonnet-4-6",
        "elsewhere/gpt-4o",
        "gpt-4o",
        "",
    ] {
        assert_eq!(input_price(model), None, "{model}");
    }
}

#[test]
fn cached_tokens_are_charged_once_and_at_their_own_price() {
    let answer = decode_body(Dialect::OpenAiChat, 200, &fixture("openai_chat/text.json")).unwrap();
    let prices = Prices::bundled();
    let price = prices.find("openai/gpt-4.1-2025-04-14").unwrap();
    let wanted = (176.0 * 2.0 + 1024.0 * 0.5 + 10.0 * 8.0) / 1e6;
    assert!((cost(price, &answer.usage).unwrap() - wanted).abs() < 1e-12);

    let answer = decode_body(Dialect::Anthropic, 200, &fixture("anthropic/text.json")).unwrap();
    let price = prices.find("anthropic/claude-sonnet-4-5-20250929").unwrap();
    let wanted = (20.0 * 3.0 + 2000.0 * 0.3 + 100.0 * 3.75 + 50.0 * 15.0) / 1e6;
    assert!((cost(price, &answer.usage).unwrap() - wanted).abs() < 1e-12);
}

#[test]
fn an_unknown_amount_is_not_free() {
    let prices = Prices::bundled();
    assert_eq!(cost(prices.find("openai/gpt-5").unwrap(), &Usage::default()), None);
}

#[test]
fn a_users_row_wins_and_the_longest_pattern_counts() {
    let own = Prices::from_toml(
        r#"
        price = [
            { model = "openai/gpt-4o", input = 1, output = 2 },
            { model = "mine/*", input = 0, output = 0 },
            { model = "mine/large*", input = 9, output = 9 },
        ]"#,
    );
    let prices = Prices::bundled().overridden_by(own.unwrap());
    let price = |model: &str| prices.find(model).map(|price| price.input);
    assert_eq!(price("openai/gpt-4o-2024-08-06"), Some(1.0));
    assert_eq!(price("openai/gpt-4o-mini"), Some(0.15));
    assert_eq!(price("mine/small"), Some(0.0));
    assert_eq!(price("mine/large-2"), Some(9.0));
    let cached = prices.find("openai/gpt-4o").unwrap().cached_input;
    assert!((cached - 1.0).abs() < f64::EPSILON, "a cache without a price costs as much as input");
}

#[test]
fn a_table_with_a_mistake_is_refused() {
    let read = |text: &str| Prices::from_toml(text).unwrap_err();
    let row = "[[price]]\nmodel = \"a/b\"\ninput = -1\noutput = 2";
    let wanted = PriceError::NotAPrice { model: "a/b".to_owned(), field: "input", value: -1.0 };
    assert_eq!(read(row), wanted);
    assert!(matches!(read("[[price]]\nmodel = \"a/b\""), PriceError::Syntax(_)));
    assert!(matches!(read("[[prices]]"), PriceError::Syntax(_)));
    assert!(read(&row.replace("-1", "nan")).to_string().contains("input = NaN"));
}
