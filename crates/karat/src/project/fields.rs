//! The fields of `karat.toml`, as a table: what is known, what is required, what shape it has.
//! The reader, the suggestions for unknown fields and the JSON Schema for editors all come from it.

/// One field of a table of the project file.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// As it is written.
    pub name: &'static str,
    /// What a value must be.
    pub shape: Shape,
    /// Whether the table makes no sense without it.
    pub required: bool,
    /// One sentence for the editor.
    pub doc: &'static str,
}

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// A string or a list of strings.
    TextOrList,
    /// A whole number, at least 0.
    Integer,
    /// Any number.
    Number,
    /// true or false.
    Flag,
    /// A list of strings.
    TextList,
    /// A path, relative to the project's folder.
    File,
    /// A length of time such as "2s", "500ms", "1m".
    Duration,
    /// A calendar day such as 2026-12-18.
    Date,
    /// A pattern in the regex crate's syntax.
    Regex,
    /// A table whose keys are free.
    Table,
    /// A list of tables.
    Tables,
    /// Any value.
    Any,
    /// A bound: a number or a duration.
    Bound,
    /// One of a few words.
    OneOf(&'static [&'static str]),
}

impl Shape {
    /// What the shape is called in a message.
    pub fn name(self) -> String {
        match self {
            Self::Text => "text in quotes".into(),
            Self::TextOrList => "text in quotes, or a list of texts".into(),
            Self::Integer => "a whole number".into(),
            Self::Number => "a number".into(),
            Self::Flag => "true or false".into(),
            Self::TextList => "a list of texts".into(),
            Self::File => "a path in quotes".into(),
            Self::Duration => "a duration such as \"2s\" or \"500ms\"".into(),
            Self::Date => "a date such as 2026-12-18".into(),
            Self::Regex => "a pattern in quotes".into(),
            Self::Table => "a table".into(),
            Self::Tables => "a list of tables".into(),
            Self::Any => "a value".into(),
            Self::Bound => "a number, or a duration such as \"2s\"".into(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
        }
    }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: true, doc }
}

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: false, doc }
}

/// The file itself.
pub const ROOT: &[Field] = &[
    required("project", Shape::Table, "Name and confidence of the whole project."),
    optional("providers", Shape::Table, "Model providers by name."),
    optional("prices", Shape::Table, "Prices in US dollars per million tokens, by provider/model."),
    optional("datasets", Shape::Table, "Datasets by name."),
    optional("bets", Shape::Table, "Hypotheses, their success metric and time box."),
    optional("features", Shape::Table, "Features by name, with variants, scorers and MVQ."),
    optional("gateway", Shape::Table, "How requests of applications are answered and recorded."),
];

/// `[gateway]`
pub const GATEWAY: &[Field] = &[
    optional(
        "deadline",
        Shape::Duration,
        "For a whole request, all attempts together; 2 min where absent.",
    ),
    optional(
        "attempts",
        Shape::Integer,
        "Most attempts of one request over all variants; 6 where absent.",
    ),
    optional("record", Shape::Flag, "Whether inferences are recorded; true where absent."),
    optional(
        "on_store_failure",
        Shape::OneOf(&["refuse", "serve"]),
        "What becomes of requests while nothing can be recorded; refuse where absent.",
    ),
    optional(
        "keys",
        Shape::OneOf(&["required", "optional"]),
        "Whether applications on this machine need a key; others always do. optional where absent.",
    ),
    optional("redact", Shape::TextList, "Patterns whose matches are never written down."),
    optional(
        "webhook",
        Shape::OneOf(&["json", "slack"]),
        "Form of the notices that are sent to the address in KARAT_WEBHOOK; json where absent.",
    ),
    optional("keep_days", Shape::Integer, "Days after which requests and answers are forgotten."),
    optional(
        "max_disk_mb",
        Shape::Integer,
        "MB that the database may hold before the oldest requests and answers are forgotten.",
    ),
];

/// `[project]`
pub const PROJECT: &[Field] = &[
    required("name", Shape::Text, "The project's name."),
    optional("confidence", Shape::Number, "One-sided, for every criterion; 0.95 where absent."),
];

/// `[providers.NAME]`
pub const PROVIDER: &[Field] = &[
    required(
        "dialect",
        Shape::OneOf(&["openai-chat", "openai-responses", "anthropic"]),
        "The API that the provider speaks.",
    ),
    optional("base_url", Shape::Text, "Where the API lives; the vendor's default where absent."),
    optional("api_key_env", Shape::Text, "Name of the environment variable that holds the key."),
    optional("concurrency", Shape::Integer, "Most calls in flight at once; 64 where absent."),
    optional("connect_timeout", Shape::Duration, "Time to connect; 5 s where absent."),
    optional(
        "first_byte_timeout",
        Shape::Duration,
        "Time to the first byte of the answer; 60 s where absent.",
    ),
    optional(
        "chunk_timeout",
        Shape::Duration,
        "Time between two chunks of an answer; 30 s where absent.",
    ),
    optional("timeout", Shape::Duration, "Time for a whole call; 120 s where absent."),
    optional(
        "retries",
        Shape::Integer,
        "Further attempts after a retryable failure; 4 where absent.",
    ),
];

/// `[prices."PROVIDER/MODEL"]`
pub const PRICE: &[Field] = &[
    required("input", Shape::Number, "US dollars per million input tokens."),
    optional(
        "cached_input",
        Shape::Number,
        "US dollars per million input tokens read from the cache.",
    ),
    optional(
        "cache_write",
        Shape::Number,
        "US dollars per million input tokens written to the cache.",
    ),
    required("output", Shape::Number, "US dollars per million output tokens."),
];

/// `[datasets.NAME]`
pub const DATASET: &[Field] = &[
    required(
        "file",
        Shape::File,
        "JSON Lines or CSV with id, input, expected, metadata, tags, split.",
    ),
    optional("gate_file", Shape::File, "A second file whose cases are held out for the gate."),
    optional(
        "columns",
        Shape::Table,
        "Which column is which, for example { input = \"question\" }.",
    ),
    optional(
        "answers",
        Shape::TextList,
        "Columns that hold answers; each can be a recorded variant.",
    ),
];

/// `columns = { … }` of a dataset.
pub const COLUMNS: &[Field] = &[
    optional("id", Shape::Text, "Column of the id."),
    optional("input", Shape::TextOrList, "Column or columns of the input."),
    optional("expected", Shape::Text, "Column of the desired output."),
    optional("metadata", Shape::TextOrList, "Columns of metadata."),
    optional("tags", Shape::Text, "Column of the tags."),
    optional("split", Shape::Text, "Column that says tune or gate."),
];

/// `[bets.NAME]`
pub const BET: &[Field] = &[
    optional("feature", Shape::Text, "The feature that tests it."),
    required("hypothesis", Shape::Text, "What we believe, so that it can turn out false."),
    required("success", Shape::Text, "The success metric and its floor."),
    optional("why_us", Shape::Text, "What we have that others lack."),
    optional("deadline", Shape::Date, "When we decide, whatever we know."),
    optional("spend_cap_usd", Shape::Number, "What it may cost in US dollars."),
];

/// `[features.NAME]`
pub const FEATURE: &[Field] = &[
    optional("dataset", Shape::Text, "The dataset with its cases."),
    optional("trials", Shape::Integer, "Repetitions of each case; 1 where absent."),
    optional("output", Shape::File, "JSON Schema that every answer must follow."),
    optional("baseline", Shape::Text, "The variant that all others are compared with."),
    optional(
        "waterfall",
        Shape::TextList,
        "Variants in production: the first answers, the next on failure.",
    ),
    optional(
        "about",
        Shape::Text,
        "What a request is, for sentences such as \"of 100 support tickets\".",
    ),
    optional(
        "next_on",
        Shape::TextList,
        "Further reasons to go on in the waterfall: schema, context-length.",
    ),
    optional(
        "on_stream_failure",
        Shape::OneOf(&["error", "continue"]),
        "What becomes of a stream that breaks after its first piece: an error, or the next variant goes on; error where absent.",
    ),
    optional(
        "budget_usd_per_day",
        Shape::Number,
        "What its answers may cost in 24 hours, in US dollars.",
    ),
    optional("requests_per_minute", Shape::Integer, "Most requests in a minute."),
    optional("tokens_per_minute", Shape::Integer, "Most tokens in a minute, read and written."),
    optional(
        "live_sample",
        Shape::Number,
        "Share of live answers that are scored, 0 to 1; none where absent.",
    ),
    optional(
        "canary_every",
        Shape::Duration,
        "How often the canary asks the first of the waterfall.",
    ),
    required("variants", Shape::Table, "Ways to produce the output, by name."),
    optional("scorers", Shape::Table, "Judgements of an answer by name; 1 is always good."),
    optional("mvq", Shape::Table, "Minimum viable quality: criteria by name, all must hold."),
];

/// Kinds of variant.
pub const VARIANT_KINDS: &[&str] = &["chat", "rules", "command", "http", "recorded", "human"];

/// Fields of every variant.
pub const VARIANT: &[Field] = &[
    required("kind", Shape::OneOf(VARIANT_KINDS), "How the answer is produced."),
    optional(
        "unproven",
        Shape::Flag,
        "May stand in a waterfall without a proof; shown everywhere.",
    ),
];

/// Fields of one kind of variant, beside those of every variant.
pub fn variant_fields(kind: &str) -> &'static [Field] {
    match kind {
        "chat" => CHAT,
        "rules" => RULES,
        "command" => COMMAND,
        "http" => HTTP,
        "recorded" | "human" => RECORDED,
        _ => &[],
    }
}

const CHAT: &[Field] = &[
    required("model", Shape::Text, "provider/model."),
    required("prompt", Shape::File, "Template with # system, # user and # assistant parts."),
    optional("parameters", Shape::Table, "Passed to the provider as they are."),
    optional("tools", Shape::File, "JSON file with a list of tool definitions."),
];

const RULES: &[Field] = &[required("file", Shape::File, "Ordered rules and a default.")];

const COMMAND: &[Field] = &[
    required("run", Shape::TextOrList, "Program and arguments; JSON on stdin, answer on stdout."),
    optional("timeout", Shape::Duration, "Time for one answer; 60 s where absent."),
    optional(
        "memory_mb",
        Shape::Integer,
        "Most address space of the program; no limit where absent.",
    ),
    optional("files", Shape::TextList, "Files whose content is part of the variant."),
    optional(
        "concurrency",
        Shape::Integer,
        "Most programs at once; the number of cores where absent.",
    ),
];

const HTTP: &[Field] = &[
    required("url", Shape::Text, "Receives {id, trial, input} as JSON by POST."),
    optional(
        "headers",
        Shape::Table,
        "Sent with each request; $NAME is taken from the environment.",
    ),
    optional("answer", Shape::Text, "Path of the answer in the response, for example $.answer."),
    optional("timeout", Shape::Duration, "Time for one answer; 120 s where absent."),
    optional("concurrency", Shape::Integer, "Most requests at once; 16 where absent."),
];

const RECORDED: &[Field] = &[
    optional("file", Shape::File, "JSON Lines or CSV with id, trial, output."),
    optional("column", Shape::Text, "A column of the dataset that holds the answers."),
    optional(
        "columns",
        Shape::Table,
        "Which column is which, for example { output = \"answer\" }.",
    ),
];

/// `columns = { … }` of recorded answers.
pub const ANSWER_COLUMNS: &[Field] = &[
    optional("id", Shape::Text, "Column of the case id."),
    optional("trial", Shape::Text, "Column of the zero-based repetition."),
    optional("output", Shape::Text, "Column of the answer."),
    optional("error", Shape::Text, "Column that says why there is no answer."),
    optional("annotator", Shape::Text, "Column of the person who answered."),
];

/// Fields of every criterion.
pub const CRITERION: &[Field] = &[
    required("metric", Shape::Text, "A scorer, or latency, cost, error-rate."),
    optional("min", Shape::Number, "The mean must be at least this."),
    optional("max", Shape::Bound, "The mean, or the quantile, must be at most this."),
    optional("failures", Shape::Integer, "Exactly this many failures are allowed, in all trials."),
    optional(
        "better_than_baseline_by",
        Shape::Number,
        "The paired gain over the baseline must be at least this.",
    ),
    optional("pass_hat", Shape::Integer, "All of k repeats must succeed (pass^k)."),
    optional(
        "quantile",
        Shape::Number,
        "Judge this quantile instead of the mean, for example 0.95.",
    ),
    optional(
        "each",
        Shape::Text,
        "Judge each value of this case field apart, for example metadata.segment.",
    ),
    optional(
        "where",
        Shape::Text,
        "Only cases with this, for example tag=must-pass or metadata.plan=pro.",
    ),
    optional("advisory", Shape::Flag, "Shown, but never changes the verdict."),
];
