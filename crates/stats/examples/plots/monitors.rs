//! Plots of what goes on for ever: a monitor on a stream, a canary over runs.

use karat_stats::canary::{Canary, CanaryState};
use karat_stats::watch::Watch;
use karat_stats::{Invalid, Sentinel, Sequence, Watched};

use super::Coin;
use super::svg::{Axis, BLUE, GREY, ORANGE, Plot};

/// A stream that falls below its level, and when the monitor says so.
pub fn watch_plot() -> Result<Plot, Invalid> {
    let (level, before, after, change, last) = (0.9, 0.93, 0.82, 600_u32, 1000_u32);
    let mut coin = Coin::new(11);
    let mut watch = Watch::new(&Watched::below(level, 10_000.0))?;
    let (mut window, mut recent, mut alarm) = (Vec::new(), Vec::new(), None);
    for n in 1..=last {
        let x = f64::from(u8::from(coin.throw(if n <= change { before } else { after })));
        watch.observe(Sequence::Values(&[x]))?;
        window.push(x);
        if n >= 100 && n % 5 == 0 {
            let newest = &window[window.len() - 100..];
            recent.push((f64::from(n), newest.iter().sum::<f64>() / 100.0));
        }
        if alarm.is_none() {
            alarm = watch.reading()?.alarm.map(|alarm| alarm.at);
        }
    }
    let x =
        Axis::linear("answers so far", 0.0, 1000.0, &[0.0, 200.0, 400.0, 600.0, 800.0, 1000.0], 0);
    let y = Axis::linear("share right, last 100", 0.7, 1.0, &[0.7, 0.8, 0.9, 1.0], 1);
    let desc = "The share right among the last hundred answers of a stream that falls from 0.93 to 0.82. The share wobbles below the level of 0.9 before the fall without an alarm; the alarm comes some time after the fall.";
    let mut plot = Plot::new("A monitor waits until a wobble cannot explain it", desc, x, y);
    plot.line(&recent, BLUE, "");
    plot.line(&[(0.0, level), (1000.0, level)], ORANGE, "6 4");
    plot.text((0.0, level), (6.0, 16.0), "start", "level 0.90");
    let fell = f64::from(change);
    plot.line(&[(fell, 0.7), (fell, 1.0)], GREY, "2 3");
    plot.text((fell, 0.72), (-8.0, 0.0), "end", "it falls");
    if let Some(at) = alarm {
        let x = at as f64;
        plot.line(&[(x, 0.7), (x, 1.0)], ORANGE, "");
        let words = format!("alarm after {} more", at - u64::from(change));
        plot.text((x, 0.72), (8.0, 0.0), "start", &words);
    }
    Ok(plot)
}

/// A canary's runs before and after the model changed.
pub fn canary_plot() -> Result<Plot, Invalid> {
    let (n_items, change, last) = (50, 15_u32, 30_u32);
    let mut coin = Coin::new(6);
    let mut canary = Canary::resume(&Sentinel::default(), CanaryState::default())?;
    let (mut runs, mut alarm) = (Vec::new(), None);
    for run in 1..=last {
        let today = if run <= change { 0.9 } else { 0.78 };
        let differences: Vec<f64> = (0..n_items)
            .map(|_| f64::from(i8::from(coin.throw(today)) - i8::from(coin.throw(0.9))))
            .collect();
        canary.run(&differences)?;
        runs.push((f64::from(run), differences.iter().sum::<f64>() / f64::from(n_items)));
        if alarm.is_none() {
            alarm = canary.answer(&differences)?.at;
        }
    }
    let x = Axis::linear(
        "run, each with 50 cases",
        0.0,
        31.0,
        &[0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0],
        0,
    );
    let y = Axis::linear("difference from a fresh baseline", -0.4, 0.2, &[-0.4, -0.2, 0.0, 0.2], 1);
    let desc = "The difference from a fresh baseline in each of thirty runs; after run 15 the model is worse. Single runs scatter, and the alarm rests on all of them.";
    let mut plot = Plot::new("A canary adds up runs that prove little one by one", desc, x, y);
    plot.line(&[(0.0, 0.0), (31.0, 0.0)], GREY, "");
    for point in runs {
        plot.dot(point, BLUE, true);
    }
    let changed = f64::from(change) + 0.5;
    plot.line(&[(changed, -0.4), (changed, 0.2)], GREY, "2 3");
    plot.text((changed, -0.36), (-8.0, 0.0), "end", "the model changes");
    if let Some(at) = alarm {
        let x = at as f64;
        plot.line(&[(x, -0.4), (x, 0.2)], ORANGE, "");
        plot.text((x, -0.36), (8.0, 0.0), "start", &format!("alarm in run {at}"));
    }
    Ok(plot)
}
