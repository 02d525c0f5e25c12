//! Whatever code the KEM library chooses for this processor gives the bytes of its portable code.
//!
//! `cargo xtask digests --check --portable-kem` shows the same of whole scenarios, with a binary
//! that has the portable code alone.

use libcrux_ml_kem::{
    MlKemCiphertext, kyber1024,
    mlkem1024::portable,
    mlkem1024::{MlKem1024Ciphertext, MlKem1024KeyPair, MlKem1024PrivateKey, MlKem1024PublicKey},
};
use sha2::{Digest, Sha512};

/// One of the library's implementations of Kyber1024, round 3.
struct Implementation {
    name: &'static str,
    generate: fn([u8; 64]) -> MlKem1024KeyPair,
    encapsulate: fn(&MlKem1024PublicKey, [u8; 32]) -> (MlKem1024Ciphertext, [u8; 32]),
    decapsulate: fn(&MlKem1024PrivateKey, &MlKem1024Ciphertext) -> [u8; 32],
}

/// What this project calls: it asks the processor, and takes one of the others.
const CHOSEN: Implementation = Implementation {
    name: "chosen",
    generate: kyber1024::generate_key_pair,
    encapsulate: kyber1024::encapsulate,
    decapsulate: kyber1024::decapsulate,
};

const PORTABLE: Implementation = Implementation {
    name: "portable",
    generate: portable::kyber_generate_key_pair,
    encapsulate: portable::kyber_encapsulate,
    decapsulate: portable::kyber_decapsulate,
};

/// The one with vector instructions, where this processor has them. That this compiles is the proof
/// that an ordinary build has it: with `LIBCRUX_DISABLE_SIMD256` set there is no such module.
#[cfg(target_arch = "x86_64")]
fn vector() -> Option<Implementation> {
    use libcrux_ml_kem::mlkem1024::avx2;
    std::is_x86_feature_detected!("avx2").then_some(Implementation {
        name: "AVX2",
        generate: avx2::kyber_generate_key_pair,
        encapsulate: avx2::kyber_encapsulate,
        decapsulate: avx2::kyber_decapsulate,
    })
}

#[cfg(target_arch = "aarch64")]
fn vector() -> Option<Implementation> {
    use libcrux_ml_kem::mlkem1024::neon;
    Some(Implementation {
        name: "Neon",
        generate: neon::kyber_generate_key_pair,
        encapsulate: neon::kyber_encapsulate,
        decapsulate: neon::kyber_decapsulate,
    })
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn vector() -> Option<Implementation> {
    None
}

#[test]
fn the_kem_has_the_same_bytes_with_and_without_vector_instructions() {
    let others = [Some(CHOSEN), vector()];
    for seed in 0..200 {
        let expected = run(&PORTABLE, seed);
        for other in others.iter().flatten() {
            assert_eq!(run(other, seed), expected, "{}, seed {seed}", other.name);
        }
    }
}

/// Both keys, a ciphertext, its secret at both ends, and what a damaged ciphertext yields.
fn run(implementation: &Implementation, seed: u64) -> [Vec<u8>; 6] {
    let name = implementation.name;
    let pair = (implementation.generate)(bytes("key", seed));
    let randomness = *bytes("encapsulation", seed).first_chunk().unwrap();
    let (ciphertext, sent) =
        (implementation.encapsulate)(&MlKem1024PublicKey::from(pair.pk()), randomness);
    let received = (implementation.decapsulate)(pair.private_key(), &ciphertext);
    assert_eq!(received, sent, "{name}, seed {seed}");
    let mut damaged = *ciphertext.as_slice();
    let place = seed as usize * 7 % damaged.len();
    damaged[place] ^= 1;
    let damaged = MlKemCiphertext::from(damaged);
    let rejected = (implementation.decapsulate)(pair.private_key(), &damaged);
    assert_ne!(rejected, sent, "{name}, seed {seed}");
    [
        pair.pk().to_vec(),
        pair.sk().to_vec(),
        ciphertext.as_slice().to_vec(),
        sent.into(),
        received.into(),
        rejected.into(),
    ]
}

fn bytes(purpose: &str, seed: u64) -> [u8; 64] {
    Sha512::digest(format!("{purpose} {seed}")).into()
}
