//! Where the stores of one process lie, and when what has expired is removed from them.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use engines::{Counters, Limits, Refused, RootKey, Sqlite, Trouble, Writer};
use getrandom::fill;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use store::{Answer, Engine as _, Refusal, Transaction};
use zeroize::Zeroizing;

use crate::{
    clock::Clock,
    failure::Failure,
    ledger::{Done, Ledger},
    log::Log,
    metrics::Metrics,
    namespace::Namespace,
    secrets::Secrets,
    sweeper::Sweeper,
};

/// The stores of one process, each in a folder of its own.
#[derive(Clone, Debug)]
pub struct Stores(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    secrets: Secrets,
    clock: Clock,
    log: Log,
    failure: Failure,
    /// KiB of pages that each keeps in memory, if not as many as is usual.
    cache: Option<u32>,
    open: Mutex<BTreeMap<String, Weak<Store>>>,
}

/// A store that somebody has open.
#[derive(Debug)]
struct Store {
    writer: Arc<Writer<Sqlite>>,
    sweeper: Sweeper,
}

/// A store does not open.
#[derive(Debug, thiserror::Error)]
#[error("the store {name} does not open: {why}")]
pub struct StoreError {
    /// Which.
    pub name: String,
    /// Why.
    pub why: String,
}

impl Stores {
    /// Those in `folder`. The keys that wrap theirs follow from `secrets`.
    pub fn new(folder: PathBuf, secrets: Secrets, clock: Clock, log: Log) -> Self {
        Self::telling((folder, None), secrets, clock, (log, Failure::default()))
    }

    /// The same, each with so many KiB of pages in memory, which tell `failure` that one of them
    /// failed for good.
    pub(crate) fn telling(
        (folder, cache): (PathBuf, Option<u32>),
        secrets: Secrets,
        clock: Clock,
        (log, failure): (Log, Failure),
    ) -> Self {
        let open = Mutex::default();
        Self(Arc::new(Inner { folder, secrets, clock, log, failure, cache, open }))
    }

    /// That a store failed for good.
    pub fn failure(&self) -> Failure {
        self.0.failure.clone()
    }

    /// The thread that writes the store called `name` dies, as a mistake of ours would have it;
    /// whether somebody has that store open.
    pub(crate) fn break_on_purpose(&self, name: &str) -> bool {
        let open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let store = open.get(name).and_then(Weak::upgrade);
        drop(open);
        #[expect(clippy::panic, reason = "that is what is asked for")]
        let broken = |_: &mut Sqlite, _| panic!("a store was broken on purpose");
        store.is_some_and(|store| store.writer.with_engine(broken).is_ok())
    }

    /// What `owner` keeps in the store called `name`. Several owners of one store each have rows of
    /// their own; an owner that is called like the store has it for itself.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn open(&self, name: &str, owner: &str) -> Result<Box<dyn Ledger>, StoreError> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match open.get(name).and_then(Weak::upgrade) {
            Some(store) => store,
            None => {
                let failed = |why: String| StoreError { name: name.to_owned(), why };
                let store = Arc::new(self.0.open(name).map_err(failed)?);
                open.insert(name.to_owned(), Arc::downgrade(&store));
                store
            }
        };
        let namespace = (name != owner).then(|| Namespace::of(owner));
        Ok(Box::new(Shared { store, namespace }))
    }
}

impl Stores {
    /// Shows in `metrics` what the store called `name`, which is open, has committed.
    pub(crate) fn show(&self, name: &str, metrics: &Metrics) {
        let open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(store) = open.get(name).and_then(Weak::upgrade) else { return };
        let writer = Arc::downgrade(&store.writer);
        let count = move |which: fn(Counters) -> u64| {
            let writer = writer.clone();
            move || writer.upgrade().map_or(0, |writer| which(writer.counters()))
        };
        let labels = [("store", name)];
        let (commits, help) = ("blindpost_store_commits_total", "Batches that were committed.");
        metrics.shows(commits, help, &labels, count(|counters| counters.commits));
        let (answered, help) = ("blindpost_store_transactions_total", "Transactions answered.");
        metrics.shows(answered, help, &labels, count(|counters| counters.answered));
    }
}

/// The key that wraps those of the store called `name`.
pub(crate) fn root_key(secrets: &Secrets, name: &str) -> RootKey {
    RootKey::new(&Zeroizing::new(secrets.secret("store", name)))
}

impl Inner {
    fn open(&self, name: &str) -> Result<Store, String> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        let root = root_key(&self.secrets, name);
        let mut seed = [0; 32];
        fill(&mut seed).map_err(|why| why.to_string())?;
        let rng = Box::new(ChaCha20Rng::from_seed(seed));
        let mut engine = Sqlite::open(&folder, root, rng).map_err(|why| why.to_string())?;
        if let Some(kib) = self.cache {
            engine.set_cache(kib).map_err(|why| why.to_string())?;
        }
        engine.listen(logs_trouble(name, self.log.clone()));
        let first = engine.next_expiry();
        let clock = self.clock.clone();
        let writer = Writer::start(engine, Limits::default(), move || clock.wall());
        let writer = Arc::new(writer.map_err(|why| why.to_string())?);
        let (failure, log, failed) = (self.failure.clone(), self.log.clone(), name.to_owned());
        writer.when_it_dies(move || {
            log.line(&failed, "the thread that writes this store has died", &[]);
            failure.tell(format!("the store {failed} has failed: its writer has died"));
        });
        let sweeper = Sweeper::start(
            (name, first),
            Arc::downgrade(&writer),
            (self.clock.clone(), self.log.clone()),
        );
        Ok(Store { writer, sweeper })
    }
}

/// Tells the operator what SQLite says; the same again only after something else.
fn logs_trouble(name: &str, log: Log) -> impl FnMut(&Trouble) + Send + 'static {
    let (name, mut last) = (name.to_owned(), None);
    move |trouble| {
        if last.as_ref() != Some(trouble) {
            log.line(&name, "trouble beneath the store", &[("why", trouble.to_string().into())]);
            last = Some(trouble.clone());
        }
    }
}

/// One owner's way to a store.
struct Shared {
    store: Arc<Store>,
    namespace: Option<Namespace>,
}

impl Ledger for Shared {
    fn submit(&mut self, transaction: Transaction, done: Done) {
        let Store { writer, sweeper } = &*self.store;
        sweeper.expect(&transaction);
        let taken = Arc::new(Mutex::new(Some(done)));
        let reply = taken.clone();
        let answer = move |answer: Answer| {
            if let Some(done) = reply.lock().unwrap_or_else(PoisonError::into_inner).take() {
                done(answer);
            }
        };
        let submitted = match self.namespace.clone() {
            None => writer.submit(transaction, answer),
            Some(namespace) => {
                let transaction = namespace.inward(transaction);
                writer.submit(transaction, move |given| answer(namespace.outward(given)))
            }
        };
        // A writer that took nothing answers nothing; the hop tries again later.
        let refusal = match submitted {
            Ok(()) => return,
            Err(Refused::Busy { .. }) => Refusal::Full,
            Err(Refused::Stopped) => Refusal::Failed,
        };
        if let Some(done) = taken.lock().unwrap_or_else(PoisonError::into_inner).take() {
            done(Answer::Unavailable(refusal));
        }
    }
}
