//! What somebody finds who takes the files: no value, and none of a row that is over.

use std::collections::BTreeSet;

use engines::{DATABASE, check};
use rusqlite::Connection;
use store::{Engine as _, Key, Op, Row};
use vocab::{DataClass, Keep, Micros};

use crate::common::{
    FOR_GOOD, START, Temporary, append, brief, contains, done, files, found, has_bytes, key, only,
    open, put, rng, root, row, value,
};
use rand_chacha::rand_core::Rng as _;

const CANARY: &[u8] = b"a canary that nobody else would ever write 7f3a";

#[test]
fn no_value_of_any_class_is_in_any_file() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    for class in DataClass::ALL {
        let key = key(class.name());
        let row = Row { class, ..row(&key, CANARY, FOR_GOOD) };
        done(&mut engine, START, vec![Op::Put(row.clone()), Op::Append(row)]);
    }
    for name in ["store.db", "store.db-wal"] {
        let all = files(&folder);
        let (_, bytes) = all.iter().find(|(found, _)| found == name).unwrap();
        // The search finds what is there: keys are.
        assert!(name == "store.db" || contains(bytes, b"message_content"));
        assert!(!contains(bytes, CANARY), "{name}");
    }
    drop(engine);
    assert!(has_bytes(&folder, b"message_content"));
    assert!(!has_bytes(&folder, CANARY));
}

#[test]
fn the_same_value_is_never_sealed_to_the_same_bytes() {
    let place = Temporary::new();
    let mut engine = open(&place.at("store"));
    let mut seen = BTreeSet::new();
    for _ in 0..50 {
        done(&mut engine, START, vec![put("a", CANARY)]);
        engine.visit(&mut |row| {
            assert!(seen.insert(row.value.to_vec()));
            assert!(!contains(row.value, CANARY));
        });
    }
    assert_eq!(seen.len(), 50);
}

#[test]
fn a_value_opens_in_no_other_row_revision_class_or_life() {
    let place = Temporary::new();
    let folder = place.at("store");
    let changes = [
        "UPDATE rows SET revision = revision + 1",
        "UPDATE rows SET class = class + 1",
        "UPDATE rows SET expires = expires + 1",
        "UPDATE rows SET expires = NULL",
        "UPDATE rows SET key = CAST(key || x'00' AS BLOB)",
        "UPDATE rows SET value = CAST(value || x'00' AS BLOB)",
        "UPDATE rows SET value = x''",
    ];
    for change in changes {
        let mut engine = open(&folder);
        done(&mut engine, START, vec![brief("a", CANARY, Micros::days(1))]);
        assert_eq!(value(&mut engine, START, "a").as_deref(), Some(CANARY));
        drop(engine);
        let connection = Connection::open(folder.join(DATABASE)).unwrap();
        assert_eq!(connection.execute(change, ()).unwrap(), 1, "{change}");
        drop(connection);
        let mut engine = open(&folder);
        let scan = Op::Scan { prefix: key("a"), after: None, limit: 9 };
        let answer = engine.apply(&[only(scan)], START).remove(0);
        let damaged = store::Answer::Unavailable(store::Refusal::Damaged);
        assert_eq!(answer, damaged, "{change}");
        done(&mut engine, START, vec![Op::Delete(key("a")), Op::Delete(key("a\0"))]);
    }
}

/// The sealed values that are there, and whether each is over at some time.
fn sealed(engine: &engines::Sqlite) -> Vec<(Vec<u8>, bool)> {
    let mut rows = Vec::new();
    engine.visit(&mut |row| rows.push((row.value.to_vec(), row.expires.is_some())));
    rows
}

#[test]
fn after_a_sweep_bytes_of_what_was_over_or_overwritten_are_in_no_file() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    let mut rng = rng(9);
    let mut seen = Vec::new();
    // Enough rows, of sizes that change and in no order, that pages are split, emptied and joined.
    for turn in 0..1_500_u32 {
        let bytes = vec![turn.to_be_bytes()[3]; 40 + (rng.next_u32() % 1_500) as usize];
        let name = format!("{:03}", rng.next_u32() % 400);
        let keep = if turn % 3 == 0 { FOR_GOOD } else { Keep::For(Micros(10)) };
        let queue = Key::table("queue").with(&name.as_bytes()[..1]);
        let ops =
            vec![Op::Put(row(&key(&name), &bytes, keep)), Op::Append(row(&queue, &bytes, keep))];
        done(&mut engine, START, ops);
        if turn % 300 == 299 {
            seen.extend(sealed(&engine).into_iter().map(|(value, _)| value));
        }
    }
    let last = sealed(&engine);
    // Any piece of a value would be too much.
    let piece = |value: &Vec<u8>| value[value.len() / 2..][..16].to_vec();
    let pieces: BTreeSet<_> = seen.iter().map(piece).collect();
    let good: BTreeSet<_> =
        last.iter().filter(|(_, expires)| !expires).map(|(value, _)| piece(value)).collect();
    let pieces: Vec<_> = pieces.into_iter().collect();
    let before = found(&folder, &pieces);
    assert!(before.iter().all(|found| *found), "the log and the search have everything");
    let swept = engine.sweep(START.after(Micros(10)));
    engine.sync().unwrap();
    let over = last.iter().filter(|(_, expires)| *expires).count();
    assert_eq!(swept, [(DataClass::MessageContent, over as u64)]);
    let after = found(&folder, &pieces);
    let left = pieces.iter().zip(after).filter(|(piece, found)| *found && !good.contains(*piece));
    assert_eq!(left.count(), 0, "of {} that were over or overwritten", pieces.len() - good.len());
    assert!(good.len() > 500 && pieces.len() > good.len() + 1_000);
    assert!(found(&folder, &good.iter().collect::<Vec<_>>()).iter().all(|found| *found));
    // Nothing else was touched, and the store goes on.
    done(&mut engine, START, vec![put("after", CANARY)]);
    drop(engine);
    let findings = check(&folder, &root(), START.after(Micros::days(9)));
    assert!(findings.is_empty(), "{findings:?}");
}

fn has_bytes_of(folder: &std::path::Path, value: &[u8]) -> bool {
    has_bytes(folder, &value[..16])
}

#[test]
fn what_was_deleted_overwritten_or_taken_is_gone_with_the_next_sweep() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    done(
        &mut engine,
        START,
        vec![put("a", &[1; 300]), put("b", &[2; 300]), append("q", &[3; 300])],
    );
    let before = sealed(&engine);
    done(
        &mut engine,
        START,
        vec![Op::Delete(key("a")), put("b", &[4; 300]), Op::TakeFirst(Key::table("q"))],
    );
    assert!(before.iter().all(|(value, _)| has_bytes_of(&folder, value)), "the log has them");
    assert_eq!(engine.sweep(START), []);
    engine.sync().unwrap();
    assert!(before.iter().all(|(value, _)| !has_bytes_of(&folder, value)));
}

#[test]
fn what_lies_in_unused_parts_of_pages_is_gone_with_the_next_sweep() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    for number in 0..60_u8 {
        done(&mut engine, START, vec![put(&number.to_string(), &[number; 500])]);
    }
    drop(engine);
    // As SQLite leaves copies when it builds a page anew: behind the list of a page's cells.
    let path = folder.join(DATABASE);
    let mut file = std::fs::read(&path).unwrap();
    let mut planted = 0;
    for page in file.chunks_mut(8_192).filter(|page| page[0] == 0x0d) {
        let two = |at: usize| usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
        let (start, end) = (8 + 2 * two(3), two(5));
        if end - start > CANARY.len() {
            page[start..start + CANARY.len()].copy_from_slice(CANARY);
            planted += 1;
        }
    }
    assert!(planted > 3);
    std::fs::write(&path, file).unwrap();
    let mut engine = open(&folder);
    // A page with a copy is in memory, and is written again behind the sweep.
    assert_eq!(value(&mut engine, START, "59"), Some(vec![59; 500]));
    assert!(has_bytes(&folder, CANARY));
    engine.sweep(START);
    engine.sync().unwrap();
    assert!(!has_bytes(&folder, CANARY));
    for number in 0..60_u8 {
        done(&mut engine, START, vec![put(&number.to_string(), &[number; 501])]);
    }
    assert!(!has_bytes(&folder, CANARY));
    drop(engine);
    assert!(!has_bytes(&folder, CANARY));
    let findings = check(&folder, &root(), START);
    assert!(findings.is_empty(), "{findings:?}");
}
