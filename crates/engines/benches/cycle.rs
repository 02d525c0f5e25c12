//! What a durable row costs: the layouts that were to choose from, in plain SQL, and the engine.
//!
//! `cargo bench -p engines [FOLDER]` prints rows per second that were inserted, read and deleted,
//! each in commits of so many, in a file on the disk of FOLDER. `docs/reference/store.md` has a
//! run.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement: what stops it stops it, and it asks the clock"
)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use engines::{RootKey, Sqlite, cycle::Cycle};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use rusqlite::Connection;
use vocab::UnixMicros;
use zeroize::Zeroizing;

const BATCHES: [u64; 4] = [1, 10, 100, 1_000];
const BYTES: usize = 500;
const QUEUES: u64 = 1_000;
const LONG_ENOUGH: Duration = Duration::from_millis(1_500);
/// Rows that lie there before a measurement begins.
const THERE: u64 = 20_000;

/// A way to lay rows out. `?1` is a number that grows, `?2` the key, `?3` the expiry, `?4` a value.
struct Layout {
    name: &'static str,
    schema: &'static str,
    insert: &'static str,
    read: &'static str,
    delete: &'static str,
}

const BY_KEY: &str = "CREATE TABLE t (n, key BLOB PRIMARY KEY, expires, value) WITHOUT ROWID;
    CREATE INDEX e ON t (expires) WHERE expires IS NOT NULL;";
const BY_ROWID: &str = "CREATE TABLE t (n, key BLOB NOT NULL, expires, value);
    CREATE UNIQUE INDEX k ON t (key); CREATE INDEX e ON t (expires) WHERE expires IS NOT NULL;";
const BY_NUMBER: &str = "CREATE TABLE t (n INTEGER PRIMARY KEY, key BLOB NOT NULL, expires, value);
    CREATE INDEX k ON t (key);";
const BY_NUMBER_EXPIRES: &str =
    "CREATE TABLE t (n INTEGER PRIMARY KEY, key BLOB NOT NULL, expires, value);
    CREATE INDEX k ON t (key); CREATE INDEX e ON t (expires) WHERE expires IS NOT NULL;";
const INSERT: &str = "INSERT INTO t (n, key, expires, value) VALUES (?1, ?2, ?3, ?4)";
const READ: &str = "SELECT value FROM t WHERE key = ?1 AND ?2 IS NOT NULL";
const READ_NUMBER: &str = "SELECT value FROM t WHERE n = ?2 AND key = ?1";
const DELETE: &str = "DELETE FROM t WHERE key = ?1 AND ?2 IS NOT NULL";
const DELETE_NUMBER: &str = "DELETE FROM t WHERE n = ?2 AND key = ?1";

const LAYOUTS: [Layout; 4] = [
    Layout { name: "keyed table", schema: BY_KEY, insert: INSERT, read: READ, delete: DELETE },
    Layout {
        name: "rowid, unique key",
        schema: BY_ROWID,
        insert: INSERT,
        read: READ,
        delete: DELETE,
    },
    Layout {
        name: "number, key",
        schema: BY_NUMBER,
        insert: INSERT,
        read: READ_NUMBER,
        delete: DELETE_NUMBER,
    },
    Layout {
        name: "number, key, expiry",
        schema: BY_NUMBER_EXPIRES,
        insert: INSERT,
        read: READ_NUMBER,
        delete: DELETE_NUMBER,
    },
];

/// Rows per second of `cycle`, which says how many rows it moved.
fn rate(mut cycle: impl FnMut() -> u64) -> u64 {
    let (start, mut rows) = (Instant::now(), 0);
    while start.elapsed() < LONG_ENOUGH {
        rows += cycle();
    }
    rows * 1_000 / u64::try_from(start.elapsed().as_millis()).unwrap()
}

/// Keys of a queue's rows, as a transport has them, or of rows that are found by a hash alone.
fn key(rng: &mut ChaCha20Rng, number: u64, of_queue: bool) -> Vec<u8> {
    let mut owner = [0; 16];
    if of_queue {
        let queue = (number % QUEUES).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        owner = [queue, queue].concat().try_into().unwrap();
    } else {
        rng.fill_bytes(&mut owner);
    }
    [&b"mail\0"[..], &owner, &[1], &number.to_be_bytes()].concat()
}

fn plain(layout: &Layout, folder: &Path, batch: u64, of_queue: bool) -> u64 {
    let path = folder.join("plain.db");
    let _old = fs::remove_file(&path);
    let mut connection = Connection::open(&path).unwrap();
    let settings = "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 16384; PRAGMA cache_size = -65536; PRAGMA secure_delete = ON;";
    connection.execute_batch(settings).unwrap();
    connection.execute_batch(layout.schema).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let value = vec![0x5a; BYTES];
    let mut number = 0;
    let mut insert = |connection: &mut Connection, count: u64| {
        let transaction = connection.transaction().unwrap();
        let mut keys = Vec::new();
        for _ in 0..count {
            number += 1;
            let key = key(&mut rng, number, of_queue);
            let mut statement = transaction.prepare_cached(layout.insert).unwrap();
            statement.execute((number.cast_signed(), &key, number.cast_signed(), &value)).unwrap();
            keys.push((key, number.cast_signed()));
        }
        transaction.commit().unwrap();
        keys
    };
    insert(&mut connection, THERE);
    rate(|| {
        let keys = insert(&mut connection, batch);
        for row in &keys {
            let mut statement = connection.prepare_cached(layout.read).unwrap();
            let found: Vec<u8> = statement.query_row((&row.0, row.1), |row| row.get(0)).unwrap();
            assert_eq!(found.len(), BYTES);
        }
        let transaction = connection.transaction().unwrap();
        for row in &keys {
            let mut statement = transaction.prepare_cached(layout.delete).unwrap();
            assert_eq!(statement.execute((&row.0, row.1)).unwrap(), 1);
        }
        transaction.commit().unwrap();
        batch
    })
}

fn engine(folder: &Path, batch: u64) -> u64 {
    let folder = folder.join("store");
    let _old = fs::remove_dir_all(&folder);
    let root = RootKey::new(&Zeroizing::new([1; 32]));
    let rng = Box::new(ChaCha20Rng::seed_from_u64(1));
    let mut engine = Sqlite::open(&folder, root, rng).unwrap();
    let cycle = Cycle { batch, queues: QUEUES, bytes: BYTES };
    let now = UnixMicros(1_700_000_000_000_000);
    rate(|| {
        let rows = cycle.run(&mut engine, now);
        assert_eq!(rows, batch);
        rows
    })
}

fn line(name: &str, rates: impl Iterator<Item = u64>) {
    let rates: Vec<_> = rates.map(|rate| format!("{rate:>8}")).collect();
    println!("{name:<32}{}", rates.join(" "));
}

fn main() {
    let named = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let place = named.map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let folder = place.join(format!("blindpost-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    println!("rows/s through insert, read and delete, {BYTES} bytes each, commits of");
    line("", BATCHES.into_iter());
    for (rows, of_queue) in [("queue", true), ("hash", false)] {
        for layout in &LAYOUTS {
            let rates = BATCHES.into_iter().map(|batch| plain(layout, &folder, batch, of_queue));
            line(&format!("{rows}: {}", layout.name), rates);
        }
    }
    line("engine", BATCHES.into_iter().map(|batch| engine(&folder, batch)));
    fs::remove_dir_all(&folder).unwrap();
}
