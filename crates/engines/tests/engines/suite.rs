//! The engine keeps every promise of the suite that all engines must pass.

use std::path::PathBuf;

use crate::common::{Temporary, image, open};
use engines::Sqlite;
use store::{
    Answer, Engine, RawRow, Refusal, Transaction,
    suite::{CrashableEngine, model_check, run},
};
use vocab::{DataClass, UnixMicros};

/// A store that crashes by being opened from a copy of its files, taken while it was open.
struct Crashing {
    engine: Option<Sqlite>,
    folder: PathBuf,
    /// Copies of it so far; each crash lives in the next.
    crashes: u32,
    place: Temporary,
}

impl Crashing {
    fn new() -> Self {
        let place = Temporary::new();
        let folder = place.at("0");
        Self { engine: Some(open(&folder)), folder, crashes: 0, place }
    }

    fn engine(&mut self) -> &mut Sqlite {
        self.engine.as_mut().unwrap()
    }
}

impl Engine for Crashing {
    fn apply(&mut self, transactions: &[Transaction], now: UnixMicros) -> Vec<Answer> {
        self.engine().apply(transactions, now)
    }

    fn sync(&mut self) -> Result<(), Refusal> {
        self.engine().sync()
    }

    fn sweep(&mut self, now: UnixMicros) -> Vec<(DataClass, u64)> {
        self.engine().sweep(now)
    }

    fn next_expiry(&self) -> Option<UnixMicros> {
        self.engine.as_ref().unwrap().next_expiry()
    }

    fn visit(&self, visit: &mut dyn FnMut(RawRow<'_>)) {
        self.engine.as_ref().unwrap().visit(visit);
    }
}

impl CrashableEngine for Crashing {
    fn crash(&mut self) {
        self.crashes += 1;
        let next = self.place.at(&self.crashes.to_string());
        image(&self.folder, &next);
        self.engine = None;
        std::fs::remove_dir_all(&self.folder).unwrap();
        self.folder = next;
        self.engine = Some(open(&self.folder));
    }

    fn set_read_only(&mut self, read_only: bool) {
        self.engine().set_read_only(read_only);
    }
}

#[test]
fn the_engine_keeps_every_promise_of_the_suite() {
    let report = run(&mut || Box::new(Crashing::new()) as Box<dyn CrashableEngine>);
    assert!(report.is_pass(), "{report}");
}

#[test]
fn random_walks_from_other_seeds_agree_with_the_simplest_store() {
    for seed in 2..5 {
        model_check(&mut Crashing::new(), seed, 600).unwrap();
    }
}
