//! Claims of `karat_stats::agree`.

use karat_stats::agreement::{Level, Ratings};
use karat_stats::{AgreementFloor, Band, Decision, agree};

/// `n` units of three raters, of which every `every`-th has one rater off.
fn three(n: usize, every: usize) -> Ratings {
    let unit = |i: usize| {
        let value = (i % 3) as f64;
        let odd = if every > 0 && i.is_multiple_of(every) { (value + 1.0) % 3.0 } else { value };
        vec![Some(value), Some(odd), Some(value)]
    };
    Ratings::new(&(0..n).map(unit).collect::<Vec<_>>()).expect("ratings that fit")
}

fn usual() -> AgreementFloor {
    AgreementFloor::usual(Level::Nominal, 11)
}

#[test]
fn careful_people_pass_and_guessing_ones_fail() {
    let careful = agree(&three(200, 20), &usual()).unwrap();
    assert_eq!((careful.decision, careful.band), (Decision::Pass, Band::Reliable));
    assert_eq!((careful.n, careful.n_raters), (200, 3));
    let units: Vec<_> =
        (0..200).map(|i| vec![Some(f64::from(i % 2)), Some(f64::from(i / 2 % 2))]).collect();
    let guessing = agree(&Ratings::new(&units).unwrap(), &usual()).unwrap();
    assert_eq!((guessing.decision, guessing.band), (Decision::Fail, Band::NotGold));
    assert!(guessing.estimate.unwrap().abs() < 0.05);
}

#[test]
fn the_lower_end_decides_the_band_not_the_estimate() {
    let answer = agree(&three(24, 3), &usual()).unwrap();
    assert!(answer.estimate.unwrap() > 0.6);
    assert!(answer.interval.unwrap().lower < 0.667);
    assert_eq!(answer.band, Band::NotGold);
    assert_eq!(answer.decision, Decision::Undecided);
}

#[test]
fn few_units_and_equal_ratings_get_no_verdict() {
    let few = agree(&three(19, 0), &usual()).unwrap();
    assert_eq!((few.decision, few.band), (Decision::Undecided, Band::Unknown));
    assert_eq!(few.estimate, Some(1.0));
    let same = Ratings::new(&vec![vec![Some(1.0); 2]; 50]).unwrap();
    let equal = agree(&same, &usual()).unwrap();
    assert_eq!((equal.decision, equal.estimate, equal.interval), (Decision::Undecided, None, None));
    assert_eq!(equal.percent, Some(1.0));
    assert!(agree(&same, &AgreementFloor { floor: 1.5, ..usual() }).is_err());
}

#[test]
fn bands_are_named_for_readers() {
    assert_eq!(Band::of(0.8).text(), "reliable");
    assert_eq!(Band::of(0.667).text(), "tentative conclusions only");
    assert_eq!(Band::of(0.6669).text(), "do not use as gold");
    assert_eq!(Band::of(-1.0), Band::NotGold);
}
