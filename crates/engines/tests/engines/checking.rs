//! Each damage that is planted is found, by what it is and where.

use std::{fs, path::Path};

use engines::{DATABASE, Finding, KEYRING, OpenError, check};
use rusqlite::Connection;
use store::{Key, Op};
use vocab::{Keep, Micros, limits::SWEEP_INTERVAL};

use crate::common::{START, Temporary, append, brief, done, key, memmem, open, put, root, row};

/// A store with rows in both tables, closed.
fn store(place: &Temporary) -> std::path::PathBuf {
    let folder = place.at("store");
    let mut engine = open(&folder);
    for number in 0..40_u8 {
        done(&mut engine, START, vec![put(&number.to_string(), &[number; 600])]);
        done(&mut engine, START, vec![append("queue", &[number; 600])]);
    }
    done(&mut engine, START, vec![brief("brief", b"", Micros(5))]);
    folder
}

fn findings(folder: &Path) -> Vec<Finding> {
    check(folder, &root(), START)
}

fn words(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

fn change(folder: &Path, sql: &str) {
    let connection = Connection::open(folder.join(DATABASE)).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Changes one bit of the database, at `offset` behind the first place where `bytes` are.
fn flip(folder: &Path, bytes: &[u8], offset: usize) {
    let path = folder.join(DATABASE);
    let mut file = fs::read(&path).unwrap();
    let place = memmem(&file, bytes).unwrap();
    file[place + offset] ^= 1;
    fs::write(path, file).unwrap();
}

fn sealed(folder: &Path, key: &Key) -> Vec<u8> {
    let connection = Connection::open(folder.join(DATABASE)).unwrap();
    let sql = "SELECT value FROM (SELECT key, value FROM rows UNION ALL SELECT key, value FROM
               queued) WHERE key = ?1";
    connection.query_row(sql, [key.as_bytes()], |row| row.get(0)).unwrap()
}

#[test]
fn a_whole_store_has_no_findings_and_a_check_changes_nothing() {
    let place = Temporary::new();
    let folder = store(&place);
    let before = crate::common::files(&folder);
    assert!(findings(&folder).is_empty(), "{:?}", words(&findings(&folder)));
    assert_eq!(crate::common::files(&folder), before);
}

#[test]
fn a_byte_that_was_flipped_in_a_value_is_found_in_its_row() {
    for (damaged, table) in [(key("7"), "rows"), (Key::table("queue").with_number(7), "queued")] {
        let place = Temporary::new();
        let folder = store(&place);
        let value = sealed(&folder, &damaged);
        flip(&folder, &value, 99);
        let found = findings(&folder);
        let [Finding::ValueDoesNotOpen(where_)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((where_.table, &where_.key), (table, &damaged));
    }
}

#[test]
fn a_byte_that_was_flipped_in_a_key_is_found() {
    let place = Temporary::new();
    let folder = store(&place);
    flip(&folder, key("17").as_bytes(), 4);
    assert!(!findings(&folder).is_empty());
}

#[test]
fn a_data_key_that_is_gone_is_named_with_the_rows_that_it_sealed() {
    let place = Temporary::new();
    let folder = store(&place);
    let mut engine = open(&folder);
    engine.rotate().unwrap();
    done(&mut engine, START, vec![put("new", b"")]);
    drop(engine);
    let keyring = folder.join(KEYRING);
    let text = fs::read_to_string(&keyring).unwrap();
    let without: Vec<_> = text.lines().filter(|line| !line.starts_with("1 ")).collect();
    fs::write(&keyring, without.join("\n")).unwrap();
    let found = findings(&folder);
    assert!(
        matches!(found.as_slice(), [Finding::KeyMissing { data_key: 1, rows: 81 }]),
        "{found:?}"
    );
    fs::remove_file(&keyring).unwrap();
    let found = findings(&folder);
    let [Finding::NotOpened(OpenError::KeyringMissing { path })] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(*path, keyring);
}

#[test]
fn values_that_changed_places_are_found_in_both() {
    let place = Temporary::new();
    let folder = store(&place);
    change(
        &folder,
        "CREATE TEMP TABLE two AS SELECT number, value FROM queued WHERE number IN (3, 4);
         UPDATE queued SET value = (SELECT value FROM two WHERE two.number = 7 - queued.number)
         WHERE number IN (3, 4);",
    );
    let found = findings(&folder);
    let [Finding::ValueDoesNotOpen(one), Finding::ValueDoesNotOpen(other)] = found.as_slice()
    else {
        panic!("{found:?}")
    };
    let queue = Key::table("queue");
    assert_eq!(one.key, queue.clone().with_number(3));
    assert_eq!(other.key, queue.with_number(4));
}

#[test]
fn a_file_that_was_cut_is_found_wherever_it_was_cut() {
    let place = Temporary::new();
    let folder = store(&place);
    let path = folder.join(DATABASE);
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 5 * 8_192);
    for length in [0, 50, 100, 8_191, 8_192, 2 * 8_192, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let found = findings(&folder);
        assert!(!found.is_empty(), "cut to {length} bytes");
    }
    fs::write(&path, &whole).unwrap();
    assert!(findings(&folder).is_empty());
}

#[test]
fn columns_that_were_changed_are_found() {
    let of_five = "WHERE key = CAST('row' || x'00' || '5' AS BLOB)";
    let other_index = "PRAGMA writable_schema = ON; UPDATE sqlite_schema
                       SET sql = replace(sql, '(key)', '(class)') WHERE name = 'queued_key'";
    let moved = "UPDATE queued SET number = 1000 WHERE number = 5";
    for (sql, expected) in [
        (&*format!("UPDATE rows SET class = 99 {of_five}"), "no data class 99"),
        (moved, "does not end with the row's number"),
        (moved, "queues have given up to 40"),
        (&*format!("UPDATE rows SET revision = 9 {of_five}"), "not the one"),
        (other_index, "damaged"),
    ] {
        let place = Temporary::new();
        let folder = store(&place);
        change(&folder, sql);
        let found = words(&findings(&folder));
        assert!(found.iter().any(|words| words.contains(expected)), "{sql}: {found:?}");
    }
}

#[test]
fn a_row_that_no_sweep_removed_is_found_once_a_sweep_should_have() {
    let place = Temporary::new();
    let folder = store(&place);
    let due = START.after(Micros(5)).after(SWEEP_INTERVAL);
    assert!(check(&folder, &root(), due).is_empty());
    let found = check(&folder, &root(), due.after(Micros(1)));
    let [Finding::Expired { place: found, expires }] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((&found.key, *expires), (&key("brief"), START.after(Micros(5))));
}

#[test]
fn a_store_that_is_in_use_or_not_there_is_not_checked() {
    let place = Temporary::new();
    let folder = store(&place);
    let engine = open(&folder);
    let found = findings(&folder);
    assert!(matches!(found.as_slice(), [Finding::NotOpened(OpenError::InUse { .. })]), "{found:?}");
    drop(engine);
    let found = findings(&place.at("nowhere"));
    assert!(matches!(found.as_slice(), [Finding::NotOpened(OpenError::DatabaseMissing { .. })]));
    assert!(!place.at("nowhere").exists());
    let until = Op::Put(row(&key("a"), b"", Keep::Until(START)));
    done(&mut open(&folder), START, vec![until]);
}
