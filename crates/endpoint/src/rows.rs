//! The rows of one account: their keys, and the encodings that are ours alone.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `me` | identity, registration id, counters | key material | with the account |
//! | `spk` `opk` `kem` | private prekeys | key material | until used or replaced |
//! | `base` | base keys seen with a last-resort prekey | ratchet state | with the account |
//! | `ses` | sessions, in four parts | ratchet state | with the session |
//! | `pin` | identities of others | connection metadata | with the account |
//! | `seen` | ids of opened messages and receipts | connection metadata | 31 days |
//! | `sent` | to whom a message went, and how far it got | connection metadata | 31 days |
//! | `retry` | how often a message was asked for again | connection metadata | 31 days |
//! | `sealed` | how a kept message was last encrypted | connection metadata | 31 days |
//! | `kept` | messages for retransmission | message content (vault) | 30 days |
//! | `wait` | messages that wait for a bundle | message content (vault) | until done |
//! | `ask` | requests to the transport | message content (vault) | until answered |
//! | `put` | messages whose files are on their way out | message content (vault) | until done |
//! | `get` | messages whose files are on their way in | message content (vault) | until done |
//! | `out` `got` | encrypted blobs of these, or pieces of them | message content | until done |
//! | `gone` | up to where the mailbox speaks of a deleted account | connection metadata | 31 days |
//! | `fetch` | which bundle is being fetched | connection metadata | as its request |
//!
//! Every key begins with its table and the keyed hash of the account's own number.

use alloc::vec::Vec;

use prost::Message;
use store::Key;
use vocab::{Address, BlobId, MessageId};

use crate::vault::NAME_BYTES;

/// Tables whose rows are messages on their way, for whoever asks what became of one.
pub const ON_THEIR_WAY: [&str; 3] = [WAIT, ASK, PUT];

/// Tables that back-ups leave out: whoever is restored must not go back to ratchets and prekeys
/// that were used since, and sets itself up anew, with nothing of the old set-up under way.
pub const NOT_IN_BACKUPS: [&str; 9] =
    ["me", "spk", "opk", "kem", "base", "ses", "fetch", WAIT, ASK];

const WAIT: &str = "wait";
const ASK: &str = "ask";
const PUT: &str = "put";

/// The keyed hash of an account's number.
pub type Name = [u8; NAME_BYTES];

/// Keys of the rows of one account.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// The account.
    pub name: Name,
}

impl Keys {
    fn table(self, table: &str) -> Key {
        Key::table(table).with(&self.name)
    }

    /// The account itself.
    pub fn me(self) -> Key {
        self.table("me")
    }

    /// A signed prekey.
    pub fn signed(self, id: u32) -> Key {
        self.table("spk").with(&id.to_be_bytes())
    }

    /// A one-time prekey.
    pub fn one_time(self, id: u32) -> Key {
        self.table("opk").with(&id.to_be_bytes())
    }

    /// A KEM prekey, one-time or last-resort.
    pub fn kem(self, id: u32) -> Key {
        self.table("kem").with(&id.to_be_bytes())
    }

    /// A base key that was seen with these prekeys.
    pub fn base(self, kem: u32, signed: u32, base: &[u8; 32]) -> Key {
        self.table("base").with(&kem.to_be_bytes()).with(&signed.to_be_bytes()).with(base)
    }

    /// One part of the session with a device.
    pub fn session(self, peer: &Name, device: u8, part: u8) -> Key {
        self.table("ses").with(peer).with(&[device, part])
    }

    /// All parts of all sessions.
    pub fn sessions(self) -> Key {
        self.table("ses")
    }

    /// The identity of somebody else.
    pub fn pin(self, peer: &Name) -> Key {
        self.table("pin").with(peer)
    }

    /// An envelope that was dealt with.
    pub fn seen(self, peer: &Name, id: MessageId) -> Key {
        self.table("seen").with(peer).with(&id.0)
    }

    /// A message of ours.
    pub fn sent(self, id: MessageId) -> Key {
        self.table("sent").with(&id.0)
    }

    /// A message that we asked for again.
    pub fn retry(self, peer: &Name, id: MessageId) -> Key {
        self.table("retry").with(peer).with(&id.0)
    }

    /// All messages kept for retransmission.
    pub fn all_kept(self) -> Key {
        self.table("kept")
    }

    /// A message kept for retransmission.
    pub fn kept(self, id: MessageId) -> Key {
        self.table("kept").with(&id.0)
    }

    /// How a kept message was last encrypted.
    pub fn sealed(self, id: MessageId) -> Key {
        self.table("sealed").with(&id.0)
    }

    /// Messages that wait for the bundle of a device.
    pub fn waiting(self, peer: &Name, device: u8) -> Key {
        self.table(WAIT).with(peer).with(&[device])
    }

    /// All requests to the transport.
    pub fn asks(self) -> Key {
        self.table(ASK)
    }

    /// One request to the transport.
    pub fn ask(self, id: u64) -> Key {
        self.asks().with_number(id)
    }

    /// A message whose file is on its way out.
    pub fn put(self, blob: BlobId) -> Key {
        self.table(PUT).with(&blob.0)
    }

    /// The blob of one, a queue.
    pub fn blob(self, blob: BlobId) -> Key {
        self.table("out").with(&blob.0)
    }

    /// Messages whose file is on its way in.
    pub fn get(self, peer: &Name, blob: BlobId) -> Key {
        self.table("get").with(peer).with(&blob.0)
    }

    /// What there is of its blob, a queue.
    pub fn got(self, peer: &Name, blob: BlobId) -> Key {
        self.table("got").with(peer).with(&blob.0)
    }

    /// Whose account is gone.
    pub fn gone(self, peer: &Name) -> Key {
        self.table("gone").with(peer)
    }

    /// All envelopes of somebody that were dealt with.
    pub fn all_seen(self, peer: &Name) -> Key {
        self.table("seen").with(peer)
    }

    /// All messages of ours.
    pub fn all_sent(self) -> Key {
        self.table("sent")
    }

    /// What is kept under the name of somebody else, but what was seen of theirs.
    pub fn named(self, peer: &Name) -> [Key; 5] {
        ["ses", "pin", "retry", WAIT, "fetch"].map(|table| self.table(table).with(peer))
    }

    /// The fetch of a device's bundle that is under way.
    pub fn fetch(self, peer: &Name, device: u8) -> Key {
        self.table("fetch").with(peer).with(&[device])
    }
}

/// The row `me`.
#[derive(Clone, PartialEq, Message)]
pub struct MeRow {
    /// How far registration has come: [`REGISTERING`], [`PUBLISHING`] or [`READY`].
    #[prost(uint32, tag = "1")]
    pub state: u32,
    /// Chosen once, 128 to 16,380, so that its encoding has one length.
    #[prost(uint32, tag = "2")]
    pub registration_id: u32,
    /// The identity key pair, as `signal::snapshot` encodes it.
    #[prost(bytes = "vec", tag = "3")]
    pub identity: Vec<u8>,
    /// Id of the next prekey of any kind.
    #[prost(uint32, tag = "4")]
    pub next_prekey: u32,
    /// The signed prekey that is published.
    #[prost(uint32, tag = "5")]
    pub signed: u32,
    /// The request that publishes more prekeys, while there is one.
    #[prost(uint64, tag = "6")]
    pub publishing: u64,
    /// One-time KEM prekeys that did not fit into that request.
    #[prost(uint32, tag = "7")]
    pub more_kem: u32,
}

/// The number is being claimed.
pub const REGISTERING: u32 = 1;
/// The number is ours; the first prekeys are being published.
pub const PUBLISHING: u32 = 2;
/// Messages can come and go.
pub const READY: u32 = 3;

/// The row `sent`.
#[derive(Clone, PartialEq, Message)]
pub struct SentRow {
    /// Keyed hash of the recipient.
    #[prost(bytes = "vec", tag = "1")]
    pub peer: Vec<u8>,
    /// The recipient's device.
    #[prost(uint32, tag = "2")]
    pub device: u32,
    /// The transport has taken it over.
    #[prost(bool, tag = "3")]
    pub accepted: bool,
    /// The recipient's device has it.
    #[prost(bool, tag = "4")]
    pub delivered: bool,
    /// The recipient has read it.
    #[prost(bool, tag = "5")]
    pub read: bool,
    /// The recipient has listened to it.
    #[prost(bool, tag = "6")]
    pub played: bool,
    /// Nobody has the number that it was written to, and it goes to that number's other form.
    #[prost(bool, tag = "7")]
    pub other_form: bool,
}

/// A message in the vault: in `kept` and in `wait`.
#[derive(Clone, PartialEq, Message)]
pub struct KeptRow {
    /// The message.
    #[prost(bytes = "vec", tag = "1")]
    pub id: Vec<u8>,
    /// Digits of the recipient's number.
    #[prost(string, tag = "2")]
    pub to: alloc::string::String,
    /// The recipient's device.
    #[prost(uint32, tag = "3")]
    pub device: u32,
    /// The encoded content; empty in `wait` for a message that is kept already.
    #[prost(bytes = "vec", tag = "4")]
    pub content: Vec<u8>,
}

/// The row `put`: a message whose file is on its way out.
#[derive(Clone, PartialEq, Message)]
pub struct PutRow {
    /// Digits of the recipient's number.
    #[prost(string, tag = "1")]
    pub to: alloc::string::String,
    /// The recipient's device.
    #[prost(uint32, tag = "2")]
    pub device: u32,
    /// The encoded content.
    #[prost(bytes = "vec", tag = "3")]
    pub content: Vec<u8>,
    /// The piece that the transport is asked to store.
    #[prost(uint32, tag = "4")]
    pub next: u32,
}

/// The row `get`: messages whose file is on its way in.
#[derive(Clone, PartialEq, Message)]
pub struct GetRow {
    /// Their encoded contents, at most [`vocab::limits::MAX_WAITING_FOR_BLOB`].
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub contents: Vec<Vec<u8>>,
    /// The piece that the transport is asked for.
    #[prost(uint32, tag = "2")]
    pub next: u32,
}

/// The row `sealed`: how a kept message was last encrypted.
#[derive(Clone, PartialEq, Message)]
pub struct SealedRow {
    /// The identity it was first encrypted to: 33 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub identity: Vec<u8>,
    /// The base key of the session that last sealed it: 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub base: Vec<u8>,
    /// How often it was sealed again.
    #[prost(uint32, tag = "3")]
    pub attempt: u32,
}

/// The row `gone`.
#[derive(Clone, PartialEq, Message)]
pub struct GoneRow {
    /// Places of the mailbox whose notices were dealt with; what stands before the greatest is
    /// about whoever had the number then.
    #[prost(uint64, repeated, tag = "1")]
    pub places: Vec<u64>,
    /// Those of them after which everything was forgotten: a late copy forgets nothing, for it may
    /// be the next owner's by now.
    #[prost(uint64, repeated, tag = "2")]
    pub done: Vec<u64>,
}

/// The row `retry`.
#[derive(Clone, PartialEq, Message)]
pub struct RetryRow {
    /// How often the message was asked for again.
    #[prost(uint32, tag = "1")]
    pub asked: u32,
    /// The newest transmission that could not be opened.
    #[prost(uint32, tag = "2")]
    pub attempt: u32,
}

/// The parts of an address, as rows and keys need them.
pub(crate) struct Peer {
    pub(crate) address: Address,
    pub(crate) name: Name,
}

impl Peer {
    pub(crate) const fn device(&self) -> u8 {
        self.address.device.get()
    }
}
