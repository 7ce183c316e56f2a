//! Reference values and claims of `karat_stats::promise`.

use karat_stats::{Floor, Promise, Sample, gate, promise};

#[test]
fn nothing_seen_promises_nothing() {
    let found = promise(&Sample::Counts { successes: 0, n: 0 }, None, 0.05, 0.02).unwrap();
    assert_eq!((found.rate, found.of_100), (0.0, 0));
}

#[test]
fn the_promise_is_the_lower_bound_of_the_verdict() {
    let sample = Sample::Counts { successes: 470, n: 500 };
    let answer = gate(&sample, &Floor::at(0.9)).unwrap();
    let found = promise(&sample, Some(0.9), 0.05, 0.02).unwrap();
    assert!((found.rate - answer.lower).abs() < 1e-10);
    assert_eq!(found.of_100, Promise::of(answer.lower).of_100);
    assert_eq!(found.of_100, 90);
}

#[test]
fn of_100_rounds_down_and_stays_in_range() {
    assert_eq!(Promise::of(0.899).of_100, 89);
    assert_eq!(Promise::of(0.57).of_100, 57);
    assert_eq!(Promise::of(1.0).of_100, 100);
    assert_eq!(Promise::of(f64::NAN).of_100, 0);
    assert_eq!(Promise::of(f64::INFINITY).of_100, 100);
}
