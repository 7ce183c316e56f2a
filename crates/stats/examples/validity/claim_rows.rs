//! Pure. F1: the share of false claims among many questions whose e-values hang together.

use karat_stats::multiple::e_bh;
use karat_stats::streams::{Lond, Series};

use super::row::{Bar, Random, Row};

const ALPHA: f64 = 0.05;
const N_NULLS: usize = 1000;
const N_REAL: usize = 50;

/// F1: 1000 questions without an effect and 50 with one, in random order; mean share of false claims.
pub fn false_claims(runs: u64) -> Vec<Row> {
    let mut random = Random::seeded(31);
    let mut shares = [const { Vec::new() }; 3];
    let mut n_found = 0;
    for _ in 0..runs {
        let (logs, real) = questions(&mut random);
        let mut steep = Lond::new(ALPHA, Series::Steep).expect("a valid alpha");
        let mut slow = Lond::new(ALPHA, Series::Slow).expect("a valid alpha");
        let in_stream = |lond: &mut Lond| -> Vec<bool> {
            logs.iter().map(|log| lond.claims_e(*log).expect("a number")).collect()
        };
        let at_once = e_bh(&logs, ALPHA).expect("a valid alpha");
        n_found += at_once.iter().zip(&real).filter(|(claim, real)| **claim && **real).count();
        let claims = [in_stream(&mut steep), in_stream(&mut slow), at_once];
        for (shares, claims) in shares.iter_mut().zip(claims) {
            let all = claims.iter().filter(|claim| **claim).count();
            let wrong = claims.iter().zip(&real).filter(|(claim, real)| **claim && !**real).count();
            shares.push(wrong as f64 / all.max(1) as f64);
        }
    }
    let names = ["e-LOND, steep", "e-LOND, slow", "e-BH"];
    let mut rows: Vec<Row> = names
        .iter()
        .zip(&shares)
        .map(|(name, shares)| {
            let what = format!("share of false claims, {name}, 1000 nulls and 50 effects");
            Row::mean("F1", what, shares, Bar::AtMost(ALPHA))
        })
        .collect();
    let found = n_found as u64;
    let what = "share of effects that e-BH finds: the harness claims something".to_owned();
    rows.push(Row::teeth("F1", what, found, runs * N_REAL as u64, 0.2));
    rows
}

/// Log e-values of normal tests that share half of their noise, and which of them have an effect.
fn questions(random: &mut Random) -> (Vec<f64>, Vec<bool>) {
    let (size, shared) = (4.0, random.normal());
    let n = N_NULLS + N_REAL;
    let mut left = N_REAL;
    (0..n)
        .map(|i| {
            let real = random.chance(left as f64 / (n - i) as f64);
            left -= usize::from(real);
            let noise = 0.5_f64.sqrt() * (shared + random.normal());
            let z = if real { noise + size } else { noise };
            (size * z - size * size / 2.0, real)
        })
        .unzip()
}
