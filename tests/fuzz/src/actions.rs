//! Sequences of actions of two to four devices, on all profiles, over a network that loses,
//! repeats, reorders, misdirects and changes messages.
//!
//! What holds whatever happens: each message is opened at most once and says then what was sealed;
//! a trial and a refusal leave no trace; a fresh message opens at once; no key serves twice; the
//! store that was given every change has the session.

use std::collections::BTreeSet;

use signal::{MessageKind, Profile, SealError, SendingPosition};

use crate::{bytes::Input, party::Party};

const MOST_ACTIONS: usize = 96;
/// Fewer than the sessions that an archive holds, so that none is lost.
const MOST_STARTS: usize = 30;
const PROFILES: [Profile; 4] = [Profile::V3, Profile::V4, Profile::V4Spqr, Profile::V4Negotiated];

struct World {
    parties: Vec<Party>,
    flights: Vec<Flight>,
    starts: usize,
    sealed: u32,
    positions: BTreeSet<(usize, usize, SendingPosition)>,
    labels: BTreeSet<(usize, [u8; 16])>,
}

/// A message under way. It stays after it has arrived, so that it can arrive again.
#[derive(Clone)]
struct Flight {
    from: usize,
    to: usize,
    kind: MessageKind,
    bytes: Vec<u8>,
    text: Vec<u8>,
    is_opened: bool,
}

/// Runs the sequence that `data` spells.
pub(crate) fn target(data: &[u8]) {
    let mut input = Input::new(data);
    let count = 2 + input.below(3);
    let mut world = World {
        parties: (0..count as u32).map(Party::new).collect(),
        flights: Vec::new(),
        starts: 0,
        sealed: 0,
        positions: BTreeSet::new(),
        labels: BTreeSet::new(),
    };
    world.starts(0, 1, &mut input);
    for _ in 0..MOST_ACTIONS {
        let Some(action) = input.next() else { break };
        world.act(action, &mut input);
    }
}

impl World {
    fn act(&mut self, action: u8, input: &mut Input<'_>) {
        match action % 14 {
            0 => {
                let (from, to) = self.two(input);
                self.starts(from, to, input);
            }
            1 | 2 => {
                let (from, to) = self.two(input);
                let _sent = self.seals(from, to, input);
            }
            3 | 4 => self.arrives(input),
            5 => self.exchange(input),
            6 => self.is_lost(input),
            7 => self.is_changed(input),
            8 => self.is_misdirected(input),
            9 => self.is_tried_twice(input),
            10 => self.burst(input),
            11 => self.with_session(input, |session| session.archive_current()),
            12 => {
                let (from, to) = self.two(input);
                self.parties[from].peers.entry(to).or_default().restore();
            }
            _ => {
                let days = u64::from(input.byte());
                self.parties.iter_mut().for_each(|party| party.now += days * 86_400);
            }
        }
    }

    /// Two different parties.
    fn two(&self, input: &mut Input<'_>) -> (usize, usize) {
        let byte = usize::from(input.byte());
        let count = self.parties.len();
        let from = byte % count;
        (from, (from + 1 + byte / count % (count - 1)) % count)
    }

    fn starts(&mut self, from: usize, to: usize, input: &mut Input<'_>) {
        let how = input.byte();
        if self.starts >= MOST_STARTS {
            return;
        }
        self.starts += 1;
        let bundle = self.parties[to].bundle(how & 4 == 0, how & 8 != 0);
        self.parties[from].starts(to, PROFILES[usize::from(how & 3)], bundle);
    }

    /// The number of a new flight, if there is a session to seal with.
    fn seals(&mut self, from: usize, to: usize, input: &mut Input<'_>) -> Option<usize> {
        let length = usize::from(input.byte());
        self.sealed += 1;
        let mut text = self.sealed.to_le_bytes().to_vec();
        text.resize(length.max(4), 0x61);
        let sealed = match self.parties[from].seals(to, &text) {
            Ok(sealed) => sealed,
            Err(SealError::NoSession) => return None,
            Err(SealError::Unacknowledged { .. }) => {
                let session = self.parties[from].peers[&to].session.as_ref();
                assert!(session.is_some_and(signal::Session::is_unacknowledged));
                return None;
            }
            Err(other) => panic!("not sealed: {other}"),
        };
        assert!(self.positions.insert((from, to, sealed.position)), "a position served twice");
        assert!(self.labels.insert((from, sealed.key_fingerprint)), "a key served twice");
        let (kind, bytes) = (sealed.kind, sealed.bytes);
        self.flights.push(Flight { from, to, kind, bytes, text, is_opened: false });
        Some(self.flights.len() - 1)
    }

    fn delivers(&mut self, number: usize) {
        let flight = &mut self.flights[number];
        let sender = (flight.from, self.parties[flight.from].registration_id);
        let receiver = &mut self.parties[flight.to];
        // A late message may be refused: its keys may be gone.
        let Ok(opening) = receiver.tries(sender, flight.kind, &flight.bytes) else { return };
        assert!(!flight.is_opened, "a message was opened twice");
        assert_eq!(opening.plaintext(), flight.text, "before it is committed");
        let text = receiver.commits(flight.from, opening).unwrap();
        assert_eq!(text, flight.text);
        flight.is_opened = true;
    }

    fn pick(&self, input: &mut Input<'_>) -> Option<usize> {
        let byte = usize::from(input.byte());
        (!self.flights.is_empty()).then(|| {
            // Half of the picks are among the newest.
            let count = self.flights.len();
            if byte & 1 == 0 { byte / 2 % count } else { count - 1 - byte / 2 % count }
        })
    }

    fn arrives(&mut self, input: &mut Input<'_>) {
        if let Some(number) = self.pick(input) {
            self.delivers(number);
        }
    }

    /// A fresh message that arrives at once must open.
    fn exchange(&mut self, input: &mut Input<'_>) {
        let (from, to) = self.two(input);
        self.sends_at_once(from, to, input);
    }

    fn sends_at_once(&mut self, from: usize, to: usize, input: &mut Input<'_>) {
        if let Some(number) = self.seals(from, to, input) {
            self.delivers(number);
            assert!(self.flights[number].is_opened, "a fresh message was refused");
        }
    }

    /// As many turns of a conversation as an epoch of the post-quantum ratchet may take.
    fn burst(&mut self, input: &mut Input<'_>) {
        let (from, to) = self.two(input);
        for _ in 0..input.below(48) {
            self.sends_at_once(from, to, input);
            self.sends_at_once(to, from, input);
        }
    }

    fn is_lost(&mut self, input: &mut Input<'_>) {
        if let Some(number) = self.pick(input) {
            self.flights.swap_remove(number);
        }
    }

    fn is_changed(&mut self, input: &mut Input<'_>) {
        let Some(number) = self.pick(input) else { return };
        let Flight { from, to, kind, mut bytes, .. } = self.flights[number].clone();
        let (at, change) = (usize::from(input.u16()) % bytes.len(), input.byte().max(1));
        bytes[at] ^= change;
        let sender = (from, self.parties[from].registration_id);
        let refused = self.parties[to].tries(sender, kind, &bytes);
        assert!(refused.is_err(), "byte {at} was changed by {change:02x}, and it opened");
    }

    fn is_misdirected(&mut self, input: &mut Input<'_>) {
        let Some(number) = self.pick(input) else { return };
        let Flight { from, to, kind, bytes, .. } = self.flights[number].clone();
        let other = input.below(self.parties.len());
        let sender = input.below(self.parties.len());
        if other != sender && (sender, other) != (from, to) {
            let sender = (sender, self.parties[from].registration_id);
            let refused = self.parties[other].tries(sender, kind, &bytes);
            // A first message is of whoever signed for its identity: the caller pins that one.
            assert!(refused.is_err() || other == to && kind == MessageKind::PreKey);
        }
    }

    /// Of two trials of one message only one is committed.
    fn is_tried_twice(&mut self, input: &mut Input<'_>) {
        let Some(number) = self.pick(input) else { return };
        let flight = &mut self.flights[number];
        let sender = (flight.from, self.parties[flight.from].registration_id);
        let receiver = &mut self.parties[flight.to];
        let Ok(first) = receiver.tries(sender, flight.kind, &flight.bytes) else { return };
        let second = receiver.tries(sender, flight.kind, &flight.bytes);
        assert!(!flight.is_opened, "a message was opened twice");
        assert_eq!(receiver.commits(flight.from, first).as_ref(), Ok(&flight.text));
        flight.is_opened = true;
        let second = second.unwrap_or_else(|error| panic!("a trial was no trial: {error}"));
        assert!(receiver.commits(flight.from, second).is_err(), "both were committed");
    }

    fn with_session(&mut self, input: &mut Input<'_>, act: impl FnOnce(&mut signal::Session)) {
        let (from, to) = self.two(input);
        let kept = self.parties[from].peers.entry(to).or_default();
        if let Some(session) = &mut kept.session {
            act(session);
        }
        kept.keep();
    }
}
