//! A random walk beside a reference that is too simple to be wrong: one list of rows, searched from
//! its start, and a copy of the list for what is durable.

use alloc::{format, string::String, vec::Vec};

use vocab::{DataClass, Keep, Micros, Reason, UnixMicros, sample};

use super::{
    Case, CrashableEngine,
    bed::{START, Verdict, holds, same, synced},
};
use crate::{
    key::Key,
    transaction::{Answer, Check, Expect, Op, Revision, Row, Stored, Transaction, Value},
};

pub(super) const CASES: &[Case] = &[Case {
    id: "model",
    shows: "5,000 random steps with crashes and sweeps answer as the simplest store would.",
    check: |engine| model_check(engine, 1, 5_000),
}];

/// Walks `steps` random steps from `seed` on an empty store, and compares every answer with the
/// reference's.
///
/// # Errors
///
/// The step at which they differ, and how.
pub fn model_check(engine: &mut dyn CrashableEngine, seed: u64, steps: u32) -> Result<(), String> {
    let mut walk = Walk {
        dice: Dice(seed),
        now: START,
        rows: Reference::default(),
        durable: Reference::default(),
    };
    for step in 0..steps {
        walk.step(engine).map_err(|found| format!("seed {seed}, step {step}: {found}"))?;
    }
    Ok(())
}

struct Walk {
    dice: Dice,
    now: UnixMicros,
    rows: Reference,
    durable: Reference,
}

impl Walk {
    fn step(&mut self, engine: &mut dyn CrashableEngine) -> Verdict {
        // Short steps and short lives, so that many reads fall on the very moment of an expiry.
        self.now = self.now.after(Micros(self.dice.below(3)));
        match self.dice.below(20) {
            0 => {
                engine.crash();
                self.rows = self.durable.clone();
            }
            1 | 2 => {
                synced(engine)?;
                self.durable = self.rows.clone();
            }
            3 => {
                engine.sweep(self.now);
                self.rows.sweep(self.now);
                let mut keys = Vec::new();
                engine.visit(&mut |row| keys.push((row.key.clone(), row.revision, row.class)));
                keys.sort();
                same("rows with bytes after a sweep", &keys, &self.rows.raw())?;
                same("the next expiry", &engine.next_expiry(), &self.rows.next_expiry())?;
            }
            _ => self.transact(engine)?,
        }
        let everything = Op::Scan { prefix: Key::default(), after: None, limit: usize::MAX };
        let look = Transaction { checks: Vec::new(), ops: [everything].into() };
        let expected = Answer::Done([Value::Rows(self.rows.readable(self.now))].into());
        same("all rows", &engine.apply(&[look], self.now), &[expected].to_vec())
    }

    fn transact(&mut self, engine: &mut dyn CrashableEngine) -> Verdict {
        let count = self.dice.below(3).saturating_add(1);
        let batch: Vec<_> = (0..count).map(|_| self.transaction()).collect();
        let answers = engine.apply(&batch, self.now);
        same("answers", &answers.len(), &batch.len())?;
        for (transaction, found) in batch.iter().zip(&answers) {
            let expected = self.rows.apply(transaction, found, self.now)?;
            same(&format!("the answer to {transaction:?}"), found, &expected)?;
        }
        Ok(())
    }

    fn transaction(&mut self) -> Transaction {
        let (checks, ops) = (self.dice.below(3), self.dice.below(4).saturating_add(1));
        Transaction {
            checks: (0..checks).map(|_| self.check()).collect(),
            ops: (0..ops).map(|_| self.op()).collect(),
        }
    }

    fn check(&mut self) -> Check {
        let key = self.key();
        let there = self.rows.get(&key, self.now).map(|line| line.revision);
        let expect = match (self.dice.below(6), there) {
            (0, _) => Expect::Absent,
            (1, _) => Expect::At(Revision(self.dice.below(4))),
            (_, Some(revision)) => Expect::At(revision),
            (_, None) => Expect::Absent,
        };
        Check { key, expect }
    }

    fn op(&mut self) -> Op {
        match self.dice.below(12) {
            0..=3 => Op::Put(self.row()),
            4 => Op::Delete(self.key()),
            5 | 6 => Op::Append(Row { key: Key::table("a"), ..self.row() }),
            7 | 8 => Op::TakeFirst(self.prefix()),
            9 => {
                let after = (self.dice.below(2) == 0).then(|| self.key());
                let limit = usize::try_from(self.dice.below(5)).unwrap_or_default();
                Op::Scan { prefix: self.prefix(), after, limit }
            }
            _ => Op::Get(self.key()),
        }
    }

    fn row(&mut self) -> Row {
        let keep = match self.dice.below(3) {
            0 => Keep::Never(Reason::UntilDone),
            1 => Keep::For(Micros(self.dice.below(30))),
            _ => Keep::Until(self.now.after(Micros(self.dice.below(30)))),
        };
        let length = usize::try_from(self.dice.below(9)).unwrap_or_default();
        let value = self.dice.next().to_be_bytes().into_iter().take(length).collect();
        let class = DataClass::TABLE.into_iter().cycle().nth(length).unwrap_or(DataClass::Audit);
        let revision = Revision(self.dice.below(4));
        Row { key: self.key(), revision, value, class, keep }
    }

    fn key(&mut self) -> Key {
        let table = if self.dice.below(2) == 0 { "b" } else { "bc" };
        Key::table(table).with(&[if self.dice.below(2) == 0 { 0 } else { 0xff }])
    }

    fn prefix(&mut self) -> Key {
        match self.dice.below(5) {
            0 => Key::from_bytes(b"b".to_vec()),
            1 => Key::table("b"),
            2 => self.key(),
            _ => Key::table("a"),
        }
    }
}

/// The simplest store.
#[derive(Clone, Default)]
struct Reference {
    lines: Vec<Line>,
    last_number: u64,
}

#[derive(Clone)]
struct Line {
    key: Key,
    revision: Revision,
    value: Vec<u8>,
    class: DataClass,
    expires: Option<UnixMicros>,
}

impl Reference {
    /// What the answer must be. The number of an appended row is the store's choice: it is taken
    /// from `found` and must be greater than all before it.
    fn apply(
        &mut self,
        transaction: &Transaction,
        found: &Answer,
        now: UnixMicros,
    ) -> Result<Answer, String> {
        let broken = transaction.checks.iter().position(|check| {
            let there = self.get(&check.key, now).map(|line| line.revision);
            match check.expect {
                Expect::Absent => there.is_some(),
                Expect::At(revision) => there != Some(revision),
            }
        });
        if let Some(check) = broken {
            return Ok(Answer::Conflict { check });
        }
        let Answer::Done(values) = found else {
            return Err(format!("{transaction:?} was to be done and was answered {found:?}"));
        };
        same("values", &values.len(), &transaction.ops.len())?;
        let ops = transaction.ops.iter().zip(values);
        Ok(Answer::Done(
            ops.map(|(op, value)| self.perform(op, value, now)).collect::<Result<_, _>>()?,
        ))
    }

    fn perform(&mut self, op: &Op, found: &Value, now: UnixMicros) -> Result<Value, String> {
        Ok(match op {
            Op::Get(key) => Value::Row(self.get(key, now).map(Line::stored)),
            Op::Put(row) => {
                self.put(row.key.clone(), row, now);
                Value::Written
            }
            Op::Delete(key) => {
                self.lines.retain(|line| line.key != *key);
                Value::Written
            }
            Op::Append(row) => {
                let Value::Appended(key) = found else {
                    return Err(format!("an append answered {found:?}"));
                };
                let number = key.last_number().unwrap_or_default();
                same("the key", key, &row.key.clone().with_number(number))?;
                holds("the number is new", number > self.last_number)?;
                self.last_number = number;
                self.put(key.clone(), row, now);
                Value::Appended(key.clone())
            }
            Op::Scan { prefix, after, limit } => {
                let mut rows = self.readable(now);
                rows.retain(|row| row.key.starts_with(prefix) && Some(&row.key) > after.as_ref());
                rows.truncate(*limit);
                Value::Rows(rows)
            }
            Op::TakeFirst(prefix) => {
                let rows = self.readable(now);
                let first = rows.into_iter().find(|row| row.key.starts_with(prefix));
                self.lines.retain(|line| Some(&line.key) != first.as_ref().map(|row| &row.key));
                Value::Row(first)
            }
        })
    }

    fn get(&self, key: &Key, now: UnixMicros) -> Option<&Line> {
        self.lines.iter().find(|line| line.key == *key && !line.is_over(now))
    }

    fn put(&mut self, key: Key, row: &Row, now: UnixMicros) {
        self.lines.retain(|line| line.key != key);
        let expires = match row.keep {
            Keep::For(span) => Some(now.after(span)),
            Keep::Until(moment) => Some(moment),
            Keep::Never(_) => None,
        };
        let (revision, value, class) = (row.revision, row.value.clone(), row.class);
        self.lines.push(Line { key, revision, value, class, expires });
    }

    fn readable(&self, now: UnixMicros) -> Vec<Stored> {
        let readable = self.lines.iter().filter(|line| !line.is_over(now));
        let mut rows: Vec<_> = readable.map(Line::stored).collect();
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        rows
    }

    fn sweep(&mut self, now: UnixMicros) {
        self.lines.retain(|line| !line.is_over(now));
    }

    fn raw(&self) -> Vec<(Key, Revision, DataClass)> {
        let rows = self.lines.iter().map(|line| (line.key.clone(), line.revision, line.class));
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows
    }

    fn next_expiry(&self) -> Option<UnixMicros> {
        self.lines.iter().filter_map(|line| line.expires).min()
    }
}

impl Line {
    fn is_over(&self, now: UnixMicros) -> bool {
        self.expires.is_some_and(|moment| moment <= now)
    }

    fn stored(&self) -> Stored {
        let (key, value) = (self.key.clone(), self.value.clone());
        Stored { key, revision: self.revision, value, expires: self.expires }
    }
}

/// Random words from a seed: a counter, mixed as SplitMix64 does (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = self.0;
        let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    const fn below(&mut self, bound: u64) -> u64 {
        sample::below(self.next(), bound)
    }
}
