//! Chain and message keys against what others published, and the bounds of one trial.

use std::vec::Vec;

use keys::PublicKey;
use vocab::limits::{MAX_FORWARD_JUMP, MAX_SKIPPED_KEYS};

use super::{
    chain::ChainKey,
    message_keys::MessageKeys,
    receiving::{ReceivingChain, Work},
};
use crate::{
    error::OpenError,
    testing::Published,
    trace::{NoTrace, Step, Tracer},
};

//= test: double-ratchet r4 2.1 chain-kdf
//= test: double-ratchet r4 7.2 kdf-ck
//= test: double-ratchet r4 7.2 encrypt
#[test]
fn the_published_message_keys_and_next_link_are_reproduced() {
    let vector = Published::vector("chain-and-message-keys-v3");
    let chain = ChainKey::from_secret(&mut vector.array("chain_key"));
    let mut seen = Outputs::default();
    let seed = chain.message_seed(&mut NoTrace);
    let keys = MessageKeys::expand(seed.expose(), None, &mut seen);
    let expected = ["cipher_key", "mac_key", "iv"].map(|name| vector.bytes(name));
    assert_eq!(seen.0, expected);
    assert_eq!(*chain.next(&mut NoTrace).expose(), vector.array("next_chain_key"));
    let sealed = keys.encrypt(b"text");
    assert_eq!(keys.decrypt(&sealed).unwrap(), b"text");
}

//= test: double-ratchet r4 3.1 max-skip
#[test]
fn a_jump_of_25_000_is_derived_and_one_more_is_not() {
    let chain = chain();
    let too_far = MAX_FORWARD_JUMP + 1;
    let refused = chain.try_key(too_far, &mut Work::one_message(), &mut NoTrace).unwrap_err();
    let why = OpenError::TooFarAhead { number: too_far, jump: too_far, limit: MAX_FORWARD_JUMP };
    assert_eq!(refused, why);
    let furthest = chain.try_key(MAX_FORWARD_JUMP, &mut Work::one_message(), &mut NoTrace);
    assert!(furthest.is_ok());
}

#[test]
fn the_jumps_of_one_message_share_one_allowance() {
    let (chain, mut work) = (chain(), Work::one_message());
    let _first = chain.try_key(20_000, &mut work, &mut NoTrace).unwrap();
    let refused = chain.try_key(5_001, &mut work, &mut NoTrace).unwrap_err();
    assert_eq!(refused, OpenError::TooFarAhead { number: 5_001, jump: 5_001, limit: 5_000 });
    assert!(chain.try_key(5_000, &mut work, &mut NoTrace).is_ok());
}

//= test: double-ratchet r4 3.5 skipped-first
//= test: double-ratchet r4 2.6 skipped
//= test: double-ratchet r4 8.4 deletion
#[test]
fn the_newest_2_000_skipped_keys_are_kept() {
    let mut chain = chain();
    let mut stepping = self::chain();
    let expected: Vec<_> = (0..6_000).map(|number| spend(&mut stepping, number)).collect();
    for number in [3_000, 5_999] {
        let step = chain.try_key(number, &mut Work::one_message(), &mut NoTrace).unwrap();
        chain.commit(number, step);
    }
    assert_eq!(chain.skipped.len(), MAX_SKIPPED_KEYS);
    for number in 0..6_000_u32 {
        if (3_999..5_999).contains(&number) {
            assert_eq!(key(&chain, number), expected[number as usize]);
        } else {
            let found = chain.try_key(number, &mut Work::one_message(), &mut NoTrace);
            assert_eq!(found.unwrap_err(), OpenError::Duplicate { number });
        }
    }
}

#[test]
fn keys_skipped_in_several_jumps_are_those_of_single_steps() {
    let (mut jumping, mut stepping) = (chain(), chain());
    for number in 0..50 {
        let expected = spend(&mut stepping, number);
        if number % 7 == 3 {
            let step = jumping.try_key(number, &mut Work::one_message(), &mut NoTrace).unwrap();
            assert_eq!(*jumping.seed(number, &step).unwrap().expose(), expected);
            jumping.commit(number, step);
        }
    }
    assert_eq!(jumping.next, 46);
    assert_eq!(jumping.skipped.len(), 46 - 7);
}

fn chain() -> ReceivingChain {
    ReceivingChain::new(PublicKey::from_bytes([9; 32]), ChainKey::from_secret(&mut [7; 32]))
}

fn key(chain: &ReceivingChain, number: u32) -> [u8; 32] {
    let step = chain.try_key(number, &mut Work::one_message(), &mut NoTrace).unwrap();
    *chain.seed(number, &step).unwrap().expose()
}

fn spend(chain: &mut ReceivingChain, number: u32) -> [u8; 32] {
    let spent = key(chain, number);
    let step = chain.try_key(number, &mut Work::one_message(), &mut NoTrace).unwrap();
    chain.commit(number, step);
    spent
}

/// Keeps the outputs of every step: for vectors, where nothing is secret.
#[derive(Default)]
struct Outputs(Vec<Vec<u8>>);

impl Tracer for Outputs {
    fn step(&mut self, step: &Step<'_>) {
        self.0.extend(step.outputs.iter().map(|value| value.bytes.to_vec()));
    }
}
