//! What comes to a host that is paused, or slow, waits in a line.
//!
//! A paused host takes nothing, a slow one takes a while over each message. The line is one, so
//! what came in one order is handled in that order, and it is served after the event that lets it
//! move on, at the same moment.

use vocab::Micros;

use crate::{
    fault::NodeFault,
    kernel::{
        event::{Event, Happening, Web, WebBody},
        port::Port,
    },
    node::Node,
};

impl Port<'_> {
    /// Keeps `happening` if the host cannot take it now; gives it back if it can.
    pub(in crate::kernel) fn hold_back(&mut self, happening: Happening) -> Option<Happening> {
        if self.ground.troubles.is_none() {
            return Some(happening);
        }
        let pause = self.troubles().paused.first().copied();
        let waits = match &happening {
            Happening::Boot
            | Happening::Crash { .. }
            | Happening::Strike { .. }
            | Happening::Next { .. } => false,
            Happening::Frame(_)
            | Happening::Web(_)
            | Happening::Greeting { .. }
            | Happening::Farewell { .. } => {
                self.ground.alive
                    && (pause.is_some() || self.is_slow() || !self.troubles().line.is_empty())
            }
            Happening::Offline(_)
            | Happening::Cut { .. }
            | Happening::Timer { .. }
            | Happening::Command(_)
            | Happening::Told(_) => pause.is_some(),
        };
        if !waits {
            return Some(happening);
        }
        if let Some(fault) = pause {
            self.hit(fault);
        }
        let (stamp, target) = (self.stamp, self.ground.id);
        self.troubles().line.push_back(Event::new(stamp, target, happening));
        None
    }

    /// What the host takes next of what waits, if it can take anything now.
    pub(in crate::kernel) fn next_in_line(&mut self) -> Option<Event> {
        let longer = self.work();
        let troubles = self.ground.troubles.as_mut()?;
        if !troubles.paused.is_empty() || troubles.at_work.is_some() {
            return None;
        }
        let first = troubles.line.front()?;
        if longer == Micros(0) || !is_message(&first.happening) {
            return self.take_first();
        }
        troubles.pieces = troubles.pieces.saturating_add(1);
        let piece = troubles.pieces;
        troubles.at_work = Some(piece);
        self.cause(self.ground.id, longer, Happening::Next { piece });
        None
    }

    /// A slow host is done with a message: now it has an effect.
    pub(in crate::kernel) fn done(&mut self, piece: u64) -> Option<Event> {
        let troubles = self.ground.troubles.as_mut()?;
        troubles.at_work.take_if(|at_work| *at_work == piece)?;
        if !troubles.paused.is_empty() {
            return None;
        }
        let slow = self.on_node().filter(|(_, how)| matches!(how, NodeFault::SlowConsumer(_)));
        let slow: Vec<usize> = slow.map(|(fault, _)| fault).collect();
        slow.into_iter().for_each(|fault| self.hit(fault));
        self.take_first()
    }

    fn take_first(&mut self) -> Option<Event> {
        let at = self.stamp.at;
        let mut event = self.ground.troubles.as_mut()?.line.pop_front()?;
        event.at = at;
        Some(event)
    }

    /// A slow host no longer is, or is slow in another way.
    pub(super) fn stop_working(&mut self) {
        self.troubles().at_work = None;
    }

    /// Lets go of everything that waited for a process which is gone. What people want of it, and
    /// what is wrong with its network, is not gone with it.
    pub(in crate::kernel) fn let_go(&mut self) {
        let Some(troubles) = self.ground.troubles.as_mut() else { return };
        for event in troubles.forget() {
            let stamp = event.stamp();
            match event.happening {
                Happening::Web(web) => {
                    if let Web { wire, body: WebBody::Request(_), .. } = *web {
                        self.refuse(stamp.source, wire);
                    }
                }
                world @ (Happening::Offline(_)
                | Happening::Cut { .. }
                | Happening::Command(_)
                | Happening::Told(_)) => self.cause(self.ground.id, Micros(1), world),
                Happening::Frame(_)
                | Happening::Boot
                | Happening::Crash { .. }
                | Happening::Strike { .. }
                | Happening::Greeting { .. }
                | Happening::Farewell { .. }
                | Happening::Timer { .. }
                | Happening::Next { .. } => {}
            }
        }
    }

    /// A crash that waits for a write to be torn finds one.
    pub(in crate::kernel) fn tear(&mut self, node: &mut dyn Node) {
        let waiting = self.ground.troubles.as_ref().and_then(|trouble| trouble.torn.first());
        if let Some(fault) = waiting.copied()
            && self.ground.alive
            && node.unsynced() > 0
        {
            self.crash_torn(node, fault);
        }
    }

    fn is_slow(&self) -> bool {
        self.work() > Micros(0)
    }

    /// How long the host takes over a message.
    fn work(&self) -> Micros {
        let spans = self.on_node().map(|(_, how)| match how {
            NodeFault::SlowConsumer(span) => span.0,
            NodeFault::Crash { .. }
            | NodeFault::Pause
            | NodeFault::DiskFull
            | NodeFault::DiskReadOnly
            | NodeFault::SlowDisk(_)
            | NodeFault::ClockSkew(_)
            | NodeFault::ClockJump(_) => 0,
        });
        Micros(spans.fold(0, u64::saturating_add))
    }
}

const fn is_message(happening: &Happening) -> bool {
    matches!(
        happening,
        Happening::Frame(_)
            | Happening::Web(_)
            | Happening::Greeting { .. }
            | Happening::Farewell { .. }
    )
}
