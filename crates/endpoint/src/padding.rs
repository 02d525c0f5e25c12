//! Padding: how long a text is shows only in steps of 64 bytes.
//!
//! A one bit, then zeros, as ISO/IEC 7816-4 pads: unlike random padding it makes equal texts
//! equally long, so that two runs of one story can be compared by size.

use alloc::vec::Vec;

/// Padded plaintexts are one less than a multiple of this, so that the block cipher's own padding
/// completes it.
const STEP: usize = 64;

/// `plaintext` padded.
pub(crate) fn pad(plaintext: &[u8]) -> Vec<u8> {
    let least = plaintext.len().saturating_add(2);
    let padded = least.div_ceil(STEP).saturating_mul(STEP).saturating_sub(1);
    let mut bytes = Vec::with_capacity(padded);
    bytes.extend_from_slice(plaintext);
    bytes.push(0x80);
    bytes.resize(padded, 0);
    bytes
}

/// What was padded; `None` if `padded` is no padding of anything.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    let (plaintext, padding) = padded.split_at(end);
    (padding.first() == Some(&0x80)).then_some(plaintext)
}

#[cfg(test)]
mod tests {
    use super::{STEP, pad, unpad};

    #[test]
    fn padding_comes_off_again_for_every_length() {
        for length in 0..200 {
            let plaintext = alloc::vec![0x80; length];
            let padded = pad(&plaintext);
            assert_eq!(padded.len() % STEP, STEP - 1);
            assert_eq!(unpad(&padded), Some(plaintext.as_slice()));
        }
    }

    #[test]
    fn what_is_not_padded_is_refused() {
        assert_eq!(unpad(&[]), None);
        assert_eq!(unpad(&[0; 63]), None);
        assert_eq!(unpad(b"text without a mark"), None);
    }
}
