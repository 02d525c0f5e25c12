//! What the transport can be asked, and the work that it makes of it.

use alloc::{boxed::Box, vec::Vec};

use hop::ExchangeId;
use store::Key;
use vocab::{Address, NoiseKey, PhoneNumber};
use wire::transport::ToTransport;

/// What the transport's operator can command: nothing yet, it is asked over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {}

/// A piece of work on rows.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// A request of an end.
    Ask(Box<Asked>),
    /// Push what waits in a mailbox behind its cursor.
    Push {
        /// Which mailbox.
        to: Mailbox,
        /// The last place that was pushed.
        after: Option<u64>,
        /// At most this many.
        room: usize,
    },
    /// Push again what was not acknowledged.
    PushAgain {
        /// Which mailbox.
        to: Mailbox,
        /// Their places.
        places: Vec<u64>,
    },
    /// Look into a mailbox that other nodes put envelopes into, and at what is left of prekeys.
    Look {
        /// Which mailbox.
        to: Mailbox,
    },
    /// Find what was being cleared when the node stopped.
    Resume {
        /// A cursor.
        after: Option<Key>,
    },
    /// Clear the directory of prekeys of an identity that is no longer there.
    Clear(Key),
    /// Find what was being erased when the node stopped.
    ResumeErasing {
        /// A cursor.
        after: Option<Key>,
    },
    /// Remove what is kept of an account that is gone.
    Erase(Key),
    /// Answer the back office.
    Page {
        /// The exchange to answer.
        id: ExchangeId,
        /// What is asked for.
        page: Page,
    },
}

/// A request of an end, and the link that it came on.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) link: NoiseKey,
    /// SHA-256 of the frame: request ids are the end's, and it may use one twice.
    pub(crate) digest: [u8; 32],
    pub(crate) request: ToTransport,
}

/// An open mailbox: whose, and where its owner is. A later opening has another number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mailbox {
    pub(crate) link: NoiseKey,
    pub(crate) address: Address,
    pub(crate) opening: u64,
}

/// A page of what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Integrity records.
    Integrity {
        /// A cursor: what stands behind the table's name in the last key.
        after: Vec<u8>,
    },
    /// Accounts.
    Accounts {
        /// A cursor, as above.
        after: Vec<u8>,
    },
    /// Mailboxes of one number.
    Mailboxes {
        /// The number.
        phone: PhoneNumber,
        /// A cursor, as above.
        after: Vec<u8>,
    },
}
