//! Data keys come and go, and no row is lost on the way.

use std::fs;

use engines::{DATABASE, KEYRING};
use rusqlite::Connection;
use store::{Engine as _, Key, Op, Value};

use crate::common::{START, Temporary, append, done, key, open, put, value};

fn keys(folder: &std::path::Path) -> Vec<u32> {
    let text = fs::read_to_string(folder.join(KEYRING)).unwrap();
    text.lines().skip(1).map(|line| line.split_once(' ').unwrap().0.parse().unwrap()).collect()
}

fn sealed_with(folder: &std::path::Path) -> Vec<(u32, u32)> {
    let connection = Connection::open(folder.join(DATABASE)).unwrap();
    let sql = "SELECT data_key, count(*) FROM (
                   SELECT data_key FROM rows WHERE key NOT IN (SELECT key FROM redo)
                   UNION ALL SELECT data_key FROM queued WHERE key NOT IN (SELECT key FROM redo)
                   UNION ALL SELECT data_key FROM redo
                   WHERE place IN (SELECT max(place) FROM redo GROUP BY key)
               ) WHERE data_key IS NOT NULL GROUP BY data_key";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn rows_are_sealed_again_in_bounded_steps_and_the_old_key_goes_last() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    for number in 0..30_u8 {
        done(&mut engine, START, vec![put(&number.to_string(), &[number]), append("q", &[number])]);
    }
    assert_eq!(engine.reseal(10).unwrap().rows, 0);
    assert_eq!(engine.rotate().unwrap(), 2);
    assert_eq!(keys(&folder), [1, 2]);
    done(&mut engine, START, vec![put("new", b""), put("3", b"written again")]);
    assert_eq!(sealed_with(&folder), [(1, 59), (2, 2)]);
    let mut steps = Vec::new();
    loop {
        let step = engine.reseal(25).unwrap();
        steps.push(step.rows);
        if step.is_complete {
            break;
        }
        assert_eq!(keys(&folder), [1, 2]);
    }
    assert_eq!(steps, [25, 4, 25, 5, 0]);
    assert_eq!((keys(&folder), sealed_with(&folder)), (vec![2], vec![(2, 61)]));
    drop(engine);
    let mut engine = open(&folder);
    for number in 0..30_u8 {
        let expected = if number == 3 { b"written again".to_vec() } else { vec![number] };
        assert_eq!(value(&mut engine, START, &number.to_string()), Some(expected));
        let taken = done(&mut engine, START, vec![Op::TakeFirst(Key::table("q"))]).remove(0);
        let Value::Row(Some(row)) = taken else { panic!("{taken:?}") };
        assert_eq!(row.value, [number]);
    }
}

#[test]
fn a_key_that_a_crash_could_still_need_is_kept() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    done(&mut engine, START, vec![put("a", b"one"), put("b", b"two")]);
    engine.rotate().unwrap();
    // Both rows are sealed anew, and one of them is not durable.
    done(&mut engine, START, vec![put("a", b"three")]);
    let answers = engine.apply(&[crate::common::only(put("b", b"four"))], START);
    assert_eq!(answers.len(), 1);
    let crashed = place.at("crashed");
    crate::common::image(&folder, &crashed);
    let mut engine = open(&crashed);
    assert_eq!(keys(&crashed), [1, 2]);
    assert_eq!(value(&mut engine, START, "b").as_deref(), Some(&b"two"[..]));
    while !engine.reseal(1).unwrap().is_complete {}
    assert_eq!(keys(&crashed), [2]);
    assert_eq!(value(&mut engine, START, "b").as_deref(), Some(&b"two"[..]));
}

#[test]
fn a_rotation_during_a_rotation_ends_with_the_newest_key_alone() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    for number in 0..10_u8 {
        done(&mut engine, START, vec![put(&number.to_string(), &[number])]);
    }
    engine.rotate().unwrap();
    engine.reseal(4).unwrap();
    engine.rotate().unwrap();
    assert_eq!(keys(&folder), [1, 2, 3]);
    while !engine.reseal(4).unwrap().is_complete {}
    assert_eq!((keys(&folder), sealed_with(&folder)), (vec![3], vec![(3, 10)]));
    assert_eq!(value(&mut engine, START, "7"), Some(vec![7]));
    done(&mut engine, START, vec![Op::Delete(key("7"))]);
}
