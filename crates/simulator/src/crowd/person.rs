//! One of a crowd, in front of a phone.

use std::sync::Arc;

use client::{Ask, Command, Event};
use vocab::{Micros, Now, PhoneNumber, UnixMicros};

use super::{Crowd, hours::Hours, write_number};
use crate::{
    adversary::Device,
    node::{Application, Turn},
};

/// How long after the phone is set up its owner thinks of it for the first time.
const SETTLES: Micros = Micros::seconds(30);
/// Numbers of commands that read, which are no messages.
const READS: u64 = 1 << 61;

/// Somebody who writes, reads and answers as the population does. It keeps two counters and two
/// moments; everything else is drawn when it is needed.
#[derive(Debug)]
pub struct Habitual {
    crowd: Arc<Crowd>,
    person: u32,
    /// Messages so far, answers included.
    written: u32,
    /// Messages that were shown.
    shown: u32,
    /// When the next message is written that is no answer, by the phone's clock.
    next: Option<UnixMicros>,
    is_on: bool,
}

impl Habitual {
    /// Somebody of a crowd.
    pub const fn new(crowd: Arc<Crowd>, person: u32) -> Self {
        Self { crowd, person, written: 0, shown: 0, next: None, is_on: true }
    }

    fn hours(&self) -> Hours {
        self.crowd.hours(self.person)
    }

    /// The command that writes the next message to `business`.
    fn write(&mut self, business: u32) -> Option<Command> {
        let to: PhoneNumber = self.crowd.businesses.get(business as usize)?.clone();
        let message = self.crowd.message(self.person, self.written)?;
        let number = write_number(business, self.written);
        self.written = self.written.saturating_add(1);
        let ask = Ask::Write { id: message.id, to, text: message.text };
        Some(Command { number, ask })
    }

    fn plan(&mut self, now: Now) {
        let gap = self.crowd.gap(self.person, self.written);
        self.next = gap.map(|gap| self.hours().after(now.wall, gap));
    }
}

impl Application<Device> for Habitual {
    fn on_event(&mut self, event: &Event, now: Now) -> Vec<(Micros, Command)> {
        let Event::Shown { from, id, .. } = event else { return Vec::new() };
        let Some((after, answer)) = self.crowd.reads(self.person, self.shown) else {
            return Vec::new();
        };
        self.shown = self.shown.saturating_add(1);
        // What is shown in the last minute of the day is read the next morning.
        let read = self.hours().after(now.wall, after.0);
        let after = read.since(now.wall);
        let ask = Ask::Read { from: from.clone(), ids: vec![*id] };
        let mut commands =
            vec![(after, Command { number: READS.saturating_add(self.shown.into()), ask })];
        if let Some(typing) = answer
            && let Some(business) = self.crowd.business(from)
            && let Some(command) = self.write(business)
        {
            commands.push((Micros(after.0.saturating_add(typing.0)), command));
        }
        commands
    }

    fn first_turn(&self) -> Option<Micros> {
        let joins = self.crowd.joins(self.person);
        let idle = self.crowd.gap(self.person, 0).is_none();
        // Somebody who neither writes nor switches the phone off is only there to react.
        let reacts = idle && self.hours().next_change(UnixMicros(0)).is_none();
        (!reacts).then(|| Micros(joins.0.saturating_add(SETTLES.0)))
    }

    fn on_turn(&mut self, now: Now) -> Turn<Command> {
        let hours = self.hours();
        let is_on = hours.is_on(now.wall);
        let online = (is_on != self.is_on).then_some(is_on);
        self.is_on = is_on;
        let mut commands = Vec::new();
        match self.next {
            None => self.plan(now),
            Some(next) if next <= now.wall => {
                let to = self.crowd.addressee(self.person, self.written);
                commands.extend(to.and_then(|to| self.write(to)));
                self.plan(now);
            }
            Some(_) => {}
        }
        let next = self.next.into_iter().chain(hours.next_change(now.wall)).min();
        Turn { commands, online, next: next.map(|next| next.since(now.wall)) }
    }
}
