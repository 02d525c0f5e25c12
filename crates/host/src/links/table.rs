//! The connections of one node by the key of the other end: one each, the newest.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use vocab::NoiseKey;

use super::{
    line::{End, Line},
    transit::Transit,
};

/// Names a connection among those that one node had since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineId(pub(crate) u64);

/// The connections of one node.
#[derive(Debug)]
pub struct Links {
    lines: Mutex<BTreeMap<NoiseKey, Entry>>,
    last: AtomicU64,
    /// Bytes that may wait for one connection.
    most: usize,
}

#[derive(Debug)]
struct Entry {
    id: LineId,
    line: Arc<Line>,
}

impl Links {
    /// None; at most `most` bytes wait for each that will be.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { lines: Mutex::default(), last: AtomicU64::new(0), most })
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<NoiseKey, Entry>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are up.
    pub fn count(&self) -> usize {
        self.lines().len()
    }

    /// A connection to `peer` is up. An older one ends; `tell` is called with whether there was
    /// one, before anybody can replace or end the new one.
    pub(super) fn up(
        &self,
        peer: NoiseKey,
        transit: Option<Transit>,
        tell: impl FnOnce(bool),
    ) -> (LineId, Arc<Line>) {
        let id = LineId(self.last.fetch_add(1, Ordering::Relaxed).saturating_add(1));
        let line = Arc::new(Line::new(transit));
        let mut lines = self.lines();
        let older = lines.insert(peer, Entry { id, line: line.clone() });
        if let Some(older) = &older {
            older.line.end(End::Replaced);
        }
        tell(older.is_some());
        (id, line)
    }

    /// A connection has ended; `tell` is called if it was the newest, before there is a newer one.
    pub(super) fn down(&self, peer: NoiseKey, id: LineId, tell: impl FnOnce()) {
        let mut lines = self.lines();
        if lines.get(&peer).is_some_and(|entry| entry.id == id) {
            lines.remove(&peer);
            tell();
        }
    }

    /// Whether `id` is the newest connection to `peer`.
    pub(crate) fn is_newest(&self, peer: NoiseKey, id: LineId) -> bool {
        self.lines().get(&peer).is_some_and(|entry| entry.id == id)
    }

    /// Sends a frame. It is lost where no connection is up, or its connection ends: a mailbox or an
    /// end's own outbox holds whatever may not be.
    pub(crate) fn send(&self, to: NoiseKey, frame: Vec<u8>) -> Sent {
        let line = self.lines().get(&to).map(|entry| entry.line.clone());
        match line.map(|line| line.push(frame, self.most)) {
            Some(Ok(())) => Sent::Queued,
            Some(Err(End::TooSlow)) => Sent::TooSlow,
            Some(Err(End::Replaced | End::Drained)) | None => Sent::Nowhere,
        }
    }

    /// Ends all connections.
    pub(crate) fn drain(&self) {
        for entry in self.lines().values() {
            entry.line.end(End::Drained);
        }
    }
}

/// What became of a frame at this end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It waits for the socket.
    Queued,
    /// The connection was too slow, and is ended.
    TooSlow,
    /// There is no connection.
    Nowhere,
}

#[cfg(test)]
mod tests {
    use vocab::NoiseKey;

    use super::{super::line::Out, End, Links, Sent};

    fn run<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn a_newer_connection_takes_the_place_of_an_older_one_whose_end_says_nothing() {
        let (links, peer) = (Links::new(100), NoiseKey([1; 32]));
        let (first, old) = links.up(peer, None, |replaced| assert!(!replaced));
        let (second, new) = links.up(peer, None, |replaced| assert!(replaced));
        assert_eq!(run(old.next()), Err(End::Replaced));
        links.down(peer, first, || panic!("the link is up"));
        assert!(!links.is_newest(peer, first) && links.is_newest(peer, second));
        assert_eq!(links.send(peer, vec![5]), Sent::Queued);
        assert_eq!(run(new.next()), Ok(Out::Frame(vec![5])));
        let mut told = false;
        links.down(peer, second, || told = true);
        assert!(told);
        assert_eq!(links.send(peer, vec![5]), Sent::Nowhere);
    }
}
