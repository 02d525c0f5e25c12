//! Keys and derivations (X3DH section 2, PQXDH section 2, Double Ratchet section 7.2).

use aes::Aes256;
use aes::cipher::{
    BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7,
};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use libcrux_ml_kem::{MlKemCiphertext, MlKemPublicKey, kyber1024};
use sha2::Sha256;

/// A Curve25519 key pair. The public half may be replaced by one that does not belong to it.
#[derive(Clone, Copy)]
pub(crate) struct Secret {
    pub(crate) private: [u8; 32],
    pub(crate) public: [u8; 32],
}

impl Secret {
    pub(crate) fn new(private: [u8; 32]) -> Self {
        Self {
            private,
            public: x25519_dalek::x25519(private, x25519_dalek::X25519_BASEPOINT_BYTES),
        }
    }

    /// The shared secret, all zeros too.
    pub(crate) fn agree(&self, theirs: &[u8; 32]) -> [u8; 32] {
        x25519_dalek::x25519(self.private, *theirs)
    }

    pub(crate) fn wire(&self) -> Vec<u8> {
        wire(&self.public)
    }
}

/// The wire form of a public key.
pub(crate) fn wire(public: &[u8; 32]) -> Vec<u8> {
    [&[5], public.as_slice()].concat()
}

/// HMAC-SHA256 over all of `parts`.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; 64];
    if let Some(head) = block.first_chunk_mut() {
        *head = *key;
    }
    let mut mac = Hmac::<Sha256>::new((&block).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA256: `N` keys of 32 bytes.
pub(crate) fn hkdf<const N: usize>(
    salt: Option<&[u8]>,
    input: &[u8],
    info: &[u8],
) -> [[u8; 32]; N] {
    let mut output = [[0; 32]; N];
    // At most four are ever asked for; HKDF yields up to 255.
    let _long = Hkdf::<Sha256>::new(salt, input).expand(info, output.as_flattened_mut());
    output
}

/// What seals one message.
pub(crate) struct MessageKeys {
    cipher: [u8; 32],
    mac: [u8; 32],
    iv: [u8; 16],
}

impl MessageKeys {
    pub(crate) fn expand(seed: &[u8; 32], salt: Option<&[u8; 32]>) -> Self {
        let salt = salt.map(<[u8; 32]>::as_slice);
        let [cipher, mac, rest] = hkdf::<3>(salt, seed, b"WhisperMessageKeys");
        let iv = rest.first_chunk().copied().unwrap_or_default();
        Self { cipher, mac, iv }
    }

    pub(crate) fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        cbc::Encryptor::<Aes256>::new((&self.cipher).into(), (&self.iv).into())
            .encrypt_padded_vec::<Pkcs7>(plaintext)
    }

    pub(crate) fn decrypt(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        cbc::Decryptor::<Aes256>::new((&self.cipher).into(), (&self.iv).into())
            .decrypt_padded_vec::<Pkcs7>(ciphertext)
            .ok()
    }

    /// The truncated MAC over `parts`: both identities, then what is sent.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> [u8; 8] {
        hmac(&self.mac, parts).first_chunk().copied().unwrap_or_default()
    }
}

/// The public half of the KEM key that grows from `seed`, in wire form.
pub(crate) fn kem_public(seed: [u8; 64]) -> Vec<u8> {
    [[8].as_slice(), kyber1024::generate_key_pair(seed).pk().as_slice()].concat()
}

/// A secret for `key` (wire form): the ciphertext in wire form, and the secret.
pub(crate) fn encapsulate(key: &[u8], random: [u8; 32]) -> Option<(Vec<u8>, [u8; 32])> {
    let (_type, key) = key.split_first()?;
    let key = MlKemPublicKey::from(<&[u8; 1_568]>::try_from(key).ok()?);
    let (ciphertext, shared) = kyber1024::encapsulate(&key, random);
    Some(([[8].as_slice(), ciphertext.as_slice()].concat(), shared))
}

/// The secret in `ciphertext` (wire form).
pub(crate) fn decapsulate(seed: [u8; 64], ciphertext: &[u8]) -> Option<[u8; 32]> {
    let (_type, body) = ciphertext.split_first()?;
    let body = MlKemCiphertext::from(<&[u8; 1_568]>::try_from(body).ok()?);
    let pair = kyber1024::generate_key_pair(seed);
    Some(kyber1024::decapsulate(pair.private_key(), &body))
}
