//! What no honest writer writes, made for the receiver to judge.

use curve25519_dalek::{
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    montgomery::MontgomeryPoint,
    scalar::Scalar,
};
use hmac::{Hmac, KeyInit, Mac};
use keys::{Bundle, IdentityKey, PublicKey, Signature};
use sha2::{Digest, Sha256, Sha512};
use signal::{SealRandomness, Session, Tracer, trace::Step};
use wire::signal::{PreKeyFields, PreKeySignalMessage, SignalFields, SignalMessage};

/// L, the order of the group, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The same key with its unused bit set.
pub(crate) fn alias(key: &PublicKey) -> PublicKey {
    let mut bytes = *key.as_bytes();
    bytes[31] |= 0x80;
    PublicKey::from_bytes(bytes)
}

/// The key with a point of order 8 added: agreements with it are the same.
pub(crate) fn plus_torsion(key: &PublicKey) -> PublicKey {
    let point = MontgomeryPoint(*key.as_bytes()).to_edwards(0).unwrap() + EIGHT_TORSION[1];
    PublicKey::from_bytes(point.to_montgomery().to_bytes())
}

/// The group's order is added to the scalar of the prekey's signature.
pub(crate) fn with_order_added(bundle: &mut Bundle, times: u8) {
    let bytes = &mut bundle.signed.signature.0;
    let sign = bytes[63] & 0x80;
    bytes[63] &= 0x7f;
    for _ in 0..times {
        let mut carry = 0;
        for (byte, add) in bytes[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
    }
    bytes[63] |= sign;
}

/// Somebody whose identity has a part of order 8 signs the prekey: one nonce in eight will do.
pub(crate) fn signed_by_torsion(bundle: &mut Bundle) {
    let a = Scalar::from(0x1234_5678_u32);
    let public = ED25519_BASEPOINT_POINT * a + EIGHT_TORSION[1];
    let encoded = public.compress().to_bytes();
    let message = bundle.signed.key.encode();
    bundle.identity = IdentityKey::new(PublicKey::from_bytes(public.to_montgomery().to_bytes()));
    for nonce in 1..1_000_u32 {
        let r = Scalar::from(nonce);
        let commitment = (ED25519_BASEPOINT_POINT * r).compress().to_bytes();
        let hash =
            Sha512::new().chain_update(commitment).chain_update(encoded).chain_update(message);
        let h = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        if h.to_bytes()[0].is_multiple_of(8) {
            let mut s = (r + h * a).to_bytes();
            s[31] |= encoded[31] & 0x80;
            let both = [commitment, s];
            bundle.signed.signature = Signature(both.as_flattened().try_into().unwrap());
            return;
        }
    }
    panic!("one nonce in eight should do");
}

/// The outer keys of a first message, to be changed.
pub(crate) struct Outer {
    pub(crate) base_key: Vec<u8>,
    pub(crate) identity_key: Vec<u8>,
}

/// A first message with other bytes outside its MAC.
pub(crate) fn rewritten(bytes: &[u8], change: impl FnOnce(&mut Outer)) -> Vec<u8> {
    let parsed = PreKeySignalMessage::parse(bytes).unwrap();
    let mut outer =
        Outer { base_key: parsed.base_key.to_vec(), identity_key: parsed.identity_key.to_vec() };
    change(&mut outer);
    let message = [parsed.message.authenticated, parsed.message.mac].concat();
    PreKeyFields {
        version: parsed.version,
        registration_id: parsed.registration_id,
        pre_key_id: parsed.pre_key_id,
        signed_pre_key_id: parsed.signed_pre_key_id,
        kem: parsed.kem,
        base_key: &outer.base_key,
        identity_key: &outer.identity_key,
        message: &message,
    }
    .encode()
}

/// The MAC key of one message, by watching.
#[derive(Default)]
struct MacKey(Vec<u8>);

impl Tracer for MacKey {
    fn step(&mut self, step: &Step<'_>) {
        let named = step.outputs.iter().find(|value| value.name == "authentication key");
        self.0.extend(named.into_iter().flat_map(|value| value.bytes));
    }
}

/// What a message begins with, to be changed.
pub(crate) struct Header {
    pub(crate) ratchet_key: Vec<u8>,
    /// The step of the post-quantum ratchet.
    pub(crate) step: Vec<u8>,
}

/// A message of `session` with another header, under a MAC that holds.
pub(crate) fn remade(
    session: &mut Session,
    now_seconds: u64,
    parties: [[u8; 33]; 2],
    change: impl FnOnce(&mut Header),
) -> Vec<u8> {
    let mut key = MacKey::default();
    let sealed = session
        .seal(b"text", SealRandomness { braid: [1; 64] }, now_seconds, None, &mut key)
        .unwrap();
    let parsed = SignalMessage::parse(&sealed.bytes).unwrap();
    let mut header =
        Header { ratchet_key: parsed.ratchet_key.to_vec(), step: parsed.pq_ratchet.to_vec() };
    change(&mut header);
    let fields = SignalFields {
        version: parsed.version,
        ratchet_key: &header.ratchet_key,
        counter: parsed.counter,
        previous_counter: parsed.previous_counter,
        ciphertext: parsed.ciphertext,
        pq_ratchet: &header.step,
        addresses: None,
    };
    let mut bytes = fields.encode_authenticated();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).unwrap();
    mac.update(parties.as_flattened());
    mac.update(&bytes);
    bytes.extend_from_slice(&mac.finalize().into_bytes()[..8]);
    bytes
}
