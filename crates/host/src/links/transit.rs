//! Frames between two ends in one process, so that a virtual clock waits for them.
//!
//! Both ends of a connection know the hash of its handshake, and nobody else's connection has the
//! same. The end that dialed says under it that it lives here, before the other end can know it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use crate::clock::{Busy, Clock};

/// The hash of a connection's handshake.
pub(super) type HandshakeHash = [u8; 32];

/// The connections of this process of which both ends are in it.
#[derive(Clone, Debug)]
pub struct Here {
    clock: Clock,
    dialed: Arc<Mutex<BTreeMap<HandshakeHash, Arc<Mutex<Frames>>>>>,
}

/// What stands for each frame on its way, for both directions.
#[derive(Debug, Default)]
struct Frames {
    to_listener: VecDeque<Busy>,
    to_dialer: VecDeque<Busy>,
    ended: bool,
}

/// One end's view of a connection.
#[derive(Debug)]
pub(super) struct Transit {
    here: Here,
    hash: HandshakeHash,
    frames: Arc<Mutex<Frames>>,
    dials: bool,
}

impl Here {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, dialed: Arc::default() }
    }

    /// This end dialed. `None` over a real clock, where nobody waits for frames.
    pub(super) fn dials(&self, hash: HandshakeHash) -> Option<Transit> {
        if !self.clock.is_virtual() {
            return None;
        }
        let frames = Arc::<Mutex<Frames>>::default();
        self.dialed.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, frames.clone());
        Some(Transit { here: self.clone(), hash, frames, dials: true })
    }

    /// This end was dialed; `None` if by another process.
    pub(super) fn listens(&self, hash: HandshakeHash) -> Option<Transit> {
        let dialed = self.dialed.lock().unwrap_or_else(PoisonError::into_inner);
        let frames = dialed.get(&hash)?.clone();
        drop(dialed);
        Some(Transit { here: self.clone(), hash, frames, dials: false })
    }
}

impl Transit {
    fn with<T>(&self, outward: bool, act: impl FnOnce(&mut VecDeque<Busy>, bool) -> T) -> T {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = frames.ended;
        let to_listener = self.dials == outward;
        let frames = &mut *frames;
        act(if to_listener { &mut frames.to_listener } else { &mut frames.to_dialer }, ended)
    }

    /// A frame of this end is on its way.
    pub(super) fn leaves(&self) {
        let busy = self.here.clock.busy();
        self.with(true, |frames, ended| {
            if !ended {
                frames.push_back(busy);
            }
        });
    }

    /// A frame of the other end is here: what stood for it.
    pub(super) fn arrives(&self) -> Option<Busy> {
        self.with(false, |frames, _| frames.pop_front())
    }
}

impl Drop for Transit {
    /// What is still on its way is lost.
    fn drop(&mut self) {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = std::mem::take(&mut *frames);
        frames.ended = true;
        drop(frames);
        drop(lost);
        let mut dialed = self.here.dialed.lock().unwrap_or_else(PoisonError::into_inner);
        dialed.remove(&self.hash);
    }
}

#[cfg(test)]
mod tests {
    use vocab::UnixMicros;

    use super::Here;
    use crate::clock::Clock;

    #[test]
    fn a_virtual_clock_waits_for_a_frame_until_it_arrives_or_its_connection_ends() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let clock = Clock::standing(UnixMicros(0));
            let here = Here::new(clock.clone());
            let dialer = here.dials([1; 32]).unwrap();
            let listener = here.listens([1; 32]).unwrap();
            assert!(here.listens([2; 32]).is_none(), "of another process");
            dialer.leaves();
            listener.leaves();
            let rests = tokio::spawn(async move { clock.rest().await });
            tokio::task::yield_now().await;
            drop(listener.arrives());
            tokio::task::yield_now().await;
            assert!(!rests.is_finished(), "the other one is on its way");
            drop(dialer);
            rests.await.unwrap();
        });
    }
}
