//! Pure. Every deterministic scorer's settings, checked and compiled once when the project is read.

use regex::Regex;

use super::json::Schema;
use super::recorded::Range;
use super::template::Template;
use super::wanted::Wanted;
use crate::project::path::Path;

/// How an answer is scored.
#[derive(Clone, Debug)]
pub enum Method {
    /// `equals`.
    Equals(Equals),
    /// `contains`, `contains-any`, `contains-all` and their `i` forms.
    Contains(Contains),
    /// `starts-with`.
    StartsWith(StartsWith),
    /// `regex`.
    Regex(Pattern),
    /// `numeric`.
    Numeric(Numeric),
    /// `is-json`: the whole output is JSON and, where a schema is given, fits it.
    IsJson(Option<Schema>),
    /// `contains-json`: somewhere in the output stands a JSON object or list that fits.
    ContainsJson(Option<Schema>),
    /// `json-schema`: the output, which may stand in a fence, fits.
    JsonSchema(Schema),
    /// `levenshtein`, `rouge-n`, `rouge-l`, `bleu`, `chrf`.
    Similarity(Similarity),
    /// `levenshtein` with `max_distance`.
    EditDistance(EditDistance),
    /// `ndcg`, `mrr`, `precision-at-k`.
    Ranking(Ranking),
    /// `tool-calls`.
    ToolCalls(ToolCalls),
    /// `latency`.
    Latency(Latency),
    /// `cost`.
    Cost(Cost),
    /// `is-refusal`.
    IsRefusal(Refusal),
    /// `recorded-score`.
    RecordedScore(RecordedScore),
    /// `weighted`, and `OpenAI`'s `multi` grader.
    Weighted(Weighted),
    /// `OpenAI`'s `string_check` grader.
    StringCheck(StringCheck),
    /// `OpenAI`'s `text_similarity` grader.
    TextSimilarity(TextSimilarity),
    /// Any `not-` form.
    Not(Box<Method>),
}

impl Method {
    /// Whether it compares with what the case expects.
    pub fn needs_expected(&self) -> bool {
        let is_fixed = |wanted: &Wanted| matches!(wanted, Wanted::Value(_));
        match self {
            Self::Equals(method) => !is_fixed(&method.wanted),
            Self::Contains(method) => !is_fixed(&method.wanted),
            Self::StartsWith(method) => !is_fixed(&method.wanted),
            Self::Regex(_)
            | Self::IsJson(_)
            | Self::ContainsJson(_)
            | Self::JsonSchema(_)
            | Self::Latency(_)
            | Self::Cost(_)
            | Self::IsRefusal(_) => false,
            Self::Not(inner) => inner.needs_expected(),
            _ => true,
        }
    }
}

/// The output equals a value, as text or as JSON.
#[derive(Clone, Debug)]
pub struct Equals {
    /// What it should equal.
    pub wanted: Wanted,
    /// Which part of the output counts; also taken from an expected object or list.
    pub path: Option<Path>,
    /// Whether `Yes` equals `yes`.
    pub ignore_case: bool,
    /// Whether white space around texts is ignored, which is the usual.
    pub trim: bool,
}

/// The output contains texts.
#[derive(Clone, Debug)]
pub struct Contains {
    /// One text, or a list for `any` and `all`.
    pub wanted: Wanted,
    /// How many of the texts must appear.
    pub quantifier: Quantifier,
    /// The `i` forms.
    pub ignore_case: bool,
}

/// How many of several texts must appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// There is exactly one text.
    One,
    /// At least one.
    Any,
    /// Every one.
    All,
}

/// The output starts with a text; white space before it is ignored.
#[derive(Clone, Debug)]
pub struct StartsWith {
    /// The text.
    pub wanted: Wanted,
}

/// The output matches a pattern somewhere.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// The same pattern for every case.
    Fixed(Regex),
    /// The pattern stands in the case and is compiled for it.
    Wanted(Wanted),
}

/// The output's number is close enough to the expected one.
#[derive(Clone, Debug)]
pub struct Numeric {
    /// A number, or text with one.
    pub wanted: Wanted,
    /// Largest absolute difference; 0 still forgives the rounding of floats.
    pub tolerance: f64,
    /// Largest difference as a fraction of the expected number.
    pub relative_tolerance: f64,
    /// Finds the number in the output: the first capture group, or the whole match, of the last match.
    pub pattern: Option<Regex>,
    /// The same for the expected text.
    pub expected_pattern: Option<Regex>,
    /// Which part of the output counts, where it is JSON.
    pub path: Option<Path>,
}

/// The output's text is similar to a reference text.
#[derive(Clone, Debug)]
pub struct Similarity {
    /// The measure.
    pub metric: TextMetric,
    /// A reference text, or a list of which the best counts (BLEU uses them together).
    pub wanted: Wanted,
    /// The least similarity for a 1; without it the similarity is the value.
    pub threshold: Option<f64>,
}

/// A measure of the similarity of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextMetric {
    /// 1 − edit distance / length of the longer text, in characters.
    Levenshtein,
    /// `rapidfuzz.fuzz.ratio`: 2 · longest common subsequence / both lengths, in characters.
    Fuzzy,
    /// F1 over n-grams of words, as in the package `rouge-score`; n from 1.
    RougeN(usize),
    /// F1 over the longest common subsequence of words, as in the package `rouge-score`.
    RougeL,
    /// Sentence BLEU with the defaults of the package `sacrebleu`.
    Bleu,
    /// Sentence chrF with the defaults of the package `sacrebleu`.
    Chrf,
}

/// At most so many characters must be inserted, deleted or replaced.
#[derive(Clone, Debug)]
pub struct EditDistance {
    /// A reference text, or a list of which the nearest counts.
    pub wanted: Wanted,
    /// The largest distance for a 1.
    pub max_distance: usize,
}

/// The output's ranked ids put the relevant ones first.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The measure.
    pub metric: RankingMetric,
    /// A list of relevant ids, or an object from id to grade.
    pub wanted: Wanted,
    /// Only the first `k` ids count.
    pub k: Option<usize>,
    /// Where the list stands in the output.
    pub path: Option<Path>,
    /// The least value for a 1; without it the measure is the value.
    pub threshold: Option<f64>,
}

/// A measure of a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankingMetric {
    /// Normalised discounted cumulative gain, as `sklearn.metrics.ndcg_score`.
    Ndcg,
    /// 1 / rank of the first relevant id.
    ReciprocalRank,
    /// Relevant ids among the first `k`, divided by `k`.
    Precision,
}

/// The model asked for the right tools.
#[derive(Clone, Debug)]
pub struct ToolCalls {
    /// A list of names, or of objects with `name` and, where they matter, `arguments`.
    pub wanted: Wanted,
    /// What has to agree.
    pub mode: ToolMode,
    /// Whether the order of the calls matters.
    pub ordered: bool,
}

/// What has to agree in a comparison of tool calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolMode {
    /// Exactly these calls with exactly these arguments.
    Exact,
    /// At least these calls, with at least these arguments.
    Subset,
    /// Exactly these names; arguments are not compared.
    NamesOnly,
}

/// The answer came in time.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    /// Milliseconds.
    pub max_ms: f64,
}

/// The answer was cheap enough.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// US dollars.
    pub max_usd: f64,
}

/// The output declines to answer.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// Further phrases that count as a refusal, in any case.
    pub phrases: Vec<String>,
}

/// A score that a recorded answer carries.
#[derive(Clone, Debug)]
pub struct RecordedScore {
    /// The field's name, or a dotted path to it.
    pub field: String,
    /// The values that it may have; its ends become 0 and 1.
    pub range: Range,
    /// The least value, on the field's own scale, for a 1.
    pub pass_at: Option<f64>,
}

/// Several methods taken together.
#[derive(Clone, Debug)]
pub struct Weighted {
    /// The methods with their weights.
    pub parts: Vec<Part>,
    /// How they become one value.
    pub combine: Combine,
    /// The least value for a 1; without it the combination is the value.
    pub threshold: Option<f64>,
}

/// One method among several.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its name, for explanations.
    pub name: String,
    /// Its weight; a part of weight 0 is not looked at.
    pub weight: f64,
    /// The method.
    pub method: Method,
}

/// How weighted parts become one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Combine {
    /// The weighted mean.
    Mean,
    /// The constant plus each weight times its part, as a formula says.
    Sum {
        /// What the formula adds.
        constant: f64,
    },
}

/// `OpenAI`'s `string_check` grader.
#[derive(Clone, Debug)]
pub struct StringCheck {
    /// The text to check.
    pub input: Template,
    /// The text to check against.
    pub reference: Template,
    /// The comparison.
    pub operation: StringOperation,
}

/// A comparison of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringOperation {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// The input contains the reference.
    Like,
    /// The same in any case.
    Ilike,
}

/// `OpenAI`'s `text_similarity` grader.
#[derive(Clone, Debug)]
pub struct TextSimilarity {
    /// The text to grade.
    pub input: Template,
    /// The text to grade against.
    pub reference: Template,
    /// The measure.
    pub metric: TextMetric,
    /// The least similarity for a 1; without it the similarity is the value.
    pub threshold: Option<f64>,
}
