//! What crosses a node's boundary or lies in its store, as the world records it.
//!
//! The world writes these records, never a hop. They are buffered while a window runs and handed to
//! a [`ViewSink`] between windows, in the order (time, source, sequence) of the events that caused
//! them, so that a sink sees the same whatever ran in parallel.

use vocab::DataClass;

use crate::kernel::{HostId, Time, WireId};

/// Which boundary of a node some bytes crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// A frame came over a link.
    FrameIn,
    /// A frame was put on a link.
    FrameOut,
    /// Somebody's HTTP request came.
    RequestIn,
    /// An HTTP request was sent.
    RequestOut,
    /// The answer to a request of this node came.
    ResponseIn,
    /// The answer to somebody's request was sent.
    ResponseOut,
    /// A row was written; [`View::key`] is its key and [`View::class`] its class.
    Store,
    /// A row of a queue was removed; [`View::key`] is its key. No bytes are seen by it.
    Erased,
    /// The person or operator gave a command: what was typed.
    AppIn,
    /// The person or operator was shown something.
    AppOut,
    /// A line of the operator's log.
    Log,
}

impl Stream {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FrameIn => "frame-in",
            Self::FrameOut => "frame-out",
            Self::RequestIn => "http-request-in",
            Self::RequestOut => "http-request-out",
            Self::ResponseIn => "http-response-in",
            Self::ResponseOut => "http-response-out",
            Self::Store => "store",
            Self::Erased => "store-erase",
            Self::AppIn => "app-in",
            Self::AppOut => "app-out",
            Self::Log => "log",
        }
    }
}

/// On which connection something goes from one node to another: the same at both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// On none: it stays at the node.
    #[default]
    Home,
    /// On a link, between one start of its sender and one of its receiver.
    Link {
        /// Which start of the sender.
        from: u32,
        /// Which start of the receiver.
        to: u32,
    },
    /// In an HTTP exchange.
    Exchange {
        /// Who asks.
        asker: HostId,
        /// How the asker calls it.
        wire: WireId,
    },
}

/// Bytes that one node saw.
#[derive(Clone, PartialEq, Eq)]
pub struct View {
    /// When.
    pub at: Time,
    /// Who saw them.
    pub host: HostId,
    /// Where they crossed.
    pub stream: Stream,
    /// The other end, for frames and HTTP.
    pub peer: Option<HostId>,
    /// Which message from the sending to the receiving end this is, counted from zero, one count
    /// for frames and one for HTTP: the same at both ends, so that an arrow can be drawn. Zero
    /// elsewhere.
    pub number: u64,
    /// On which connection they came or went.
    pub way: Way,
    /// The class of a row.
    pub class: Option<DataClass>,
    /// The key of a row; empty elsewhere.
    pub key: Vec<u8>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl core::fmt::Debug for View {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Views hold content and keys: a panic message shows how long they are.
        let Self { at, host, stream, peer, number, way, class, key, bytes } = self;
        write!(f, "View({at:?} {host:?} {} {peer:?} #{number} {way:?} {class:?} ", stream.name())?;
        write!(f, "{}B+{}B)", key.len(), bytes.len())
    }
}

/// An event of a hop as the event log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// What happened, in one word.
    pub kind: &'static str,
    /// The details, in the order of their names.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl EventRecord {
    /// A record without details.
    pub fn new(kind: &'static str) -> Self {
        Self { kind, fields: serde_json::Map::new() }
    }

    /// The same with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }
}

/// Takes what nodes saw, between windows and in order.
pub trait ViewSink {
    /// Whether bytes that `host` sees are wanted at all. Asked once for each run; recording what
    /// nobody wants costs nothing.
    fn wants(&self, host: HostId) -> bool;

    /// Bytes that a wanted host saw.
    fn view(&mut self, view: View);

    /// Whether rendered events are wanted.
    fn wants_events(&self) -> bool {
        false
    }

    /// A rendered event of a hop.
    fn event(&mut self, at: Time, host: HostId, event: EventRecord) {
        let _unwanted = (at, host, event);
    }
}

/// A sink for runs in which nobody looks.
impl ViewSink for () {
    fn wants(&self, _host: HostId) -> bool {
        false
    }

    fn view(&mut self, _view: View) {}
}
