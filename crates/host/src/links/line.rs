//! The way out of one connection: frames that wait to be written.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::transit::Transit;

/// Frames that wait for one connection's socket.
#[derive(Debug)]
pub(super) struct Line {
    state: Mutex<State>,
    /// There is something to write, or the line has ended.
    changes: Notify,
    /// Frames on their way to an end in this process.
    pub(super) transit: Option<Transit>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Out>,
    bytes: usize,
    /// A ping or pong is among them.
    pinged: bool,
    ended: Option<End>,
}

/// What waits to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Out {
    /// A frame.
    Frame(Vec<u8>),
    /// A question whether the peer is there.
    Ping,
    /// The answer to the peer's question of this number.
    Pong(u64),
}

/// Why this side ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A newer connection of the same key took its place.
    Replaced,
    /// What is sent on it is not read fast enough.
    TooSlow,
    /// The node ends.
    Drained,
}

impl Line {
    pub(super) fn new(transit: Option<Transit>) -> Self {
        Self { state: Mutex::default(), changes: Notify::new(), transit }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a frame; where more than `most` bytes wait, the line ends instead.
    pub(super) fn push(&self, frame: Vec<u8>, most: usize) -> Result<(), End> {
        let mut state = self.state();
        if let Some(end) = state.ended {
            return Err(end);
        }
        let bytes = state.bytes.saturating_add(frame.len());
        if bytes > most {
            drop(state);
            self.end(End::TooSlow);
            return Err(End::TooSlow);
        }
        if let Some(transit) = &self.transit {
            transit.leaves();
        }
        state.bytes = bytes;
        state.waiting.push_back(Out::Frame(frame));
        drop(state);
        self.changes.notify_one();
        Ok(())
    }

    /// Adds a ping or pong; one at a time is enough, whatever the peer asks.
    pub(super) fn also(&self, ping: Out) {
        let mut state = self.state();
        if state.ended.is_none() && !state.pinged {
            state.pinged = true;
            state.waiting.push_back(ping);
            drop(state);
            self.changes.notify_one();
        }
    }

    /// Ends the line; what waits on it is dropped.
    pub(super) fn end(&self, why: End) {
        let mut state = self.state();
        state.ended.get_or_insert(why);
        state.waiting = VecDeque::new();
        state.bytes = 0;
        drop(state);
        self.changes.notify_one();
    }

    /// The next frame to write, or why there will be none.
    pub(super) async fn next(&self) -> Result<Out, End> {
        loop {
            if let Some(next) = self.pop() {
                return next;
            }
            self.changes.notified().await;
        }
    }

    /// The same, if it is there already.
    pub(super) fn pop(&self) -> Option<Result<Out, End>> {
        let mut state = self.state();
        if let Some(end) = state.ended {
            return Some(Err(end));
        }
        let out = state.waiting.pop_front();
        match &out {
            Some(Out::Frame(frame)) => state.bytes = state.bytes.saturating_sub(frame.len()),
            Some(Out::Ping | Out::Pong(_)) => state.pinged = false,
            // An idle line holds no memory.
            None => state.waiting = VecDeque::new(),
        }
        out.map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Line, Out};

    #[test]
    fn a_reader_that_is_too_slow_loses_its_connection_and_costs_no_more_memory() {
        let line = Line::new(None);
        line.push(vec![0; 60], 100).unwrap();
        assert_eq!(line.push(vec![0; 60], 100), Err(End::TooSlow));
        assert_eq!(line.push(vec![0; 1], 100), Err(End::TooSlow));
        assert_eq!(line.pop(), Some(Err(End::TooSlow)));
        assert_eq!(line.state().bytes, 0);
    }

    #[test]
    fn frames_are_written_in_the_order_in_which_they_were_sent() {
        let line = Line::new(None);
        line.push(vec![1], 100).unwrap();
        line.push(vec![2], 100).unwrap();
        let frame = |byte| Some(Ok(Out::Frame(vec![byte])));
        assert_eq!((line.pop(), line.pop(), line.pop()), (frame(1), frame(2), None));
    }

    #[test]
    fn a_peer_that_pings_without_reading_costs_one_answer() {
        let line = Line::new(None);
        line.also(Out::Pong(1));
        line.also(Out::Pong(2));
        assert_eq!((line.pop(), line.pop()), (Some(Ok(Out::Pong(1))), None));
    }
}
