//! The derivation, put together by hand from the agreements.

use std::vec::Vec;

use keys::Bundle;

use super::{decapsulate, derive, encapsulate};
use crate::{
    crypto::{dh::KeyPair, hash::hkdf, kem},
    identity::IdentityKeyPair,
    prekeys::{
        KemPreKey, KemPreKeyRandomness, OneTimePreKey, SignedPreKey, SignedPreKeyRandomness,
    },
    trace::NoTrace,
    x3dh,
};

//= test: double-ratchet r4 7.1 expand-sk
//= test: pqxdh r3 2.1 parameters
//= test: pqxdh r3 3.3 secret-order
#[test]
fn the_key_material_is_a_block_of_ones_four_agreements_and_the_kem_secret() {
    let (alice, bob) = (IdentityKeyPair::generate([1; 32]), IdentityKeyPair::generate([2; 32]));
    let signed = SignedPreKeyRandomness { private: [3; 32], nonce: [4; 64] };
    let signed = SignedPreKey::generate(1, &bob, signed);
    let one_time = OneTimePreKey::generate(2, [5; 32]);
    let prekey = KemPreKeyRandomness { seed: [6; 64], nonce: [7; 64] };
    let prekey = KemPreKey::generate(3, &bob, prekey, false);
    let bundle = Bundle {
        registration_id: 1,
        device: 1,
        identity: bob.public(),
        signed: signed.published(),
        one_time: Some(one_time.published()),
        kem: Some(prekey.published()),
    };
    let base = KeyPair::from_secret(&mut [8; 32]);
    let mut input = x3dh::initiator(&alice, &base, &bundle, &mut NoTrace).unwrap();
    let ciphertext = encapsulate(&mut input, &prekey.public(), [9; 32], &mut NoTrace);

    let (_, shared) = kem::encapsulate(&prekey.public(), [9; 32]);
    let agreements = [
        alice.private().agree(&signed.public()),
        base.private.agree(bob.public().public_key()),
        base.private.agree(&signed.public()),
        base.private.agree(&one_time.public()),
    ];
    let mut material = Vec::from([0xff; 32]);
    agreements.iter().for_each(|one| material.extend(one.as_ref().unwrap().expose()));
    material.extend(shared.iter());
    assert_eq!(input.expose(), material);

    let text = "WhisperText";
    assert!(text.len() >= 8);
    let info = [text, "X25519", "SHA-256", "CRYSTALS-KYBER-1024"].join("_");
    let expected = hkdf::<96>(Some(&[0; 32]), &material, info.as_bytes());
    let keys = derive(&input, &mut NoTrace);
    let (root, chain) = (keys.handshake.root.expose(), keys.handshake.chain.expose());
    assert_eq!(
        [root, chain, keys.authentication.expose()].map(|key| *key).as_flattened(),
        &*expected
    );

    let pair = Some(&one_time.pair);
    let (ours, theirs) = (&bob, &alice.public());
    let base = &base.public;
    let mut again = x3dh::responder(ours, &signed.pair, pair, theirs, base, &mut NoTrace).unwrap();
    decapsulate(&mut again, &prekey, &ciphertext, &mut NoTrace).unwrap();
    assert_eq!(again.expose(), material);
}
