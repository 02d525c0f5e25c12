//! Each thing that may not be is seen.

use vocab::MessageId;

use super::{Seen, apart, seen_while_off, under_other_terms, unheard};
use crate::{
    report::model::{Cell, ServiceSection, ServiceTerms},
    scenario::BASE_TERMS,
    watch::services::{Change, Processed, Services},
};

const MINUTE: u64 = 60_000_000;
const ID: MessageId = MessageId([1; 16]);

fn change(minute: u64, terms: Option<&str>) -> Change {
    Change { at_us: minute * MINUTE, terms: terms.map(str::to_owned) }
}

/// The bakery has the service from minute 1 to minute 5, and a message opened at this minute was
/// processed.
fn told(opened: u64) -> Services {
    let mut services = Services::default();
    let changes = vec![change(1, Some("own")), change(5, None)];
    let key = |who: &str| (who.to_owned(), "auto_reply".to_owned());
    services.wanted.insert(key("bakery"), changes.clone());
    services.acted.insert(key("100"), changes);
    services.opened.insert(ID, (opened * MINUTE, "100".to_owned()));
    services.processed.push(Processed {
        service: "auto_reply".to_owned(),
        business: "bakery".to_owned(),
        message: Some(ID),
        terms: "own".to_owned(),
    });
    services
}

fn seen(business: Option<&str>) -> [Seen; 1] {
    [Seen { what: "it".to_owned(), id: Some(ID), business: business.map(str::to_owned) }]
}

#[test]
fn what_is_seen_while_the_service_is_on_is_as_it_should_be() {
    assert_eq!(seen_while_off(&told(2), &seen(Some("bakery"))), [""; 0]);
    assert_eq!(under_other_terms(&told(2)), [""; 0]);
    assert_eq!(unheard(&told(2), &[("100".to_owned(), "bakery".to_owned())], 60 * MINUTE), [""; 0]);
}

#[test]
fn what_is_seen_before_the_service_is_on_or_after_or_of_another_business_is_not() {
    for opened in [0, 6] {
        assert_eq!(seen_while_off(&told(opened), &seen(Some("bakery"))).len(), 1, "{opened}");
    }
    // The florist has no service, and no event says that anything of it was processed.
    assert_eq!(seen_while_off(&told(2), &seen(Some("florist"))).len(), 2);
    assert_eq!(seen_while_off(&told(2), &seen(None)).len(), 1);
}

#[test]
fn what_is_seen_and_not_told_as_processed_is_not() {
    let mut services = told(2);
    services.processed.clear();
    assert_eq!(seen_while_off(&services, &seen(Some("bakery"))).len(), 1);
}

#[test]
fn what_is_seen_after_the_removal_and_before_the_cloud_api_heard_of_it_is_a_delay() {
    let mut services = told(6);
    for changes in services.acted.values_mut() {
        *changes = vec![change(1, Some("own")), change(7, None)];
    }
    assert_eq!(seen_while_off(&services, &seen(Some("bakery"))), [""; 0]);
    let numbers = [("100".to_owned(), "bakery".to_owned())];
    assert_eq!(unheard(&services, &numbers, 60 * MINUTE).len(), 1, "a delay that is too long");
}

#[test]
fn the_terms_of_the_cloud_api_and_those_of_nobody_are_not_those_of_the_service() {
    for terms in [BASE_TERMS, "none"] {
        let mut services = told(2);
        services.processed[0].terms = terms.to_owned();
        assert_eq!(under_other_terms(&services).len(), 1, "{terms}");
    }
    let mut services = told(2);
    for changes in services.wanted.values_mut() {
        changes[0].terms = Some(BASE_TERMS.to_owned());
    }
    services.processed[0].terms = BASE_TERMS.to_owned();
    assert_eq!(under_other_terms(&services).len(), 1, "agreed to as terms of the service");
}

#[test]
fn a_row_in_the_base_section_and_a_service_without_a_section_are_seen() {
    let services = told(2);
    let terms = ServiceTerms {
        business: "bakery".to_owned(),
        terms_id: "own".to_owned(),
        from_ms: 60_000,
        until_ms: Some(300_000),
    };
    let section = ServiceSection {
        service: "auto_reply".to_owned(),
        terms: vec![terms],
        ..ServiceSection::default()
    };
    let cell = |actor: &str| Cell {
        data_class: "message_content".to_owned(),
        actor: actor.to_owned(),
        policy: None,
        measured: None,
        attempts: 0,
        refused: 0,
        bytes_scanned: 0,
        markers: 0,
        found: 0,
        verdict: None,
        first: None,
        disclosed: 0,
    };
    let (base, mixed) = (cell("cloud_api"), cell("auto_reply"));
    let sections = [section];
    assert_eq!(apart(&services, &sections, &[&base]), [""; 0]);
    assert_eq!(apart(&services, &sections, &[&base, &mixed]).len(), 1);
    assert_eq!(apart(&services, &[], &[&base]).len(), 1);
}
