//! Claims of `karat_stats::gold_budget`.

use karat_stats::Sample;
use karat_stats::gold::{Cells, Gold};
use karat_stats::gold_budget::{half_width_with, more_labels};
use karat_stats::ppi::{Ppi, ppi_mean};
use proptest::prelude::*;

fn pilot(cells: Cells, n: u64) -> Ppi {
    let others = Sample::Counts { successes: n * 85 / 100, n };
    ppi_mean(&Gold::Cells(cells), &others, 0.9).expect("valid").expect("enough labels")
}

#[test]
fn the_half_width_at_the_pilot_is_that_of_its_interval() {
    let pilot = pilot(Cells { yes_yes: 32, yes_no: 3, no_yes: 4, no_no: 11 }, 1000);
    let half = half_width_with(&pilot, pilot.n_gold, 0.9).unwrap();
    assert!((2.0 * half - pilot.interval.width()).abs() < 1e-12);
    assert_eq!(half_width_with(&pilot, 0, 0.9).unwrap(), f64::INFINITY);
}

#[test]
fn advice_ends_where_only_the_unlabelled_items_limit() {
    let pilot = pilot(Cells { yes_yes: 32, yes_no: 3, no_yes: 4, no_no: 11 }, 50);
    assert!(pilot.judge_variance > 0.0);
    assert_eq!(more_labels(&pilot, 0.001, 0.9).unwrap(), None);
    assert_eq!(more_labels(&pilot, 0.9, 0.9).unwrap(), Some(0));
    assert!(more_labels(&pilot, 0.0, 0.9).is_err() && more_labels(&pilot, 0.1, 1.0).is_err());
}

proptest! {
    #[test]
    fn the_advice_is_enough_and_one_label_less_is_not(cells in prop::array::uniform4(5..100_u64), half in 0.02..0.3_f64) {
        let [yes_yes, yes_no, no_yes, no_no] = cells;
        let pilot = pilot(Cells { yes_yes, yes_no, no_yes, no_no }, 100_000);
        let more = more_labels(&pilot, half, 0.9).unwrap().unwrap();
        let with = |more: u64| half_width_with(&pilot, pilot.n_gold + more, 0.9).unwrap();
        prop_assert!(with(more) <= half);
        prop_assert!(more == 0 || with(more - 1) > half);
    }
}
