//! What a person can ask of the device, and the work that inputs become.

use alloc::{string::String, vec::Vec};

use vocab::{MessageId, PhoneNumber};
use wire::transport::{Bundle, Envelope, Notice, Status};

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
    /// Read messages.
    Read {
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
    PrekeysLow {
        one_time: u32,
        kem: u32,
    },
    /// Remove what is kept here; the request that deleted the account goes last.
    Wipe {
        asked: u64,
    },
}
