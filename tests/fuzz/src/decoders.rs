//! Decoders that need no state: what one reads, written again, reads as the same.

use keys::{IdentityKey, KemPublicKey, Mode, PublicKey, Signature};
use signal::{Incoming, MessageKind, SafetyNumber};
use wire::{
    content::Content,
    fingerprint::CombinedFingerprints,
    signal::{PreKeyFields, PreKeySignalMessage, SignalFields, SignalMessage},
    transport::{FromTransport, ToTransport},
};

use crate::{bytes::Input, pool};

/// The two messages of the protocol, and their readers in both modes.
pub(crate) fn messages(data: &[u8]) {
    if let Ok(message) = SignalMessage::parse(data) {
        same_again(&message);
    }
    if let Ok(first) = PreKeySignalMessage::parse(data) {
        same_again(&first.message);
        let inner = [first.message.authenticated, first.message.mac].concat();
        let fields = PreKeyFields {
            version: first.version,
            registration_id: first.registration_id,
            pre_key_id: first.pre_key_id,
            signed_pre_key_id: first.signed_pre_key_id,
            kem: first.kem,
            base_key: first.base_key,
            identity_key: first.identity_key,
            message: &inner,
        };
        assert_eq!(PreKeySignalMessage::parse(&fields.encode()), Ok(first));
    }
    for kind in [MessageKind::Message, MessageKind::PreKey] {
        let strict = Incoming::parse_in(kind, data, Mode::Strict);
        let compat = Incoming::parse_in(kind, data, Mode::Compat);
        // Nothing is for strict readers only.
        assert!(strict.is_err() || compat.is_ok());
    }
}

fn same_again(message: &SignalMessage<'_>) {
    let addresses = message.addresses.map(<&[u8; 36]>::try_from);
    let Ok(addresses) = addresses.transpose() else { return };
    let fields = SignalFields {
        version: message.version,
        ratchet_key: message.ratchet_key,
        counter: message.counter,
        previous_counter: message.previous_counter,
        ciphertext: message.ciphertext,
        pq_ratchet: message.pq_ratchet,
        addresses,
    };
    let mut bytes = fields.encode_authenticated();
    let length = bytes.len();
    bytes.extend_from_slice(message.mac);
    let again = SignalMessage::parse(&bytes);
    assert_eq!(again, Ok(SignalMessage { authenticated: &bytes[..length], ..*message }));
}

/// What is scanned from another screen.
pub(crate) fn fingerprint(data: &[u8]) {
    if let Ok(shown) = CombinedFingerprints::parse(data) {
        assert_eq!(CombinedFingerprints::parse(&shown.encode()), Ok(shown));
    }
    let ours: &SafetyNumber = pool::safety_number();
    for version in [1, 2] {
        let _any = ours.compare(data, version);
    }
}

/// Frames between an end and the transport.
pub(crate) fn transport(data: &[u8]) {
    if let Ok(frame) = ToTransport::decode(data) {
        let again = ToTransport::decode(&frame.encode());
        assert!(again.is_ok_and(|again| again == frame));
    }
    if let Ok(frame) = FromTransport::decode(data) {
        let again = FromTransport::decode(&frame.encode());
        assert!(again.is_ok_and(|again| again == frame));
    }
}

/// What travels inside a session.
pub(crate) fn content(data: &[u8]) {
    if let Ok(content) = Content::decode(data) {
        let again = Content::decode(&content.encode());
        assert!(again.is_ok_and(|again| again == content));
    }
}

/// Keys in their wire forms, and signatures under both modes.
pub(crate) fn keys(data: &[u8]) {
    if let Ok(key) = PublicKey::decode(data) {
        assert_eq!(key.encode(), data);
        assert_eq!(PublicKey::decode_lenient(data), Ok(key));
    }
    if let Ok(key) = PublicKey::decode_lenient(data) {
        assert_eq!(key.encode(), data[..33]);
        let _any = key.is_canonical_and_torsion_free();
    }
    if IdentityKey::decode_in(data, Mode::Strict).is_ok() {
        assert!(IdentityKey::decode_in(data, Mode::Compat).is_ok());
    }
    if let Ok(key) = KemPublicKey::decode(data) {
        assert_eq!(key.encode().as_slice(), data);
    }
    if let Some(signature) = Signature::from_slice(data) {
        assert_eq!(signature.0, data);
    }
    changed_signature(data);
}

/// A genuine signature with bytes changed: one that is strictly good is good.
fn changed_signature(data: &[u8]) {
    let bundle = pool::bundle();
    let (mut identity, mut prekey) = (bundle.identity.encode(), bundle.signed);
    let mut input = Input::new(data);
    let mut is_changed = false;
    for _ in 0..4 {
        let (at, change) = (input.below(96), input.byte());
        is_changed |= change != 0;
        match at.checked_sub(32) {
            None => identity[at + 1] ^= change,
            Some(at) => prekey.signature.0[at] ^= change,
        }
    }
    let Ok(identity) = IdentityKey::decode(&identity) else { return };
    let strict = prekey.verify(&identity, Mode::Strict).is_ok();
    assert!(!strict || prekey.verify(&identity, Mode::Compat).is_ok());
    assert!(is_changed || strict);
}
