//! X3DH (revision 1): the handshake of profile `v3`.
//!
//! The agreements are also the curve part of PQXDH.

use alloc::vec::Vec;

use keys::{
    Bundle, IdentityKey, PublicKey,
    mutant::{self, planted},
};
use zeroize::Zeroizing;

use crate::{
    crypto::{
        dh::{KeyPair, LowOrder, PrivateKey, SharedSecret},
        hash::hkdf,
    },
    double_ratchet::{
        chain::ChainKey,
        root::{RootKey, split_64},
    },
    identity::IdentityKeyPair,
    trace::{Tracer, Value, report},
};

/// The input of the handshake's key derivation, as it is put together.
pub(crate) struct SecretInput(Zeroizing<Vec<u8>>);

impl SecretInput {
    //= spec: x3dh r1 2.2 kdf — the key material is preceded by as many 0xff bytes as a curve
    //= coordinate has, so that it never begins with an encoded point.
    fn new() -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
        bytes.extend_from_slice(&[0xff; 32]);
        Self(bytes)
    }

    /// Appends one secret. There is room for all that a handshake has, so nothing is copied about.
    pub(crate) fn push(&mut self, secret: &[u8; 32]) {
        self.0.extend_from_slice(secret);
    }

    /// The input itself, for a derivation.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    fn agree(
        &mut self,
        name: &'static str,
        ours: (&PrivateKey, &PublicKey),
        theirs: &PublicKey,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<(), LowOrder> {
        let shared: SharedSecret = ours.0.agree(theirs)?;
        let inputs =
            [Value::public("ours", ours.1.as_bytes()), Value::public("theirs", theirs.as_bytes())];
        report(trace, name, "x3dh r1 3.3", &inputs, &[Value::secret(name, shared.expose())]);
        self.push(shared.expose());
        Ok(())
    }
}

/// The prefix, four agreements and a KEM secret.
const ROOM: usize = 6 * 32;

/// What a handshake yields: the first root key and the first chain key.
#[derive(Debug)]
pub(crate) struct HandshakeKeys {
    pub(crate) root: RootKey,
    pub(crate) chain: ChainKey,
}

//= spec: x3dh r1 3.3 agreements — DH1 of the initiator's identity and the signed prekey, DH2 of the
//= ephemeral and the identity, DH3 of the ephemeral and the signed prekey, and DH4 of the ephemeral
//= and the one-time prekey if there is one, in this order.
/// The initiator's agreements.
pub(crate) fn initiator(
    ours: &IdentityKeyPair,
    base: &KeyPair,
    bundle: &Bundle,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<SecretInput, LowOrder> {
    let mut input = SecretInput::new();
    let our_identity = ours.public();
    let identity = (ours.private(), our_identity.public_key());
    let ephemeral = (&base.private, &base.public);
    input.agree("DH1", identity, &bundle.signed.key, trace)?;
    input.agree("DH2", ephemeral, bundle.identity.public_key(), trace)?;
    input.agree("DH3", ephemeral, &bundle.signed.key, trace)?;
    if let Some(one_time) = &bundle.one_time
        && !planted(mutant::ONE_TIME_LEFT_OUT)
    {
        input.agree("DH4", ephemeral, &one_time.key, trace)?;
    }
    Ok(input)
}

//= spec: x3dh r1 3.4 agreements — the responder repeats them with its own private halves.
/// The responder's agreements.
pub(crate) fn responder(
    ours: &IdentityKeyPair,
    signed: &KeyPair,
    one_time: Option<&KeyPair>,
    their_identity: &IdentityKey,
    their_base: &PublicKey,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<SecretInput, LowOrder> {
    let mut input = SecretInput::new();
    let our_identity = ours.public();
    let identity = (ours.private(), our_identity.public_key());
    let prekey = (&signed.private, &signed.public);
    input.agree("DH1", prekey, their_identity.public_key(), trace)?;
    input.agree("DH2", identity, their_base, trace)?;
    input.agree("DH3", prekey, their_base, trace)?;
    if let Some(one_time) = one_time
        && !planted(mutant::ONE_TIME_LEFT_OUT)
    {
        input.agree("DH4", (&one_time.private, &one_time.public), their_base, trace)?;
    }
    Ok(input)
}

//= spec: double-ratchet r4 7.1 sk — the root key of the handshake is where the ratchet starts.
//= spec: x3dh r1 2.1 parameters — X25519, SHA-256 and the text of the deployed application.
//= spec: x3dh r1 2.2 kdf — HKDF with a zero salt and the application's name as info. Deployed peers
//= take 64 bytes: the root key and a first chain key.
/// Derives the session's first keys.
pub(crate) fn derive(input: &SecretInput, trace: &mut (impl Tracer + ?Sized)) -> HandshakeKeys {
    let okm = hkdf::<64>(None, input.expose(), b"WhisperText");
    let (mut root, mut chain) = split_64(&okm);
    let keys = HandshakeKeys {
        root: RootKey::from_secret(&mut root),
        chain: ChainKey::from_secret(&mut chain),
    };
    let outputs =
        [Value::secret("rk", keys.root.expose()), Value::secret("ck", keys.chain.expose())];
    let inputs = [Value::secret("F || DH1 || DH2 || DH3 [|| DH4]", input.expose())];
    report(trace, "sk", "x3dh r1 3.3", &inputs, &outputs);
    keys
}

#[cfg(test)]
mod tests;
