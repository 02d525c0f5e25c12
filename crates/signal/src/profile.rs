//! What two devices speak: a handshake, a ratchet, and the version byte that announces them.

/// A handshake with the ratchet that follows it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// X3DH, then the Double Ratchet. Message version 3.
    V3,
    /// PQXDH with Kyber1024 (round 3), then the Double Ratchet. Message version 4.
    V4,
    /// PQXDH, then the Triple Ratchet: the Double Ratchet and the post-quantum one side by side.
    /// Message version 4. A message without the post-quantum part is refused.
    V4Spqr,
    /// As [`V4Spqr`](Self::V4Spqr) with a peer that speaks it, as [`V4`](Self::V4) with one that
    /// does not: what clients spoke while the post-quantum ratchet was being introduced. The first
    /// message from the other side settles it for the whole session.
    V4Negotiated,
}

impl Profile {
    /// The version byte that messages of this profile begin with.
    ///
    /// Version 3 is announced as `0x33`: other old implementations refuse the `0x34` that some
    /// later clients sent.
    pub const fn version_byte(self) -> u8 {
        match self {
            Self::V3 => 0x33,
            Self::V4 | Self::V4Spqr | Self::V4Negotiated => 0x44,
        }
    }

    /// Whether messages of this profile may begin with `byte`.
    ///
    /// The lower half names the sender's newest version and is not authenticated in a first
    /// message, so only the bytes that deployed senders write are read.
    pub const fn accepts(self, byte: u8) -> bool {
        match self {
            Self::V3 => matches!(byte, 0x33 | 0x34),
            Self::V4 | Self::V4Spqr | Self::V4Negotiated => byte == 0x44,
        }
    }

    /// Whether the handshake has a KEM prekey.
    pub const fn has_kem(self) -> bool {
        !matches!(self, Self::V3)
    }

    /// Whether a session may begin with the post-quantum ratchet.
    pub const fn has_post_quantum_ratchet(self) -> bool {
        matches!(self, Self::V4Spqr | Self::V4Negotiated)
    }
}
