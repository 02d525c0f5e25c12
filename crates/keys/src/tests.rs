//! Encodings, and signatures that other people made.

use std::{format, string::String, vec::Vec};

use crate::{
    Bundle, BundleError, IdentityKey, KemPublicKey, KeyError, Mode, PublicKey, Signature,
    SignedPreKey,
};

// Published in the tests of libsignal's Rust library (`core/src/curve/curve25519.rs`).
const SIGNER: &str = "ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64";
const MESSAGE: &str = "05edce9d9c415ca78cb7252e72c2c4a554d3eb29485a0e1d503118d1a82d99fb4a";
const SIGNATURE: &str = "5de88ca9a89b4a115da79109c67c9c7464a3e4180274f1cb8c63c2984e286dfb\
                         ede82deb9dcd9fae0bfbb821569b3d9001bd8130cd11d486cef047bd60b86e88";
/// The same signature with the group order added to its scalar.
const MALLEATED: &str = "5de88ca9a89b4a115da79109c67c9c7464a3e4180274f1cb8c63c2984e286dfb\
                         dabc2348b830b206e297b0c434951ca501bd8130cd11d486cef047bd60b86e98";

//= test: xeddsa r1 2.3 convert-mont
#[test]
fn a_published_signature_verifies_in_both_modes() {
    let (signer, message) = published();
    assert_eq!(signer.verify(&message, &signature(SIGNATURE), Mode::Compat), Ok(()));
    assert_eq!(signer.verify(&message, &signature(SIGNATURE), Mode::Strict), Ok(()));
}

#[test]
fn a_signature_with_the_group_order_added_verifies_only_in_compat_mode() {
    let (signer, message) = published();
    assert!(signer.verify(&message, &signature(MALLEATED), Mode::Compat).is_ok());
    assert!(signer.verify(&message, &signature(MALLEATED), Mode::Strict).is_err());
}

#[test]
fn a_signature_with_any_one_bit_flipped_does_not_verify() {
    let (signer, message) = published();
    for bit in 0..512 {
        let mut flipped = signature(SIGNATURE);
        flipped.0[bit / 8] ^= 1 << (bit % 8);
        assert!(signer.verify(&message, &flipped, Mode::Compat).is_err(), "bit {bit}");
    }
}

#[test]
fn strict_mode_refuses_a_second_encoding_of_the_signer() {
    let (signer, message) = published();
    let mut alias = *signer.public_key().as_bytes();
    alias[31] |= 0x80;
    let alias = IdentityKey::new(PublicKey::from_bytes(alias));
    assert!(alias.verify(&message, &signature(SIGNATURE), Mode::Compat).is_ok());
    assert!(alias.verify(&message, &signature(SIGNATURE), Mode::Strict).is_err());
}

#[test]
fn a_key_reads_back_from_its_wire_form() {
    let key = PublicKey::from_bytes([7; 32]);
    assert_eq!(PublicKey::decode(&key.encode()), Ok(key));
    let kem = KemPublicKey::from_bytes(&[9; 1568]);
    assert_eq!(KemPublicKey::decode(kem.encode()), Ok(kem));
}

#[test]
fn only_the_lenient_reader_ignores_what_follows_a_key() {
    let mut bytes = PublicKey::from_bytes([7; 32]).encode().to_vec();
    bytes.push(0);
    assert_eq!(PublicKey::decode(&bytes), Err(KeyError::Length { length: 34, expected: 33 }));
    assert!(PublicKey::decode_lenient(&bytes).is_ok());
    assert!(PublicKey::decode_lenient(&bytes[..32]).is_err());
}

//= test: x3dh r1 2.1 encode
//= test: x3dh r1 2.4 one-curve
//= test: pqxdh r3 2.1 disjoint
//= test: pqxdh r3 2.1 decode
//= test: pqxdh r3 2.4 one-curve
//= test: pqxdh r3 2.5 one-kem
//= test: pqxdh r3 2.1 encode-ec
//= test: pqxdh r3 2.1 encode-kem
#[test]
fn a_key_of_another_type_is_refused_by_name() {
    let mut ec = PublicKey::from_bytes([7; 32]).encode();
    ec[0] = 0x08;
    assert_eq!(PublicKey::decode(&ec), Err(KeyError::Type { found: 8, expected: 5 }));
    let mut kem = *KemPublicKey::from_bytes(&[9; 1568]).encode();
    kem[0] = 0x0a;
    assert_eq!(KemPublicKey::decode(&kem), Err(KeyError::Type { found: 10, expected: 8 }));
}

#[test]
fn low_order_and_second_encodings_are_neither_canonical_nor_torsion_free() {
    let generator = number(9);
    assert!(generator.is_canonical_and_torsion_free());
    // u = 0 and 1 and the two coordinates of order 8; then encodings at and above the prime.
    let order_8 = [
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    let above_prime = [
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0900000000000000000000000000000000000000000000000000000000000080",
    ];
    for bad in
        [number(0), number(1)].into_iter().chain(order_8.into_iter().chain(above_prime).map(key))
    {
        assert!(!bad.is_canonical_and_torsion_free(), "{bad:?}");
    }
}

//= test: x3dh r1 3.3 verify
//= test: pqxdh r3 3.3 verify
#[test]
fn a_bundle_whose_signature_does_not_hold_never_becomes_a_verified_one() {
    let (identity, message) = published();
    let key = PublicKey::decode(&message).unwrap();
    let signed = SignedPreKey { id: 3, key, signature: signature(SIGNATURE) };
    let good =
        Bundle { registration_id: 1, device: 1, identity, signed, one_time: None, kem: None };
    assert!(good.clone().verify(Mode::Strict).is_ok());

    let mut swapped = good.clone();
    swapped.signed.key = number(9);
    assert_eq!(swapped.verify(Mode::Compat), Err(BundleError::SignedPreKey { id: 3 }));

    let mut added = good;
    let kem = KemPublicKey::from_bytes(&[1; 1568]);
    added.kem = Some(crate::KemPreKey { id: 8, key: kem, signature: signature(SIGNATURE) });
    assert_eq!(added.verify(Mode::Compat), Err(BundleError::KemPreKey { id: 8 }));
}

#[test]
fn debug_output_is_short() {
    assert_eq!(format!("{:?}", key(SIGNER)), "PublicKey(ab7e717d..)");
}

fn published() -> (IdentityKey, Vec<u8>) {
    (IdentityKey::new(key(SIGNER)), hex(MESSAGE))
}

fn number(u: u8) -> PublicKey {
    let mut bytes = [0; 32];
    bytes[0] = u;
    PublicKey::from_bytes(bytes)
}

fn key(text: &str) -> PublicKey {
    PublicKey::from_bytes(hex(text).try_into().unwrap())
}

fn signature(text: &str) -> Signature {
    Signature::from_slice(&hex(text)).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    let pairs = digits.as_bytes().as_chunks::<2>().0;
    pairs.iter().map(|[h, l]| nibble(*h) * 16 + nibble(*l)).collect()
}

fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).unwrap() as u8
}
