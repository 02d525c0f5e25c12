//! Signatures against what others published, and against our verifier.

use keys::{IdentityKey, Mode, Signature};

use super::{EdwardsPublic, sign};
use crate::{crypto::dh::PrivateKey, identity::IdentityKeyPair, testing::Published};

//= test: xeddsa r1 2.4 encoding
//= test: xeddsa r1 2.5 sha-512
//= test: xeddsa r1 2.5 domain
//= test: xeddsa r1 5 curve25519
#[test]
fn the_published_signature_of_the_deployed_variant_is_reproduced() {
    let vector = Published::vector("xeddsa-sign-libsignal-variant");
    let key = PrivateKey::from_secret(&mut vector.array("private"));
    let message = vector.bytes("message");
    let signature = sign(&key, &EdwardsPublic::of(&key), &message, &vector.array("random"));
    assert_eq!(signature.0, vector.array("signature"));
    let signer = IdentityKey::new(key.public());
    assert_eq!(signer.verify(&message, &signature, Mode::Strict), Ok(()));
}

//= test: xeddsa r1 7 cache
//= test: xeddsa r1 3 xeddsa-sign
//= test: xeddsa r1 3 xeddsa-verify
//= test: xeddsa r1 2.3 calculate-key-pair
#[test]
fn what_an_identity_signs_verifies_whatever_the_sign_of_its_point() {
    let mut signs = [0, 0];
    for number in 0..32 {
        let identity = IdentityKeyPair::generate([number; 32]);
        let signature = identity.sign(b"prekey", [number; 64]);
        signs[usize::from(signature.0[63] >> 7)] += 1;
        assert_eq!(identity.public().verify(b"prekey", &signature, Mode::Strict), Ok(()));
        assert!(identity.public().verify(b"Prekey", &signature, Mode::Compat).is_err());
        let other = IdentityKeyPair::generate([number ^ 0xff; 32]).public();
        assert!(other.verify(b"prekey", &signature, Mode::Compat).is_err());
    }
    assert!(signs.iter().all(|count| *count > 3), "both signs occur: {signs:?}");
}

//= test: xeddsa r1 8 fresh-random
//= test: pqxdh r3 3.2 fresh-random
#[test]
fn another_nonce_makes_another_signature_of_the_same_message() {
    let identity = IdentityKeyPair::generate([9; 32]);
    let signatures: [Signature; 2] = [[1; 64], [2; 64]].map(|nonce| identity.sign(b"m", nonce));
    assert_ne!(signatures[0], signatures[1]);
}
