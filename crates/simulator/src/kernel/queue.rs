//! What is about to happen to the hosts of one partition, in the order (time, source, sequence).
//!
//! A heap compares and moves about twenty events for each that it gives out, each in another place
//! of the memory. Here nothing earlier than what was given out last is ever put in, so an event is
//! kept by the highest digit in which its time differs from that moment, and goes down a digit or
//! more each time its turn comes nearer: a handful of moves along the memory, however many wait.

use core::cmp::Reverse;

use super::event::{Event, Time};

/// Bits of a digit.
const DIGIT: u32 = 4;
/// Values of a digit.
const SLOTS: usize = 1 << DIGIT;
/// Digits of a time.
const LEVELS: usize = (u64::BITS / DIGIT) as usize;

/// Events in order.
#[derive(Default)]
pub(crate) struct Queue {
    /// Those of the present moment, the last of them first.
    ready: Vec<Event>,
    /// The moment of what was given out last. Everything that waits is later.
    now: Time,
    /// For each digit, from the lowest on.
    levels: [Level; LEVELS],
    /// Which levels hold anything, a bit each.
    waiting: u32,
}

/// Events whose times differ from the present moment in one digit and in none above.
#[derive(Default)]
struct Level {
    /// By that digit.
    slots: [Slot; SLOTS],
    /// Which slots hold anything, a bit each.
    waiting: u32,
}

#[derive(Default)]
struct Slot {
    events: Vec<Event>,
    /// When the first of them happens.
    first: Time,
}

impl Queue {
    /// Puts an event in; it is later than what was given out last.
    pub(crate) fn push(&mut self, event: Event) {
        let at = event.at;
        let differs = at.0 ^ self.now.0;
        let level = (u64::BITS.saturating_sub(differs.leading_zeros()).saturating_sub(1)) / DIGIT;
        let digit = (at.0 >> level.saturating_mul(DIGIT)) as usize % SLOTS;
        self.waiting |= 1 << level;
        let Some(level) = self.levels.get_mut(level as usize) else { return };
        let Some(slot) = level.slots.get_mut(digit) else { return };
        level.waiting |= 1 << digit;
        slot.first = if slot.events.is_empty() { at } else { slot.first.min(at) };
        slot.events.push(event);
    }

    /// When the next event happens.
    pub(crate) fn next(&self) -> Option<Time> {
        if !self.ready.is_empty() {
            return Some(self.now);
        }
        let level = self.levels.get(self.waiting.trailing_zeros() as usize)?;
        let slot = level.slots.get(level.waiting.trailing_zeros() as usize)?;
        Some(slot.first)
    }

    /// Gives the next event out if it happens at `last` or before.
    pub(crate) fn pop_until(&mut self, last: Time) -> Option<Event> {
        if let Some(event) = self.ready.pop() {
            return Some(event);
        }
        self.advance(last)?;
        self.ready.pop()
    }

    /// Makes the moment of the next event the present one, unless it is later than `last`.
    fn advance(&mut self, last: Time) -> Option<()> {
        loop {
            let lowest = self.waiting.trailing_zeros();
            let level = self.levels.get_mut(lowest as usize)?;
            let digit = level.waiting.trailing_zeros();
            let slot = level.slots.get_mut(digit as usize)?;
            if slot.first > last {
                return None;
            }
            self.now = slot.first;
            level.waiting &= !(1 << digit);
            if level.waiting == 0 {
                self.waiting &= !(1 << lowest);
            }
            if lowest == 0 {
                // All of one moment.
                core::mem::swap(&mut self.ready, &mut slot.events);
                self.ready.sort_unstable_by_key(|event| Reverse((event.source, event.sequence)));
                return Some(());
            }
            let mut events = core::mem::take(&mut slot.events);
            events.drain(..).for_each(|event| self.push(event));
            // Its room is of use again.
            if let Some(level) = self.levels.get_mut(lowest as usize)
                && let Some(slot) = level.slots.get_mut(digit as usize)
            {
                slot.events = events;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_core::Rng as _;
    use std::collections::BTreeSet;

    use super::Queue;
    use crate::{
        kernel::{
            HostId, Stamp, Time,
            event::{Event, Happening},
        },
        rng,
    };

    #[test]
    fn events_come_out_in_the_order_of_time_source_and_sequence_however_they_were_put_in() {
        let mut rng = rng::stream(1, "test", "queue");
        let (mut queue, mut model) = (Queue::default(), BTreeSet::new());
        let (mut now, mut sequence) = (Time(0), 0);
        for round in 0..20_000_u64 {
            for _ in 0..rng.next_u64() % 3 {
                // Mostly near, sometimes far, and often at the same moment.
                let bits = rng.next_u64() % 40;
                let at = Time(now.0 + 1 + (rng.next_u64() % (1 << bits)) / 3 * 3);
                let source = HostId((rng.next_u64() % 5) as u32);
                sequence += 1;
                let stamp = Stamp { at, source, sequence };
                queue.push(Event::new(stamp, HostId(0), Happening::Boot));
                model.insert(stamp);
            }
            assert_eq!(queue.next(), model.first().map(|stamp| stamp.at));
            let last = Time(now.0 + rng.next_u64() % (1 << (round % 30)));
            if let Some(event) = queue.pop_until(last) {
                assert!(event.at <= last);
                assert_eq!(Some(event.stamp()), model.pop_first());
                now = event.at;
            } else {
                assert!(model.first().is_none_or(|stamp| stamp.at > last));
                now = now.max(last);
            }
        }
        assert!(sequence > 15_000 && model.len() > 100);
    }
}
