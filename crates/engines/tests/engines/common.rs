//! What the tests of this crate share: folders of their own, a root key, a seeded generator.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use aho_corasick::AhoCorasick;
use engines::{DATABASE, KEYRING, RootKey, Sqlite};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use store::{Answer, Engine, Key, Op, Refusal, Revision, Row, Transaction, Value};
use vocab::{DataClass, Keep, Micros, Reason, UnixMicros};
use zeroize::Zeroizing;

/// Where clocks of tests start.
pub(crate) const START: UnixMicros = UnixMicros(1_700_000_000_000_000);

pub(crate) const FOR_GOOD: Keep = Keep::Never(Reason::UntilDone);

/// A folder that is gone with this value.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stores").join(name);
        let _was_there = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A folder in this one.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn root() -> RootKey {
    RootKey::new(&Zeroizing::new([7; 32]))
}

pub(crate) fn rng(seed: u64) -> Box<ChaCha20Rng> {
    Box::new(ChaCha20Rng::seed_from_u64(seed))
}

pub(crate) fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, root(), rng(1)).unwrap()
}

pub(crate) fn key(name: &str) -> Key {
    Key::table("row").with(name.as_bytes())
}

pub(crate) fn row(key: &Key, value: &[u8], keep: Keep) -> Row {
    Row {
        key: key.clone(),
        revision: Revision(1),
        value: value.to_vec(),
        class: DataClass::MessageContent,
        keep,
    }
}

pub(crate) fn put(name: &str, value: &[u8]) -> Op {
    Op::Put(row(&key(name), value, FOR_GOOD))
}

pub(crate) fn brief(name: &str, value: &[u8], span: Micros) -> Op {
    Op::Put(row(&key(name), value, Keep::For(span)))
}

pub(crate) fn append(queue: &str, value: &[u8]) -> Op {
    Op::Append(row(&Key::table(queue), value, FOR_GOOD))
}

pub(crate) fn transaction(ops: Vec<Op>) -> Transaction {
    Transaction { checks: Vec::new(), ops }
}

pub(crate) fn only(op: Op) -> Transaction {
    transaction(vec![op])
}

/// Does `ops` in one transaction and makes them durable.
pub(crate) fn done(engine: &mut dyn Engine, now: UnixMicros, ops: Vec<Op>) -> Vec<Value> {
    match engines::commit(engine, &[transaction(ops)], now).remove(0) {
        Answer::Done(values) => values,
        other => panic!("{other:?}"),
    }
}

/// The value of the row `name`.
pub(crate) fn value(engine: &mut dyn Engine, now: UnixMicros, name: &str) -> Option<Vec<u8>> {
    match done(engine, now, vec![Op::Get(key(name))]).remove(0) {
        Value::Row(row) => row.map(|row| row.value),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refusal(answer: &Answer) -> Option<Refusal> {
    match answer {
        Answer::Unavailable(refusal) => Some(*refusal),
        Answer::Done(_) | Answer::Conflict { .. } => None,
    }
}

/// The files that somebody finds who takes the disk, names and bytes: not the lock.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != "lock").collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

/// Whether any file of `folder` has `bytes` in it.
pub(crate) fn has_bytes(folder: &Path, bytes: &[u8]) -> bool {
    found(folder, &[bytes]) == [true]
}

/// Which of `pieces` any file of `folder` has in it.
pub(crate) fn found<T: AsRef<[u8]>>(folder: &Path, pieces: &[T]) -> Vec<bool> {
    let search = AhoCorasick::new(pieces).unwrap();
    let mut found = vec![false; pieces.len()];
    for (_, bytes) in files(folder) {
        for hit in search.find_overlapping_iter(&bytes) {
            found[hit.pattern().as_usize()] = true;
        }
    }
    found
}

pub(crate) fn contains(file: &[u8], bytes: &[u8]) -> bool {
    memmem(file, bytes).is_some()
}

/// Where `bytes` first are in `file`.
pub(crate) fn memmem(file: &[u8], bytes: &[u8]) -> Option<usize> {
    AhoCorasick::new([bytes]).unwrap().find(file).map(|hit| hit.start())
}

/// What a crash leaves of a store: its files as they are at this moment, though it is open.
pub(crate) fn image(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in [DATABASE, "store.db-wal", KEYRING] {
        let file = from.join(name);
        if file.exists() {
            fs::copy(file, to.join(name)).unwrap();
        }
    }
}
