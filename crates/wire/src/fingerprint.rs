//! What a person's device shows for another to scan (`CombinedFingerprints`).
//!
//! It crosses no hop: a camera reads it from a screen. Unknown fields are skipped, as in messages.

use alloc::vec::Vec;

use crate::signal::{Fields, Malformed, put_bytes, put_number};

/// Bytes of one party's fingerprint in it.
pub const FINGERPRINT_BYTES: usize = 32;

/// The two fingerprints that a device holds of a conversation, from its own side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CombinedFingerprints {
    /// The form that was agreed on: 1 or 2 are in use.
    pub version: u32,
    /// That of whoever shows it.
    pub local: [u8; FINGERPRINT_BYTES],
    /// That of the other party, as the shower knows it.
    pub remote: [u8; FINGERPRINT_BYTES],
}

impl CombinedFingerprints {
    /// The bytes to show.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(2 * (FINGERPRINT_BYTES + 4) + 6);
        put_number(&mut out, 1, self.version);
        for (field, content) in [(2, &self.local), (3, &self.remote)] {
            let mut inner = Vec::with_capacity(FINGERPRINT_BYTES + 2);
            put_bytes(&mut inner, 1, content);
            put_bytes(&mut out, field, &inner);
        }
        out
    }

    /// Reads what was scanned.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if it is cut short, not this encoding, or has a fingerprint of another length.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::default();
        fields.read(bytes, &[2, 3], &[1])?;
        let mut content = |field| {
            let missing = Malformed::Missing { field };
            let mut inner = Fields::default();
            inner.read(fields.bytes(field).ok_or(missing)?, &[1], &[])?;
            let content = inner.bytes(1).ok_or(missing)?;
            <[u8; FINGERPRINT_BYTES]>::try_from(content).map_err(|_| Malformed::Truncated)
        };
        let (local, remote) = (content(2)?, content(3)?);
        let version = fields.number(1).ok_or(Malformed::Missing { field: 1 })?;
        Ok(Self { version, local, remote })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    const SHOWN: CombinedFingerprints =
        CombinedFingerprints { version: 2, local: [7; 32], remote: [9; 32] };

    #[test]
    fn what_is_shown_has_the_bytes_of_the_definition_and_reads_back() {
        let mut expected = vec![0x08, 2, 0x12, 34, 0x0a, 32];
        expected.extend([7; 32]);
        expected.extend([0x1a, 34, 0x0a, 32]);
        expected.extend([9; 32]);
        assert_eq!(SHOWN.encode(), expected);
        assert_eq!(CombinedFingerprints::parse(&expected), Ok(SHOWN));
        expected.extend([0x20, 1]); // A field of some later version.
        assert_eq!(CombinedFingerprints::parse(&expected), Ok(SHOWN));
    }

    #[test]
    fn what_is_cut_short_or_of_another_length_is_refused() {
        let whole = SHOWN.encode();
        for length in 0..whole.len() {
            assert!(CombinedFingerprints::parse(&whole[..length]).is_err(), "{length} bytes");
        }
        let mut short = vec![0x08, 2, 0x12, 33, 0x0a, 31];
        short.extend([7; 31]);
        short.extend(&whole[38..]);
        assert_eq!(CombinedFingerprints::parse(&short), Err(Malformed::Truncated));
    }
}
