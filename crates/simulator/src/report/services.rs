//! A report with the section of an optional service, for the tests of every form of it.

use super::{
    model::{Report, ServiceSection, ServiceTerms},
    sample,
};

/// The sample, whose bakery had a service for an hour.
pub(super) fn with_a_service() -> Report {
    let mut report = sample::bakery();
    let of_cloud = |actor: &str| actor == "cloud_api";
    let mut views: Vec<_> =
        report.views.iter().filter(|cell| of_cloud(&cell.actor)).cloned().collect();
    let mut stored: Vec<_> =
        report.stored.iter().filter(|at| of_cloud(&at.actor)).take(1).cloned().collect();
    views.iter_mut().for_each(|cell| cell.actor = "auto_reply".to_owned());
    for at in &mut stored {
        (at.actor, at.node) = ("auto_reply".to_owned(), "auto-reply".to_owned());
        at.data_class = "audit".to_owned();
    }
    report.services = vec![ServiceSection {
        service: "auto_reply".to_owned(),
        actor: "auto_reply".to_owned(),
        terms: vec![ServiceTerms {
            business: "forno".to_owned(),
            terms_id: "auto-reply-terms-1".to_owned(),
            from_ms: 60_000,
            until_ms: Some(3_660_000),
        }],
        processed: 2,
        replies: 1,
        views,
        stored,
    }];
    report
}
