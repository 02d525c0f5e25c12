//! What two devices speak: a handshake, a ratchet, and the version byte that announces them.

/// A handshake with the ratchet that follows it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// X3DH, then the Double Ratchet. Message version 3.
    V3,
    /// PQXDH with Kyber1024 (round 3), then the Double Ratchet. Message version 4.
    V4,
}

impl Profile {
    /// The version byte that messages of this profile begin with.
    ///
    /// Version 3 is announced as `0x33`: other old implementations refuse the `0x34` that some
    /// later clients sent.
    pub const fn version_byte(self) -> u8 {
        match self {
            Self::V3 => 0x33,
            Self::V4 => 0x44,
        }
    }

    /// The profile that a version byte announces.
    ///
    /// The lower half names the sender's newest version and is not authenticated in a first
    /// message, so only the bytes that deployed senders write are read.
    pub const fn of_version_byte(byte: u8) -> Option<Self> {
        match byte {
            0x33 | 0x34 => Some(Self::V3),
            0x44 => Some(Self::V4),
            _ => None,
        }
    }
}
