//! The digest of a run: each host chains what it received, and the run combines the chains.
//!
//! A chain depends on what one host received and in which order, never on how hosts were spread
//! over partitions or threads, so the digest does not either.

use core::fmt;

use sha2::{Digest as _, Sha256};

/// What one host has received so far, as 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain([u8; 32]);

impl Chain {
    /// The chain of a host that has received nothing.
    pub(crate) const EMPTY: Self = Self([0; 32]);

    /// Adds one thing received. `feed` writes the payload, unambiguously, behind what stands there.
    pub(crate) fn absorb(
        &mut self,
        at: u64,
        source: u32,
        sequence: u64,
        feed: impl FnOnce(&mut Feed),
    ) {
        let mut hash = Feed(Sha256::new());
        hash.0.update(self.0);
        hash.number(at);
        hash.number(u64::from(source));
        hash.number(sequence);
        feed(&mut hash);
        self.0 = hash.0.finalize().into();
    }
}

/// Writes a payload into a chain.
pub(crate) struct Feed(Sha256);

impl Feed {
    /// A kind, an id, a count or a time.
    pub(crate) fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    /// Bytes, with their length before them.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }
}

/// Eight bytes that stand for one thing received.
pub(crate) fn short(feed: impl FnOnce(&mut Feed)) -> u64 {
    let mut hash = Feed(Sha256::new());
    feed(&mut hash);
    let hash: [u8; 32] = hash.0.finalize().into();
    hash.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

/// The digest of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Combines the chains of all hosts, given with their names in the order of their ids.
    pub(crate) fn combine<'a>(chains: impl Iterator<Item = (&'a str, Chain)>) -> Self {
        let mut hash = Feed(Sha256::new());
        hash.bytes(b"blindpost run digest 1");
        for (name, chain) in chains {
            hash.bytes(name.as_bytes());
            hash.bytes(&chain.0);
        }
        Self(hash.0.finalize().into())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::{Chain, Digest};

    #[test]
    fn a_chain_tells_apart_the_order_the_moment_and_the_bytes_of_what_was_received() {
        let received = |items: &[(u64, &str)]| {
            let mut chain = Chain::EMPTY;
            for (at, bytes) in items {
                chain.absorb(*at, 1, 0, |feed| feed.bytes(bytes.as_bytes()));
            }
            chain
        };
        let reference = received(&[(1, "a"), (2, "b")]);
        assert_eq!(reference, received(&[(1, "a"), (2, "b")]));
        assert_ne!(reference, received(&[(2, "b"), (1, "a")]));
        assert_ne!(reference, received(&[(1, "a"), (3, "b")]));
        assert_ne!(reference, received(&[(1, "a"), (2, "c")]));
    }

    #[test]
    fn a_run_digest_depends_on_every_host() {
        let mut busy = Chain::EMPTY;
        busy.absorb(1, 1, 1, |_| {});
        let run = |second| Digest::combine([("a", Chain::EMPTY), ("b", second)].into_iter());
        assert_ne!(run(busy), run(Chain::EMPTY));
        assert_eq!(run(busy).to_string().len(), 64);
    }
}
