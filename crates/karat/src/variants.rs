//! The seam that everything shares: produce one answer. It records nothing; the caller does.

pub mod chat;

pub mod recorded;

pub mod command;

pub mod http;

pub mod shape;

use karat_records::{Answer, Attempt, Case, Failure, FailureKind, Fault};
use serde_json::{Map, Value};

use crate::app::App;
use crate::clock::milliseconds;
use crate::datasets::Dataset;
use crate::project::files::Files;
use crate::project::variant::RecordedSource;
use crate::project::{Feature, Problems, Project, Rules, Variant, VariantKind};

/// A variant that is ready to answer.
#[derive(Debug)]
pub struct Producer {
    way: Way,
    shape: Option<shape::Shape>,
    app: App,
}

#[derive(Debug)]
enum Way {
    Chat(Box<chat::Chat>),
    Rules(Rules),
    Command(command::Program),
    Http(Box<http::Endpoint>),
    Recorded(recorded::Answers),
}

/// What an answer is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Which case; recorded answers are found by it.
    pub case_id: &'a str,
    /// Named inputs.
    pub input: &'a Map<String, Value>,
    /// Zero-based repetition.
    pub trial_index: u32,
    /// Seed of waits between attempts.
    pub seed: u64,
}

impl<'a> Request<'a> {
    /// The request that a case makes.
    pub fn of(case: &'a Case, trial_index: u32, seed: u64) -> Self {
        Self { case_id: &case.id, input: &case.input, trial_index, seed }
    }
}

impl Producer {
    /// Makes a variant ready; notes what stands in the way.
    pub fn prepare(
        app: &App,
        project: &Project,
        feature: &Feature,
        variant: &Variant,
        dataset: Option<&Dataset>,
        problems: &Problems,
    ) -> Option<Self> {
        let way = match &variant.kind {
            VariantKind::Chat { model, prompt, parameters, tools, output } => {
                let spec = chat::Spec { model, prompt, parameters, tools, output: output.as_ref() };
                Way::Chat(Box::new(chat::Chat::prepare(
                    app,
                    project,
                    &spec,
                    &variant.place,
                    problems,
                )?))
            }
            VariantKind::Rules(rules) => Way::Rules(rules.clone()),
            VariantKind::Command { run, timeout, memory_mb, concurrency } => {
                Way::Command(command::Program::new(
                    run.clone(),
                    *timeout,
                    *memory_mb,
                    concurrency.unwrap_or_else(available_cores),
                    project.root.clone(),
                ))
            }
            VariantKind::Http { url, headers, answer, timeout, concurrency } => {
                Way::Http(Box::new(http::Endpoint::prepare(
                    app,
                    &http::Spec {
                        name: &variant.name,
                        url,
                        headers,
                        answer: answer.as_deref(),
                        timeout: *timeout,
                        concurrency: *concurrency,
                    },
                    &variant.place,
                    problems,
                )?))
            }
            VariantKind::Recorded { source, .. } => Way::Recorded(match source {
                RecordedSource::File { file, columns } => {
                    let files = Files { root: &project.root, problems };
                    recorded::Answers::from_file(file, columns, &variant.place, files)?
                }
                RecordedSource::Column(column) => recorded::Answers::from_column(
                    column,
                    dataset.and_then(|dataset| dataset.answers.get(column)),
                    &variant.place,
                    problems,
                )?,
            }),
        };
        let shape = feature.output.as_ref().map(shape::Shape::new);
        Some(Self { way, shape, app: app.clone() })
    }

    /// The prompt on a model that it is, if it is one.
    pub fn chat(&self) -> Option<&chat::Chat> {
        match &self.way {
            Way::Chat(chat) => Some(chat),
            _ => None,
        }
    }

    /// The shape that the feature demands of every answer.
    pub fn shape(&self) -> Option<&shape::Shape> {
        self.shape.as_ref()
    }

    /// How many answers may be asked for at once; nothing where answering costs no wait.
    pub fn concurrency(&self) -> Option<usize> {
        match &self.way {
            Way::Chat(chat) => Some(chat.concurrency()),
            Way::Command(program) => Some(program.concurrency),
            Way::Http(endpoint) => Some(endpoint.concurrency),
            Way::Rules(_) | Way::Recorded(_) => None,
        }
    }

    /// How many repetitions there are at most, where that is fixed.
    pub fn most_trials(&self) -> Option<u32> {
        match &self.way {
            Way::Recorded(answers) => Some(answers.n_trials()),
            _ => None,
        }
    }

    /// Case ids for which there is an answer that no case asks for.
    pub fn recorded_ids(&self) -> Vec<&str> {
        match &self.way {
            Way::Recorded(answers) => answers.case_ids(),
            _ => Vec::new(),
        }
    }

    /// Whether a scripted or real model is called, so that a run costs money and time.
    pub fn calls_a_model(&self) -> bool {
        matches!(self.way, Way::Chat(_))
    }

    /// An upper estimate of one call's cost in US dollars, where the price is known.
    pub fn estimate_usd(&self, request: Request<'_>) -> Option<f64> {
        match &self.way {
            Way::Chat(chat) => chat.estimate_usd(request),
            _ => Some(0.0),
        }
    }

    /// Answers once. A failure is part of the answer, never an error.
    pub async fn answer(&self, request: Request<'_>) -> Answer {
        let answer = match &self.way {
            Way::Chat(chat) => chat.answer(request).await,
            Way::Rules(rules) => self.answer_by_rules(rules, request),
            Way::Command(program) => program.answer(&self.app, request).await,
            Way::Http(endpoint) => endpoint.answer(request).await,
            Way::Recorded(answers) => answers.answer(request),
        };
        match &self.shape {
            Some(shape) => shape.hold(answer),
            None => answer,
        }
    }

    fn answer_by_rules(&self, rules: &Rules, request: Request<'_>) -> Answer {
        let begun = self.app.clock.instant();
        let output = rules.answer(request.input).clone();
        let latency_ms = milliseconds(begun.elapsed());
        Answer { output, latency_ms: Some(latency_ms), cost_usd: Some(0.0), ..Answer::default() }
    }
}

/// A failure that the project can mend.
pub fn our_failure(kind: FailureKind, message: impl Into<String>) -> Failure {
    Failure { kind, message: message.into(), fault: Fault::Ours }
}

/// One attempt of something that is no model.
fn attempt(asked: &str, status: Option<i32>, latency_ms: f64, failure: Option<Failure>) -> Attempt {
    Attempt { asked: asked.to_owned(), served: None, status, latency_ms, waited_ms: None, failure }
}

fn available_cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
