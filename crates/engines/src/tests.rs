//! What only the inside of the crate can plant: older schemas, a file that cannot be written.

use std::{fs, path::PathBuf};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use rusqlite::Connection;
use store::{Answer, Engine as _, Key, Op, Refusal, Revision, Row, Transaction, Value};
use vocab::{DataClass, Keep, Reason, UnixMicros};
use zeroize::Zeroizing;

use crate::{OpenError, RootKey, Sqlite, commit, folder::DATABASE, schema};

const NOW: UnixMicros = UnixMicros(1_700_000_000_000_000);

/// A folder that is gone with this value.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("blindpost-engines-{}", std::process::id()));
        let path = path.join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn open(&self) -> Sqlite {
        let root = RootKey::new(&Zeroizing::new([1; 32]));
        Sqlite::open(&self.0, root, Box::new(ChaCha20Rng::seed_from_u64(1))).unwrap()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn put(name: &str) -> Transaction {
    let row = Row {
        key: Key::table(name),
        revision: Revision(1),
        value: name.as_bytes().to_vec(),
        class: DataClass::Audit,
        keep: Keep::Never(Reason::UntilDone),
    };
    Transaction { checks: Vec::new(), ops: vec![Op::Put(row)] }
}

#[test]
fn an_older_schema_becomes_the_newest_step_by_step_and_keeps_its_rows() {
    let place = Temporary::new("older");
    let path = place.0.join("older.db");
    fs::write(&path, b"").unwrap();
    let steps = [
        "CREATE TABLE letters (a); INSERT INTO letters VALUES ('old')",
        "ALTER TABLE letters ADD COLUMN b DEFAULT 'second'",
        "UPDATE letters SET b = b || ' third'",
    ];
    let read = |connection: &Connection| {
        let sql = "SELECT a || ' ' || b FROM letters";
        connection.query_row(sql, (), |row| row.get::<_, String>(0)).unwrap()
    };
    for from in 1..=steps.len() {
        let connection = schema::open_with(&path, "", &steps[..from]).unwrap();
        assert_eq!(schema::number(&connection, "user_version").unwrap(), from as i64);
        drop(connection);
        let copy = place.0.join(format!("{from}.db"));
        fs::copy(&path, &copy).unwrap();
        let connection = schema::open_with(&copy, "", &steps).unwrap();
        assert_eq!(read(&connection), "old second third");
    }
}

#[test]
fn a_store_of_the_first_version_is_read_and_written_as_one_of_today() {
    let place = Temporary::new("first");
    let mut engine = place.open();
    assert_eq!(commit(&mut engine, &[put("a")], NOW), [Answer::Done(vec![Value::Written])]);
    drop(engine);
    // What the first version lacks is empty in a store that is closed.
    let connection = Connection::open(place.0.join(DATABASE)).unwrap();
    connection.execute_batch("DROP TABLE redo; PRAGMA user_version = 1").unwrap();
    drop(connection);
    let root = RootKey::new(&Zeroizing::new([1; 32]));
    assert!(crate::check(&place.0, &root, NOW).is_empty());
    let source = crate::sources(core::slice::from_ref(&place.0)).unwrap().remove(0);
    assert_eq!(source.back_up(&place.0.join("copy"), |_| false, NOW).unwrap(), 1);
    let mut engine = place.open();
    assert_eq!(commit(&mut engine, &[put("b")], NOW), [Answer::Done(vec![Value::Written])]);
    let mut rows = 0;
    engine.visit(&mut |_| rows += 1);
    assert_eq!(rows, 2);
    assert_eq!(schema::number(engine.connection(), "user_version").unwrap(), schema::VERSION);
}

#[test]
fn a_step_that_fails_leaves_the_version_before_it() {
    let place = Temporary::new("failing-step");
    let path = place.0.join("some.db");
    fs::write(&path, b"").unwrap();
    let steps = ["CREATE TABLE letters (a)", "ALTER TABLE letters ADD COLUMN b; SELECT nonsense"];
    schema::open_with(&path, "", &steps[..1]).unwrap();
    let error = schema::open_with(&path, "", &steps).unwrap_err();
    assert!(matches!(error, OpenError::Database { .. }), "{error:?}");
    let connection = Connection::open(&path).unwrap();
    assert_eq!(schema::number(&connection, "user_version").unwrap(), 1);
    assert!(connection.prepare("SELECT b FROM letters").is_err());
}

#[test]
fn a_database_that_cannot_be_written_says_so_and_loses_nothing() {
    let place = Temporary::new("read-only");
    let mut engine = place.open();
    let done = [Answer::Done(vec![Value::Written])];
    assert_eq!(commit(&mut engine, &[put("a")], NOW), done);
    // What SQLite answers on a read-only file, which a test that runs as root cannot make.
    engine.connection().execute_batch("PRAGMA query_only = ON").unwrap();
    let get = Transaction { checks: Vec::new(), ops: vec![Op::Get(Key::table("a"))] };
    let answers = commit(&mut engine, &[put("a"), get.clone(), put("b")], NOW);
    let refused = Answer::Unavailable(Refusal::ReadOnly);
    assert_eq!((&answers[0], &answers[2]), (&refused, &refused));
    assert!(matches!(&answers[1], Answer::Done(values) if values != &[Value::Row(None)]));
    assert_eq!(engine.trouble().unwrap().refusal, Refusal::ReadOnly);
    engine.connection().execute_batch("PRAGMA query_only = OFF").unwrap();
    assert_eq!(commit(&mut engine, &[put("b")], NOW), done);
    engine.sync().unwrap();
}

#[test]
fn a_database_that_somebody_else_holds_is_refused_until_they_let_go() {
    let place = Temporary::new("held");
    let mut engine = place.open();
    let other = Connection::open(place.0.join(DATABASE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = Answer::Unavailable(Refusal::Failed);
    assert_eq!(commit(&mut engine, &[put("a")], NOW), [refused]);
    assert!(engine.trouble().unwrap().said.contains("locked"));
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    assert_eq!(commit(&mut engine, &[put("a")], NOW), [Answer::Done(vec![Value::Written])]);
}

#[test]
fn a_worn_key_makes_room_for_the_next() {
    let place = Temporary::new("worn");
    let mut engine = place.open();
    commit(&mut engine, &[put("a")], NOW);
    engine.wear();
    commit(&mut engine, &[put("b")], NOW);
    assert!(format!("{engine:?}").contains("2 keys, 0 sealed"), "{engine:?}");
    commit(&mut engine, &[put("c")], NOW);
    assert!(format!("{engine:?}").contains("2 keys, 1 sealed"), "{engine:?}");
}
