//! The keys of one message, and what they seal (Double Ratchet sections 3.1 and 7.2).

use alloc::vec::Vec;
use core::fmt;

use hmac::Mac;
use keys::{
    IdentityKey,
    mutant::{self, planted},
};
use subtle::ConstantTimeEq;
use wire::signal::MAC_BYTES;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    crypto::{
        cbc::{self, IV_BYTES},
        hash::{count_hmac, finish, hkdf, hkdf_of_key, hmac},
        secret::{KEY_BYTES, wipes_on_drop},
    },
    trace::{Fingerprint, Tracer, Value, report},
};

/// Cipher key, MAC key and initialisation vector of exactly one message.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct MessageKeys {
    cipher: [u8; 32],
    mac: [u8; 32],
    iv: [u8; IV_BYTES],
    /// Derived with the keys and used for nothing else.
    label: [u8; 16],
}

impl MessageKeys {
    /// Expands a message key.
    ///
    /// `post_quantum` is the key of the post-quantum ratchet for this message, where the profile
    /// has one: it is the salt (Double Ratchet section 7.2, KDF_HYBRID).
    //= spec: double-ratchet r4 6.3 kdf-hybrid — both ratchets' keys go into the message's.
    //= spec: double-ratchet r4 7.2 kdf-hybrid — the post-quantum key is the salt, the other the
    //= input.
    //= spec: double-ratchet r4 7.2 encrypt — HKDF of the message key to 80 bytes: encryption key,
    //= authentication key, initialisation vector.
    pub(crate) fn expand(
        seed: &[u8; KEY_BYTES],
        post_quantum: Option<&[u8; 32]>,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Self {
        let salt = post_quantum.map(<[u8; 32]>::as_slice);
        const INFO: &[u8] = b"WhisperMessageKeys";
        // 80 bytes are the keys; what HKDF's last block has beyond them is theirs alone too.
        let okm = match salt {
            Some(salt) => hkdf::<96>(Some(salt), seed, INFO),
            None => hkdf_of_key::<96>(seed, INFO),
        };
        let keys = match okm.as_chunks::<IV_BYTES>().0 {
            [a, b, c, d, iv, label] => {
                Self { cipher: joined(a, b), mac: joined(c, d), iv: *iv, label: *label }
            }
            _ => unreachable!("96 bytes are six chunks of 16"),
        };
        let outputs = [
            Value::secret("encryption key", &keys.cipher),
            Value::secret("authentication key", &keys.mac),
            Value::secret("iv", &keys.iv),
        ];
        let inputs = [Value::secret("mk", seed), Value::secret("pq mk", salt.unwrap_or_default())];
        // Without a post-quantum key there is one input.
        let given = if salt.is_some() { 2 } else { 1 };
        let inputs = inputs.get(..given).unwrap_or_default();
        report(trace, "message keys", "double-ratchet r4 7.2", inputs, &outputs);
        keys
    }

    /// Encrypts `plaintext`. Consumes nothing, but the keys serve one message only.
    pub(crate) fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        cbc::encrypt(&self.cipher, &self.iv, plaintext)
    }

    /// Decrypts `ciphertext`, whose MAC has held; `None` if its padding is wrong.
    pub(crate) fn decrypt(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        cbc::decrypt(&self.cipher, &self.iv, ciphertext)
    }

    //= spec: double-ratchet r4 3.1 aead — the tag is over associated data, header and ciphertext.
    //= spec: double-ratchet r4 3.1 concat — the identities have a fixed length and come first, so
    //= that one reading is possible.
    //= spec: double-ratchet r4 7.1 ad — the associated data of the handshake, sender first as
    //= deployed.
    //= spec: x3dh r1 3.3 ad — both identity keys as they are encoded.
    //= spec: pqxdh r3 3.3 ad — the same.
    //= spec: double-ratchet r4 8.6 truncating — the tag may be shortened, here to 8 bytes.
    /// The MAC over `authenticated`, sent from `sender` to `receiver`.
    ///
    /// Deployed order: sender first, so that the two directions differ; the specification's
    /// associated data has the initiator first.
    pub(crate) fn mac(
        &self,
        sender: &IdentityKey,
        receiver: &IdentityKey,
        authenticated: &[u8],
        trace: &mut (impl Tracer + ?Sized),
    ) -> [u8; MAC_BYTES] {
        let mut mac = hmac(&self.mac);
        let parties = [sender.encode(), receiver.encode()];
        parties.iter().for_each(|party| mac.update(party));
        mac.update(authenticated);
        count_hmac(parties.as_flattened().len().saturating_add(authenticated.len()));
        let [a, b, c, d, e, f, g, h, ..] = *finish(mac);
        let tag = [a, b, c, d, e, f, g, h];
        let inputs = [
            Value::secret("authentication key", &self.mac),
            Value::public("ad sender", parties.as_flattened()),
            Value::public("ciphertext", authenticated),
        ];
        report(trace, "mac", "double-ratchet r4 7.2", &inputs, &[Value::public("tag", &tag)]);
        tag
    }

    //= spec: double-ratchet r4 3.1 authentication-failure — what does not authenticate is not
    //= decrypted.
    /// Whether `tag` is the MAC over `authenticated`; in constant time.
    pub(crate) fn verify(
        &self,
        sender: &IdentityKey,
        receiver: &IdentityKey,
        authenticated: &[u8],
        tag: &[u8; MAC_BYTES],
        trace: &mut (impl Tracer + ?Sized),
    ) -> bool {
        let ours = self.mac(sender, receiver, authenticated, trace);
        if planted(mutant::SHORT_MAC) {
            return ours.first_chunk::<7>() == tag.first_chunk::<7>();
        }
        ours.ct_eq(tag).into()
    }

    /// Tells this (key, IV) pair from every other without showing it.
    pub(crate) const fn cipher_fingerprint(&self) -> [u8; 16] {
        self.label
    }
}

/// The 32 bytes of two halves.
fn joined(first: &[u8; 16], second: &[u8; 16]) -> [u8; KEY_BYTES] {
    let mut whole = [0; KEY_BYTES];
    if let [start, end] = whole.as_chunks_mut::<16>().0 {
        (*start, *end) = (*first, *second);
    }
    whole
}

impl fmt::Debug for MessageKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cipher, mac, iv: _, label: _ } = self;
        write!(f, "MessageKeys({}, {})", Fingerprint::of(cipher), Fingerprint::of(mac))
    }
}

const _: () = wipes_on_drop::<MessageKeys>();
