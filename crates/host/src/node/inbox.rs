//! What waits for a hop: answers to what it asked for, which come first, and what others want.
//!
//! An idle inbox holds no memory beyond itself, so that thousands of hops can live in one process.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, Semaphore};

/// What others want waits outside from here on: nobody floods a hop.
const ROOM: usize = 1_024;

/// The two queues of one hop.
#[derive(Debug)]
pub(super) struct Inbox<M> {
    queues: Mutex<Queues<M>>,
    /// Something came.
    comes: Notify,
    /// Room among the wishes.
    room: Semaphore,
}

#[derive(Debug)]
struct Queues<M> {
    answers: VecDeque<M>,
    wishes: VecDeque<M>,
    closed: bool,
}

/// The node has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node has ended")]
pub struct Ended;

impl<M> Inbox<M> {
    pub(super) fn new() -> Arc<Self> {
        let (answers, wishes) = (VecDeque::new(), VecDeque::new());
        Arc::new(Self {
            queues: Mutex::new(Queues { answers, wishes, closed: false }),
            comes: Notify::new(),
            room: Semaphore::new(ROOM),
        })
    }

    fn queues(&self) -> MutexGuard<'_, Queues<M>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the hop waits for. There are as many of these as it asked for, and no more.
    pub(super) fn answer(&self, message: M) {
        let mut queues = self.queues();
        if !queues.closed {
            queues.answers.push_back(message);
            drop(queues);
            self.comes.notify_one();
        }
    }

    /// What others want, as soon as there is room.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub(super) async fn wish(&self, message: M) -> Result<(), Ended> {
        let permit = self.room.acquire().await.map_err(|_| Ended)?;
        let mut queues = self.queues();
        if queues.closed {
            return Err(Ended);
        }
        permit.forget();
        queues.wishes.push_back(message);
        drop(queues);
        self.comes.notify_one();
        Ok(())
    }

    /// The next message; of what others want only if `wishes_too`.
    pub(super) async fn next(&self, wishes_too: bool) -> M {
        loop {
            if let Some(message) = self.pop(wishes_too) {
                return message;
            }
            self.comes.notified().await;
        }
    }

    fn pop(&self, wishes_too: bool) -> Option<M> {
        let mut queues = self.queues();
        let message = queues.answers.pop_front();
        if message.is_some() || !wishes_too {
            return message;
        }
        let wish = queues.wishes.pop_front();
        if wish.is_some() {
            self.room.add_permits(1);
        } else if queues.wishes.capacity() > 64 {
            queues.wishes = VecDeque::new();
            queues.answers = VecDeque::new();
        }
        wish
    }

    /// Nothing comes in any more, and what waits is dropped.
    pub(super) fn close(&self) {
        self.room.close();
        let mut queues = self.queues();
        queues.closed = true;
        let dropped = (core::mem::take(&mut queues.answers), core::mem::take(&mut queues.wishes));
        drop(queues);
        drop(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, Inbox, ROOM};

    fn run<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn answers_come_before_wishes_and_wishes_can_wait() {
        run(async {
            let inbox = Inbox::new();
            inbox.wish(1).await.unwrap();
            inbox.answer(2);
            assert_eq!((inbox.next(true).await, inbox.next(true).await), (2, 1));
            inbox.wish(3).await.unwrap();
            inbox.answer(4);
            assert_eq!(inbox.next(false).await, 4);
            assert_eq!(inbox.pop(false), None, "the wish waits");
        });
    }

    #[test]
    fn whoever_wants_something_of_a_full_inbox_waits_until_there_is_room() {
        run(async {
            let inbox = Inbox::new();
            for number in 0..ROOM {
                inbox.wish(number).await.unwrap();
            }
            let waiting = tokio::spawn({
                let inbox = inbox.clone();
                async move { inbox.wish(ROOM).await }
            });
            tokio::task::yield_now().await;
            assert!(!waiting.is_finished());
            assert_eq!(inbox.next(true).await, 0);
            assert_eq!(waiting.await.unwrap(), Ok(()));
        });
    }

    #[test]
    fn nobody_waits_for_a_node_that_has_ended() {
        run(async {
            let inbox = Inbox::new();
            inbox.close();
            assert_eq!(inbox.wish(1).await, Err(Ended));
        });
    }
}
