//! Plots of what may be asked at any time: gate, promise, how many more, comparison, quantile.

use karat_stats::paired::Verdict;
use karat_stats::quantile::quantile_bounds;
use karat_stats::{
    Decision, Floor, Invalid, Margin, More, Pairs, Sample, compare, gate, more, promise,
};

use super::svg::{Axis, BLUE, GREY, ORANGE, Plot};
use super::{Coin, word};

const RATES: [f64; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// An interval that narrows case by case until it lies above the floor.
pub fn gate_plot() -> Result<Plot, Invalid> {
    let (floor, truth, last) = (0.9, 0.95, 1000);
    let mut coin = Coin::new(29);
    let (mut lower, mut upper, mut mean) = (Vec::new(), Vec::new(), Vec::new());
    let (mut successes, mut decided) = (0, None);
    for n in 1..=last {
        successes += u64::from(coin.throw(truth));
        let answer = gate(&Sample::Counts { successes, n }, &Floor::at(floor))?;
        if decided.is_none() && answer.decision != Decision::Undecided {
            decided = Some((n, answer.decision));
        }
        if n >= 10 {
            let x = n as f64;
            lower.push((x, answer.lower));
            upper.push((x, answer.upper));
            mean.push((x, answer.mean.unwrap_or(floor)));
        }
    }
    let x = Axis::log("cases so far", 10.0, 1000.0, &[10, 20, 50, 100, 200, 500, 1000]);
    let y = Axis::linear("share right", 0.5, 1.0, &RATES, 1);
    let desc = "The interval of the share right over the number of cases. It narrows until its lower end stays above the floor of 0.9.";
    let mut plot =
        Plot::new("The gate passes when the whole interval is above the floor", desc, x, y);
    plot.band(&lower, &upper, BLUE);
    plot.line(&mean, BLUE, "");
    plot.line(&[(10.0, floor), (1000.0, floor)], ORANGE, "6 4");
    plot.text((1000.0, floor), (-4.0, 18.0), "end", "floor 0.90");
    plot.text((10.0, 0.66), (8.0, 0.0), "start", "90 % interval");
    if let Some((n, decision)) = decided {
        let x = n as f64;
        plot.line(&[(x, 0.5), (x, 1.0)], GREY, "2 3");
        plot.text((x, 0.55), (8.0, 0.0), "start", &format!("{} after {n} cases", word(decision)));
    }
    Ok(plot)
}

/// What can be promised from the share right so far and the number of cases.
pub fn promise_plot() -> Result<Plot, Invalid> {
    let x = Axis::log("cases so far", 10.0, 3000.0, &[10, 30, 100, 300, 1000, 3000]);
    let y = Axis::linear(
        "can be promised, of 100",
        0.0,
        100.0,
        &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0],
        0,
    );
    let desc = "The promise over the number of cases, for 100, 95, 90, 80 and 60 of 100 right so far. It rises toward the share right and never reaches it.";
    let mut plot = Plot::new("What can be promised is less than what was seen", desc, x, y);
    plot.right_margin(124.0);
    for share in [1.0, 0.95, 0.9, 0.8, 0.6] {
        let mut points = Vec::new();
        for step in 0..=240 {
            let n = (10.0 * 300.0_f64.powf(f64::from(step) / 240.0)).round();
            let successes = (share * n).round();
            // Only where the share is a whole number of cases; the line would be jagged otherwise.
            if (successes - share * n).abs() < 1e-9 {
                let sample = Sample::Counts { successes: successes as u64, n: n as u64 };
                points.push((n, 100.0 * promise(&sample, None, 0.05, 0.02)?.rate));
            }
        }
        plot.line(&points, BLUE, "");
        if let Some(&end) = points.last() {
            plot.text(end, (8.0, 4.0), "start", &format!("{:.0} of 100 right", 100.0 * share));
        }
    }
    Ok(plot)
}

/// How many more cases decide, from the share right of 100 cases.
pub fn more_plot() -> Result<Plot, Invalid> {
    let n = 100;
    let cap = 100_000.0;
    let x = Axis::linear(
        "right so far, of 100 cases",
        60.0,
        100.0,
        &[60.0, 70.0, 80.0, 90.0, 100.0],
        0,
    );
    let y = Axis::log(
        "further cases until the verdict",
        1.0,
        cap,
        &[1, 10, 100, 1000, 10_000, 100_000],
    );
    let desc = "Further cases until the verdict over the number right of 100 cases, with a floor of 0.9. Far from the floor no more are needed, near it tens of thousands.";
    let mut plot = Plot::new("Near the floor a verdict is dear", desc, x, y);
    let mut sides = [(Vec::new(), Vec::new(), Vec::new()), (Vec::new(), Vec::new(), Vec::new())];
    for successes in 60..=100 {
        let sample = Sample::Counts { successes, n };
        let More { toward, expected, soonest, latest, .. } = more(&sample, &Floor::at(0.9))?;
        let side = &mut sides[usize::from(toward == Decision::Pass)];
        let height = |count: Option<u64>| count.map_or(cap, |count| (count as f64).clamp(1.0, cap));
        let x = successes as f64;
        side.0.push((x, height(expected)));
        side.1.push((x, height(soonest)));
        side.2.push((x, height(latest)));
    }
    for (expected, soonest, latest) in &sides {
        plot.band(soonest, latest, BLUE);
        plot.line(expected, BLUE, "");
    }
    plot.line(&[(90.0, 1.0), (90.0, cap)], ORANGE, "6 4");
    plot.text((90.0, 1.0), (-8.0, -28.0), "end", "floor 0.90");
    plot.text((80.0, 30.0), (-4.0, 0.0), "end", "toward fail");
    plot.text((95.3, 1500.0), (0.0, 0.0), "start", "toward pass");
    plot.text((70.0, 1.0), (0.0, -8.0), "middle", "decided already");
    Ok(plot)
}

/// Comparisons of two variants on the same cases.
pub fn compare_plot() -> Result<Plot, Invalid> {
    let margin = 0.02;
    let cases = [
        ("200 cases, 22 won, 18 lost", 22, 18, 160),
        ("200 cases, 40 won, 8 lost", 40, 8, 152),
        ("1,000 cases, 60 won, 45 lost", 60, 45, 895),
        ("1,000 cases, 110 won, 30 lost", 110, 30, 860),
        ("1,000 cases, 20 won, 100 lost", 20, 100, 880),
    ];
    let ticks = [-0.2, -0.1, 0.0, 0.1, 0.2, 0.3];
    let x = Axis::linear("difference of the share right, second minus first", -0.2, 0.3, &ticks, 1);
    let desc = "Five comparisons with their intervals. Better only where the whole interval is beyond the margin of 0.02.";
    let title = "Better only when the whole interval is beyond the margin";
    let mut plot = Plot::rows(title, desc, x, cases.len(), (220.0, 90.0));
    let rows = cases.len() as f64;
    plot.band(&[(-margin, 0.0), (margin, 0.0)], &[(-margin, rows), (margin, rows)], ORANGE);
    plot.text((0.0, 0.0), (0.0, -6.0), "middle", "margin 0.02");
    for (index, (label, wins, losses, ties)) in cases.into_iter().enumerate() {
        let pairs = Pairs::Counts { wins, losses, ties };
        let (verdict, effect) = compare(&pairs, &Margin::of(margin))?;
        let word = match verdict {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::TooClose => "too close",
        };
        plot.row(index, label, Some((effect.lower, effect.upper)), word);
        plot.dot((effect.mean.unwrap_or(0.0), index as f64 + 0.5), BLUE, true);
    }
    Ok(plot)
}

/// Bounds of a 95th percentile as answers come in.
pub fn quantile_plot() -> Result<Plot, Invalid> {
    let mut coin = Coin::new(4);
    let mut sorted: Vec<f64> = Vec::new();
    let (mut lower, mut upper, mut middle) = (Vec::new(), Vec::new(), Vec::new());
    let mut first = None;
    for n in 1..=3000_u32 {
        // Seconds with a long tail.
        let spread: f64 = (0..12).map(|_| coin.uniform()).sum::<f64>() - 6.0;
        let seconds = 0.9 * (0.45 * spread).exp();
        sorted.insert(sorted.partition_point(|&s| s < seconds), seconds);
        if n < 20 || (n > 300 && n % 10 != 0) {
            continue;
        }
        let found = quantile_bounds(&sorted, 0.95, 0.1)?;
        let x = f64::from(n);
        middle.push((x, found.estimate.unwrap_or(0.0)));
        if found.upper.is_finite() {
            first = first.or(Some(x));
            lower.push((x, found.lower.max(0.0)));
            upper.push((x, found.upper));
        }
    }
    let x = Axis::log("answers so far", 20.0, 3000.0, &[20, 50, 100, 300, 1000, 3000]);
    let y = Axis::linear("95th percentile, seconds", 0.5, 4.0, &[1.0, 2.0, 3.0, 4.0], 0);
    let desc = "The 95th percentile of a latency with its interval over the number of answers. Below some eighty answers there is no upper bound.";
    let mut plot =
        Plot::new("A percentile has no upper bound before there are enough answers", desc, x, y);
    plot.band(&lower, &upper, BLUE);
    plot.line(&middle, BLUE, "");
    plot.line(&[(20.0, 2.5), (3000.0, 2.5)], ORANGE, "6 4");
    plot.text((3000.0, 2.5), (-4.0, -8.0), "end", "limit 2.5 s");
    if let Some(n) = first {
        plot.line(&[(n, 0.5), (n, 4.0)], GREY, "2 3");
        plot.text((n, 3.8), (8.0, 0.0), "start", &format!("an upper bound from {n} answers on"));
    }
    Ok(plot)
}
