//! Pure. Weighted sums written as formulas: `0.5 * a + 0.5 * b`, `(a + b) / 2`. Names are never multiplied with names.

/// A constant plus weights times names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightedSum {
    /// What is added.
    pub constant: f64,
    /// Each name once, in the order of its first use.
    pub weights: Vec<(String, f64)>,
}

/// Parentheses within parentheses that a formula may have.
const MAX_DEPTH: usize = 50;

/// Reads a formula; the error says what cannot be read.
pub fn parse(text: &str) -> Result<WeightedSum, String> {
    let mut reader = Reader { rest: text, depth: 0 };
    let sum = reader.sum()?;
    match reader.rest.trim_start() {
        "" if sum.is_finite() => Ok(sum),
        "" => Err("a weight is not finite".into()),
        rest => {
            Err(format!("`{rest}` cannot be read; use names, numbers, + - * / and parentheses"))
        }
    }
}

impl WeightedSum {
    fn constant(constant: f64) -> Self {
        Self { constant, weights: Vec::new() }
    }

    fn add(mut self, other: Self) -> Self {
        self.constant += other.constant;
        for (name, weight) in other.weights {
            match self.weights.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += weight,
                None => self.weights.push((name, weight)),
            }
        }
        self
    }

    fn times(mut self, factor: f64) -> Self {
        self.constant *= factor;
        for (_, weight) in &mut self.weights {
            *weight *= factor;
        }
        self
    }

    fn is_finite(&self) -> bool {
        self.constant.is_finite() && self.weights.iter().all(|(_, weight)| weight.is_finite())
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn sum(&mut self) -> Result<WeightedSum, String> {
        let mut sum = self.product()?;
        loop {
            if self.takes('+') {
                sum = sum.add(self.product()?);
            } else if self.takes('-') {
                sum = sum.add(self.product()?.times(-1.0));
            } else {
                return Ok(sum);
            }
        }
    }

    fn product(&mut self) -> Result<WeightedSum, String> {
        let mut product = self.factor()?;
        loop {
            if self.takes('*') {
                let other = self.factor()?;
                product = match (product.weights.is_empty(), other.weights.is_empty()) {
                    (true, _) => other.times(product.constant),
                    (_, true) => product.times(other.constant),
                    _ => {
                        return Err(
                            "two names are multiplied; only weighted sums are supported".into()
                        );
                    }
                };
            } else if self.takes('/') {
                let other = self.factor()?;
                if !other.weights.is_empty() {
                    return Err(
                        "a name stands in a divisor; only weighted sums are supported".into()
                    );
                }
                product = product.times(1.0 / other.constant);
            } else {
                return Ok(product);
            }
        }
    }

    fn factor(&mut self) -> Result<WeightedSum, String> {
        let mut sign = 1.0;
        while self.takes('-') {
            sign = -sign;
        }
        if self.takes('(') {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(format!("more than {MAX_DEPTH} parentheses inside each other"));
            }
            let inner = self.sum()?;
            self.depth -= 1;
            return if self.takes(')') {
                Ok(inner.times(sign))
            } else {
                Err("a `)` is missing".into())
            };
        }
        let token = self.token();
        match token.chars().next() {
            None => Err(format!("a name or number is missing before `{}`", self.rest.trim_start())),
            Some(c) if c.is_ascii_digit() || c == '.' => match token.parse::<f64>() {
                Ok(number) => Ok(WeightedSum::constant(sign * number)),
                Err(_) => Err(format!("`{token}` is neither a number nor a name")),
            },
            Some(_) => Ok(WeightedSum { constant: 0.0, weights: vec![(token, sign)] }),
        }
    }

    fn token(&mut self) -> String {
        let rest = self.rest.trim_start();
        let ends = |c: char| !c.is_alphanumeric() && c != '_' && c != '.';
        let (token, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        self.rest = after;
        token.to_owned()
    }

    fn takes(&mut self, symbol: char) -> bool {
        match self.rest.trim_start().strip_prefix(symbol) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_become_weights() {
        for (text, constant, weights) in [
            ("0.5 * a + 0.5 * b", 0.0, vec![("a", 0.5), ("b", 0.5)]),
            ("(a + b) / 2", 0.0, vec![("a", 0.5), ("b", 0.5)]),
            ("a", 0.0, vec![("a", 1.0)]),
            ("1 - a", 1.0, vec![("a", -1.0)]),
            ("-(a - 2*b)*0.5 + .25", 0.25, vec![("a", -0.5), ("b", 1.0)]),
            ("a + a", 0.0, vec![("a", 2.0)]),
            ("name_1*0.2+ name_2 * (0.3 + 0.5)", 0.0, vec![("name_1", 0.2), ("name_2", 0.8)]),
        ] {
            let weights =
                weights.into_iter().map(|(name, weight)| (name.to_owned(), weight)).collect();
            assert_eq!(parse(text), Ok(WeightedSum { constant, weights }), "{text}");
        }
    }

    #[test]
    fn what_is_no_weighted_sum_is_refused() {
        for text in [
            "a * b",
            "1 / a",
            "a +",
            "",
            "(a",
            "a)",
            "max(a, b)",
            "a / 0",
            "1.2.3 * a",
            "a ** 2",
            "a % 2",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in r"[ab0-9.+*/() \-é]{0,30}") {
            let _ = parse(&text);
        }
    }
}
