//! A feature: its dataset, variants, scorers and MVQ, and whether they fit together.

use karat_records::Hash;
use serde_json::{Value, json};

use super::criterion::{Bound, Criterion, Metric};
use super::files::Files;
use super::problem::{Place, suggestion};
use super::reader::Table;
use super::scorer::Scorer;
use super::variant::{Variant, VariantKind};
use super::{Provider, criterion, scorer, variant};

/// One AI-powered thing that the application does.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Its name in the file.
    pub name: String,
    /// The dataset with its cases.
    pub dataset: Option<String>,
    /// Repetitions of each case.
    pub trials: u32,
    /// JSON Schema that every answer must follow.
    pub output: Option<Value>,
    /// The variant that all others are compared with.
    pub baseline: Option<String>,
    /// Variants in production, in order.
    pub waterfall: Vec<String>,
    /// What a request is, in the plural.
    pub about: Option<String>,
    /// Whether an answer that breaks the output schema sends a request on to the next variant.
    pub next_on_schema: bool,
    /// Whether a conversation that is too long for one variant goes on to the next.
    pub next_on_context_length: bool,
    /// Whether the next variant goes on with a stream that breaks after its first piece.
    pub continues_streams: bool,
    /// What its answers may cost in 24 hours, in US dollars.
    pub budget_usd_per_day: Option<f64>,
    /// Most requests in a minute.
    pub requests_per_minute: Option<u64>,
    /// Most tokens in a minute, read and written.
    pub tokens_per_minute: Option<u64>,
    /// Share of live answers that are scored.
    pub live_sample: f64,
    /// How often the canary asks the first of the waterfall.
    pub canary_every: Option<std::time::Duration>,
    /// Variants in the file's order.
    pub variants: Vec<Variant>,
    /// Scorers in the file's order.
    pub scorers: Vec<Scorer>,
    /// Criteria in the file's order.
    pub mvq: Vec<Criterion>,
    /// Where it stands in the file.
    pub place: Place,
}

impl Feature {
    /// The variant of that name.
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }

    /// What a request is, in the plural; a name is no word for it, so without one they are requests.
    pub fn about_words(&self) -> String {
        self.about.clone().unwrap_or_else(|| "requests".to_owned())
    }

    /// The scorer of that name.
    pub fn scorer(&self, name: &str) -> Option<&Scorer> {
        self.scorers.iter().find(|scorer| scorer.name == name)
    }

    /// The position of the scorer that says what a success is: that of the first criterion, else the first scorer.
    pub fn primary(&self) -> Option<usize> {
        let named = self.mvq.iter().find_map(|criterion| match &criterion.metric {
            Metric::Scorer(name) => Some(name),
            _ => None,
        });
        match named {
            Some(name) => self.scorers.iter().position(|scorer| scorer.name == *name),
            None => (!self.scorers.is_empty()).then_some(0),
        }
    }

    /// The hash of the criteria together.
    pub fn mvq_hash(&self) -> Hash {
        Hash::of_json(&self.mvq_content())
    }

    /// The criteria as they are written.
    pub fn mvq_content(&self) -> Value {
        json!(
            self.mvq
                .iter()
                .map(|criterion| (&criterion.name, &criterion.content))
                .collect::<Vec<_>>()
        )
    }
}

/// Reads `[features.NAME]` with everything below it.
pub fn read(
    name: &str,
    table: &Table<'_>,
    files: Files<'_>,
    providers: &[Provider],
) -> Option<Feature> {
    table.check(&[super::fields::FEATURE]);
    let output = table
        .text("output")
        .and_then(|file| super::variant::schema_file(&file, &table.place_of("output"), files));
    let variants: Vec<Variant> = table
        .tables("variants")
        .iter()
        .filter_map(|(name, table)| variant::read(name, table, files, providers, output.as_ref()))
        .collect();
    let scorers: Vec<Scorer> = table
        .tables("scorers")
        .iter()
        .filter_map(|(name, table)| scorer::read(name, table, files, providers))
        .collect();
    let mvq: Vec<Criterion> = table
        .tables("mvq")
        .iter()
        .filter_map(|(name, table)| criterion::read(name, table))
        .collect();
    let trials = table.integer("trials").unwrap_or(1);
    if table.has("trials") && !(1..=1000).contains(&trials) {
        table.error(
            "trials",
            format!("{trials} repetitions make no run"),
            "write a number from 1 to 1000",
        );
    }
    let next_on = table.texts("next_on");
    for reason in &next_on {
        if !NEXT_ON.contains(&reason.as_str()) {
            table.error(
                "next_on",
                format!("\"{reason}\" is no reason to go on"),
                suggestion(reason, NEXT_ON.to_vec()),
            );
        }
    }
    let live_sample = table.number("live_sample").unwrap_or(0.0);
    if !(0.0..=1.0).contains(&live_sample) {
        table.error(
            "live_sample",
            format!("a share lies between 0 and 1, and {live_sample} does not"),
            "write for example 0.05",
        );
    }
    if table.number("budget_usd_per_day").is_some_and(|usd| !(usd.is_finite() && usd >= 0.0)) {
        table.error(
            "budget_usd_per_day",
            "a budget is an amount of US dollars",
            "write for example 20",
        );
    }
    let feature = Feature {
        name: name.into(),
        dataset: table.text("dataset"),
        trials: trials.clamp(1, 1000) as u32,
        output,
        baseline: table.text("baseline"),
        waterfall: table.texts("waterfall"),
        about: table.text("about"),
        next_on_schema: next_on.iter().any(|reason| reason == "schema"),
        next_on_context_length: next_on.iter().any(|reason| reason == "context-length"),
        continues_streams: table.text("on_stream_failure").as_deref() == Some("continue"),
        budget_usd_per_day: table.number("budget_usd_per_day"),
        requests_per_minute: table.integer("requests_per_minute"),
        tokens_per_minute: table.integer("tokens_per_minute"),
        live_sample: live_sample.clamp(0.0, 1.0),
        canary_every: table.duration("canary_every"),
        variants,
        scorers,
        mvq,
        place: table.place.clone(),
    };
    check_names(&feature, table);
    Some(feature)
}

/// Reasons to go on that a feature may wish for; others are always reasons.
const NEXT_ON: [&str; 2] = ["schema", "context-length"];

/// Every name that is used must be defined, and mean something where it stands.
fn check_names(feature: &Feature, table: &Table<'_>) {
    // Names as they are written, so that a variant with an error of its own is not reported twice.
    let variant_names: Vec<String> =
        table.tables("variants").into_iter().map(|(name, _)| name).collect();
    let known = || variant_names.iter().map(String::as_str).collect::<Vec<_>>();
    if variant_names.is_empty() && table.has("variants") {
        table.error(
            "variants",
            "there is no variant",
            "add [features.NAME.variants.NAME] with a kind",
        );
    }
    if let Some(baseline) = &feature.baseline
        && !variant_names.contains(baseline)
    {
        table.error(
            "baseline",
            format!("there is no variant {baseline}"),
            suggestion(baseline, known()),
        );
    }
    for name in &feature.waterfall {
        let Some(variant) = feature.variant(name) else {
            if !variant_names.contains(name) {
                table.error(
                    "waterfall",
                    format!("there is no variant {name}"),
                    suggestion(name, known()),
                );
            }
            continue;
        };
        if matches!(variant.kind, VariantKind::Recorded { .. }) {
            table.error(
                "waterfall",
                format!("{name} only repeats recorded answers, so it cannot answer a new request"),
                "take it out of the waterfall",
            );
        }
    }
    let scorer_names: Vec<String> =
        table.tables("scorers").into_iter().map(|(name, _)| name).collect();
    let metrics = || {
        scorer_names
            .iter()
            .map(String::as_str)
            .chain(["latency", "cost", "error-rate"])
            .collect::<Vec<_>>()
    };
    for reserved in ["latency", "cost", "error-rate"] {
        if scorer_names.iter().any(|name| name == reserved) {
            table.error(
                "scorers",
                format!("a scorer cannot be called {reserved}: that metric is always there"),
                "choose another name",
            );
        }
    }
    for criterion in &feature.mvq {
        let place = criterion.place.below("metric");
        if let Metric::Scorer(name) = &criterion.metric
            && !scorer_names.contains(name)
        {
            table.problems().error(
                &place,
                format!("there is no scorer {name}"),
                suggestion(name, metrics()),
            );
        }
        if let Some(k) = criterion.pass_hat
            && k > feature.trials
        {
            table.problems().error(
                &criterion.place.below("pass_hat"),
                format!("pass^{k} needs at least {k} trials, but trials = {}", feature.trials),
                format!("set trials = {k} or more for the feature, or lower pass_hat"),
            );
        }
        if matches!(criterion.bound, Bound::BetterThanBaselineBy(_)) && feature.baseline.is_none() {
            table.problems().error(
                &criterion.place.below("better_than_baseline_by"),
                "the feature names no baseline",
                "add baseline = \"VARIANT\" to the feature",
            );
        }
    }
    for (name, node) in table.tables("scorers") {
        for part in scorer::part_names(&node) {
            if !scorer_names.contains(&part) || part == name {
                node.error(
                    "parts",
                    format!("there is no other scorer {part}"),
                    suggestion(&part, metrics()),
                );
            }
        }
    }
}
