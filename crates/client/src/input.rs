//! What a person can ask of the device, and the work that inputs become.

use alloc::{boxed::Box, string::String, vec::Vec};

use vocab::{MessageId, PhoneNumber};
use wire::{
    content::{Body, Media},
    transport::{Bundle, Envelope, Notice, Status},
};

/// Something the person does. It is asked until [`crate::Event::Acknowledged`] names its number,
/// and done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Names it.
    pub number: u64,
    /// What is done.
    pub ask: Ask,
}

/// What a person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Write a message.
    Write {
        /// Its id.
        id: MessageId,
        /// To whom.
        to: PhoneNumber,
        /// What it says.
        text: String,
    },
    /// Send a message of any other kind: a reaction, what was chosen of an offer.
    Send {
        /// Its id.
        id: MessageId,
        /// To whom.
        to: PhoneNumber,
        /// The message that it answers.
        quoted: Option<MessageId>,
        /// What it says.
        body: Body,
    },
    /// Send a file.
    SendFile {
        /// The message's id.
        id: MessageId,
        /// To whom.
        to: PhoneNumber,
        /// The message that it answers.
        quoted: Option<MessageId>,
        /// What is said of it. Blob, key, digests and size are set by the device.
        media: Box<Media>,
        /// The file.
        file: File,
    },
    /// Read messages.
    Read {
        /// Whose.
        from: PhoneNumber,
        /// Which.
        ids: Vec<MessageId>,
    },
    /// Listen to voice messages.
    Play {
        /// Whose.
        from: PhoneNumber,
        /// Which.
        ids: Vec<MessageId>,
    },
    /// Ask a sender for a message again.
    AskAgain {
        /// The sender.
        from: PhoneNumber,
        /// Which.
        id: MessageId,
    },
    /// Report a business.
    Report {
        /// Its number.
        about: PhoneNumber,
        /// The messages, at least one; those that do not fit a report are left out.
        ids: Vec<MessageId>,
        /// What of them the person discloses; what does not fit a frame is left out.
        attached: Vec<String>,
    },
    /// Block a number, or stop blocking it.
    Block {
        /// Whom.
        who: PhoneNumber,
        /// Whether from now on, or no longer.
        on: bool,
    },
    /// Lose the session with somebody, as a device does that is restored from an old back-up.
    LoseSession {
        /// With whom.
        with: PhoneNumber,
    },
    /// Enter the code that came to the number in a short message.
    EnterCode {
        /// Its digits.
        code: String,
    },
    /// Delete the account, with all that is kept of it here and elsewhere.
    DeleteAccount,
    /// Set the app up anew on the same device: a new identity under the same number.
    Reinstall,
}

/// The bytes of a file; they are not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct File(pub Vec<u8>);

impl core::fmt::Debug for File {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "File({}B)", self.0.len())
    }
}

/// A piece of work on the desk.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    Boot,
    Command(Command),
    Deliver {
        place: u64,
        envelope: Envelope,
    },
    Gone {
        place: u64,
        notice: Notice,
    },
    Answer {
        id: u64,
        status: Status,
        bundle: Option<Bundle>,
    },
    Piece {
        id: u64,
        bytes: Vec<u8>,
    },
    PrekeysLow {
        one_time: u32,
        kem: u32,
    },
    /// Remove what is kept here; the request that deleted the account goes last.
    Wipe {
        asked: u64,
    },
}
