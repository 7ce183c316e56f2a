//! What the verdicts promise, simulated with fewer runs than the bench: the bars are three standard errors wider.

#[path = "../../examples/validity/claim_rows.rs"]
mod claim_rows;
#[path = "../../examples/validity/comparison_rows.rs"]
mod comparison_rows;
#[path = "../../examples/validity/gate_rows.rs"]
mod gate_rows;
#[path = "../../examples/validity/monitor_rows.rs"]
mod monitor_rows;
#[path = "../../examples/validity/row.rs"]
mod row;

fn hold(rows: Vec<row::Row>) {
    let missed: Vec<String> =
        rows.iter().filter(|row| !row.holds_within(3.0)).map(ToString::to_string).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn at_the_floor_few_streams_get_a_verdict() {
    hold(gate_rows::false_verdicts(1000, 600));
}

#[test]
fn the_confidence_sequence_holds_the_mean_all_the_time() {
    hold(gate_rows::coverage(1000, 1000));
}

#[test]
fn twenty_edited_prompts_at_the_floor_rarely_see_one_pass() {
    hold(gate_rows::edited_prompts(1000));
}

#[test]
fn a_detector_rarely_cries_wolf_and_finds_a_fall_nearly_as_soon_as_the_oracle() {
    hold(monitor_rows::detectors(1000));
}

#[test]
fn a_canary_with_fresh_baselines_rarely_cries_wolf_and_finds_a_tenth_in_days() {
    hold(monitor_rows::canaries(1000));
}

#[test]
fn equal_variants_are_rarely_told_apart_however_units_are_split() {
    hold(comparison_rows::false_alarms(1000, 1000));
}

#[test]
fn the_better_variant_is_found_as_soon_as_promised() {
    hold(comparison_rows::decisions(1000));
}

#[test]
fn few_claims_among_many_questions_are_false() {
    hold(claim_rows::false_claims(1000));
}
