//! Connections between a device and its transport: TCP beneath, Noise on it, frames within.
//!
//! Knows: sockets, who proved which key, how fast a peer sends and reads. Does not know: what a
//! frame holds, or what a hop makes of it.

mod bucket;
mod connection;
mod dial;
mod handshake;
mod keys;
mod line;
mod listen;
mod seeds;
mod table;
#[cfg(test)]
mod tests;
mod transit;

use std::sync::Arc;

use link::StaticKey;
use tokio::net::TcpListener;

use self::connection::Owner;
pub(crate) use self::table::Sent;
pub use self::{
    bucket::Paces,
    connection::Over,
    dial::{Dial, Dialer},
    handshake::NoChannel,
    keys::KeyLog,
    line::End,
    listen::{Door, Rules},
    seeds::Seeds,
    table::{LineId, Links},
    transit::Here,
};
use crate::{clock::Clock, log::Log, metrics::Metrics, node::Handle};

/// What all connections of a process share.
#[derive(Clone, Debug)]
pub struct Ground {
    /// What time it is.
    pub clock: Clock,
    /// Of which connections both ends are in this process.
    pub here: Here,
    /// What handshakes draw.
    pub seeds: Seeds,
    /// Where the operator reads.
    pub log: Log,
    /// What is counted.
    pub metrics: Metrics,
    /// Where the keys of connections go.
    pub keys: KeyLog,
}

impl Ground {
    /// A listener for `node`, whose connections are `links`.
    pub fn door<C: Send + 'static>(
        &self,
        (listener, key): (TcpListener, Arc<StaticKey>),
        (node, links): (&Handle<C>, &Arc<Links>),
        rules: Rules,
    ) -> Door<C> {
        Door {
            listener,
            key,
            owner: self.owner(node, links),
            here: self.here.clone(),
            rules: Arc::new(rules),
            seeds: self.seeds.clone(),
            log: self.log.clone(),
            metrics: self.metrics.clone(),
        }
    }

    /// A connection that is kept up for `node`, which is called `name` in the log.
    pub fn dialer<C: Send + 'static>(
        &self,
        dial: Dial,
        (node, links): (&Handle<C>, &Arc<Links>),
        name: &str,
    ) -> Dialer<C> {
        Dialer {
            dial,
            owner: self.owner(node, links),
            here: self.here.clone(),
            seeds: self.seeds.clone(),
            log: self.log.clone(),
            name: name.to_owned(),
        }
    }

    fn owner<C>(&self, node: &Handle<C>, links: &Arc<Links>) -> Owner<C> {
        let (node, links, keys) = (node.clone(), links.clone(), self.keys.clone());
        Owner { node, links, clock: self.clock.clone(), keys }
    }
}
