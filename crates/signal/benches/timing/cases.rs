//! What is timed. Inputs of both classes are made the same way and into the same place, so that
//! nothing but their content differs.

use std::{hint::black_box, time::Instant};

use keys::{Bundle, Mode};
use signal::{
    IdentityKeyPair, Incoming, InitiateRandomness, MessageKind, NoTrace, OneTimePreKey,
    OpenContext, OpenError, OpenRandomness, Opening, Parts, PostQuantumError, Profile,
    SealRandomness, Sealed, Session,
};
use wire::signal::{PreKeyFields, PreKeySignalMessage, SignalFields, SignalMessage};

use crate::people::{Person, With, acquainted, strangers};

/// Something with two classes of inputs.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) classes: &'static str,
    pub(crate) runs: usize,
    /// Whether there is a leak, planted.
    pub(crate) leaks: bool,
    /// Makes an input of the class, and says in how many nanoseconds it was dealt with.
    pub(crate) run: Box<Run>,
}

type Run = dyn FnMut(usize, &mut Random) -> f64;

/// SplitMix64: which inputs are drawn is no secret here.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        (self.next() >> 56) as u8
    }

    /// Always drawn in full, so that both classes cost the same before the clock starts.
    fn fixed_or_drawn<const N: usize>(&mut self, class: usize) -> [u8; N] {
        let mask = 0_u8.wrapping_sub(class as u8);
        core::array::from_fn(|_| 0x17 ^ (self.byte() & mask))
    }
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = vec![early_exit()];
    cases.extend([mac_check(), tampered(), plaintext()]);
    cases.extend([kem_failure(), braid_failure()]);
    cases.extend([base_multiplication(), agreement(), signing()]);
    cases
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let result = black_box(work());
    (begun.elapsed().as_nanos() as f64, result)
}

fn case(
    name: &'static str,
    classes: &'static str,
    runs: usize,
    run: impl FnMut(usize, &mut Random) -> f64 + 'static,
) -> Case {
    Case { name, classes, runs, leaks: false, run: Box::new(run) }
}

/// The planted leak: two tags of eight bytes, compared until they differ.
fn early_exit() -> Case {
    let right = [0x55_u8; 8];
    let compare = move |class: usize, _: &mut Random| {
        let mut tag = right;
        tag[class * 7] ^= 1;
        let tag = black_box(tag);
        timed(|| tag.iter().zip(black_box(&right)).all(|(one, other)| one == black_box(other))).0
    };
    let case = case("planted: early exit", "first byte, last byte", 200_000, compare);
    Case { leaks: true, ..case }
}

/// Tries `bytes` on `person`'s session, on the clock.
fn tries(person: &Person, kind: MessageKind, bytes: &[u8]) -> (f64, Result<Opening, OpenError>) {
    let context = OpenContext {
        profiles: &person.profiles,
        ours: &person.identity,
        our_registration_id: person.registration_id,
        prekeys: &person.prekeys,
        pinned: None,
        remote_registration_id: None,
        addresses: None,
        now_seconds: person.now,
    };
    let message = Incoming::parse(kind, black_box(bytes)).unwrap();
    let session = person.session.as_ref();
    let random = OpenRandomness { ratchet: [3; 32] };
    timed(|| Session::try_open(session, &message, &context, random, &mut NoTrace))
}

/// Alice's next message to Bob, in a chain that he knows.
fn same_chain() -> (Person, Sealed) {
    let (mut alice, mut bob) = acquainted(Profile::V4Spqr);
    let sealed = alice.seals("first of its chain");
    bob.opens(&sealed, "first of its chain");
    let sealed = alice.seals(&"x".repeat(200));
    (bob, sealed)
}

fn mac_check() -> Case {
    let (bob, sealed) = same_chain();
    let mut bytes = sealed.bytes.clone();
    case("MAC check", "wrong in the first byte, in the last", 60_000, move |class, _| {
        bytes.copy_from_slice(&sealed.bytes);
        let at = bytes.len() - 8 + class * 7;
        bytes[at] ^= 1;
        let (took, refused) = tries(&bob, sealed.kind, &bytes);
        assert_eq!(refused.unwrap_err(), OpenError::BadMac);
        took
    })
}

fn tampered() -> Case {
    let (bob, sealed) = same_chain();
    let at = SignalMessage::parse(&sealed.bytes).unwrap().ciphertext;
    let at = at.as_ptr() as usize - sealed.bytes.as_ptr() as usize;
    let mut bytes = sealed.bytes.clone();
    case("message changed", "one ciphertext, any of its length", 60_000, move |class, random| {
        bytes[at..at + 208].copy_from_slice(&random.fixed_or_drawn::<208>(class));
        let (took, refused) = tries(&bob, sealed.kind, &bytes);
        assert_eq!(refused.unwrap_err(), OpenError::BadMac);
        took
    })
}

/// The same key each time: the sender is read back from its store before each message.
fn plaintext() -> Case {
    let (mut alice, mut bob) = acquainted(Profile::V4Spqr);
    let sealed = alice.seals("first of its chain");
    bob.opens(&sealed, "first of its chain");
    let before = alice.session.as_ref().unwrap().snapshot();
    case("message opened", "one text, any of its length", 40_000, move |class, random| {
        let text = random.fixed_or_drawn::<200>(class);
        let mut session = Session::restore(before.refs()).unwrap();
        let r = SealRandomness { braid: [1; 64] };
        let sealed = session.seal(&text, r, 0, None, &mut NoTrace).unwrap();
        let (took, opened) = tries(&bob, sealed.kind, &sealed.bytes);
        assert_eq!(opened.unwrap().plaintext(), text);
        took
    })
}

/// Kyber rejects implicitly: a changed ciphertext gives another secret, and the MAC fails as it
/// does where the ciphertext is whole and the MAC was changed.
fn kem_failure() -> Case {
    let (mut alice, mut bob) = strangers(Profile::V4);
    bob.prekeys.kem.values_mut().for_each(signal::KemPreKey::expand);
    let sealed = alice.seals("hello");
    let parsed = PreKeySignalMessage::parse(&sealed.bytes).unwrap();
    let inner = [parsed.message.authenticated, parsed.message.mac].concat();
    let kem = parsed.kem.unwrap().ciphertext.to_vec();
    let genuine = sealed.bytes.clone();
    case("KEM, prekey", "decapsulation holds, fails", 6_000, move |class, random| {
        let (mut inner, mut kem) = (inner.clone(), kem.clone());
        let (at, last) = (1 + usize::from(random.byte()) * 6, inner.len() - 1);
        kem[at] ^= class as u8;
        inner[last] ^= 1 - class as u8;
        let bytes = with_parts(&genuine, &inner, &kem);
        let (took, refused) = tries(&bob, MessageKind::PreKey, &bytes);
        assert_eq!(refused.unwrap_err(), OpenError::BadMac);
        took
    })
}

fn with_parts(genuine: &[u8], inner: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let parsed = PreKeySignalMessage::parse(genuine).unwrap();
    PreKeyFields {
        version: parsed.version,
        registration_id: parsed.registration_id,
        pre_key_id: parsed.pre_key_id,
        signed_pre_key_id: parsed.signed_pre_key_id,
        kem: parsed.kem.map(|kem| wire::signal::KemPart { ciphertext, ..kem }),
        base_key: parsed.base_key,
        identity_key: parsed.identity_key,
        message: inner,
    }
    .encode()
}

/// The second part of a ciphertext and its MAC are five rows. All but the MAC have come, or all but
/// the first; then one chunk of parity comes, and is wrong: so is the MAC alone, or the ciphertext.
fn braid_failure() -> Case {
    let (receiver, under_way) = before_second_part();
    let sides = [0_usize, 1].map(|first| {
        let mut person = Person::new("nobody");
        let (identity, parts) = &receiver;
        person.identity = IdentityKeyPair::from_bytes(identity).unwrap();
        person.session = Some(Session::restore(parts.refs()).unwrap());
        for sealed in &under_way[first..first + 4] {
            let opening = person.tries(sealed).unwrap();
            let _opened = person.commits(opening).unwrap();
        }
        let next = &under_way[first + 4];
        (person, next.bytes.clone())
    });
    case("KEM, braid", "decapsulation holds, fails", 10_000, move |class, random| {
        let (person, genuine) = &sides[class];
        let bytes = with_chunk(genuine, 9, &random.fixed_or_drawn(1));
        let (took, refused) = tries(person, MessageKind::Message, &bytes);
        let expected = OpenError::PostQuantum(PostQuantumError::Authentication);
        assert_eq!(refused.unwrap_err(), expected);
        took
    })
}

/// One who waits for the second part of a ciphertext, and six messages that carry it.
fn before_second_part() -> ((Vec<u8>, Parts), Vec<Sealed>) {
    let (alice, bob) = acquainted(Profile::V4Spqr);
    let mut both = [alice, bob];
    for turn in 0..400 {
        let [sender, receiver] = &mut both;
        let sealed = sender.seals("text");
        if kind_of(&sealed.bytes) == Some(6) {
            let waiting = receiver.session.as_ref().unwrap().snapshot();
            let mut under_way = vec![sealed];
            under_way.extend((0..5).map(|_| sender.seals("text")));
            // The ratchet turns with the first of them: it is not one of those on the clock.
            return ((receiver.identity.to_bytes().to_vec(), waiting), under_way);
        }
        receiver.opens(&sealed, "text");
        both.swap(0, 1);
        assert!(turn < 399, "no second part was ever sent");
    }
    unreachable!("the last turn asserts");
}

/// Where in the step of the post-quantum ratchet its type is.
fn kind_at(step: &[u8]) -> Option<usize> {
    let mut ends = step.iter().enumerate().skip(1).filter(|(_, byte)| *byte & 0x80 == 0);
    // Epoch, then number of the key.
    ends.nth(1).map(|(at, _)| at + 1)
}

fn kind_of(bytes: &[u8]) -> Option<u8> {
    let step = SignalMessage::parse(bytes).ok()?.pq_ratchet;
    step.get(kind_at(step)?).copied()
}

/// The message with another chunk in it. Its own MAC does not hold, but comes later.
fn with_chunk(genuine: &[u8], number: u8, chunk: &[u8; 32]) -> Vec<u8> {
    let parsed = SignalMessage::parse(genuine).unwrap();
    let until = kind_at(parsed.pq_ratchet).unwrap() + 1;
    let step = [&parsed.pq_ratchet[..until], &[number], chunk].concat();
    let fields = SignalFields {
        version: parsed.version,
        ratchet_key: parsed.ratchet_key,
        counter: parsed.counter,
        previous_counter: parsed.previous_counter,
        ciphertext: parsed.ciphertext,
        pq_ratchet: &step,
        addresses: None,
    };
    let mut bytes = fields.encode_authenticated();
    bytes.extend_from_slice(parsed.mac);
    bytes
}

fn base_multiplication() -> Case {
    case("X25519, base point", "one scalar, any", 30_000, |class, random| {
        let scalar = random.fixed_or_drawn::<32>(class);
        timed(|| OneTimePreKey::generate(1, scalar)).0
    })
}

/// The ephemeral scalar of a handshake: one multiplication of the base point, and agreements.
fn agreement() -> Case {
    let (alice, bundle) = (Person::new("alice"), bundle());
    let bundle = bundle.verify(Mode::Strict).unwrap();
    case("X25519, agreements", "one scalar, any", 8_000, move |class, random| {
        let base = random.fixed_or_drawn::<32>(class);
        let r = InitiateRandomness { base, ratchet: [5; 32], encapsulation: [6; 32] };
        let ours = &alice.identity;
        let (took, session) =
            timed(|| Session::initiate(Profile::V3, ours, 1, &bundle, r, 0, &mut NoTrace));
        assert!(session.is_ok());
        took
    })
}

fn bundle() -> Bundle {
    Person::new("bob").bundle(With { one_time: true, last_resort: false })
}

fn signing() -> Case {
    case("XEdDSA, signing", "one key and nonce, any", 20_000, |class, random| {
        let identity = IdentityKeyPair::generate(random.fixed_or_drawn(class));
        let nonce = random.fixed_or_drawn::<64>(class);
        timed(|| identity.sign(&[1; 33], nonce)).0
    })
}
