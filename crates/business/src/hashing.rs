//! Keyed hashes: names of people in keys of rows, ids that follow from others, webhook signatures.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vocab::MessageId;

/// The hash of `parts`, each ended by a zero byte, under a domain of its own.
pub(crate) fn keyed(key: &[u8; 32], domain: &str, parts: &[&str]) -> [u8; 32] {
    let ended = |part: &str| [part.as_bytes(), b"\0"].concat();
    let bytes: Vec<Vec<u8>> =
        core::iter::once(domain).chain(parts.iter().copied()).map(ended).collect();
    hmac(key, &bytes.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// An id that follows from what it belongs to, so that it is the same after a crash.
pub(crate) fn derived_id(key: &[u8; 32], domain: &str, part: &str) -> MessageId {
    let mut id = [0; 16];
    let hash = keyed(key, domain, &[part]);
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    MessageId(id)
}

/// HMAC-SHA256 over `parts` (RFC 2104).
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // Zero-padding to the block size is RFC 2104 §2 step 1; doing it here leaves no error case.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Whether `header` is `sha256=` and the HMAC of exactly these bytes, in constant time
/// (facts, cloud-api.md §1.6).
pub(crate) fn signature_fits(secret: &str, header: Option<&str>, body: &[u8]) -> bool {
    let claimed = header.and_then(|header| from_hex(header.strip_prefix("sha256=")?));
    let (Some(claimed), Ok(mut mac)) =
        (claimed, <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()))
    else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&claimed).is_ok()
}

/// The 32 bytes in 64 hexadecimal digits of either case.
fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let mut digits = pair.iter().map(|digit| char::from(*digit).to_digit(16));
        let value = digits.try_fold(0, |value, digit| Some(value << 4 | digit?))?;
        *byte = u8::try_from(value).ok()?;
    }
    Some(bytes)
}
