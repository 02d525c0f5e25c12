//! The code against the worked exchange, and against itself in any order.

use std::vec;

use super::*;
use crate::testing::{json_hex, property, worked_exchange};

fn object(rows: usize) -> Vec<u8> {
    (0..rows * ROW_BYTES).map(|index| (index * 31 + index / 7 + 5) as u8).collect()
}

fn chunk_of(object: &[u8], number: u16) -> Chunk {
    Encoder::resume(object.into(), number).next_chunk()
}

//= test: mlkem-braid r1 2.2 reed-solomon
//= test: mlkem-braid r1 3.5 field-size
#[test]
fn chunks_are_those_of_the_worked_exchange() {
    let values = worked_exchange();
    let mut compared = 0;
    for epoch in values["braid"].as_object().unwrap().values() {
        let mac = |name: &str, mac: &str| [json_hex(&epoch[name]), json_hex(&epoch[mac])].concat();
        for (name, chunks) in epoch["erasure"].as_object().unwrap() {
            let object = match name.as_str() {
                "header_and_mac" => mac("header", "header_mac"),
                "ct2_and_mac" => mac("ct2", "ct2_mac"),
                name => json_hex(&epoch[name]),
            };
            for (number, bytes) in chunks["chunk_at_index"].as_object().unwrap() {
                let number = number.parse().unwrap();
                assert_eq!(
                    chunk_of(&object, number).bytes.to_vec(),
                    json_hex(bytes),
                    "{name} {number}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn products_and_inverses_are_those_of_the_worked_exchange() {
    let values = worked_exchange();
    let element =
        |value: &serde_json::Value| Element::from_str_radix(value.as_str().unwrap(), 16).unwrap();
    for product in values["gf65536"]["products"].as_array().unwrap() {
        assert_eq!(multiply(element(&product[0]), element(&product[1])), element(&product[2]));
    }
    for pair in values["gf65536"]["inverses"].as_array().unwrap() {
        assert_eq!(inverse(element(&pair[0])), element(&pair[1]));
    }
}

//= test: mlkem-braid r1 3.6 systematic
#[test]
fn the_first_chunks_are_the_object() {
    let object = object(5);
    let mut encoder = Encoder::new(object.clone().into_boxed_slice());
    let chunks: Vec<u8> = (0..5).flat_map(|_| encoder.next_chunk().bytes).collect();
    assert_eq!(chunks, object);
    assert_eq!(encoder.next_chunk().number, 5);
}

//= test: mlkem-braid r1 2.2 decode-any
//= test: mlkem-braid r1 3.6 any-n-chunks
#[test]
fn any_chunks_give_the_object_back_in_any_order() {
    for rows in [3, 5, 30, 36] {
        let object = object(rows);
        for stride in [1_u16, 2, 7, 1_817] {
            for start in [0, 1, 40, 65_500] {
                let numbers = (0..rows as u16).map(|n| n.wrapping_mul(stride).wrapping_add(start));
                let mut decoder = Decoder::new(rows);
                let mut whole = None;
                for number in numbers.rev() {
                    assert_eq!(whole, None);
                    let chunk = chunk_of(&object, number);
                    match decoder.with(&chunk) {
                        Added::Stored => decoder.add(chunk),
                        Added::Complete(found) => whole = Some(found),
                    }
                }
                assert_eq!(whole.as_ref(), Some(&object), "{rows} rows, from {start} by {stride}");
            }
        }
    }
}

#[test]
fn after_the_last_number_comes_the_first() {
    let mut encoder = Encoder::resume(object(3).into_boxed_slice(), u16::MAX);
    assert_eq!(encoder.next_chunk().number, u16::MAX);
    assert_eq!(encoder.next_chunk().number, 0);
}

#[test]
fn a_chunk_that_comes_again_replaces_its_copy() {
    let object = object(3);
    let mut decoder = Decoder::new(3);
    decoder.add(Chunk { number: 1, bytes: [0xee; ROW_BYTES] });
    decoder.add(chunk_of(&object, 7));
    assert_eq!(decoder.held().len(), 2);
    let good = chunk_of(&object, 1);
    assert_eq!(decoder.with(&good), Added::Stored);
    decoder.add(good);
    assert_eq!(decoder.with(&chunk_of(&object, 0)), Added::Complete(object.clone()));
}

#[test]
fn what_a_decoder_could_not_hold_is_not_resumed() {
    let chunks = |numbers: &[u16]| {
        numbers.iter().map(|number| Chunk { number: *number, bytes: [0; 32] }).collect::<Vec<_>>()
    };
    assert!(Decoder::resume(3, chunks(&[0, 9])).is_some());
    assert!(Decoder::resume(3, chunks(&[9, 0])).is_none());
    assert!(Decoder::resume(3, chunks(&[1, 1])).is_none());
    assert!(Decoder::resume(3, chunks(&[0, 1, 2])).is_none());
    assert_eq!(Decoder::resume(3, vec![]).unwrap().held(), []);
}

//= test: mlkem-braid r1 1.3 robust-chunks
#[test]
fn whatever_arrives_of_any_object_in_any_order_and_twice_it_is_whole_with_as_many_as_it_has_rows() {
    property(150, |made_up| {
        let rows = 1 + made_up.below(36);
        let object = made_up.bytes(rows * ROW_BYTES);
        let mut decoder = Decoder::new(rows);
        let mut numbers = std::collections::BTreeSet::new();
        loop {
            // Now and then one that is there already.
            let number = match numbers.first() {
                Some(number) if made_up.below(4) == 0 => *number,
                _ => made_up.any_size() as u16,
            };
            let chunk = chunk_of(&object, number);
            numbers.insert(number);
            match decoder.with(&chunk) {
                Added::Stored => assert!(numbers.len() < rows),
                Added::Complete(found) => {
                    assert_eq!(numbers.len(), rows);
                    assert_eq!(found, object);
                    break;
                }
            }
            decoder.add(chunk);
            let held = decoder.held().to_vec();
            decoder = Decoder::resume(rows, held).unwrap();
        }
    });
}

#[test]
fn an_encoder_that_was_read_back_gives_the_chunks_of_one_that_was_not() {
    property(50, |made_up| {
        let rows = 1 + made_up.below(36);
        let object = made_up.bytes(rows * ROW_BYTES).into_boxed_slice();
        let mut encoder = Encoder::resume(object.clone(), made_up.any_size() as u16);
        for _ in 0..20 {
            let mut again = Encoder::resume(object.clone(), encoder.next);
            assert_eq!(encoder.next_chunk(), again.next_chunk());
        }
    });
}
