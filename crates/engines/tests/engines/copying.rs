//! Back-ups and restores: what is in them, what is not, and what they refuse.

use std::sync::mpsc;

use engines::{CopyError, DATABASE, KEYRING, Limits, OpenError, Writer, check, restore};
use store::{Engine as _, Key, Op, Value};
use vocab::{Keep, Micros, UnixMicros};

use crate::common::{
    FOR_GOOD, START, Temporary, append, brief, contains, done, files, key, only, open, put, root,
    row, value,
};

const LATER: UnixMicros = START.after(Micros::days(1));

#[test]
fn a_restored_backup_is_the_store_as_it_was() {
    let place = Temporary::new();
    let (folder, copy, again) = (place.at("store"), place.at("copy"), place.at("again"));
    let mut engine = open(&folder);
    done(&mut engine, START, vec![put("a", b"one"), append("q", b"first"), append("q", b"second")]);
    assert_eq!(engine.source().unwrap().back_up(&copy, |_| false, START).unwrap(), 3);
    done(&mut engine, START, vec![put("a", b"two"), append("q", b"third"), put("b", b"")]);
    assert_eq!(restore(&copy, &again, START).unwrap(), 3);
    for folder in [&copy, &again] {
        let findings = check(folder, &root(), START);
        assert!(findings.is_empty(), "{findings:?}");
    }
    let mut restored = open(&again);
    assert_eq!(value(&mut restored, START, "a").as_deref(), Some(&b"one"[..]));
    assert_eq!(value(&mut restored, START, "b"), None);
    for expected in [&b"first"[..], b"second"] {
        let taken = done(&mut restored, START, vec![Op::TakeFirst(Key::table("q"))]).remove(0);
        let Value::Row(Some(row)) = taken else { panic!("{taken:?}") };
        assert_eq!(row.value, expected);
    }
    // The store gave a number after the back-up; the restored one gives none of these again.
    let given = |engine: &mut engines::Sqlite| match done(engine, START, vec![append("q", b"")])
        .remove(0)
    {
        Value::Appended(key) => key.last_number().unwrap(),
        other => panic!("{other:?}"),
    };
    assert!(given(&mut restored) > given(&mut engine) + 1_000_000);
}

#[test]
fn what_is_over_is_in_no_backup_and_in_nothing_restored_from_one() {
    let place = Temporary::new();
    let (folder, copy, again) = (place.at("store"), place.at("copy"), place.at("again"));
    let mut engine = open(&folder);
    done(&mut engine, START, vec![brief("over", &[1; 99], Micros(5))]);
    done(
        &mut engine,
        START,
        vec![brief("soon", &[2; 99], Micros::hours(1)), put("good", &[3; 99])],
    );
    let mut sealed = Vec::new();
    engine.visit(&mut |row| sealed.push((row.key.clone(), row.value.to_vec())));
    let has = |folder: &std::path::Path, name| {
        let (_, bytes) = sealed.iter().find(|(found, _)| *found == key(name)).unwrap();
        files(folder).iter().any(|(_, file)| contains(file, bytes))
    };
    let now = START.after(Micros(5));
    assert_eq!(engine.source().unwrap().back_up(&copy, |_| false, now).unwrap(), 2);
    assert_eq!(["over", "soon", "good"].map(|name| has(&folder, name)), [true; 3]);
    assert_eq!(["over", "soon", "good"].map(|name| has(&copy, name)), [false, true, true]);
    assert_eq!(restore(&copy, &again, LATER).unwrap(), 1);
    assert_eq!(["over", "soon", "good"].map(|name| has(&again, name)), [false, false, true]);
    let mut restored = open(&again);
    // Not even by a clock that was set back.
    assert_eq!(value(&mut restored, START, "soon"), None);
    assert_eq!(value(&mut restored, START, "good"), Some(vec![3; 99]));
    assert_eq!(restored.next_expiry(), None);
}

/// Rows as the Cloud API has them: content, its key, the key of the day.
#[test]
fn tables_that_are_left_out_are_in_no_file_of_a_backup() {
    let place = Temporary::new();
    let (folder, copy, again) = (place.at("store"), place.at("copy"), place.at("again"));
    let mut engine = open(&folder);
    let tables = ["day", "mkey", "kept", "days"];
    for table in tables {
        let keep = Keep::For(Micros::days(30));
        done(&mut engine, START, vec![Op::Put(row(&Key::table(table).with(b"1"), &[7; 60], keep))]);
    }
    let tables_out = [Key::table("day"), Key::table("mkey")];
    let leave_out = |key: &Key| tables_out.iter().any(|prefix| key.starts_with(prefix));
    let mut sealed = Vec::new();
    engine.visit(&mut |row| sealed.push((row.key.clone(), row.value.to_vec())));
    assert_eq!(engine.source().unwrap().back_up(&copy, leave_out, START).unwrap(), 2);
    assert_eq!(restore(&copy, &again, START).unwrap(), 2);
    for folder in [&copy, &again] {
        for (key, bytes) in &sealed {
            let left_out = leave_out(key);
            let found = files(folder).iter().any(|(_, file)| contains(file, bytes));
            assert_eq!(found, !left_out, "{key:?}");
            let found = files(folder).iter().any(|(_, file)| contains(file, key.as_bytes()));
            assert_eq!(found, !left_out, "{key:?}");
        }
    }
}

#[test]
fn a_backup_is_of_one_moment_while_the_store_goes_on() {
    let place = Temporary::new();
    let (folder, copy) = (place.at("store"), place.at("copy"));
    let mut engine = open(&folder);
    for number in 0..200_u8 {
        done(&mut engine, START, vec![put(&number.to_string(), &[number; 500])]);
    }
    let writer = Writer::start(engine, Limits::default(), || START).unwrap();
    let (sender, sources) = mpsc::channel();
    writer.with_engine(move |engine, _| sender.send(engine.source()).unwrap()).unwrap();
    let source = sources.recv().unwrap().unwrap();
    // After that moment: rows change, come and go, keys are changed and the old one is forgotten.
    writer
        .with_engine(|engine, now| {
            engine.rotate().unwrap();
            for number in 0..100_u8 {
                done(engine, now, vec![put(&number.to_string(), b"changed")]);
                done(engine, now, vec![Op::Delete(key(&(number + 100).to_string()))]);
            }
            while !engine.reseal(50).unwrap().is_complete {}
        })
        .unwrap();
    let (sender, answers) = mpsc::channel();
    writer.submit(only(put("last", b"")), move |answer| sender.send(answer).unwrap()).unwrap();
    answers.recv().unwrap();
    assert_eq!(source.back_up(&copy, |_| false, START).unwrap(), 200);
    drop(source);
    let mut copied = open(&copy);
    for number in 0..200_u8 {
        assert_eq!(value(&mut copied, START, &number.to_string()), Some(vec![number; 500]));
    }
    assert_eq!(value(&mut copied, START, "last"), None);
    // With the copy done, the next sweep empties the log again.
    let mut engine = writer.stop().unwrap();
    engine.sweep(START);
    engine.sync().unwrap();
    assert_eq!(std::fs::metadata(folder.join("store.db-wal")).unwrap().len(), 0);
}

#[test]
fn a_copy_replaces_nothing() {
    let place = Temporary::new();
    let (folder, copy, other) = (place.at("store"), place.at("copy"), place.at("other"));
    let mut engine = open(&folder);
    done(&mut engine, START, vec![put("a", b"one")]);
    engine.source().unwrap().back_up(&copy, |_| false, START).unwrap();
    done(&mut open(&other), START, vec![put("a", b"other")]);
    let before = files(&other);
    for outcome in
        [engine.source().unwrap().back_up(&other, |_| false, START), restore(&copy, &other, START)]
    {
        assert!(matches!(outcome, Err(CopyError::Exists { .. })), "{outcome:?}");
    }
    assert_eq!(files(&other), before);
    let in_use = restore(&copy, &folder, START);
    assert!(matches!(in_use, Err(CopyError::Open(OpenError::InUse { .. }))), "{in_use:?}");
}

#[test]
fn half_a_backup_is_refused() {
    let place = Temporary::new();
    let (folder, copy) = (place.at("store"), place.at("copy"));
    let mut engine = open(&folder);
    done(&mut engine, START, vec![Op::Put(row(&key("a"), b"one", FOR_GOOD))]);
    engine.source().unwrap().back_up(&copy, |_| false, START).unwrap();
    let keyring = std::fs::read(copy.join(KEYRING)).unwrap();
    std::fs::remove_file(copy.join(KEYRING)).unwrap();
    let outcome = restore(&copy, &place.at("1"), START);
    assert!(matches!(outcome, Err(CopyError::Open(OpenError::KeyringMissing { .. }))));
    std::fs::write(copy.join(KEYRING), keyring).unwrap();
    std::fs::remove_file(copy.join(DATABASE)).unwrap();
    let outcome = restore(&copy, &place.at("2"), START);
    assert!(matches!(outcome, Err(CopyError::Open(OpenError::DatabaseMissing { .. }))));
    assert!(!place.at("2").join(DATABASE).exists());
}
