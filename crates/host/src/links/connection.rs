//! One connection after its handshake: frames in, frames out, and whether the peer is still there.

use std::{future::pending, io};

use link::{Channel, Incoming, OpenError, Opener, SealError, Sealer};
use tokio::{
    io::AsyncWriteExt as _,
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    time::{Duration, Instant, sleep_until, timeout},
};
use vocab::{Micros, NoiseKey, limits};

use super::{
    Links,
    bucket::{Bucket, Paces},
    keys::KeyLog,
    line::{End, Line, Out},
    table::LineId,
    transit::Transit,
};
use crate::{
    clock::{Busy, Clock},
    node::{Ended, Handle},
};

/// Bytes that are read at a time, on the stack: an idle connection has no buffer.
const CHUNK: usize = 16 * 1024;
/// Records are written together up to here.
const TOGETHER: usize = 32 * 1024;

/// Why a connection is over.
#[derive(Debug, thiserror::Error)]
pub enum Over {
    /// The peer closed it.
    #[error("the peer closed the connection")]
    Closed,
    /// Nothing was heard for too long.
    #[error("nothing was heard for too long")]
    Silent,
    /// The peer does not read.
    #[error("the peer does not read what is sent to it")]
    Unread,
    /// This side ended it.
    #[error("ended by this side: {0:?}")]
    Ended(End),
    /// The peer broke the rules of the link.
    #[error("the peer broke the rules of the link: {0}")]
    Broken(#[from] OpenError),
    /// No more can be sent on this link.
    #[error("nothing more can be sent: {0}")]
    Sealed(#[from] SealError),
    /// The socket failed.
    #[error("the socket failed: {0}")]
    Socket(#[from] io::Error),
    /// The node has ended.
    #[error(transparent)]
    Node(#[from] Ended),
}

/// What a connection belongs to.
#[derive(Debug)]
pub(super) struct Owner<C> {
    pub(super) node: Handle<C>,
    pub(super) links: std::sync::Arc<Links>,
    pub(super) clock: Clock,
    pub(super) keys: KeyLog,
}

impl<C> Clone for Owner<C> {
    fn clone(&self) -> Self {
        let (node, links, clock) = (self.node.clone(), self.links.clone(), self.clock.clone());
        Self { node, links, clock, keys: self.keys.clone() }
    }
}

/// How a connection is kept.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    /// Ask whether the peer is there after so long without a word: the side that dialed does.
    pub(super) pings: bool,
    /// How fast the peer may send.
    pub(super) paces: Option<Paces>,
}

/// Carries frames between the socket and the node until one of them ends. `rest` was read with the
/// handshake.
pub(super) async fn carry<C: Send + 'static>(
    mut stream: TcpStream,
    channel: Channel,
    rest: &[u8],
    owner: &Owner<C>,
    (transit, habits): (Option<Transit>, Habits),
) -> Over {
    owner.keys.note(&channel);
    let Channel { peer, sealer, opener, .. } = channel;
    let node = &owner.node;
    let (id, line) = owner.links.up(peer, transit, |replaced| {
        if replaced {
            node.link(peer, false);
        }
        node.link(peer, true);
    });
    let (reader, writer) = stream.split();
    let incoming = Reading { owner, line: &line, id, peer, opener, heard: Instant::now() };
    let over = tokio::select! {
        over = incoming.run(reader, rest, &habits) => over,
        over = write(writer, sealer, &line) => over,
    };
    owner.links.down(peer, id, || node.link(peer, false));
    over
}

/// The direction in which this end receives.
struct Reading<'a, C> {
    owner: &'a Owner<C>,
    line: &'a Line,
    id: LineId,
    peer: NoiseKey,
    opener: Opener,
    heard: Instant,
}

impl<C: Send + 'static> Reading<'_, C> {
    async fn run(mut self, reader: ReadHalf<'_>, rest: &[u8], habits: &Habits) -> Over {
        match self.receive(reader, rest, habits).await {
            Ok(never) => match never {},
            Err(over) => over,
        }
    }

    async fn receive(
        &mut self,
        reader: ReadHalf<'_>,
        rest: &[u8],
        habits: &Habits,
    ) -> Result<core::convert::Infallible, Over> {
        let mut bucket = habits.paces.map(Bucket::new);
        let mut came = Vec::new();
        self.open(rest, &mut came)?;
        let mut pinged = false;
        loop {
            for incoming in std::mem::take(&mut came) {
                self.take(incoming, &mut bucket).await?;
            }
            tokio::select! {
                ready = reader.readable() => ready?,
                () = sleep_until(later(self.heard, limits::LINK_DEAD_AFTER)) => {
                    return Err(Over::Silent);
                }
                () = ping_due(self.heard, habits.pings && !pinged) => {
                    pinged = true;
                    self.line.also(Out::Ping);
                    continue;
                }
            }
            if self.read(&reader, &mut came)? {
                pinged = false;
                self.heard = Instant::now();
            }
        }
    }

    /// Reads what is there; whether anything was.
    fn read(&mut self, reader: &ReadHalf<'_>, came: &mut Vec<Incoming>) -> Result<bool, Over> {
        let mut chunk = [0; CHUNK];
        match reader.try_read(&mut chunk) {
            Ok(0) => {
                self.opener.closed()?;
                Err(Over::Closed)
            }
            Ok(length) => {
                self.open(chunk.get(..length).unwrap_or_default(), came)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn open(&mut self, mut chunk: &[u8], came: &mut Vec<Incoming>) -> Result<(), Over> {
        while let Some(incoming) = self.opener.open(&mut chunk)? {
            came.push(incoming);
        }
        Ok(())
    }

    async fn take(&self, incoming: Incoming, bucket: &mut Option<Bucket>) -> Result<(), Over> {
        match incoming {
            Incoming::Frame(bytes) => {
                // Whoever sends faster than is allowed is read more slowly; nothing is dropped.
                if let Some(bucket) = bucket {
                    bucket.take(bytes.len()).await;
                }
                let busy = self.busy();
                self.owner.node.frame(self.peer, self.id, bytes, busy).await?;
            }
            Incoming::Ping(number) => self.line.also(Out::Pong(number)),
            // That it came is all that it says; other kinds are of later versions.
            Incoming::Pong(_) | _ => {}
        }
        Ok(())
    }

    fn busy(&self) -> Busy {
        let on_its_way = self.line.transit.as_ref().and_then(Transit::arrives);
        on_its_way.unwrap_or_else(|| self.owner.clock.busy())
    }
}

async fn ping_due(heard: Instant, pings: bool) {
    if pings {
        sleep_until(later(heard, limits::LINK_PING_AFTER)).await;
    } else {
        pending().await
    }
}

const fn micros(span: Micros) -> Duration {
    Duration::from_micros(span.0)
}

fn later(at: Instant, span: Micros) -> Instant {
    at.checked_add(micros(span)).unwrap_or(at)
}

/// The direction in which this end sends.
async fn write(mut writer: WriteHalf<'_>, mut sealer: Sealer, line: &Line) -> Over {
    let mut pings = 0_u64;
    loop {
        // Made anew each time: an idle connection has no buffer.
        let mut records = Vec::new();
        let mut next = line.next().await;
        loop {
            let sealed = match next {
                Err(end) => return Over::Ended(end),
                Ok(Out::Frame(frame)) => sealer.seal(&frame, &mut records),
                Ok(Out::Pong(number)) => sealer.pong(number, &mut records),
                Ok(Out::Ping) => {
                    pings = pings.wrapping_add(1);
                    sealer.ping(pings, &mut records)
                }
            };
            if let Err(error) = sealed {
                return error.into();
            }
            match line.pop() {
                Some(more) if records.len() < TOGETHER => next = more,
                Some(more) => {
                    if let Err(over) = flush(&mut writer, &mut records).await {
                        return over;
                    }
                    next = more;
                }
                None => break,
            }
        }
        if let Err(over) = flush(&mut writer, &mut records).await {
            return over;
        }
    }
}

async fn flush(writer: &mut WriteHalf<'_>, records: &mut Vec<u8>) -> Result<(), Over> {
    let written = timeout(micros(limits::LINK_WRITE_TIME), writer.write_all(records)).await;
    records.clear();
    written.map_err(|_| Over::Unread)??;
    Ok(())
}
