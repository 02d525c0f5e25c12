//! The encoding: round trips, cuts, and what peers refuse.

use std::{vec, vec::Vec};

use super::*;
use crate::testing::property;

fn message(payload: Payload) -> BraidMessage {
    BraidMessage { epoch: 3, index: 200, payload }
}

fn chunk() -> Chunk {
    Chunk { number: 300, bytes: [7; ROW_BYTES] }
}

//= test: mlkem-braid r1 2.3 message-fields
//= test: mlkem-braid r1 2.3 compact-format
#[test]
fn every_type_is_read_as_it_was_written() {
    let chunk = chunk();
    for (payload, kind, length) in [
        (Payload::None, 0, 5),
        (Payload::Header(chunk), 1, 39),
        (Payload::Vector(chunk), 2, 39),
        (Payload::VectorAck(chunk), 3, 39),
        (Payload::Ct1Ack, 4, 5),
        (Payload::Ct1(chunk), 5, 39),
        (Payload::Ct2(chunk), 6, 39),
    ] {
        let encoded = message(payload).encode();
        assert_eq!(encoded.as_slice()[..5], [1, 3, 200, 1, kind]);
        assert_eq!(encoded.as_slice().len(), length);
        assert_eq!(BraidMessage::decode(encoded.as_slice()), Ok(message(payload)));
    }
}

//= test: mlkem-braid r1 2.2 epoch-type
//= test: mlkem-braid r1 3.8 no-wrap
#[test]
fn the_largest_numbers_fit() {
    let chunk = Chunk { number: u16::MAX, bytes: [9; ROW_BYTES] };
    let payload = Payload::Ct2(chunk);
    let largest = BraidMessage { epoch: u64::MAX, index: u32::MAX, payload };
    let encoded = largest.encode();
    assert_eq!(encoded.as_slice().len(), MAX_ENCODED);
    assert_eq!(BraidMessage::decode(encoded.as_slice()), Ok(largest));
}

#[test]
fn every_cut_is_refused_and_what_follows_is_ignored() {
    let encoded = message(Payload::Ct1(chunk())).encode();
    let bytes = encoded.as_slice();
    for length in 1..bytes.len() {
        let refused = BraidMessage::decode(&bytes[..length]);
        assert_eq!(refused, Err(PostQuantumError::Malformed), "{length}");
    }
    assert_eq!(BraidMessage::decode(&[]), Err(PostQuantumError::Absent));
    let longer: Vec<u8> = [bytes, &[1, 2, 3]].concat();
    assert_eq!(BraidMessage::decode(&longer), Ok(message(Payload::Ct1(chunk()))));
}

#[test]
fn what_peers_refuse_is_refused() {
    let malformed = [
        vec![1, 0, 1, 0],                                         // epoch 0
        vec![1, 1, 0x80, 0x80, 0x80, 0x80, 0x10, 0],              // a key number of 33 bits
        vec![1, 1, 1, 7],                                         // type 7
        [&[1, 1, 1, 1, 0x80, 0x80, 0x04][..], &[0; 32]].concat(), // chunk 65,536
        [&[1][..], &[0xff; 10], &[1, 0]].concat(),                // a varint of 70 bits
    ];
    for bytes in malformed {
        assert_eq!(BraidMessage::decode(&bytes), Err(PostQuantumError::Malformed), "{bytes:?}");
    }
    for found in [0, 2, 255] {
        let refused = BraidMessage::decode(&[found, 1, 1, 0]);
        assert_eq!(refused, Err(PostQuantumError::Version { found }));
    }
}

#[test]
fn a_longer_form_of_a_number_is_read() {
    let read = BraidMessage::decode(&[1, 0x81, 0x80, 0, 5, 0]).unwrap();
    assert_eq!(read, BraidMessage { epoch: 1, index: 5, payload: Payload::None });
}

#[test]
fn any_message_reads_as_it_was_written_and_no_bytes_crash_the_reader() {
    property(2_000, |made_up| {
        let chunk = Chunk {
            number: made_up.any_size() as u16,
            bytes: made_up.bytes(ROW_BYTES).try_into().unwrap(),
        };
        let payload = match made_up.below(7) {
            0 => Payload::None,
            1 => Payload::Header(chunk),
            2 => Payload::Vector(chunk),
            3 => Payload::VectorAck(chunk),
            4 => Payload::Ct1Ack,
            5 => Payload::Ct1(chunk),
            _ => Payload::Ct2(chunk),
        };
        let (epoch, index) = (made_up.any_size().max(1), made_up.any_size() as u32);
        let message = BraidMessage { epoch, index, payload };
        let mut bytes = message.encode().as_slice().to_vec();
        assert!(bytes.len() <= MAX_ENCODED);
        assert_eq!(BraidMessage::decode(&bytes), Ok(message));

        // Whatever is read has a form that is written, and means the same.
        let at = made_up.below(bytes.len());
        bytes[at] = made_up.number() as u8;
        if let Ok(read) = BraidMessage::decode(&bytes) {
            assert_eq!(BraidMessage::decode(read.encode().as_slice()), Ok(read));
        }
    });
}
