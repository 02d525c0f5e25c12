//! What the owner asks of a business, and the work that this and its webhook make.

use hop::ExchangeId;
use store::Key;
use vocab::{MessageId, PhoneNumber};

use crate::{
    outbox::{Ended, Outgoing},
    registration::{Digest, Done, Step, Wish, Wishes},
    webhook::Batch,
};

/// What the owner asks of a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send a text. Repeated with the same id it is one message; each time it is answered by
    /// [`crate::Event::Accepted`].
    Send {
        /// Names the message and its request at the Cloud API.
        id: MessageId,
        /// The customer.
        to: PhoneNumber,
        /// The text, sent as it is.
        text: String,
        /// The wamid of the message that it answers, which is then quoted.
        context: Option<String>,
        /// Whether the text goes as the caption of a picture, [`crate::picture_of`] it.
        picture: bool,
    },
    /// Grant the Cloud API the power to act for the number, or revoke it. A business grants it at
    /// its first start without being asked.
    Grant(bool),
    /// Add the automatic-reply service, under terms of its own, or remove it. A business has none
    /// until it is asked to (requirement R002).
    AutoReply(bool),
}

/// A piece of work.
#[derive(Debug)]
pub(crate) enum Job {
    /// Find out what was begun before the start.
    Load,
    /// A webhook whose signature fits.
    Webhook { exchange: ExchangeId, batch: Batch },
    /// The owner sends a text.
    Send { id: MessageId, outgoing: Outgoing },
    /// A request to the Cloud API came to its end.
    Settle { key: Key, outgoing: Outgoing, ended: Ended },
    /// The owner wants something else than before.
    Wish(Wish),
    /// This step was taken, with these wishes in force.
    Registered { step: Step, digest: Digest, wishes: Wishes },
}

/// What memory learns when work is durable.
#[derive(Debug)]
pub(crate) enum Note {
    /// What was begun before the start.
    Loaded { outbox: Vec<(Key, Outgoing)>, done: Done, wishes: Wishes },
    /// One row was appended to the outbox; its key comes with the answer of the store.
    Queued(Outgoing),
    /// A row has left the outbox.
    Settled(Key),
    /// The owner wants something else than before.
    Wish(Wish),
}
