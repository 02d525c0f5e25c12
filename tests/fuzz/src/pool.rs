//! What targets start from, made once for each process: genuine keys, sessions and messages.

use std::sync::OnceLock;

use keys::Bundle;
use signal::{
    IdentityKeyPair, KemPreKey, KemPreKeyRandomness, OneTimePreKey, Parts, Profile, SafetyNumber,
    Sealed, SignedPreKey, SignedPreKeyRandomness,
};

use crate::party::Party;

/// Two devices at one moment of their conversation, and what is under way to the second.
pub(crate) struct Moment {
    pub(crate) sides: [Parts; 2],
    pub(crate) under_way: Vec<Sealed>,
}

/// A safety number of two fixed parties.
pub(crate) fn safety_number() -> &'static SafetyNumber {
    static NUMBER: OnceLock<SafetyNumber> = OnceLock::new();
    NUMBER.get_or_init(|| {
        let [one, other] = [1, 2].map(|number| [Party::new(number).identity.public()]);
        let (one, other) = (signal::Party::new(b"1", &one), signal::Party::new(b"2", &other));
        SafetyNumber::new(&one, &other)
    })
}

/// A bundle of a fixed party.
pub(crate) fn bundle() -> &'static Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(|| Party::new(1).bundle(true, false))
}

/// One record of each kind of private key.
pub(crate) fn records() -> &'static [Vec<u8>; 4] {
    static RECORDS: OnceLock<[Vec<u8>; 4]> = OnceLock::new();
    RECORDS.get_or_init(|| {
        let identity = IdentityKeyPair::generate([3; 32]);
        let r = SignedPreKeyRandomness { private: [4; 32], nonce: [5; 64] };
        let signed = SignedPreKey::generate(1, &identity, r);
        let one_time = OneTimePreKey::generate(2, [6; 32]);
        let r = KemPreKeyRandomness { seed: [7; 64], nonce: [8; 64] };
        let kem = KemPreKey::generate(3, &identity, r, true);
        let all = [identity.to_bytes(), signed.to_bytes(), one_time.to_bytes(), kem.to_bytes()];
        all.map(|record| record.to_vec())
    })
}

/// Moments of conversations: each profile, answered or not, with archives and skipped keys, and the
/// post-quantum ratchet in each of its states.
pub(crate) fn moments() -> &'static [Moment] {
    static MOMENTS: OnceLock<Vec<Moment>> = OnceLock::new();
    MOMENTS.get_or_init(|| {
        let mut moments = Vec::new();
        for (profile, turns) in [(Profile::V3, 1), (Profile::V4, 2), (Profile::V4Negotiated, 0)] {
            moments.push(moment(&mut talk(profile, turns)));
        }
        let mut parties = talk(Profile::V4Spqr, 0);
        for turn in 0..90 {
            if turn % 6 == 0 {
                moments.push(moment(&mut parties));
            }
            turn_of(&mut parties, 1);
        }
        moments
    })
}

/// The two parties of every moment, without their sessions.
pub(crate) fn parties() -> [Party; 2] {
    [Party::new(1), Party::new(2)]
}

/// A conversation that has an archived session on each side, and then so many turns.
fn talk(profile: Profile, turns: usize) -> [Party; 2] {
    let mut parties = parties();
    for turns in [1, turns] {
        let [one, other] = &mut parties;
        let bundle = other.bundle(true, false);
        one.starts(1, profile, bundle);
        (0..turns).for_each(|_| turn_of(&mut parties, 0));
    }
    parties
}

/// A message each way, and before each so many that never arrive.
fn turn_of(parties: &mut [Party; 2], lost: usize) {
    for (from, to) in [(0, 1), (1, 0)] {
        for _ in 0..lost {
            let _lost = parties[from].seals(to, b"lost").unwrap();
        }
        let sealed = parties[from].seals(to, b"text").unwrap();
        let sender = (from, parties[from].registration_id);
        let opening = parties[to].tries(sender, sealed.kind, &sealed.bytes).unwrap();
        assert_eq!(parties[to].commits(from, opening).unwrap(), b"text");
    }
}

fn moment(parties: &mut [Party; 2]) -> Moment {
    let snapshot = |party: &Party, peer| {
        party.peers.get(&peer).and_then(|peer| peer.snapshot()).unwrap_or_default()
    };
    let sides = [snapshot(&parties[0], 1), snapshot(&parties[1], 0)];
    let under_way = (0..2).map(|_| parties[0].seals(1, b"under way").unwrap()).collect();
    Moment { sides, under_way }
}
