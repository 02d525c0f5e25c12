//! What a verifier refuses, with signatures made for it here.
//!
//! There is no signer in this crate; the few lines below sign as the paper says, so that a test
//! can choose what no honest signer writes.

use std::format;

use curve25519_dalek::{
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    edwards::EdwardsPoint,
    montgomery::MontgomeryPoint,
    scalar::Scalar,
};
use sha2::{Digest, Sha512};

use super::{BadSignature, Mode, Signature, verify};
use crate::{Bundle, IdentityKey, KemPreKey, KemPublicKey, PublicKey, SignedPreKey};

std::thread_local! {
    /// How many signatures this thread has verified.
    pub(super) static VERIFIED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

const MESSAGE: &[u8] = b"a prekey";
/// L, the order of the group, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A signature by `a`, with `extra` added to what should be rB alone.
fn signed(a: Scalar, extra: EdwardsPoint) -> (PublicKey, Signature) {
    signed_over(MESSAGE, a, extra)
}

fn signed_over(message: &[u8], a: Scalar, extra: EdwardsPoint) -> (PublicKey, Signature) {
    let public = ED25519_BASEPOINT_POINT * a;
    let r = Scalar::from(77_u32);
    let commitment = (ED25519_BASEPOINT_POINT * r + extra).compress().to_bytes();
    let encoded = public.compress().to_bytes();
    let hash = Sha512::new().chain_update(commitment).chain_update(encoded).chain_update(message);
    let h = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    let mut s = (r + h * a).to_bytes();
    s[31] |= encoded[31] & 0x80;
    let signature = [commitment, s].as_flattened().try_into().unwrap();
    (PublicKey::from_bytes(public.to_montgomery().to_bytes()), Signature(signature))
}

/// `signature` with the group's order added `times` to its scalar.
fn plus_order(signature: Signature, times: u8) -> Signature {
    let mut bytes = signature.0;
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
    Signature(bytes)
}

fn verdict(signer: &PublicKey, signature: Signature) -> [bool; 2] {
    Mode::ALL.map(|mode| verify(signer, MESSAGE, &signature, mode).is_ok())
}

#[test]
fn what_the_lines_of_this_test_sign_verifies() {
    for a in [3_u32, 4, 5, 6] {
        let (signer, signature) = signed(Scalar::from(a), EdwardsPoint::default());
        assert_eq!(verdict(&signer, signature), [true, true]);
    }
}

//= test: xeddsa r1 3 range
#[test]
fn a_scalar_that_is_not_reduced_passes_in_compat_mode_and_one_of_254_bits_in_neither() {
    let (signer, signature) = signed(Scalar::from(3_u32), EdwardsPoint::default());
    assert_eq!(verdict(&signer, plus_order(signature, 1)), [true, false]);
    // The same scalar modulo the order, from 2^253 on.
    for times in 2..7 {
        assert_eq!(verdict(&signer, plus_order(signature, times)), [false, false], "{times}");
    }
    // The key with its unused bit set is u + 2^255.
    let mut above = *signer.as_bytes();
    above[31] |= 0x80;
    assert_eq!(verdict(&PublicKey::from_bytes(above), signature), [true, false]);
}

//= test: xeddsa r1 3 on-curve
#[test]
fn a_key_that_is_no_point_of_the_curve_verifies_nothing() {
    let (_, signature) = signed(Scalar::from(3_u32), EdwardsPoint::default());
    let mut of_no_point = 0;
    for u in 2..60 {
        let mut bytes = [0; 32];
        bytes[0] = u;
        if MontgomeryPoint(bytes).to_edwards(0).is_none() {
            of_no_point += 1;
            let signer = PublicKey::from_bytes(bytes);
            for mode in Mode::ALL {
                assert_eq!(verify(&signer, MESSAGE, &signature, mode), Err(BadSignature), "{u}");
            }
        }
    }
    assert!(of_no_point > 10, "half of all are on the twist: {of_no_point}");
}

//= test: xeddsa r1 5 cofactorless
#[test]
fn a_commitment_with_a_part_of_small_order_is_refused_though_eight_times_it_would_hold() {
    for torsion in &EIGHT_TORSION[1..] {
        let (signer, signature) = signed(Scalar::from(3_u32), *torsion);
        assert_eq!(verdict(&signer, signature), [false, false]);
    }
}

#[test]
fn modes_have_the_names_that_verdicts_give_them() {
    for mode in Mode::ALL {
        assert_eq!(Mode::of_name(&format!("{mode}")), Some(mode));
    }
    assert_eq!(Mode::of_name("lenient"), None);
    assert_eq!(Mode::default(), Mode::Compat);
}

/// The count that docs/reference/speed.md states for a bundle.
#[test]
fn a_bundle_with_a_kem_prekey_costs_two_verifications() {
    let a = Scalar::from(3_u32);
    let key = PublicKey::from_bytes([9; 32]);
    let kem = KemPublicKey::from_bytes(&[7; 1_568]);
    let over = |message: &[u8]| signed_over(message, a, EdwardsPoint::default()).1;
    let bundle = Bundle {
        registration_id: 1,
        device: 1,
        identity: IdentityKey::new(signed(a, EdwardsPoint::default()).0),
        signed: SignedPreKey { id: 1, key, signature: over(&key.encode()) },
        one_time: None,
        kem: Some(KemPreKey { id: 1, signature: over(kem.encode()), key: kem }),
    };
    VERIFIED.set(0);
    assert!(bundle.verify(Mode::Compat).is_ok());
    assert_eq!(VERIFIED.get(), 2);
}
