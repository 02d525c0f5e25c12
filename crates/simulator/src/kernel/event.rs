//! Events, and the order in which they happen.

use hop::http::{Request, Response};
use vocab::Micros;

use crate::digest::Feed;

/// Virtual microseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub u64);

impl Time {
    /// The moment `span` later; the end of time instead of an overflow.
    #[must_use]
    pub const fn after(self, span: Micros) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long ago `earlier` was; zero where it lies in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Micros {
        Micros(self.0.saturating_sub(earlier.0))
    }
}

/// One host of a run: its place in the order in which the builder was told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostId(pub u32);

impl HostId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// When an event happens, and before which others of the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// When.
    pub at: Time,
    /// Who caused it.
    pub source: HostId,
    /// How many events this host had caused before.
    pub sequence: u64,
}

/// Names an HTTP exchange on the wire, among all that one host ever starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireId {
    /// How often the host had been started.
    pub incarnation: u32,
    /// What its hop called it.
    pub exchange: u64,
}

/// What a node asked to be reminded of. Reminders do not outlive a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The hop wants to be woken.
    Wake,
    /// The store answers a transaction.
    Answer(u64),
    /// The store looks for expired rows.
    Sweep,
    /// An HTTP exchange has waited long enough.
    Deadline(u64),
    /// For nodes that are no hops.
    Own(u64),
}

/// Something that happens to a host. Many wait at once, and each is moved a few times, so it is
/// small: what takes more room is behind a pointer.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) at: Time,
    pub(crate) sequence: u64,
    pub(crate) source: HostId,
    pub(crate) target: HostId,
    pub(crate) happening: Happening,
}

const _: () = assert!(size_of::<Event>() <= 40, "an event has grown");

impl Event {
    pub(crate) const fn new(stamp: Stamp, target: HostId, happening: Happening) -> Self {
        let Stamp { at, source, sequence } = stamp;
        Self { at, sequence, source, target, happening }
    }

    pub(crate) const fn stamp(&self) -> Stamp {
        Stamp { at: self.at, source: self.source, sequence: self.sequence }
    }
}

/// What happens.
#[derive(Debug)]
pub(crate) enum Happening {
    /// The host starts, for the first time or again.
    Boot,
    /// The host loses its memory and what was not synced, and starts again `down` later.
    Crash { down: Micros },
    /// The host is cut off from everybody, or no longer.
    Offline(bool),
    /// The link to `peer` is cut, or no longer.
    Cut { peer: HostId, cut: bool },
    /// The other end of a link says that it is up. It is world, not payload: no node sees it.
    Greeting { incarnation: u32, sent: Time, reply: bool },
    /// The other end of a link went down.
    Farewell { incarnation: u32 },
    /// A frame arrives.
    Frame(Box<Frame>),
    /// A message over HTTP arrives.
    Web(Box<Web>),
    /// A reminder: [`Happening::timer`], in less room.
    Timer { incarnation: u32, kind: TimerKind, number: u64 },
    /// The person or operator asks for something.
    Command(u64),
    /// A fault of the plan begins or ends.
    Strike { fault: u32, phase: Phase },
    /// A slow host is done with a message.
    Next { piece: u64 },
    /// A short message comes over the telephone network, which is none of the links.
    Told(Box<ShortMessage>),
}

/// Where a fault stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It begins.
    On,
    /// Its next turn, of those that come in turns.
    Again,
    /// It is over.
    Off,
}

/// A [`Timer`] without its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimerKind {
    Wake,
    Answer,
    Sweep,
    Deadline,
    Own,
}

/// What a short message says.
#[derive(Debug)]
pub(crate) struct ShortMessage(pub(crate) Vec<u8>);

/// A frame on its way.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The receiver's end of the link: its place among the receiver's ends.
    pub(crate) end: u32,
    /// Where it is counted: an index into the directory's classes.
    pub(crate) class: u32,
    /// Which message of this direction it is.
    pub(crate) number: u64,
    /// The sender's start that it comes from.
    pub(crate) from: u32,
    /// The receiver's start that it was meant for.
    pub(crate) to: u32,
    pub(crate) bytes: Vec<u8>,
    /// Whether a bit was turned on the way.
    pub(crate) damaged: bool,
}

/// A message over HTTP on its way.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    /// Where it is counted: an index into the directory's classes.
    pub(crate) class: u32,
    /// Which message of this direction it is.
    pub(crate) number: u64,
    /// The exchange, named by whoever asked.
    pub(crate) wire: WireId,
    pub(crate) body: WebBody,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum WebBody {
    Request(Box<Request>),
    Response(Box<Response>),
    /// Nobody listens there, or whoever did is gone.
    Refused,
}

impl Happening {
    /// A reminder of `timer`, which the host set in its `incarnation`.
    pub(crate) const fn timer(incarnation: u32, timer: Timer) -> Self {
        let (kind, number) = match timer {
            Timer::Wake => (TimerKind::Wake, 0),
            Timer::Answer(tx) => (TimerKind::Answer, tx),
            Timer::Sweep => (TimerKind::Sweep, 0),
            Timer::Deadline(exchange) => (TimerKind::Deadline, exchange),
            Timer::Own(number) => (TimerKind::Own, number),
        };
        Self::Timer { incarnation, kind, number }
    }

    /// What it is, in a word or two.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Boot => "start",
            Self::Crash { .. } => "crash",
            Self::Offline(_) => "offline",
            Self::Cut { .. } => "cut",
            Self::Greeting { .. } => "greeting",
            Self::Farewell { .. } => "farewell",
            Self::Frame(_) => "frame",
            Self::Web(web) => match web.body {
                WebBody::Request(_) => "HTTP request",
                WebBody::Response(_) => "HTTP response",
                WebBody::Refused => "HTTP refusal",
            },
            Self::Timer { kind, .. } => match kind {
                TimerKind::Wake => "wake-up",
                TimerKind::Answer => "answer of the store",
                TimerKind::Sweep => "sweep",
                TimerKind::Deadline => "deadline",
                TimerKind::Own => "timer",
            },
            Self::Command(_) => "command",
            Self::Strike { .. } => "fault",
            Self::Next { .. } => "message that waited",
            Self::Told(_) => "short message",
        }
    }

    /// Writes what happens into a host's chain.
    pub(crate) fn feed(&self, feed: &mut Feed<'_>) {
        match self {
            Self::Boot => feed.number(1),
            Self::Crash { down } => numbers(feed, [2, down.0]),
            Self::Offline(offline) => numbers(feed, [3, u64::from(*offline)]),
            Self::Cut { peer, cut } => numbers(feed, [4, u64::from(peer.0), u64::from(*cut)]),
            Self::Greeting { incarnation, sent, reply } => {
                numbers(feed, [5, u64::from(*incarnation), sent.0, u64::from(*reply)]);
            }
            Self::Farewell { incarnation } => numbers(feed, [6, u64::from(*incarnation)]),
            Self::Frame(frame) => {
                let Frame { end: _, class: _, number, from, to, bytes, damaged } = &**frame;
                // One kind for each, so that what arrives whole is told as it always was.
                let kind = if *damaged { 13 } else { 7 };
                numbers(feed, [kind, *number, u64::from(*from), u64::from(*to)]);
                feed.bytes(bytes);
            }
            Self::Web(web) => {
                let Web { class: _, number, wire, body } = &**web;
                numbers(feed, [8, *number, u64::from(wire.incarnation), wire.exchange]);
                body.feed(feed);
            }
            Self::Timer { incarnation, kind, number } => {
                numbers(feed, [9, u64::from(*incarnation)]);
                kind.timer(*number).feed(feed);
            }
            Self::Command(number) => numbers(feed, [10, *number]),
            Self::Strike { fault, phase } => {
                numbers(feed, [11, u64::from(*fault), *phase as u64]);
            }
            Self::Next { piece } => numbers(feed, [12, *piece]),
            Self::Told(text) => {
                feed.number(14);
                feed.bytes(&text.0);
            }
        }
    }
}

impl WebBody {
    /// Bytes that it takes on the wire.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Request(request) => request.to_bytes(),
            Self::Response(response) => response.to_bytes(),
            Self::Refused => Vec::new(),
        }
    }

    fn feed(&self, feed: &mut Feed<'_>) {
        let (headers, body) = match self {
            Self::Request(request) => {
                feed.number(1);
                for part in [&request.authority, &request.method, &request.target] {
                    feed.bytes(part.as_bytes());
                }
                (&request.headers, &request.body)
            }
            Self::Response(response) => {
                numbers(feed, [2, u64::from(response.status)]);
                (&response.headers, &response.body)
            }
            Self::Refused => return feed.number(3),
        };
        feed.number(headers.len() as u64);
        for (name, value) in headers {
            feed.bytes(name.as_bytes());
            feed.bytes(value.as_bytes());
        }
        feed.bytes(body);
    }
}

impl TimerKind {
    pub(crate) const fn timer(self, number: u64) -> Timer {
        match self {
            Self::Wake => Timer::Wake,
            Self::Answer => Timer::Answer(number),
            Self::Sweep => Timer::Sweep,
            Self::Deadline => Timer::Deadline(number),
            Self::Own => Timer::Own(number),
        }
    }
}

impl Timer {
    fn feed(self, feed: &mut Feed<'_>) {
        match self {
            Self::Wake => feed.number(1),
            Self::Answer(tx) => numbers(feed, [2, tx]),
            Self::Sweep => feed.number(3),
            Self::Deadline(exchange) => numbers(feed, [4, exchange]),
            Self::Own(number) => numbers(feed, [5, number]),
        }
    }
}

fn numbers<const N: usize>(feed: &mut Feed<'_>, numbers: [u64; N]) {
    numbers.into_iter().for_each(|number| feed.number(number));
}
