//! The two messages, byte by byte.

use alloc::{vec, vec::Vec};

use prost::Message as _;

use super::{
    ADDRESSES_BYTES, KemPart, MAC_BYTES, Malformed, PreKeyFields, PreKeySignalMessage,
    SignalFields, SignalMessage,
};
use crate::generated::signal as generated;

#[test]
fn a_message_reads_back_as_it_was_written() {
    let bytes = message(&[]);
    let read = SignalMessage::parse(&bytes).unwrap();
    assert_eq!((read.version, read.counter, read.previous_counter), (0x33, 300, 0));
    assert_eq!((read.ratchet_key, read.ciphertext), (&[5; 33][..], &[7; 16][..]));
    assert_eq!((read.pq_ratchet, read.addresses), (&[][..], None));
    assert_eq!(read.mac, &[9; MAC_BYTES]);
    assert_eq!(read.authenticated, &bytes[..bytes.len() - MAC_BYTES]);
}

#[test]
fn a_first_message_reads_back_as_it_was_written() {
    let inner = message(&[]);
    for (pre_key_id, kem) in [(Some(0), None), (None, Some(kem())), (Some(u32::MAX), Some(kem()))] {
        let bytes = first(&inner, pre_key_id, kem);
        let read = PreKeySignalMessage::parse(&bytes).unwrap();
        assert_eq!((read.pre_key_id, read.kem), (pre_key_id, kem));
        assert_eq!((read.registration_id, read.signed_pre_key_id), (17, 18));
        assert_eq!((read.base_key, read.identity_key), (&[1; 33][..], &[2; 33][..]));
        assert_eq!(read.message, SignalMessage::parse(&inner).unwrap());
    }
}

#[test]
fn what_is_written_by_hand_is_what_the_definitions_say() {
    let bytes = message(&[]);
    let body = &bytes[1..bytes.len() - MAC_BYTES];
    let read = generated::SignalMessage::decode(body).unwrap();
    assert_eq!((read.counter, read.previous_counter), (Some(300), Some(0)));
    assert_eq!(read.ratchet_key.as_deref(), Some(&[5; 33][..]));
    assert_eq!(read.encode_to_vec(), body);
    let bytes = first(&bytes, Some(0), Some(kem()));
    let read = generated::PreKeySignalMessage::decode(&bytes[1..]).unwrap();
    assert_eq!((read.registration_id, read.signed_pre_key_id), (Some(17), Some(18)));
    assert_eq!((read.pre_key_id, read.kyber_pre_key_id), (Some(0), Some(kem().pre_key_id)));
    assert_eq!(read.identity_key.as_deref(), Some(&[2; 33][..]));
}

#[test]
fn numbers_that_are_zero_are_written_as_deployed_peers_write_them() {
    let key = [5; 33];
    let fields = SignalFields {
        version: 0x44,
        ratchet_key: &key,
        counter: 0,
        previous_counter: 0,
        ciphertext: &[7; 16],
        pq_ratchet: &[],
        addresses: None,
    };
    // Version, key (35), two counters (2 each), ciphertext (18); with its MAC this is the 66 bytes
    // measured between official clients for a short text.
    assert_eq!(fields.encode_authenticated().len() + MAC_BYTES, 66);
}

#[test]
fn optional_fields_travel() {
    let addresses = [3; ADDRESSES_BYTES];
    let fields = SignalFields {
        version: 0x44,
        ratchet_key: &[5; 33],
        counter: 1,
        previous_counter: 2,
        ciphertext: &[7; 16],
        pq_ratchet: &[1, 2, 3],
        addresses: Some(&addresses),
    };
    let mut bytes = fields.encode_authenticated();
    bytes.extend([0; MAC_BYTES]);
    let read = SignalMessage::parse(&bytes).unwrap();
    assert_eq!((read.pq_ratchet, read.addresses), (&[1, 2, 3][..], Some(&addresses[..])));
}

#[test]
fn an_unknown_field_is_skipped() {
    // Field 15: a varint, then 4 fixed bytes, 8 fixed bytes, and a string.
    let extra = [0x78, 1, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 2, 1, 1];
    let bytes = message(&extra);
    assert_eq!(SignalMessage::parse(&bytes).unwrap().counter, 300);
}

//= test: pqxdh r3 3.3 unambiguous
#[test]
fn what_no_honest_writer_writes_is_refused() {
    let refused = [
        (&[0x10, 1][..], Malformed::Repeated { field: 2 }),
        (&[0x12, 0], Malformed::WireType { field: 2, wire_type: 2 }),
        (&[0x08, 0], Malformed::WireType { field: 1, wire_type: 0 }),
        (&[0x00, 0], Malformed::WireType { field: 0, wire_type: 0 }),
        (&[0x7b, 0], Malformed::WireType { field: 15, wire_type: 3 }),
        (&[0x78, 0x80, 0x00], Malformed::Number),
        (&[0x78, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2], Malformed::Number),
        (&[0x7a, 5, 1], Malformed::Truncated),
        (&[0xf8, 255, 255, 255, 255, 255, 1], Malformed::Number),
    ];
    for (extra, why) in refused {
        assert_eq!(SignalMessage::parse(&message(extra)), Err(why), "{extra:x?}");
    }
}

//= test: double-ratchet r4 3.1 header-dh
#[test]
fn a_message_without_ratchet_key_number_or_ciphertext_is_refused() {
    let fields: [(u32, &[u8]); 3] = [(1, &[0x0a, 2, 5, 5]), (2, &[0x10, 3]), (4, &[0x22, 2, 7, 7])];
    for missing in [1, 2, 4] {
        let mut bytes = vec![0x33];
        for (_, field) in fields.iter().filter(|(number, _)| *number != missing) {
            bytes.extend(*field);
        }
        bytes.extend([9; MAC_BYTES]);
        assert_eq!(SignalMessage::parse(&bytes), Err(Malformed::Missing { field: missing }));
    }
}

#[test]
fn a_first_message_cut_anywhere_is_refused() {
    let whole = first(&message(&[]), Some(1), None);
    for length in 0..whole.len() {
        assert!(PreKeySignalMessage::parse(&whole[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn half_a_kem_part_is_refused() {
    let inner = message(&[]);
    let mut id_only = first(&inner, None, None);
    id_only.extend([0x38, 1]);
    let mut ciphertext_only = first(&inner, None, None);
    ciphertext_only.extend([0x42, 1, 8]);
    assert_eq!(PreKeySignalMessage::parse(&id_only), Err(Malformed::Missing { field: 8 }));
    assert_eq!(PreKeySignalMessage::parse(&ciphertext_only), Err(Malformed::Missing { field: 7 }));
}

fn message(extra: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x33, 0x0a, 33];
    bytes.extend([5; 33]);
    bytes.extend([0x10, 0xac, 0x02, 0x18, 0, 0x22, 16]);
    bytes.extend([7; 16]);
    let written = SignalFields {
        version: 0x33,
        ratchet_key: &[5; 33],
        counter: 300,
        previous_counter: 0,
        ciphertext: &[7; 16],
        pq_ratchet: &[],
        addresses: None,
    };
    assert_eq!(written.encode_authenticated(), bytes);
    bytes.extend(extra);
    bytes.extend([9; MAC_BYTES]);
    bytes
}

fn first(inner: &[u8], pre_key_id: Option<u32>, kem: Option<KemPart<'_>>) -> Vec<u8> {
    PreKeyFields {
        version: 0x44,
        registration_id: 17,
        pre_key_id,
        signed_pre_key_id: 18,
        kem,
        base_key: &[1; 33],
        identity_key: &[2; 33],
        message: inner,
    }
    .encode()
}

fn kem() -> KemPart<'static> {
    KemPart { pre_key_id: 4, ciphertext: &[8; 200] }
}
