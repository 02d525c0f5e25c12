//! Marker words: what is planted in the data so that finding it proves that somebody saw it.

pub use vocab::marker::TAG_CHARS;
use vocab::{
    DataClass,
    marker::{UNIQUE_CHARS, tag},
};

/// What kind of data a marker was planted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkerClass {
    /// A canary in the visible text of a message, or a window of a text that is not ours.
    MessageContent,
    /// A record about a business.
    BusinessRecord,
    /// A row of a bill.
    BillingRow,
    /// A cell of exported statistics.
    StatisticsExport,
    /// A record of integrity signals.
    IntegrityRecord,
    /// A person's phone number.
    ConsumerPhone,
}

impl MarkerClass {
    /// Every class, in the order of the tags in the automaton.
    pub const ALL: [Self; 6] = [
        Self::MessageContent,
        Self::BusinessRecord,
        Self::BillingRow,
        Self::StatisticsExport,
        Self::IntegrityRecord,
        Self::ConsumerPhone,
    ];

    /// The [`TAG_CHARS`] characters that every marker of this class starts with: for words those
    /// of [`vocab::marker`], since the hops make such words too.
    ///
    /// No tag starts with what another ends with, so tags never overlap each other. The tag of
    /// phone numbers begins with 999, a country code that no country has.
    pub const fn tag(self) -> &'static str {
        match tag(self.data_class()) {
            Some(tag) => tag,
            None => PHONE_TAG,
        }
    }

    /// The class of data that a marker of this class stands for.
    pub const fn data_class(self) -> DataClass {
        match self {
            Self::MessageContent => DataClass::MessageContent,
            Self::BusinessRecord => DataClass::BusinessInformation,
            Self::BillingRow => DataClass::Billing,
            Self::StatisticsExport => DataClass::Statistics,
            Self::IntegrityRecord => DataClass::IntegritySignals,
            Self::ConsumerPhone => DataClass::ConsumerPhone,
        }
    }

    /// How many characters follow the tag.
    pub(super) const fn body_chars(self) -> usize {
        match self {
            Self::MessageContent
            | Self::BusinessRecord
            | Self::BillingRow
            | Self::StatisticsExport
            | Self::IntegrityRecord => BODY_CHARS,
            Self::ConsumerPhone => PHONE_BODY_DIGITS,
        }
    }

    /// Whether `byte` can stand in a marker of this class after the tag.
    pub(super) const fn in_body(self, byte: u8) -> bool {
        match self {
            Self::MessageContent
            | Self::BusinessRecord
            | Self::BillingRow
            | Self::StatisticsExport
            | Self::IntegrityRecord => matches!(byte, b'a'..=b'z' | b'2'..=b'7'),
            Self::ConsumerPhone => byte.is_ascii_digit(),
        }
    }
}

/// One marker: which piece of data of which class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker {
    /// The kind of data.
    pub class: MarkerClass,
    /// Which one; the caller's own numbering, for each class.
    pub id: u64,
}

/// Length of the part of a word that tells markers of one class apart: 110 bits.
pub const BODY_CHARS: usize = UNIQUE_CHARS;
/// Length of a marker word.
pub const WORD_CHARS: usize = TAG_CHARS + BODY_CHARS;
/// A word that was cut short still names its marker with this many characters after the tag.
pub const MIN_BODY_CHARS: usize = 6;
/// Digits of a drawn phone number after its tag; 15 in all, the most that E.164 allows.
pub const PHONE_BODY_DIGITS: usize = 7;
const PHONE_TAG: &str = "99900417";
