//! Rows of a business: its own record of its conversations, and work that is not finished.
//!
//! Keys name people and messages by keyed hashes; a clear number stands only in rows of messages
//! and of customers.

use serde::{Deserialize, Serialize};
use store::Key;
use vocab::{DataClass, Keep, MessageId, PhoneNumber, Reason, limits::DEDUPE_AGE};

use crate::{
    hashing::keyed,
    outbox::{Outgoing, What},
    registration::Step,
};

/// The business's own record, kept by contract.
pub(crate) const RECORD: Keep = Keep::Never(Reason::BusinessRecord);
/// The business's dealings with Business Manager.
pub(crate) const ACCOUNT: Keep = Keep::Never(Reason::Account);
/// Work that goes when it is done.
pub(crate) const UNTIL_DONE: Keep = Keep::Never(Reason::UntilDone);
/// That something was taken, so that a copy is known as one.
pub(crate) const SEEN: Keep = Keep::For(DEDUPE_AGE);

/// Tables whose rows are messages on their way, for whoever asks what became of one.
pub const ON_THEIR_WAY: [&str; 1] = [OUTBOX];

const OUTBOX: &str = "outbox";

/// Keys, made with one business's hash key.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a>(pub(crate) &'a [u8; 32]);

impl Keys<'_> {
    /// That an inbound message was taken.
    pub(crate) fn message_seen(self, wamid: &str) -> Key {
        Key::table("seen").with(&keyed(self.0, "message", &[wamid]))
    }

    /// That a status was taken.
    pub(crate) fn status_seen(self, wamid: &str, status: &str) -> Key {
        Key::table("seen").with(&keyed(self.0, "status", &[wamid, status]))
    }

    /// That a command was taken.
    pub(crate) fn command_seen(self, id: MessageId) -> Key {
        Key::table("seen").with(&keyed(self.0, "command", &[&id.to_string()]))
    }

    /// A message of a customer: [`Message`].
    pub(crate) fn inbox(self, wamid: &str) -> Key {
        Key::table("inbox").with(&keyed(self.0, "message", &[wamid]))
    }

    /// A message that the Cloud API took: [`Message`].
    pub(crate) fn sent(self, wamid: &str) -> Key {
        Key::table("sent").with(&keyed(self.0, "message", &[wamid]))
    }

    /// A customer: [`Customer`].
    pub(crate) fn customer(self, number: &PhoneNumber) -> Key {
        Key::table("customer").with(&keyed(self.0, "customer", &[number.digits()]))
    }

    /// The customer in a row of a message, without the number.
    pub(crate) fn customer_hash(self, number: &PhoneNumber) -> String {
        let hash = keyed(self.0, "customer", &[number.digits()]);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The queue of requests to the Cloud API: [`Outgoing`].
pub(crate) fn outbox() -> Key {
    Key::table(OUTBOX)
}

/// What Business Manager was last told in a step: a digest.
pub(crate) fn registered(step: Step) -> Key {
    Key::table("registered").with(&[step.number()])
}

/// Whether the Cloud API is to act for the number: one byte.
pub(crate) fn grant_wish() -> Key {
    Key::table("wish")
}

/// Whether the automatic-reply service is to answer: one byte.
pub(crate) fn auto_reply_wish() -> Key {
    Key::table("wish-auto-reply")
}

/// One message of a conversation.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) wamid: String,
    /// The customer's hash.
    pub(crate) customer: String,
    pub(crate) text: String,
    /// Seconds since 1970.
    pub(crate) at: u64,
}

/// What a business knows of a customer: the number, the profile name, how often they wrote.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) count: u64,
}

/// What a row of the outbox holds.
pub(crate) const fn outbox_class(outgoing: &Outgoing) -> DataClass {
    match outgoing.what {
        What::Text { .. } => DataClass::MessageContent,
        // No text, but the number of the one whose message was read.
        What::Read { .. } => DataClass::ConsumerPhone,
    }
}

/// A row in JSON. None of these types can fail to be written.
pub(crate) fn encoded<T: Serialize>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).unwrap_or_default()
}

/// A row from JSON.
pub(crate) fn decoded<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
