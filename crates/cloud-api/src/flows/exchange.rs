//! One request to the endpoint of a flow, and its answer (facts, cloud-api.md section 4).
//!
//! The request bears AES-128-GCM ciphertext and, for the business's RSA key, the AES key
//! (RSA-OAEP, SHA-256 for both hash and mask). The answer is sealed with the same key and the
//! inverted IV. An IV has 16 bytes: GCM hashes it to its first counter block (NIST SP 800-38D
//! section 7.1).

use aes_gcm::{
    AesGcm, KeyInit as _, Nonce,
    aead::{Aead as _, consts::U16},
    aes::Aes128,
};
use rand_core::CryptoRng;
use rsa::{BoxedUint, Oaep, PublicKey};
use serde_json::{Value, json};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{base64, graph::manage::documents::modulus};

type Cipher = AesGcm<Aes128, U16>;

/// What opens the answer to one request. A key serves one request and one answer.
pub struct Exchange {
    key: Zeroizing<[u8; 16]>,
    iv: [u8; 16],
}

impl core::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Exchange") // It holds a key.
    }
}

impl Exchange {
    /// Seals what is said to an endpoint under a key drawn from `rng`; the body of the request
    /// beside it. `None` if `pem` is no public key that a business may have.
    pub fn seal(pem: &str, said: &Value, rng: &mut dyn CryptoRng) -> Option<(Self, Value)> {
        let (mut key, mut iv) = (Zeroizing::new([0; 16]), [0; 16]);
        rng.fill_bytes(key.as_mut_slice());
        rng.fill_bytes(&mut iv);
        let for_business = encapsulated(pem, key.as_slice(), rng)?;
        let exchange = Self { key, iv };
        let plain = Zeroizing::new(said.to_string().into_bytes());
        let sealed = exchange.cipher().encrypt(&Nonce::from(iv), plain.as_slice()).ok()?;
        let body = json!({
            "encrypted_flow_data": base64::encode(&sealed),
            "encrypted_aes_key": base64::encode(&for_business),
            "initial_vector": base64::encode(&iv),
        });
        Some((exchange, body))
    }

    /// Opens the answer; `None` for one that is not Base64 of JSON that was sealed for this
    /// exchange.
    pub fn open(&self, answer: &[u8]) -> Option<Value> {
        let sealed = base64::decode(core::str::from_utf8(answer).ok()?.trim())?;
        let nonce = Nonce::from(self.iv.map(|byte| !byte));
        let plain = self.cipher().decrypt(&nonce, sealed.as_slice()).ok()?;
        serde_json::from_slice(&Zeroizing::new(plain)).ok()
    }

    fn cipher(&self) -> Cipher {
        Cipher::new(&(*self.key).into())
    }
}

/// `key` for whoever has the private half of the key in `pem`.
fn encapsulated(pem: &str, key: &[u8], rng: &mut dyn CryptoRng) -> Option<Vec<u8>> {
    let modulus = BoxedUint::from_be_slice_vartime(&modulus(pem)?);
    let public = PublicKey::new(modulus, BoxedUint::from(65_537_u64)).ok()?;
    public.encrypt(rng, Oaep::<Sha256>::new(), key).ok()
}
