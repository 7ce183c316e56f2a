//! Plots of judges and people: the corrected rate, and agreement.

use karat_stats::agreement::{Level, Ratings};
use karat_stats::clopper_pearson::clopper_pearson;
use karat_stats::gold::{Cells, Gold};
use karat_stats::wilson::wilson;
use karat_stats::{AgreementFloor, Evidence, Invalid, Sample, TrueFloor, agree, corrected};

use super::svg::{Axis, BLUE, ORANGE, Plot};
use super::{Coin, word};

/// A generous judge: it finds 97 of 100 good answers and calls 30 of 100 bad ones good.
const SENSITIVITY: f64 = 0.97;
const SPECIFICITY: f64 = 0.7;

fn judged(coin: &mut Coin, rate: f64, n: u32) -> Cells {
    let mut cells = Cells::default();
    for _ in 0..n {
        let good = coin.throw(rate);
        match (good, coin.throw(if good { SENSITIVITY } else { 1.0 - SPECIFICITY })) {
            (true, true) => cells.yes_yes += 1,
            (true, false) => cells.yes_no += 1,
            (false, true) => cells.no_yes += 1,
            (false, false) => cells.no_no += 1,
        }
    }
    cells
}

/// The true rate by judge alone, labels alone, and both.
pub fn judge_plot() -> Result<Plot, Invalid> {
    let (truth, mut coin) = (0.8, Coin::new(3));
    let gold = judged(&mut coin, truth, 100);
    let stream = judged(&mut coin, truth, 4000);
    let elsewhere = judged(&mut coin, 0.5, 200);
    let (yes, n) = (stream.yes_yes + stream.no_yes, stream.n());
    let question = TrueFloor::at(0.85);
    let unlabelled = Sample::Counts { successes: yes, n };
    let drawn = corrected(&Evidence::Drawn { gold: Gold::Cells(gold), unlabelled }, &question)?;
    let moved = corrected(&Evidence::Elsewhere { calibration: elsewhere, yes, n }, &question)?;

    let x = Axis::linear(
        "share of good answers",
        0.65,
        0.95,
        &[0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95],
        2,
    );
    let desc = "Four intervals for a true rate of 0.8. The judge alone is narrow and wrong; labels alone are right and wide; corrected by the labels it is right and narrower.";
    let title = "A judge alone is precise and wrong; a few labels put it right";
    let mut plot = Plot::rows(title, desc, x, 4, (256.0, 110.0));
    plot.line(&[(truth, 0.0), (truth, 4.0)], ORANGE, "6 4");
    plot.text((truth, 0.0), (0.0, -6.0), "middle", "true rate");
    let alone = wilson(yes, n, 0.9)?;
    plot.row(0, "judge alone, 4,000 scores", Some((alone.lower, alone.upper)), "");
    plot.dot((yes as f64 / n as f64, 0.5), BLUE, false);
    let labels = clopper_pearson(gold.positives(), gold.n(), 0.9)?;
    plot.row(1, "100 labels alone", Some((labels.lower, labels.upper)), "");
    plot.dot((gold.positives() as f64 / gold.n() as f64, 1.5), BLUE, true);
    let names = ["judge and these labels", "judge, 200 labels from elsewhere"];
    for (index, (name, answer)) in names.into_iter().zip([drawn, moved]).enumerate() {
        let ends = (answer.interval.lower, answer.interval.upper);
        plot.row(index + 2, name, Some(ends), &format!("{} at 0.85", word(answer.decision)));
        if let Some(rate) = answer.estimate {
            plot.dot((rate, index as f64 + 2.5), BLUE, true);
        }
    }
    Ok(plot)
}

/// Agreement of several groups of people.
pub fn agreement_plot() -> Result<Plot, Invalid> {
    let groups = [
        ("300 items, 3 careful people", 300, 3, 0.5, 0.03),
        ("30 items, 3 careful people", 30, 3, 0.5, 0.03),
        ("300 items, 2 hasty people", 300, 2, 0.5, 0.12),
        ("300 items, 2 careful, 97 % good", 300, 2, 0.97, 0.03),
        ("300 items, 2 guessing people", 300, 2, 0.5, 0.5),
    ];
    let x = Axis::linear(
        "filled: Krippendorff's alpha, hollow: Gwet's AC1",
        -0.2,
        1.0,
        &[-0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
        1,
    );
    let desc = "Krippendorff's alpha of five groups with intervals, and Gwet's AC1 as hollow dots. Where 97 % of the answers are good, alpha is low although people hardly ever differ.";
    let title = "The lower end decides what the labels are good for";
    let mut plot = Plot::rows(title, desc, x, groups.len(), (232.0, 170.0));
    let rows = groups.len() as f64;
    plot.band(&[(0.667, 0.0), (0.8, 0.0)], &[(0.667, rows), (0.8, rows)], ORANGE);
    plot.text((0.733, 0.0), (0.0, -6.0), "middle", "tentative");
    for (index, (label, n, people, good, error)) in groups.into_iter().enumerate() {
        let mut coin = Coin::new(40 + index as u64);
        let units: Vec<Vec<Option<f64>>> = (0..n)
            .map(|_| {
                let truth = coin.throw(good);
                (0..people).map(|_| Some(f64::from(u8::from(truth != coin.throw(error))))).collect()
            })
            .collect();
        let question = AgreementFloor::usual(Level::Nominal, 1);
        let answer = agree(&Ratings::new(&units)?, &question)?;
        let ends = answer.interval.map(|interval| (interval.lower, interval.upper));
        plot.row(index, label, ends, answer.band.text());
        let y = index as f64 + 0.5;
        if let (Some(alpha), Some(ac1)) = (answer.estimate, answer.ac1) {
            plot.dot((alpha, y), BLUE, true);
            plot.dot((ac1, y), BLUE, false);
        }
    }
    Ok(plot)
}
