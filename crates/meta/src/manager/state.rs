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
    telling: Telling,
}

impl BusinessManager {
    /// A server without anything but its configuration; its records are in its store.
    pub fn new(config: Config) -> Self {
        let telling = Telling::new(&config);
        let registry = Registry::new(config.principals.clone());
        Self { server: Server::new(registry, config.principals), telling }
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
            Input::Response { id, outcome } => match self.telling.ended(id, &outcome, now) {
                Some(told) => self.server.start(Own::Told(told), now, effects),
                None => Vec::new(),
            },
            other @ (Input::Link { .. }
            | Input::Frame { .. }
            | Input::Request { .. }
            | Input::Stored { .. }
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
            self.telling.learn(made, told);
        }
        self.telling.go_on(now, &mut effects);
        let wake_at = [self.server.wake_at(), self.telling.wake_at()].into_iter().flatten().min();
        Outputs { effects, wake_at }
    }
}
