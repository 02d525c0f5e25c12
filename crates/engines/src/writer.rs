//! One thread that owns an engine, and commits what waits for it in groups.
//!
//! A commit starts as soon as the one before has ended and takes all that has come meanwhile, so a
//! batch is as large as the load makes it, and nobody waits for a timer.

use std::{
    collections::VecDeque,
    io, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use store::{Answer, Engine, Transaction};
use vocab::UnixMicros;

use crate::commit::commit;

/// How much a writer takes at once, and how much may wait for it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Transactions of one commit.
    pub batch: usize,
    /// Jobs that wait; more are refused.
    pub waiting: usize,
    /// How long a batch that is not full waits for more. Zero is best where many ask at once.
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch: 1_000, waiting: 100_000, linger: Duration::ZERO }
    }
}

/// Why a writer did not take a job. Nothing of it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// As many jobs wait as may.
    #[error("{waiting} jobs wait already")]
    Busy {
        /// How many that is.
        waiting: usize,
    },
    /// It was stopped, or its thread died.
    #[error("the writer has stopped")]
    Stopped,
}

/// What a writer has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Transactions answered.
    pub answered: u64,
    /// Of these, answered [`Answer::Unavailable`].
    pub unavailable: u64,
    /// Batches that were committed.
    pub commits: u64,
    /// Batches of reads alone, for which nothing was committed.
    pub reads: u64,
    /// Transactions of the largest batch.
    pub largest: u64,
    /// Committed batches by size: place `n` counts those of 2^n up to 2^(n+1) - 1 transactions, the
    /// last also all that are larger.
    pub sizes: [u64; 11],
}

impl Counters {
    fn note(&mut self, answers: &[Answer], writes: bool) {
        let count = u64::try_from(answers.len()).unwrap_or(u64::MAX);
        let unavailable = answers.iter().filter(|it| matches!(it, Answer::Unavailable(_))).count();
        let more = |total: &mut u64, count: u64| *total = total.saturating_add(count);
        more(&mut self.answered, count);
        more(&mut self.unavailable, u64::try_from(unavailable).unwrap_or(u64::MAX));
        more(if writes { &mut self.commits } else { &mut self.reads }, 1);
        if writes {
            self.largest = self.largest.max(count);
            let place = usize::try_from(count.max(1).ilog2()).unwrap_or(usize::MAX);
            let last = self.sizes.len().saturating_sub(1);
            if let Some(size) = self.sizes.get_mut(place.min(last)) {
                more(size, 1);
            }
        }
    }
}

type Reply = Box<dyn FnOnce(Answer) + Send>;
type Work<E> = Box<dyn FnOnce(&mut E, UnixMicros) + Send>;

enum Job<E> {
    Request(Transaction, Reply),
    Work(Work<E>),
}

/// What the thread does next.
enum Next<E> {
    Batch(Vec<Transaction>, Vec<Reply>),
    Work(Work<E>),
}

struct Queue<E> {
    jobs: VecDeque<Job<E>>,
    is_closed: bool,
    has_died: bool,
    /// Who is told should the thread die.
    mourner: Option<Box<dyn FnOnce() + Send>>,
}

struct Shared<E> {
    queue: Mutex<Queue<E>>,
    arrived: Condvar,
    counters: Mutex<Counters>,
    limits: Limits,
}

/// A thread that owns an engine. Whatever it took is answered, unless its thread dies.
///
/// Jobs are done in the order in which they came, so each asker is answered in order. Dropping a
/// writer stops it.
pub struct Writer<E> {
    shared: Arc<Shared<E>>,
    thread: Option<JoinHandle<E>>,
}

impl<E: Engine + Send + 'static> Writer<E> {
    /// Starts a thread for `engine`. `clock` is the store's own clock, asked once for each batch.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub fn start(
        engine: E,
        limits: Limits,
        clock: impl FnMut() -> UnixMicros + Send + 'static,
    ) -> io::Result<Self> {
        let jobs = VecDeque::new();
        let queue = Queue { jobs, is_closed: false, has_died: false, mourner: None };
        let queue = Mutex::new(queue);
        let counters = Mutex::new(Counters::default());
        let shared = Arc::new(Shared { queue, arrived: Condvar::new(), counters, limits });
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("store".to_owned());
        let thread = thread.spawn(move || run(engine, &theirs, clock))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Asks for a transaction. `reply` is called on the writer's thread, when the answer is final
    /// and, where it was done, durable; it must be quick.
    ///
    /// # Errors
    ///
    /// The transaction was not taken and `reply` is not called.
    pub fn submit(
        &self,
        transaction: Transaction,
        reply: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<(), Refused> {
        self.shared.push(Job::Request(transaction, Box::new(reply)))
    }

    /// Hands the engine to `work` between two batches, behind everything that waits: to sweep, to
    /// seal rows again, to ask for a copy's source.
    ///
    /// # Errors
    ///
    /// The work was not taken.
    pub fn with_engine(
        &self,
        work: impl FnOnce(&mut E, UnixMicros) + Send + 'static,
    ) -> Result<(), Refused> {
        self.shared.push(Job::Work(Box::new(work)))
    }

    /// Calls `tell` should the thread die of a panic, of the engine or of whoever was answered; at
    /// once, if it has. Whatever it had taken is not answered then.
    pub fn when_it_dies(&self, tell: impl FnOnce() + Send + 'static) {
        let mut queue = locked(&self.shared.queue);
        if queue.has_died {
            drop(queue);
            tell();
        } else {
            queue.mourner = Some(Box::new(tell));
        }
    }

    /// What it has done so far.
    pub fn counters(&self) -> Counters {
        *locked(&self.shared.counters)
    }

    /// Jobs that wait.
    pub fn waiting(&self) -> usize {
        locked(&self.shared.queue).jobs.len()
    }
}

impl<E> Writer<E> {
    /// Takes no more, does what waits, and gives the engine back; `None` where its thread died.
    pub fn stop(mut self) -> Option<E> {
        self.shared.close();
        self.thread.take().and_then(|thread| thread.join().ok())
    }
}

impl<E> Drop for Writer<E> {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            let _engine = thread.join();
        }
    }
}

impl<E> std::fmt::Debug for Writer<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writer({} jobs wait)", locked(&self.shared.queue).jobs.len())
    }
}

impl<E> Shared<E> {
    fn push(&self, job: Job<E>) -> Result<(), Refused> {
        let mut queue = locked(&self.queue);
        let waiting = queue.jobs.len();
        if queue.is_closed {
            return Err(Refused::Stopped);
        }
        if waiting >= self.limits.waiting {
            return Err(Refused::Busy { waiting });
        }
        queue.jobs.push_back(job);
        // The thread waits for the first job, or for a full batch.
        if waiting == 0 || waiting.saturating_add(1) == self.limits.batch {
            self.arrived.notify_one();
        }
        Ok(())
    }

    fn close(&self) {
        locked(&self.queue).is_closed = true;
        self.arrived.notify_one();
    }

    /// Waits for something to do; `None` when there is nothing left and nothing more will come.
    fn next(&self) -> Option<Next<E>> {
        let idle = |queue: &mut Queue<E>| queue.jobs.is_empty() && !queue.is_closed;
        let queue = locked(&self.queue);
        let mut queue =
            self.arrived.wait_while(queue, idle).unwrap_or_else(PoisonError::into_inner);
        let Limits { batch, linger, .. } = self.limits;
        if !linger.is_zero() {
            let short = |queue: &mut Queue<E>| queue.jobs.len() < batch && !queue.is_closed;
            let waited = self.arrived.wait_timeout_while(queue, linger, short);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        take(&mut queue.jobs, batch)
    }
}

/// The work that waits first, or the requests before the next work.
fn take<E>(jobs: &mut VecDeque<Job<E>>, batch: usize) -> Option<Next<E>> {
    let (mut transactions, mut replies) = (Vec::new(), Vec::new());
    while transactions.len() < batch.max(1) {
        match jobs.pop_front() {
            Some(Job::Request(transaction, reply)) => {
                transactions.push(transaction);
                replies.push(reply);
            }
            Some(Job::Work(work)) if transactions.is_empty() => return Some(Next::Work(work)),
            Some(work @ Job::Work(_)) => {
                jobs.push_front(work);
                break;
            }
            None => break,
        }
    }
    (!transactions.is_empty()).then_some(Next::Batch(transactions, replies))
}

fn run<E: Engine>(mut engine: E, shared: &Shared<E>, mut clock: impl FnMut() -> UnixMicros) -> E {
    let _closing = Closing(shared);
    while let Some(next) = shared.next() {
        let now = clock();
        match next {
            Next::Work(work) => work(&mut engine, now),
            Next::Batch(transactions, replies) => {
                let answers = commit(&mut engine, &transactions, now);
                let writes = !transactions.iter().all(Transaction::is_read_only);
                locked(&shared.counters).note(&answers, writes);
                replies.into_iter().zip(answers).for_each(|(reply, answer)| reply(answer));
            }
        }
    }
    engine
}

/// Sees to it that nobody waits for a thread that has ended, however it did.
struct Closing<'a, E>(&'a Shared<E>);

impl<E> Drop for Closing<'_, E> {
    fn drop(&mut self) {
        let mut queue = locked(&self.0.queue);
        queue.is_closed = true;
        queue.has_died = thread::panicking();
        let mourner = queue.mourner.take().filter(|_| queue.has_died);
        let left = mem::take(&mut queue.jobs);
        drop(queue);
        // Whoever waits for an answer sees that its sender is gone.
        drop(left);
        if let Some(tell) = mourner {
            tell();
        }
    }
}

/// Nothing here panics while it holds a lock.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
