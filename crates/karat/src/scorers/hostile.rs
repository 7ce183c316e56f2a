//! Every method on outputs that nobody would write on purpose: a value in `0..=1` or none, never a panic, never minutes.

use karat_records::ToolCall;
use proptest::prelude::*;
use regex::Regex;
use serde_json::{Value, json};

use super::json::Schema;
use super::method::*;
use super::recorded::Range;
use super::score::score;
use super::template::Template;
use super::vectors::{answer, case};
use super::wanted::Wanted;
use crate::project::path::Path;

/// One of each method, comparing with the case's expected output where there is something to compare.
fn every_method() -> Vec<Method> {
    let wanted = || Wanted::Expected;
    let path = || Path::parse("$.a[-1]").ok();
    let schema = || Schema::compile(&json!({"type": "object", "required": ["a"]})).unwrap();
    let template = |text: &str| Template::parse(text).unwrap();
    let mut methods = vec![
        Method::Equals(Equals { wanted: wanted(), path: None, ignore_case: true, trim: true }),
        Method::Equals(Equals { wanted: wanted(), path: path(), ignore_case: false, trim: false }),
        Method::StartsWith(StartsWith { wanted: wanted() }),
        Method::Regex(Pattern::Fixed(Regex::new(r"(\w+\s?)+$").unwrap())),
        Method::Regex(Pattern::Wanted(wanted())),
        Method::IsJson(None),
        Method::IsJson(Some(schema())),
        Method::ContainsJson(None),
        Method::ContainsJson(Some(schema())),
        Method::JsonSchema(schema()),
        Method::EditDistance(EditDistance { wanted: wanted(), max_distance: 5 }),
        Method::Latency(Latency { max_ms: 1.0 }),
        Method::Cost(Cost { max_usd: 1.0 }),
        Method::IsRefusal(Refusal { phrases: vec!["nein".into()] }),
        Method::StringCheck(StringCheck {
            input: template("{{sample.output_text}}"),
            reference: template("{{item.expected}}"),
            operation: StringOperation::Ilike,
        }),
        Method::TextSimilarity(TextSimilarity {
            input: template("{{sample.output_json.a}}"),
            reference: template("{{item.expected}}"),
            metric: TextMetric::Fuzzy,
            threshold: None,
        }),
        Method::RecordedScore(RecordedScore {
            field: "score".into(),
            range: Range::new(0.0, 1.0).unwrap(),
            pass_at: None,
        }),
    ];
    for quantifier in [Quantifier::One, Quantifier::Any, Quantifier::All] {
        methods.push(Method::Contains(Contains {
            wanted: wanted(),
            quantifier,
            ignore_case: true,
        }));
    }
    for pattern in [None, Regex::new(r"(-?\d+)?\D*").ok()] {
        let expected_pattern = pattern.clone();
        let (tolerance, relative_tolerance) = (0.5, 0.1);
        methods.push(Method::Numeric(Numeric {
            wanted: wanted(),
            tolerance,
            relative_tolerance,
            pattern,
            expected_pattern,
            path: None,
        }));
    }
    for metric in [
        TextMetric::Levenshtein,
        TextMetric::Fuzzy,
        TextMetric::RougeN(1),
        TextMetric::RougeN(5),
        TextMetric::RougeL,
        TextMetric::Bleu,
        TextMetric::Chrf,
    ] {
        methods.push(Method::Similarity(Similarity { metric, wanted: wanted(), threshold: None }));
    }
    for metric in [RankingMetric::Ndcg, RankingMetric::ReciprocalRank, RankingMetric::Precision] {
        for k in [None, Some(0), Some(3)] {
            let (path, threshold) = (None, None);
            methods.push(Method::Ranking(Ranking { metric, wanted: wanted(), k, path, threshold }));
        }
    }
    for mode in [ToolMode::Exact, ToolMode::Subset, ToolMode::NamesOnly] {
        for ordered in [false, true] {
            methods.push(Method::ToolCalls(ToolCalls { wanted: wanted(), mode, ordered }));
        }
    }
    let parts = methods.iter().take(12).cloned();
    let parts = parts.map(|method| Part { name: "part".into(), weight: 0.3, method }).collect();
    let whole = Weighted { parts, combine: Combine::Mean, threshold: None };
    methods.push(Method::Weighted(whole));
    let opposites: Vec<Method> =
        methods.iter().map(|method| Method::Not(Box::new(method.clone()))).collect();
    methods.extend(opposites);
    methods
}

/// Values a model might return, and values that only a broken program would.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        ".{0,40}",
        r#"[\[\]{}",:0-9a.\-\\ ]{0,40}"#,
        r"[0-9,.e+$%-]{0,20}",
        "(the|cat|sat|[.,-]| ){0,20}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-c]|id|name|arguments", inner), 0..4)
                .prop_map(|pairs| pairs.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

fn assert_in_range(method: &Method, value: Option<f64>) {
    assert!(value.is_none_or(|value| (0.0..=1.0).contains(&value)), "{value:?} from {method:?}");
}

#[test]
fn every_method_gives_a_value_in_range_or_none() {
    let methods = every_method();
    let any_call = || ("[a-c]{1,2}", any_json());
    let strategy = (any_json(), any_json(), prop::collection::vec(any_call(), 0..4));
    proptest!(|((expected, output, calls) in strategy)| {
        let case = case(Some(expected));
        let mut answer = answer(output.clone());
        answer.extra.insert("score".into(), output);
        answer.tool_calls = calls
            .into_iter()
            .map(|(name, arguments)| ToolCall { name, arguments })
            .collect();
        for method in &methods {
            let judged = score(method, &case, &answer);
            assert_in_range(method, judged.value);
            prop_assert!(judged.explanation.is_some_and(|text| text.chars().count() < 600));
        }
    });
}

#[test]
fn a_megabyte_takes_no_method_minutes() {
    let words =
        "the quick brown fox, 1,234.5 [jumps] over {\"a\": [1]} the lazy dog. ".repeat(15_000);
    let digits = "1,234,567,890".repeat(80_000);
    let reversed: String = words.chars().rev().collect();
    for (expected, output) in
        [(json!("a short reference"), &words), (json!(reversed), &words), (json!(digits), &digits)]
    {
        let (case, answer) = (case(Some(expected)), answer(json!(output)));
        for method in every_method() {
            assert_in_range(&method, score(&method, &case, &answer).value);
        }
    }
}
