//! Pure. What signals say about a feature: each figure with numerator, denominator, window and interval.
//!
//! An answer counts once its window is over; a younger one is ripening and counted apart.
//! People are the units: the interval is about users, not about clicks.

mod act;
mod figure;
mod interval;

use karat_records::Signal;
use karat_stats::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use act::Act;
pub use figure::{FIGURES, Figure};

/// One answer with what people did with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The variant that answered.
    pub variant: Option<String>,
    /// The person it was for.
    pub user: Option<String>,
    /// When the answer had ended.
    pub answered_at_ms: i64,
    /// When the next turn of its conversation came.
    pub next_turn_at_ms: Option<i64>,
    /// Whether it belongs to a conversation.
    pub is_in_conversation: bool,
    /// What was done with it, in any order.
    pub acts: Vec<Seen>,
}

/// Something done at some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What.
    pub act: Act,
}

impl Row {
    /// Adds a signal about this answer, where it is one that a figure reads.
    pub fn add(&mut self, signal: &Signal) {
        self.acts.extend(Act::of(signal).map(|act| Seen { at_ms: signal.at_ms, act }));
    }
}

/// What the answers were counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FigureExposure")]
pub enum Exposure {
    /// Answers that were in view.
    Shown,
    /// All answers, because the application does not say which were in view.
    Answered,
}

/// Two ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SignalRange")]
pub struct Range {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl From<karat_stats::Interval> for Range {
    fn from(interval: karat_stats::Interval) -> Self {
        Self { lower: interval.lower, upper: interval.upper }
    }
}

/// How an interval was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FigureMethod")]
pub enum Method {
    /// From how users differ.
    ByUser,
    /// Too few users to see how they differ: as if each were of one mind, which makes it wide.
    FewUsers,
}

/// A mean over users, each counted once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FigurePerUser")]
pub struct PerUser {
    /// The mean of the users' own means.
    pub mean: f64,
    /// Its interval; nothing for one user.
    pub interval: Option<Range>,
    /// How many users are known by name.
    pub n_users: u64,
}

/// How many of those who could say something did, and what their silence hides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SignalResponse")]
pub struct Response {
    /// Answers about which something could have been said.
    pub asked: u64,
    /// Share of these about which something was said.
    pub rate: f64,
    /// Where the figure lies over all of them, whatever the silent ones think (Manski's bounds).
    pub bounds: Range,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SignalFigure")]
pub struct Measured {
    /// Which one.
    pub name: String,
    /// In words.
    pub label: String,
    /// Whether more is good, bad or neither.
    pub direction: String,
    /// What was counted; a part of an answer counts as a part.
    pub numerator: f64,
    /// Over how many answers.
    pub denominator: u64,
    /// Numerator over denominator; nothing over no answers.
    pub value: Option<f64>,
    /// Where the true rate lies.
    pub interval: Option<Range>,
    /// How the interval was found.
    pub method: Method,
    /// Users, and answers without one, each for itself.
    pub n_clusters: u64,
    /// The same with each user counted once, beside heavy users.
    pub per_user: Option<PerUser>,
    /// Where silence means nothing: how many spoke.
    pub response: Option<Response>,
    /// What the answers were counted over.
    pub exposure: Exposure,
    /// After so long an answer counts.
    pub window_ms: i64,
    /// Answers that are younger.
    pub ripening: u64,
    /// Answers with such an act that are not counted, because nobody said that they were in view or applied.
    pub unseen: u64,
}

/// What one answer says about a figure, once its window is over; nothing where it is not counted.
pub fn ripe(figure: Figure, row: &Row, exposure: Exposure) -> Option<f64> {
    let look = figure.look(row, exposure);
    look.start_ms.and(look.value)
}

/// One figure over these answers.
pub fn measure(
    figure: Figure,
    rows: &[&Row],
    now_ms: i64,
    confidence: f64,
) -> Result<Measured, Invalid> {
    let exposure = exposure(rows);
    let mut counted = interval::Counted::default();
    let (mut ripening, mut unseen, mut asked) = (0, 0, 0);
    for row in rows {
        let look = figure.look(row, exposure);
        let Some(start_ms) = look.start_ms else {
            unseen += u64::from(look.has_act);
            continue;
        };
        let has_next = figure.ends_with_next_turn() && row.next_turn_at_ms.is_some();
        if !has_next && now_ms < start_ms.saturating_add(figure.window_ms()) {
            ripening += 1;
            continue;
        }
        asked += 1;
        if let Some(value) = look.value {
            counted.add(row.user.as_deref(), value);
        }
    }
    let (interval, method) = counted.interval(confidence)?;
    let response = if figure.silence_is_an_answer() {
        None
    } else {
        response(counted.sum(), counted.n(), asked)?
    };
    Ok(Measured {
        name: figure.name(),
        label: figure.label(),
        direction: figure.direction().text().to_owned(),
        numerator: counted.sum(),
        denominator: counted.n(),
        value: counted.mean(),
        interval,
        method,
        n_clusters: counted.n_clusters(),
        per_user: counted.per_user(confidence)?,
        response,
        exposure,
        window_ms: figure.window_ms(),
        ripening,
        unseen,
    })
}

/// All figures that somebody tells of in these answers; that nobody pressed a button which is not there says nothing.
pub fn measure_all(rows: &[&Row], now_ms: i64, confidence: f64) -> Result<Vec<Measured>, Invalid> {
    let exposure = exposure(rows);
    let told = FIGURES.iter().filter(|figure| rows.iter().any(|row| figure.is_told(row, exposure)));
    told.map(|figure| measure(*figure, rows, now_ms, confidence)).collect()
}

fn exposure(rows: &[&Row]) -> Exposure {
    let is_shown = rows.iter().any(|row| act::shown_at(row).is_some());
    if is_shown { Exposure::Shown } else { Exposure::Answered }
}

fn response(sum: f64, answered: u64, asked: u64) -> Result<Option<Response>, Invalid> {
    // Sums of shares may end a rounding error above their number.
    let answers = karat_stats::aipw::manski(sum.clamp(0.0, answered as f64), answered, asked)?;
    Ok(answers.response_rate.map(|rate| Response { asked, rate, bounds: answers.bounds.into() }))
}

#[cfg(test)]
mod tests;
