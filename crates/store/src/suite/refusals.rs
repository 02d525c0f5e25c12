//! What a store refuses, and that it does nothing then.

use alloc::{vec, vec::Vec};

use vocab::limits::{MAX_ROW_KEY, MAX_ROW_VALUE};

use super::{
    Case, CrashableEngine,
    bed::{Bed, FOR_GOOD, Verdict, key, put, row, same},
};
use crate::{
    key::Key,
    transaction::{Answer, Op, Refusal, Transaction, Value},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "row-limits",
        shows: "Keys and values are taken up to their limits and refused one byte beyond.",
        check: row_limits,
    },
    Case {
        id: "unavailable-does-nothing",
        shows: "A transaction that is refused for one row does nothing with the others.",
        check: unavailable_does_nothing,
    },
    Case {
        id: "read-only",
        shows: "A read-only store reads, refuses every change, and takes them again later.",
        check: read_only,
    },
];

fn row_limits(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let long = |bytes| Key::from_bytes(vec![b'k'; bytes]);
    let refused = Answer::Unavailable(Refusal::RowTooLarge);
    let mut alone = |op| bed.answer(Transaction { checks: Vec::new(), ops: [op].into() });
    let done = Answer::Done([Value::Written].into());
    same("the longest key", &alone(put(&long(MAX_ROW_KEY), 1, b""))?, &done)?;
    let beyond = MAX_ROW_KEY.saturating_add(1);
    same("a longer key", &alone(put(&long(beyond), 1, b""))?, &refused)?;
    let value = vec![7; MAX_ROW_VALUE.saturating_add(1)];
    let longest = value.split_last().map(|(_, rest)| rest).unwrap_or_default();
    same("the longest value", &alone(put(&key("a"), 1, longest))?, &done)?;
    same("a longer value", &alone(put(&key("b"), 1, &value))?, &refused)?;
    let queue = long(MAX_ROW_KEY.saturating_sub(8));
    let append = |queue: &Key, value: &[u8]| Op::Append(row(queue, 1, value, FOR_GOOD));
    let appended = matches!(alone(append(&queue, &[]))?, Answer::Done(_));
    same("whether the longest queue's key is taken", &appended, &true)?;
    same("a longer queue", &alone(append(&queue.with(b"k"), &[]))?, &refused)?;
    same("a longer value in a queue", &alone(append(&key("q"), &value))?, &refused)?;
    same("the longest row", &bed.value(&key("a"))?, &Some(longest.to_vec()))?;
    same("the refused row", &bed.get(&key("b"))?, &None)
}

fn unavailable_does_nothing(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"before")?;
    let too_long = Key::from_bytes(vec![b'k'; MAX_ROW_KEY.saturating_add(1)]);
    let refused = Transaction {
        checks: Vec::new(),
        ops: [
            put(&key("a"), 2, b"after"),
            put(&key("b"), 1, b"new"),
            put(&too_long, 1, b""),
            Op::Delete(key("a")),
        ]
        .into(),
    };
    let next = Transaction { checks: Vec::new(), ops: [put(&key("c"), 1, b"")].into() };
    let mut answers = bed.answers(&[refused, next])?;
    same("the first", &answers.next(), &Some(Answer::Unavailable(Refusal::RowTooLarge)))?;
    same("its neighbour", &answers.next(), &Some(Answer::Done([Value::Written].into())))?;
    same("the row", &bed.value(&key("a"))?, &Some(b"before".to_vec()))?;
    same("the rows", &bed.raw(), &["a", "c"].map(key).to_vec())
}

fn read_only(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"before")?;
    bed.sync()?;
    bed.engine.set_read_only(true);
    let changes = [
        put(&key("a"), 2, b"after"),
        Op::Delete(key("a")),
        Op::Append(row(&key("q"), 1, b"", FOR_GOOD)),
        Op::TakeFirst(key("")),
    ];
    for change in changes {
        let answer = bed.answer(Transaction { checks: Vec::new(), ops: [change].into() })?;
        same("a change", &answer, &Answer::Unavailable(Refusal::ReadOnly))?;
    }
    same("the row", &bed.value(&key("a"))?, &Some(b"before".to_vec()))?;
    same("the rows", &bed.keys(&key(""))?, &[key("a")].to_vec())?;
    bed.engine.set_read_only(false);
    bed.put(&key("a"), 2, b"after")?;
    same("the row after", &bed.value(&key("a"))?, &Some(b"after".to_vec()))
}
