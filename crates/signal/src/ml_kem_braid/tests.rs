//! The braid against the worked exchange, and alone over links that lose.

mod sending;

use std::vec::Vec;

use super::{
    braid::{Braid, State},
    message::Payload,
    receive::Change,
};
use crate::{
    error::PostQuantumError,
    testing::{json_hex, worked_exchange},
    trace::NoTrace,
};

/// Draws as the exchange did: a byte counter.
pub(crate) struct Counter(pub(crate) u8);

impl Counter {
    pub(crate) fn take<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| {
            let byte = self.0;
            self.0 = byte.wrapping_add(1);
            byte
        })
    }
}

/// What a step draws in the state that `braid` is in, padded to the most that one may draw.
pub(crate) fn drawn(braid: &Braid, counter: &mut Counter) -> [u8; 64] {
    let mut random = [0; 64];
    if matches!(braid.state, State::KeysUnsampled) {
        random = counter.take();
    } else if matches!(braid.state, State::HeaderReceived { .. }) {
        random[..32].copy_from_slice(&counter.take::<32>());
    }
    random
}

fn name(braid: &Braid) -> &'static str {
    match braid.state {
        State::KeysUnsampled => "KeysUnsampled",
        State::KeysSampled { .. } => "KeysSampled",
        State::HeaderSent { .. } => "HeaderSent",
        State::Ct1Received { .. } => "Ct1Received",
        State::EkSentCt1Received { .. } => "EkSentCt1Received",
        State::NoHeaderReceived { .. } => "NoHeaderReceived",
        State::HeaderReceived { .. } => "HeaderReceived",
        State::Ct1Sampled { .. } => "Ct1Sampled",
        State::EkReceivedCt1Sampled { .. } => "EkReceivedCt1Sampled",
        State::Ct1Acknowledged { .. } => "Ct1Acknowledged",
        State::Ct2Sampled { .. } => "Ct2Sampled",
    }
}

//= test: mlkem-braid r1 2.6 init
//= test: mlkem-braid r1 2.5 keys-unsampled-send
//= test: mlkem-braid r1 2.5 keys-sampled-receive
//= test: mlkem-braid r1 2.5 header-sent-receive
//= test: mlkem-braid r1 2.5 ct1-received-receive
//= test: mlkem-braid r1 2.5 ek-sent-ct1-received-receive
//= test: mlkem-braid r1 2.5 no-header-received-receive
//= test: mlkem-braid r1 2.5 header-received-send
//= test: mlkem-braid r1 2.5 ct1-sampled-receive-ack
//= test: mlkem-braid r1 2.5 ct1-acknowledged-receive
//= test: mlkem-braid r1 2.5 ct2-sampled-receive
//= test: mlkem-braid r1 2.6 progress
#[test]
fn states_change_when_those_of_the_worked_exchange_do() {
    let values = worked_exchange();
    let key: [u8; 32] = json_hex(&values["auth_key"]).try_into().unwrap();
    let mut counter = Counter(32);
    let mut sides = [Braid::initiator(&key, &mut NoTrace), Braid::responder(&key, &mut NoTrace)];
    let mut changes = Vec::new();
    for number in 0..200 {
        let (from, to) = (number % 2, 1 - number % 2);
        let who = ["A", "B"];
        let before = name(&sides[from]);
        let epoch = sides[from].epoch;
        let mut random = drawn(&sides[from], &mut counter);
        let (payload, _) = sides[from].send(&mut random, &mut NoTrace);
        if name(&sides[from]) != before {
            let after = name(&sides[from]);
            changes.push(std::format!("msg {number} send {} {before}->{after}", who[from]));
        }
        let before = name(&sides[to]);
        let change = sides[to].receive(epoch, &payload, &mut NoTrace).unwrap();
        sides[to].commit(change);
        if name(&sides[to]) != before {
            let after = name(&sides[to]);
            changes.push(std::format!("msg {number} recv {} {before}->{after}", who[to]));
        }
    }
    let expected: Vec<_> =
        values["state_changes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert_eq!(changes, expected);
}

//= test: mlkem-braid r1 2.4 authenticator-init
//= test: mlkem-braid r1 2.4 mac-header
//= test: mlkem-braid r1 2.4 mac-ciphertext
//= test: mlkem-braid r1 2.2 kdf-auth
//= test: mlkem-braid r1 2.2 kdf-ok
//= test: mlkem-braid r1 2.2 epoch-bytes
//= test: mlkem-braid r1 2.2 protocol-info
//= test: mlkem-braid r1 2.2 mac
//= test: mlkem-braid r1 1.2.1 header-fields
//= test: mlkem-braid r1 2.2 kem-sizes
#[test]
fn authenticators_and_secrets_are_those_of_the_worked_exchange() {
    use super::authenticator::{Authenticator, epoch_secret};
    let values = worked_exchange();
    let key: [u8; 32] = json_hex(&values["auth_key"]).try_into().unwrap();
    let mut auth = Authenticator::start(&key, &mut NoTrace);
    let initial = &values["initial"]["authenticator"];
    assert_eq!(auth.root.expose().to_vec(), json_hex(&initial["root"]));
    assert_eq!(auth.key.expose().to_vec(), json_hex(&initial["mac"]));
    for epoch in 1..=2_u64 {
        let expected = &values["braid"][std::format!("e{epoch}")];
        let header: [u8; 64] = json_hex(&expected["header"]).try_into().unwrap();
        let mac = auth.header_mac(epoch, &header).to_vec();
        assert_eq!(mac, json_hex(&expected["header_mac"]));
        let seed = json_hex(&expected["keygen_seed"]);
        let mut seed: [u8; 64] = seed.try_into().unwrap();
        let keys = crate::crypto::ml_kem::DecapsulationSeed::from_secret(&mut seed);
        assert_eq!(keys.public().0, header);
        assert_eq!(keys.public().1.to_vec(), json_hex(&expected["ek_vector"]));
        let shared: [u8; 32] = json_hex(&expected["kem_ss"]).try_into().unwrap();
        let secret = epoch_secret(epoch, &shared, &mut NoTrace);
        assert_eq!(secret.expose().to_vec(), json_hex(&expected["epoch_secret"]));
        auth = auth.updated(epoch, secret.expose(), &mut NoTrace);
        assert_eq!(auth.root.expose().to_vec(), json_hex(&expected["auth_after"]["root"]));
        let ct1: [u8; 960] = json_hex(&expected["ct1"]).try_into().unwrap();
        let ct2: [u8; 128] = json_hex(&expected["ct2"]).try_into().unwrap();
        assert_eq!(*keys.decapsulate(&ct1, &ct2), shared);
        let mac = auth.ciphertext_mac(epoch, &ct1, &ct2).to_vec();
        assert_eq!(mac, json_hex(&expected["ct2_mac"]));
    }
}

/// Both sides talk in bursts; of the messages some are lost. Returns the epoch reached, having
/// compared every secret that both agreed on.
fn talk(rounds: usize, burst: [usize; 2], lost: impl Fn(usize) -> bool) -> u64 {
    let key = [3; 32];
    let mut sides = [Braid::initiator(&key, &mut NoTrace), Braid::responder(&key, &mut NoTrace)];
    let mut secrets: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
    let (mut number, mut counter) = (0, Counter(1));
    for _ in 0..rounds {
        for from in 0..2 {
            for _ in 0..burst[from] {
                number += 1;
                let epoch = sides[from].epoch;
                let mut random = drawn(&sides[from], &mut counter);
                let (payload, secret) = sides[from].send(&mut random, &mut NoTrace);
                secrets[from].extend(secret.map(|secret| secret.expose().to_vec()));
                if lost(number) {
                    continue;
                }
                let change = sides[1 - from].receive(epoch, &payload, &mut NoTrace).unwrap();
                let secret = change.secret().map(|secret| secret.expose().to_vec());
                secrets[1 - from].extend(secret);
                sides[1 - from].commit(change);
            }
        }
    }
    let agreed = secrets[0].len().min(secrets[1].len());
    assert_eq!(secrets[0][..agreed], secrets[1][..agreed]);
    sides[0].epoch.min(sides[1].epoch)
}

//= test: mlkem-braid r1 1.1 key-consistency
//= test: mlkem-braid r1 1.1 one-key-per-epoch
//= test: mlkem-braid r1 1.3 robust-chunks
//= test: mlkem-braid r1 2.5 ct1-sampled-receive-ek
//= test: mlkem-braid r1 2.5 ek-received-ct1-sampled-receive
#[test]
fn epochs_advance_through_loss_and_lopsided_senders() {
    assert_eq!(talk(300, [1, 1], |_| false), 7);
    assert!(talk(300, [1, 1], |n| n % 3 == 0) >= 5);
    assert!(talk(300, [1, 1], |n| n * n % 7 == 1) >= 5);
    assert!(talk(100, [9, 1], |n| n % 7 == 0) >= 3);
    assert!(talk(100, [1, 60], |n| n % 4 == 0) >= 3);
}

/// A pair that has talked until `until` holds for the side with this index.
fn until(side: usize, until: impl Fn(&State) -> bool) -> [Braid; 2] {
    let key = [3; 32];
    let mut sides = [Braid::initiator(&key, &mut NoTrace), Braid::responder(&key, &mut NoTrace)];
    let mut counter = Counter(1);
    for number in 0..400 {
        if until(&sides[side].state) {
            return sides;
        }
        let from = number % 2;
        let epoch = sides[from].epoch;
        let mut random = drawn(&sides[from], &mut counter);
        let (payload, _) = sides[from].send(&mut random, &mut NoTrace);
        let change = sides[1 - from].receive(epoch, &payload, &mut NoTrace).unwrap();
        sides[1 - from].commit(change);
    }
    panic!("never");
}

/// Sends from one side to the other until something is refused; the sender's chunks are changed.
fn refused_with(mut sides: [Braid; 2], to: usize) -> PostQuantumError {
    let mut counter = Counter(77);
    for _ in 0..200 {
        for from in [to, 1 - to] {
            let epoch = sides[from].epoch;
            let mut random = drawn(&sides[from], &mut counter);
            let (mut payload, _) = sides[from].send(&mut random, &mut NoTrace);
            if let Payload::Header(chunk)
            | Payload::Vector(chunk)
            | Payload::VectorAck(chunk)
            | Payload::Ct2(chunk) = &mut payload
                && from != to
                && chunk.number == 1
            {
                chunk.bytes[3] ^= 1;
            }
            match sides[1 - from].receive(epoch, &payload, &mut NoTrace) {
                Ok(change) => sides[1 - from].commit(change),
                Err(error) => return error,
            }
        }
    }
    panic!("nothing was refused");
}

//= test: mlkem-braid r1 2.4 verify-header
//= test: mlkem-braid r1 2.4 verify-ciphertext
//= test: mlkem-braid r1 2.5 vector-integrity
#[test]
fn objects_that_were_changed_on_the_way_are_refused_when_they_are_whole() {
    let at = |side, what: fn(&State) -> bool| until(side, what);
    let header = at(1, |state| matches!(state, State::NoHeaderReceived { .. }));
    assert_eq!(refused_with(header, 1), PostQuantumError::Authentication);
    let vector = at(1, |state| matches!(state, State::HeaderReceived { .. }));
    assert_eq!(refused_with(vector, 1), PostQuantumError::EncapsulationKey);
    let ct2 = at(0, |state| matches!(state, State::Ct1Received { .. }));
    assert_eq!(refused_with(ct2, 0), PostQuantumError::Authentication);
}

//= test: mlkem-braid r1 2.5 other-epochs
//= test: mlkem-braid r1 2.5 keys-unsampled-receive
//= test: mlkem-braid r1 2.5 header-received-receive
#[test]
fn earlier_epochs_change_nothing_and_later_ones_are_refused() {
    let sides = until(0, |state| matches!(state, State::NoHeaderReceived { .. }));
    assert_eq!(sides[0].epoch, 2);
    let chunk = super::erasure::Chunk { number: 0, bytes: [1; 32] };
    let header = Payload::Header(chunk);
    assert!(matches!(sides[0].receive(1, &header, &mut NoTrace), Ok(Change::Nothing)));
    assert!(matches!(sides[0].receive(2, &header, &mut NoTrace), Ok(Change::Keep(_))));
    let ahead = sides[0].receive(3, &header, &mut NoTrace).unwrap_err();
    assert_eq!(ahead, PostQuantumError::Epoch { found: 3, ours: 2 });

    assert!(matches!(sides[1].state, State::Ct2Sampled { .. }));
    assert!(matches!(sides[1].receive(2, &header, &mut NoTrace), Ok(Change::NextEpoch)));
    assert!(sides[1].receive(3, &header, &mut NoTrace).is_err());

    let fresh = until(1, |state| matches!(state, State::HeaderReceived { .. }));
    assert!(matches!(fresh[1].receive(1, &header, &mut NoTrace), Ok(Change::Nothing)));
    let unsampled = Braid::initiator(&[3; 32], &mut NoTrace);
    assert!(matches!(
        unsampled.receive(1, &Payload::Ct1(chunk), &mut NoTrace),
        Ok(Change::Nothing)
    ));
}
