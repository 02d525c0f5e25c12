//! Optional services of a scenario: none by default, and what makes no sense about one.

use vocab::Micros;

use super::{FULL, LEAST, SCALE, read, refused};

#[test]
fn a_business_has_no_service_unless_the_scenario_says_so() {
    let least = read(LEAST).unwrap();
    assert!(!least.has_auto_reply() && least.businesses[0].auto_reply.is_none());
    let full = read(FULL).unwrap();
    let services: Vec<_> =
        full.businesses.iter().filter_map(|one| one.auto_reply.as_ref()).collect();
    let [service] = services.as_slice() else { panic!("{services:?}") };
    let moments = (service.from, service.until);
    assert_eq!(moments, (Micros::minutes(1), Some(Micros::days(10))));
    assert_eq!(service.rules, [("open".to_owned(), "From nine to seven.".to_owned())]);
}

#[test]
fn the_terms_of_a_service_are_not_those_of_the_cloud_api() {
    refused(
        "terms = \"auto-reply-1\"",
        "terms = §\"whatsapp-business-terms\"",
        "`terms` are \"whatsapp-business-terms\", those of the Cloud API: expected terms of the \
         service's own",
    );
}

#[test]
fn a_service_is_removed_after_it_was_added_and_before_the_end() {
    refused(
        "until = \"10d\"",
        "until = §\"30s\"",
        "it is added at 1m and removed at 30s: expected the earlier moment first",
    );
    refused(
        "until = \"10d\"",
        "until = §\"41d\"",
        "`until` is 41d, after the end: expected at most the `duration`, 40d",
    );
}

#[test]
fn a_business_that_runs_its_own_end_has_no_service_of_the_cloud_api() {
    refused(
        "name = \"Libreria Nord\"\n\n[business.auto_reply]",
        "name = \"Libreria Nord\"\nhop3 = \"on-premises\"\n\n§[business.auto_reply]",
        "`auto_reply` is a service of the Cloud API, and this business runs hop 3: expected no \
         `auto_reply`, or hop3 = \"cloud-api\"",
    );
}

#[test]
fn where_messages_are_only_counted_there_is_no_service() {
    let text = format!("{LEAST}[business.auto_reply]\nterms = \"own\"\n{SCALE}");
    let error = read(&text).unwrap_err().to_string();
    assert!(error.contains("messages are only counted"), "{error}");
}
