//! Pure. What to do next, the most important first; the first one can be done now, without a key and without a network.

use karat_records::{RunState, Scope, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::{BetState, Facts, FeatureFacts, QueueFacts, TodayBet};
use crate::evals::unknowns::short;
use crate::gate::describe::{count, plural, usd};
use crate::monitor::incident::Incident;
use crate::proofs::address::{of_feature, with_part};
use crate::proofs::offers::{self, OfferKind};

/// More than these nobody does on one day.
const MOST: usize = 5;

/// A deadline this near is said.
const SOON_DAYS: i64 = 3;

/// Fewer requests or thumbs than these are somebody who tries it out.
const FEW: u64 = 10;

/// Where surely more than this share of requests fails, somebody should look.
const FAILS_OFTEN: f64 = 0.05;

/// Where people surely say of more than this share of answers that they are bad, somebody should look.
const SAID_BAD_OFTEN: f64 = 0.1;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What, in a few words.
    pub title: String,
    /// Why now.
    pub why: String,
    /// The word on the button.
    pub label: String,
    /// Where in the application it is done.
    pub page: String,
    /// The command that does the same; absent where it is done in the application.
    pub command: Option<String>,
}

/// A step before it is ordered.
struct Ranked {
    rank: u8,
    needs_network: bool,
    step: Step,
}

/// What to do next, at most five.
pub fn steps(facts: &Facts) -> Vec<Step> {
    if facts.n_errors > 0 {
        return vec![mend_files(facts.n_errors)];
    }
    if !facts.has_project || facts.features.is_empty() {
        return vec![begin(facts.has_project)];
    }
    let mut ranked: Vec<Ranked> = facts.queues.iter().flat_map(of_queue).collect();
    ranked.extend(facts.features.iter().flat_map(of_incidents));
    ranked.extend(facts.features.iter().filter_map(of_watched));
    ranked.extend(facts.features.iter().flat_map(of_feature_facts));
    ranked.extend(facts.bets.iter().filter_map(of_bet));
    ranked.sort_by_key(|ranked| ranked.rank);
    // What can be done at once comes first; the others keep their order.
    if let Some(at) = ranked.iter().position(|ranked| !ranked.needs_network) {
        let first = ranked.remove(at);
        ranked.insert(0, first);
    }
    let mut steps: Vec<Step> = ranked.into_iter().map(|ranked| ranked.step).collect();
    steps.truncate(MOST);
    steps
}

fn mend_files(n_errors: u64) -> Step {
    Step {
        title: format!("Mend {} in the project's files", plural(n_errors, "error")),
        why: format!("The project's files have {}.", plural(n_errors, "error")),
        label: "Show".into(),
        page: "/today".into(),
        command: Some("karat check".into()),
    }
}

fn begin(has_project: bool) -> Step {
    Step {
        title: "Begin with a bet".into(),
        why: if has_project {
            "There is no feature yet: paste rows of inputs with the answers that you want.".into()
        } else {
            "There is no karat.toml in this folder or above.".into()
        },
        label: "New bet".into(),
        page: "/bet".into(),
        command: Some(if has_project { "karat check" } else { "karat init" }.into()),
    }
}

fn of_queue(queue: &QueueFacts) -> Vec<Ranked> {
    let page = with_part("/label", &queue.name);
    let mut steps = Vec::new();
    if queue.n_mine > 0 {
        let minutes = queue.seconds_left.map(|seconds| {
            format!("About {}. ", plural((seconds / 60.0).ceil().max(1.0) as u64, "minute"))
        });
        steps.push(Ranked {
            rank: if queue.stop_rule.is_some() { 10 } else { 45 },
            needs_network: false,
            step: Step {
                title: format!("Label {} in {}", count(queue.n_mine), queue.name),
                why: format!(
                    "{}{}",
                    minutes.unwrap_or_default(),
                    queue.stop_rule.clone().unwrap_or_else(|| format!(
                        "Labels of {} become cases that can judge.",
                        queue.feature
                    ))
                ),
                label: "Label".into(),
                page: page.clone(),
                command: None,
            },
        });
    }
    if queue.n_disputed > 0 {
        steps.push(Ranked {
            rank: 15,
            needs_network: false,
            step: Step {
                title: format!("Settle {} in {}", plural(queue.n_disputed, "dispute"), queue.name),
                why:
                    "People labelled the same item differently; until it is settled it is no case."
                        .into(),
                label: "Settle".into(),
                page,
                command: None,
            },
        });
    }
    steps
}

/// What became worse in production comes before everything else.
fn of_incidents(feature: &FeatureFacts) -> Vec<Ranked> {
    let step = |incident: &Incident| Ranked {
        rank: 1,
        needs_network: false,
        step: Step {
            title: format!("Look at what became worse in {}", feature.name),
            why: format!("{}. {}", incident.title, incident.action),
            label: "Look".into(),
            page: of_feature("/live", &feature.name),
            command: Some(format!("karat monitor {}", feature.name)),
        },
    };
    // One step for a feature is enough: the page shows all of them.
    feature.incidents.first().map(step).into_iter().collect()
}

/// What production says by itself, where no incident says it already.
fn of_watched(feature: &FeatureFacts) -> Option<Ranked> {
    let watched = feature.watched.as_ref().filter(|_| feature.incidents.is_empty())?;
    let name = &feature.name;
    let failing = &watched.failing;
    let step = |rank, title, why, page| Ranked {
        rank,
        needs_network: false,
        step: Step {
            title,
            why,
            label: "Look".into(),
            page,
            command: Some(format!("karat call live.show '{{\"feature\":\"{name}\"}}'")),
        },
    };
    let page = of_feature("/live", name);
    if failing.denominator >= FEW && failing.lower.is_some_and(|lower| lower >= FAILS_OFTEN) {
        let n = plural(failing.denominator, "request");
        return Some(step(
            2,
            format!("Look at what fails in {name}"),
            format!(
                "{} of {n} failed or broke off in the last 24 hours.",
                count(failing.numerator)
            ),
            format!("{page}&tab=requests&outcome=failed"),
        ));
    }
    let signal = watched.worst_signal.as_ref()?;
    let is_bad = |share: f64| share >= SAID_BAD_OFTEN;
    let (n, says) = match signal.is_good {
        Some(true) => (signal.share.denominator - signal.share.numerator, "thumbs down"),
        _ => (signal.share.numerator, signal.says.as_str()),
    };
    let surely = match signal.is_good {
        Some(true) => signal.share.upper.map(|upper| 1.0 - upper),
        _ => signal.share.lower,
    };
    if signal.share.denominator < FEW || !surely.is_some_and(is_bad) {
        return None;
    }
    Some(step(
        3,
        format!("Look at the worst answers of {name}"),
        format!(
            "{} of {} {} in 7 days: {says}.",
            count(n),
            count(signal.share.denominator),
            signal.over
        ),
        page,
    ))
}

/// What a feature asks for first, and what may follow.
fn of_feature_facts(feature: &FeatureFacts) -> Vec<Ranked> {
    let name = &feature.name;
    let judge = |rank: u8, title: String, why: String| Ranked {
        rank,
        needs_network: feature.needs_network,
        step: Step {
            title,
            why,
            label: "Judge".into(),
            page: of_feature("/gate", name),
            command: Some(format!("karat gate {name}")),
        },
    };
    let Some(last) = &feature.last_run else { return vec![never_run(feature)] };
    if last.state == RunState::Stopped {
        return vec![Ranked {
            rank: 20,
            needs_network: feature.needs_network,
            step: Step {
                title: format!("Go on with the last run of {name}"),
                why: format!(
                    "The last run of {name} stopped before its end; it goes on where it stopped."
                ),
                label: "Show".into(),
                page: with_part("/evals", &last.id),
                command: Some(if last.scope == Scope::HeldOut {
                    format!("karat gate {name}")
                } else {
                    format!("karat eval {name}")
                }),
            },
        }];
    }
    if !feature.has_criteria {
        return vec![Ranked {
            rank: 40,
            needs_network: false,
            step: Step {
                title: format!("Say what is good enough for {name}"),
                why: format!(
                    "Without criteria nothing can be judged: add [features.{name}.mvq] with a floor."
                ),
                label: "Show".into(),
                page: of_feature("/gate", name),
                command: Some("karat show latest".into()),
            },
        }];
    }
    let Some(report) = &feature.report else {
        return vec![judge(30, format!("Judge {name}"), format!("{name} was never judged."))];
    };
    let mut steps = Vec::new();
    if let Some(first) = feature.drift.first() {
        steps.push(judge(
            22,
            format!("Judge {name} again"),
            format!("{name} was changed after it was judged. {first}"),
        ));
    }
    match report.verdict {
        Some(Verdict::Undecided) => steps.extend(undecided(feature)),
        Some(Verdict::Fail) => steps.push(failed(feature)),
        Some(Verdict::Pass) => steps.extend(passed(feature)),
        None => {}
    }
    steps.push(Ranked {
        rank: 90,
        needs_network: false,
        step: Step {
            title: format!("Forward the page of {name}"),
            why: "It says what can be expected, for people who have never seen a prompt.".into(),
            label: "Open".into(),
            page: of_feature("/page", name),
            command: Some(format!(
                "karat show {} --format html --output {name}.html",
                short(&report.run_id)
            )),
        },
    });
    steps
}

fn never_run(feature: &FeatureFacts) -> Ranked {
    let name = &feature.name;
    let flag = if feature.has_criteria { " --gate" } else { "" };
    Ranked {
        rank: 25,
        needs_network: feature.needs_network,
        step: Step {
            title: format!("Run {name}"),
            why: format!("{name} was never run."),
            label: "Run".into(),
            page: of_feature(if feature.has_criteria { "/gate" } else { "/evals" }, name),
            command: Some(format!("karat eval {name}{flag}")),
        },
    }
}

/// The two offers that lead on: more cases, or a lower floor.
fn undecided(feature: &FeatureFacts) -> Option<Ranked> {
    let report = feature.report.as_ref()?;
    let variant = offers::undecided(report)?;
    let label = offers::label_of(report, variant);
    let (title, why) = match label {
        Some(offer) if offer.kind == OfferKind::Label => (offer.title, offer.why),
        _ => (
            format!("Decide what to do about {}", feature.name),
            format!("{} is undecided, and more cases alone will not decide it.", variant.name),
        ),
    };
    Some(Ranked {
        rank: 32,
        needs_network: false,
        step: Step {
            title,
            why,
            label: "See what helps".into(),
            page: of_feature("/gate", &feature.name),
            command: Some(format!("karat verdict {}", feature.name)),
        },
    })
}

/// Mistakes are looked at where looking does no harm: on the cases that tune.
fn failed(feature: &FeatureFacts) -> Ranked {
    let name = &feature.name;
    let title = format!("See where {name} goes wrong");
    match &feature.tuned {
        Some((run, _)) => Ranked {
            rank: 34,
            needs_network: false,
            step: Step {
                title,
                why: "Its criteria fail; the mistakes on the cases that tune show what to mend."
                    .into(),
                label: "Look".into(),
                page: format!("{}?failed=true", with_part("/evals", &run.id)),
                command: Some(format!("karat show {} --failed", short(&run.id))),
            },
        },
        None => Ranked {
            rank: 34,
            needs_network: feature.needs_network,
            step: Step {
                title,
                why:
                    "Its criteria fail; run it on the cases that tune, where looking does no harm."
                        .into(),
                label: "Run".into(),
                page: of_feature("/evals", name),
                command: Some(format!("karat eval {name}")),
            },
        },
    }
}

/// What passed waits for somebody who stands for it.
fn passed(feature: &FeatureFacts) -> Option<Ranked> {
    let report = feature.report.as_ref()?;
    let name = &feature.name;
    let holds = |variant: &str| {
        feature.variants.iter().any(|one| one.name == variant && one.verdict == Some(Verdict::Pass))
    };
    let variant = report.headline_variant().filter(|variant| {
        !variant.simulated && holds(&variant.name) && !feature.signed.contains(&variant.name)
    })?;
    Some(Ranked {
        rank: 36,
        needs_network: false,
        step: Step {
            title: format!("Sign off {}", variant.name),
            why: format!("It passed the gate of {name}, and nobody stands for it yet."),
            label: "Sign off".into(),
            page: of_feature("/gate", name),
            command: Some(format!("karat sign {name} --variant {}", variant.name)),
        },
    })
}

fn of_bet(bet: &TodayBet) -> Option<Ranked> {
    let days = bet.days_left?;
    if matches!(bet.state, BetState::Won | BetState::Killed) || days > SOON_DAYS {
        return None;
    }
    let when = match days {
        0 => "ends today".to_owned(),
        1.. => format!("ends in {}", plural(days.unsigned_abs(), "day")),
        _ => format!("ended {} ago", plural(days.unsigned_abs(), "day")),
    };
    let spent = match bet.spend_cap_usd {
        Some(cap) => format!("{} of {} spent.", usd(bet.spent_usd), usd(cap)),
        None => format!("{} spent.", usd(bet.spent_usd)),
    };
    Some(Ranked {
        rank: if days <= 0 { 18 } else { 38 },
        needs_network: false,
        step: Step {
            title: format!("Decide on the bet {}", bet.name),
            why: format!("It {when}. {spent}"),
            label: "Decide".into(),
            page: with_part("/bet", &bet.name),
            command: None,
        },
    })
}

/// The first step that a terminal can take.
pub fn for_terminal(steps: &[Step]) -> Option<(&Step, &str)> {
    steps.iter().find_map(|step| Some((step, step.command.as_deref()?)))
}

#[cfg(test)]
mod tests;
