//! The loop over windows, and what can be asked of a world between them.

use store::Engine;
use vocab::Micros;

use super::{
    crew::{Crew, NoThreads},
    directory::Directory,
    event::{Event, Happening, HostId, Time},
    partition::{Host, Partition},
    port::{Record, Shown},
    recording::Recording,
    records,
    report::{Report, Stop},
};
use crate::{
    digest::Digest,
    net::Traffic,
    node::{Handle, HopNode, Node, Resident},
    view::ViewSink,
};

/// A world: hosts, links and what is about to happen.
pub struct Kernel {
    pub(super) directory: Directory,
    pub(super) partitions: Vec<Partition>,
    /// The shortest latency between two partitions.
    pub(super) lookahead: Micros,
    /// Everything up to here has happened.
    pub(super) now: Option<Time>,
    pub(super) crew: Crew,
    /// What hosts received, where it is recorded.
    pub(super) recording: Option<Recording>,
}

/// Events have numbers while they happen only where there is one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a crash by event number needs one partition; there are {found}")]
pub struct NeedsOnePartition {
    /// How many there are.
    pub found: usize,
}

impl Kernel {
    /// Runs until nothing is left to happen or everything up to and including `until` has. A world
    /// in which nothing is left stands at its last event, so that it can be given more to do.
    pub fn run_until(&mut self, until: Time, sink: &mut dyn ViewSink) -> Stop {
        self.ask_what_is_wanted(sink);
        while let Some(start) = self.partitions.iter().filter_map(Partition::next).min() {
            if start > until {
                self.now = self.now.max(Some(until));
                return Stop::TimeIsUp;
            }
            let alone = self.partitions.len() == 1;
            // An event of this window reaches another partition `lookahead` later at the earliest.
            let last = start.0.saturating_add(self.lookahead.0.saturating_sub(1));
            let last = if alone { until } else { until.min(Time(last)) };
            let directory = &self.directory;
            let part = |partition: &mut Partition| partition.run(last, alone, directory);
            self.crew.run(&mut self.partitions, part);
            self.exchange();
            self.gather();
            self.show(sink);
        }
        self.now = self.now.max(Some(self.end()));
        Stop::Quiet
    }

    fn ask_what_is_wanted(&mut self, sink: &dyn ViewSink) {
        let events_wanted = sink.wants_events();
        for partition in &mut self.partitions {
            partition.lane.events_wanted = events_wanted;
            for host in &mut partition.hosts {
                host.ground.viewed = sink.wants(host.ground.id);
            }
        }
    }

    /// Hands events over to the partitions that they are for.
    fn exchange(&mut self) {
        for from in 0..self.partitions.len() {
            let Some(sender) = self.partitions.get_mut(from) else { continue };
            if !core::mem::take(&mut sender.wrote) {
                continue;
            }
            let mut outboxes = core::mem::take(&mut sender.outboxes);
            for (events, receiver) in outboxes.iter_mut().zip(&mut self.partitions) {
                if !events.is_empty() {
                    receiver.take_in(events);
                }
            }
            // Their room is of use again in the next window.
            if let Some(sender) = self.partitions.get_mut(from) {
                sender.outboxes = outboxes;
            }
        }
    }

    fn push(&mut self, event: Event) {
        let home = self.directory.place(event.target).map(|place| place.partition as usize);
        if let Some(partition) = home.and_then(|home| self.partitions.get_mut(home)) {
            partition.queue.push(event);
        }
    }

    /// Hands records to the sink and to observers, in the order of the events behind them.
    fn show(&mut self, sink: &mut dyn ViewSink) {
        let lanes = self.partitions.iter_mut().map(|partition| &mut partition.lane.records);
        for Record { stamp, shown } in records::in_order(lanes) {
            match shown {
                Shown::View(view) => sink.view(view),
                Shown::Event(host, event) => sink.event(stamp.at, host, event),
                Shown::Observed(host) => {
                    if let Some(host) = self.host_mut(host) {
                        host.node.observe(stamp.at, host.ground.id);
                    }
                }
            }
        }
    }

    /// Keeps what every host receives from now on, to compare this run with another.
    pub fn record(&mut self) {
        self.partitions.iter_mut().for_each(|from| from.lane.received = Some(Vec::new()));
        let names = self.hosts().map(|(_, name)| name.to_owned()).collect();
        self.recording = Some(Recording { names, received: Vec::new() });
    }

    /// What was recorded since [`Kernel::record`].
    pub fn recorded(&mut self) -> Recording {
        self.recording.take().unwrap_or_default()
    }

    fn gather(&mut self) {
        let Some(recording) = &mut self.recording else { return };
        let lanes = self.partitions.iter_mut().filter_map(|from| from.lane.received.as_mut());
        recording.extend(records::in_order(lanes));
        if recording.is_full() {
            self.partitions.iter_mut().for_each(|from| from.lane.received = None);
        }
    }

    /// Runs windows on `threads` threads. What a run comes to does not depend on it.
    ///
    /// # Errors
    ///
    /// [`NoThreads`] if the system has none left.
    pub fn set_threads(&mut self, threads: usize) -> Result<(), NoThreads> {
        self.crew.set_threads(threads)
    }

    /// Hosts no longer chain what they receive: the digest of the run says nothing any more.
    pub fn forgo_digest(&mut self) {
        self.partitions.iter_mut().for_each(|partition| partition.lane.digest = false);
    }

    /// From how many events in a window on threads are woken for it: 1,000 unless told, which is
    /// right for events that cost nothing. What a run comes to does not depend on it.
    pub const fn side_by_side_from(&mut self, events: u64) {
        self.crew.set_worth(events);
    }

    fn host(&self, host: HostId) -> Option<&Host> {
        let place = self.directory.place(host)?;
        self.partitions.get(place.partition as usize)?.hosts.get(place.place as usize)
    }

    fn host_mut(&mut self, host: HostId) -> Option<&mut Host> {
        let place = self.directory.place(host)?;
        self.partitions.get_mut(place.partition as usize)?.hosts.get_mut(place.place as usize)
    }

    /// Has something happen to `host` at `at`, or as soon as possible if that is over.
    pub(super) fn schedule(&mut self, host: HostId, at: Time, happening: Happening) {
        let earliest = self.now.map_or(Time(0), |now| now.after(Micros(1)));
        let at = at.max(earliest);
        if let Some(ground) = self.host_mut(host).map(|host| &mut host.ground) {
            let stamp = ground.next_stamp(at);
            self.push(Event::new(stamp, host, happening));
        }
    }

    /// Starts `host` at `at`.
    pub(super) fn boot_at(&mut self, host: HostId, at: Time) {
        self.schedule(host, at, Happening::Boot);
    }

    /// Gives command `number` of `host`'s node at `at`.
    pub(super) fn command_number(&mut self, host: HostId, at: Time, number: u64) {
        self.schedule(host, at, Happening::Command(number));
    }

    /// Has a person or operator give `command` at `at`.
    pub fn command<H: Resident>(&mut self, to: Handle<H>, at: Time, command: H::Command) {
        if let Some(number) = self.node_mut(to).map(|node| node.add_command(command)) {
            self.command_number(to.id(), at, number);
        }
    }

    /// Crashes `host` at `at`: its memory and what it did not sync are lost. It starts again `down`
    /// later, from its store alone.
    pub fn crash_at(&mut self, host: HostId, at: Time, down: Micros) {
        self.schedule(host, at, Happening::Crash { down });
    }

    /// Crashes `host` right after event number `event` of the run (the first is 1), wherever that
    /// event happens. A host that is down by then stays as it is.
    ///
    /// # Errors
    ///
    /// [`NeedsOnePartition`], since only there events are numbered while they happen.
    pub fn crash_after(
        &mut self,
        event: u64,
        host: HostId,
        down: Micros,
    ) -> Result<(), NeedsOnePartition> {
        match self.partitions.as_mut_slice() {
            [only] => only.triggers.entry(event).or_default().push((host, down)),
            several => return Err(NeedsOnePartition { found: several.len() }),
        }
        Ok(())
    }

    /// Cuts `host` off from everybody from `from` until `until`.
    pub fn offline(&mut self, host: HostId, from: Time, until: Time) {
        self.schedule(host, from, Happening::Offline(true));
        self.schedule(host, until, Happening::Offline(false));
    }

    /// Cuts the link between two hosts from `from` until `until`.
    pub fn cut(&mut self, a: HostId, b: HostId, from: Time, until: Time) {
        for (host, peer) in [(a, b), (b, a)] {
            self.schedule(host, from, Happening::Cut { peer, cut: true });
            self.schedule(host, until, Happening::Cut { peer, cut: false });
        }
    }

    /// When the last event that a host received happened.
    pub fn end(&self) -> Time {
        self.partitions.iter().map(|partition| partition.last).max().unwrap_or_default()
    }

    /// Events that hosts received so far.
    pub fn events(&self) -> u64 {
        let processed = self.partitions.iter().map(|partition| partition.processed);
        processed.fold(0, u64::saturating_add)
    }

    /// What the run came to so far.
    pub fn report(&self) -> Report {
        let mut totals = vec![Traffic::default(); self.directory.classes.len()];
        for partition in &self.partitions {
            for (total, counted) in totals.iter_mut().zip(&partition.lane.traffic) {
                total.add(counted);
            }
        }
        Report {
            events: self.events(),
            end: self.end(),
            traffic: self.directory.classes.iter().cloned().zip(totals).collect(),
            digest: self.digest(),
        }
    }

    /// The digest of what every host received so far.
    pub fn digest(&self) -> Digest {
        Digest::combine(self.hosts().filter_map(|(id, name)| {
            let host = self.host(id)?;
            Some((name, &host.ground.chain))
        }))
    }

    /// All hosts with their names, in the order of their ids.
    pub fn hosts(&self) -> impl Iterator<Item = (HostId, &str)> {
        (0..).map(HostId).zip(self.directory.hosts.iter().map(|entry| entry.name.as_str()))
    }

    /// The name of a host.
    pub fn name(&self, host: HostId) -> Option<&str> {
        self.directory.entry(host).map(|entry| entry.name.as_str())
    }

    /// Whether a host is up.
    pub fn is_alive(&self, host: HostId) -> bool {
        self.host(host).is_some_and(|host| host.ground.alive)
    }

    /// The node of a hop.
    pub fn node<H: Resident>(&self, handle: Handle<H>) -> Option<&HopNode<H>> {
        let node: &dyn core::any::Any = self.host(handle.id())?.node.as_ref();
        node.downcast_ref()
    }

    /// The same to change it, between two runs.
    pub fn node_mut<H: Resident>(&mut self, handle: Handle<H>) -> Option<&mut HopNode<H>> {
        let node: &mut dyn core::any::Any = self.host_mut(handle.id())?.node.as_mut();
        node.downcast_mut()
    }

    /// Any node.
    pub fn any_node(&self, host: HostId) -> Option<&dyn Node> {
        self.host(host).map(|host| host.node.as_ref())
    }

    /// Whether `host` believes that its link to `peer` is up; `None` if it has none.
    pub fn link_is_up(&self, host: HostId, peer: HostId) -> Option<bool> {
        let key = self.directory.entry(peer)?.key;
        Some(self.host(host)?.ground.links.get(&key)?.up)
    }

    /// Transactions that a host's node asked its store for.
    pub fn transactions(&self, host: HostId) -> u64 {
        self.host(host).map_or(0, |host| host.node.transactions())
    }

    /// The store of a host, if it has one.
    pub fn store(&self, host: HostId) -> Option<&dyn Engine> {
        self.host(host)?.node.store()
    }
}

impl core::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Kernel({} hosts at {:?})", self.directory.hosts.len(), self.now)
    }
}
