//! Noise between a device and its transport, as a layer without I/O.
//!
//! Knows: the handshake `Noise_XX_25519_AESGCM_SHA256`, whose static key is whose, and how frames
//! and keep-alives become records and come out of them again. Bytes are pushed in as they arrive,
//! in pieces of any size; bytes to send come back. docs/reference/device-link.md has every byte.
//!
//! Does not know: sockets, time, randomness of its own, or what a frame means.
//!
//! A client starts with [`Initiator::new`], a transport with [`Responder::new`]; both are fed until
//! [`Progress::channel`] is there. Its [`Sealer`] and [`Opener`] share nothing and may live in
//! different tasks.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod channel;
mod cipher;
mod error;
mod handshake;
mod intake;
mod record;
mod resolver;
mod secret;
#[cfg(test)]
mod tests;

pub use channel::Channel;
pub use error::{HandshakeError, OpenError, SealError};
pub use handshake::{
    FIRST_BYTES, INTRO, Initiator, PROLOGUE, Progress, Responder, SECOND_BYTES, THIRD_BYTES,
};
pub use record::{Incoming, MAX_CONTENT, Opener, RECORD_OVERHEAD, Sealer};
pub use secret::{Seed, StaticKey};

/// Bytes of the length before every message and record, big-endian.
pub const LENGTH_BYTES: usize = 3;

/// The name of the protocol, as Noise hashes it.
pub const NOISE_NAME: &str = "Noise_XX_25519_AESGCM_SHA256";
