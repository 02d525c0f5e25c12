//! Transactions under way, and the effects that wait for them.
//!
//! A transaction is applied when the hop asks for it and answered when it is durable. One sync
//! makes everything durable that was applied before it, so transactions that are asked for while
//! others are under way share a sync. An effect leaves when its transaction is durable, and never
//! if that fails or the node crashes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hop::Act;
use store::{Answer, Op, Refusal, Row, Transaction, TxId, Value};
use vocab::{DataClass, Keep, Micros, UnixMicros, limits::SWEEP_INTERVAL, sample};

use super::{
    Strains,
    disk::{Disk, StoreTiming},
    mutant::{Mutant, planted},
    remote::Remote,
};
use crate::{
    export::depths,
    kernel::{Port, Time, Timer},
};

/// Expired rows are swept half an interval after the first of them expired, so that one sweep takes
/// many and a clock that is adjusted meanwhile does no harm.
const SWEEP_AFTER: Micros = Micros(SWEEP_INTERVAL.0 / 2);

/// A node's store, what it has yet to answer, and what waits for its answers.
pub(super) struct Shelf<E> {
    disk: Box<dyn Disk>,
    timing: StoreTiming,
    /// Applied, not yet answered, in order.
    pending: VecDeque<Pending>,
    /// Effects by the transaction that they wait for.
    held: BTreeMap<TxId, Vec<Act<E>>>,
    /// Answered transactions end here.
    answered: TxId,
    /// Those of them that were not done.
    failed: BTreeSet<TxId>,
    /// When the last of the pending ones will be answered.
    last_due: Time,
    /// Whether something was written since the last sync.
    dirty: bool,
    /// Syncs since the world began.
    syncs: u64,
    /// What the person finds on the next start, of what was durable when the node crashed and had
    /// not been told.
    unheard: Vec<Act<E>>,
    sweep_at: Option<Time>,
    /// Transactions since the world began: each has random words of its own.
    drawn: u64,
    swept: BTreeMap<DataClass, u64>,
    /// Writes of ratchet state that no check of the same row guarded.
    unguarded: u64,
    /// Where the store is another host's, which several nodes share. The disk here is empty then.
    pub(super) remote: Option<Remote>,
    strains: Strains,
    pub(super) mutant: Option<Mutant>,
}

struct Pending {
    tx: TxId,
    answer: Answer,
    writes: bool,
    /// Syncs before it.
    syncs: u64,
    /// Transactions that were not durable when it was applied, itself included.
    unsynced: usize,
}

/// How a transaction stands, to an effect that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Durable,
    Failed,
    UnderWay,
}

impl<E> Shelf<E> {
    pub(super) fn new(disk: Box<dyn Disk>) -> Self {
        Self {
            disk,
            timing: StoreTiming::default(),
            pending: VecDeque::new(),
            held: BTreeMap::new(),
            answered: TxId(0),
            failed: BTreeSet::new(),
            last_due: Time(0),
            dirty: false,
            syncs: 0,
            unheard: Vec::new(),
            sweep_at: None,
            drawn: 0,
            swept: BTreeMap::new(),
            unguarded: 0,
            remote: None,
            strains: Strains::default(),
            mutant: None,
        }
    }

    pub(super) fn set_timing(&mut self, timing: StoreTiming) {
        self.timing = timing;
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        self.disk.as_ref()
    }

    pub(super) fn disk_mut(&mut self) -> &mut dyn Disk {
        self.disk.as_mut()
    }

    pub(super) const fn swept(&self) -> &BTreeMap<DataClass, u64> {
        &self.swept
    }

    /// Transactions since the world began.
    pub(super) const fn transactions(&self) -> u64 {
        self.drawn
    }

    pub(super) const fn unguarded(&self) -> u64 {
        self.unguarded
    }

    pub(super) const fn strains(&self) -> Strains {
        self.strains
    }

    /// The node crashes: unsynced writes and everything that waits are lost.
    /// Where `torn`, of the writes some prefix, which it chooses, is there. Returns those that are
    /// durable, in order, and were not answered.
    pub(super) fn crash(&mut self, torn: Option<u64>) -> Vec<(TxId, Answer)> {
        let lossy = u64::from(self.dirty);
        self.strains.lossy_crashes = self.strains.lossy_crashes.saturating_add(lossy);
        let unsynced = self.disk.unsynced() as u64;
        let keep = torn.map_or(0, |word| sample::between(word, 0, unsynced) as usize);
        if torn.is_some() {
            self.disk.crash_torn(keep);
        } else {
            self.disk.crash();
        }
        let durable = self.durable(keep);
        self.keep_untold(&durable);
        self.held.clear();
        self.failed.clear();
        self.answered = TxId(0);
        self.last_due = Time(0);
        self.dirty = false;
        self.sweep_at = None;
        if let Some(remote) = &mut self.remote {
            remote.forget();
        }
        durable
    }

    /// What is durable of that which is under way and ends now.
    fn durable(&mut self, kept: usize) -> Vec<(TxId, Answer)> {
        let pending = core::mem::take(&mut self.pending).into_iter();
        let durable = pending.filter(|Pending { writes, syncs, unsynced, .. }| {
            // A write that no engine counts is not known to be durable before a sync.
            let counted = !writes || *unsynced > 0;
            *syncs < self.syncs || (counted && *unsynced <= kept)
        });
        durable.map(|Pending { tx, answer, .. }| (tx, answer)).collect()
    }

    /// What a person is told stands for what they find in the app, and that lies in this store: of
    /// what is durable nothing stays untold. Frames and answers that waited with it are lost.
    fn keep_untold(&mut self, durable: &[(TxId, Answer)]) {
        for (tx, _) in durable.iter().filter(|(_, answer)| matches!(answer, Answer::Done(_))) {
            let held = self.held.remove(tx).unwrap_or_default();
            self.unheard.extend(held.into_iter().filter(|act| matches!(act, Act::Event(_))));
        }
    }

    /// What the person finds when the node starts again.
    pub(super) fn unheard(&mut self) -> Vec<Act<E>> {
        core::mem::take(&mut self.unheard)
    }

    /// Everything since the last sync is lost where this one fails, and answered so.
    fn sync(&mut self) -> Result<(), Refusal> {
        let done = self.disk.sync();
        if let Err(refusal) = done {
            let lost = self.pending.iter_mut().filter(|pending| pending.syncs == self.syncs);
            lost.for_each(|pending| pending.answer = Answer::Unavailable(refusal));
        }
        self.syncs = self.syncs.saturating_add(1);
        self.dirty = false;
        done
    }

    pub(super) fn standing(&self, tx: TxId) -> Standing {
        if self.failed.contains(&tx) {
            Standing::Failed
        } else if tx <= self.answered || planted(self.mutant, Mutant::EffectBeforeTransaction) {
            Standing::Durable
        } else {
            Standing::UnderWay
        }
    }

    pub(super) fn hold(&mut self, tx: TxId, act: Act<E>) {
        self.held.entry(tx).or_default().push(act);
    }

    /// Applies a transaction; its answer comes with [`Timer::Answer`].
    pub(super) fn apply(&mut self, tx: TxId, transaction: Transaction, port: &mut Port<'_>) {
        let writes = !transaction.is_read_only();
        self.unguarded = self.unguarded.saturating_add(unguarded(&transaction));
        if let Some(remote) = &mut self.remote {
            self.drawn = self.drawn.saturating_add(1);
            return remote.transact(tx, transaction, port);
        }
        let wall = port.now().wall;
        self.strains.longest_content =
            self.strains.longest_content.max(longest(&transaction, wall));
        let answers = self.disk.apply(core::slice::from_ref(&transaction), wall);
        // An engine answers each transaction; one that does not has done nothing that we know of.
        let answer = answers.into_iter().next().unwrap_or(Answer::Unavailable(Refusal::ReadOnly));
        if let Answer::Done(values) = &answer {
            self.dirty |= writes;
            show_writes(&transaction, values, port);
        }
        if let Answer::Unavailable(refusal) = &answer {
            port.refused_by_disk(*refusal);
        }
        let latency = if writes { &self.timing.sync } else { &self.timing.read };
        let after = latency.sample(port.store_word(self.drawn)).max(Micros(1));
        let after = Micros(after.0.saturating_add(port.slower_disk().0));
        self.drawn = self.drawn.saturating_add(1);
        self.last_due = self.last_due.max(port.time().after(after));
        let (syncs, unsynced) = (self.syncs, self.disk.unsynced());
        self.pending.push_back(Pending { tx, answer, writes, syncs, unsynced });
        port.remind(self.last_due.since(port.time()), Timer::Answer(tx.0));
        if writes {
            self.plan_sweep(port);
        }
    }

    /// The next transaction is durable, or has failed: its answer and the effects that may leave.
    pub(super) fn answer(&mut self, tx: TxId) -> Option<(Answer, Vec<Act<E>>)> {
        let mut pending = self.pending.pop_front_if(|pending| pending.tx == tx)?;
        let late = planted(self.mutant, Mutant::SyncLate) && !tx.0.is_multiple_of(8);
        if pending.writes
            && self.dirty
            && !late
            && let Err(refusal) = self.sync()
        {
            pending.answer = Answer::Unavailable(refusal);
        }
        Some(self.settle(tx, pending.answer))
    }

    /// A transaction has ended: its answer and the effects that may leave.
    pub(super) fn settle(&mut self, tx: TxId, answer: Answer) -> (Answer, Vec<Act<E>>) {
        self.answered = tx;
        let waited = self.held.remove(&tx).unwrap_or_default();
        if self.pending.is_empty() {
            // Not its room: most nodes are at rest nearly always.
            self.pending = VecDeque::new();
        }
        if self.held.is_empty() {
            self.held = BTreeMap::new();
        }
        match answer {
            Answer::Done(_) => (answer, waited),
            Answer::Conflict { .. } | Answer::Unavailable(_) => {
                let conflict = matches!(answer, Answer::Conflict { .. });
                let Strains { conflicts, unavailable, .. } = &mut self.strains;
                let count = if conflict { conflicts } else { unavailable };
                *count = count.saturating_add(1);
                self.failed.insert(tx);
                (answer, Vec::new())
            }
        }
    }

    /// Sees to it that rows which expire are swept.
    pub(super) fn plan_sweep(&mut self, port: &mut Port<'_>) {
        if planted(self.mutant, Mutant::SweepOff) {
            return;
        }
        let Some(expiry) = self.disk.next_expiry() else { return };
        let after = expiry.after(SWEEP_AFTER).since(port.now().wall).max(Micros(1));
        let at = port.time().after(after);
        if self.sweep_at.is_none_or(|planned| planned > at) {
            self.sweep_at = Some(at);
            port.remind(after, Timer::Sweep);
        }
    }

    /// Sweeps, unless the sweep was put off or brought forward meanwhile.
    pub(super) fn sweep(&mut self, port: &mut Port<'_>) -> bool {
        // A paused node is late for its reminders.
        if self.sweep_at.is_none_or(|planned| planned > port.time()) {
            return false;
        }
        self.sweep_at = None;
        for (class, rows) in self.disk.sweep(port.now().wall) {
            let swept = self.swept.entry(class).or_default();
            *swept = swept.saturating_add(rows);
        }
        // What a sync that failed has lost waits for its answers; the sweep comes again.
        let _lost = self.sync();
        self.plan_sweep(port);
        true
    }
}

/// The longest that message content in `transaction` is to be kept.
fn longest(transaction: &Transaction, now: UnixMicros) -> Micros {
    let spans = transaction.ops.iter().filter_map(|op| match op {
        Op::Put(row) | Op::Append(row) if row.class == DataClass::MessageContent => {
            match row.keep {
                Keep::For(span) => Some(span),
                Keep::Until(moment) => Some(moment.since(now)),
                Keep::Never(_) => None,
            }
        }
        Op::Put(_)
        | Op::Append(_)
        | Op::Get(_)
        | Op::Delete(_)
        | Op::Scan { .. }
        | Op::TakeFirst(_) => None,
    });
    spans.max().unwrap_or_default()
}

/// Writes of ratchet state in `transaction` without a check of the revision they build on.
fn unguarded(transaction: &Transaction) -> u64 {
    let puts = transaction.ops.iter().filter_map(|op| match op {
        Op::Put(row) if row.class == DataClass::RatchetState => Some(&row.key),
        Op::Put(_)
        | Op::Append(_)
        | Op::Get(_)
        | Op::Delete(_)
        | Op::Scan { .. }
        | Op::TakeFirst(_) => None,
    });
    let checked = |key: &store::Key| transaction.checks.iter().any(|check| check.key == *key);
    puts.filter(|key| !checked(key)).count() as u64
}

/// Whether somebody may want to know that a row of this table is gone.
fn is_queue(key: &store::Key) -> bool {
    depths::queue(key.as_bytes()).is_some()
}

fn show_writes(transaction: &Transaction, values: &[Value], port: &mut Port<'_>) {
    if !port.is_viewed() {
        return;
    }
    for (op, value) in transaction.ops.iter().zip(values) {
        let show = |row: &Row, key: &[u8], port: &mut Port<'_>| {
            port.show_row(row.class, key, &row.value);
        };
        match (op, value) {
            (Op::Append(row), Value::Appended(key)) => show(row, key.as_bytes(), port),
            (Op::Put(row) | Op::Append(row), _) => show(row, row.key.as_bytes(), port),
            (Op::Delete(key), _) if is_queue(key) => port.show_erased(key.as_bytes()),
            (Op::Get(_) | Op::Delete(_) | Op::Scan { .. } | Op::TakeFirst(_), _) => {}
        }
    }
}
