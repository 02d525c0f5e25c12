//! The handshake of one connection, from either side.

use std::{io, sync::Arc};

use link::{Channel, HandshakeError, Initiator, Progress, Responder, Seed, StaticKey};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    time::{Duration, timeout},
};
use vocab::{NoiseKey, limits::LINK_HANDSHAKE_TIME};

/// More than any message of a handshake has.
const CHUNK: usize = 512;

/// Why there is no channel.
#[derive(Debug, thiserror::Error)]
pub enum NoChannel {
    /// The handshake failed.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// It took too long.
    #[error("the handshake took too long")]
    Slow,
    /// The socket failed.
    #[error("the socket failed: {0}")]
    Socket(#[from] io::Error),
}

/// A channel, and what came behind the handshake.
#[derive(Debug)]
pub(super) struct Greeted {
    pub(super) channel: Channel,
    pub(super) rest: Vec<u8>,
}

/// The side that was dialed.
pub(super) async fn answer(
    stream: &mut TcpStream,
    own: Arc<StaticKey>,
    seed: Seed,
) -> Result<Greeted, NoChannel> {
    let mut responder = Responder::new(own, seed);
    in_time(async {
        loop {
            let chunk = read(stream).await?;
            if chunk.is_empty() {
                return Err(responder.closed().into());
            }
            let progress = responder.receive(&chunk)?;
            if let Some(greeted) = go_on(stream, progress, &chunk).await? {
                return Ok(greeted);
            }
        }
    })
    .await
}

/// The side that dials. `known` is told the session before the other side can know it.
pub(super) async fn open<T>(
    stream: &mut TcpStream,
    (own, pin): (&StaticKey, NoiseKey),
    seed: Seed,
    known: impl FnOnce([u8; 32]) -> T,
) -> Result<(Greeted, T), NoChannel> {
    in_time(async {
        let (mut initiator, first) = Initiator::new(own, pin, seed)?;
        stream.write_all(&first).await?;
        loop {
            let chunk = read(stream).await?;
            if chunk.is_empty() {
                return Err(initiator.closed().into());
            }
            let progress = initiator.receive(&chunk)?;
            if let Some(channel) = &progress.channel {
                let known = known(channel.session);
                let greeted = go_on(stream, progress, &chunk).await?;
                return Ok((greeted.ok_or(HandshakeError::Over)?, known));
            }
        }
    })
    .await
}

async fn in_time<T>(work: impl Future<Output = Result<T, NoChannel>>) -> Result<T, NoChannel> {
    let most = Duration::from_micros(LINK_HANDSHAKE_TIME.0);
    timeout(most, work).await.map_err(|_| NoChannel::Slow)?
}

async fn read(stream: &TcpStream) -> io::Result<Vec<u8>> {
    loop {
        stream.readable().await?;
        let mut chunk = [0; CHUNK];
        match stream.try_read(&mut chunk) {
            Ok(length) => return Ok(chunk.get(..length).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

async fn go_on(
    stream: &mut TcpStream,
    progress: Progress,
    chunk: &[u8],
) -> io::Result<Option<Greeted>> {
    let Progress { taken, send, channel } = progress;
    if !send.is_empty() {
        stream.write_all(&send).await?;
    }
    let rest = chunk.get(taken..).unwrap_or_default().to_vec();
    Ok(channel.map(|channel| Greeted { channel, rest }))
}
