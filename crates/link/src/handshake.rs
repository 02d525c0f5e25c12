//! The handshake: XX, which tells each end the other's static key (Noise revision 34, section 7.5).
//!
//! ```text
//! client -> server   INTRO, then message 1: e
//! server -> client   message 2: e, ee, s, es
//! client -> server   message 3: s, se
//! ```
//!
//! Payloads are empty, so every message has one length, and nothing else is read. The client
//! compares the server's static key with its pin between messages 2 and 3, before its own leaves.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use snow::{Builder, HandshakeState};
use vocab::NoiseKey;

use crate::{
    NOISE_NAME,
    channel::Channel,
    cipher::{CipherKey, TAG_BYTES},
    error::HandshakeError,
    intake::{BadLength, Intake, length},
    resolver::Primitives,
    secret::{Seed, StaticKey},
};

/// What a client writes first: the protocol, and its version in the last byte.
pub const INTRO: [u8; 4] = *b"BPL\x01";
/// What both ends hash before the handshake; it ends with [`INTRO`].
pub const PROLOGUE: &[u8] = b"blindpost device link BPL\x01";
/// Bytes of message 1: an ephemeral key.
pub const FIRST_BYTES: usize = 32;
/// Bytes of message 2: an ephemeral key, a sealed static key, the tag of an empty payload.
pub const SECOND_BYTES: usize = 32 + 32 + TAG_BYTES + TAG_BYTES;
/// Bytes of message 3: a sealed static key, the tag of an empty payload.
pub const THIRD_BYTES: usize = 32 + TAG_BYTES + TAG_BYTES;

/// What received bytes led to.
#[must_use]
#[derive(Debug, Default)]
pub struct Progress {
    /// How many of the bytes were the handshake's. The others are for the channel.
    pub taken: usize,
    /// What is to be sent now, before anything that the channel seals.
    pub send: Vec<u8>,
    /// The channel, once the handshake is done.
    pub channel: Option<Channel>,
}

/// The end that connected: a client, which knows whom it wants to talk to.
pub struct Initiator {
    pin: NoiseKey,
    session: [u8; 32],
    intake: Intake,
    noise: Option<Box<HandshakeState>>,
}

impl Initiator {
    /// Starts a handshake with whoever has the secret half of `pin`. The bytes are to be sent.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Engine`], if snow is not what it was when this was written.
    pub fn new(
        own: &StaticKey,
        pin: NoiseKey,
        seed: Seed,
    ) -> Result<(Self, Vec<u8>), HandshakeError> {
        let mut noise = engine(own, seed, Builder::build_initiator)?;
        let message = write::<FIRST_BYTES>(&mut noise)?;
        let mut send = INTRO.to_vec();
        put(&message, &mut send);
        let intake = Intake::default();
        Ok((Self { pin, session: message, intake, noise: Some(noise) }, send))
    }

    /// Takes what arrived, in pieces of any size.
    ///
    /// # Errors
    ///
    /// Why the handshake is over; further calls return [`HandshakeError::Over`].
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Progress, HandshakeError> {
        let mut noise = self.noise.take().ok_or(HandshakeError::Over)?;
        let mut rest = bytes;
        let Some(message) = next::<SECOND_BYTES>(&mut self.intake, &mut rest, 2)? else {
            self.noise = Some(noise);
            return Ok(Progress { taken: bytes.len(), ..Progress::default() });
        };
        read(&mut noise, &message, 2)?;
        let shown = peer(&noise)?;
        if shown != self.pin {
            return Err(HandshakeError::WrongServerKey { pinned: self.pin, shown });
        }
        let mut send = Vec::new();
        put(&write::<THIRD_BYTES>(&mut noise)?, &mut send);
        let channel = Some(channel(&mut noise, self.session)?);
        Ok(Progress { taken: bytes.len().saturating_sub(rest.len()), send, channel })
    }

    /// What it means that the connection ended now.
    pub fn closed(&self) -> HandshakeError {
        HandshakeError::Truncated { message: 2, bytes: self.intake.held() }
    }
}

impl fmt::Debug for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pin, session: _, intake: _, noise: _ } = self;
        write!(f, "Initiator(to {pin:?})")
    }
}

/// The end that was connected to: a transport.
///
/// Before the first message is whole it takes less than 256 bytes, and computes nothing.
pub struct Responder {
    own: Arc<StaticKey>,
    session: [u8; 32],
    /// Bytes of [`INTRO`] that came.
    introduced: usize,
    intake: Intake,
    stage: Stage,
}

enum Stage {
    /// Message 1 is due.
    First(Seed),
    /// Message 3 is due.
    Third(Box<HandshakeState>),
    Over,
}

impl Responder {
    /// Waits for whoever connected.
    pub fn new(own: Arc<StaticKey>, seed: Seed) -> Self {
        let (session, intake, stage) = ([0; 32], Intake::default(), Stage::First(seed));
        Self { own, session, introduced: 0, intake, stage }
    }

    /// Takes what arrived, in pieces of any size.
    ///
    /// # Errors
    ///
    /// Why the handshake is over; further calls return [`HandshakeError::Over`].
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Progress, HandshakeError> {
        let mut rest = bytes;
        let mut progress = Progress::default();
        while !rest.is_empty() && progress.channel.is_none() {
            self.stage = match core::mem::replace(&mut self.stage, Stage::Over) {
                Stage::First(seed) => self.first(seed, &mut rest, &mut progress.send)?,
                Stage::Third(noise) => self.third(noise, &mut rest, &mut progress.channel)?,
                Stage::Over => return Err(HandshakeError::Over),
            };
        }
        progress.taken = bytes.len().saturating_sub(rest.len());
        Ok(progress)
    }

    /// The intro and message 1; with it, message 2.
    fn first(
        &mut self,
        seed: Seed,
        rest: &mut &[u8],
        send: &mut Vec<u8>,
    ) -> Result<Stage, HandshakeError> {
        for (at, &expected) in INTRO.iter().enumerate().skip(self.introduced) {
            let Some((&byte, more)) = rest.split_first() else { return Ok(Stage::First(seed)) };
            if byte != expected {
                return Err(if at.saturating_add(1) == INTRO.len() {
                    HandshakeError::Version { theirs: byte }
                } else {
                    HandshakeError::NotBlindpost { at, byte }
                });
            }
            *rest = more;
            self.introduced = self.introduced.saturating_add(1);
        }
        let Some(message) = next::<FIRST_BYTES>(&mut self.intake, rest, 1)? else {
            return Ok(Stage::First(seed));
        };
        let mut noise = engine(&self.own, seed, Builder::build_responder)?;
        read(&mut noise, &message, 1)?;
        self.session = message;
        put(&write::<SECOND_BYTES>(&mut noise)?, send);
        Ok(Stage::Third(noise))
    }

    /// Message 3; with it, the channel.
    fn third(
        &mut self,
        mut noise: Box<HandshakeState>,
        rest: &mut &[u8],
        done: &mut Option<Channel>,
    ) -> Result<Stage, HandshakeError> {
        let Some(message) = next::<THIRD_BYTES>(&mut self.intake, rest, 3)? else {
            return Ok(Stage::Third(noise));
        };
        read(&mut noise, &message, 3)?;
        *done = Some(channel(&mut noise, self.session)?);
        Ok(Stage::Over)
    }

    /// What it means that the connection ended now.
    pub fn closed(&self) -> HandshakeError {
        let (message, before) = match self.stage {
            Stage::First(_) => (1, self.introduced),
            Stage::Third(_) => (3, 0),
            Stage::Over => return HandshakeError::Over,
        };
        HandshakeError::Truncated { message, bytes: before.saturating_add(self.intake.held()) }
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { own, session: _, introduced: _, intake: _, stage } = self;
        let due = match stage {
            Stage::First(_) => "message 1 is due",
            Stage::Third(_) => "message 3 is due",
            Stage::Over => "over",
        };
        write!(f, "Responder({own:?}, {due})")
    }
}

/// A state of snow's, with our primitives.
fn engine<'a>(
    own: &'a StaticKey,
    seed: Seed,
    build: fn(Builder<'a>) -> Result<HandshakeState, snow::Error>,
) -> Result<Box<HandshakeState>, HandshakeError> {
    let params = NOISE_NAME.parse().map_err(|_| HandshakeError::Engine)?;
    Builder::with_resolver(params, Box::new(Primitives(seed)))
        .local_private_key(own.expose())
        .and_then(|builder| builder.prologue(PROLOGUE))
        .and_then(build)
        .map(Box::new)
        .map_err(|_| HandshakeError::Engine)
}

/// A whole handshake message, of the one length that it can have.
fn next<const BYTES: usize>(
    intake: &mut Intake,
    rest: &mut &[u8],
    message: u8,
) -> Result<Option<[u8; BYTES]>, HandshakeError> {
    let whole = intake
        .next(rest, &(BYTES..=BYTES))
        .map_err(|BadLength(length)| HandshakeError::Length { message, length, expected: BYTES })?;
    Ok(whole.and_then(|whole| whole.as_ref().try_into().ok()))
}

fn read(noise: &mut HandshakeState, bytes: &[u8], message: u8) -> Result<(), HandshakeError> {
    // As snow asks for it: room for a payload of any length that the message could have.
    let mut payload = [0; SECOND_BYTES];
    match noise.read_message(bytes, &mut payload) {
        Ok(_) => Ok(()),
        Err(snow::Error::Decrypt) => Err(HandshakeError::Unverified { message }),
        Err(snow::Error::Dh) => Err(HandshakeError::LowOrder { message }),
        Err(_) => Err(HandshakeError::Engine),
    }
}

fn write<const BYTES: usize>(noise: &mut HandshakeState) -> Result<[u8; BYTES], HandshakeError> {
    // Room for a tag that message 1 has not: snow asks for it.
    let mut buffer = [0; SECOND_BYTES];
    match noise.write_message(&[], &mut buffer) {
        Ok(bytes) if bytes == BYTES => {}
        Err(snow::Error::Dh) => return Err(HandshakeError::LowOrder { message: 1 }),
        _ => return Err(HandshakeError::Engine),
    }
    buffer.first_chunk().copied().ok_or(HandshakeError::Engine)
}

/// Appends a message with its length.
fn put(message: &[u8], send: &mut Vec<u8>) {
    send.extend_from_slice(&length(message.len()));
    send.extend_from_slice(message);
}

fn peer(noise: &HandshakeState) -> Result<NoiseKey, HandshakeError> {
    let key = noise.get_remote_static().and_then(|key| key.try_into().ok());
    key.map(NoiseKey).ok_or(HandshakeError::Engine)
}

fn channel(noise: &mut HandshakeState, session: [u8; 32]) -> Result<Channel, HandshakeError> {
    let (mut there, mut back) = noise.dangerously_get_raw_split();
    let keys = (CipherKey::from_secret(&mut there), CipherKey::from_secret(&mut back));
    Ok(Channel::new(peer(noise)?, session, noise.is_initiator(), keys))
}
