//! The report for machines. Other tools rely on its keys: they stay, others may join them.

use super::model::Report;

/// `report` as indented JSON with a line feed at its end.
///
/// # Errors
///
/// None in practice: every key of the model is a string, which is all that can fail.
pub fn one(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(ended)
}

/// Several reports, in the order of their runs, as one indented JSON array.
///
/// # Errors
///
/// None in practice, as [`one`].
pub fn several(reports: &[Report]) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(reports).map(ended)
}

fn ended(mut json: String) -> String {
    json.push('\n');
    json
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{one, several};
    use crate::report::{model::Verdict, sample};

    #[test]
    fn the_keys_that_other_tools_rely_on_are_there_with_their_types() {
        let report: Value = serde_json::from_str(&one(&sample::bakery()).unwrap()).unwrap();

        for (key, expected) in [
            ("scenario", json!("sims/01-first-message.toml")),
            ("seed", json!(7)),
            ("digest", json!("5e1f0c3a9b7d2e4466f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6")),
            ("verdict", json!("pass")),
            ("virtual_ms", json!(86_460_000)),
            ("events", json!(4_213)),
        ] {
            assert_eq!(report[key], expected, "{key}");
        }
        assert_eq!(
            report["messages"],
            json!({"sent": 8, "delivered": 8, "duplicated": 0, "lost": 0, "queued": 0,
                "expired": 0})
        );
        assert_eq!(report["frames"]["kinds"]["deliver"], json!(14));
        assert_eq!(
            report["invariants"][0],
            json!({"id": "R008", "says": "The transport sees no content.", "verdict": "pass",
                "requirements": ["R008"], "evidence": ["12 attempts, 312,450 bytes scanned"]})
        );
    }

    #[test]
    fn a_cell_of_the_table_says_policy_measurement_and_what_they_rest_on() {
        let report: Value = serde_json::from_str(&one(&sample::bakery()).unwrap()).unwrap();
        let cells = report["views"].as_array().unwrap();
        let cell = |class: &str, actor: &str| {
            let found = cells.iter().find(|c| c["data_class"] == class && c["actor"] == actor);
            found.unwrap().clone()
        };

        assert_eq!(
            cell("message_content", "transport"),
            json!({"data_class": "message_content", "actor": "transport", "policy": false,
                "measured": false, "attempts": 12, "refused": 12, "bytes_scanned": 312_450,
                "markers": 8, "found": 0, "verdict": "pass", "disclosed": 0})
        );
        assert_eq!(cell("statistics", "user")["policy"], Value::Null);
        assert_eq!(cell("statistics", "user")["verdict"], Value::Null);
    }

    #[test]
    fn a_verdict_is_one_of_three_words() {
        let words = [Verdict::Pass, Verdict::Fail, Verdict::Unknown].map(|v| json!(v));
        assert_eq!(words, [json!("pass"), json!("fail"), json!("unknown")]);
    }

    #[test]
    fn several_reports_are_one_array_in_the_order_of_their_runs() {
        let reports = [sample::bakery(), sample::leak()];
        let array: Value = serde_json::from_str(&several(&reports).unwrap()).unwrap();

        let verdicts: Vec<_> = array.as_array().unwrap().iter().map(|r| &r["verdict"]).collect();
        assert_eq!(verdicts, ["pass", "fail"]);
        assert_eq!(array[1]["runs"][0]["variant"], "raw");
        assert!(array[0].get("runs").is_none(), "a report of one run has no list of runs");
    }
}
