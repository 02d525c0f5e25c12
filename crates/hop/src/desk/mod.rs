//! The desk: where a hop works on rows that its store may not have brought yet.
//!
//! A piece of work is *attempted*: straight-line code that reads rows, writes rows and asks for
//! effects. An attempt that needs a row which is not on the desk stops with [`Waiting`]; the desk
//! fetches the row and the hop attempts the same work again from its start. An attempt that comes
//! to its end becomes one transaction: every row it read is checked to be as it was, every row it
//! wrote is written, and its effects may leave only after that. Further work may build on the
//! written rows before they are durable; where a transaction conflicts, its rows leave the desk,
//! with those of everything that was built on it, and its work is attempted again. Nothing of the
//! dropped attempt has left the machine.
//!
//! Knows: rows, revisions, transactions. Does not know: what the work is.

mod attempt;
mod few;
mod rows;
mod shelf;
mod stamp;

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use store::{Answer, Key, Op, Transaction, TxId, Value};
use vocab::{Instant, Micros, Now};

pub use self::attempt::Attempt;
use self::{rows::Rows, stamp::Stamp};
use crate::{
    contract::{Act, Effect},
    mutant::{Mutant, planted},
};

/// The attempt needs something that is on its way; stop and hand this back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an attempt that goes on without a row decides on nothing"]
pub struct Waiting;

/// A piece of work with what was already brought for it.
#[derive(Clone, Debug)]
pub struct Work<J> {
    job: J,
    brought: Vec<(Op, Value)>,
}

impl<J> From<J> for Work<J> {
    fn from(job: J) -> Self {
        Self { job, brought: Vec::new() }
    }
}

/// What an answer of the store means for the hop.
#[must_use = "notes are applied and work is attempted by the hop"]
#[derive(Debug)]
pub struct Turn<J, N> {
    /// Notes of the attempt that is now durable, for the hop's memory.
    pub notes: Vec<N>,
    /// Notes of an attempt that came to nothing; its work is attempted again, now or later.
    pub dropped: Vec<N>,
    /// Keys that queues gave to what the attempt appended, in its order.
    pub appended: Vec<Key>,
    /// Work to attempt now.
    pub again: Option<Work<J>>,
}

/// Working copies of rows, and the work that waits for a store.
#[derive(Debug)]
pub struct Desk<J, N> {
    rows: Rows,
    last_tx: TxId,
    /// That of the newest attempt.
    stamp: Stamp,
    /// Boxed: nodes of the tree come and go with every few transactions, and are large otherwise.
    waiting: BTreeMap<TxId, Box<Pending<J, N>>>,
    /// Work that a store could not do: attempted again from then on.
    postponed: Vec<(Instant, Work<J>)>,
    mutant: Option<Mutant>,
}

#[derive(Debug)]
enum Pending<J, N> {
    /// Rows were asked for; the work is attempted again when they are here.
    Fetch { work: Work<J>, asked: Vec<Op>, seen: Vec<Key> },
    /// An attempt waits to become durable; it read what the transactions in `base` wrote.
    Commit { work: Work<J>, touched: Vec<Key>, base: BTreeSet<TxId>, notes: Vec<N> },
}

/// How long work waits before it asks an unavailable store again.
const PATIENCE: Micros = Micros::seconds(1);

impl<J, N> Desk<J, N> {
    /// An empty desk that keeps at most `most` rows on which no transaction is under way.
    pub const fn new(most: usize) -> Self {
        Self {
            rows: Rows::new(most),
            last_tx: TxId(0),
            stamp: Stamp::of(0),
            waiting: BTreeMap::new(),
            postponed: Vec::new(),
            mutant: None,
        }
    }

    /// The same desk with a planted mistake, which has an effect only with the feature `mutants`.
    #[must_use]
    pub const fn with_mutant(mut self, mutant: Option<Mutant>) -> Self {
        self.mutant = mutant;
        self
    }

    /// The same desk, whose writes carry the number `writer`.
    ///
    /// Where several hops write rows of one store, each needs a number of its own: a revision that
    /// two writers chose alike would let one build on what the other wrote without having read it.
    #[must_use]
    pub const fn for_writer(mut self, writer: u8) -> Self {
        self.stamp = Stamp::of(writer);
        self
    }

    /// Attempts `work` once. Its effects, or the request for what it lacks, go to `effects`.
    ///
    /// Returns notes that hold at once, because the attempt neither read nor wrote anything.
    pub fn attempt<E>(
        &mut self,
        work: Work<J>,
        now: Now,
        effects: &mut Vec<Effect<E>>,
        run: impl FnOnce(&mut Attempt<'_, E, N>, &J) -> Result<(), Waiting>,
    ) -> Vec<N> {
        let stamp = self.stamp.next(now.wall);
        let mut attempt = Attempt::new(&self.rows, &work.brought, now, stamp);
        let outcome = run(&mut attempt, &work.job);
        let mut done = attempt.finish();
        if planted(self.mutant, Mutant::Unchecked) {
            done.transaction.checks.clear();
        }
        if let Err(Waiting) = outcome {
            self.fetch(work, done.missing, done.seen, effects);
            return Vec::new();
        }
        self.stamp = done.stamp;
        if done.transaction.checks.is_empty() && done.transaction.ops.is_empty() {
            effects.extend(done.acts.into_iter().map(|act| Effect { after: None, act }));
            return done.notes;
        }
        let tx = self.next_tx();
        let read = done.transaction.checks.iter();
        let base = read.filter_map(|check| self.rows.writer(&check.key)).collect();
        self.rows.begin(tx, &done.touched, done.written);
        effects.push(Effect { after: None, act: Act::Store { tx, transaction: done.transaction } });
        effects.extend(done.acts.into_iter().map(|act| Effect { after: Some(tx), act }));
        let pending = Pending::Commit { work, touched: done.touched, base, notes: done.notes };
        self.waiting.insert(tx, Box::new(pending));
        Vec::new()
    }

    /// Asks for what an attempt lacks. The rows it has seen stay on the desk meanwhile, or work
    /// that needs many rows might never see them all at once.
    fn fetch<E>(
        &mut self,
        work: Work<J>,
        asked: Vec<Op>,
        seen: Vec<Key>,
        effects: &mut Vec<Effect<E>>,
    ) {
        let tx = self.next_tx();
        self.rows.hold(tx, &seen);
        let transaction = Transaction { checks: Vec::new(), ops: asked.clone() };
        effects.push(Effect { after: None, act: Act::Store { tx, transaction } });
        self.waiting.insert(tx, Box::new(Pending::Fetch { work, asked, seen }));
    }

    /// Takes the store's answer.
    pub fn stored(&mut self, tx: TxId, answer: Answer, now: Now) -> Turn<J, N> {
        let nothing =
            Turn { notes: Vec::new(), dropped: Vec::new(), appended: Vec::new(), again: None };
        let pending = self.waiting.remove(&tx).map(|pending| *pending);
        if self.waiting.is_empty() {
            // Not its room: many hops are at rest nearly always.
            self.waiting = BTreeMap::new();
        }
        match (pending, answer) {
            (None, _) => nothing,
            (Some(Pending::Fetch { mut work, asked, seen }), Answer::Done(values)) => {
                self.rows.release(tx, &seen);
                for (op, value) in asked.into_iter().zip(values) {
                    self.bring(&mut work, op, value);
                }
                Turn { again: Some(work), ..nothing }
            }
            (Some(Pending::Commit { touched, notes, .. }), Answer::Done(values)) => {
                self.rows.end(tx, &touched);
                let appended = values.into_iter().filter_map(appended_key).collect();
                Turn { notes, appended, ..nothing }
            }
            (Some(Pending::Commit { touched, notes, .. }), Answer::Conflict { .. })
                if planted(self.mutant, Mutant::ConflictIsDone) =>
            {
                self.rows.end(tx, &touched);
                Turn { notes, ..nothing }
            }
            (Some(Pending::Commit { mut work, touched, notes, .. }), Answer::Conflict { .. }) => {
                self.undo(tx, &touched, &mut work);
                Turn { dropped: notes, again: Some(work), ..nothing }
            }
            (Some(Pending::Fetch { work, seen, .. }), Answer::Conflict { .. }) => {
                self.rows.release(tx, &seen);
                Turn { again: Some(work), ..nothing }
            }
            (Some(pending), Answer::Unavailable(_)) => {
                Turn { dropped: self.postpone(tx, pending, now), ..nothing }
            }
        }
    }

    /// Transaction `tx` did not happen, and so nothing that was built on it will: their rows leave
    /// the desk at once, or work that is redone would build on them and fail again, without end.
    fn undo(&mut self, tx: TxId, touched: &[Key], work: &mut Work<J>) {
        // What was scanned may be stale; what was taken is gone from the store for good.
        work.brought.retain(|(op, _)| matches!(op, Op::TakeFirst(_)));
        self.rows.drop_all(tx, touched);
        let mut lost = BTreeSet::from([tx]);
        for (later, pending) in &self.waiting {
            if let Pending::Commit { touched, base, .. } = &**pending
                && !base.is_disjoint(&lost)
            {
                lost.insert(*later);
                self.rows.forget_writes(*later, touched);
            }
        }
    }

    fn bring(&mut self, work: &mut Work<J>, op: Op, value: Value) {
        match (op, value) {
            (Op::Get(key), Value::Row(stored)) => self.rows.arrive(key, stored),
            (op, value) => work.brought.push((op, value)),
        }
    }

    /// Has the work attempted later; the notes of an attempt that came to nothing.
    fn postpone(&mut self, tx: TxId, pending: Pending<J, N>, now: Now) -> Vec<N> {
        let (work, notes) = match pending {
            Pending::Fetch { work, seen, .. } => {
                self.rows.release(tx, &seen);
                (work, Vec::new())
            }
            Pending::Commit { mut work, touched, notes, .. } => {
                self.undo(tx, &touched, &mut work);
                (work, notes)
            }
        };
        if !planted(self.mutant, Mutant::PostponedForgotten) {
            self.postponed.push((now.mono.after(PATIENCE), work));
        }
        notes
    }

    /// When [`Desk::due`] has something to attempt.
    pub fn wake_at(&self) -> Option<Instant> {
        self.postponed.iter().map(|(at, _)| *at).min()
    }

    /// Postponed work whose time has come, oldest first.
    pub fn due(&mut self, now: Now) -> Vec<Work<J>> {
        let (due, later) =
            core::mem::take(&mut self.postponed).into_iter().partition(|(at, _)| *at <= now.mono);
        self.postponed = later;
        let due: Vec<(Instant, Work<J>)> = due;
        due.into_iter().map(|(_, work)| work).collect()
    }

    /// Pieces of work that wait for the store.
    pub fn under_way(&self) -> usize {
        self.waiting.len().saturating_add(self.postponed.len())
    }

    const fn next_tx(&mut self) -> TxId {
        self.last_tx = TxId(self.last_tx.0.saturating_add(1));
        self.last_tx
    }
}

fn appended_key(value: Value) -> Option<Key> {
    match value {
        Value::Appended(key) => Some(key),
        Value::Row(_) | Value::Rows(_) | Value::Written => None,
    }
}
