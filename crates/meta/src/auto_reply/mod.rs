//! The automatic-reply service: optional, off unless a business adds it, under terms of its own
//! (requirements R002 to R004).
//!
//! Knows, of businesses that added it: what they want answered, and what a message says for as long
//! as it answers it. Does not know: who wrote a message, what any other business is written, and
//! anything at all once it is removed. It keeps that it processed a message, under which terms, and
//! nothing that the message says.
//!
//! It is the one server here that sees content, so a data map lists it in a section of its own, and
//! nothing about it stands in that of the Cloud API.

mod replies;
mod rows;

use hop::http::Route;
use vocab::DataClass;

use self::replies::Replies;
pub use crate::server::Config;
use crate::server::plain_server;

pub use self::rows::{Rule, Wanted};

/// What it is called at Business Manager, at the Cloud API and in data maps.
pub const SERVICE: &str = "auto_reply";

/// Where a business says what is answered.
pub(crate) const REPLIES: &str = "/businesses/{id}/replies";
/// Where messages are handed over.
pub(crate) const MESSAGES: &str = "/messages";

/// The interfaces of the automatic-reply service.
pub const ROUTES: &[Route] = &[
    Route {
        method: "PUT",
        pattern: REPLIES,
        class: DataClass::BusinessInformation,
        doc: "A business says what is answered.",
    },
    Route {
        method: "GET",
        pattern: REPLIES,
        class: DataClass::BusinessInformation,
        doc: "What a business wants answered.",
    },
    Route {
        method: "POST",
        pattern: MESSAGES,
        class: DataClass::MessageContent,
        doc: "The Cloud API hands a message over and is told what to reply.",
    },
];

plain_server!(
    /// The automatic-reply service as a hop. What businesses want answered is in its store.
    AutoReply,
    Replies
);
