//! The validity rows of judges and clusters: coverage where the truth is known, with fixed seeds.

#[path = "../../examples/validity_judges/cells.rs"]
mod cells;

use cells::{
    ROGAN_GLADEN, aipw_coverage, alpha_coverage, clustered_coverage, ppi_cells,
    ppi_difference_coverage, ppi_row, rogan_gladen_row,
};

/// The bar of `runs` runs: the bar itself, less three standard errors of a coverage at it.
fn widened(bar: f64, runs: u64) -> f64 {
    bar - 3.0 * (bar * (1.0 - bar) / runs as f64).sqrt()
}

#[test]
fn the_corrected_mean_covers_in_every_cell_and_beats_the_labels_alone() {
    let mut least_published = 1.0_f64;
    for (index, cell) in ppi_cells().iter().enumerate() {
        let found = ppi_row(cell, 1000, index as u64);
        let name = format!("{} {} {}", cell.prevalence, cell.accuracy, cell.n);
        assert!(found.coverage >= widened(0.94, 1000), "{name}: {}", found.coverage);
        // Passing and failing with the truth at the floor: 5 % each, plus three standard errors.
        let wrong = found.passed.max(found.failed);
        assert!(wrong <= 1.0 - widened(0.95, 1000), "{name}: {wrong}");
        if cell.accuracy > 0.9 && cell.n >= 50 {
            assert!(found.width_ratio <= 0.75, "{name}: {}", found.width_ratio);
        }
        least_published = least_published.min(found.stock);
    }
    // The harness has teeth: the published interval must fail in it.
    assert!(least_published < 0.8, "{least_published}");
}

#[test]
fn error_rates_from_elsewhere_cover_and_the_judge_at_face_value_does_not() {
    for (index, setting) in ROGAN_GLADEN.iter().enumerate() {
        let found = rogan_gladen_row(setting, 2000, 100 + index as u64);
        let (coverage, raw) = (found.coverage, found.raw);
        assert!(coverage >= widened(0.94, 2000), "{index}: {coverage}");
        let wrong = found.passed.max(found.failed);
        assert!(wrong <= 1.0 - widened(0.95, 2000), "{index}: {wrong}");
        assert!(raw < 0.5, "{index}: {raw}");
    }
}

#[test]
fn clusters_cover_and_ignoring_them_does_not() {
    for (clusters, size, icc) in [(50, 5, 0.3), (100, 4, 0.8)] {
        let (coverage, naive) = clustered_coverage(clusters, size, icc, 4000, 7);
        assert!(coverage >= 0.93, "{clusters}: {coverage}");
        assert!(naive < 0.9, "{clusters}: {naive}");
    }
}

#[test]
fn corrected_differences_and_uneven_labels_cover() {
    let difference = ppi_difference_coverage([0.8, 0.9], 0.9, 50, 1000, 9);
    assert!(difference >= widened(0.94, 1000), "{difference}");
    let uneven = aipw_coverage(100.0, 1000, 11);
    assert!(uneven >= widened(0.93, 1000), "{uneven}");
}

#[test]
fn agreement_covers_also_where_one_answer_dominates() {
    for (good, n) in [(0.5, 50), (0.95, 50)] {
        let coverage = alpha_coverage(good, 0.05, n, 1000, 13);
        // Resampling is approximate: 90 % of the 95 that it is meant to be.
        assert!(coverage >= widened(0.9, 1000), "{good}: {coverage}");
    }
}
