//! Pure. Types of assertion that promptfoo has: two long tables, what has a counterpart here and what has none.

/// What a kind needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A value.
    Value,
    /// A threshold.
    Threshold,
    /// A value where there is one.
    Maybe,
    /// No value.
    Nothing,
}

/// Types that have a counterpart: promptfoo's name, Karat's kind, what it needs.
pub const KNOWN: &[(&str, &str, Needs)] = &[
    ("equals", "equals", Needs::Value),
    ("contains", "contains", Needs::Value),
    ("icontains", "icontains", Needs::Value),
    ("contains-any", "contains-any", Needs::Value),
    ("icontains-any", "icontains-any", Needs::Value),
    ("contains-all", "contains-all", Needs::Value),
    ("icontains-all", "icontains-all", Needs::Value),
    ("starts-with", "starts-with", Needs::Value),
    ("regex", "regex", Needs::Value),
    ("is-json", "is-json", Needs::Maybe),
    ("contains-json", "contains-json", Needs::Maybe),
    ("levenshtein", "levenshtein", Needs::Value),
    ("rouge-n", "rouge-n", Needs::Value),
    ("bleu", "bleu", Needs::Value),
    ("similar", "similar", Needs::Value),
    ("llm-rubric", "llm-rubric", Needs::Value),
    ("factuality", "factuality", Needs::Value),
    ("model-graded-factuality", "factuality", Needs::Value),
    ("latency", "latency", Needs::Threshold),
    ("cost", "cost", Needs::Threshold),
    ("is-refusal", "is-refusal", Needs::Nothing),
];

/// Types without a counterpart: name, why, next step.
pub const STRANGERS: &[(&str, &str, &str)] = &[
    (
        "javascript",
        "karat runs no JavaScript",
        "write it as a program: kind = \"command\" gets case and answer as JSON and prints a score",
    ),
    (
        "python",
        "promptfoo calls a Python function in its own process",
        "write it as a program: kind = \"command\" gets case and answer as JSON and prints a score",
    ),
    (
        "ruby",
        "promptfoo calls a Ruby function in its own process",
        "write it as a program: kind = \"command\" gets case and answer as JSON and prints a score",
    ),
    ("webhook", "it asks a server for the verdict", "ask it from a program: kind = \"command\""),
    (
        "model-graded-closedqa",
        "its prompt is promptfoo's own",
        "write the question as the text of an llm-rubric",
    ),
    ("g-eval", "its prompt is promptfoo's own", "write the criteria as the text of an llm-rubric"),
    (
        "answer-relevance",
        "it compares questions that a model makes up",
        "write an llm-rubric: the answer addresses the request",
    ),
    (
        "context-faithfulness",
        "its context is named differently",
        "add { kind = \"grounded\", model = \"…\", context = \"input.context\" }",
    ),
    (
        "context-recall",
        "it judges the retrieval, not the answer",
        "judge retrieved ids with precision-at-k or ndcg",
    ),
    (
        "context-relevance",
        "it judges the retrieval, not the answer",
        "judge retrieved ids with precision-at-k or ndcg",
    ),
    (
        "conversation-relevance",
        "it judges whole conversations",
        "write an llm-rubric over the last answer",
    ),
    (
        "select-best",
        "it compares variants with each other instead of judging each answer",
        "karat compare, or an llm-rubric with compare_with = \"expected\"",
    ),
    (
        "max-score",
        "it compares variants with each other instead of judging each answer",
        "karat compare",
    ),
    (
        "moderation",
        "it asks a moderation endpoint",
        "write an llm-rubric, or ask the endpoint from a program: kind = \"command\"",
    ),
    ("guardrails", "it reads a flag of the provider", "write an llm-rubric"),
    ("perplexity", "it needs the probabilities of tokens", "leave it out"),
    ("perplexity-score", "it needs the probabilities of tokens", "leave it out"),
    ("classifier", "it asks a classifier elsewhere", "ask it from a program: kind = \"command\""),
    ("pi", "it asks a service elsewhere", "write an llm-rubric"),
    (
        "is-valid-openai-tools-call",
        "it checks calls against the provider's own list",
        "compare them with the desired calls: kind = \"tool-calls\"",
    ),
    (
        "is-valid-openai-function-call",
        "it checks calls against the provider's own list",
        "compare them with the desired calls: kind = \"tool-calls\"",
    ),
    ("tool-call-f1", "it is an F1 over names", "add { kind = \"tool-calls\", mode = \"names\" }"),
    ("gleu", "karat has no GLEU", "use bleu, rouge-n or chrf"),
    ("meteor", "karat has no METEOR", "use chrf or rouge-l"),
    (
        "f-score",
        "it adds up named metrics of all tests",
        "look at precision and recall by a scorer each",
    ),
    ("is-sql", "karat parses no SQL", "check it by a program: kind = \"command\""),
    ("contains-sql", "karat parses no SQL", "check it by a program: kind = \"command\""),
    ("is-xml", "karat parses no XML", "check it by a program: kind = \"command\""),
    ("contains-xml", "karat parses no XML", "check it by a program: kind = \"command\""),
    ("is-html", "karat parses no HTML", "check it by a program: kind = \"command\""),
    ("contains-html", "karat parses no HTML", "check it by a program: kind = \"command\""),
    ("word-count", "karat counts no words", "write a regex, or a program: kind = \"command\""),
    (
        "finish-reason",
        "karat judges the answer, and counts one that was cut off as an error",
        "leave it out",
    ),
    (
        "human",
        "people label in queues of their own",
        "karat's labelling queues, once the project stands",
    ),
];

fn plain(kind: &str) -> &str {
    kind.strip_prefix("not-").unwrap_or(kind)
}

/// Whether promptfoo has such a type.
pub fn is_type(kind: &str) -> bool {
    let kind = plain(kind);
    KNOWN.iter().any(|(name, ..)| *name == kind) || STRANGERS.iter().any(|(name, ..)| *name == kind)
}

/// Whether a type says something without a value.
pub fn stands_alone(kind: &str) -> bool {
    let kind = plain(kind);
    KNOWN
        .iter()
        .find(|(name, ..)| *name == kind)
        .is_some_and(|(_, _, needs)| *needs != Needs::Value)
}
