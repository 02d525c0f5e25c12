//! The root chain (Double Ratchet section 2.3).

use zeroize::Zeroizing;

use super::chain::ChainKey;
use crate::{
    crypto::{dh::SharedSecret, hash::hkdf, secret::secret_key},
    trace::{Tracer, Value, report},
};

secret_key! {
    /// `RK`: mixes every Diffie-Hellman output into the chains that follow it.
    RootKey
}

impl RootKey {
    //= spec: double-ratchet r4 2.3 root-chain — agreements go into the root chain, and chain keys
    //= come out of it.
    /// `KDF_RK(rk, dh_out)`: the next root key, and the chain key of a new chain.
    //= spec: double-ratchet r4 7.2 kdf-rk — HKDF with the root key as salt, the Diffie-Hellman
    //= output as input, and a constant of the application as info.
    pub(crate) fn step(
        &self,
        shared: &SharedSecret,
        trace: &mut (impl Tracer + ?Sized),
    ) -> (Self, ChainKey) {
        let okm = hkdf::<64>(Some(self.expose()), shared.expose(), b"WhisperRatchet");
        let (mut root, mut chain) = split_64(&okm);
        let next = (Self::from_secret(&mut root), ChainKey::from_secret(&mut chain));
        let inputs = [Value::secret("rk", self.expose()), Value::secret("dh_out", shared.expose())];
        let outputs = [Value::secret("rk'", next.0.expose()), Value::secret("ck", next.1.expose())];
        report(trace, "kdf-rk", "double-ratchet r4 7.2", &inputs, &outputs);
        next
    }
}

/// The two halves of 64 derived bytes.
pub(crate) fn split_64(okm: &[u8; 64]) -> (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>) {
    match okm.as_chunks::<32>().0 {
        [first, second] => (Zeroizing::new(*first), Zeroizing::new(*second)),
        _ => unreachable!("64 bytes are two chunks of 32"),
    }
}
