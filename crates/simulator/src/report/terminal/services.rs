//! What there is to say about an optional service beside its tables.

use super::line::{Ink, Line};
use crate::report::{
    model::ServiceSection,
    words::{clock, plural},
};

/// Who had it under which terms, and what it did.
pub(super) fn lines(section: &ServiceSection) -> Vec<Line> {
    let terms = section.terms.iter().map(|one| {
        let from = clock(one.from_ms.saturating_mul(1_000));
        let until = one.until_ms.map(|until| clock(until.saturating_mul(1_000)));
        let until = until.unwrap_or_else(|| "the end".to_owned());
        Line::of(Ink::Strong, &one.business)
            .and(Ink::Plain, &format!(" had it from {from} to {until}, under "))
            .and(Ink::Strong, &one.terms_id)
    });
    let did = format!(
        "{} processed, {} written for businesses",
        plural(section.processed, "message"),
        plural(section.replies, "answer"),
    );
    terms.chain([Line::of(Ink::Faint, &did)]).collect()
}
