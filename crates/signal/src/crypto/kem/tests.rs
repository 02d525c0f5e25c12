//! Kyber1024, round 3, against the published digest of NIST's known answer.

use std::{fmt::Write, string::String};

use aes::{
    Aes256,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use keys::KEM_TYPE;
use libcrux_ml_kem::{MlKemCiphertext, kyber1024};
use sha2::{Digest, Sha256};

use super::{CIPHERTEXT_BYTES, KemSeed, encapsulate};

/// `Kyber1024`, `single`, of `tests/KATs/kem/kats.json` in liboqs (commit 04e1b327).
const PUBLISHED: &str = "5afcf2a568ad32d49b55105b032af1850f03f3888ff9e2a72f4059c58e968f60";

#[test]
fn the_first_known_answer_of_round_3_has_the_published_digest() {
    let mut entropy = [0; 48];
    entropy.iter_mut().zip(0..).for_each(|(byte, index)| *byte = index);
    let answer = answer(&CtrDrbg::new(&entropy).draw());
    assert_eq!(Sha256::digest(answer.as_bytes())[..], crate::testing::hex(PUBLISHED));
}

/// One known answer in NIST's form, made with our functions.
fn answer(seed: &[u8; 48]) -> String {
    let mut drbg = CtrDrbg::new(seed);
    let halves: [[u8; 32]; 2] = [drbg.draw(), drbg.draw()];
    let key_seed: [u8; 64] = halves.as_flattened().try_into().unwrap();
    let pair = kyber1024::generate_key_pair(key_seed);
    let ours = KemSeed::from_secret(&mut key_seed.clone());
    let public = ours.public();
    let (ciphertext, shared) = encapsulate(&public, drbg.draw());
    assert_eq!(ours.expand().decapsulate(&ciphertext), Some(shared.clone()));

    let mut text = String::from("count = 0\n");
    line(&mut text, "seed", seed);
    line(&mut text, "pk", public.as_bytes());
    line(&mut text, "sk", pair.sk());
    line(&mut text, "ct", &ciphertext[1..]);
    line(&mut text, "ss", shared.as_ref());
    text
}

#[test]
fn a_changed_ciphertext_yields_another_secret_and_a_wrong_form_none() {
    let ours = KemSeed::from_secret(&mut [3; 64]);
    let (ciphertext, shared) = encapsulate(&ours.public(), [4; 32]);
    let mut changed = ciphertext.clone();
    changed[700] ^= 1;
    let other = ours.expand().decapsulate(&changed).unwrap();
    assert_ne!(*other, *shared);

    let mut wrong_type = ciphertext.clone();
    wrong_type[0] = KEM_TYPE + 2;
    assert_eq!(ours.expand().decapsulate(&wrong_type), None);
    assert_eq!(ours.expand().decapsulate(&ciphertext[..CIPHERTEXT_BYTES]), None);
    assert_eq!(ours.expand().decapsulate(&[]), None);
}

//= test: pqxdh r3 3.3 ad-kem
//= test: pqxdh r3 4.11 contributory
//= test: pqxdh r3 4.12 re-encapsulation
#[test]
fn the_same_randomness_gives_another_secret_under_another_key() {
    let [one, other] = [[3; 64], [5; 64]].map(|mut seed| KemSeed::from_secret(&mut seed));
    let (to_one, first) = encapsulate(&one.public(), [4; 32]);
    let (to_other, second) = encapsulate(&other.public(), [4; 32]);
    assert_ne!(*first, *second);
    assert_ne!(to_one, to_other);
    // What was made for one key yields nothing of use under another.
    assert_ne!(other.expand().decapsulate(&to_one).unwrap(), first);
}

#[test]
fn this_is_round_3_and_not_the_later_standard() {
    let ours = KemSeed::from_secret(&mut [3; 64]);
    let (ciphertext, shared) = encapsulate(&ours.public(), [4; 32]);
    let pair = libcrux_ml_kem::mlkem1024::generate_key_pair([3; 64]);
    let body: [u8; CIPHERTEXT_BYTES] = ciphertext[1..].try_into().unwrap();
    let standard =
        libcrux_ml_kem::mlkem1024::decapsulate(pair.private_key(), &MlKemCiphertext::from(body));
    assert_ne!(standard, *shared);
}

fn line(text: &mut String, name: &str, bytes: &[u8]) {
    write!(text, "{name} = ").unwrap();
    bytes.iter().for_each(|byte| write!(text, "{byte:02X}").unwrap());
    text.push('\n');
}

/// NIST's generator for known answers: CTR_DRBG with AES-256, no derivation function
/// (SP 800-90A section 10.2.1).
struct CtrDrbg {
    key: [u8; 32],
    v: u128,
}

impl CtrDrbg {
    fn new(entropy: &[u8; 48]) -> Self {
        let mut drbg = Self { key: [0; 32], v: 0 };
        drbg.update(entropy);
        drbg
    }

    fn block(&mut self) -> [u8; 16] {
        self.v = self.v.wrapping_add(1);
        let mut block = self.v.to_be_bytes().into();
        Aes256::new(&self.key.into()).encrypt_block(&mut block);
        block.into()
    }

    fn update(&mut self, provided: &[u8; 48]) {
        let mut next = [self.block(), self.block(), self.block()];
        next.as_flattened_mut().iter_mut().zip(provided).for_each(|(byte, p)| *byte ^= p);
        self.key.copy_from_slice(&next.as_flattened()[..32]);
        self.v = u128::from_be_bytes(next[2]);
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut drawn = [0; N];
        for chunk in drawn.chunks_mut(16) {
            let block = self.block();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        self.update(&[0; 48]);
        drawn
    }
}
