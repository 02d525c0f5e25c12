//! The pieces against the whole: what the braid sends is plain ML-KEM-768.

use super::*;

fn pair(byte: u8) -> DecapsulationSeed {
    DecapsulationSeed::from_secret(&mut [byte; SEED_BYTES])
}

#[test]
fn the_pieces_put_together_are_plain_ml_kem() {
    for byte in 0..8 {
        let seed = pair(byte);
        let plain = mlkem768::generate_key_pair([byte; SEED_BYTES]);
        let (header, vector) = seed.public();
        assert_eq!(joined(&header, &vector), *plain.pk());

        let m = EncapsulationSeed::from_secret(&mut [byte ^ 0x55; KEY_BYTES]);
        let (ciphertext, shared) = mlkem768::encapsulate(plain.public_key(), [byte ^ 0x55; 32]);
        let (ct1, secret) = m.first(&header);
        let (again, ct2) = m.both(&header, &vector);
        assert_eq!(ct1, again);
        assert_eq!([&ct1[..], &ct2[..]].concat(), ciphertext.as_slice());
        assert_eq!(*secret, shared);
        assert_eq!(*seed.decapsulate(&ct1, &ct2), shared);
    }
}

#[test]
fn a_vector_that_its_header_did_not_announce_is_found_out() {
    let (header, vector) = pair(1).public();
    assert!(is_consistent(&header, &vector));
    let (other, _) = pair(2).public();
    assert!(!is_consistent(&other, &vector));
    let mut changed = vector.clone();
    changed[1_000] ^= 1;
    assert!(!is_consistent(&header, &changed));
}

#[test]
fn a_changed_ciphertext_gives_another_secret() {
    let seed = pair(3);
    let (header, vector) = seed.public();
    let m = EncapsulationSeed::from_secret(&mut [9; KEY_BYTES]);
    let (ct1, shared) = m.first(&header);
    let (_, mut ct2) = m.both(&header, &vector);
    ct2[5] ^= 1;
    assert_ne!(*seed.decapsulate(&ct1, &ct2), *shared);
}
