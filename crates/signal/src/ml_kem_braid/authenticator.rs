//! The authenticator: keys that follow the epoch secrets and protect what the braid carries
//! (ML-KEM Braid section 2.4).

use alloc::boxed::Box;

use hmac::Mac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::MAC_BYTES;
use crate::{
    crypto::{
        hash::{HmacSha256, finish, hkdf, hmac},
        ml_kem::{Ct1, Ct2, Header},
        secret::{KEY_BYTES, secret_key},
    },
    double_ratchet::root::split_64,
    trace::{Tracer, Value, report},
};

secret_key! {
    /// What every update of the authenticator grows from.
    AuthenticatorRoot
}

secret_key! {
    /// The key of the MACs.
    AuthenticatorKey
}

secret_key! {
    /// What one epoch of the braid agreed on.
    EpochSecret
}

/// `auth`: the root key and the MAC key.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) root: AuthenticatorRoot,
    pub(crate) key: AuthenticatorKey,
}

//= spec: mlkem-braid r1 2.2 protocol-info — a text that names protocol, KEM and MAC.
/// The text that all labels of the braid begin with: protocol, KEM, MAC.
const PROTOCOL: &[u8] = b"Signal_PQCKA_V1_MLKEM768";

impl Authenticator {
    //= spec: mlkem-braid r1 2.4 authenticator-init — a zero root key takes in the key that the
    //= handshake agreed on, under the first epoch.
    /// The first authenticator of a session.
    pub(crate) fn start(key: &[u8; KEY_BYTES], trace: &mut (impl Tracer + ?Sized)) -> Self {
        let root = AuthenticatorRoot::from_secret(&mut [0; KEY_BYTES]);
        let key_of_none = AuthenticatorKey::from_secret(&mut [0; KEY_BYTES]);
        Self { root, key: key_of_none }.updated(1, key, trace)
    }

    //= spec: mlkem-braid r1 2.2 kdf-auth — the root key and a new secret give the next root key and
    //= MAC key. Deployed: both are HKDF's input, under a salt of zeros.
    /// The authenticator after `epoch` has agreed on `secret`.
    pub(crate) fn updated(
        &self,
        epoch: u64,
        secret: &[u8; KEY_BYTES],
        trace: &mut (impl Tracer + ?Sized),
    ) -> Self {
        let mut input = Zeroizing::new([[0; KEY_BYTES]; 2]);
        let [first, second] = &mut *input;
        (*first, *second) = (*self.root.expose(), *secret);
        let label = label::<53>(b":Authenticator Update", epoch);
        let okm = hkdf::<64>(None, input.as_flattened(), &label);
        let (mut root, mut key) = split_64(&okm);
        let next = Self {
            root: AuthenticatorRoot::from_secret(&mut root),
            key: AuthenticatorKey::from_secret(&mut key),
        };
        let number = epoch.to_be_bytes();
        let inputs = [
            Value::secret("root_key", self.root.expose()),
            Value::secret("update_key", secret),
            Value::public("epoch", &number),
        ];
        let outputs = [
            Value::secret("root_key'", next.root.expose()),
            Value::secret("mac_key", next.key.expose()),
        ];
        report(trace, "kdf-auth", "mlkem-braid r1 2.2", &inputs, &outputs);
        next
    }

    //= spec: mlkem-braid r1 2.4 mac-header — the header is authenticated with the epoch.
    /// The MAC over the first part of an encapsulation key.
    pub(crate) fn header_mac(&self, epoch: u64, header: &Header) -> [u8; MAC_BYTES] {
        let mut mac = self.labelled(&label::<41>(b":ekheader", epoch));
        mac.update(header);
        *finish(mac)
    }

    /// A header with its MAC, as it is sent.
    pub(crate) fn header_object(&self, epoch: u64, header: &Header) -> Box<[u8]> {
        [header.as_slice(), &self.header_mac(epoch, header)].concat().into_boxed_slice()
    }

    //= spec: mlkem-braid r1 2.4 mac-ciphertext — both parts of the ciphertext are authenticated
    //= with the epoch.
    /// The MAC over a ciphertext.
    pub(crate) fn ciphertext_mac(&self, epoch: u64, ct1: &Ct1, ct2: &Ct2) -> [u8; MAC_BYTES] {
        let mut mac = self.labelled(&label::<43>(b":ciphertext", epoch));
        mac.update(ct1);
        mac.update(ct2);
        *finish(mac)
    }

    //= spec: mlkem-braid r1 2.2 mac — HMAC-SHA256.
    fn labelled(&self, label: &[u8]) -> HmacSha256 {
        let mut mac = hmac(self.key.expose());
        mac.update(label);
        mac
    }
}

//= spec: mlkem-braid r1 2.2 kdf-ok — the KEM's secret is derived from once more, with the epoch,
//= before anything uses it.
/// What `epoch` agreed on, from the KEM's shared secret.
pub(crate) fn epoch_secret(
    epoch: u64,
    shared: &[u8; KEY_BYTES],
    trace: &mut (impl Tracer + ?Sized),
) -> EpochSecret {
    let mut okm = hkdf::<KEY_BYTES>(None, shared, &label::<41>(b":SCKA Key", epoch));
    let secret = EpochSecret::from_secret(&mut okm);
    let number = epoch.to_be_bytes();
    let inputs = [Value::secret("ss", shared), Value::public("epoch", &number)];
    let outputs = [Value::secret("epoch secret", secret.expose())];
    report(trace, "kdf-ok", "mlkem-braid r1 2.2", &inputs, &outputs);
    secret
}

/// Whether two MACs are one; in constant time.
pub(crate) fn same(one: &[u8; MAC_BYTES], other: &[u8; MAC_BYTES]) -> bool {
    one.ct_eq(other).into()
}

//= spec: mlkem-braid r1 2.2 epoch-bytes — the epoch's bytes, the highest first.
/// Protocol, purpose and epoch, `N` bytes together.
fn label<const N: usize>(purpose: &[u8], epoch: u64) -> [u8; N] {
    let mut label = [0; N];
    let epoch = epoch.to_be_bytes();
    let bytes = PROTOCOL.iter().chain(purpose).chain(&epoch);
    label.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_fills_its_array() {
        for (purpose, length) in [
            (":Authenticator Update", 53),
            (":ekheader", 41),
            (":ciphertext", 43),
            (":SCKA Key", 41),
        ] {
            assert_eq!(PROTOCOL.len() + purpose.len() + 8, length, "{purpose}");
        }
    }
}
