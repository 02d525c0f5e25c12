//! The catalogue against the table it was made from, and the object that answers bear.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::Value;

use super::{
    CATALOGUE, GraphError, codes, known,
    standing::{STANDING, Standing},
};

#[test]
fn the_catalogue_is_sorted_and_no_code_has_two_rows() {
    assert!(CATALOGUE.windows(2).all(|two| two[0].last < two[1].code));
    assert!(CATALOGUE.iter().all(|row| !row.title.is_empty() && !row.details.is_empty()));
    assert!(CATALOGUE.iter().all(|row| row.code <= row.last));
}

/// The tests that produce errors, under the names that the table has for them.
const TESTS: [(&str, &str); 12] = [
    ("crates/cloud-api/src/tests/graph/errors.rs", include_str!("../tests/graph/errors.rs")),
    ("crates/cloud-api/src/tests/graph/files.rs", include_str!("../tests/graph/files.rs")),
    ("crates/cloud-api/src/tests/graph/front.rs", include_str!("../tests/graph/front.rs")),
    ("crates/cloud-api/src/tests/manage/blocks.rs", include_str!("../tests/manage/blocks.rs")),
    (
        "crates/cloud-api/src/tests/manage/callbacks.rs",
        include_str!("../tests/manage/callbacks.rs"),
    ),
    ("crates/cloud-api/src/tests/manage/flows.rs", include_str!("../tests/manage/flows.rs")),
    ("crates/cloud-api/src/tests/manage/numbers.rs", include_str!("../tests/manage/numbers.rs")),
    (
        "crates/cloud-api/src/tests/manage/registration.rs",
        include_str!("../tests/manage/registration.rs"),
    ),
    (
        "crates/cloud-api/src/tests/manage/templates.rs",
        include_str!("../tests/manage/templates.rs"),
    ),
    ("crates/cloud-api/src/tests/storage.rs", include_str!("../tests/storage.rs")),
    ("crates/cloud-api/src/tests/tokens.rs", include_str!("../tests/tokens.rs")),
    ("crates/host/tests/live/refusals.rs", include_str!("../../../host/tests/live/refusals.rs")),
];

/// Whether the tests in a file name a code, written as the workspace writes numbers.
fn names(file: &str, code: u32) -> bool {
    let digits = code.to_string();
    let (thousands, rest) = digits.split_at(digits.len().saturating_sub(3));
    let written = if thousands.is_empty() { digits.clone() } else { format!("{thousands}_{rest}") };
    let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let text = TESTS.iter().find(|(name, _)| *name == file);
    text.is_some_and(|(_, text)| text.split(ends).any(|word| word == written))
}

#[test]
fn every_code_has_a_standing_and_those_that_are_produced_are_named_by_the_test() {
    let codes: Vec<u32> = CATALOGUE.iter().map(|row| row.code).collect();
    let standing: Vec<u32> = STANDING.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, standing);
    let mut produced = 0;
    for (code, standing) in STANDING {
        match standing {
            Standing::Produced(file) => {
                assert!(names(file, *code), "{file} does not name {code}");
                produced += 1;
            }
            Standing::Impossible(why) => assert!(!why.is_empty(), "{code} needs a reason"),
        }
    }
    assert!(produced >= 45, "{produced} codes are produced");
    for (file, _) in TESTS {
        assert!(!names(file, 131_064), "the search finds what is not there");
    }
}

#[test]
fn the_page_is_what_the_tables_say() {
    let found = include_str!("../../../../docs/reference/errors.md");
    let command = "cargo run -q -p cloud-api --example errors_page > docs/reference/errors.md";
    assert!(found == super::page(), "the page is not what the tables say; run `{command}`");
}

#[test]
fn limits_are_answered_with_400_and_not_with_429() {
    for code in [4, 80_007, 130_429, 131_048, 131_056, 133_016] {
        assert_eq!(known(code).status, 400, "{code}");
    }
    let others = [(0, 401), (190, 401), (10, 403), (250, 403), (368, 403), (131_005, 403)];
    for (code, status) in others {
        assert_eq!(known(code).status, status, "{code}");
    }
    for (code, status) in [(132_001, 404), (131_000, 500), (131_045, 500), (2, 503)] {
        assert_eq!(known(code).status, status, "{code}");
    }
    assert_eq!(known(999_999).code, codes::UNKNOWN);
}

#[test]
fn an_answer_bears_the_documented_object() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let answer = GraphError::new(codes::THROUGHPUT).response(&mut rng);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let error = &body["error"];
    assert_eq!(answer.status, 400);
    assert_eq!(error["message"], "(#130429) Rate limit hit");
    assert_eq!(error["type"], "OAuthException");
    assert_eq!(error["code"], 130_429);
    assert_eq!(error["error_subcode"], 2_494_055);
    assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
    assert_eq!(error["error_data"]["details"], "Cloud API message throughput has been reached.");
    let trace = error["fbtrace_id"].as_str().unwrap();
    assert!(trace.len() == 23 && trace.starts_with('A'), "{trace}");
    let other = GraphError::new(codes::THROUGHPUT).response(&mut rng);
    assert_ne!(answer.body, other.body, "a trace id names one answer");
}

#[test]
fn an_error_of_a_webhook_says_its_title_twice() {
    let error = GraphError::with(codes::UNDELIVERABLE, "the recipient's mailbox is full");
    let error = error.in_webhook();
    assert_eq!(error["title"], error["message"]);
    assert_eq!(error["error_data"]["details"], "the recipient's mailbox is full");
}
