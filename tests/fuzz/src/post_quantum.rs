//! Steps of the post-quantum ratchet that no honest peer sends, under a MAC that holds: the sender
//! has the session, and lies.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use signal::{MessageKind, Sealed, Tracer, trace::Step};
use wire::signal::{SignalFields, SignalMessage};

use crate::{
    bytes::Input,
    party::{Party, Peer},
    pool,
};

/// The MAC key of one message, by watching.
#[derive(Default)]
struct MacKey(Vec<u8>);

impl Tracer for MacKey {
    fn step(&mut self, step: &Step<'_>) {
        let named = step.outputs.iter().find(|value| value.name == "authentication key");
        self.0.extend(named.into_iter().flat_map(|value| value.bytes));
    }
}

/// Lies at one moment of a conversation, and then the truth, which may be refused by now.
pub(crate) fn target(data: &[u8]) {
    let mut input = Input::new(data);
    let moments = pool::moments();
    let moment = &moments[input.below(moments.len())];
    let mut parties = pool::parties();
    for (side, party) in parties.iter_mut().enumerate() {
        if let Ok(kept) = Peer::of_parts(&moment.sides[side]) {
            party.peers.insert(1 - side, kept);
        }
    }
    let from = input.below(2);
    for _ in 0..16 {
        let Some(how) = input.next() else { break };
        lies(&mut parties, from, how, &mut input);
    }
    for (from, to) in [(0, 1), (1, 0), (0, 1)] {
        if let Ok(sealed) = parties[from].seals(to, b"truth") {
            arrives(&mut parties, from, sealed.kind, &sealed.bytes);
        }
    }
}

fn arrives(parties: &mut [Party; 2], from: usize, kind: MessageKind, bytes: &[u8]) {
    let sender = (from, parties[from].registration_id);
    let receiver = &mut parties[1 - from];
    if let Ok(opening) = receiver.tries(sender, kind, bytes) {
        receiver.commits(from, opening).unwrap();
        receiver.peers.entry(from).or_default().restore();
    }
}

fn lies(parties: &mut [Party; 2], from: usize, how: u8, input: &mut Input<'_>) {
    let mut key = MacKey::default();
    let Ok(sealed) = parties[from].seals_watched(1 - from, b"lie", &mut key) else { return };
    // First messages have the same inside.
    let Sealed { kind: MessageKind::Message, bytes, .. } = sealed else { return };
    let parsed = SignalMessage::parse(&bytes).unwrap();
    let step = if how & 1 == 0 {
        input.take(usize::from(how / 2)).to_vec()
    } else {
        chunk(parsed.pq_ratchet, how, input)
    };
    let fields = SignalFields {
        version: parsed.version,
        ratchet_key: parsed.ratchet_key,
        counter: parsed.counter,
        previous_counter: parsed.previous_counter,
        ciphertext: parsed.ciphertext,
        pq_ratchet: &step,
        addresses: None,
    };
    let mut remade = fields.encode_authenticated();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).unwrap();
    mac.update(&parties[from].identity.public().encode());
    mac.update(&parties[1 - from].identity.public().encode());
    mac.update(&remade);
    remade.extend_from_slice(&mac.finalize().into_bytes()[..8]);
    arrives(parties, from, MessageKind::Message, &remade);
}

/// The genuine epoch, or one near it, and number of the key, so that the message opens; another
/// type, number or content of the chunk.
fn chunk(genuine: &[u8], how: u8, input: &mut Input<'_>) -> Vec<u8> {
    // Version, epoch of one byte, number of the key in at most two.
    let mut step = genuine.to_vec();
    let Some(kind) = step.iter().skip(2).position(|byte| byte & 0x80 == 0).map(|at| at + 3) else {
        return step;
    };
    if how & 2 != 0 {
        step[1] = step[1].wrapping_add(input.byte());
    }
    if how & 4 != 0
        && let Some(slot) = step.get_mut(kind)
    {
        *slot = input.byte() % 8;
    }
    if how & 8 != 0 {
        step.truncate(kind + 1);
        step.push(input.byte() & 0x7f);
        step.extend_from_slice(&[input.byte(); 32]);
    }
    if how & 16 != 0 {
        let at = usize::from(input.byte()) % step.len().max(1);
        step[at] ^= input.byte();
    }
    step
}
