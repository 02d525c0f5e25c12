//! A received message, parsed and not yet trusted.

use keys::{IdentityKey, KEY_WIRE_BYTES, Mode, PublicKey};
use wire::signal::{PreKeySignalMessage, SignalMessage};

use crate::{
    error::{OpenError, PostQuantumError},
    ml_kem_braid::message::BraidMessage,
    profile::Profile,
};

/// The two kinds of message, with the numbers that deployed peers give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    /// A message inside a session that both sides have.
    Message = 2,
    /// A first message: it carries what the recipient needs to start the session.
    PreKey = 3,
}

impl MessageKind {
    /// The number used on the wire around a message.
    pub const fn number(self) -> u8 {
        match self {
            Self::Message => 2,
            Self::PreKey => 3,
        }
    }

    /// The kind with this number.
    pub const fn of_number(number: u8) -> Option<Self> {
        match number {
            2 => Some(Self::Message),
            3 => Some(Self::PreKey),
            _ => None,
        }
    }
}

/// A received message, parsed. It borrows the bytes that it was parsed from.
#[derive(Clone, Copy, Debug)]
pub enum Incoming<'a> {
    /// A first message.
    PreKey(PreKeySignalMessage<'a>),
    /// A message inside a session.
    Message(SignalMessage<'a>),
}

impl<'a> Incoming<'a> {
    /// Parses `bytes` as a message of `kind`, in the mode of the product: [`Mode::Compat`].
    ///
    /// # Errors
    ///
    /// As [`parse_in`](Self::parse_in).
    pub fn parse(kind: MessageKind, bytes: &'a [u8]) -> Result<Self, OpenError> {
        Self::parse_in(kind, bytes, Mode::Compat)
    }

    /// Parses `bytes` as a message of `kind`, as `mode` reads it.
    ///
    /// What only compat mode takes is cut or set to the form that every writer uses, so that the
    /// message is afterwards the same as one that was written so.
    ///
    /// # Errors
    ///
    /// [`OpenError::Malformed`]; in strict mode also [`OpenError::Key`] for a key and
    /// [`OpenError::PostQuantum`] for a post-quantum part that is not in its one form.
    pub fn parse_in(kind: MessageKind, bytes: &'a [u8], mode: Mode) -> Result<Self, OpenError> {
        Ok(match kind {
            MessageKind::PreKey => {
                let mut message = PreKeySignalMessage::parse(bytes)?;
                match mode {
                    Mode::Strict => {
                        refuse_aliases(&message)?;
                        refuse_second_forms(&message.message)?;
                    }
                    Mode::Compat => {
                        message.version = usual_version(message.version);
                        message.base_key = one_key(message.base_key);
                        message.identity_key = one_key(message.identity_key);
                    }
                }
                Self::PreKey(message)
            }
            MessageKind::Message => {
                let message = SignalMessage::parse(bytes)?;
                match mode {
                    Mode::Strict => refuse_second_forms(&message)?,
                    Mode::Compat => {}
                }
                Self::Message(message)
            }
        })
    }

    /// The kind of this message.
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::PreKey(_) => MessageKind::PreKey,
            Self::Message(_) => MessageKind::Message,
        }
    }
}

/// The base key may be in one form only in either mode, which the handshake sees to.
fn refuse_aliases(message: &PreKeySignalMessage<'_>) -> Result<(), OpenError> {
    PublicKey::decode(message.base_key)?;
    IdentityKey::decode_in(message.identity_key, Mode::Strict)?;
    Ok(())
}

/// Neither the ratchet key nor the post-quantum part in another form than the one that is written.
fn refuse_second_forms(message: &SignalMessage<'_>) -> Result<(), OpenError> {
    PublicKey::decode_in(message.ratchet_key, Mode::Strict)?;
    // One of another version, or none, is for the session to judge.
    match BraidMessage::decode(message.pq_ratchet) {
        Ok(part) if part.encode().as_slice() != message.pq_ratchet => {
            Err(PostQuantumError::Malformed.into())
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A key without what follows it.
fn one_key(bytes: &[u8]) -> &[u8] {
    bytes.get(..KEY_WIRE_BYTES).unwrap_or(bytes)
}

/// The lower half of a first message's version byte says nothing, and nothing authenticates it:
/// deployed readers look at the upper half alone.
const fn usual_version(byte: u8) -> u8 {
    match byte >> 4 {
        _ if Profile::V3.accepts(byte) => byte,
        3 => Profile::V3.version_byte(),
        4 => Profile::V4.version_byte(),
        _ => byte,
    }
}
