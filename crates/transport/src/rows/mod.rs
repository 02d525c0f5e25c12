//! The rows of the transport: what is in them, their classes and how long they may be read.
//!
//! A row of class `ConsumerPhone` holds a clear number in its value: accounts, and the envelopes in
//! mailboxes, whose headers route by number. Keys and all other rows know numbers by alias only.

pub(crate) mod keys;

use alloc::{string::String, vec::Vec};

use prost::Message;
use vocab::{DataClass, Keep, Micros, Reason, limits};
use wire::transport::{KemPrekey, Prekey, SignedPrekey};

use crate::{
    handle::{Attempt, Stop},
    output::Refusal,
};

/// A row: one encoding, one class, one expiry.
pub(crate) trait Kept: Message + Default {
    const CLASS: DataClass;
    const KEEP: Keep;
}

/// Reads a row.
pub(crate) fn read<R: Kept>(
    attempt: &mut Attempt<'_>,
    key: &store::Key,
) -> Result<Option<R>, Stop> {
    attempt.read(key)?.map(|bytes| decode(&bytes)).transpose()
}

/// Writes a row.
pub(crate) fn write<R: Kept>(attempt: &mut Attempt<'_>, key: store::Key, row: &R) {
    attempt.write(key, row.encode_to_vec(), R::CLASS, R::KEEP);
}

/// Reads the value of a row.
pub(crate) fn decode<R: Kept>(bytes: &[u8]) -> Result<R, Stop> {
    R::decode(bytes).map_err(|_| Stop::Refused(Refusal::Damaged))
}

macro_rules! kept {
    ($row:ty, $class:ident, $keep:expr) => {
        impl Kept for $row {
            const CLASS: DataClass = DataClass::$class;
            const KEEP: Keep = $keep;
        }
    };
}

/// A number, and the link that it belongs to.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Account {
    #[prost(string, tag = "1")]
    pub(crate) phone: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) link: Vec<u8>,
    /// Whether the Cloud API acts for it.
    #[prost(bool, tag = "3")]
    pub(crate) hosted: bool,
    #[prost(uint32, repeated, tag = "4")]
    pub(crate) devices: Vec<u32>,
    /// Numbers that it blocks.
    #[prost(uint32, tag = "5")]
    pub(crate) blocked: u32,
    /// Whoever had the number before blocked businesses that are still kept off.
    #[prost(bool, tag = "6")]
    pub(crate) suppressed: bool,
}
kept!(Account, ConsumerPhone, Keep::Never(Reason::Account));

/// How many numbers a link has claimed.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Claims {
    #[prost(uint32, tag = "1")]
    pub(crate) accounts: u32,
}
kept!(Claims, ConnectionMetadata, Keep::Never(Reason::Account));

/// What a session towards a device starts from, apart from its one-time prekeys.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Device {
    #[prost(uint32, tag = "1")]
    pub(crate) registration_id: u32,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) identity_key: Vec<u8>,
    /// One more with each new identity; the keys of one-time prekeys bear it.
    #[prost(uint64, tag = "3")]
    pub(crate) generation: u64,
    #[prost(message, optional, tag = "4")]
    pub(crate) signed: Option<SignedPrekey>,
    #[prost(message, optional, tag = "5")]
    pub(crate) last_resort: Option<KemPrekey>,
}
kept!(Device, ConnectionMetadata, Keep::Never(Reason::Account));

kept!(Prekey, ConnectionMetadata, Keep::Never(Reason::Account));
kept!(KemPrekey, ConnectionMetadata, Keep::Never(Reason::Account));

/// How many one-time prekeys a device has in the directory: never fewer than are there, since a key
/// that is taken just before a crash is still counted.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Stock {
    #[prost(uint32, tag = "1")]
    pub(crate) one_time: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) kem_one_time: u32,
    /// What everybody together has used up of [`limits::ONE_TIME_PER_DEVICE`].
    #[prost(fixed64, tag = "3")]
    pub(crate) spent: u64,
}
kept!(Stock, ConnectionMetadata, Keep::Never(Reason::Account));

/// A one-time prekey was published: it joins the directory once, even if its upload is repeated
/// when the key has left already.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Published {
    /// SHA-256 of the public key.
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) digest: Vec<u8>,
}
kept!(Published, ConnectionMetadata, Keep::For(limits::DEDUPE_AGE));

/// The prekeys of an earlier identity are to be cleared. The key says whose.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Clearing {}
kept!(Clearing, ConnectionMetadata, Keep::Never(Reason::UntilDone));

/// The answer to a request.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Answered {
    /// SHA-256 of the request.
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) digest: Vec<u8>,
    /// The frame that answered it.
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) frame: Vec<u8>,
}
kept!(Answered, ConnectionMetadata, Keep::For(limits::ANSWER_AGE));

/// An envelope was accepted; the key says which.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Accepted {}
kept!(Accepted, ConnectionMetadata, Keep::For(limits::DEDUPE_AGE));

/// An envelope in a mailbox: ciphertext, and headers with clear numbers.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Mail {
    /// The transport's day when it came, to count it out on the day that it was counted in.
    #[prost(uint64, tag = "1")]
    pub(crate) day: u64,
    /// As the sender wrote it.
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) envelope: Vec<u8>,
    /// Instead of an envelope: that an account is gone. It counts for no quota.
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) notice: Vec<u8>,
}
kept!(Mail, ConsumerPhone, Keep::For(limits::MAILBOX_AGE));

/// What waits in a mailbox, by the day it came, so that what expires unseen is counted out too.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Fill {
    #[prost(message, repeated, tag = "1")]
    pub(crate) days: Vec<FillOfDay>,
}
// A day longer than what it counts.
kept!(
    Fill,
    ConnectionMetadata,
    Keep::For(Micros(limits::MAILBOX_AGE.0.saturating_add(Micros::days(1).0)))
);

/// Of one day.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct FillOfDay {
    #[prost(uint64, tag = "1")]
    pub(crate) day: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) envelopes: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) bytes: u64,
}

/// Somebody blocks somebody; the key says who whom.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Block {}
kept!(Block, ConnectionMetadata, Keep::Never(Reason::Account));

/// A report. Its class is `MessageContent` where the person attached content.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Report {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) about: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub(crate) ids: Vec<Vec<u8>>,
    #[prost(string, repeated, tag = "3")]
    pub(crate) attached: Vec<String>,
}

impl Report {
    /// By what is in it.
    pub(crate) const fn class(&self) -> DataClass {
        if self.attached.is_empty() {
            DataClass::ConnectionMetadata
        } else {
            DataClass::MessageContent
        }
    }
}

/// What is noticed about a business's way of messaging.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Integrity {
    /// The business's number, which is public.
    #[prost(string, tag = "1")]
    pub(crate) phone: String,
    #[prost(string, tag = "2")]
    pub(crate) reference: String,
    /// Messages, retransmissions not counted.
    #[prost(uint64, tag = "3")]
    pub(crate) sent: u64,
    /// Recipients, each counted once in [`limits::CONTACT_AGE`].
    #[prost(uint64, tag = "4")]
    pub(crate) recipients: u64,
    #[prost(uint64, tag = "5")]
    pub(crate) reports: u64,
    /// People who block it now.
    #[prost(uint64, tag = "6")]
    pub(crate) blocks: u64,
    /// Messages to people who block it.
    #[prost(uint64, tag = "7")]
    pub(crate) dropped: u64,
    /// The day that the three after it are counted in.
    #[prost(uint64, tag = "8")]
    pub(crate) day: u64,
    /// Recipients of that day.
    #[prost(uint64, tag = "9")]
    pub(crate) reached: u64,
    /// Recipients of that day who had not written to the business.
    #[prost(uint64, tag = "10")]
    pub(crate) unasked: u64,
    /// Recipients who reported it that day.
    #[prost(uint64, tag = "11")]
    pub(crate) reporters: u64,
    /// What is used up of [`limits::MESSAGES_PER_BUSINESS`].
    #[prost(fixed64, tag = "12")]
    pub(crate) spent: u64,
    /// How often it was flagged, and for what last.
    #[prost(uint64, tag = "13")]
    pub(crate) flags: u64,
    #[prost(string, tag = "14")]
    pub(crate) signal: String,
    /// Until when it reaches only those who wrote to it, by the transport's clock.
    #[prost(fixed64, tag = "15")]
    pub(crate) throttled_until: u64,
}
kept!(Integrity, IntegritySignals, Keep::Never(Reason::BusinessRecord));

/// A business and somebody who wrote to it, or to whom it wrote; the key says who.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Contact {
    /// Whether the other one wrote to the business.
    #[prost(bool, tag = "1")]
    pub(crate) asked: bool,
    /// When the other one was last counted as a recipient, by the transport's clock; 0 for never.
    #[prost(fixed64, tag = "2")]
    pub(crate) counted: u64,
}
kept!(Contact, IntegritySignals, Keep::For(limits::CONTACT_KEPT));

/// A business that may hold something of somebody; the key says who and which. It stays when the
/// contact is forgotten, for what a session is made of does too.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Known {}
kept!(Known, ConnectionMetadata, Keep::Never(Reason::Account));

/// An account is gone and what is kept of it is being removed; the key says whose.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Erasing {
    /// For those who are to be told; it goes with this row.
    #[prost(string, tag = "1")]
    pub(crate) phone: String,
    /// How many steps are done.
    #[prost(uint32, tag = "2")]
    pub(crate) step: u32,
    /// How far the next one has come: a key of a row, or nothing.
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) after: Vec<u8>,
}
kept!(Erasing, ConsumerPhone, Keep::Never(Reason::UntilDone));

/// All that outlives an account: hashes of who did not want to hear of whom.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Suppressed {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(crate) businesses: Vec<Vec<u8>>,
    /// Until when, by the transport's clock.
    #[prost(fixed64, tag = "2")]
    pub(crate) until: u64,
}
kept!(Suppressed, ConnectionMetadata, Keep::For(limits::SUPPRESSION_AGE));

/// Somebody reported a business, and counts once in its time; the key says who.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Reporter {}
kept!(Reporter, IntegritySignals, Keep::For(limits::CONTACT_AGE));

/// How many numbers there are.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Census {
    #[prost(uint64, tag = "1")]
    pub(crate) accounts: u64,
}
kept!(Census, ConnectionMetadata, Keep::Never(Reason::Aggregate));

/// The code that a number was sent for a link: hashes, so that no copy of the store tells it.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Code {
    /// Of the newest, and of the one before where a request was repeated.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(crate) hashes: Vec<Vec<u8>>,
    /// The request that it was sent for, and how often.
    #[prost(fixed64, tag = "2")]
    pub(crate) request: u64,
    #[prost(uint32, tag = "3")]
    pub(crate) copies: u32,
    /// Wrong guesses.
    #[prost(uint32, tag = "4")]
    pub(crate) tries: u32,
    /// Until when it can be used, by the transport's clock.
    #[prost(fixed64, tag = "5")]
    pub(crate) until: u64,
}
kept!(Code, Credential, Keep::For(limits::CODE_AGE));

/// What is used up of the limits on codes of a number.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Codes {
    #[prost(fixed64, tag = "1")]
    pub(crate) sent: u64,
    #[prost(fixed64, tag = "2")]
    pub(crate) tried: u64,
}
kept!(Codes, ConnectionMetadata, Keep::For(limits::CALLER_AGE));

/// What a link has used up of its limits.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Caller {
    /// Of codes.
    #[prost(fixed64, tag = "1")]
    pub(crate) codes: u64,
    /// Of new numbers.
    #[prost(fixed64, tag = "2")]
    pub(crate) numbers: u64,
}
kept!(Caller, ConnectionMetadata, Keep::For(limits::CALLER_AGE));

/// What an account has used up of the bytes that it may store in blobs.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Stored {
    #[prost(fixed64, tag = "1")]
    pub(crate) spent: u64,
}
kept!(Stored, ConnectionMetadata, Keep::For(limits::CALLER_AGE));

/// A link asked about a number or wrote to it, whether anybody has the number or not.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Met {
    /// What is used up of bundles of it.
    #[prost(fixed64, tag = "1")]
    pub(crate) bundles: u64,
    /// Of one-time prekeys of it.
    #[prost(fixed64, tag = "2")]
    pub(crate) one_time: u64,
}
kept!(Met, ConnectionMetadata, Keep::For(limits::MET_AGE));
