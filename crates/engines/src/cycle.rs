//! What an engine does at most: the raw cycle of insert, read and delete that a relay is measured
//! against.

use store::{Answer, Engine, Key, Op, Revision, Row, Transaction, Value};
use vocab::{DataClass, Keep, Micros, UnixMicros};

use crate::commit::commit;

/// One cycle: `batch` rows come into queues, are read, and are deleted, each in one commit.
#[derive(Clone, Copy, Debug)]
pub struct Cycle {
    /// Rows of one commit, from 1.
    pub batch: u64,
    /// Queues that they are spread over evenly, from 1.
    pub queues: u64,
    /// Bytes of each value.
    pub bytes: usize,
}

impl Cycle {
    /// Runs one cycle; how many rows went through it, which is `batch` unless the engine refused.
    pub fn run(&self, engine: &mut dyn Engine, now: UnixMicros) -> u64 {
        let one = |op| Transaction { checks: Vec::new(), ops: vec![op] };
        let inserts: Vec<_> = (0..self.batch).map(|place| self.insert(place)).collect();
        let appended = commit(engine, &inserts, now).into_iter().filter_map(key);
        let keys: Vec<Key> = appended.collect();
        let reads: Vec<_> = keys.iter().map(|key| one(Op::Get(key.clone()))).collect();
        let found = commit(engine, &reads, now).into_iter().filter(is_row).count();
        let deletes: Vec<_> = keys.into_iter().map(|key| one(Op::Delete(key))).collect();
        let gone = commit(engine, &deletes, now).into_iter();
        let gone = gone.filter(|answer| matches!(answer, Answer::Done(_))).count();
        u64::try_from(found.min(gone)).unwrap_or(u64::MAX)
    }

    fn insert(&self, place: u64) -> Transaction {
        // Queues as a transport has them: a table, sixteen bytes for whose, one for which device.
        let queue = place.checked_rem(self.queues).unwrap_or_default();
        let owner = queue.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        let row = Row {
            key: Key::table("mail").with(&owner).with(&owner).with(&[1]),
            revision: Revision(1),
            value: vec![0x5a; self.bytes],
            class: DataClass::MessageContent,
            keep: Keep::For(Micros::days(30)),
        };
        Transaction { checks: Vec::new(), ops: vec![Op::Append(row)] }
    }
}

/// The key that an append gave.
fn key(answer: Answer) -> Option<Key> {
    let Answer::Done(values) = answer else { return None };
    match values.into_iter().next()? {
        Value::Appended(key) => Some(key),
        Value::Row(_) | Value::Rows(_) | Value::Written => None,
    }
}

fn is_row(answer: &Answer) -> bool {
    matches!(answer, Answer::Done(values) if matches!(values.as_slice(), [Value::Row(Some(_))]))
}
