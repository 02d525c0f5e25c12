//! Base64 with the standard alphabet and padding (RFC 4648 section 4), as Graph writes digests.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `bytes` in Base64.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (place, shift) in [18_u32, 12, 6, 0].into_iter().enumerate() {
            let letter = LETTERS.get((bits >> shift & 63) as usize).copied();
            let is_there = place <= group.len();
            text.push(letter.filter(|_| is_there).map_or('=', char::from));
        }
    }
    text
}

/// The bytes that `text` stands for; `None` if it is no Base64 of whole groups.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut groups = text.as_bytes().chunks(4).peekable();
    while let Some(group) = groups.next() {
        let padding = group.iter().filter(|letter| **letter == b'=').count();
        let letters = group.get(..group.len().checked_sub(padding)?)?;
        let whole = group.len() == 4 && padding <= 2 && !letters.contains(&b'=');
        if !whole || padding > 0 && groups.peek().is_some() {
            return None;
        }
        let mut bits = 0_u32;
        for letter in letters {
            let value = LETTERS.iter().position(|known| known == letter)?;
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        let bits = bits.checked_shl(u32::try_from(padding).ok()?.checked_mul(6)?)?;
        let [_, group_bytes @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(group_bytes.get(..3_usize.checked_sub(padding)?)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn the_vectors_of_rfc_4648_section_10() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
        }
        assert_eq!(encode(&[0xfb, 0xff]), "+/8=");
    }
    #[test]
    fn what_is_no_base64_is_not_read() {
        for wrong in ["Zg", "Zg=", "Z===", "Zg==Zg==", "Z=g=", "Zm9-", "====", "é"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
