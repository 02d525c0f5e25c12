//! The suite can fail: each broken engine here is caught, and by the case that promises it.

#![expect(clippy::wildcard_enum_match_arm, reason = "an arm names the mistake that it makes")]

use alloc::{boxed::Box, collections::BTreeSet, vec, vec::Vec};

use vocab::{DataClass, Keep, Micros, Reason, UnixMicros};

use super::{
    CrashableEngine,
    bed::{START, key, put},
    cases, model_check, run,
};
use crate::{Answer, Engine, Expect, Memory, Op, RawRow, Refusal, Transaction, Value};

/// One mistake of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    LostWrite,
    PartialTransaction,
    TakeFirstTwice,
    RevisionIgnored,
    ExpiryIgnored,
    ExpiryOneMicrosecondLate,
    SyncForgotten,
    NothingIsEverLost,
    ConflictEndsTheBatch,
    ConflictNamesTheFirstCheck,
    QueueNumberReused,
    TakenRowsOfASyncComeBack,
    ReadsSeeOnlyWhatWasBefore,
    CursorIncluded,
    SweepOff,
    SweepTakesAll,
    ReadOnlyIgnored,
    RefusedButDone,
    TornTransaction,
}

/// A memory engine that makes one mistake.
struct Broken {
    inner: Memory,
    mistake: Mistake,
    read_only: bool,
    puts: u32,
    taken: Vec<crate::Row>,
}

impl Broken {
    fn new(mistake: Mistake) -> Self {
        Self { inner: Memory::new(), mistake, read_only: false, puts: 0, taken: Vec::new() }
    }

    fn inner(&mut self, transaction: Transaction, now: UnixMicros) -> Answer {
        self.inner.apply(&[transaction], now).remove(0)
    }

    fn one(&mut self, op: Op, now: UnixMicros) -> Value {
        match self.inner(Transaction { checks: Vec::new(), ops: vec![op] }, now) {
            Answer::Done(mut values) => values.remove(0),
            other => panic!("{other:?}"),
        }
    }

    /// Does the operations of a transaction that holds, one by one and with the mistake.
    fn perform(&mut self, transaction: &Transaction, now: UnixMicros) -> Answer {
        let checks = transaction.checks.clone();
        match self.inner(Transaction { checks, ops: Vec::new() }, now) {
            Answer::Done(_) => {}
            refused => return refused,
        }
        let before = Memory::restore(self.inner.snapshot());
        let values = transaction.ops.iter().map(|op| self.perform_one(op, &before, now)).collect();
        Answer::Done(values)
    }

    fn perform_one(&mut self, op: &Op, before: &Memory, now: UnixMicros) -> Value {
        match (self.mistake, op) {
            (Mistake::LostWrite, Op::Put(_)) if self.every_fifth() => Value::Written,
            (Mistake::TakeFirstTwice, Op::TakeFirst(prefix)) => {
                let scan = Op::Scan { prefix: prefix.clone(), after: None, limit: 1 };
                let Value::Rows(rows) = self.one(scan, now) else { panic!("no rows") };
                Value::Row(rows.into_iter().next())
            }
            (Mistake::ExpiryIgnored, Op::Put(row)) => {
                let keep = Keep::Never(Reason::UntilDone);
                self.one(Op::Put(crate::Row { keep, ..row.clone() }), now)
            }
            (Mistake::QueueNumberReused, Op::Append(row)) => {
                let prefix = row.key.clone();
                let all = self.one(Op::Scan { prefix, after: None, limit: 1_000 }, now);
                let Value::Rows(rows) = all else { panic!("no rows") };
                let last = rows.last().and_then(|row| row.key.last_number()).unwrap_or(0);
                let key = row.key.clone().with_number(last + 1);
                self.one(Op::Put(crate::Row { key: key.clone(), ..row.clone() }), now);
                Value::Appended(key)
            }
            (Mistake::TakenRowsOfASyncComeBack, Op::TakeFirst(_)) => {
                let value = self.one(op.clone(), now);
                if let Value::Row(Some(row)) = &value {
                    self.taken.push(crate::Row {
                        key: row.key.clone(),
                        revision: row.revision,
                        value: row.value.clone(),
                        class: DataClass::Audit,
                        keep: Keep::Never(Reason::UntilDone),
                    });
                }
                value
            }
            (Mistake::ReadsSeeOnlyWhatWasBefore, Op::Get(_) | Op::Scan { .. }) => {
                let read = Transaction { checks: Vec::new(), ops: vec![op.clone()] };
                let mut before = Memory::restore(before.snapshot());
                match before.apply(&[read], now).remove(0) {
                    Answer::Done(mut values) => values.remove(0),
                    other => panic!("{other:?}"),
                }
            }
            (Mistake::CursorIncluded, Op::Scan { prefix, after: Some(after), limit }) => {
                let scan = Op::Scan { prefix: prefix.clone(), after: None, limit: 1_000 };
                let Value::Rows(mut rows) = self.one(scan, now) else { panic!("no rows") };
                rows.retain(|row| row.key >= *after);
                rows.truncate(*limit);
                Value::Rows(rows)
            }
            (_, op) => self.one(op.clone(), now),
        }
    }

    const fn every_fifth(&mut self) -> bool {
        self.puts += 1;
        self.puts.is_multiple_of(5)
    }

    fn transact(&mut self, transaction: &Transaction, now: UnixMicros) -> Answer {
        match self.mistake {
            Mistake::PartialTransaction => {
                let answer = self.inner(transaction.clone(), now);
                if let (Answer::Conflict { .. }, Some(first)) = (&answer, transaction.ops.first()) {
                    self.one(first.clone(), now);
                }
                answer
            }
            Mistake::RevisionIgnored => {
                let mut lax = transaction.clone();
                lax.checks.retain(|check| check.expect == Expect::Absent);
                self.inner(lax, now)
            }
            // Writes are dated right; reads look a microsecond into the past.
            Mistake::ExpiryOneMicrosecondLate if transaction.is_read_only() => {
                self.inner(transaction.clone(), UnixMicros(now.0 - 1))
            }
            Mistake::ConflictNamesTheFirstCheck => match self.inner(transaction.clone(), now) {
                Answer::Conflict { .. } => Answer::Conflict { check: 0 },
                answer => answer,
            },
            Mistake::RefusedButDone => {
                let answer = self.inner(transaction.clone(), now);
                if answer == Answer::Unavailable(Refusal::RowTooLarge) {
                    for op in &transaction.ops {
                        let part = Transaction { checks: Vec::new(), ops: vec![op.clone()] };
                        self.inner(part, now);
                    }
                }
                answer
            }
            Mistake::LostWrite
            | Mistake::TakeFirstTwice
            | Mistake::ExpiryIgnored
            | Mistake::QueueNumberReused
            | Mistake::TakenRowsOfASyncComeBack
            | Mistake::ReadsSeeOnlyWhatWasBefore
            | Mistake::CursorIncluded
                if !self.read_only && transaction.ops.iter().all(is_short) =>
            {
                self.perform(transaction, now)
            }
            _ => self.inner(transaction.clone(), now),
        }
    }
}

fn is_short(op: &Op) -> bool {
    match op {
        Op::Put(row) | Op::Append(row) => row.key.as_bytes().len() < 200 && row.value.len() < 1_000,
        Op::Get(_) | Op::Delete(_) | Op::Scan { .. } | Op::TakeFirst(_) => true,
    }
}

impl Engine for Broken {
    fn apply(&mut self, transactions: &[Transaction], now: UnixMicros) -> Vec<Answer> {
        let mut answers = Vec::new();
        for transaction in transactions {
            let ended = self.mistake == Mistake::ConflictEndsTheBatch
                && answers.iter().any(|answer| matches!(answer, Answer::Conflict { .. }));
            answers.push(if ended {
                Answer::Conflict { check: 0 }
            } else {
                self.transact(transaction, now)
            });
        }
        if self.mistake == Mistake::NothingIsEverLost {
            self.inner.sync();
        }
        answers
    }

    fn sync(&mut self) -> Result<(), Refusal> {
        if self.mistake != Mistake::SyncForgotten {
            self.inner.sync();
        }
        Ok(())
    }

    fn sweep(&mut self, now: UnixMicros) -> Vec<(DataClass, u64)> {
        match self.mistake {
            Mistake::SweepOff => Vec::new(),
            Mistake::SweepTakesAll => self.inner.sweep(now.after(Micros::days(99))),
            _ => self.inner.sweep(now),
        }
    }

    fn next_expiry(&self) -> Option<UnixMicros> {
        self.inner.next_expiry()
    }

    fn visit(&self, visit: &mut dyn FnMut(RawRow<'_>)) {
        self.inner.visit(visit);
    }
}

impl CrashableEngine for Broken {
    fn crash(&mut self) {
        self.inner.crash();
        for row in core::mem::take(&mut self.taken) {
            self.one(Op::Put(row), UnixMicros(0));
        }
    }

    fn crash_torn(&mut self, keep: usize) -> usize {
        let kept = CrashableEngine::crash_torn(&mut self.inner, keep);
        if self.mistake == Mistake::TornTransaction {
            let half = put(&key("left"), kept as u64 + 1, b"torn");
            self.one(half, START);
            self.inner.sync();
        }
        kept
    }

    fn set_read_only(&mut self, read_only: bool) {
        if self.mistake != Mistake::ReadOnlyIgnored {
            self.read_only = read_only;
            self.inner.set_read_only(read_only);
        }
    }
}

/// Asserts that an engine with `mistake` fails the case `by`, whatever else it fails.
fn is_caught(mistake: Mistake, by: &str) {
    let report = run(&mut || Box::new(Broken::new(mistake)) as Box<dyn CrashableEngine>);
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.contains(&by), "{mistake:?} was caught by {failed:?} and not by {by}");
    assert!(failed.len() < cases().count(), "{mistake:?} breaks everything, so it shows nothing");
}

#[test]
fn an_engine_that_loses_a_write_is_caught() {
    is_caught(Mistake::LostWrite, "what-is-written-is-read");
}

#[test]
fn an_engine_that_does_part_of_a_refused_transaction_is_caught() {
    is_caught(Mistake::PartialTransaction, "all-or-none");
}

#[test]
fn an_engine_that_gives_a_row_to_two_takers_is_caught() {
    is_caught(Mistake::TakeFirstTwice, "take-first-once");
}

#[test]
fn an_engine_that_ignores_revisions_is_caught() {
    is_caught(Mistake::RevisionIgnored, "expect-revision");
}

#[test]
fn an_engine_that_ignores_expiry_is_caught() {
    is_caught(Mistake::ExpiryIgnored, "expiry-moment");
}

#[test]
fn an_engine_whose_rows_live_one_microsecond_too_long_is_caught() {
    is_caught(Mistake::ExpiryOneMicrosecondLate, "expiry-moment");
}

#[test]
fn an_engine_that_loses_what_was_synced_is_caught() {
    is_caught(Mistake::SyncForgotten, "sync-outlives-a-crash");
}

#[test]
fn an_engine_that_keeps_what_was_not_synced_is_caught() {
    is_caught(Mistake::NothingIsEverLost, "crash-loses-what-was-not-synced");
}

#[test]
fn an_engine_that_refuses_the_neighbours_of_a_conflict_is_caught() {
    is_caught(Mistake::ConflictEndsTheBatch, "conflict-spares-neighbours");
}

#[test]
fn an_engine_that_names_the_wrong_check_is_caught() {
    is_caught(Mistake::ConflictNamesTheFirstCheck, "conflict-names-its-check");
}

#[test]
fn an_engine_that_gives_a_queue_number_again_is_caught() {
    is_caught(Mistake::QueueNumberReused, "queue-numbers-grow");
    is_caught(Mistake::QueueNumberReused, "queue-numbers-outlive-a-crash");
}

#[test]
fn an_engine_that_brings_taken_rows_back_after_a_crash_is_caught() {
    is_caught(Mistake::TakenRowsOfASyncComeBack, "take-first-once-over-a-crash");
}

#[test]
fn an_engine_whose_reads_miss_the_writes_before_them_is_caught() {
    is_caught(Mistake::ReadsSeeOnlyWhatWasBefore, "reads-see-earlier-writes");
}

#[test]
fn an_engine_that_reads_the_row_at_the_cursor_again_is_caught() {
    is_caught(Mistake::CursorIncluded, "scan-cursor");
}

#[test]
fn an_engine_that_does_not_sweep_is_caught() {
    is_caught(Mistake::SweepOff, "sweep-removes-bytes");
}

#[test]
fn an_engine_that_sweeps_living_rows_is_caught() {
    is_caught(Mistake::SweepTakesAll, "sweep-removes-bytes");
}

#[test]
fn an_engine_that_writes_while_it_is_read_only_is_caught() {
    is_caught(Mistake::ReadOnlyIgnored, "read-only");
}

#[test]
fn an_engine_that_does_what_it_refused_is_caught() {
    is_caught(Mistake::RefusedButDone, "unavailable-does-nothing");
}

#[test]
fn an_engine_that_keeps_half_a_transaction_is_caught() {
    is_caught(Mistake::TornTransaction, "torn-crash-keeps-whole-transactions");
}

#[test]
fn the_random_walk_alone_catches_what_breaks_ordinary_work() {
    for mistake in [
        Mistake::LostWrite,
        Mistake::PartialTransaction,
        Mistake::TakeFirstTwice,
        Mistake::RevisionIgnored,
        Mistake::ExpiryIgnored,
        Mistake::ExpiryOneMicrosecondLate,
        Mistake::SyncForgotten,
        Mistake::NothingIsEverLost,
        Mistake::ConflictEndsTheBatch,
        Mistake::QueueNumberReused,
        Mistake::TakenRowsOfASyncComeBack,
        Mistake::ReadsSeeOnlyWhatWasBefore,
        Mistake::CursorIncluded,
        Mistake::SweepOff,
    ] {
        let found = model_check(&mut Broken::new(mistake), 1, 5_000);
        assert!(found.is_err(), "{mistake:?} was not noticed");
    }
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let names: BTreeSet<_> = cases().map(|case| case.id).collect();
    assert_eq!(names.len(), cases().count());
}

#[test]
fn a_report_says_what_was_expected_and_what_was_found() {
    let broken = || Box::new(Broken::new(Mistake::SweepOff)) as Box<dyn CrashableEngine>;
    let report = alloc::format!("{}", run(&mut { broken }));
    assert!(report.contains("FAIL sweep-removes-bytes: A sweep removes the bytes"), "{report}");
    assert!(report.contains("rows with bytes: expected [row/62, row/63"), "{report}");
    assert!(report.contains("pass scan-order"), "{report}");
}
