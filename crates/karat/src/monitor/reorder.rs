//! Pure. Whether and how a waterfall is changed when one of its variants became worse.

use std::fmt::Write as _;

/// A variant as it stands in a waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Whether a proof holds for it.
    pub is_proven: bool,
}

/// No second change within so long: a waterfall that swings helps nobody.
pub const COOL_DOWN_MS: i64 = 6 * 60 * 60 * 1000;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// The new order.
    To(Vec<String>),
    /// Nothing, for this reason.
    Stay(String),
}

/// The order after a variant became worse: it goes to the end, all others keep their places.
///
/// Only a proven variant takes the lead: an unproven one may be worse still.
pub fn reorder(
    waterfall: &[Standing],
    worse: &str,
    last_change_ms: Option<i64>,
    now_ms: i64,
) -> Move {
    if let Some(at) = last_change_ms.filter(|at| now_ms - at < COOL_DOWN_MS) {
        let hours = (COOL_DOWN_MS - (now_ms - at)).div_euclid(3_600_000) + 1;
        return Move::Stay(format!(
            "the waterfall was changed less than {} hours ago; the next change is possible in {hours} h",
            COOL_DOWN_MS / 3_600_000
        ));
    }
    if waterfall.first().is_none_or(|first| first.name != worse) {
        return Move::Stay(format!("{worse} is not the first of the waterfall"));
    }
    let others: Vec<&Standing> = waterfall.iter().filter(|one| one.name != worse).collect();
    let Some(lead) = others.iter().position(|one| one.is_proven) else {
        let mut reason = format!(
            "no other variant of the waterfall has a proof that could take the place of {worse}"
        );
        if !others.is_empty() {
            let names: Vec<&str> = others.iter().map(|one| one.name.as_str()).collect();
            let _ = write!(reason, "; prove one of {}", names.join(", "));
        }
        return Move::Stay(reason);
    };
    let mut order: Vec<String> = others.iter().map(|one| one.name.clone()).collect();
    let lead = order.remove(lead);
    order.insert(0, lead);
    order.push(worse.to_owned());
    Move::To(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn waterfall(names: &[(&str, bool)]) -> Vec<Standing> {
        let standing = |(name, is_proven): &(&str, bool)| Standing {
            name: (*name).to_owned(),
            is_proven: *is_proven,
        };
        names.iter().map(standing).collect()
    }

    #[test]
    fn a_proven_one_leads_and_the_worse_one_comes_last() {
        let standing =
            waterfall(&[("mini", true), ("odd", false), ("haiku", true), ("rules", false)]);
        let order = ["haiku", "odd", "rules", "mini"].map(str::to_owned).to_vec();
        assert_eq!(reorder(&standing, "mini", None, NOW), Move::To(order));
    }

    #[test]
    fn nothing_moves_without_a_proven_replacement_or_within_the_cool_down_or_for_a_follower() {
        let alone = waterfall(&[("mini", true), ("rules", false)]);
        let both = waterfall(&[("mini", true), ("haiku", true)]);
        for stays in [
            reorder(&alone, "mini", None, NOW),
            reorder(&both, "mini", Some(NOW - COOL_DOWN_MS + 1), NOW),
            reorder(&both, "haiku", None, NOW),
        ] {
            assert!(matches!(stays, Move::Stay(_)), "{stays:?}");
        }
        assert!(matches!(reorder(&both, "mini", Some(NOW - COOL_DOWN_MS), NOW), Move::To(_)));
    }
}
