//! `karat monitor`, `karat canary` and `karat undo`: what became worse in production, and what is done about it.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};

use super::args::{CanaryArgs, ListFormat, MonitorArgs, UndoArgs};
use super::reach::Reach;
use super::{output, tables};
use crate::clock;
use crate::gate::describe::plural;
use crate::monitor::canary::CanaryRan;
use crate::monitor::decision::Decision;
use crate::monitor::incident::Incident;
use crate::monitor::show::Monitored;

/// The exit code of a canary whose alarm is raised.
const ALARM: u8 = 1;

/// `karat monitor`
pub async fn monitor(reach: &Reach, args: MonitorArgs) -> Result<u8> {
    if let Some(id) = &args.close {
        let closed: Incident = reach.ask("incidents.close", &json!({ "id": id })).await?;
        output::print(&format!("closed: {}", tables::plain(&closed.title, 200)))?;
    }
    let monitored: Monitored =
        reach.ask("monitor.show", &json!({ "feature": args.feature })).await?;
    let mut text = shown(&monitored);
    if let Some(feature) = &args.feature {
        let live: Value = reach.ask("live.show", &json!({ "feature": feature })).await?;
        let gaps = live["features"][0]["gaps"].as_array();
        for says in gaps.into_iter().flatten().filter_map(|gap| gap["says"].as_str()) {
            let _ = write!(text, "\n{}", tables::plain(says, 300));
        }
    }
    print(args.format, &monitored, &text)?;
    Ok(0)
}

/// `karat canary`
pub async fn canary(reach: &Reach, args: CanaryArgs) -> Result<u8> {
    let input = json!({ "feature": args.feature, "variant": args.variant });
    let ran: CanaryRan = reach.ask("canary.run", &input).await?;
    let mut text = tables::plain(&ran.says, 400);
    if let Some(incident) = &ran.incident {
        let _ = write!(text, "\n{}", of_incident(incident));
    }
    print(args.format, &ran, &text)?;
    let is_alarm = ran.run.as_ref().is_some_and(|run| run.is_alarm);
    Ok(if is_alarm { ALARM } else { 0 })
}

/// `karat undo`
pub async fn undo(reach: &Reach, args: UndoArgs) -> Result<u8> {
    let undone: Decision = reach.ask("decisions.undo", &json!({ "feature": args.feature })).await?;
    output::print(&format!(
        "{} answers in the order of the file again: {}",
        undone.feature,
        undone.before.join(", ")
    ))?;
    Ok(0)
}

fn print(format: ListFormat, value: &impl Serialize, text: &str) -> Result<()> {
    match format {
        ListFormat::Json => output::print(&serde_json::to_string_pretty(value)?),
        ListFormat::Table => output::print(text),
    }
}

fn shown(monitored: &Monitored) -> String {
    let open: Vec<&Incident> =
        monitored.incidents.iter().filter(|incident| incident.is_open()).collect();
    let mut text = match open.len() {
        0 => "No incident is open.\n".to_owned(),
        n => format!("{}\n", plural(n as u64, "open incident")),
    };
    for incident in open {
        let _ = writeln!(text, "\n{}", of_incident(incident));
    }
    for canary in &monitored.canaries {
        let Some(run) = canary.runs.last() else { continue };
        let alarm = if canary.is_alarm { ", alarm" } else { "" };
        let simulated = if run.simulated { ", simulated" } else { "" };
        let _ = writeln!(
            text,
            "canary {}/{}: {:.2} against {:.2}, n {}, {} UTC{alarm}{simulated}",
            canary.feature,
            canary.variant,
            run.mean,
            run.baseline_mean,
            run.n,
            clock::minute(run.at_ms)
        );
    }
    for shown in monitored.decisions.iter().filter(|shown| shown.holds) {
        let decision = &shown.decision;
        let _ = writeln!(
            text,
            "decided for {}: {} (the file says {}); next: karat undo {}",
            decision.feature,
            decision.order.join(", "),
            decision.before.join(", "),
            decision.feature
        );
    }
    for level in &monitored.levels {
        let _ = writeln!(
            text,
            "learnt {}/{}: {} at {:.2}, surely {:.2} (n {}); an incident opens below {:.2}",
            level.feature,
            level.variant,
            tables::plain(&level.says, 100),
            level.mean,
            level.lower,
            level.n,
            level.level
        );
    }
    if monitored.n_notices_waiting > 0 {
        let _ = writeln!(
            text,
            "{} not delivered; KARAT_WEBHOOK says where to",
            plural(monitored.n_notices_waiting, "notice")
        );
    }
    text.trim_end().to_owned()
}

fn of_incident(incident: &Incident) -> String {
    let simulated = if incident.simulated { " (simulated)" } else { "" };
    format!(
        "{}{simulated}\n  {}\n  {}\n  since {} UTC; close it with karat monitor --close {}",
        tables::plain(&incident.title, 200),
        tables::plain(&incident.cause, 300),
        tables::plain(&incident.action, 300),
        clock::minute(incident.opened_at_ms),
        incident.id
    )
}
