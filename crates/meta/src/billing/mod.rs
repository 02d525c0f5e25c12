//! Billing: what each business is charged for, and nothing about whom it wrote to.
//!
//! Knows: business, category, count, day. Does not know: any message or any number; a record with a
//! field for one is refused.

mod books;
mod rows;

use hop::{Hop, Input, Outputs, http::Route, router::TokenHash};
use rand_core::CryptoRng;
use vocab::{DataClass, Now};

use self::books::Books;
use crate::{
    output::Event,
    server::{NoCommand, Server},
};

/// The interfaces of Billing.
pub const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        pattern: "/records",
        class: DataClass::Billing,
        doc: "The Cloud API reports one billable event; repeated with the same id it counts once.",
    },
    Route {
        method: "GET",
        pattern: "/records",
        class: DataClass::Billing,
        doc: "What every business is charged for; a business reads its own.",
    },
];

/// What one Billing is.
#[derive(Clone)]
pub struct Config {
    /// SHA-256 of every token that may call, with whose it is.
    pub principals: Vec<(TokenHash, String)>,
}

/// Billing as a hop.
pub struct Billing(Server<Books>);

impl Billing {
    /// A server without anything but its configuration; its records are in its store.
    pub fn new(config: Config) -> Self {
        Self(Server::new(Books, config.principals))
    }
}

impl Hop for Billing {
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
