//! What is durable in `redo` alone, before the tables are brought up to date.

use std::{fs, path::Path};

use engines::{DATABASE, Finding, Sqlite, check, commit, restore, sources};
use rusqlite::Connection;
use store::{Answer, Engine as _, Key, Op, Refusal, Value};

use crate::common::{
    START, Temporary, append, brief, done, image, key, only, open, put, root, transaction, value,
};

/// Rows of `rows`, `queued` and `redo`.
fn lying(folder: &Path) -> [u32; 3] {
    let connection = Connection::open(folder.join(DATABASE)).unwrap();
    ["rows", "queued", "redo"].map(|table| {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, (), |row| row.get(0)).unwrap()
    })
}

fn everything(engine: &mut Sqlite) -> Vec<(Key, Vec<u8>)> {
    let scan = Op::Scan { prefix: Key::default(), after: None, limit: usize::MAX };
    match done(engine, START, vec![scan]).remove(0) {
        Value::Rows(rows) => rows.into_iter().map(|row| (row.key, row.value)).collect(),
        other => panic!("{other:?}"),
    }
}

/// A store with something in every table and changes to all of it in `redo`, and its image after a
/// crash.
fn crashed(place: &Temporary) -> (std::path::PathBuf, Vec<(Key, Vec<u8>)>) {
    let folder = place.at("store");
    let mut engine = open(&folder);
    for number in 0..4_u8 {
        done(&mut engine, START, vec![put(&number.to_string(), b"old"), append("q", &[number])]);
    }
    drop(engine);
    assert_eq!(lying(&folder), [4, 4, 0], "the tables are up to date in a store that is closed");
    let mut engine = open(&folder);
    done(&mut engine, START, vec![put("0", b"written again"), Op::Delete(key("1"))]);
    done(&mut engine, START, vec![Op::TakeFirst(Key::table("q")), append("q", b"last")]);
    done(&mut engine, START, vec![put("5", b"new"), put("6", b"brief"), append("q", b"brief")]);
    done(&mut engine, START, vec![Op::Delete(key("6"))]);
    let after = place.at("after");
    image(&folder, &after);
    assert_eq!(lying(&after)[..2], [4, 4], "nothing has been done to the tables");
    (after, everything(&mut engine))
}

#[test]
fn what_a_crash_leaves_in_redo_is_read_checked_and_copied() {
    let place = Temporary::new();
    let (folder, expected) = crashed(&place);
    let findings = check(&folder, &root(), START);
    assert!(findings.is_empty(), "{findings:?}");
    let (copy, restored) = (place.at("copy"), place.at("restored"));
    let source = sources(core::slice::from_ref(&folder)).unwrap().remove(0);
    assert_eq!(source.back_up(&copy, |_| false, START).unwrap(), expected.len() as u64);
    drop(source);
    restore(&copy, &restored, START).unwrap();
    for folder in [restored, folder] {
        let mut engine = open(&folder);
        assert_eq!(everything(&mut engine), expected);
        drop(engine);
        assert_eq!(lying(&folder)[2], 0);
        assert!(check(&folder, &root(), START).is_empty());
        assert_eq!(everything(&mut open(&folder)), expected);
    }
}

#[test]
fn a_value_that_was_changed_in_redo_is_found_there() {
    let place = Temporary::new();
    let (folder, _) = crashed(&place);
    let connection = Connection::open(folder.join(DATABASE)).unwrap();
    let sql = "UPDATE redo SET value = zeroblob(length(value)) WHERE key = ?1";
    assert_eq!(connection.execute(sql, [key("5").as_bytes()]).unwrap(), 1);
    drop(connection);
    let findings = check(&folder, &root(), START);
    let [Finding::ValueDoesNotOpen(place)] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((place.table, &place.key), ("redo", &key("5")));
}

#[test]
fn the_tables_are_brought_up_to_date_when_much_has_changed() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    for hundred in 0..100 {
        let names = (0..100).map(|number| (hundred * 100 + number).to_string());
        done(&mut engine, START, names.map(|name| put(&name, b"small")).collect());
        let [rows, _, redo] = lying(&folder);
        assert!(redo <= 1_124, "{redo}");
        assert_eq!(rows + redo, (hundred + 1) * 100);
    }
    for _ in 0..10 {
        done(&mut engine, START, vec![put("large", &vec![1; 900_000])]);
    }
    let length = fs::metadata(folder.join(DATABASE)).unwrap().len();
    assert!(length < 20_000_000, "what is written again and again grows no file: {length}");
}

#[test]
fn a_row_that_comes_and_goes_is_in_no_table() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    let answers = commit(&mut engine, &[only(Op::Get(key("here")))], START);
    assert_eq!(answers, [Answer::Done(vec![Value::Row(None)])]);
    done(&mut engine, START, vec![put("here", b"1"), append("q", b"2")]);
    done(&mut engine, START, vec![Op::Delete(key("here")), Op::TakeFirst(Key::table("q"))]);
    let after = place.at("after");
    image(&folder, &after);
    assert!(everything(&mut open(&after)).is_empty());
    assert_eq!(lying(&after), [0, 0, 0]);
}

#[test]
fn a_number_is_not_given_twice_though_a_crash_comes_and_nothing_is_left_of_its_row() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    let both = transaction(vec![append("q", b"1"), Op::TakeFirst(Key::table("q"))]);
    let answers = commit(&mut engine, &[both], START);
    let Answer::Done(values) = &answers[0] else { panic!("{answers:?}") };
    let Value::Appended(first) = &values[0] else { panic!("{values:?}") };
    let after = place.at("after");
    image(&folder, &after);
    let values = done(&mut open(&after), START, vec![append("q", b"2")]);
    let Value::Appended(second) = &values[0] else { panic!("{values:?}") };
    assert!(second > first, "{second:?} after {first:?}");
}

#[test]
fn a_sweep_for_which_the_tables_have_no_room_removes_what_it_can() {
    let place = Temporary::new();
    let mut engine = open(&place.at("store"));
    let brief_rows =
        (0..40).map(|number| brief(&format!("b{number}"), &[1; 4_000], vocab::Micros(5)));
    done(&mut engine, START, brief_rows.collect());
    engine.sweep(START);
    engine.sync().unwrap();
    done(&mut engine, START, vec![put("kept", &[2; 3_000])]);
    engine.set_capacity(1).unwrap();
    let swept = engine.sweep(START.after(vocab::Micros(5)));
    engine.sync().unwrap();
    assert_eq!(engine.trouble().unwrap().refusal, Refusal::Full);
    assert_eq!(swept.iter().map(|(_, count)| count).sum::<u64>(), 40);
    assert_eq!(value(&mut engine, START, "kept"), Some(vec![2; 3_000]));
}

#[test]
fn a_second_sweep_for_which_there_is_no_room_loses_nothing_of_the_first() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    done(&mut engine, START, vec![put("durable", b"1")]);
    engine.sweep(START);
    engine.apply(&[only(put("large", &[2; 400_000]))], START);
    engine.set_capacity(1).unwrap();
    engine.sweep(START);
    assert_eq!(engine.sync(), Err(Refusal::Full));
    engine.set_capacity(10_000_000).unwrap();
    assert_eq!(value(&mut engine, START, "durable"), Some(b"1".to_vec()));
    assert_eq!(value(&mut engine, START, "large"), None);
    done(&mut engine, START, vec![put("after", b"3")]);
    drop(engine);
    assert_eq!(value(&mut open(&folder), START, "durable"), Some(b"1".to_vec()));
}
