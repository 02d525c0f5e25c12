//! What an event does to a host: whether it reaches the node at all, and how.

use vocab::{Micros, NoiseKey};

use super::{
    event::{Frame, Happening, HostId, Time, Timer, Web, WebBody},
    links::End,
    port::Port,
    recording::Received,
};
use crate::{
    digest,
    node::Node,
    view::{EventRecord, Stream, Way},
};

impl Port<'_> {
    /// Lets `happening` happen. Returns whether the host received anything: what comes too late, to
    /// a host that is down, or over a link that is, leaves no trace in its chain.
    pub(super) fn receive(&mut self, node: &mut dyn Node, happening: Happening) -> bool {
        if let Happening::Timer { incarnation, kind, number } = happening {
            return self.remember(node, incarnation, kind.timer(number));
        }
        let received = self.accepts(node, &happening);
        if received {
            self.absorb(&happening);
        }
        match happening {
            Happening::Frame(frame) => self.frame(node, *frame, received),
            Happening::Web(web) => self.web(node, *web, received),
            Happening::Boot if received => self.boot(node),
            Happening::Crash { down } if received => self.crash(node, down),
            Happening::Offline(offline) => self.offline(node, offline),
            Happening::Cut { peer, cut } => self.cut(node, peer, cut),
            Happening::Greeting { incarnation, sent, reply } if received => {
                self.greeted(node, incarnation, sent, reply);
            }
            Happening::Farewell { .. } if received => self.left(node),
            Happening::Command(number) => node.command(number, self),
            Happening::Strike { fault, phase } => self.strike(node, fault as usize, phase),
            Happening::Told(text) => node.told(&text.0, self),
            Happening::Boot
            | Happening::Crash { .. }
            | Happening::Greeting { .. }
            | Happening::Farewell { .. }
            | Happening::Timer { .. }
            | Happening::Next { .. } => {}
        }
        received
    }

    fn absorb(&mut self, happening: &Happening) {
        let stamp = self.stamp;
        if self.lane.digest {
            let (source, sequence) = (stamp.source.0, stamp.sequence);
            self.ground.chain.absorb(stamp.at.0, source, sequence, |feed| happening.feed(feed));
        }
        if let Some(received) = &mut self.lane.received {
            let hash = digest::short(|feed| happening.feed(feed));
            let (host, what) = (self.ground.id, happening.name());
            received.push(Received { stamp, host, what, hash });
        }
    }

    /// A reminder counts only if the node still waits for it.
    fn remember(&mut self, node: &mut dyn Node, incarnation: u32, timer: Timer) -> bool {
        let current = self.ground.alive && self.ground.incarnation == incarnation;
        let received = current && node.timer(timer, self);
        if received {
            self.absorb(&Happening::timer(incarnation, timer));
        }
        received
    }

    fn accepts(&self, node: &dyn Node, happening: &Happening) -> bool {
        let ground = &*self.ground;
        match happening {
            Happening::Boot => !ground.alive,
            Happening::Crash { .. } => ground.alive,
            Happening::Offline(_)
            | Happening::Cut { .. }
            | Happening::Command(_)
            | Happening::Strike { .. }
            | Happening::Told(_) => true,
            Happening::Greeting { .. } => {
                ground.online() && self.end().is_some_and(|end| end.cuts == 0)
            }
            Happening::Farewell { incarnation } => ground.online() && self.is_up_with(*incarnation),
            Happening::Frame(frame) => {
                let end = ground.links.at(frame.end, self.stamp.source);
                ground.online()
                    && frame.to == ground.incarnation
                    && end.is_some_and(|end| end.up && end.incarnation == frame.from)
            }
            Happening::Web(web) if matches!(web.body, WebBody::Request(_)) => ground.online(),
            Happening::Web(web) => {
                ground.alive
                    && web.wire.incarnation == ground.incarnation
                    && node.expects(web.wire.exchange)
            }
            Happening::Timer { .. } | Happening::Next { .. } => false,
        }
    }

    /// This host's end of the link to whoever caused the event.
    fn end(&self) -> Option<&End> {
        let key = self.directory.entry(self.stamp.source)?.key;
        self.ground.links.get(&key)
    }

    fn is_up_with(&self, incarnation: u32) -> bool {
        self.end().is_some_and(|end| end.up && end.incarnation == incarnation)
    }

    fn frame(&mut self, node: &mut dyn Node, frame: Frame, received: bool) {
        self.count_arrival(frame.class, received && !frame.damaged);
        let end = self.ground.links.at(frame.end, self.stamp.source).filter(|_| received);
        if let Some(key) = end.map(|end| end.key) {
            if frame.damaged {
                return self.start_anew(node, &key);
            }
            let source = Some(self.stamp.source);
            let way = Way::Link { from: frame.from, to: frame.to };
            self.view(Stream::FrameIn, (source, frame.number, way), || frame.bytes.clone());
            node.frame(key, frame.bytes, self);
        }
    }

    fn web(&mut self, node: &mut dyn Node, web: Web, received: bool) {
        let Web { class, number, wire, body } = web;
        let source = self.stamp.source;
        if !matches!(body, WebBody::Refused) {
            self.count_arrival(class, received);
        }
        if !received {
            // The machine is there, but nothing listens on it.
            if matches!(body, WebBody::Request(_)) && self.ground.offline == 0 {
                self.refuse(source, wire);
            }
            return;
        }
        let seen = match body {
            WebBody::Request(_) => Some((Stream::RequestIn, source)),
            WebBody::Response(_) => Some((Stream::ResponseIn, self.ground.id)),
            WebBody::Refused => None,
        };
        if let Some((stream, asker)) = seen {
            let way = Way::Exchange { asker, wire };
            self.view(stream, (Some(source), number, way), || body.to_bytes());
        }
        match body {
            WebBody::Request(request) => self.serve(node, (source, wire), number, *request),
            WebBody::Response(response) => node.response(wire.exchange, Some(*response), self),
            WebBody::Refused => node.response(wire.exchange, None, self),
        }
    }

    fn boot(&mut self, node: &mut dyn Node) {
        let ground = &mut *self.ground;
        ground.alive = true;
        ground.incarnation = ground.incarnation.saturating_add(1);
        ground.started = self.stamp.at;
        self.log_world("started");
        node.boot(self);
        self.greet_all();
    }

    /// The host loses its memory and what was not synced, now, and starts again `down` later.
    pub(super) fn crash(&mut self, node: &mut dyn Node, down: Micros) {
        self.crash_with(node, down, None);
    }

    /// The same; `torn` chooses how much of what was not synced is there all the same.
    pub(super) fn crash_with(&mut self, node: &mut dyn Node, down: Micros, torn: Option<u64>) {
        if self.ground.alive {
            self.log_world("crashed");
            match torn {
                None => node.crash(self),
                Some(word) => node.crash_torn(word, self),
            }
            self.let_go();
            self.take_leave();
            let _closed = self.ground.links.all_down();
            self.ground.alive = false;
            self.cause(self.ground.id, down, Happening::Boot);
        }
    }

    fn offline(&mut self, node: &mut dyn Node, offline: bool) {
        let before = self.ground.offline;
        let after = if offline { before.saturating_add(1) } else { before.saturating_sub(1) };
        if before == 0 && offline {
            self.log_world("offline");
            self.take_leave();
            for key in self.ground.links.all_down() {
                node.link(key, false, self);
            }
        }
        self.ground.offline = after;
        if before == 1 && !offline {
            self.log_world("online");
            self.greet_all();
        }
    }

    /// The event log shows what the world did to a host, beside what its hop tells.
    fn log_world(&mut self, kind: &'static str) {
        if self.wants_events() {
            self.log_event(EventRecord::new(kind));
        }
    }

    fn cut(&mut self, node: &mut dyn Node, peer: HostId, cut: bool) {
        let Some(key) = self.directory.entry(peer).map(|entry| entry.key) else { return };
        let Some(end) = self.ground.links.get_mut(&key) else { return };
        end.cuts = if cut { end.cuts.saturating_add(1) } else { end.cuts.saturating_sub(1) };
        let (open, was_up) = (end.cuts == 0, end.up);
        end.up = was_up && open;
        if was_up && !open {
            node.link(key, false, self);
        } else if open && self.ground.online() {
            self.greet(&key, false);
        }
    }

    fn greet_all(&mut self) {
        if self.ground.online() {
            let keys: Vec<NoiseKey> = self.ground.links.iter().map(|end| end.key).collect();
            for key in keys {
                self.greet(&key, false);
            }
        }
    }

    fn greet(&mut self, key: &NoiseKey, reply: bool) {
        let (incarnation, sent) = (self.ground.incarnation, self.stamp.at);
        let Some(end) = self.ground.links.get_mut(key).filter(|end| end.cuts == 0) else { return };
        let Some(classed) = self.directory.config(end.config) else { return };
        let after = classed.config.latency.minimum();
        end.greeting_arrives = Some(sent.after(after));
        let peer = end.peer;
        self.cause(peer, after, Happening::Greeting { incarnation, sent, reply });
    }

    fn take_leave(&mut self) {
        if !self.ground.online() {
            return;
        }
        let incarnation = self.ground.incarnation;
        let peers: Vec<(HostId, Micros)> = self
            .ground
            .links
            .iter()
            .filter(|end| end.cuts == 0)
            .filter_map(|end| {
                let classed = self.directory.config(end.config)?;
                Some((end.peer, classed.config.latency.minimum()))
            })
            .collect();
        for (peer, after) in peers {
            self.cause(peer, after, Happening::Farewell { incarnation });
        }
    }

    fn greeted(&mut self, node: &mut dyn Node, incarnation: u32, sent: Time, reply: bool) {
        let Some(key) = self.directory.entry(self.stamp.source).map(|entry| entry.key) else {
            return;
        };
        let Some(end) = self.ground.links.get_mut(&key) else { return };
        let was_up_with = end.up.then_some(end.incarnation);
        let heard_of_us = end.greeting_arrives.is_some_and(|arrives| arrives > sent);
        (end.up, end.incarnation) = (true, incarnation);
        if was_up_with.is_some_and(|earlier| earlier != incarnation) {
            node.link(key, false, self);
        }
        if was_up_with != Some(incarnation) {
            node.link(key, true, self);
        }
        if !reply && !heard_of_us {
            self.greet(&key, true);
        }
    }

    /// A frame's seal does not hold, as Noise notices: this end closes the link and opens another.
    fn start_anew(&mut self, node: &mut dyn Node, key: &NoiseKey) {
        let incarnation = self.ground.incarnation;
        let Some(end) = self.ground.links.get_mut(key) else { return };
        end.up = false;
        let (peer, config) = (end.peer, end.config);
        node.link(*key, false, self);
        if let Some(classed) = self.directory.config(config) {
            self.cause(peer, classed.config.latency.minimum(), Happening::Farewell { incarnation });
        }
        self.greet(key, false);
    }

    fn left(&mut self, node: &mut dyn Node) {
        let Some(key) = self.directory.entry(self.stamp.source).map(|entry| entry.key) else {
            return;
        };
        if let Some(end) = self.ground.links.get_mut(&key) {
            end.up = false;
            node.link(key, false, self);
        }
    }
}
