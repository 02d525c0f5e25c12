//! AES-256-GCM as Noise uses it (Noise revision 34, sections 4.2 and 12.4).

use alloc::boxed::Box;

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of a key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes that sealing adds.
pub(crate) const TAG_BYTES: usize = 16;

/// The key of one direction.
///
/// The key alone: a schedule of round keys would be computed once, but stay in memory, 15 times as
/// large, with every idle link. Computing it is a small part of what a record costs.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct CipherKey(Box<[u8; KEY_BYTES]>);

impl CipherKey {
    /// Takes over `bytes`; the caller's copy is wiped.
    pub(crate) fn from_secret(bytes: &mut [u8; KEY_BYTES]) -> Self {
        let key = Self(Box::new(*bytes));
        bytes.zeroize();
        key
    }

    /// Takes over other bytes in place of its own.
    pub(crate) fn overwrite(&mut self, bytes: &[u8; KEY_BYTES]) {
        self.0.copy_from_slice(bytes);
    }

    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Encrypts `data` in place as message `number`; the tag belongs behind it.
    pub(crate) fn seal(&self, number: u64, bound: &[u8], data: &mut [u8]) -> [u8; TAG_BYTES] {
        let sealed = Aes256Gcm::new(self.0.as_ref().into()).encrypt_inout_detached(
            &nonce(number).into(),
            bound,
            data.into(),
        );
        #[expect(clippy::expect_used, reason = "GCM's limit is 64 GB, a Noise message's 64 KB")]
        sealed.expect("a Noise message is not too long").into()
    }

    /// Decrypts `data` in place, if it is what was sealed as message `number`; it is left as it
    /// came otherwise.
    #[must_use]
    pub(crate) fn open(
        &self,
        number: u64,
        bound: &[u8],
        data: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> bool {
        Aes256Gcm::new(self.0.as_ref().into())
            .decrypt_inout_detached(&nonce(number).into(), bound, data.into(), tag.into())
            .is_ok()
    }

    /// `REKEY(k)`: what the last possible number makes of 32 zeros (section 4.2).
    pub(crate) fn rekey(&mut self) {
        let mut next = Zeroizing::new([0; KEY_BYTES]);
        let _tag = self.seal(u64::MAX, &[], next.as_mut());
        self.overwrite(&next);
    }
}

/// Four zeros and the number, big-endian (section 12.4).
fn nonce(number: u64) -> [u8; 12] {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    [0, 0, 0, 0, a, b, c, d, e, f, g, h]
}
