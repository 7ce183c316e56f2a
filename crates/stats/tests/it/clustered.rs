//! Reference values and claims of `karat_stats::clustered`.

use std::collections::BTreeMap;

use karat_stats::clustered::clustered_mean;
use proptest::prelude::*;

use crate::vectors;

#[test]
fn means_and_errors_equal_the_reference() {
    for case in vectors::read("clustered_se") {
        let mut clusters: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (y, cluster) in case.list("y").into_iter().zip(case.list("cluster")) {
            clusters.entry(cluster as u64).or_default().push(y);
        }
        let clusters: Vec<Vec<f64>> = clusters.into_values().collect();
        let found = clustered_mean(&clusters, 0.95).unwrap().unwrap();
        case.assert("mean", found.mean);
        case.assert("se_iid", found.naive_error);
        case.assert("se_cluster_miller", found.uncorrected_error);
        case.assert("se_cluster_CR1", found.standard_error);
        case.assert("G", found.n_clusters as f64);
        case.assert("deff_miller", found.design_effect.unwrap());
        case.assert("ci95_t_lo", found.interval.unwrap().lower);
        case.assert("ci95_t_hi", found.interval.unwrap().upper);
    }
}

#[test]
fn too_few_clusters_or_no_spread_give_no_interval() {
    assert_eq!(clustered_mean(&[], 0.95).unwrap(), None);
    assert_eq!(clustered_mean(&[vec![1.0, 0.0], vec![]], 0.95).unwrap(), None);
    let constant =
        clustered_mean(&[vec![0.1, 0.1], vec![0.1], vec![0.1; 7]], 0.95).unwrap().unwrap();
    assert_eq!(constant.interval, None);
    assert!(clustered_mean(&[vec![f64::NAN], vec![1.0]], 0.95).is_err());
}

proptest! {
    #[test]
    fn the_interval_contains_the_mean(clusters in prop::collection::vec(prop::collection::vec(0.0..=1.0_f64, 0..6), 0..30)) {
        if let Some(found) = clustered_mean(&clusters, 0.95).unwrap() {
            prop_assert!(found.standard_error >= found.uncorrected_error);
            prop_assert!(found.interval.is_none_or(|interval| interval.contains(found.mean)));
        }
    }
}
