//! The post-quantum ratchet against the worked exchange.

use std::vec::Vec;

use super::*;
use crate::{
    ml_kem_braid::tests::{Counter, drawn},
    testing::{json_hex, worked_exchange},
    trace::NoTrace,
};

fn sides(key: &[u8; 32]) -> [Spqr; 2] {
    [Spqr::initiator(key, false, &mut NoTrace), Spqr::responder(key, &mut NoTrace)]
}

fn sends(side: &mut Spqr, counter: &mut Counter) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut random = drawn(&side.braid, counter);
    let (message, key) = side.send(&mut random, &mut NoTrace).unwrap();
    (message.as_slice().to_vec(), key.map(|key| key.to_vec()))
}

fn opens(side: &mut Spqr, message: &[u8]) -> Result<Option<Vec<u8>>, PostQuantumError> {
    let trial = side.try_receive(message, &mut Work::one_message(), &mut NoTrace)?;
    let key = side.key(&trial)?.map(|key| key.expose().to_vec());
    side.commit(trial);
    Ok(key)
}

//= test: double-ratchet r4 7.2 scka
//= test: double-ratchet r4 7.2 kdf-scka-init
//= test: double-ratchet r4 7.2 kdf-scka-rk
//= test: double-ratchet r4 7.2 kdf-scka-ck
//= test: double-ratchet r4 5.4 init
//= test: double-ratchet r4 5.1 mix-every-key
//= test: double-ratchet r4 5.1 chain-of-epoch
//= test: double-ratchet r4 5.2 kdf-scka-ck
//= test: double-ratchet r4 5.5 advance-on-send
//= test: double-ratchet r4 5.5 numbers-from-one
//= test: double-ratchet r4 5.6 advance-on-receive
//= test: mlkem-braid r1 2.5 sending-epoch
//= test: mlkem-braid r1 1.1 epoch-agreement
//= test: mlkem-braid r1 1.1 sender-knows-epoch
//= test: mlkem-braid r1 1.1 receiver-knows-epoch
#[test]
fn messages_and_keys_are_those_of_the_worked_exchange() {
    let values = worked_exchange();
    let key: [u8; 32] = json_hex(&values["auth_key"]).try_into().unwrap();
    let (mut sides, mut counter) = (sides(&key), Counter(32));
    let root = sides[0].chains.root.expose().to_vec();
    assert_eq!(root, json_hex(&values["initial"]["chain_epoch0"]["root_after"]));
    let transcript = values["transcript"].as_array().unwrap();
    assert_eq!(transcript.len(), 200);
    for (number, expected) in transcript.iter().enumerate() {
        let (from, to) = (number % 2, 1 - number % 2);
        let (message, key) = sends(&mut sides[from], &mut counter);
        assert_eq!(message, json_hex(&expected["msg"]), "message {number}");
        assert_eq!(key, Some(json_hex(&expected["key"])), "key {number}");
        assert_eq!(opens(&mut sides[to], &message), Ok(key), "received {number}");
    }
    for side in &sides {
        let expected = json_hex(&values["chain_epochs"]["epoch2"]["root_after"]);
        let newest = side.chains.first + side.chains.epochs.len() as u64;
        assert!(newest == 3 || side.chains.root.expose().to_vec() != expected, "{newest}");
    }
}

//= test: double-ratchet r4 5.5 clear-old-epochs
//= test: double-ratchet r4 5.5 seal-previous
#[test]
fn a_late_message_opens_until_its_epoch_is_two_behind() {
    let (mut sides, mut counter) = (sides(&[5; 32]), Counter(0));
    let (kept, _) = sends(&mut sides[0], &mut counter);
    let (dropped, _) = sends(&mut sides[0], &mut counter);
    let mut number = 0;
    let mut alternate = |sides: &mut [Spqr; 2], until: u64| {
        while sides[1].braid.epoch < until || sides[1].chains.first + 1 < until - 1 {
            number += 1;
            let from = number % 2;
            let (message, _) = sends(&mut sides[from], &mut counter);
            opens(&mut sides[1 - from], &message).unwrap();
            assert!(sides[from].chains.epochs.len() <= 3);
        }
    };
    alternate(&mut sides, 2);
    assert!(opens(&mut sides[1], &kept).is_ok());
    alternate(&mut sides, 3);
    let refused = opens(&mut sides[1], &dropped);
    assert_eq!(refused, Err(PostQuantumError::EpochGone { epoch: 1 }));
    let sent_on = usize::try_from(sides[1].braid.epoch - 1 - sides[1].chains.first).unwrap();
    assert!(sides[1].chains.epochs.iter().take(sent_on).all(|epoch| epoch.sending.is_none()));
}

//= test: double-ratchet r4 5.6 skipped-first
//= test: double-ratchet r4 5.6 skip
//= test: double-ratchet r4 5.6 max-skip
#[test]
fn skipped_keys_are_kept_up_to_their_limit_and_serve_once() {
    let (mut sides, mut counter) = (sides(&[6; 32]), Counter(0));
    // 1, 2, ..., 2005, ..., 27006.
    let messages: Vec<_> = (0..27_006).map(|_| sends(&mut sides[0], &mut counter)).collect();
    let message = |index: usize| messages[index - 1].0.as_slice();
    let key = |index: usize| messages[index - 1].1.clone();
    let bob = &mut sides[1];

    assert_eq!(opens(bob, message(2_005)), Ok(key(2_005)));
    assert_eq!(opens(bob, message(4)), Err(PostQuantumError::Used { index: 4 }));
    assert_eq!(opens(bob, message(5)), Ok(key(5)));
    assert_eq!(opens(bob, message(5)), Err(PostQuantumError::Used { index: 5 }));
    assert_eq!(opens(bob, message(2_005)), Err(PostQuantumError::Used { index: 2_005 }));

    let too_far = PostQuantumError::TooFarAhead { index: 27_006, jump: 25_001, limit: 25_000 };
    assert_eq!(opens(bob, message(27_006)), Err(too_far));
    assert_eq!(opens(bob, message(27_005)), Ok(key(27_005)));
    assert_eq!(bob.chains.epochs[0].skipped.len(), 2_000);
    assert_eq!(opens(bob, message(25_005)), Ok(key(25_005)));
    assert_eq!(opens(bob, message(25_004)), Err(PostQuantumError::Used { index: 25_004 }));
}

#[test]
fn an_offered_ratchet_has_no_key_until_it_is_answered() {
    let key = [8; 32];
    let mut alice = Spqr::initiator(&key, true, &mut NoTrace);
    let mut bob = Spqr::responder(&key, &mut NoTrace);
    let mut counter = Counter(0);
    let (first, none) = sends(&mut alice, &mut counter);
    let (second, _) = sends(&mut alice, &mut counter);
    assert_eq!((none, first[1], first[2]), (None, 1, 0));
    assert_eq!(opens(&mut bob, &first), Ok(None));
    let (answer, key) = sends(&mut bob, &mut counter);
    assert_eq!(answer, [1, 1, 1, 0]);
    assert_eq!(opens(&mut alice, &answer), Ok(key));
    assert_eq!(opens(&mut bob, &second), Ok(None));
    let (third, key) = sends(&mut alice, &mut counter);
    assert_eq!((third[2], key.is_some()), (1, true));
    assert_eq!(opens(&mut bob, &third), Ok(key));
    // From the first key on there is no way back.
    assert_eq!(opens(&mut bob, &second), Err(PostQuantumError::Used { index: 0 }));
}
