//! What Noise makes of the frames on a link: the handshake, then records, by the crate `link`.
//!
//! The world's links have no handshake of their own: it is there at the moment of the first frame,
//! and takes no time. Its randomness is of the run's seed and the connection, so the same run gives
//! the same bytes.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use link::{Channel, HandshakeError, Initiator, Responder, Sealer, Seed};

use super::{
    Step,
    streams::{Connection, MOST_MESSAGES},
};
use crate::{export::Target, kernel::HostId, rng, watch::Host, world::cast::static_key};

/// The handshake's messages have the last numbers that there are: no frame gets there.
const HANDSHAKE: [u64; 3] = [u64::MAX - 2, u64::MAX - 1, u64::MAX];

/// All links of a run, as what encrypts them.
#[derive(Debug)]
pub struct Noise {
    seed: u64,
    keys: Option<Target>,
    /// What the client and the server send with.
    open: BTreeMap<Connection, (Side, Side)>,
}

/// A handshake that is done.
struct Shaken {
    messages: [Vec<u8>; 3],
    /// The client, and the server.
    sides: (Side, Side),
}

#[derive(Debug)]
struct Side {
    sealer: Sealer,
    /// Its latest messages, for copies of them.
    sealed: VecDeque<(u64, Vec<u8>)>,
}

impl Noise {
    /// The links of a run with this seed; their keys are written to `keys`, a line for each link.
    pub fn new(seed: u64, keys: Option<Target>) -> Self {
        Self { seed, keys, open: BTreeMap::new() }
    }

    /// What a frame is on the wire: its records, and before the first one the handshake.
    ///
    /// Nothing for a frame that is too long to be sent, and for a copy of what is forgotten.
    pub(super) fn on_the_wire(
        &mut self,
        connection: &Connection,
        (from, number): (HostId, u64),
        (arrives, frame): (bool, &[u8]),
        hosts: &[Host],
    ) -> Vec<Step> {
        let Connection::Link { client, server } = connection else { return Vec::new() };
        let mut steps = Vec::new();
        if !self.open.contains_key(connection) {
            // Ends that are both ours do not refuse each other.
            let Ok(shaken) = self.handshake(*client, *server, hosts) else { return steps };
            for ((number, bytes), from) in
                HANDSHAKE.into_iter().zip(shaken.messages).zip([client.0, server.0, client.0])
            {
                steps.push(Step { from, number, arrives: false, bytes });
                steps.push(Step { from, number, arrives: true, bytes: Vec::new() });
            }
            self.open.insert(*connection, shaken.sides);
        }
        let Some((a, b)) = self.open.get_mut(connection) else { return steps };
        let side = if from == client.0 { a } else { b };
        let bytes = if arrives { side.known(number) } else { side.seal(number, frame) };
        steps.extend(bytes.map(|bytes| Step { from, number, arrives, bytes }));
        steps
    }

    /// The three messages between two starts of two nodes, and what follows them.
    fn handshake(
        &self,
        client: (HostId, u32),
        server: (HostId, u32),
        hosts: &[Host],
    ) -> Result<Shaken, HandshakeError> {
        let name = |host: HostId| hosts.get(host.index()).map_or("", |host| &*host.name);
        let own = |host| static_key(self.seed, name(host));
        let between = format!("{} {} {} {}", name(client.0), client.1, name(server.0), server.1);
        let seed = |purpose| Seed::from_secret(&mut rng::key(self.seed, purpose, &between));

        let key = own(server.0);
        let (mut initiator, first) =
            Initiator::new(&own(client.0), key.public(), seed("noise client"))?;
        let mut responder = Responder::new(Arc::new(key), seed("noise server"));
        let second = responder.receive(&first)?.send;
        let here = initiator.receive(&second)?;
        let there = responder.receive(&here.send)?;
        let (Some(client), Some(server)) = (here.channel, there.channel) else {
            return Err(HandshakeError::Engine);
        };
        if let (Some(keys), Some(line)) = (&self.keys, client.key_log_line()) {
            keys.write(line.as_bytes());
            keys.write(b"\n");
        }
        let sides = (Side::of(client), Side::of(server));
        Ok(Shaken { messages: [first, second, here.send], sides })
    }
}

impl Side {
    fn of(channel: Channel) -> Self {
        Self { sealer: channel.sealer, sealed: VecDeque::new() }
    }

    fn seal(&mut self, number: u64, frame: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.sealer.seal(frame, &mut bytes).ok()?;
        self.sealed.push_back((number, bytes.clone()));
        if self.sealed.len() > MOST_MESSAGES {
            self.sealed.pop_front();
        }
        Some(bytes)
    }

    fn known(&self, number: u64) -> Option<Vec<u8>> {
        let (_, bytes) = self.sealed.iter().find(|(known, _)| *known == number)?;
        Some(bytes.clone())
    }
}
