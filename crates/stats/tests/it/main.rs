//! Claims about the statistics: reference vectors, exact properties, and properties over random inputs.

#![expect(
    clippy::float_cmp,
    reason = "exact answers (0, 1, infinity, equal inputs) are claimed exactly"
)]

mod agree;
mod agreement;
mod aipw;
mod asymptotic;
mod betting;
mod binomial;
mod blocks;
mod bootstrap;
mod calibration;
mod canary;
mod clopper_pearson;
mod clustered;
mod concepts;
mod corrected;
mod detector;
mod gap;
mod gate;
mod gold_budget;
mod judge_audit;
mod judge_coverage;
mod mcnemar;
mod more;
mod multiple;
mod newcombe;
mod paired;
mod pandalm;
mod power;
mod ppi;
mod promise;
mod quantile;
mod rank;
mod repeats;
mod rogan_gladen;
mod streams;
mod t_test;
mod validity;
mod vectors;
mod watch;
mod weighted;
mod wilson;

#[test]
fn no_file_in_this_folder_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(module == "main" || listed.contains(&format!("mod {module};")), "{name}");
    }
}

#[test]
fn every_vector_file_is_read() {
    let tests = [
        include_str!("asymptotic.rs"),
        include_str!("betting.rs"),
        include_str!("binomial.rs"),
        include_str!("bootstrap.rs"),
        include_str!("canary.rs"),
        include_str!("clopper_pearson.rs"),
        include_str!("clustered.rs"),
        include_str!("detector.rs"),
        include_str!("gap.rs"),
        include_str!("mcnemar.rs"),
        include_str!("more.rs"),
        include_str!("multiple.rs"),
        include_str!("newcombe.rs"),
        include_str!("power.rs"),
        include_str!("quantile.rs"),
        include_str!("rank.rs"),
        include_str!("repeats.rs"),
        include_str!("streams.rs"),
        include_str!("t_test.rs"),
        include_str!("wilson.rs"),
        // Judges and people.
        include_str!("agreement.rs"),
        include_str!("aipw.rs"),
        include_str!("calibration.rs"),
        include_str!("ppi.rs"),
        include_str!("rogan_gladen.rs"),
    ]
    .concat();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let vector = name.trim_end_matches(".json");
        assert!(tests.contains(&format!("vectors::read(\"{vector}\")")), "{name}");
    }
}
