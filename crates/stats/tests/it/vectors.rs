//! Reads the reference vectors: cases of input and output with one absolute tolerance per file.

use serde_json::Value;

/// One case of a vector file.
pub struct Case {
    inp: Value,
    out: Value,
    label: String,
    tolerance: f64,
}

/// Reads `tests/vectors/{name}.json`.
pub fn read(name: &str) -> Vec<Case> {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    let file: Value = serde_json::from_str(&text).expect(&path);
    let tolerance = file["tolerance_abs"].as_f64().expect("tolerance_abs");
    let cases = file["cases"].as_array().expect("cases").iter().enumerate().map(|(i, case)| Case {
        inp: case["inp"].clone(),
        out: case["out"].clone(),
        label: format!("{name}[{i}]"),
        tolerance,
    });
    let cases: Vec<_> = cases.collect();
    assert!(!cases.is_empty(), "{name} has no cases");
    cases
}

impl Case {
    /// The raw input field; null when absent.
    pub fn input(&self, field: &str) -> &Value {
        &self.inp[field]
    }

    /// The raw output field; null when absent.
    pub fn output(&self, field: &str) -> &Value {
        &self.out[field]
    }

    /// A number of the input.
    pub fn f(&self, field: &str) -> f64 {
        number(&self.inp[field]).unwrap_or_else(|| panic!("{}: no {field}", self.label))
    }

    /// A count of the input.
    pub fn n(&self, field: &str) -> u64 {
        self.inp[field].as_u64().unwrap_or_else(|| panic!("{}: no {field}", self.label))
    }

    /// A list of numbers of the input.
    pub fn list(&self, field: &str) -> Vec<f64> {
        let list =
            self.inp[field].as_array().unwrap_or_else(|| panic!("{}: no {field}", self.label));
        list.iter().map(|v| number(v).expect("a number")).collect()
    }

    /// A number of the output.
    pub fn expected(&self, field: &str) -> f64 {
        number(&self.out[field]).unwrap_or_else(|| panic!("{}: no output {field}", self.label))
    }

    /// Asserts that `actual` is the output `field` within the file's tolerance.
    pub fn assert(&self, field: &str, actual: f64) {
        let expected = self.expected(field);
        let close = (actual - expected).abs() <= self.tolerance
            || (actual.is_infinite()
                && expected.is_infinite()
                && (actual > 0.0) == (expected > 0.0));
        assert!(close, "{} {field}: {actual} instead of {expected}; {}", self.label, self.inp);
    }
}

fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("inf" | "Infinity") => Some(f64::INFINITY),
        Some("-inf" | "-Infinity") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}
