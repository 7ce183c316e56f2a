//! Prints how often the intervals for judges and clusters cover the truth, beside the bars that they must meet.

#[path = "validity_judges/cells.rs"]
mod cells;

use cells::{
    ROGAN_GLADEN, aipw_coverage, alpha_coverage, clustered_coverage, ppi_cells,
    ppi_difference_coverage, ppi_row, rogan_gladen_row,
};

fn main() {
    println!("row | setting | measured | bar | met");
    println!("--- | --- | --- | --- | ---");
    ppi();
    for (index, setting) in ROGAN_GLADEN.iter().enumerate() {
        let found = rogan_gladen_row(setting, 10_000, 100 + index as u64);
        let (coverage, raw) = (found.coverage, found.raw);
        let (se, sp) = setting.judge;
        let (good, bad) = setting.labels;
        let name =
            format!("rate {} se {se} sp {sp} n {} labels {good}+{bad}", setting.rate, setting.n);
        row("J2 coverage", &name, coverage, ">= 0.94", coverage >= 0.94);
        row("J2 passes at the floor", &name, found.passed, "<= 0.057", found.passed <= 0.057);
        row("J2 fails at the floor", &name, found.failed, "<= 0.057", found.failed <= 0.057);
        row("J2 the judge at face value", &name, raw, "< 0.5", raw < 0.5);
    }
    for (clusters, size, icc) in [(50, 5, 0.3), (100, 4, 0.8)] {
        let (coverage, naive) = clustered_coverage(clusters, size, icc, 10_000, 7);
        let name = format!("G {clusters} m {size} ICC {icc}");
        row("C1 coverage", &name, coverage, ">= 0.93", coverage >= 0.93);
        row("C1 clusters ignored", &name, naive, "< 0.9", naive < 0.9);
    }
    for (rates, n) in [([0.8, 0.9], 50), ([0.9, 0.92], 100), ([0.5, 0.5], 200)] {
        let coverage = ppi_difference_coverage(rates, 0.9, n, 4000, 9);
        let name = format!("rates {rates:?} accuracy 0.9 n {n}");
        row("difference, coverage", &name, coverage, ">= 0.94", coverage >= 0.94);
    }
    for labels in [50.0, 100.0, 200.0] {
        let coverage = aipw_coverage(labels, 4000, 11);
        let name = format!("about {labels} of 1000 labelled");
        row("uneven labels, coverage", &name, coverage, ">= 0.93", coverage >= 0.93);
    }
    for (good, n) in
        [(0.5, 20), (0.5, 50), (0.5, 200), (0.8, 20), (0.8, 50), (0.8, 200), (0.95, 50)]
    {
        let coverage = alpha_coverage(good, 0.05, n, 2000, 13);
        let name = format!("alpha, {good} good, each wrong in 5 of 100, n {n}");
        row("agreement, coverage", &name, coverage, ">= 0.90", coverage >= 0.9);
    }
}

/// Row J1, and that the published interval fails where few labels meet a high rate.
fn ppi() {
    let (mut least, mut least_stock) = (1.0_f64, 1.0_f64);
    for (index, cell) in ppi_cells().iter().enumerate() {
        let found = ppi_row(cell, 4000, index as u64);
        let name =
            format!("prevalence {} accuracy {} n {}", cell.prevalence, cell.accuracy, cell.n);
        row("J1 coverage", &name, found.coverage, ">= 0.94", found.coverage >= 0.94);
        row("J1 passes at the floor", &name, found.passed, "<= 0.060", found.passed <= 0.060);
        row("J1 fails at the floor", &name, found.failed, "<= 0.060", found.failed <= 0.060);
        if cell.accuracy > 0.9 && cell.n >= 50 {
            let ratio = found.width_ratio;
            row("J1 width / labels alone", &name, ratio, "<= 0.75", ratio <= 0.75);
        }
        least = least.min(found.coverage);
        least_stock = least_stock.min(found.stock);
    }
    row("J1 least coverage", "all cells", least, ">= 0.94", least >= 0.94);
    row("J1 least, published interval", "all cells", least_stock, "< 0.80", least_stock < 0.8);
}

fn row(row: &str, setting: &str, measured: f64, bar: &str, met: bool) {
    println!("{row} | {setting} | {measured:.3} | {bar} | {}", if met { "yes" } else { "NO" });
}
