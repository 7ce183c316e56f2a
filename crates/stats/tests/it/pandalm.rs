//! The agreement that is known of real people and a real judge: the `PandaLM` test set, where it is at hand.

use karat_stats::agreement::{Coefficient, Level, Ratings, Weights};
use karat_stats::{AgreementFloor, Decision, agree};
use serde_json::Value;

#[test]
fn agreement_on_real_labels_is_the_known_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/pandalm");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}"));
    let (Ok(oracle), Ok(pairs)) = (read("oracle.json"), read("pairs.jsonl")) else {
        println!("skipped: the PandaLM data are not beside the checkout (../shared/data/pandalm)");
        return;
    };
    let oracle: Value = serde_json::from_str(&oracle).unwrap();
    let rows: Vec<Value> = pairs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len() as u64, oracle["pairs"].as_u64().unwrap());
    let people: Vec<Vec<f64>> = rows
        .iter()
        .map(|r| r["annotators"].as_array().unwrap().iter().map(|a| a.as_f64().unwrap()).collect())
        .collect();
    let judge: Vec<Option<f64>> = rows.iter().map(|r| r["judge"]["verdict"].as_f64()).collect();
    let majority: Vec<f64> =
        people.iter().map(|p| if p[1] == p[2] { p[1] } else { p[0] }).collect();

    let close = |known: &Value, found: f64| {
        // The known values are rounded to four places.
        assert!((known.as_f64().unwrap() - found).abs() < 6e-5, "{known} {found}");
    };
    let kappa = |units: Vec<Vec<Option<f64>>>| {
        Coefficient::Kappa(Weights::None).of(&Ratings::new(&units).unwrap()).unwrap()
    };
    for (name, first, second) in [("1-2", 0, 1), ("1-3", 0, 2), ("2-3", 1, 2)] {
        let units = people.iter().map(|p| vec![Some(p[first]), Some(p[second])]).collect();
        close(&oracle["human_pair_kappa"][name], kappa(units));
    }
    let beside = |judge: &[Option<f64>]| -> Vec<Vec<Option<f64>>> {
        majority.iter().zip(judge).map(|(&m, &j)| vec![Some(m), j]).collect()
    };
    close(&oracle["judge_kappa_vs_majority_on_parsable"], kappa(beside(&judge)));
    let own_class: Vec<_> = judge.iter().map(|j| j.or(Some(9.0))).collect();
    close(
        &oracle["judge_kappa_vs_majority_with_unparsable_as_own_class"],
        kappa(beside(&own_class)),
    );
    let right = Coefficient::Percent.of(&Ratings::new(&beside(&own_class)).unwrap()).unwrap();
    close(&oracle["judge_accuracy_vs_majority_counting_unparsable_as_wrong"], right);

    let usual = AgreementFloor::usual(Level::Nominal, 3);
    let three: Vec<Vec<Option<f64>>> =
        people.iter().map(|p| p.iter().map(|&a| Some(a)).collect()).collect();
    let humans = agree(&Ratings::new(&three).unwrap(), &usual).unwrap();
    println!("people: {humans:?}");
    assert_eq!(humans.decision, Decision::Pass);
    let against = agree(&Ratings::new(&beside(&judge)).unwrap(), &usual).unwrap();
    println!("judge: {against:?}");
    assert_eq!(against.decision, Decision::Fail);
}
