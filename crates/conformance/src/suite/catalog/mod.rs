//! All cases, by family.

mod adapter;
mod agree;
mod downgrade;
mod identity;
mod key;
mod limit;
mod long;
mod order;
mod point;
mod replay;
mod session;
mod sign;
mod spqr;
mod tamper;
mod wire;

use super::case::Case;

/// Every case, in the order in which they are played and listed.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    FAMILIES.iter().flat_map(|(_, cases, _)| cases.iter())
}

/// What a family is about.
pub(crate) fn about(family: &str) -> &'static str {
    let found = FAMILIES.iter().find(|(name, ..)| *name == family);
    found.map_or("", |(_, _, about)| about)
}

const FAMILIES: &[(&str, &[Case], &str)] = &[
    ("adapter", adapter::CASES, "The adapter protocol itself, without which nothing can be told."),
    ("agree", agree::CASES, "Two implementations that keep the rules understand each other."),
    ("order", order::ORDER, "Messages arrive late, in any order, or not at all."),
    ("duplicate", order::DUPLICATE, "What was opened once is never opened again."),
    ("limit", limit::CASES, "What one message may cost, and how much is kept for late ones."),
    ("long", long::CASES, "Sessions that last."),
    ("session", session::CASES, "Several sessions with one device, and which of them is used."),
    ("replay", replay::CASES, "First flights that are sent again, and prekeys that serve once."),
    ("sign", sign::CASES, "Signatures over the prekeys of a bundle."),
    ("key", key::CASES, "The wire form of keys: type bytes, lengths, and places."),
    ("point", point::CASES, "Points of small order, with a part of small order, or encoded twice."),
    ("tamper", tamper::CASES, "Genuine messages that were changed on the way."),
    ("wire", wire::CASES, "Bytes that are no message, and messages in an unusual encoding."),
    ("downgrade", downgrade::CASES, "Attempts to have less protection than both ends can."),
    ("identity", identity::CASES, "Who a message comes from, and whom it is meant for."),
    ("spqr", spqr::CASES, "The sparse post-quantum ratchet inside the Double Ratchet."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_has_an_id_of_its_own_in_its_family_and_says_what_and_why() {
        let mut ids = BTreeSet::new();
        for (family, cases, about) in FAMILIES {
            assert!(about.ends_with('.') && !cases.is_empty(), "{family}");
            for case in *cases {
                assert_eq!(case.family(), *family, "{}", case.id);
                let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
                assert!(case.id.chars().all(|c| letters(c) || "-.".contains(c)), "{}", case.id);
                assert!(ids.insert(case.id), "{} is there twice", case.id);
                for text in [case.claim, case.why] {
                    assert!(text.ends_with('.') && !text.contains('|'), "{}: {text}", case.id);
                }
                assert!(!case.section.is_empty() && !case.profiles.is_empty(), "{}", case.id);
                assert!(!case.roles.is_empty(), "{}", case.id);
            }
        }
        assert!(ids.len() >= 100, "{} cases", ids.len());
    }
}
