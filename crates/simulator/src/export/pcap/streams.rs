//! TCP connections: who opened them, how far each side has written, what arrived.

use std::collections::{BTreeMap, VecDeque};

use super::{
    FRAMES_PORT, HTTP_PORT, address,
    packet::{ACK, FIN, MOST_PAYLOAD, PUSH, SYN, Segment, Socket},
};
use crate::kernel::{HostId, WireId};

/// Exchanges that are remembered at once; a copy that comes after its own is forgotten is left out.
const MOST_EXCHANGES: usize = 8_192;
/// Messages of one direction that are remembered, for copies.
pub(super) const MOST_MESSAGES: usize = 64;
/// Ports of whoever opens a connection.
const FIRST_PORT: u16 = 32_768;
/// How many of them.
const PORTS: u64 = 28_000;

/// A connection by its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Connection {
    /// A link between one start of each end.
    Link { client: (HostId, u32), server: (HostId, u32) },
    /// One HTTP exchange.
    Exchange { asker: HostId, server: HostId, wire: WireId },
}

impl Connection {
    const fn ends(&self) -> (HostId, HostId) {
        match self {
            Self::Link { client, server } => (client.0, server.0),
            Self::Exchange { asker, server, .. } => (*asker, *server),
        }
    }
}

/// One side of a connection.
#[derive(Clone, Debug)]
struct Side {
    socket: Socket,
    /// The next byte that it writes.
    next: u32,
    /// What it has seen of the other side.
    seen: u32,
    /// Whether it has closed.
    closed: bool,
    /// Its latest messages.
    messages: VecDeque<Message>,
}

#[derive(Clone, Debug)]
struct Message {
    number: u64,
    /// Its first byte.
    first: u32,
    /// The byte behind it.
    end: u32,
    /// Whether a copy arrived.
    arrived: bool,
}

/// All connections of a run.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: BTreeMap<Connection, (Side, Side)>,
    exchanges: VecDeque<Connection>,
    /// Connections opened from one host to another, each with a port of its own.
    opened: BTreeMap<(HostId, HostId), u64>,
    packets: u16,
}

/// A packet and what there is to say of it.
pub(super) type Told = (Vec<u8>, Option<&'static str>);

impl Streams {
    /// A message leaves `from`.
    pub(super) fn left(
        &mut self,
        connection: &Connection,
        from: HostId,
        number: u64,
        bytes: &[u8],
    ) -> Vec<Told> {
        let mut told = self.opened(connection);
        let Some((writer, reader)) = self.sides(connection, from) else { return told };
        let first = writer.next;
        let end = first.wrapping_add(bytes.len() as u32);
        writer.next = end;
        writer.messages.push_back(Message { number, first, end, arrived: false });
        if writer.messages.len() > MOST_MESSAGES {
            writer.messages.pop_front();
        }
        let (from, to, seen) = (writer.socket, reader.socket, writer.seen);
        told.extend(self.data((from, to), first, seen, bytes, None));
        told
    }

    /// A copy of a message arrives: it is acknowledged, and a second one is seen again.
    pub(super) fn arrived(
        &mut self,
        connection: &Connection,
        from: HostId,
        number: u64,
        bytes: &[u8],
    ) -> Vec<Told> {
        let asker = matches!(connection, Connection::Exchange { asker, .. } if *asker != from);
        let Some((writer, reader)) = self.sides(connection, from) else { return Vec::new() };
        let known = writer.messages.iter_mut().find(|message| message.number == number);
        let Some(message) = known else { return Vec::new() };
        let again = std::mem::replace(&mut message.arrived, true);
        let (first, end) = (message.first, message.end);
        // What was overtaken is acknowledged with what overtook it.
        if end.wrapping_sub(reader.seen) < u32::MAX / 2 {
            reader.seen = end;
        }
        let answer = (reader.socket, writer.socket);
        let (sequence, seen, written) = (reader.next, reader.seen, writer.seen);
        let closes = asker && !reader.closed;
        if closes {
            reader.closed = true;
            reader.next = sequence.wrapping_add(1);
        }
        let mut told = Vec::new();
        if again {
            let comment = Some("the network delivers a second copy");
            told.extend(self.data((answer.1, answer.0), first, written, bytes, comment));
        }
        let flags = if closes { FIN | ACK } else { ACK };
        told.push((self.segment(answer, (sequence, seen), flags, &[]), None));
        if closes && let Some((writer, _)) = self.sides(connection, from) {
            // The server may still have something to say: it does not close.
            writer.seen = sequence.wrapping_add(1);
            let (next, seen) = (writer.next, writer.seen);
            told.push((self.segment((answer.1, answer.0), (next, seen), ACK, &[]), None));
        }
        told
    }

    /// The handshake, if the connection is new.
    fn opened(&mut self, connection: &Connection) -> Vec<Told> {
        if self.open.contains_key(connection) {
            return Vec::new();
        }
        let (client, server) = connection.ends();
        let count = self.opened.entry((client, server)).or_default();
        let port = FIRST_PORT.saturating_add(count.checked_rem(PORTS).unwrap_or(0) as u16);
        *count = count.saturating_add(1);
        let here = match connection {
            Connection::Link { .. } => FRAMES_PORT,
            Connection::Exchange { .. } => HTTP_PORT,
        };
        let first = (*count as u32).wrapping_mul(64_000);
        let side = |host, port, next: u32, seen: u32| Side {
            socket: Socket { address: address(host), port },
            next: next.wrapping_add(1),
            seen: seen.wrapping_add(1),
            closed: false,
            messages: VecDeque::new(),
        };
        let (a, b) = (side(client, port, first, !first), side(server, here, !first, first));
        let (from, to) = (a.socket, b.socket);
        self.remember(connection, (a, b));
        let (one, other) = (first.wrapping_add(1), (!first).wrapping_add(1));
        vec![
            (self.segment((from, to), (first, 0), SYN, &[]), None),
            (self.segment((to, from), (!first, one), SYN | ACK, &[]), None),
            (self.segment((from, to), (one, other), ACK, &[]), None),
        ]
    }

    fn remember(&mut self, connection: &Connection, sides: (Side, Side)) {
        self.open.insert(*connection, sides);
        if matches!(connection, Connection::Exchange { .. }) {
            self.exchanges.push_back(*connection);
            if self.exchanges.len() > MOST_EXCHANGES
                && let Some(oldest) = self.exchanges.pop_front()
            {
                self.open.remove(&oldest);
            }
        }
    }

    /// The side that writes, and the other.
    fn sides(&mut self, connection: &Connection, from: HostId) -> Option<(&mut Side, &mut Side)> {
        let (client, _) = connection.ends();
        let (a, b) = self.open.get_mut(connection)?;
        Some(if client == from { (a, b) } else { (b, a) })
    }

    /// Bytes in as many segments as they need.
    fn data(
        &mut self,
        between: (Socket, Socket),
        first: u32,
        seen: u32,
        bytes: &[u8],
        comment: Option<&'static str>,
    ) -> Vec<Told> {
        let mut told = Vec::new();
        let mut sequence = first;
        for chunk in bytes.chunks(MOST_PAYLOAD) {
            let packet = self.segment(between, (sequence, seen), PUSH | ACK, chunk);
            told.push((packet, comment));
            sequence = sequence.wrapping_add(chunk.len() as u32);
        }
        told
    }

    fn segment(
        &mut self,
        (from, to): (Socket, Socket),
        (sequence, acknowledged): (u32, u32),
        flags: u8,
        payload: &[u8],
    ) -> Vec<u8> {
        self.packets = self.packets.wrapping_add(1);
        let segment = Segment { from, to, sequence, acknowledged, flags, number: self.packets };
        segment.packet(payload)
    }
}
