//! Expiry by the store's clock: unreadable from the moment on, and gone after a sweep.

use alloc::{string::String, vec::Vec};

use vocab::{DataClass, Keep, Micros};

use super::{
    Case, CrashableEngine,
    bed::{Bed, FOR_GOOD, START, Verdict, absent, at, into_row, key, put, row, same},
};
use crate::{
    key::Key,
    transaction::{Answer, Op, Row, Transaction},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "expiry-moment",
        shows: "A row is readable one microsecond before its expiry and not at it: by get, scan, \
                take-first and check.",
        check: expiry_moment,
    },
    Case {
        id: "expiry-kinds",
        shows: "Keep::For counts from the commit, Keep::Until is a moment, Keep::Never has none.",
        check: expiry_kinds,
    },
    Case {
        id: "expired-row-makes-room",
        shows: "An expired row that was not swept can be written again, and lives anew.",
        check: expired_row_makes_room,
    },
    Case {
        id: "rewriting-sets-expiry-anew",
        shows: "A row that is written again has the expiry of the last write alone.",
        check: rewriting_sets_expiry_anew,
    },
    Case {
        id: "expired-rows-do-not-count",
        shows: "Expired rows take no place under a scan's limit and are not taken first.",
        check: expired_rows_do_not_count,
    },
    Case {
        id: "sweep-removes-bytes",
        shows: "A sweep removes the bytes of every expired row and of no other.",
        check: sweep_removes_bytes,
    },
    Case {
        id: "sweep-counts",
        shows: "A sweep says how many rows of each class it removed, in the order of classes.",
        check: sweep_counts,
    },
    Case {
        id: "next-expiry",
        shows: "The next expiry is the earliest of the rows that are there.",
        check: next_expiry,
    },
    Case {
        id: "unsynced-sweep",
        shows: "An expired row that a crash brings back stays unreadable, and is swept again.",
        check: unsynced_sweep,
    },
];

/// Readable or not, by every way to read; all ways must say the same.
fn is_readable(bed: &mut Bed<'_>, key: &Key) -> Result<bool, String> {
    let readable = bed.get(key)?.is_some();
    same("a scan", &!bed.keys(key)?.is_empty(), &readable)?;
    let there = bed.answer(Transaction { checks: [at(key, 1)].into(), ops: Vec::new() })?;
    same("a check for the revision", &(there == Answer::Done(Vec::new())), &readable)?;
    let gone = bed.answer(Transaction { checks: [absent(key)].into(), ops: Vec::new() })?;
    same("a check for absence", &(gone != Answer::Done(Vec::new())), &readable)?;
    // What it takes it puts back, so that a later look finds the same.
    if let Some(stored) = bed.take(key)? {
        same("a take-first", &true, &readable)?;
        let keep = stored.expires.map_or(FOR_GOOD, Keep::Until);
        bed.put_for(key, 1, &stored.value, keep)?;
    } else {
        same("a take-first", &false, &readable)?;
    }
    Ok(readable)
}

fn expiry_moment(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put_for(&key("a"), 1, b"", Keep::For(Micros::days(30)))?;
    for (after, readable) in [
        (Micros(0), true),
        (Micros(Micros::days(30).0.saturating_sub(1)), true),
        (Micros::days(30), false),
        (Micros(Micros::days(30).0.saturating_add(1)), false),
        (Micros::days(3_000), false),
    ] {
        bed.now = START.after(after);
        same("whether it is readable", &is_readable(&mut bed, &key("a"))?, &readable)?;
    }
    Ok(())
}

fn expiry_kinds(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.later(Micros(5));
    let moment = START.after(Micros(15));
    bed.put_for(&key("for"), 1, b"", Keep::For(Micros(10)))?;
    bed.put_for(&key("until"), 1, b"", Keep::Until(moment))?;
    bed.put(&key("never"), 1, b"")?;
    bed.put_for(&key("past"), 1, b"", Keep::Until(START))?;
    bed.put_for(&key("at once"), 1, b"", Keep::For(Micros(0)))?;
    let look = |bed: &mut Bed<'_>| -> Result<Vec<_>, String> {
        let all = ["for", "until", "never", "past"].map(key);
        all.iter().map(|key| Ok(bed.get(key)?.map(|row| row.expires))).collect()
    };
    let all = [Some(Some(moment)), Some(Some(moment)), Some(None), None].to_vec();
    same("the expiries", &look(&mut bed)?, &all)?;
    same("a row without a life", &bed.get(&key("at once"))?, &None)?;
    bed.later(Micros(9));
    same("the expiries just before", &look(&mut bed)?, &all)?;
    bed.later(Micros(1));
    same("the expiries at the moment", &look(&mut bed)?, &[None, None, Some(None), None].to_vec())
}

fn expired_row_makes_room(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put_for(&key("a"), 1, b"old", Keep::For(Micros(10)))?;
    bed.later(Micros(10));
    let create = Transaction {
        checks: [absent(&key("a"))].into(),
        ops: [Op::Put(row(&key("a"), 1, b"new", Keep::For(Micros(10)))), Op::Get(key("a"))].into(),
    };
    let answer = bed.answer(create)?;
    let Answer::Done(values) = answer else {
        return same("the answer", &answer, &Answer::Done(Vec::new()));
    };
    let read = values.into_iter().next_back().map_or(Ok(None), into_row)?;
    same("the row", &read.map(|stored| stored.value), &Some(b"new".to_vec()))?;
    bed.later(Micros(9));
    same("the new row's last moment", &is_readable(&mut bed, &key("a"))?, &true)?;
    bed.later(Micros(1));
    same("the new row's expiry", &is_readable(&mut bed, &key("a"))?, &false)
}

fn rewriting_sets_expiry_anew(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let names = ["longer", "shorter", "forever"].map(key);
    for name in &names {
        bed.put_for(name, 1, b"", Keep::For(Micros(10)))?;
    }
    let [longer, shorter, forever] = &names;
    bed.put_for(longer, 1, b"", Keep::For(Micros(20)))?;
    bed.put_for(shorter, 1, b"", Keep::For(Micros(5)))?;
    bed.put(forever, 1, b"")?;
    for (after, readable) in [
        (4, [true; 3]),
        (5, [true, false, true]),
        (10, [true, false, true]),
        (20, [false, false, true]),
    ] {
        bed.now = START.after(Micros(after));
        bed.engine.sweep(bed.now);
        let mut found = [false; 3];
        for (found, name) in found.iter_mut().zip(&names) {
            *found = is_readable(&mut bed, name)?;
        }
        same("which are readable", &found, &readable)?;
    }
    same("the next expiry", &bed.engine.next_expiry(), &None)
}

fn expired_rows_do_not_count(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    for name in ["a", "b", "d"] {
        bed.put_for(&key(name), 1, b"", Keep::For(Micros(1)))?;
    }
    for name in ["c", "e", "f"] {
        bed.put(&key(name), 1, b"")?;
    }
    bed.later(Micros(1));
    same("two rows", &bed.keys_after(&key(""), None, 2)?, &["c", "e"].map(key).to_vec())?;
    let taken = bed.take(&key(""))?.map(|stored| stored.key);
    same("the first row", &taken, &Some(key("c")))
}

fn sweep_removes_bytes(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    for (name, span) in [("a", 10), ("b", 20), ("c", 30)] {
        bed.put_for(&key(name), 1, b"", Keep::For(Micros(span)))?;
    }
    bed.put(&key("d"), 1, b"")?;
    for (after, left) in [(9, &["a", "b", "c", "d"][..]), (10, &["b", "c", "d"]), (99, &["d"])] {
        bed.engine.sweep(START.after(Micros(after)));
        same("the rows with bytes", &bed.raw(), &left.iter().map(|name| key(name)).collect())?;
    }
    Ok(())
}

fn sweep_counts(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let kinds = [
        (DataClass::Audit, 10),
        (DataClass::MessageContent, 10),
        (DataClass::Billing, 20),
        (DataClass::MessageContent, 10),
    ];
    for (place, (class, span)) in (0..).zip(kinds) {
        let key = key("").with_number(place);
        let row = Row { class, ..row(&key, 1, b"", Keep::For(Micros(span))) };
        bed.one(Op::Put(row))?;
    }
    for (after, expected) in [
        (9, &[][..]),
        (10, &[(DataClass::MessageContent, 2), (DataClass::Audit, 1)]),
        (15, &[]),
        (20, &[(DataClass::Billing, 1)]),
        (20, &[]),
    ] {
        let swept = bed.engine.sweep(START.after(Micros(after)));
        same("what was swept", &swept, &expected.to_vec())?;
    }
    Ok(())
}

fn next_expiry(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    same("of an empty store", &bed.engine.next_expiry(), &None)?;
    bed.put(&key("never"), 1, b"")?;
    same("of a row that never expires", &bed.engine.next_expiry(), &None)?;
    let at = |span| Some(START.after(Micros(span)));
    bed.put_for(&key("late"), 1, b"", Keep::For(Micros(30)))?;
    same("of one row", &bed.engine.next_expiry(), &at(30))?;
    bed.put_for(&key("early"), 1, b"", Keep::For(Micros(10)))?;
    same("of two rows", &bed.engine.next_expiry(), &at(10))?;
    bed.one(Op::Delete(key("early")))?;
    same("after a delete", &bed.engine.next_expiry(), &at(30))?;
    bed.sync()?;
    bed.put_for(&key("lost"), 1, b"", Keep::For(Micros(5)))?;
    bed.all([put(&key("late"), 1, b"")].into())?;
    same("of the changed rows", &bed.engine.next_expiry(), &at(5))?;
    bed.engine.crash();
    same("after a crash", &bed.engine.next_expiry(), &at(30))?;
    bed.engine.sweep(START.after(Micros(30)));
    same("after a sweep", &bed.engine.next_expiry(), &None)
}

fn unsynced_sweep(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put_for(&key("a"), 1, b"", Keep::For(Micros(10)))?;
    bed.sync()?;
    bed.later(Micros(10));
    bed.engine.sweep(bed.now);
    bed.engine.crash();
    same("whether it is readable", &is_readable(&mut bed, &key("a"))?, &false)?;
    bed.engine.sweep(bed.now);
    bed.sync()?;
    bed.engine.crash();
    same("the rows with bytes", &bed.raw(), &Vec::new())
}
