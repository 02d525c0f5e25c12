//! PQXDH (revision 3): the handshake of profile `v4`.
//!
//! X3DH's agreements with a KEM secret after them. The KEM public key is not added to the
//! associated data: Kyber hashes it into the shared secret (section 4.12).

use alloc::vec::Vec;

use keys::KemPublicKey;
use zeroize::{Zeroize, Zeroizing};

use crate::{
    crypto::{hash::hkdf, kem, secret::secret_key},
    double_ratchet::{chain::ChainKey, root::RootKey},
    prekeys::KemPreKey,
    trace::{Tracer, Value, report},
    x3dh::{HandshakeKeys, SecretInput},
};

secret_key! {
    /// The third key of the handshake: authenticates the post-quantum ratchet, where that is
    /// spoken.
    PostQuantumAuthKey
}

/// What the handshake yields.
#[derive(Debug)]
pub(crate) struct PostQuantumKeys {
    pub(crate) handshake: HandshakeKeys,
    /// For profiles with the post-quantum ratchet; wiped where it is not used.
    pub(crate) authentication: PostQuantumAuthKey,
}

//= spec: pqxdh r3 3.3 secret-order — the secret comes after the agreements.
//= spec: pqxdh r3 3.3 encapsulate — the initiator encapsulates a secret to the KEM prekey and
//= appends it to the agreements.
/// Encapsulates to `prekey` and appends the secret; yields the ciphertext in wire form.
pub(crate) fn encapsulate(
    input: &mut SecretInput,
    prekey: &KemPublicKey,
    random: [u8; 32],
    trace: &mut (impl Tracer + ?Sized),
) -> Vec<u8> {
    let (ciphertext, shared) = kem::encapsulate(prekey, random);
    let outputs = [Value::public("CT", &ciphertext), Value::secret("SS", shared.as_ref())];
    let inputs = [Value::public("PQPKB", prekey.encode())];
    report(trace, "pqkem-enc", "pqxdh r3 3.3", &inputs, &outputs);
    input.push(&shared);
    ciphertext
}

//= spec: pqxdh r3 3.4 decapsulate — the responder decapsulates with the KEM prekey named in the
//= message and repeats the derivation.
/// Decapsulates `ciphertext` and appends the secret; `None` if it is not in wire form.
pub(crate) fn decapsulate(
    input: &mut SecretInput,
    prekey: &KemPreKey,
    ciphertext: &[u8],
    trace: &mut (impl Tracer + ?Sized),
) -> Option<()> {
    let shared = prekey.decapsulate(ciphertext)?;
    let (inputs, outputs) =
        ([Value::public("CT", ciphertext)], [Value::secret("SS", shared.as_ref())]);
    report(trace, "pqkem-dec", "pqxdh r3 3.4", &inputs, &outputs);
    input.push(&shared);
    Some(())
}

//= spec: double-ratchet r4 7.1 expand-sk — the key of the post-quantum ratchet is derived beside
//= that of the other.
//= spec: pqxdh r3 2.2 kdf — HKDF with a zero salt over F and the key material; info names the
//= application, curve, hash and KEM. Deployed peers take 96 bytes.
/// Derives the session's first keys.
pub(crate) fn derive(input: &SecretInput, trace: &mut (impl Tracer + ?Sized)) -> PostQuantumKeys {
    let okm = hkdf::<96>(None, input.expose(), INFO);
    let mut thirds = Zeroizing::new([[0; 32]; 3]);
    thirds.as_flattened_mut().copy_from_slice(okm.as_ref());
    let [root, chain, authentication] = &mut *thirds;
    let keys = PostQuantumKeys {
        handshake: HandshakeKeys {
            root: RootKey::from_secret(root),
            chain: ChainKey::from_secret(chain),
        },
        authentication: PostQuantumAuthKey::from_secret(authentication),
    };
    let outputs = [
        Value::secret("rk", keys.handshake.root.expose()),
        Value::secret("ck", keys.handshake.chain.expose()),
        Value::secret("pq authentication key", keys.authentication.expose()),
    ];
    let inputs = [Value::secret("F || DH1 || DH2 || DH3 [|| DH4] || SS", input.expose())];
    report(trace, "sk", "pqxdh r3 3.3", &inputs, &outputs);
    thirds.zeroize();
    keys
}

//= spec: pqxdh r3 2.1 parameters — the text of the application, curve, hash and KEM as deployed.
/// Deployed info: the curve is called X25519 there, not CURVE25519.
const INFO: &[u8] = b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024";

#[cfg(test)]
mod tests;
