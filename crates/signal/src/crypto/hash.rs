//! HMAC-SHA256 and HKDF-SHA256 (RFC 2104, RFC 5869).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::secret::KEY_BYTES;

/// HMAC-SHA256, keyed and ready for input.
pub(crate) type HmacSha256 = Hmac<Sha256>;

/// HMAC-SHA256 under a 32-byte key.
pub(crate) fn hmac(key: &[u8; KEY_BYTES]) -> HmacSha256 {
    // Zero-padding to the block size is step (1) of RFC 2104 section 2; doing it here leaves no
    // error case.
    let mut block = Zeroizing::new([0; 64]);
    if let Some(head) = block.first_chunk_mut() {
        *head = *key;
    }
    HmacSha256::new((&*block).into())
}

/// The 32 bytes that `mac` yields.
pub(crate) fn finish(mac: HmacSha256) -> Zeroizing<[u8; KEY_BYTES]> {
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// HKDF-SHA256: `N` bytes from `input`. Without a salt, RFC 5869 takes 32 zero bytes.
pub(crate) fn hkdf<const N: usize>(
    salt: Option<&[u8]>,
    input: &[u8],
    info: &[u8],
) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA256 yields at most 255 blocks") };
    let mut output = Zeroizing::new([0; N]);
    match Hkdf::<Sha256>::new(salt, input).expand(info, output.as_mut()) {
        Ok(()) => output,
        Err(_too_long) => unreachable!("the length was checked when this was compiled"),
    }
}
