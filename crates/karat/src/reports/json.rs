//! Pure. The report for other programs.

use serde_json::Value;

use crate::evals::report::Report;

/// The whole report as indented JSON, `schema` first.
#[expect(
    clippy::missing_panics_doc,
    reason = "a report's maps have text keys, so writing it cannot fail"
)]
pub fn json(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report)
        .expect("a report's maps have text keys, and numbers that JSON lacks become null");
    text + "\n"
}

/// The JSON Schema of the report.
pub fn json_schema() -> Value {
    schemars::schema_for!(Report).to_value()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn the_schema_name_comes_first_and_the_report_survives_the_round_trip() {
        for report in fixtures::all() {
            let text = json(&report);
            assert!(text.starts_with("{\n  \"schema\": \"karat.report/1\""));
            assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        }
    }

    #[test]
    fn every_report_fits_the_schema() {
        let schema = jsonschema::validator_for(&json_schema()).unwrap();
        for report in fixtures::all() {
            let value = serde_json::to_value(&report).unwrap();
            let problems: Vec<String> =
                schema.iter_errors(&value).map(|problem| problem.to_string()).collect();
            assert_eq!(problems, Vec::<String>::new());
        }
    }
}
