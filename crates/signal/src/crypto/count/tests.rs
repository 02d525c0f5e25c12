//! The operations of each row of docs/reference/speed.md.

use std::{collections::BTreeMap, vec::Vec};

use keys::{Bundle, Mode, PublicKey, VerifiedBundle};

use super::{Operation, during};
use crate::{
    IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, KemPreKeyRandomness, NoTrace,
    OneTimePreKey, OpenContext, OpenRandomness, PreKeys, Profile, SealRandomness, Sealed, Session,
    SignedPreKey, SignedPreKeyRandomness,
};

struct Shelf(SignedPreKey, OneTimePreKey, KemPreKey);

impl PreKeys for Shelf {
    fn signed(&self, _id: u32) -> Option<&SignedPreKey> {
        Some(&self.0)
    }
    fn one_time(&self, _id: u32) -> Option<&OneTimePreKey> {
        Some(&self.1)
    }
    fn kem(&self, _id: u32) -> Option<&KemPreKey> {
        Some(&self.2)
    }
    fn base_key_seen(&self, _: Option<u32>, _: u32, _: &PublicKey) -> bool {
        false
    }
}

struct Party {
    identity: IdentityKeyPair,
    shelf: Shelf,
    session: Option<Session>,
    drawn: u8,
}

impl Party {
    fn new(byte: u8) -> Self {
        let identity = IdentityKeyPair::generate([byte; 32]);
        let random = SignedPreKeyRandomness { private: [byte ^ 1; 32], nonce: [byte; 64] };
        let signed = SignedPreKey::generate(1, &identity, random);
        let one_time = OneTimePreKey::generate(1, [byte ^ 2; 32]);
        let random = KemPreKeyRandomness { seed: [byte ^ 3; 64], nonce: [byte ^ 4; 64] };
        let kem = KemPreKey::generate(1, &identity, random, false);
        Self { identity, shelf: Shelf(signed, one_time, kem), session: None, drawn: byte }
    }

    fn bundle(&self) -> VerifiedBundle {
        let Shelf(signed, one_time, kem) = &self.shelf;
        let bundle = Bundle {
            registration_id: 1,
            device: 1,
            identity: self.identity.public(),
            signed: signed.published(),
            one_time: Some(one_time.published()),
            kem: Some(kem.published()),
        };
        bundle.verify(Mode::Compat).unwrap()
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        self.drawn = self.drawn.wrapping_add(29);
        [self.drawn; N]
    }

    fn starts(&mut self, bundle: &VerifiedBundle) {
        let random = InitiateRandomness {
            base: self.draw(),
            ratchet: self.draw(),
            encapsulation: self.draw(),
        };
        let (profile, ours) = (Profile::V4Spqr, &self.identity);
        let session = Session::initiate(profile, ours, 1, bundle, random, 0, &mut NoTrace);
        self.session = Some(session.unwrap());
    }

    fn seals(&mut self) -> Sealed {
        let random = SealRandomness { braid: self.draw() };
        let session = self.session.as_mut().unwrap();
        session.seal(b"hello", random, 0, None, &mut NoTrace).unwrap()
    }

    fn opens(&mut self, sealed: &Sealed) {
        let random = OpenRandomness { ratchet: self.draw() };
        let message = Incoming::parse(sealed.kind, &sealed.bytes).unwrap();
        let context = OpenContext {
            profiles: &[Profile::V4Spqr],
            ours: &self.identity,
            our_registration_id: 1,
            prekeys: &self.shelf,
            pinned: None,
            remote_registration_id: None,
            addresses: None,
            now_seconds: 0,
        };
        let session = self.session.as_ref();
        let opening = Session::try_open(session, &message, &context, random, &mut NoTrace);
        let _opened = Session::commit(&mut self.session, opening.unwrap()).unwrap();
    }
}

fn are(counts: &BTreeMap<Operation, u32>, expected: &[(Operation, u32)]) {
    let found: Vec<_> = counts.iter().map(|(operation, count)| (*operation, *count)).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_step_does_the_operations_that_the_table_of_speeds_states() {
    use Operation::{Agree, Decapsulate, Encapsulate, Generate, GenerateKem, Torsion};
    let (mut alice, mut bob) = (Party::new(1), Party::new(100));
    let bundle = bob.bundle();
    let ((), process) = during(|| alice.starts(&bundle));
    are(&process, &[(Agree, 5), (Generate, 2), (Encapsulate, 1)]);

    let first = alice.seals();
    bob.shelf.2.expand();
    let ((), opened) = during(|| bob.opens(&first));
    are(&opened, &[(Agree, 6), (Generate, 1), (Decapsulate, 1), (Torsion, 1)]);

    let answer = bob.seals();
    let ((), turned) = during(|| alice.opens(&answer));
    are(&turned, &[(Agree, 2), (Generate, 1)]);

    let (sealed, sealing) = during(|| alice.seals());
    are(&sealing, &[]);
    bob.opens(&sealed);
    let sealed = alice.seals();
    let ((), opening) = during(|| bob.opens(&sealed));
    are(&opening, &[]);

    // From the seed alone a first flight costs one key generation more.
    let (mut carol, mut dave) = (Party::new(40), Party::new(60));
    carol.starts(&dave.bundle());
    let first = carol.seals();
    let ((), opened) = during(|| dave.opens(&first));
    are(&opened, &[(Agree, 6), (Generate, 1), (GenerateKem, 1), (Decapsulate, 1), (Torsion, 1)]);
}

#[test]
fn an_exchange_of_the_braid_grows_its_keys_three_times_and_encapsulates_twice() {
    let (mut alice, mut bob) = (Party::new(1), Party::new(100));
    alice.starts(&bob.bundle());
    let first = alice.seals();
    bob.opens(&first);
    let ((), counts) = during(|| {
        for _ in 0..43 {
            let answer = bob.seals();
            alice.opens(&answer);
            let next = alice.seals();
            bob.opens(&next);
        }
    });
    // Alice drew her key pair with the first message: header and vector grow from the seed when
    // they are needed, and the private key when the ciphertext is here.
    are(
        &counts,
        &[
            (Operation::Agree, 172),
            (Operation::Generate, 86),
            (Operation::GenerateKem, 2),
            (Operation::Encapsulate, 2),
            (Operation::Decapsulate, 1),
        ],
    );
}
