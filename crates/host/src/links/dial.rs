//! The side that dials: one connection to the transport, kept up.

use std::{net::SocketAddr, sync::Arc};

use link::{HandshakeError, StaticKey};
use tokio::{
    net::TcpStream,
    time::{Duration, Instant, sleep},
};
use vocab::{Micros, NoiseKey, limits};

use super::{
    connection::{Habits, Over, Owner, carry},
    handshake::{self, NoChannel},
    seeds::Seeds,
    transit::Here,
};
use crate::{log::Log, stop::Stop};

/// Whom to dial, and as whom.
#[derive(Clone, Debug)]
pub struct Dial {
    /// Where the transport listens.
    pub to: SocketAddr,
    /// The key that it has to prove.
    pub pin: NoiseKey,
    /// The key of this end.
    pub key: Arc<StaticKey>,
}

/// A connection that is kept up until it is stopped.
#[derive(Debug)]
pub struct Dialer<C> {
    pub(super) dial: Dial,
    pub(super) owner: Owner<C>,
    pub(super) here: Here,
    pub(super) seeds: Seeds,
    pub(super) log: Log,
    pub(super) name: String,
}

impl<C: Send + 'static> Dialer<C> {
    /// Dials, and dials again with growing waits whenever the connection ends.
    pub async fn run(self, mut stop: Stop) {
        let mut wait = limits::LINK_RETRY_FIRST;
        loop {
            let began = Instant::now();
            let ended = tokio::select! {
                biased;
                () = stop.stopped() => return,
                ended = self.connect() => ended,
            };
            if stop.is_stopped() {
                return;
            }
            // A connection that held for longer than it was waited for starts anew: a transport
            // that restarts often is not one that turns devices away.
            if ended.is_ok() && began.elapsed() > Duration::from_micros(wait.0) {
                wait = limits::LINK_RETRY_FIRST;
            }
            if self.report(&ended) {
                wait = limits::LINK_RETRY_MOST;
            }
            tokio::select! {
                () = stop.stopped() => return,
                () = sleep(self.jittered(wait)) => {}
            }
            wait = wait.doubled_up_to(limits::LINK_RETRY_MOST);
        }
    }

    async fn connect(&self) -> Result<Over, NoChannel> {
        let Dial { to, pin, key } = &self.dial;
        let mut stream = TcpStream::connect(to).await?;
        // Small frames leave at once. Where that cannot be had, they leave later.
        let _later = stream.set_nodelay(true);
        let here = &self.here;
        let known = |session| here.dials(session);
        let (greeted, transit) =
            handshake::open(&mut stream, (key, *pin), self.seeds.next(), known).await?;
        let habits = (transit, Habits { pings: true, paces: None });
        Ok(carry(stream, greeted.channel, &greeted.rest, &self.owner, habits).await)
    }

    /// Says why a connection is over; whether trying again soon makes no sense.
    fn report(&self, ended: &Result<Over, NoChannel>) -> bool {
        let why = match ended {
            Ok(over) => over.to_string(),
            Err(why) => why.to_string(),
        };
        self.log.line(&self.name, "the link to the transport is down", &[("why", why.into())]);
        matches!(ended, Err(NoChannel::Handshake(HandshakeError::WrongServerKey { .. })))
    }

    /// Between half of `wait` and all of it: not everybody comes back at once.
    fn jittered(&self, wait: Micros) -> Duration {
        let half = wait.0 / 2;
        let more = self.seeds.word().checked_rem(half).unwrap_or(0);
        Duration::from_micros(half.saturating_add(more))
    }
}
