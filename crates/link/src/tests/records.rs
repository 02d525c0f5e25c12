//! Records that open, and all that must not.

use std::{vec, vec::Vec};

use vocab::limits::{LINK_MISPLACED, LINK_RECORDS_PER_KEY, MAX_FRAME, MAX_LINK_RECORDS};

use super::connected;
use crate::{
    Channel, Incoming, LENGTH_BYTES, MAX_CONTENT, OpenError, Opener, RECORD_OVERHEAD, SealError,
    Sealer, cipher::CipherKey,
};

fn channels() -> (Channel, Channel) {
    let (here, there, _) = connected(3);
    (here, there)
}

fn sealed(channel: &mut Channel, frame: &[u8]) -> Vec<u8> {
    let mut sent = Vec::new();
    channel.sealer.seal(frame, &mut sent).unwrap();
    sent
}

fn opened(channel: &mut Channel, sent: &[u8]) -> Result<Incoming, OpenError> {
    let mut rest = sent;
    let opened = channel.opener.open(&mut rest)?;
    assert_eq!(rest, [0; 0]);
    Ok(opened.expect("a whole frame"))
}

#[test]
fn frames_of_every_size_come_out_as_they_went_in_either_way() {
    let (mut here, mut there) = channels();
    for bytes in [0, 1, 200, MAX_CONTENT - 1, MAX_CONTENT, MAX_CONTENT + 1, MAX_FRAME] {
        let frame: Vec<u8> = (0..bytes).map(|at| at as u8).collect();
        let sent = sealed(&mut here, &frame);
        let records = bytes.div_ceil(MAX_CONTENT).max(1);
        assert_eq!(sent.len(), bytes + records * (LENGTH_BYTES + RECORD_OVERHEAD));
        assert_eq!(opened(&mut there, &sent), Ok(Incoming::Frame(frame.clone())));
        let sent = sealed(&mut there, &frame);
        assert_eq!(opened(&mut here, &sent), Ok(Incoming::Frame(frame)));
    }
}

#[test]
fn a_frame_beyond_the_limit_is_not_sent_and_harms_nothing() {
    let (mut here, mut there) = channels();
    let mut sent = b"before".to_vec();
    let refused = here.sealer.seal(&vec![0; MAX_FRAME + 1], &mut sent);
    assert_eq!(refused, Err(SealError::FrameTooLong { bytes: MAX_FRAME + 1 }));
    assert_eq!(sent, b"before");
    let sent = sealed(&mut here, b"after");
    assert_eq!(opened(&mut there, &sent), Ok(Incoming::Frame(b"after".to_vec())));
}

#[test]
fn a_ping_is_answered_with_its_number() {
    let (mut here, mut there) = channels();
    let mut sent = Vec::new();
    here.sealer.ping(u64::MAX - 1, &mut sent).unwrap();
    assert_eq!(opened(&mut there, &sent), Ok(Incoming::Ping(u64::MAX - 1)));
    sent.clear();
    there.sealer.pong(u64::MAX - 1, &mut sent).unwrap();
    assert_eq!(opened(&mut here, &sent), Ok(Incoming::Pong(u64::MAX - 1)));
}

#[test]
fn a_keep_alive_may_come_between_the_parts_of_a_frame() {
    let (mut sealer, mut opener) = pair();
    let mut sent = record(&mut sealer, 1, b"one ");
    sealer.ping(5, &mut sent).unwrap();
    sent.extend(record(&mut sealer, 0, b"two"));
    let mut rest = &sent[..];
    assert_eq!(opener.open(&mut rest), Ok(Some(Incoming::Ping(5))));
    assert_eq!(opener.open(&mut rest), Ok(Some(Incoming::Frame(b"one two".to_vec()))));
    assert_eq!(opener.open(&mut rest), Ok(None));
}

#[test]
fn a_record_that_was_changed_anywhere_is_refused_and_so_is_all_that_follows() {
    let (mut here, _) = channels();
    let sent = sealed(&mut here, b"hello");
    for at in LENGTH_BYTES..sent.len() {
        let (_, mut there) = channels();
        let mut turned = sent.clone();
        turned[at] ^= 1;
        let refused = Err(OpenError::Tampered { number: 0 });
        assert_eq!(opened(&mut there, &turned), refused);
        assert_eq!(opened(&mut there, &sent), refused, "the link is over");
        assert_eq!(there.opener.closed(), Err(OpenError::Tampered { number: 0 }));
    }
}

#[test]
fn a_record_that_comes_again_is_called_a_replay() {
    for between in [0, 1, LINK_MISPLACED - 1] {
        let (mut here, mut there) = channels();
        let first = sealed(&mut here, b"pay 5");
        opened(&mut there, &first).unwrap();
        for _ in 0..between {
            let sent = sealed(&mut here, b"more");
            opened(&mut there, &sent).unwrap();
        }
        let expected = OpenError::Replayed { number: 0, due: between + 1 };
        assert_eq!(opened(&mut there, &first), Err(expected));
    }
}

#[test]
fn a_record_that_overtook_another_is_called_misplaced() {
    for between in 1..=LINK_MISPLACED {
        let (mut here, mut there) = channels();
        let mut last = Vec::new();
        for _ in 0..=between {
            last = sealed(&mut here, b"order");
        }
        let expected = OpenError::Misplaced { number: between, due: 0 };
        assert_eq!(opened(&mut there, &last), Err(expected));
    }
}

#[test]
fn what_this_end_sent_does_not_open_when_it_comes_back() {
    let (mut here, _) = channels();
    let sent = sealed(&mut here, b"mirror");
    assert_eq!(opened(&mut here, &sent), Err(OpenError::Tampered { number: 0 }));
}

#[test]
fn a_connection_that_ends_within_a_frame_is_told_from_one_that_ends_between_two() {
    let (mut here, mut there) = channels();
    let sent = sealed(&mut here, &[1; MAX_CONTENT + 1]);
    assert_eq!(there.opener.closed(), Ok(()));
    for cut in [1, 3, 40, MAX_CONTENT + 30] {
        let (_, mut there) = channels();
        assert_eq!(there.opener.open(&mut &sent[..cut]), Ok(None));
        let Err(OpenError::Truncated { .. }) = there.opener.closed() else {
            panic!("cut after {cut} bytes: {:?}", there.opener.closed());
        };
    }
    opened(&mut there, &sent).unwrap();
    assert_eq!(there.opener.closed(), Ok(()));
}

#[test]
fn lengths_that_no_record_has_are_refused_before_their_bytes_come() {
    for (length, expected) in [
        ([0, 0, 0], OpenError::Undersized { length: 0 }),
        ([0, 0, 16], OpenError::Undersized { length: 16 }),
        ([1, 0, 0], OpenError::Oversized { length: 65_536 }),
        ([0xff; 3], OpenError::Oversized { length: 0xff_ffff }),
    ] {
        let (_, mut there) = channels();
        assert_eq!(there.opener.open(&mut &length[..]), Err(expected));
    }
}

#[test]
fn a_peer_that_seals_nonsense_is_told_so() {
    let nonsense: [(u8, &[u8], OpenError); 4] = [
        (4, b"?", OpenError::UnknownKind { number: 0, kind: 4 }),
        (1, b"", OpenError::EmptyPart { number: 0 }),
        (2, b"seven..", OpenError::KeepAlive { number: 0, bytes: 7 }),
        (3, b"nine.....", OpenError::KeepAlive { number: 0, bytes: 9 }),
    ];
    for (kind, content, expected) in nonsense {
        let (mut sealer, mut opener) = pair();
        let sent = record(&mut sealer, kind, content);
        assert_eq!(opener.open(&mut &sent[..]), Err(expected));
    }
}

#[test]
fn parts_beyond_a_frames_limit_are_refused_when_they_come_and_kept_no_longer() {
    let (mut sealer, mut opener) = pair();
    let part = record(&mut sealer, 1, &[0; MAX_CONTENT]);
    assert_eq!(opener.open(&mut &part[..]), Ok(None));
    assert!(opener.heap() >= MAX_CONTENT);
    let last = record(&mut sealer, 0, b"two");
    let refused = Err(OpenError::FrameTooLong { bytes: MAX_CONTENT + 3 });
    assert_eq!(opener.open(&mut &last[..]), refused);
    assert_eq!(opener.heap(), 0);
}

#[test]
fn after_its_last_number_a_direction_is_over_for_both_ends() {
    let (mut sealer, mut opener) = pair();
    sealer.set_number(MAX_LINK_RECORDS - 1);
    opener.set_number(MAX_LINK_RECORDS - 1);
    let mut sent = Vec::new();
    // Two records would be needed: none is sent.
    let refused = sealer.seal(&[0; MAX_FRAME], &mut sent);
    assert_eq!((refused, sent.len()), (Err(SealError::Exhausted), 0));
    let (mut sealer, _) = pair();
    sealer.set_number(MAX_LINK_RECORDS - 1);
    sealer.seal(b"last", &mut sent).unwrap();
    assert_eq!(opener.open(&mut &sent[..]), Ok(Some(Incoming::Frame(b"last".to_vec()))));
    assert_eq!(sealer.ping(1, &mut sent), Err(SealError::Exhausted));
    assert_eq!(opener.open(&mut &sent[..]), Err(OpenError::Exhausted));
}

#[test]
fn a_replay_across_a_change_of_keys_does_not_open_either() {
    let (mut sealer, mut opener) = pair();
    sealer.set_number(LINK_RECORDS_PER_KEY - 1);
    opener.set_number(LINK_RECORDS_PER_KEY - 1);
    let mut sent = Vec::new();
    sealer.seal(b"the last under its key", &mut sent).unwrap();
    assert!(opener.open(&mut &sent[..]).unwrap().is_some());
    let refused = Err(OpenError::Tampered { number: LINK_RECORDS_PER_KEY });
    assert_eq!(opener.open(&mut &sent[..]), refused);
}

#[test]
fn nothing_that_can_be_printed_shows_a_key() {
    let (here, there) = channels();
    let line = here.key_log_line().unwrap();
    assert_eq!(*line, *there.key_log_line().unwrap(), "both ends log the same");
    let printed = std::format!("{here:?} {there:?} {:?} {:?}", super::key(1), super::seed(1));
    for key in line.split(' ').skip(2) {
        assert_eq!(key.len(), 64);
        assert!(!printed.contains(&key[..8]), "{printed}");
    }
    assert!(!printed.contains("01010101"), "{printed}");
}

/// One direction between two ends that both have key 7.
fn pair() -> (Sealer, Opener) {
    let key = || CipherKey::from_secret(&mut [7; 32]);
    (Sealer::new(key()), Opener::new(key()))
}

/// A record of any kind, as a peer may seal it that keeps no rule.
fn record(sealer: &mut Sealer, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    sealer.any(kind, content, &mut out).unwrap();
    out
}
