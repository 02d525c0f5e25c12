//! Files beside messages, as WhatsApp encrypts them (WhatsApp Encryption Overview, "Transmitting
//! Media and Other Attachments").
//!
//! A file is encrypted once, under a key that travels inside the message; whoever stores the blob
//! sees its length and nothing else. From the key come an IV, a cipher key, a MAC key and a key
//! that is not used here, 112 bytes of HKDF-SHA256; a blob is AES-256-CBC with PKCS#7 padding and
//! behind it the first 10 bytes of HMAC-SHA256 over IV and ciphertext. The message also bears the
//! blob's SHA-256, which is checked first.

use alloc::vec::Vec;

use hmac::Mac as _;
use keys::count::{Operation, compressions, count};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::crypto::{
    cbc::{self, IV_BYTES},
    hash,
};

/// Bytes of the MAC at the end of a blob.
pub const MAC_BYTES: usize = 10;
/// What is derived from a key: IV, cipher key, MAC key, and one for previews.
const EXPANDED_BYTES: usize = 112;

/// What a key is for: no key of one kind opens a file of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pictures, and stickers.
    Image,
    /// Sound.
    Audio,
    /// Films.
    Video,
    /// All else.
    Document,
}

impl Kind {
    const fn info(self) -> &'static [u8] {
        match self {
            Self::Image => b"WhatsApp Image Keys",
            Self::Audio => b"WhatsApp Audio Keys",
            Self::Video => b"WhatsApp Video Keys",
            Self::Document => b"WhatsApp Document Keys",
        }
    }
}

/// A file as it is stored, and what the message says of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    /// Ciphertext and MAC.
    pub bytes: Vec<u8>,
    /// SHA-256 of these bytes.
    pub digest: [u8; 32],
    /// SHA-256 of the file.
    pub file_digest: [u8; 32],
}

impl core::fmt::Debug for Blob {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Blob({}B)", self.bytes.len())
    }
}

/// Why a blob is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// It is not the blob that the message speaks of.
    #[error("the blob has another digest than the message names")]
    AnotherBlob,
    /// It was not made with this key.
    #[error("the MAC of the blob is wrong")]
    WrongMac,
    /// What came out is not what the message speaks of.
    #[error("the blob does not hold the file that the message names")]
    AnotherFile,
}

struct Keys {
    iv: [u8; IV_BYTES],
    cipher: Zeroizing<[u8; 32]>,
    mac: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn of(key: &[u8; 32], kind: Kind) -> Self {
        let expanded = hash::hkdf::<EXPANDED_BYTES>(None, key, kind.info());
        let mut keys = Self {
            iv: [0; IV_BYTES],
            cipher: Zeroizing::new([0; 32]),
            mac: Zeroizing::new([0; 32]),
        };
        let targets = keys.iv.iter_mut().chain(keys.cipher.iter_mut()).chain(keys.mac.iter_mut());
        targets.zip(expanded.iter()).for_each(|(to, from)| *to = *from);
        keys
    }

    /// The MAC over IV and `ciphertext`, cut.
    fn mac_of(&self, ciphertext: &[u8]) -> [u8; MAC_BYTES] {
        hash::count_hmac(IV_BYTES.saturating_add(ciphertext.len()));
        let mut mac = hash::hmac(&self.mac);
        mac.update(&self.iv);
        mac.update(ciphertext);
        hash::finish(mac).first_chunk().copied().unwrap_or_default()
    }
}

/// Encrypts a file. One key serves one file.
pub fn seal(key: &[u8; 32], kind: Kind, file: &[u8]) -> Blob {
    let keys = Keys::of(key, kind);
    let mut bytes = cbc::encrypt(&keys.cipher, &keys.iv, file);
    bytes.extend_from_slice(&keys.mac_of(&bytes));
    Blob { digest: sha256(&bytes), file_digest: sha256(file), bytes }
}

/// Decrypts a blob; `digests` are those of the blob and of the file, as the message names them.
///
/// # Errors
///
/// [`AttachmentError`] for a blob or file with another digest, and a MAC that does not hold. About
/// padding it says no more than about a file that is another.
pub fn open(
    key: &[u8; 32],
    kind: Kind,
    blob: &[u8],
    [digest, file_digest]: [&[u8; 32]; 2],
) -> Result<Vec<u8>, AttachmentError> {
    if sha256(blob) != *digest {
        return Err(AttachmentError::AnotherBlob);
    }
    let (ciphertext, mac) =
        blob.split_last_chunk::<MAC_BYTES>().ok_or(AttachmentError::WrongMac)?;
    let keys = Keys::of(key, kind);
    if !bool::from(keys.mac_of(ciphertext).ct_eq(mac)) {
        return Err(AttachmentError::WrongMac);
    }
    cbc::decrypt(&keys.cipher, &keys.iv, ciphertext)
        .filter(|file| sha256(file) == *file_digest)
        .ok_or(AttachmentError::AnotherFile)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    count(Operation::Compress, compressions(bytes.len()));
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{AttachmentError, Kind, MAC_BYTES, open, seal, sha256};
    use crate::testing::hex;

    const KEY: [u8; 32] = [7; 32];

    const VECTOR: &str = "72f3767fce2ad3d9b807eea9b23f5fc648b38a7cbd7567ff1f723f4e4692a69dfe9375e738693d82\
        9992d03cc9f51ed39e1c6413074bc132d8cb";

    #[test]
    fn a_blob_is_what_another_implementation_makes_of_the_key() {
        // HKDF and HMAC of Python's standard library, AES of OpenSSL 3.
        let blob = seal(&KEY, Kind::Image, b"a picture of bread, two blocks long");
        assert_eq!(blob.bytes, hex(VECTOR));
        assert_eq!(blob.digest, sha256(&hex(VECTOR)));
    }

    #[test]
    fn a_file_comes_back_whole_whatever_its_length() {
        for length in [0, 1, 15, 16, 17, 70_000] {
            let file = vec![3; length];
            let blob = seal(&KEY, Kind::Video, &file);
            assert_eq!(blob.bytes.len(), (length / 16 + 1) * 16 + MAC_BYTES);
            let digests = [&blob.digest, &blob.file_digest];
            assert_eq!(open(&KEY, Kind::Video, &blob.bytes, digests).unwrap(), file);
        }
    }

    fn refused(
        key: &[u8; 32],
        kind: Kind,
        bytes: &[u8],
        digests: [&[u8; 32]; 2],
    ) -> AttachmentError {
        open(key, kind, bytes, digests).unwrap_err()
    }

    #[test]
    fn another_key_kind_blob_or_file_is_not_opened() {
        let blob = seal(&KEY, Kind::Audio, b"words");
        let digests = [&blob.digest, &blob.file_digest];
        let wrong = AttachmentError::WrongMac;
        assert_eq!(refused(&[8; 32], Kind::Audio, &blob.bytes, digests), wrong);
        assert_eq!(refused(&KEY, Kind::Image, &blob.bytes, digests), wrong);
        for place in [0, 15, 16, 25] {
            let mut bytes = blob.bytes.clone();
            bytes[place] ^= 1;
            assert_eq!(refused(&KEY, Kind::Audio, &bytes, digests), AttachmentError::AnotherBlob);
            let digest = sha256(&bytes);
            assert_eq!(refused(&KEY, Kind::Audio, &bytes, [&digest, &blob.file_digest]), wrong);
        }
        let short = sha256(b"short");
        assert_eq!(refused(&KEY, Kind::Audio, b"short", [&short, &short]), wrong);
        assert_eq!(
            refused(&KEY, Kind::Audio, &blob.bytes, [&blob.digest, &[0; 32]]),
            AttachmentError::AnotherFile
        );
    }
}
