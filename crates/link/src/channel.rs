//! What a finished handshake leaves: the peer's key, and a direction each to send and to receive.

use alloc::string::String;
use core::{fmt, fmt::Write as _};

use vocab::NoiseKey;
use zeroize::Zeroizing;

use crate::{
    cipher::CipherKey,
    record::{Opener, Sealer},
};

/// A link on which a handshake succeeded. An idle one takes less than 512 bytes, all told.
pub struct Channel {
    /// The peer's static key, of which it proved to have the secret half.
    pub peer: NoiseKey,
    /// Makes records of what is sent.
    pub sealer: Sealer,
    /// Gets out of records what was sent.
    pub opener: Opener,
    /// The ephemeral key of whoever connected: what both ends and every observer know it by.
    pub session: [u8; 32],
    initiator: bool,
}

impl Channel {
    /// `keys` are for what goes from the initiator to the responder, and back.
    pub(crate) fn new(
        peer: NoiseKey,
        session: [u8; 32],
        initiator: bool,
        (there, back): (CipherKey, CipherKey),
    ) -> Self {
        let (send, receive) = if initiator { (there, back) } else { (back, there) };
        let (sealer, opener) = (Sealer::new(send), Opener::new(receive));
        Self { peer, sealer, opener, session, initiator }
    }

    /// The keys of this link in one line of a key log, for whoever develops or teaches.
    ///
    /// **Whoever reads it reads the link**, from this moment on and, with a capture, before. It is
    /// the only way in which a key leaves this crate. To be taken before the first record: `None`
    /// where a direction has moved on to another key than it started with.
    ///
    /// `BLINDPOST_LINK`, the session, the key from initiator to responder, the key back; as
    /// hexadecimal digits, with a space between and no line end.
    pub fn key_log_line(&self) -> Option<Zeroizing<String>> {
        let (mine, theirs) = (self.sealer.first_key()?, self.opener.first_key()?);
        let (there, back) = if self.initiator { (mine, theirs) } else { (theirs, mine) };
        let mut line = Zeroizing::new(String::with_capacity(14 + 3 * 65));
        line.push_str("BLINDPOST_LINK");
        for bytes in [&self.session, there, back] {
            line.push(' ');
            // Writing to a string cannot fail.
            bytes.iter().try_for_each(|byte| write!(line, "{byte:02x}")).ok()?;
        }
        Some(line)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { peer, sealer, opener, session: _, initiator: _ } = self;
        write!(f, "Channel({peer:?}, {sealer:?}, {opener:?})")
    }
}
