//! Business Manager as a hop.

use hop::{Effect, Hop, Input, Outputs};
use rand_core::CryptoRng;
use vocab::Now;

use super::{
    config::Config,
    handle::Registry,
    input::{Note, Own},
    telling::Telling,
};
use crate::{
    output::Event,
    server::{NoCommand, Server},
};

/// Business Manager as a hop.
pub struct BusinessManager {
    server: Server<Registry>,
    /// One for each node of the Cloud API.
    tellings: Vec<Telling>,
}

impl BusinessManager {
    /// A server without anything but its configuration; its records are in its store.
    pub fn new(config: Config) -> Self {
        let tellings = Telling::all(&config);
        let registry = Registry::new(config.principals.clone(), config.services.clone());
        Self { server: Server::new(registry, config.principals), tellings }
    }

    fn take(
        &mut self,
        input: Input<NoCommand>,
        now: Now,
        rng: &mut dyn CryptoRng,
        effects: &mut Vec<Effect<Event>>,
    ) -> Vec<Note> {
        match input {
            Input::Boot => self.server.start(Own::Load, now, effects),
            Input::Response { id, outcome } => {
                let ended = self.tellings.iter_mut().find_map(|one| one.ended(id, &outcome, now));
                // What every node knows need not be told again after a restart.
                let all = self.tellings.iter().map(Telling::told).min();
                match ended.and(all) {
                    Some(told) => self.server.start(Own::Told(told), now, effects),
                    None => Vec::new(),
                }
            }
            other @ (Input::Link { .. }
            | Input::Frame { .. }
            | Input::Request { .. }
            | Input::Stored { .. }
            | Input::Joined { .. }
            | Input::Wake
            | Input::Command(_)) => self.server.handle(other, now, rng, effects),
        }
    }
}

impl Hop for BusinessManager {
    type Command = NoCommand;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<NoCommand>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let mut effects = Vec::new();
        for Note::Changes { made, told } in self.take(input, now, rng, &mut effects) {
            self.tellings.iter_mut().for_each(|telling| telling.learn(made, told));
        }
        self.tellings.iter_mut().for_each(|telling| telling.go_on(now, &mut effects));
        let tellings = self.tellings.iter().filter_map(Telling::wake_at);
        let wake_at = self.server.wake_at().into_iter().chain(tellings).min();
        Outputs { effects, wake_at }
    }
}
