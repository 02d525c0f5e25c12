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

use hop::{Hop, Input, Outputs, http::Route, router::TokenHash};
use rand_core::CryptoRng;
use vocab::{DataClass, Now};

use self::replies::Replies;
use crate::{
    output::Event,
    server::{NoCommand, Server},
};

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

/// What one automatic-reply service is.
#[derive(Clone)]
pub struct Config {
    /// SHA-256 of every token that may call, with whose it is.
    pub principals: Vec<(TokenHash, String)>,
}

/// The automatic-reply service as a hop.
pub struct AutoReply(Server<Replies>);

impl AutoReply {
    /// A service without anything but its configuration; what businesses want answered is in its
    /// store.
    pub fn new(config: Config) -> Self {
        Self(Server::new(Replies, config.principals))
    }
}

impl Hop for AutoReply {
    type Command = NoCommand;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<NoCommand>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let mut effects = Vec::new();
        let _no_notes = self.0.handle(input, now, rng, &mut effects);
        Outputs { effects, wake_at: self.0.wake_at() }
    }
}
