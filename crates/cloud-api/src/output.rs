//! What this hop tells its operator: never content, never a number.

use endpoint::Happening;
use vocab::MessageId;

/// Something that happened at the Cloud API.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A message was decrypted and its webhook written down.
    Decrypted {
        /// For which number.
        phone_number_id: String,
        /// The message.
        id: MessageId,
    },
    /// The business has a message.
    Forwarded {
        /// The message or status, as its outbox names it.
        item: String,
    },
    /// A send of a business was accepted.
    Took {
        /// From which number.
        phone_number_id: String,
        /// The message.
        id: MessageId,
    },
    /// Nothing is kept any more of somebody whose account was deleted.
    Forgot {
        /// At which number.
        phone_number_id: String,
    },
    /// A call was refused.
    Denied {
        /// Who called, as far as is known.
        principal: String,
        /// The route's pattern.
        route: String,
    },
    /// A call was served.
    Accessed {
        /// Who called.
        principal: String,
        /// The route's pattern.
        route: String,
    },
    /// A number has a grant and is being set up.
    Granted {
        /// The number.
        phone_number_id: String,
    },
    /// A number's grant was revoked.
    Revoked {
        /// The number.
        phone_number_id: String,
    },
    /// Something happened to a number's account.
    Happened {
        /// The number.
        phone_number_id: String,
        /// What.
        happening: Happening,
    },
}
