//! The primitives by themselves, as the engine's own crates do them, and what a step needs of them.

use std::{hint::black_box, time::Instant};

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use hmac::{KeyInit, Mac};
use keys::{IdentityKey, KemPublicKey, Mode};
use libcrux_ml_kem::{MlKemPublicKey, kyber1024};
use sha2::Sha256;
use signal::IdentityKeyPair;

/// What one operation of each kind takes, in nanoseconds.
#[derive(Default)]
pub struct Costs {
    verify_short: f64,
    verify_long: f64,
    agree: f64,
    generate: f64,
    encapsulate: f64,
    decapsulate: f64,
    torsion: f64,
    hmac_block: f64,
    hmac_message: f64,
    hkdf_64: f64,
    hkdf_80: f64,
    hkdf_96: f64,
    encrypt: f64,
    decrypt: f64,
}

fn each(runs: u32, mut operation: impl FnMut()) -> f64 {
    // The least of a few, since a floor is what it could take.
    let once = |operation: &mut dyn FnMut()| {
        let begun = Instant::now();
        (0..runs).for_each(|_| operation());
        begun.elapsed().as_nanos() as f64 / f64::from(runs)
    };
    (0..3).map(|_| once(&mut operation)).fold(f64::INFINITY, f64::min)
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn curve() -> (f64, f64) {
    use graviola::key_agreement::x25519::{PublicKey, StaticPrivateKey};
    if signal::crypto::backend() == signal::crypto::Backend::Portable {
        return portable_curve();
    }
    let private = StaticPrivateKey::from_array(&[7; 32]);
    let public = PublicKey::from_array(&[9; 32]);
    let agree = each(30, || drop(black_box(private.diffie_hellman(black_box(&public)))));
    let fast = each(30, || {
        black_box(StaticPrivateKey::from_array(black_box(&[7; 32])).public_key().as_bytes());
    });
    (agree, fast.min(portable_curve().1))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn curve() -> (f64, f64) {
    portable_curve()
}

fn portable_curve() -> (f64, f64) {
    let agree = each(10, || {
        black_box(x25519_dalek::x25519(black_box([7; 32]), black_box([9; 32])));
    });
    let generate = each(30, || {
        black_box(curve25519_dalek::MontgomeryPoint::mul_base_clamped(black_box([7; 32])));
    });
    (agree, generate)
}

fn hkdf<const N: usize>(info: &[u8]) -> f64 {
    each(300, || {
        let mut okm = [0; N];
        let hkdf = hkdf::Hkdf::<Sha256>::new(Some(black_box(&[3; 32])), black_box(&[4; 32]));
        hkdf.expand(info, &mut okm).unwrap();
        black_box(okm);
    })
}

fn hmac_of(bytes: &[u8]) -> f64 {
    each(300, || {
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(black_box(&[5; 32])).unwrap();
        mac.update(black_box(bytes));
        black_box(mac.finalize());
    })
}

impl Costs {
    /// The operations by name, for the reader of the table.
    pub const fn named(&self) -> [(&'static str, f64); 14] {
        [
            ("verification of 33 bytes", self.verify_short),
            ("verification of 1,569 bytes", self.verify_long),
            ("Diffie-Hellman", self.agree),
            ("key generation", self.generate),
            ("encapsulation", self.encapsulate),
            ("decapsulation", self.decapsulate),
            ("torsion check", self.torsion),
            ("HMAC of a byte", self.hmac_block),
            ("HMAC of a message", self.hmac_message),
            ("HKDF to 64 bytes", self.hkdf_64),
            ("HKDF to 80 bytes", self.hkdf_80),
            ("HKDF to 96 bytes", self.hkdf_96),
            ("AES-256-CBC, encrypting", self.encrypt),
            ("AES-256-CBC, decrypting", self.decrypt),
        ]
    }
}

/// Measures every operation.
pub fn costs() -> Costs {
    let identity = IdentityKeyPair::generate([1; 32]);
    let public: IdentityKey = identity.public();
    let verify = |message: &[u8]| {
        let signature = identity.sign(message, [2; 64]);
        each(10, || public.verify(black_box(message), &signature, Mode::Compat).unwrap())
    };
    let pair = kyber1024::generate_key_pair([3; 64]);
    let kem = KemPublicKey::from_bytes(pair.pk());
    let key = MlKemPublicKey::from(kem.as_bytes());
    let (ciphertext, _) = kyber1024::encapsulate(&key, [4; 32]);
    let (agree, generate) = curve();
    type Encryptor = cbc::Encryptor<aes::Aes256>;
    type Decryptor = cbc::Decryptor<aes::Aes256>;
    let (cipher_key, iv, plaintext) = ([6; 32], [7; 16], [8; 200]);
    let encrypt = || {
        Encryptor::new(black_box(&cipher_key).into(), &iv.into())
            .encrypt_padded_vec::<Pkcs7>(black_box(&plaintext))
    };
    let sealed = encrypt();
    Costs {
        verify_short: verify(&[5; 33]),
        verify_long: verify(&[5; 1_569]),
        agree,
        generate,
        encapsulate: each(10, || {
            black_box(kyber1024::encapsulate(&key, black_box([4; 32])));
        }),
        decapsulate: each(10, || {
            black_box(kyber1024::decapsulate(pair.private_key(), black_box(&ciphertext)));
        }),
        torsion: each(10, || {
            assert!(public.public_key().is_canonical_and_torsion_free());
        }),
        hmac_block: hmac_of(&[1]),
        // Both identities, the header with the post-quantum part, and the ciphertext.
        hmac_message: hmac_of(&[1; 66 + 80 + 210]),
        hkdf_64: hkdf::<64>(&[9; 35]),
        hkdf_80: hkdf::<80>(&[9; 18]),
        hkdf_96: hkdf::<96>(&[9; 46]),
        encrypt: each(300, || drop(black_box(encrypt()))),
        decrypt: each(300, || {
            let decryptor = Decryptor::new((&cipher_key).into(), &iv.into());
            drop(black_box(decryptor.decrypt_padded_vec::<Pkcs7>(black_box(&sealed))));
        }),
    }
}

/// The sum of the operations of `step`: those of the table in docs/reference/speed.md, whose counts
/// `crypto::count` asserts, and for every message sealed or opened two links of the curve chain,
/// one of the post-quantum chain, the expansion of the message key, cipher and MAC.
pub fn sum(step: &str, costs: &Costs) -> f64 {
    let chains = 2.0 * costs.hmac_block + costs.hkdf_64 + costs.hkdf_80 + costs.hmac_message;
    let root = costs.hkdf_64;
    match step {
        "process" => {
            // The handshake's keys, the first of the authenticator and of the post-quantum chains.
            let derived = 2.0 * costs.hkdf_96 + 2.0 * costs.hkdf_64;
            let verified = costs.verify_short + costs.verify_long;
            verified + 5.0 * costs.agree + 2.0 * costs.generate + costs.encapsulate + derived
        }
        "first" => {
            let derived = 2.0 * costs.hkdf_96 + 3.0 * costs.hkdf_64;
            let agreed = 6.0 * costs.agree + costs.generate + costs.decapsulate + costs.torsion;
            agreed + derived + chains + costs.decrypt
        }
        "encrypt" => chains + costs.encrypt,
        "decrypt" => chains + costs.decrypt,
        _ => {
            let turned = 2.0 * costs.agree + costs.generate + 2.0 * root;
            turned + 2.0 * chains + costs.encrypt + costs.decrypt
        }
    }
}
