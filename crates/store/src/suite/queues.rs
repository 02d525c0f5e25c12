//! Queues: numbers that never come back, and rows that leave exactly once.

use alloc::{format, string::String, vec::Vec};

use vocab::Micros;

use super::{
    Case, CrashableEngine,
    bed::{Bed, FOR_GOOD, Verdict, holds, key, put, row, same},
};
use crate::{
    key::Key,
    transaction::{Op, Stored, Value},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "append-order",
        shows: "Rows of a queue are read in the order in which they were appended.",
        check: append_order,
    },
    Case {
        id: "queue-numbers-grow",
        shows: "A queue's numbers grow, even where its rows are all gone.",
        check: queue_numbers_grow,
    },
    Case {
        id: "queue-numbers-outlive-a-crash",
        shows: "A number whose transaction was synced is never given again, its row gone or not.",
        check: queue_numbers_outlive_a_crash,
    },
    Case {
        id: "take-first-order",
        shows: "Rows are taken in the order of their keys, under their prefix, until none is left.",
        check: take_first_order,
    },
    Case {
        id: "take-first-once",
        shows: "A taken row is gone, for every later transaction and within its own.",
        check: take_first_once,
    },
    Case {
        id: "take-first-once-over-a-crash",
        shows: "A row taken and synced stays taken; one taken and not synced is there again.",
        check: take_first_once_over_a_crash,
    },
];

fn number(key: &Key, queue: &Key) -> Result<u64, String> {
    match key.after(queue) {
        Some(rest) if rest.len() == 8 => Ok(key.last_number().unwrap_or_default()),
        Some(_) | None => Err(format!("{key:?} is no key of the queue {queue:?}")),
    }
}

fn names(rows: Vec<Option<Stored>>) -> Vec<Option<Vec<u8>>> {
    rows.into_iter().map(|row| row.map(|stored| stored.value)).collect()
}

/// Takes until none is left; a store that gives rows for ever is stopped.
fn drain(bed: &mut Bed<'_>, queue: &Key) -> Verdict {
    for _ in 0..20 {
        if bed.take(queue)?.is_none() {
            return Ok(());
        }
    }
    holds("a queue of less than 20 rows is empty after 20 were taken", false)
}

fn append_order(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let (queue, other) = (Key::table("queue").with(b"1"), Key::table("queue").with(b"2"));
    let mut keys = Vec::new();
    for turn in 0..300_u64 {
        keys.push(bed.append(&queue, &turn.to_be_bytes())?);
        bed.append(&other, b"between")?;
        bed.later(Micros(turn % 2));
    }
    let rows = bed.rows_after(&queue, None, 1_000)?;
    same("the keys", &rows.iter().map(|row| row.key.clone()).collect(), &keys)?;
    let values = rows.iter().map(|row| row.value.clone()).collect::<Vec<_>>();
    same("the values", &values, &(0..300_u64).map(|turn| turn.to_be_bytes().to_vec()).collect())?;
    same("the revision", &rows.last().map(|row| row.revision.0), &Some(1))
}

fn queue_numbers_grow(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let queue = Key::table("queue");
    let mut last = None;
    for turn in 0..12 {
        let key = bed.append(&queue, b"x")?;
        let given = Some(number(&key, &queue)?);
        holds(&format!("number {given:?} is greater than {last:?}"), given > last)?;
        last = given;
        match turn % 4 {
            0 => drop(bed.one(Op::Delete(key))?),
            1 => drop(bed.take(&queue)?),
            2 => bed.put(&key, 2, b"rewritten in place")?,
            _ => drain(&mut bed, &queue)?,
        }
    }
    let values = bed.all(
        [
            Op::Append(row(&queue, 1, b"", FOR_GOOD)),
            Op::TakeFirst(queue.clone()),
            Op::Append(row(&queue, 1, b"", FOR_GOOD)),
        ]
        .into(),
    )?;
    for value in values {
        if let Value::Appended(key) = value {
            let given = Some(number(&key, &queue)?);
            holds(&format!("number {given:?} is greater than {last:?}"), given > last)?;
            last = given;
        }
    }
    Ok(())
}

fn queue_numbers_outlive_a_crash(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let queue = Key::table("queue");
    let mut last = 0;
    for _ in 0..3 {
        last = number(&bed.append(&queue, b"taken")?, &queue)?;
        bed.take(&queue)?;
    }
    bed.sync()?;
    bed.append(&queue, b"lost")?;
    bed.engine.crash();
    same("the rows", &bed.keys(&queue)?, &Vec::new())?;
    let given = number(&bed.append(&queue, b"after")?, &queue)?;
    holds(&format!("number {given} is greater than the durable {last}"), given > last)
}

fn take_first_order(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    for name in ["c", "a", "b"] {
        bed.put(&key(name), 1, name.as_bytes())?;
    }
    bed.put(&Key::table("ro"), 1, b"before")?;
    bed.put(&Key::table("rows"), 1, b"behind")?;
    let mut taken = Vec::new();
    for _ in 0..4 {
        taken.push(bed.take(&key(""))?);
    }
    let expected = [Some(b"a".to_vec()), Some(b"b".to_vec()), Some(b"c".to_vec()), None];
    same("what was taken", &names(taken), &expected.to_vec())?;
    same("the rows left", &bed.raw(), &[Key::table("ro"), Key::table("rows")].to_vec())
}

fn take_first_once(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.all(["a", "b", "c"].map(|name| put(&key(name), 1, name.as_bytes())).into())?;
    let twice = bed.all([Op::TakeFirst(key("")), Op::TakeFirst(key(""))].into())?;
    let twice = twice.into_iter().map(super::bed::into_row).collect::<Result<Vec<_>, _>>()?;
    let expected = [Some(b"a".to_vec()), Some(b"b".to_vec())];
    same("what one transaction took", &names(twice), &expected.to_vec())?;
    same("the taken row", &bed.get(&key("a"))?, &None)?;
    let next = [bed.take(&key(""))?, bed.take(&key(""))?];
    same("what others took", &names(next.into()), &[Some(b"c".to_vec()), None].to_vec())
}

fn take_first_once_over_a_crash(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.all(["a", "b"].map(|name| put(&key(name), 1, name.as_bytes())).into())?;
    bed.sync()?;
    let mut taken = [bed.take(&key(""))?].to_vec();
    bed.engine.crash();
    taken.push(bed.take(&key(""))?);
    bed.sync()?;
    bed.engine.crash();
    taken.push(bed.take(&key(""))?);
    taken.push(bed.take(&key(""))?);
    let expected = [Some(b"a".to_vec()), Some(b"a".to_vec()), Some(b"b".to_vec()), None];
    same("what was taken", &names(taken), &expected.to_vec())
}
