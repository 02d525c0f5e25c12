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
    /// A message that was accepted does not go out, since a rule forbids it.
    Withheld {
        /// From which number.
        phone_number_id: String,
        /// The message.
        id: MessageId,
        /// The error that the business is told.
        code: u32,
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
    /// A verification code, which stands here in the place of a short message or a voice.
    Code {
        /// The number that it is for.
        phone_number_id: String,
        /// Six digits.
        code: String,
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
    /// A number's business added an optional service: from now on it is handed what people write.
    ServiceOn {
        /// The number.
        phone_number_id: String,
        /// The service.
        service: String,
        /// The terms of the service.
        terms_id: String,
    },
    /// It did not, or not any more: from now on the service is handed nothing.
    ServiceOff {
        /// The number.
        phone_number_id: String,
        /// The service.
        service: String,
    },
    /// A message that an optional service wrote was accepted.
    ServiceReplied {
        /// From which number.
        phone_number_id: String,
        /// The service.
        service: String,
        /// The terms of the service.
        terms_id: String,
        /// The message that it answers.
        to: MessageId,
        /// The message.
        id: MessageId,
    },
    /// Something happened to a number's account.
    Happened {
        /// The number.
        phone_number_id: String,
        /// What.
        happening: Happening,
    },
}
