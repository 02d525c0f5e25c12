//! What ends and the transport say to each other.

use alloc::{string::String, vec::Vec};

#[cfg(doc)]
use vocab::limits;
use vocab::{Address, BlobId, MessageId, Micros, PhoneNumber, UnixMicros};

use super::{Bundle, KemPrekey, Prekey, ReceiptKind, SignedPrekey, Status};

/// Which version of the schema is spoken.
pub const VERSION: u32 = 2;

/// Digits of a registration code.
pub const CODE_DIGITS: usize = 6;

/// A request of an end.
#[derive(Clone, Debug, PartialEq)]
pub struct ToTransport {
    /// Chosen by the end; the answer bears it.
    pub id: u64,
    /// What is asked.
    pub ask: Ask,
}

/// What an end can ask of the transport.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Claim a number for the key of this link.
    Register {
        /// The number and device.
        address: Address,
        /// The end's registration id.
        registration_id: u32,
        /// Its public identity key, as sent.
        identity_key: Vec<u8>,
        /// The code that came to the number: six digits, or nothing the first time.
        code: String,
    },
    /// Have a code sent to the number that is to be claimed.
    RequestCode {
        /// The number and device.
        address: Address,
    },
    /// Add prekeys to the directory.
    Publish {
        /// Whose they are.
        address: Address,
        /// A new signed prekey, if there is one.
        signed: Option<SignedPrekey>,
        /// One-time prekeys.
        one_time: Vec<Prekey>,
        /// One-time KEM prekeys.
        kem_one_time: Vec<KemPrekey>,
        /// A new KEM prekey of last resort, if there is one.
        kem_last_resort: Option<KemPrekey>,
    },
    /// Ask for somebody's bundle.
    Fetch {
        /// Whose.
        address: Address,
    },
    /// Carry an envelope.
    Send(Envelope),
    /// Forget delivered envelopes.
    Ack {
        /// Whose mailbox.
        address: Address,
        /// Their places.
        places: Vec<u64>,
    },
    /// Push what waits.
    Hello {
        /// For whom.
        address: Address,
    },
    /// Report a business.
    Report {
        /// Who reports.
        by: PhoneNumber,
        /// The business's number.
        about: PhoneNumber,
        /// The messages.
        ids: Vec<MessageId>,
        /// What the person chose to disclose of them.
        attached: Vec<String>,
    },
    /// Store one piece of a blob.
    PutPiece {
        /// Whose blob it is.
        by: PhoneNumber,
        /// Its name.
        blob: BlobId,
        /// Which piece, below [`limits::MAX_BLOB_PIECES`].
        number: u32,
        /// At least one byte, at most [`limits::BLOB_PIECE`].
        bytes: Vec<u8>,
    },
    /// Ask for one piece of a blob.
    GetPiece {
        /// Who asks.
        by: PhoneNumber,
        /// Whose blob it is.
        of: PhoneNumber,
        /// Its name.
        blob: BlobId,
        /// Which piece.
        number: u32,
    },
    /// Delete an account, with all that is kept of it.
    DeleteAccount {
        /// Whose.
        phone: PhoneNumber,
    },
    /// Block a number, or stop blocking it.
    Block {
        /// Who blocks.
        by: PhoneNumber,
        /// Whom.
        blocked: PhoneNumber,
        /// Whether from now on, or no longer.
        on: bool,
    },
}

/// One message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The same for every transmission of the message.
    pub id: MessageId,
    /// Who sent it.
    pub from: Address,
    /// Who is to have it.
    pub to: Address,
    /// What it is.
    pub payload: Payload,
    /// When, by the sender's clock.
    pub sent_at: UnixMicros,
    /// 0 for the first transmission.
    pub attempt: u32,
}

/// An account was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose mailbox it waits in.
    pub to: Address,
    /// The number that has no account any more.
    pub phone: PhoneNumber,
    /// Messages of the mailbox's owner that waited for it, at most [`limits::MAX_NOTICE_IDS`].
    pub ids: Vec<MessageId>,
}

/// What an envelope holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A SignalMessage.
    Message(Vec<u8>),
    /// A PreKeySignalMessage.
    PreKey(Vec<u8>),
    /// A receipt, which the transport reads too.
    Receipt {
        /// What it says.
        kind: ReceiptKind,
        /// Of which messages, at least one.
        ids: Vec<MessageId>,
        /// Which attempt of them.
        attempt: u32,
    },
}

impl Payload {
    /// The ciphertext; `None` for a receipt.
    pub fn ciphertext(&self) -> Option<&[u8]> {
        match self {
            Self::Message(bytes) | Self::PreKey(bytes) => Some(bytes),
            Self::Receipt { .. } => None,
        }
    }
}

/// What the transport tells an end.
#[derive(Clone, Debug, PartialEq)]
pub enum FromTransport {
    /// The answer to a request.
    Answer {
        /// Of the request.
        id: u64,
        /// How it went.
        status: Status,
        /// For a fetch.
        bundle: Option<Bundle>,
        /// When it is of use to ask again, where the status is about a limit; zero otherwise.
        retry_after: Micros,
    },
    /// The answer to a request for a piece of a blob that is there.
    Piece {
        /// Of the request.
        id: u64,
        /// The piece.
        bytes: Vec<u8>,
    },
    /// An envelope from a mailbox.
    Deliver {
        /// Its place.
        place: u64,
        /// The envelope.
        envelope: Envelope,
    },
    /// An account was deleted; this waits in a mailbox as envelopes do.
    Gone {
        /// Its place.
        place: u64,
        /// What it says.
        notice: Notice,
    },
    /// Few one-time prekeys are left.
    PrekeysLow {
        /// Whose.
        address: Address,
        /// How many of the elliptic curve.
        one_time: u32,
        /// How many of the KEM.
        kem_one_time: u32,
    },
}
