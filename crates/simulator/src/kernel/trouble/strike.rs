//! A fault begins or ends at its host.

use vocab::Micros;

use crate::{
    fault::{Fault, NodeFault, What},
    kernel::{
        event::{Happening, Phase, Time},
        port::Port,
    },
    node::Node,
    rng,
    view::EventRecord,
};

impl Port<'_> {
    pub(in crate::kernel) fn strike(&mut self, node: &mut dyn Node, fault: usize, phase: Phase) {
        let directory = self.directory;
        let Some(planned) = directory.book.planned.get(fault) else { return };
        match phase {
            Phase::On => self.troubles().on.push(fault),
            Phase::Off => self.troubles().on.retain(|on| *on != fault),
            Phase::Again => {}
        }
        self.log_strike(fault, &planned.fault, phase);
        match &planned.fault.what {
            What::Flap { every, down, .. } => {
                let ends = Time(planned.fault.ends().0);
                self.flap(fault, phase, (*every, *down), ends);
            }
            What::Storm { .. } if phase == Phase::Off => self.offline_soon(false, Micros(1)),
            What::Storm { .. } => self.go_offline(fault, None),
            What::Node { how, .. } => self.strike_node(node, fault, how, phase),
            // They strike when something comes.
            What::Webhook { .. }
            | What::Link { .. }
            | What::Split { .. }
            | What::Dishonest { .. } => {}
        }
    }

    fn flap(&mut self, fault: usize, phase: Phase, (every, down): (Micros, Micros), ends: Time) {
        let left = ends.since(self.stamp.at);
        if phase == Phase::Off || left == Micros(0) {
            return;
        }
        self.go_offline(fault, Some(down.min(left)));
        if every < left {
            let again = Happening::Strike { fault: fault as u32, phase: Phase::Again };
            self.cause(self.ground.id, every, again);
        }
    }

    /// The host loses its connections, for a while or until told.
    fn go_offline(&mut self, fault: usize, down: Option<Micros>) {
        if self.ground.online() {
            self.hit(fault);
        }
        self.offline_soon(true, Micros(1));
        if let Some(down) = down {
            self.offline_soon(false, Micros(down.0.saturating_add(1)));
        }
    }

    /// A happening of its own, so that it waits its turn at a host that is paused.
    fn offline_soon(&mut self, offline: bool, after: Micros) {
        self.cause(self.ground.id, after, Happening::Offline(offline));
    }

    fn strike_node(&mut self, node: &mut dyn Node, fault: usize, how: &NodeFault, phase: Phase) {
        let begins = phase == Phase::On;
        match how {
            NodeFault::Crash { torn: false } => {
                if self.ground.alive {
                    self.hit(fault);
                    self.crash(node, self.time_left(fault));
                }
            }
            NodeFault::Crash { torn: true } => {
                self.troubles().torn.retain(|torn| *torn != fault);
                if begins {
                    self.troubles().torn.push(fault);
                }
            }
            NodeFault::Pause => {
                self.troubles().paused.retain(|paused| *paused != fault);
                if begins && self.ground.alive {
                    self.troubles().paused.push(fault);
                }
            }
            NodeFault::DiskFull | NodeFault::DiskReadOnly => {
                let is_on = |wanted| self.on_node().any(|(_, how)| *how == wanted);
                let full = is_on(NodeFault::DiskFull);
                node.limit_disk(full, is_on(NodeFault::DiskReadOnly));
            }
            NodeFault::ClockSkew(by) | NodeFault::ClockJump(by) => {
                let by = if begins { *by } else { by.saturating_neg() };
                self.troubles().clock = self.troubles().clock.saturating_add(by);
                if begins && by != 0 {
                    self.hit(fault);
                }
                node.clock_was_set(self);
            }
            NodeFault::SlowConsumer(_) => self.stop_working(),
            NodeFault::SlowDisk(_) => {}
        }
    }

    /// A crash in the middle of a write: of what is not durable some prefix is.
    pub(super) fn crash_torn(&mut self, node: &mut dyn Node, fault: usize) {
        let Some(planned) = self.directory.book.planned.get(fault) else { return };
        let [word, ..] = rng::words(&planned.key, 0, u64::from(self.ground.incarnation));
        self.hit(fault);
        let down = self.time_left(fault);
        self.crash_with(node, down, Some(word));
    }

    /// Until the fault is over; a microsecond at least.
    fn time_left(&self, fault: usize) -> Micros {
        let ends = self.directory.book.planned.get(fault).map_or(0, |one| one.fault.ends().0);
        Time(ends).since(self.stamp.at).max(Micros(1))
    }

    fn log_strike(&mut self, number: usize, fault: &Fault, phase: Phase) {
        if self.wants_events() && phase != Phase::Again {
            let kind = if phase == Phase::On { "fault begins" } else { "fault ends" };
            let family = fault.family().name();
            self.log_event(EventRecord::new(kind).with("family", family).with("fault", number));
        }
    }
}
