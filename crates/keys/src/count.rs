//! How often each primitive is used, for whoever reckons what cryptography alone would cost.
//!
//! Here, at the bottom, since those who verify, those who agree on keys and those who seal rows all
//! stand on this crate. Without the feature `count` nothing is left of it.

/// An operation of the primitive layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// A Diffie-Hellman agreement.
    Agree,
    /// The public half of a Curve25519 key.
    Generate,
    /// A KEM key pair grown from its seed.
    GenerateKem,
    /// An encapsulation.
    Encapsulate,
    /// A decapsulation.
    Decapsulate,
    /// A check that a point has no part of small order.
    Torsion,
    /// The Edwards form of a signer's public half.
    SigningKey,
    /// A signature.
    Sign,
    /// A verification.
    Verify,
    /// A compression of SHA-256: of a hash, an HMAC or an HKDF.
    Compress,
    /// A key of AES-256-CBC made ready, with what a call costs apart from blocks.
    CbcKey,
    /// A block encrypted with AES-256-CBC.
    CbcEncrypt,
    /// A block decrypted with AES-256-CBC.
    CbcDecrypt,
    /// A key of AES-256-GCM made ready, with what a call costs apart from blocks.
    GcmKey,
    /// A block sealed, opened or authenticated with AES-256-GCM.
    GcmBlock,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Agree,
        Self::Generate,
        Self::GenerateKem,
        Self::Encapsulate,
        Self::Decapsulate,
        Self::Torsion,
        Self::SigningKey,
        Self::Sign,
        Self::Verify,
        Self::Compress,
        Self::CbcKey,
        Self::CbcEncrypt,
        Self::CbcDecrypt,
        Self::GcmKey,
        Self::GcmBlock,
    ];
}

/// `operation` happens `times` more.
#[cfg(not(feature = "count"))]
#[inline]
pub const fn count(_operation: Operation, _times: usize) {}

#[cfg(feature = "count")]
pub use counted::{count, counts};

#[cfg(feature = "count")]
mod counted {
    use core::sync::atomic::{AtomicU64, Ordering};

    use super::Operation;

    static COUNTS: [AtomicU64; Operation::ALL.len()] =
        [const { AtomicU64::new(0) }; Operation::ALL.len()];

    /// `operation` happens `times` more, on whichever thread.
    #[inline]
    pub fn count(operation: Operation, times: usize) {
        if let Some(count) = COUNTS.get(operation as usize) {
            count.fetch_add(times as u64, Ordering::Relaxed);
        }
    }

    /// How often each has happened in this process, in the order of [`Operation::ALL`].
    pub fn counts() -> [(Operation, u64); Operation::ALL.len()] {
        Operation::ALL.map(|operation| {
            let count = COUNTS.get(operation as usize);
            (operation, count.map_or(0, |count| count.load(Ordering::Relaxed)))
        })
    }
}

/// Compressions that SHA-256 needs for `length` bytes: the padding is a bit and eight bytes.
pub const fn compressions(length: usize) -> usize {
    length.saturating_add(9).div_ceil(64)
}
