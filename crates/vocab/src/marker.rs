//! Reference words: what makes a piece of data recognisable wherever its bytes turn up.
//!
//! A reference is 30 characters, lower-case letters and digits only, so that few encodings change
//! it: a tag of 8 that says what kind of data it is, and 22 that are unique. Every business record,
//! billing row, statistics export and integrity record carries one, as records of such systems do;
//! the canary in a simulated text has the same form. See docs/decisions on the canary.

use alloc::string::String;

use crate::class::DataClass;

/// Characters of a tag.
pub const TAG_CHARS: usize = 8;
/// Characters behind the tag.
pub const UNIQUE_CHARS: usize = 22;

/// The tag of a class that is recognised by reference words; `None` for the others.
///
/// Phone numbers are their own markers.
pub const fn tag(class: DataClass) -> Option<&'static str> {
    match class {
        DataClass::MessageContent => Some("zq4msgxw"),
        DataClass::BusinessInformation => Some("zq4bizxw"),
        DataClass::Billing => Some("zq4bilxw"),
        DataClass::Statistics => Some("zq4staxw"),
        DataClass::IntegritySignals => Some("zq4intxw"),
        DataClass::ConsumerPhone
        | DataClass::KeyMaterial
        | DataClass::Credential
        | DataClass::RatchetState
        | DataClass::Template
        | DataClass::Consent
        | DataClass::ConnectionMetadata
        | DataClass::Audit => None,
    }
}

/// A reference word: the tag of `class` and 110 of the bits of `unique`, five to a character.
///
/// The tag is empty for a class that has none.
pub fn reference(class: DataClass, unique: [u8; 14]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut word = String::with_capacity(TAG_CHARS + UNIQUE_CHARS);
    word.push_str(tag(class).unwrap_or_default());
    let mut bits = unique.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    for _ in 0..UNIQUE_CHARS {
        let five = usize::try_from(bits & 31).unwrap_or_default();
        word.push(char::from(ALPHABET.get(five).copied().unwrap_or(b'a')));
        bits >>= 5;
    }
    word
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::{TAG_CHARS, UNIQUE_CHARS, reference, tag};
    use crate::class::DataClass;

    #[test]
    fn a_reference_is_thirty_letters_and_digits_that_no_escape_would_change() {
        let word = reference(DataClass::Billing, [0xa7; 14]);
        assert_eq!(word.len(), TAG_CHARS + UNIQUE_CHARS);
        assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    }

    #[test]
    fn every_kind_of_reference_has_a_tag_of_its_own() {
        let tags: BTreeSet<_> = DataClass::TABLE.into_iter().filter_map(tag).collect();
        assert_eq!(tags.len(), 5);
        assert!(tags.iter().all(|tag| tag.len() == TAG_CHARS));
    }
}
