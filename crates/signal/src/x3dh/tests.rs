//! The handshake against what others published.

use keys::{IdentityKey, PublicKey};

use super::{SecretInput, derive, responder};
use crate::{
    crypto::dh::{KeyPair, PrivateKey},
    identity::IdentityKeyPair,
    testing::Published,
    trace::NoTrace,
};

//= test: x3dh r1 2.1 parameters
//= test: x3dh r1 2.2 kdf
//= test: x3dh r1 3.4 agreements
#[test]
fn the_published_chain_key_of_a_responder_is_reproduced() {
    let vector = Published::vector("x3dh-v3-no-opk");
    let public = |name| PublicKey::decode(&vector.bytes(name)).unwrap();
    let private = PrivateKey::from_secret(&mut vector.array("bob_identity_private"));
    let bob = IdentityKeyPair::from_private(private);
    assert_eq!(*bob.public().public_key(), public("bob_identity_public"));
    let signed = KeyPair::from_secret(&mut vector.array("bob_signed_prekey_private"));
    assert_eq!(signed.public, public("bob_signed_prekey_public"));

    let alice = IdentityKey::new(public("alice_identity_public"));
    let base = public("alice_base_public");
    let input = responder(&bob, &signed, None, &alice, &base, &mut NoTrace).unwrap();
    assert_eq!(input.expose(), vector.bytes("secret_input"));
    let keys = derive(&input, &mut NoTrace);
    assert_eq!(*keys.root.expose(), vector.array("root_key"));
    assert_eq!(*keys.chain.expose(), vector.array("chain_key"));
}

#[test]
fn no_copy_of_the_secrets_is_left_behind_by_a_buffer_that_grew() {
    let mut input = SecretInput::new();
    let room = input.0.capacity();
    // Four agreements and the secret of a KEM.
    (0..5).for_each(|number| input.push(&[number; 32]));
    assert_eq!(input.expose().len(), 6 * 32);
    assert_eq!(input.0.capacity(), room);
}
