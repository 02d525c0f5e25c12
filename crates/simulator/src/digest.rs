//! The digest of a run: each host chains what it received, and the run combines the chains.
//!
//! A chain depends on what one host received and in which order, never on how hosts were spread
//! over partitions or threads, so the digest does not either.

use core::fmt;

use sha2::{Digest as _, Sha256};

/// What one host has received so far: a hash of all of it, one thing after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain(Sha256);

impl Chain {
    /// Adds one thing received. `feed` writes the payload, unambiguously, behind what stands there.
    pub(crate) fn absorb(
        &mut self,
        at: u64,
        source: u32,
        sequence: u64,
        feed: impl FnOnce(&mut Feed<'_>),
    ) {
        let mut hash = Feed::into(&mut self.0);
        hash.number(at);
        hash.number(u64::from(source));
        hash.number(sequence);
        feed(&mut hash);
        hash.flush();
    }

    fn value(&self) -> [u8; 32] {
        self.0.clone().finalize().into()
    }
}

/// Writes a payload into a chain. A hash takes a long time over a few bytes, so what is short is
/// written short and handed over together.
pub(crate) struct Feed<'a> {
    hash: &'a mut Sha256,
    gathered: [u8; GATHERED],
    length: usize,
}

const GATHERED: usize = 64;
/// Bytes that a number takes at most.
const LONGEST: usize = 10;

impl<'a> Feed<'a> {
    const fn into(hash: &'a mut Sha256) -> Self {
        Self { hash, gathered: [0; GATHERED], length: 0 }
    }

    /// A kind, an id, a count or a time: seven bits a byte, all but the last with the highest set.
    pub(crate) fn number(&mut self, number: u64) {
        if self.length.saturating_add(LONGEST) > GATHERED {
            self.flush();
        }
        let mut rest = number;
        for place in self.gathered.iter_mut().skip(self.length).take(LONGEST) {
            self.length = self.length.saturating_add(1);
            let more = rest > 0x7f;
            *place = (rest & 0x7f) as u8 | if more { 0x80 } else { 0 };
            rest >>= 7;
            if !more {
                break;
            }
        }
    }

    /// Bytes, with their length before them.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        if !bytes.is_empty() {
            self.flush();
            self.hash.update(bytes);
        }
    }

    fn flush(&mut self) {
        self.hash.update(self.gathered.get(..self.length).unwrap_or_default());
        self.length = 0;
    }
}

/// Eight bytes that stand for one thing received.
pub(crate) fn short(feed: impl FnOnce(&mut Feed<'_>)) -> u64 {
    let mut hash = Sha256::new();
    let mut writer = Feed::into(&mut hash);
    feed(&mut writer);
    writer.flush();
    let hash: [u8; 32] = hash.finalize().into();
    hash.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

/// The digest of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Combines the chains of all hosts, given with their names in the order of their ids.
    pub(crate) fn combine<'a>(chains: impl Iterator<Item = (&'a str, &'a Chain)>) -> Self {
        let mut hash = Sha256::new();
        let mut feed = Feed::into(&mut hash);
        feed.bytes(b"blindpost run digest 2");
        for (name, chain) in chains {
            feed.bytes(name.as_bytes());
            feed.bytes(&chain.value());
        }
        feed.flush();
        Self(hash.finalize().into())
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
    use std::collections::BTreeSet;

    use super::{Chain, Digest, Feed};

    #[test]
    fn a_chain_tells_apart_the_order_the_moment_and_the_bytes_of_what_was_received() {
        let received = |items: &[(u64, &str)]| {
            let mut chain = Chain::default();
            for (at, bytes) in items {
                chain.absorb(*at, 1, 0, |feed| feed.bytes(bytes.as_bytes()));
            }
            chain.value()
        };
        let reference = received(&[(1, "a"), (2, "b")]);
        assert_eq!(reference, received(&[(1, "a"), (2, "b")]));
        assert_ne!(reference, received(&[(2, "b"), (1, "a")]));
        assert_ne!(reference, received(&[(1, "a"), (3, "b")]));
        assert_ne!(reference, received(&[(1, "a"), (2, "c")]));
    }

    #[test]
    fn what_is_written_can_be_read_in_one_way_alone() {
        let written = |feed: &dyn Fn(&mut Feed<'_>)| {
            let mut chain = Chain::default();
            chain.absorb(1, 2, 3, |into| feed(into));
            chain.value()
        };
        let all = [
            written(&|feed| feed.number(0x80)),
            written(&|feed| (0..2).for_each(|_| feed.number(0))),
            written(&|feed| feed.number(0)),
            written(&|feed| feed.bytes(&[0])),
            written(&|feed| feed.bytes(&[0, 0])),
            written(&|feed| (0..40).for_each(|_| feed.number(u64::MAX))),
            written(&|feed| (0..41).for_each(|_| feed.number(u64::MAX))),
        ];
        assert_eq!(BTreeSet::from(all).len(), all.len());
    }

    #[test]
    fn a_run_digest_depends_on_every_host() {
        let (idle, mut busy) = (Chain::default(), Chain::default());
        busy.absorb(1, 1, 1, |_| {});
        let run = |second| Digest::combine([("a", &idle), ("b", second)].into_iter());
        assert_ne!(run(&busy), run(&idle));
        assert_eq!(run(&busy).to_string().len(), 64);
    }
}
