//! What is served: every feature with the variants that may answer, as the files said when they were read last.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use karat_providers::{ChatRequest, Price};
use karat_records::Hash;

use super::compose::Overlay;
use crate::app::App;
use crate::clock::day;
use crate::evals::present::{self, Present};
use crate::project::lock::{self, Lock};
use crate::project::sources;
use crate::project::{
    Feature, GatewaySettings, ModelName, Problems, Project, Provider, Variant, VariantKind,
};
use crate::variants::Producer;
use crate::variants::chat::{Model, price_of};

/// Everything that requests are answered from; replaced as a whole.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Features by name.
    pub features: HashMap<String, Served>,
    /// Settings of the gateway.
    pub settings: GatewaySettings,
    /// The project as it was read.
    pub project: Project,
    /// Files whose change changes what is served.
    pub files: Vec<PathBuf>,
    /// When the files were read, in milliseconds since the Unix epoch.
    pub read_at_ms: i64,
    app: App,
}

/// A feature as it is served.
#[derive(Clone, Debug)]
pub struct Served {
    /// The feature as the file says it.
    pub feature: Feature,
    /// Variants of the waterfall that may answer, in order.
    pub waterfall: Vec<Arc<Candidate>>,
    /// Every variant that could answer a new request, by name.
    pub variants: HashMap<String, Arc<Candidate>>,
    /// Variants of the waterfall that may not, and why.
    pub refused: Vec<Refused>,
}

/// A variant that stands outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name.
    pub variant: String,
    /// Why, and what to do.
    pub reason: String,
}

/// A variant that can answer a new request.
#[derive(Debug)]
pub struct Candidate {
    /// Its name; none where an application named a model.
    pub name: Option<String>,
    /// Its content; none where an application named a model.
    pub hash: Option<Hash>,
    /// Whether a proof in `karat.lock` is about it as it is now, whatever cases came since.
    pub is_proven: bool,
    /// Whether the file says that it may answer without one.
    pub may_be_unproven: bool,
    /// How it answers.
    pub way: Way,
}

/// How a candidate answers.
#[derive(Debug)]
pub enum Way {
    /// A model.
    Model(Box<ModelWay>),
    /// Rules, a program, an endpoint.
    Other(Box<Producer>),
}

/// A model with everything that is sent to it.
#[derive(Debug)]
pub struct ModelWay {
    /// `provider/model`.
    pub name: String,
    /// Where it is.
    pub provider: Provider,
    /// The key, where it needs one.
    pub key: Option<String>,
    /// What tokens cost, where that is known.
    pub price: Option<Price>,
    /// What the variant sets.
    pub overlay: Overlay,
    /// The variant's prompt; none where an application named a model.
    pub producer: Option<Producer>,
    /// Whether the application's conversation follows the prompt as it is.
    pub keeps_conversation: bool,
}

impl Snapshot {
    /// Reads the files; the error says everything that is wrong with them.
    pub fn read(app: &App) -> Result<Self> {
        let project = app.project()?;
        let lock = Lock::read(&project.root)?;
        let features = project
            .features
            .iter()
            .map(|feature| (feature.name.clone(), serve(app, &project, feature, &lock)))
            .collect();
        let settings = project.gateway.clone();
        let files = files(&project);
        let read_at_ms = app.clock.now_ms();
        Ok(Self { features, settings, project, files, read_at_ms, app: app.clone() })
    }

    /// What is served where there is no project that can be read.
    pub fn empty(app: &App) -> Self {
        let root = app.root().unwrap_or_else(|_| app.folder.clone());
        let files = vec![root.join(crate::project::FILE)];
        Self {
            features: HashMap::new(),
            settings: GatewaySettings::default(),
            project: Project::empty(root),
            files,
            read_at_ms: app.clock.now_ms(),
            app: app.clone(),
        }
    }

    /// Keys of providers, which may stand in no record.
    pub fn keys(&self) -> Vec<String> {
        let providers = self.project.providers.iter();
        providers.filter_map(|provider| self.app.secret(&provider.key_name()?)).collect()
    }

    /// A model that an application named itself; the error says what is in the way.
    pub fn model(&self, name: &ModelName) -> Option<Result<Candidate, String>> {
        let provider = self.project.provider(&name.provider)?;
        let problems = Problems::default();
        let Some(model) = Model::prepare(&self.app, &self.project, name, &problems) else {
            let said: Vec<String> = problems.sorted().iter().map(ToString::to_string).collect();
            return Some(Err(said.join("; ")));
        };
        let settings = ChatRequest { model: name.model.clone(), ..ChatRequest::default() };
        Some(Ok(Candidate {
            name: None,
            hash: None,
            is_proven: false,
            may_be_unproven: true,
            way: Way::Model(Box::new(ModelWay {
                name: name.to_string(),
                provider: provider.clone(),
                key: model.key().map(str::to_owned),
                price: price_of(&self.project, name),
                overlay: Overlay::new(provider.dialect, settings),
                producer: None,
                keeps_conversation: true,
            })),
        }))
    }
}

/// Files whose change changes what is served.
fn files(project: &Project) -> Vec<PathBuf> {
    let named = sources::read(project).into_iter().map(|source| source.file);
    let data = project
        .datasets
        .iter()
        .flat_map(|dataset| std::iter::once(dataset.file.clone()).chain(dataset.gate_file.clone()));
    named.chain([lock::FILE.to_owned()]).chain(data).map(|file| project.root.join(file)).collect()
}

impl Snapshot {
    /// With waterfalls in these orders; in the files' order where none is given.
    pub fn arrange(&mut self, orders: &HashMap<String, Vec<String>>) {
        for (name, served) in &mut self.features {
            let order = orders.get(name).unwrap_or(&served.feature.waterfall);
            let place = |candidate: &Arc<Candidate>| {
                order.iter().position(|known| Some(known) == candidate.name.as_ref())
            };
            served.waterfall.sort_by_key(|candidate| place(candidate).unwrap_or(usize::MAX));
        }
    }
}

impl Candidate {
    /// Whether every surface has to say that nothing proves it.
    pub fn is_unproven(&self) -> bool {
        self.name.is_some() && !self.is_proven
    }

    /// Whether it may answer at all.
    pub fn may_answer(&self) -> bool {
        self.is_proven || self.may_be_unproven
    }
}

fn serve(app: &App, project: &Project, feature: &Feature, lock: &Lock) -> Served {
    let present = present::present(app, project, feature, day(app.clock.now_ms()));
    let mut variants = HashMap::new();
    let mut reasons = HashMap::new();
    for variant in &feature.variants {
        if matches!(variant.kind, VariantKind::Recorded { .. }) {
            continue;
        }
        match candidate(app, project, feature, variant, &present, lock) {
            Ok(candidate) => drop(variants.insert(variant.name.clone(), Arc::new(candidate))),
            Err(reason) => drop(reasons.insert(variant.name.clone(), reason)),
        }
    }
    let (mut waterfall, mut refused) = (Vec::new(), Vec::new());
    for name in &feature.waterfall {
        match variants.get(name) {
            Some(candidate) if candidate.may_answer() => waterfall.push(Arc::clone(candidate)),
            Some(_) => refused.push(Refused {
                variant: name.clone(),
                reason: unproven(&feature.name, name, lock.proof(&feature.name, name).is_some()),
            }),
            None => refused.extend(
                reasons
                    .get(name)
                    .map(|reason| Refused { variant: name.clone(), reason: reason.clone() }),
            ),
        }
    }
    Served { feature: feature.clone(), waterfall, variants, refused }
}

/// Why a variant without a proof does not answer.
pub fn unproven(feature: &str, variant: &str, had_proof: bool) -> String {
    let what = if had_proof { "has changed since its proof" } else { "has no proof" };
    format!(
        "{variant} {what}\n  next: `karat gate {feature} --variant {variant}`, or write `unproven = true` at the variant"
    )
}

fn candidate(
    app: &App,
    project: &Project,
    feature: &Feature,
    variant: &Variant,
    present: &Present,
    lock: &Lock,
) -> Result<Candidate, String> {
    let problems = Problems::default();
    let Some(producer) = Producer::prepare(app, project, feature, variant, None, &problems) else {
        let said: Vec<String> = problems.sorted().iter().map(ToString::to_string).collect();
        return Err(said.join("; "));
    };
    let is_proven = lock.proof(&feature.name, &variant.name).is_some_and(|proof| {
        proof.verdict == karat_records::Verdict::Pass && present.may_answer_by(proof)
    });
    let way = match producer.chat() {
        None => Way::Other(Box::new(producer)),
        Some(chat) => {
            let model = chat.model();
            let way = ModelWay {
                name: model.name.to_string(),
                provider: model.provider().clone(),
                key: model.key().map(str::to_owned),
                price: price_of(project, &model.name),
                overlay: Overlay::new(model.provider().dialect, chat.settings()),
                keeps_conversation: chat.keeps_conversation(),
                producer: None,
            };
            Way::Model(Box::new(ModelWay { producer: Some(producer), ..way }))
        }
    };
    Ok(Candidate {
        name: Some(variant.name.clone()),
        hash: Some(variant.hash.clone()),
        is_proven,
        may_be_unproven: variant.is_unproven,
        way,
    })
}
