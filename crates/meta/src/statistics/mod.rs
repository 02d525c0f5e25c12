//! Statistics: counts of the Cloud API from which no person can be told.
//!
//! Knows: how much happened for a business on a day. Does not know: to whom, and nothing at all
//! about fewer than [`vocab::limits::SMALLEST_CELL`] events; an export with such a cell is refused
//! whole.

mod exports;
mod rows;

use hop::{Hop, Input, Outputs, http::Route, router::TokenHash};
use rand_core::CryptoRng;
use vocab::{DataClass, Now};

use self::exports::Exports;
use crate::{
    output::Event,
    server::{NoCommand, Server},
};

/// The interfaces of Statistics.
pub const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        pattern: "/cells",
        class: DataClass::Statistics,
        doc: "The Cloud API exports cells; repeated with the same id they count once.",
    },
    Route {
        method: "GET",
        pattern: "/export",
        class: DataClass::Statistics,
        doc: "Everything that was exported.",
    },
];

/// What one Statistics is.
#[derive(Clone)]
pub struct Config {
    /// SHA-256 of every token that may call, with whose it is.
    pub principals: Vec<(TokenHash, String)>,
}

/// Statistics as a hop.
pub struct Statistics(Server<Exports>);

impl Statistics {
    /// A server without anything but its configuration; its exports are in its store.
    pub fn new(config: Config) -> Self {
        Self(Server::new(Exports, config.principals))
    }
}

impl Hop for Statistics {
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
