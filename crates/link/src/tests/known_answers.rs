//! The pattern with our primitives, against a vector that the authors of cacophony published.
//!
//! From `cacophony.txt`, as snow 0.10.0 ships it (tests/vectors). Its payloads are not empty and
//! its prologue is another, so it speaks of what lies beneath the handshake here.

use std::vec::Vec;

use snow::{Builder, HandshakeState};

use super::{hex, seed};
use crate::{NOISE_NAME, cipher::CipherKey, resolver::Primitives};

const PROLOGUE: &str = "4a6f686e2047616c74";
const INITIATOR: [&str; 2] = [
    "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1",
    "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
];
const RESPONDER: [&str; 2] = [
    "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893",
    "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
];
const HASH: &str = "1b7aefb1125762aa21a252890d00af54519638b76437444538f9a52f21e2e0dc";
/// Payload and message, from either end in turn.
const HANDSHAKE: [[&str; 2]; 3] = [
    [
        "4c756477696720766f6e204d69736573",
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944
         4c756477696720766f6e204d69736573",
    ],
    [
        "4d757272617920526f746862617264",
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843
         757117acceb05bd7a45733bc22015c97a9d0cbaf41b80446d5988ff5127235d7
         6b79eade70f473d6a4ef521fdcbeda5340d01e028ba793fc059f2724a83af05f
         12dda0448a7621a926b379a92477fd",
    ],
    [
        "462e20412e20486179656b",
        "c90f1cf77eba4e50edb038991565e36c9758943a989229b6051244dc4fbecb69
         46744b401af2ee1a5881b65fbb87fd07cb6a328ececc9ce6ce84c399dc332d4f
         d521fa4bb7f467ce909395",
    ],
];
const TRANSPORT: [[&str; 2]; 3] = [
    ["4361726c204d656e676572", "bc3fa77f6aca3e8466d7dc6bea10013e88a6a29add5132b461806c"],
    [
        "4a65616e2d426170746973746520536179",
        "250b01074cdfe0df2ecf8ccbf1737b15a2ddb5b52fd9a396604e9c793cee3b3bb9",
    ],
    [
        "457567656e2042f6686d20766f6e2042617765726b",
        "449d4d433b3cdc3d02bf6fc881774b9df54366ebcffb9689bb13f14709822cd7ef42bcdb4d",
    ],
];

#[test]
fn the_vector_that_cacophony_published_holds_with_our_primitives() {
    let prologue = hex(PROLOGUE);
    let [mine, ephemeral] = INITIATOR.map(hex);
    let mut one = built(&prologue, &mine, &ephemeral).build_initiator().unwrap();
    let [mine, ephemeral] = RESPONDER.map(hex);
    let mut other = built(&prologue, &mine, &ephemeral).build_responder().unwrap();
    for [payload, message] in HANDSHAKE {
        assert_eq!(exchange(&mut one, &mut other, &hex(payload)), hex(message));
        std::mem::swap(&mut one, &mut other);
    }
    // Three messages: the ends have changed places.
    let (responder, mut initiator) = (one, other);
    assert_eq!(initiator.get_handshake_hash(), hex(HASH));
    assert_eq!(responder.get_handshake_hash(), hex(HASH));

    let (mut there, mut back) = initiator.dangerously_get_raw_split();
    let keys = [CipherKey::from_secret(&mut back), CipherKey::from_secret(&mut there)];
    // The responder speaks first, so each direction's first message is there, and then its second.
    for (place, [payload, message]) in TRANSPORT.into_iter().enumerate() {
        let mut sealed = hex(payload);
        let tag = keys[place % 2].seal(place as u64 / 2, &[], &mut sealed);
        sealed.extend_from_slice(&tag);
        assert_eq!(sealed, hex(message), "transport message {place}");
    }
}

fn built<'a>(prologue: &'a [u8], own: &'a [u8], ephemeral: &'a [u8]) -> Builder<'a> {
    Builder::with_resolver(NOISE_NAME.parse().unwrap(), std::boxed::Box::new(Primitives(seed(0))))
        .prologue(prologue)
        .unwrap()
        .local_private_key(own)
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(ephemeral)
}

fn exchange(from: &mut HandshakeState, to: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let (mut message, mut read) = ([0; 256], [0; 256]);
    let bytes = from.write_message(payload, &mut message).unwrap();
    let count = to.read_message(&message[..bytes], &mut read).unwrap();
    assert_eq!(&read[..count], payload);
    message[..bytes].to_vec()
}
