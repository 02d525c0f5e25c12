//! What people do about what they are shown.

use client::{Ask, Command, Event};
use vocab::{Micros, Now};

use crate::{adversary::Device, node::Application};

/// Numbers of commands that a person thinks of while the run goes on; the plan's are below.
const OWN_COMMANDS: u64 = 1 << 40;

/// A person who reads a message some time after it is shown.
#[derive(Debug)]
pub struct Attentive {
    after: Micros,
    next: u64,
}

impl Attentive {
    /// A person who needs this long to read a message.
    pub const fn new(after: Micros) -> Self {
        Self { after, next: OWN_COMMANDS }
    }
}

impl Application<Device> for Attentive {
    fn on_event(&mut self, event: &Event, _now: Now) -> Vec<(Micros, Command)> {
        let Event::Shown { from, id, .. } = event else { return Vec::new() };
        self.next = self.next.saturating_add(1);
        let ask = Ask::Read { from: from.clone(), ids: vec![*id] };
        vec![(self.after, Command { number: self.next, ask })]
    }
}
