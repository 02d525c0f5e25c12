//! The virtual links as packets, which Wireshark opens.
//!
//! A frame is a message on a TCP connection, with its length before it in three bytes, as devices
//! write it; an HTTP message is one on port 80 of a connection for its exchange. A connection is
//! between two starts of two nodes. What is sent is there when it leaves its sender, lost or not;
//! an acknowledgement when it arrives; a second copy as the retransmission that it looks like.
//!
//! Where the scenario wants Noise, a link begins with its handshake, and what lies on it are
//! records (`noise`).

mod blocks;
mod noise;
mod packet;
mod streams;

use vocab::UnixMicros;

pub use self::noise::Noise;
use self::streams::{Connection, Streams, Told};
use super::{Target, flow::passing};
use crate::{
    actor::Actor,
    kernel::HostId,
    view::{View, Way},
    watch::Host,
};

/// The port at which a transport listens for devices; no dissector claims it.
pub const FRAMES_PORT: u16 = 7_713;
/// The port of HTTP.
pub const HTTP_PORT: u16 = 80;

/// Writes packets while a run goes on.
#[derive(Debug)]
pub struct Pcap {
    target: Target,
    start: UnixMicros,
    streams: Streams,
    noise: Option<Noise>,
}

impl Pcap {
    /// A capture of the links between these hosts; `start` is the date at virtual time 0.
    pub fn new(
        target: Target,
        title: &str,
        start: UnixMicros,
        hosts: &[Host],
        noise: Option<Noise>,
    ) -> Self {
        target.write(&blocks::section(title));
        let named = (0..).map(HostId).map(address).zip(hosts.iter().map(|host| &*host.name));
        target.write(&blocks::names(named));
        Self { target, start, streams: Streams::default(), noise }
    }

    /// Bytes that a node saw.
    pub fn view(&mut self, view: &View, hosts: &[Host]) {
        let Some(((http, from, to, number), arrives)) = passing(view) else { return };
        let Some(connection) = connection(view.way, (from, to), hosts) else { return };
        let packets = match &mut self.noise {
            Some(noise) if !http => noise
                .on_the_wire(&connection, (from, number), (arrives, &view.bytes), hosts)
                .into_iter()
                .flat_map(|step| step.told(&connection, &mut self.streams))
                .collect(),
            _ => {
                let bytes = if http { view.bytes.clone() } else { on_the_wire(&view.bytes) };
                Step { from, number, arrives, bytes }.told(&connection, &mut self.streams)
            }
        };
        let at_us = self.start.0.saturating_add(view.at.0);
        for (packet, comment) in packets {
            self.target.write(&blocks::packet(at_us, &packet, comment));
        }
    }
}

/// A message that leaves its sender, or a copy of it that arrives.
struct Step {
    from: HostId,
    number: u64,
    arrives: bool,
    bytes: Vec<u8>,
}

impl Step {
    fn told(self, connection: &Connection, streams: &mut Streams) -> Vec<Told> {
        let Self { from, number, arrives, bytes } = self;
        if arrives {
            streams.arrived(connection, from, number, &bytes)
        } else {
            streams.left(connection, from, number, &bytes)
        }
    }
}

/// A frame as it lies on the connection: its length in three bytes, and it.
fn on_the_wire(frame: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = (frame.len() as u32).to_be_bytes();
    let mut bytes = length.to_vec();
    bytes.extend_from_slice(frame);
    bytes
}

/// The connection on which something goes; `None` for what stays at home.
fn connection(way: Way, (from, to): (HostId, HostId), hosts: &[Host]) -> Option<Connection> {
    match way {
        Way::Home => None,
        Way::Link { from: from_start, to: to_start } => {
            let serves = |host: HostId| {
                hosts.get(host.index()).is_some_and(|host| host.actor == Actor::Transport)
            };
            let turned = serves(from) && (!serves(to) || to < from);
            let ends = ((from, from_start), (to, to_start));
            let (client, server) = if turned { (ends.1, ends.0) } else { ends };
            Some(Connection::Link { client, server })
        }
        Way::Exchange { asker, wire } => {
            let server = if asker == from { to } else { from };
            Some(Connection::Exchange { asker, server, wire })
        }
    }
}

/// The address of a host: 10.0.0.1 and on.
const fn address(host: HostId) -> [u8; 4] {
    let [_, a, b, c] = host.0.saturating_add(1).to_be_bytes();
    [10, a, b, c]
}
