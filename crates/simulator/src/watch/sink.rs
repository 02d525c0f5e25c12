//! What nodes saw, taken in.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not counted is the rest")]

use std::sync::{Arc, Mutex, PoisonError};

use wire::transport::FromTransport;

use super::{Place, Watch, arrows, time};
use crate::{
    kernel::{HostId, Time},
    node::shared_store::frame::is_of_a_store,
    view::{EventRecord, Stream, View, ViewSink},
};

/// A watch that a kernel and observers share.
#[derive(Clone)]
pub struct Shared(pub Arc<Mutex<Watch>>);

impl Shared {
    /// Works with the watch.
    pub fn with<T>(&self, work: impl FnOnce(&mut Watch) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ViewSink for Shared {
    fn wants(&self, _host: HostId) -> bool {
        self.with(|watch| watch.looks)
    }

    fn view(&mut self, view: View) {
        self.with(|watch| watch.take(&view));
    }

    fn wants_events(&self) -> bool {
        self.with(|watch| watch.log.is_some() || watch.exports.wants_events())
    }

    fn event(&mut self, at: Time, host: HostId, event: EventRecord) {
        self.with(|watch| watch.log_event(at, host, &event));
    }
}

impl Watch {
    fn take(&mut self, view: &View) {
        if view.stream == Stream::Erased {
            // Nobody sees anything by it.
            return self.exports.view(view, &self.hosts, &self.names);
        }
        self.scan(view);
        let is_frame = matches!(view.stream, Stream::FrameIn | Stream::FrameOut);
        if is_frame && is_of_a_store(&view.bytes) {
            // A node and its store are seen, and are no step of anything.
            return;
        }
        self.count(view);
        self.arrows.view(view);
        self.contacts.view(view);
        self.exports.view(view, &self.hosts, &self.names);
        self.follow_envelopes(view);
        self.follow_prekeys(view);
        self.overhear(view);
        if self.is_transport(view)
            && let Some(evidence) = self.promises.view(view)
        {
            self.find("durable-first", format!("transport: {evidence}, {}", time(view.at.0)));
        }
        if let Some(trace) = self.traces.get_mut(&view.host)
            && matches!(view.stream, Stream::FrameIn | Stream::FrameOut)
        {
            let way = if view.stream == Stream::FrameIn { "in" } else { "out" };
            let kind = format!("{way} {}", arrows::kind(&view.bytes));
            trace.push((kind, view.bytes.len()));
        }
    }

    fn scan(&mut self, view: &View) {
        let Some(host) = self.hosts.get(view.host.index()) else { return };
        if self.blind_to == Some(host.actor) {
            return;
        }
        let name = view.stream.name();
        let place = self
            .places
            .entry((view.host, name))
            .or_insert_with(|| Place::new(format!("{}/{name}", host.name)));
        if let Some(scanner) = self.scanners.get_mut(&host.actor) {
            if !view.key.is_empty() {
                scanner.feed(&self.mint, place, view.at.0, &view.key);
            }
            scanner.feed(&self.mint, place, view.at.0, &view.bytes);
        }
    }

    fn count(&mut self, view: &View) {
        let kind = match view.stream {
            Stream::FrameOut => Some(arrows::kind(&view.bytes)),
            other => arrows::http_kind(other),
        };
        if let Some(kind) = kind {
            let count = self.kinds.entry(kind.to_owned()).or_default();
            *count = count.saturating_add(1);
        }
        if let (Stream::Store, Some(class)) = (view.stream, view.class) {
            let table = view.key.split(|byte| *byte == 0).next().unwrap_or_default();
            let table = String::from_utf8_lossy(table).into_owned();
            let stored = self.stored.entry((class, view.host)).or_default();
            let rows = stored.tables.entry(table).or_default();
            *rows = rows.saturating_add(1);
        }
    }

    /// A bundle that leaves the transport takes its one-time keys with it.
    fn follow_prekeys(&mut self, view: &View) {
        let (Stream::FrameOut, Some(peer)) = (view.stream, view.peer) else { return };
        let Ok(FromTransport::Answer { id, bundle: Some(bundle), .. }) =
            FromTransport::decode(&view.bytes)
        else {
            return;
        };
        for key in self.prekeys.out(peer, id, &bundle) {
            let to = self.name(peer).to_owned();
            let at = time(view.at.0);
            self.find(
                "one-time-key-once",
                format!("one-time prekey {key} left the directory again, to {to}, {at}"),
            );
        }
    }

    fn log_event(&mut self, at: Time, host: HostId, event: &EventRecord) {
        if let Some(log) = &mut self.log {
            log.event(at.0, host, self.hosts.get(host.index()), event);
        }
        self.exports.event(at, host, event);
    }
}
