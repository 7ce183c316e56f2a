//! Kinds of scorer and their settings: a long table of equal rows, read like `fields.rs`.

use super::fields::{Field, Shape};

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: true, doc }
}

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: false, doc }
}

/// Fields of every scorer.
pub const SCORER: &[Field] = &[required("kind", Shape::Text, "How an answer is judged.")];

const PATH: Field =
    optional("path", Shape::Text, "Part of the answer to look at, for example $.queue.");
const VALUE: Field =
    optional("value", Shape::Any, "What is wanted; the case's expected output where absent.");
const THRESHOLD: Field =
    optional("threshold", Shape::Number, "From this value on the answer counts as 1, below as 0.");
const CASELESS: Field = optional("ignore_case", Shape::Flag, "Regardless of upper and lower case.");
const K: Field = optional("k", Shape::Integer, "Only the first k of the list; all where absent.");
const MODELS: Field = optional(
    "models",
    Shape::TextList,
    "Several judges, each provider/model; the majority decides.",
);
const MODEL: Field = optional("model", Shape::Text, "The judge, as provider/model.");

/// Every kind without its `not-` form, with its own settings.
pub const KINDS: &[(&str, &[Field])] = &[
    ("equals", &[PATH, VALUE, CASELESS]),
    ("contains", &[PATH, VALUE]),
    ("icontains", &[PATH, VALUE]),
    ("contains-any", &[PATH, VALUE]),
    ("icontains-any", &[PATH, VALUE]),
    ("contains-all", &[PATH, VALUE]),
    ("icontains-all", &[PATH, VALUE]),
    ("starts-with", &[PATH, VALUE]),
    ("regex", &[PATH, required("pattern", Shape::Regex, "A pattern that occurs in the answer.")]),
    (
        "numeric",
        &[
            PATH,
            VALUE,
            optional("tolerance", Shape::Number, "Largest absolute difference; 0 where absent."),
            optional(
                "relative_tolerance",
                Shape::Number,
                "Largest difference relative to what is wanted.",
            ),
            optional(
                "pattern",
                Shape::Regex,
                "Where the number stands in the answer; its first group.",
            ),
            optional(
                "expected_pattern",
                Shape::Regex,
                "Where the number stands in the expected output.",
            ),
        ],
    ),
    ("is-json", &[]),
    ("contains-json", &[optional("schema", Shape::File, "JSON Schema of the JSON that occurs.")]),
    ("json-schema", &[PATH, required("schema", Shape::File, "JSON Schema of the answer.")]),
    (
        "levenshtein",
        &[
            PATH,
            VALUE,
            THRESHOLD,
            optional("max_distance", Shape::Integer, "Most edits that still count as 1."),
        ],
    ),
    (
        "rouge-n",
        &[
            PATH,
            VALUE,
            THRESHOLD,
            optional("n", Shape::Integer, "Length of the word groups; 1 where absent."),
        ],
    ),
    ("rouge-l", &[PATH, VALUE, THRESHOLD]),
    ("bleu", &[PATH, VALUE, THRESHOLD]),
    ("chrf", &[PATH, VALUE, THRESHOLD]),
    ("ndcg", &[PATH, VALUE, THRESHOLD, K]),
    ("mrr", &[PATH, VALUE, THRESHOLD, K]),
    (
        "precision-at-k",
        &[PATH, VALUE, THRESHOLD, required("k", Shape::Integer, "Length of the list's head.")],
    ),
    (
        "tool-calls",
        &[
            VALUE,
            optional(
                "mode",
                Shape::OneOf(&["exact", "subset", "names"]),
                "exact where absent; subset allows further calls; names ignores arguments.",
            ),
            optional("any_order", Shape::Flag, "The calls may come in any order."),
        ],
    ),
    ("latency", &[required("max", Shape::Duration, "Slower answers count as 0.")]),
    ("cost", &[required("max", Shape::Number, "Dearer answers count as 0, in US dollars.")]),
    ("is-refusal", &[]),
    (
        "recorded-score",
        &[
            optional("field", Shape::Text, "Field of the recorded answer; score where absent."),
            optional("min", Shape::Number, "The field's smallest possible value; 0 where absent."),
            optional("max", Shape::Number, "The field's largest possible value; 1 where absent."),
            THRESHOLD,
        ],
    ),
    (
        "weighted",
        &[
            required(
                "parts",
                Shape::Table,
                "Other scorers with their weights, for example { exact = 2, style = 1 }.",
            ),
            THRESHOLD,
        ],
    ),
    (
        "command",
        &[
            required(
                "run",
                Shape::TextOrList,
                "Program; JSON of case and answer on stdin, a score on stdout.",
            ),
            optional("timeout", Shape::Duration, "Time for one score; 60 s where absent."),
            optional("files", Shape::TextList, "Files whose content is part of the scorer."),
            THRESHOLD,
        ],
    ),
    (
        "similar",
        &[
            PATH,
            VALUE,
            required("model", Shape::Text, "Embedding model, as provider/model."),
            THRESHOLD,
        ],
    ),
    (
        "llm-rubric",
        &[
            PATH,
            MODEL,
            MODELS,
            optional("rubric", Shape::File, "File with the rubric."),
            optional("text", Shape::Text, "The rubric itself, where it is short."),
            optional(
                "compare_with",
                Shape::OneOf(&["expected"]),
                "Judge the answer against the expected output, in both orders.",
            ),
            optional("parameters", Shape::Table, "Passed to the judge's provider."),
            THRESHOLD,
        ],
    ),
    (
        "factuality",
        &[
            PATH,
            MODEL,
            MODELS,
            optional("parameters", Shape::Table, "Passed to the judge's provider."),
            THRESHOLD,
        ],
    ),
    (
        "grounded",
        &[
            PATH,
            MODEL,
            MODELS,
            required(
                "context",
                Shape::Text,
                "Case field with the given context, for example input.document.",
            ),
            optional("parameters", Shape::Table, "Passed to the judge's provider."),
            THRESHOLD,
        ],
    ),
    ("grader", &[required("file", Shape::File, "A grader in OpenAI's JSON."), MODEL, THRESHOLD]),
];

/// The settings of one kind, also in its `not-` form, and whether it is one.
pub fn settings_of(kind: &str) -> Option<(&'static str, bool, &'static [Field])> {
    let (plain, is_negated) =
        kind.strip_prefix("not-").map_or((kind, false), |plain| (plain, true));
    KINDS.iter().find(|(name, _)| *name == plain).map(|(name, fields)| (*name, is_negated, *fields))
}

/// Names of all kinds, `not-` forms included.
pub fn all_names() -> Vec<String> {
    KINDS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .chain(KINDS.iter().map(|(name, _)| format!("not-{name}")))
        .collect()
}
