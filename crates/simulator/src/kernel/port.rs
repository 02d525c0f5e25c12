//! What a node may do to the world while it handles something.

use rand_core::CryptoRng;
use vocab::{DataClass, Micros, NoiseKey, Now};

use super::{
    directory::{ClassedConfig, Directory},
    event::{Event, Frame, Happening, HostId, ShortMessage, Stamp, Time, Timer},
    ground::Ground,
    recording::Received,
    trouble::Going,
};
use crate::{
    net::{Arrival, Fate, Passage, Traffic},
    rng::{self, StreamKey},
    view::{EventRecord, Stream, View, Way},
};

/// A node's way to the world while it handles something.
///
/// Nothing that it asks for happens before the present event is over.
pub struct Port<'a> {
    pub(super) ground: &'a mut Ground,
    pub(super) lane: &'a mut Lane,
    pub(super) directory: &'a Directory,
    /// The event that is being handled.
    pub(super) stamp: Stamp,
    /// Where it stands among what is shown: where the event that let it go on stands.
    pub(super) order: Stamp,
}

/// What a partition collects while a window runs.
#[derive(Default)]
pub(crate) struct Lane {
    /// What was caused, not yet put in any heap.
    pub(crate) caused: Vec<Event>,
    /// What is to be shown to sinks and observers after the window.
    pub(crate) records: Vec<Record>,
    /// Counts by class of link.
    pub(crate) traffic: Vec<Traffic>,
    /// Whether rendered events are wanted.
    pub(crate) events_wanted: bool,
    /// How often each fault of the plan did something.
    pub(crate) hits: Vec<u64>,
    /// Whether hosts chain what they receive.
    pub(crate) digest: bool,
    /// What hosts received in this window, where it is recorded.
    pub(crate) received: Option<Vec<Received>>,
}

/// Something to show after the window, with the event that caused it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) stamp: Stamp,
    pub(crate) shown: Shown,
}

/// What is shown.
#[derive(Debug)]
pub(crate) enum Shown {
    View(View),
    Event(HostId, EventRecord),
    /// The oldest event that this host's node holds for its observer.
    Observed(HostId),
}

impl Port<'_> {
    /// The virtual time.
    pub const fn time(&self) -> Time {
        self.stamp.at
    }

    /// The host's own two clocks.
    pub fn now(&self) -> Now {
        self.ground.now(self.stamp.at)
    }

    /// The host.
    pub const fn host(&self) -> HostId {
        self.ground.id
    }

    /// How often the host was started.
    pub const fn incarnation(&self) -> u32 {
        self.ground.incarnation
    }

    /// The generator for the node's next input.
    pub fn next_rng(&mut self) -> impl CryptoRng + use<> {
        let number = self.ground.inputs;
        self.ground.inputs = number.saturating_add(1);
        rng::for_input(&self.ground.keys.input, number)
    }

    /// A random word for operation number `number` of the node's store.
    pub fn store_word(&self, number: u64) -> u64 {
        let [word, ..] = rng::words(&self.ground.keys.store, 0, number);
        word
    }

    /// Asks to be reminded of `timer`, at least a microsecond from now.
    pub fn remind(&mut self, after: Micros, timer: Timer) {
        let incarnation = self.ground.incarnation;
        self.cause(self.ground.id, after, Happening::timer(incarnation, timer));
    }

    /// Has command `number` given to the node, at least a microsecond from now, crash or not.
    pub fn command(&mut self, after: Micros, number: u64) {
        self.cause(self.ground.id, after, Happening::Command(number));
    }

    /// Switches the host's network on or off, a microsecond from now.
    pub fn switch(&mut self, on: bool) {
        self.cause(self.ground.id, Micros(1), Happening::Offline(!on));
    }

    /// Sends a short message to the telephone of the host with this link key, where there is a link
    /// to it or it is known to have one. It takes no part in what the network does, and gets there
    /// even if the host is down.
    pub fn tell(&mut self, to: NoiseKey, after: Micros, text: Vec<u8>) {
        let directory = self.directory;
        let linked = self.ground.links.get(&to).map(|end| (end.peer, end.config));
        // No window is longer than the shortest way over HTTP.
        let known = directory.telephones.get(&to).map(|host| (*host, directory.http_default));
        let Some((peer, config)) = linked.or(known) else { return };
        let soonest = directory.config(config).map(|classed| classed.config.latency.minimum());
        let after = soonest.map_or(after, |soonest| after.max(soonest));
        self.cause(peer, after, Happening::Told(Box::new(ShortMessage(text))));
    }

    /// Puts a frame on the link to `to`. A frame on a link that is not up is lost.
    pub fn send(&mut self, to: NoiseKey, bytes: Vec<u8>) {
        let directory = self.directory;
        let ground = &mut *self.ground;
        let Some(end) = ground.links.get_mut(&to) else { return };
        let Some(classed) = directory.config(end.config) else { return };
        let class = classed.class;
        if !end.up {
            return count(self.lane, class, |traffic| &mut traffic.discarded);
        }
        let number = end.messages;
        end.messages = number.saturating_add(1);
        let fate = fate(classed, directory, &ground.keys.link, end.peer, number);
        let (peer, end, from, there) = (end.peer, end.twin, ground.incarnation, end.incarnation);
        let going = Going { to: peer, number, bytes: bytes.len(), web: false };
        let Passage { fate, damaged } = self.weather(going, &classed.config, fate);
        count_sending(self.lane, class, bytes.len(), &fate);
        let way = Way::Link { from, to: there };
        self.view(Stream::FrameOut, (Some(peer), number, way), || bytes.clone());
        let [first_damaged, second_damaged] = damaged;
        let frame = |bytes, damaged| {
            Box::new(Frame { end, class, number, from, to: there, bytes, damaged })
        };
        if let Some(copy) = fate.second {
            self.cause(peer, copy.after, Happening::Frame(frame(bytes.clone(), second_damaged)));
        }
        if let Some(first) = fate.first {
            let after = self.keep_order(&to, first);
            self.cause(peer, after, Happening::Frame(frame(bytes, first_damaged)));
        }
    }

    /// A message that keeps its place is there no earlier than those before it.
    fn keep_order(&mut self, to: &NoiseKey, arrival: Arrival) -> Micros {
        let now = self.stamp.at;
        match self.ground.links.get_mut(to) {
            Some(end) if arrival.in_order => {
                end.latest = end.latest.max(now.after(arrival.after));
                end.latest.since(now)
            }
            Some(_) | None => arrival.after,
        }
    }

    /// Whether anybody wants the bytes that this host sees.
    pub const fn is_viewed(&self) -> bool {
        self.ground.viewed
    }

    /// Whether anybody wants rendered events.
    pub const fn wants_events(&self) -> bool {
        self.lane.events_wanted
    }

    /// Records bytes that the person or operator typed or was shown, or a line of a log.
    pub fn show(&mut self, stream: Stream, bytes: impl FnOnce() -> Vec<u8>) {
        self.view(stream, (None, 0, Way::Home), bytes);
    }

    /// Records a row that was written.
    pub fn show_row(&mut self, class: DataClass, key: &[u8], bytes: &[u8]) {
        if self.ground.viewed {
            self.record(Shown::View(View {
                class: Some(class),
                key: key.to_vec(),
                ..self.blank(Stream::Store, bytes.to_vec())
            }));
        }
    }

    /// Records that a row of a queue was removed.
    pub fn show_erased(&mut self, key: &[u8]) {
        if self.ground.viewed {
            let view = View { key: key.to_vec(), ..self.blank(Stream::Erased, Vec::new()) };
            self.record(Shown::View(view));
        }
    }

    /// Records an event of the hop for the event log.
    pub fn log_event(&mut self, event: EventRecord) {
        self.record(Shown::Event(self.ground.id, event));
    }

    /// Announces that the node holds one more event for its observer.
    pub fn observed(&mut self) {
        self.record(Shown::Observed(self.ground.id));
    }

    pub(super) fn view(
        &mut self,
        stream: Stream,
        (peer, number, way): (Option<HostId>, u64, Way),
        bytes: impl FnOnce() -> Vec<u8>,
    ) {
        if self.ground.viewed {
            let view = View { peer, number, way, ..self.blank(stream, bytes()) };
            self.record(Shown::View(view));
        }
    }

    const fn blank(&self, stream: Stream, bytes: Vec<u8>) -> View {
        let (at, host) = (self.stamp.at, self.ground.id);
        let way = Way::Home;
        let key = Vec::new();
        View { at, host, stream, peer: None, number: 0, way, class: None, key, bytes }
    }

    fn record(&mut self, shown: Shown) {
        self.lane.records.push(Record { stamp: self.order, shown });
    }

    /// Has something happen to `target`, at least a microsecond from now.
    pub(super) fn cause(&mut self, target: HostId, after: Micros, happening: Happening) {
        let at = self.stamp.at.after(after.max(Micros(1)));
        let stamp = self.ground.next_stamp(at);
        self.lane.caused.push(Event::new(stamp, target, happening));
    }
}

/// What happens to message `number` to `peer`.
pub(super) fn fate(
    classed: &ClassedConfig,
    directory: &Directory,
    key: &StreamKey,
    peer: HostId,
    number: u64,
) -> Fate {
    let words = if classed.draws {
        let tag = directory.entry(peer).map_or(0, |entry| entry.tag);
        rng::words(key, tag, number)
    } else {
        // All give the same fate.
        [0; rng::WORDS]
    };
    Fate::decide(&classed.config, words)
}

/// Adds one to a count of `class`.
pub(super) fn count(lane: &mut Lane, class: u32, which: impl FnOnce(&mut Traffic) -> &mut u64) {
    if let Some(traffic) = lane.traffic.get_mut(class as usize) {
        let number = which(traffic);
        *number = number.saturating_add(1);
    }
}

/// Counts a message that is on its way.
pub(super) fn count_sending(lane: &mut Lane, class: u32, bytes: usize, fate: &Fate) {
    count(lane, class, |traffic| {
        traffic.bytes = traffic.bytes.saturating_add(bytes as u64);
        &mut traffic.sent
    });
    match (fate.first, fate.second) {
        (None, _) => count(lane, class, |traffic| &mut traffic.lost),
        (Some(first), second) => {
            if second.is_some() {
                count(lane, class, |traffic| &mut traffic.duplicated);
            }
            if !first.in_order {
                count(lane, class, |traffic| &mut traffic.reordered);
            }
        }
    }
}
