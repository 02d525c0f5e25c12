//! Reads: order, cursor, limit, prefix, and what a transaction sees of itself.

use alloc::vec::Vec;

use vocab::limits::MAX_ROWS_READ;

use super::{
    Case, CrashableEngine,
    bed::{Bed, Verdict, holds, key, put, same},
};
use crate::{
    key::Key,
    transaction::{Op, Stored, Value},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "reads-see-earlier-writes",
        shows: "A read sees the writes before it in its transaction and none behind it.",
        check: reads_see_earlier_writes,
    },
    Case {
        id: "scan-order",
        shows: "A scan answers in the order of the keys' bytes, whatever order they came in.",
        check: scan_order,
    },
    Case {
        id: "scan-prefix",
        shows: "A scan answers with exactly the rows whose keys begin with the prefix.",
        check: scan_prefix,
    },
    Case {
        id: "scan-cursor",
        shows: "A scan goes on behind its cursor, be there a row at the cursor or not.",
        check: scan_cursor,
    },
    Case {
        id: "scan-limit",
        shows: "A scan answers with at most its limit, and no more than one read may.",
        check: scan_limit,
    },
];

fn reads_see_earlier_writes(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"before")?;
    let all = || Op::Scan { prefix: key(""), after: None, limit: 10 };
    let values = bed.all(
        [
            Op::Get(key("a")),
            put(&key("a"), 2, b"after"),
            Op::Get(key("a")),
            put(&key("b"), 1, b"new"),
            all(),
            Op::Delete(key("a")),
            Op::Get(key("a")),
            Op::TakeFirst(key("")),
            all(),
        ]
        .into(),
    )?;
    let stored = |name, revision, value: &[u8]| Stored {
        key: key(name),
        revision: crate::Revision(revision),
        value: value.to_vec(),
        expires: None,
    };
    let expected = [
        Value::Row(Some(stored("a", 1, b"before"))),
        Value::Written,
        Value::Row(Some(stored("a", 2, b"after"))),
        Value::Written,
        Value::Rows([stored("a", 2, b"after"), stored("b", 1, b"new")].into()),
        Value::Written,
        Value::Row(None),
        Value::Row(Some(stored("b", 1, b"new"))),
        Value::Rows(Vec::new()),
    ];
    same("the values", &values, &expected.to_vec())
}

fn scan_order(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let table = Key::table("order");
    let sorted: [&[u8]; 7] = [b"", &[0], &[0, 0], &[0, 1], &[1], &[0x7f, 0xff], &[0xff]];
    let sorted = sorted.map(|part| table.clone().with(part)).to_vec();
    for place in [3, 6, 0, 5, 1, 4, 2] {
        let key = sorted.get(place).cloned().unwrap_or_default();
        bed.put(&key, 1, b"")?;
    }
    same("the keys", &bed.keys(&table)?, &sorted)
}

fn scan_prefix(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let high = |part: &[u8]| Key::from_bytes([0xff, 0xff].into()).with(part);
    let keys = [
        Key::table("a"),
        Key::table("a").with(b"1"),
        Key::table("a").with(&[0xff]),
        Key::table("ab").with(b"1"),
        Key::from_bytes(b"a".to_vec()),
        Key::from_bytes(b"b".to_vec()),
        high(b""),
        high(b"1"),
    ];
    for key in &keys {
        bed.put(key, 1, b"")?;
    }
    for prefix in keys.iter().cloned().chain([
        Key::from_bytes(Vec::new()),
        Key::from_bytes([0xff].into()),
        Key::from_bytes(b"ab".to_vec()),
        Key::from_bytes(b"c".to_vec()),
        high(b"2"),
    ]) {
        let mut expected = keys.to_vec();
        expected.retain(|key| key.starts_with(&prefix));
        expected.sort();
        same("the keys under a prefix", &bed.keys(&prefix)?, &expected)?;
    }
    Ok(())
}

fn scan_cursor(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    for name in ["b", "d", "f"] {
        bed.put(&key(name), 1, b"")?;
    }
    bed.put(&Key::table("sow").with(b"x"), 1, b"")?;
    for (after, expected) in [
        (key("a"), &["b", "d", "f"][..]),
        (key("b"), &["d", "f"]),
        (key("c"), &["d", "f"]),
        (key("f"), &[]),
        (Key::table("a"), &["b", "d", "f"]),
        (Key::table("z"), &[]),
    ] {
        let expected = expected.iter().map(|name| key(name)).collect();
        same("the keys behind a cursor", &bed.keys_after(&key(""), Some(&after), 9)?, &expected)?;
    }
    let mut read = Vec::new();
    while let Some(next) = bed.keys_after(&key(""), read.last(), 1)?.pop() {
        read.push(next);
        holds("reading row by row comes to an end", read.len() <= 3)?;
    }
    same("what was read row by row", &read, &["b", "d", "f"].map(key).to_vec())
}

fn scan_limit(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let table = Key::table("many");
    let many = 0..u64::try_from(MAX_ROWS_READ).unwrap_or(u64::MAX).saturating_add(5);
    bed.all(many.map(|number| put(&table.clone().with_number(number), 1, b"")).collect())?;
    for (limit, expected) in [
        (0, 0),
        (1, 1),
        (7, 7),
        (MAX_ROWS_READ, MAX_ROWS_READ),
        (MAX_ROWS_READ.saturating_add(1), MAX_ROWS_READ),
        (usize::MAX, MAX_ROWS_READ),
    ] {
        let keys = bed.keys_after(&table, None, limit)?;
        same("rows under a limit", &keys.len(), &expected)?;
        let numbers = keys.iter().filter_map(Key::last_number);
        holds("they are the first ones", numbers.eq(0..expected.try_into().unwrap_or(0)))?;
    }
    Ok(())
}
