//! Handshakes that succeed, and all that must not.

use std::{sync::Arc, vec::Vec};

use super::{connected, ends, key, seed};
use crate::{HandshakeError, INTRO, Initiator, Responder};

#[test]
fn each_end_learns_the_other_ends_static_key_and_nobody_elses() {
    let (here, there, _) = connected(3);
    assert_eq!((here.peer, there.peer), (key(2).public(), key(1).public()));
    assert_eq!(here.session, there.session);
}

#[test]
fn the_same_seeds_give_the_same_bytes_and_another_seed_gives_others() {
    let (.., once) = connected(3);
    let (.., again) = connected(3);
    let (.., other) = connected(4);
    assert_eq!(once, again);
    for (once, other) in once.iter().zip(&other) {
        assert_ne!(once, other);
    }
}

#[test]
fn a_client_whose_pin_is_another_key_stops_before_its_own_key_leaves() {
    let server = Arc::new(key(2));
    let pinned = key(9).public();
    let (mut client, first) = Initiator::new(&key(1), pinned, seed(3)).unwrap();
    let second = Responder::new(server.clone(), seed(4)).receive(&first).unwrap().send;
    let refused = client.receive(&second).unwrap_err();
    assert_eq!(refused, HandshakeError::WrongServerKey { pinned, shown: server.public() });
    assert_eq!(client.receive(&second).unwrap_err(), HandshakeError::Over);
}

#[test]
fn a_recorded_handshake_opens_nothing_when_it_is_played_again() {
    let (.., [first, _, third]) = connected(3);
    let mut server = Responder::new(Arc::new(key(2)), seed(77));
    assert!(server.receive(&first).unwrap().channel.is_none());
    let refused = server.receive(&third).unwrap_err();
    assert_eq!(refused, HandshakeError::Unverified { message: 3 });
    // Played all at once, it is no better.
    let mut server = Responder::new(Arc::new(key(2)), seed(78));
    let refused = server.receive(&[first, third].concat()).unwrap_err();
    assert_eq!(refused, HandshakeError::Unverified { message: 3 });
}

#[test]
fn a_message_that_comes_twice_is_not_the_one_that_is_due() {
    let (_, first, mut server) = ends(3);
    let _second = server.receive(&first).unwrap();
    let refused = server.receive(&first[4..]).unwrap_err();
    assert_eq!(refused, HandshakeError::Length { message: 3, length: 32, expected: 64 });
}

#[test]
fn a_bit_that_is_turned_anywhere_in_a_handshake_ends_it() {
    let (.., [first, second, third]) = connected(3);
    for bit in 0..first.len() * 8 {
        let (mut client, _, mut server) = ends(3);
        let turned = with_bit(&first, bit);
        // What is not refused at once, because it is not secret yet, the client notices.
        let refused = match server.receive(&turned) {
            Ok(answer) => client.receive(&answer.send).unwrap_err(),
            Err(refused) => refused,
        };
        let expected = match bit / 8 {
            at @ 0..3 => HandshakeError::NotBlindpost { at, byte: turned[at] },
            3 => HandshakeError::Version { theirs: turned[3] },
            4..7 => wrong_length(1, &turned[4..7], 32),
            // X25519 does not look at the last bit of a key, but the handshake's hash does.
            _ => HandshakeError::Unverified { message: 2 },
        };
        assert_eq!(refused, expected, "message 1, bit {bit}");
    }
    for bit in 0..second.len() * 8 {
        let (mut client, ..) = ends(3);
        let turned = with_bit(&second, bit);
        let expected = match bit / 8 {
            0..3 => wrong_length(2, &turned[..3], 96),
            _ => HandshakeError::Unverified { message: 2 },
        };
        assert_eq!(client.receive(&turned).unwrap_err(), expected, "message 2, bit {bit}");
    }
    for bit in 0..third.len() * 8 {
        let (_, first, mut server) = ends(3);
        let _second = server.receive(&first).unwrap();
        let turned = with_bit(&third, bit);
        let expected = match bit / 8 {
            0..3 => wrong_length(3, &turned[..3], 64),
            _ => HandshakeError::Unverified { message: 3 },
        };
        assert_eq!(server.receive(&turned).unwrap_err(), expected, "message 3, bit {bit}");
    }
}

fn wrong_length(message: u8, length: &[u8], expected: usize) -> HandshakeError {
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    HandshakeError::Length { message, length, expected }
}

fn with_bit(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut turned = bytes.to_vec();
    turned[bit / 8] ^= 1 << (bit % 8);
    turned
}

#[test]
fn a_handshake_that_is_cut_off_says_where() {
    let (client, first, mut server) = ends(3);
    assert_eq!(client.closed(), HandshakeError::Truncated { message: 2, bytes: 0 });
    for (at, byte) in first.iter().enumerate() {
        assert_eq!(server.closed(), HandshakeError::Truncated { message: 1, bytes: at });
        let _progress = server.receive(&[*byte]).unwrap();
    }
    let _progress = server.receive(&[0, 0]).unwrap();
    assert_eq!(server.closed(), HandshakeError::Truncated { message: 3, bytes: 2 });
}

#[test]
fn an_oversized_message_is_refused_at_its_length() {
    let (_, _, mut server) = ends(3);
    let refused = server.receive(&[&INTRO[..], &[0xff; 3]].concat()).unwrap_err();
    assert_eq!(refused, HandshakeError::Length { message: 1, length: 0xff_ffff, expected: 32 });
}

#[test]
fn keys_that_make_every_secret_zero_are_refused() {
    let (mut client, _, mut server) = ends(3);
    let zero = [&INTRO[..], &[0, 0, 32], &[0; 32]].concat();
    let refused = server.receive(&zero).unwrap_err();
    assert_eq!(refused, HandshakeError::LowOrder { message: 1 });
    let zero = [&[0, 0, 96][..], &[0; 96]].concat();
    assert_eq!(client.receive(&zero).unwrap_err(), HandshakeError::LowOrder { message: 2 });
}

#[test]
fn another_version_and_another_protocol_are_told_apart() {
    let (_, _, mut server) = ends(3);
    assert_eq!(server.receive(b"BPL\x02").unwrap_err(), HandshakeError::Version { theirs: 2 });
    let (_, _, mut server) = ends(3);
    let refused = server.receive(b"GET / HTTP/1.1\r\n").unwrap_err();
    assert_eq!(refused, HandshakeError::NotBlindpost { at: 0, byte: b'G' });
    assert_eq!(server.receive(b"B").unwrap_err(), HandshakeError::Over);
}

#[test]
fn what_follows_the_handshake_in_one_piece_is_left_to_the_channel() {
    let (mut client, first, mut server) = ends(3);
    let second = server.receive(&first).unwrap().send;
    let mut done = client.receive(&second).unwrap();
    let third = done.send.len();
    let mut sent = done.send;
    done.channel.as_mut().unwrap().sealer.seal(b"at once", &mut sent).unwrap();
    let progress = server.receive(&sent).unwrap();
    assert_eq!(progress.taken, third);
    let mut rest = &sent[progress.taken..];
    let opened = progress.channel.unwrap().opener.open(&mut rest).unwrap();
    assert_eq!(opened, Some(crate::Incoming::Frame(b"at once".to_vec())));
}
