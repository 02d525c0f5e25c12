//! HMAC-SHA256 and HKDF-SHA256 (RFC 2104, RFC 5869).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use keys::count::{Operation, compressions, count};
use sha2::{Sha256, block_api::compress256};
use zeroize::{Zeroize, Zeroizing};

use super::secret::KEY_BYTES;

/// HMAC-SHA256, keyed and ready for input.
pub(crate) type HmacSha256 = Hmac<Sha256>;

/// HMAC-SHA256 under a 32-byte key.
pub(crate) fn hmac(key: &[u8; KEY_BYTES]) -> HmacSha256 {
    // Zero-padding to the block size is step (1) of RFC 2104 section 2; doing it here leaves no
    // error case.
    count(Operation::Compress, KEYED);
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

/// HKDF-SHA256 without a salt, of one key: what [`hkdf`] gives for `None`, two compressions
/// sooner. Two of the derivations of every message are of this kind.
pub(crate) fn hkdf_of_key<const N: usize>(
    input: &[u8; KEY_BYTES],
    info: &[u8],
) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA256 yields at most 255 blocks") };
    count_expansion(N, info, KEYED.saturating_add(2));
    let inner = zero_keyed(INNER, input);
    let key = zero_keyed(OUTER, &inner);
    let mut output = Zeroizing::new([0; N]);
    match Hkdf::<Sha256>::from_prk(key.as_ref()).map(|hkdf| hkdf.expand(info, output.as_mut())) {
        Ok(Ok(())) => output,
        Ok(Err(_)) | Err(_) => unreachable!("the lengths were checked when this was compiled"),
    }
}

/// SHA-256 of a block whose state is known and 32 bytes after it.
fn zero_keyed(mut state: [u32; 8], bytes: &[u8; KEY_BYTES]) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(bytes.iter().chain(&PADDING)).for_each(|(slot, byte)| *slot = *byte);
    compress256(&mut state, core::slice::from_ref(&*block));
    let mut digest = Zeroizing::new([0; KEY_BYTES]);
    let words = digest.as_chunks_mut::<4>().0;
    words.iter_mut().zip(state).for_each(|(slot, word)| *slot = word.to_be_bytes());
    state.zeroize();
    digest
}

/// The padding of FIPS 180-4 section 5.1.1 after 96 bytes: one bit, zeros, the length in bits.
const PADDING: [u8; KEY_BYTES] = {
    let mut padding = [0; KEY_BYTES];
    padding[0] = 0x80;
    let [high, low] = (96 * 8_u16).to_be_bytes();
    (padding[KEY_BYTES - 2], padding[KEY_BYTES - 1]) = (high, low);
    padding
};

/// SHA-256's state after the 64 bytes 0x36 with which HMAC under a key of zeros begins its inner
/// hash.
const INNER: [u32; 8] = [
    0xf454_dead,
    0x9725_214f,
    0x90da_f2a0,
    0xdf12_28ea,
    0x64e5_750f,
    0xa392_4181,
    0x824a_932b,
    0xf8e0_4e32,
];

/// The same after the 64 bytes 0x5c of its outer hash.
const OUTER: [u32; 8] = [
    0xd385_480f,
    0x7abb_6477,
    0x37c9_c538,
    0x5dd8_2467,
    0x8e04_3a72,
    0x7534_34b0,
    0xdeb8_2818,
    0x361d_45a6,
];

/// HKDF-SHA256: `N` bytes from `input`. Without a salt, RFC 5869 takes 32 zero bytes.
pub(crate) fn hkdf<const N: usize>(
    salt: Option<&[u8]>,
    input: &[u8],
    info: &[u8],
) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA256 yields at most 255 blocks") };
    count_expansion(N, info, compressions(input.len()).saturating_add(2 * KEYED + 1));
    let mut output = Zeroizing::new([0; N]);
    match Hkdf::<Sha256>::new(salt, input).expand(info, output.as_mut()) {
        Ok(()) => output,
        Err(_too_long) => unreachable!("the length was checked when this was compiled"),
    }
}

/// Compressions that take in the key of an HMAC, on both sides.
const KEYED: usize = 2;

/// Notes the HMAC of `length` bytes, apart from its key.
pub(crate) fn count_hmac(length: usize) {
    count(Operation::Compress, compressions(length).saturating_add(1));
}

/// Notes an expansion to `length` bytes: each 32 are an HMAC of the 32 before, the info and a
/// number. `before` came before it.
fn count_expansion(length: usize, info: &[u8], before: usize) {
    let each = compressions(info.len().saturating_add(33)).saturating_add(1);
    let all = length.div_ceil(KEY_BYTES).saturating_mul(each);
    count(Operation::Compress, all.saturating_add(before));
}
