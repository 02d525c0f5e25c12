//! Content at rest: sealed with a key for each message, which is wrapped by a key for each business
//! and day, which is wrapped by a root key that never lies in the store.
//!
//! Deleting the row of a message's key makes every copy of the message unreadable, wherever it
//! lies.
//!
//! A sealed row is: version (1), day (8, big-endian), nonce (12), ciphertext with tag (16). The key
//! of the row is authenticated with it, so that no row can be put in another's place. AES-256-GCM.

mod sealing;

use core::cell::{Cell, RefCell};

use endpoint::vault::{NAME_BYTES, Vault, name_under};
use hop::{Attempt, Waiting};
use keys::count::{Operation, compressions, count};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use store::Key;
use vocab::{DataClass, Keep, Micros, PhoneNumber, limits};
use zeroize::Zeroizing;

#[cfg(feature = "count")]
pub use self::sealing::seal_once;
use self::sealing::{fresh, open, seal};
use crate::storage::{Held, Marker, Storage, at_most_held, located};

/// How long content of a number stays where it must not outlive a message.
pub const WORK: Keep = Keep::For(limits::RETRANSMISSION_AGE);

/// The vault of one business's numbers.
pub struct SealedVault {
    /// The business, whose days have keys of their own.
    pub business: String,
    /// Wraps the keys of days.
    pub root_key: Zeroizing<[u8; 32]>,
    /// Under which rows name people.
    pub name_key: [u8; 32],
    /// Where content goes that is put from now on.
    storage: Cell<Storage>,
    /// The region in which content was put, now or since the start: it can be one alone, since
    /// storage is configured only while a number is not registered.
    region: Cell<Option<[u8; 2]>>,
    /// Content that lies nowhere else.
    held: RefCell<Held>,
}

impl core::fmt::Debug for SealedVault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SealedVault({})", self.business)
    }
}

/// The class of what says where content is.
const MARKER: DataClass = DataClass::ConnectionMetadata;
/// Rows of a queue of blobs: the pieces of one.
const BLOBS_READ: usize = limits::MAX_BLOB_PIECES as usize;
const VERSION: u8 = 1;

/// How long a day's key can be needed: what is sealed on it is kept 30 days, and a webhook that
/// waits was sealed within 7.
const DAY_KEY_AGE: Micros = Micros::days(31);

impl SealedVault {
    /// The vault of a business's numbers.
    pub fn new(business: String, root_key: [u8; 32], name_key: [u8; 32]) -> Self {
        let root_key = Zeroizing::new(root_key);
        let (storage, region, held) = (Cell::default(), Cell::default(), RefCell::default());
        Self { business, root_key, name_key, storage, region, held }
    }

    /// From now on content goes there; what was put before stays where it is.
    pub(crate) fn store_in(&self, storage: Storage) {
        if let Storage::Region(region) = storage {
            self.region.set(Some(region));
        }
        self.storage.set(storage);
    }

    /// A queue of blobs, and what it is called in the region.
    fn queues(&self, queue: &Key) -> impl Iterator<Item = Key> + use<> {
        let located = self.region.get().map(|region| located(region, queue));
        [queue.clone()].into_iter().chain(located)
    }

    /// Where content goes.
    pub(crate) const fn storage(&self) -> Storage {
        self.storage.get()
    }

    /// An attempt of a number begins.
    pub(crate) fn begin(&self) {
        self.held.borrow_mut().begin();
    }

    /// It is made again: what it has put under fresh names would stay for its time, found by
    /// nobody.
    pub(crate) fn undo(&self) {
        self.held.borrow_mut().undo();
    }

    /// The names of what the attempt has put, once it has come to its end.
    pub(crate) fn put_since(&self) -> Vec<u64> {
        self.held.borrow_mut().put_since()
    }

    /// The attempt that has put this came to nothing.
    pub(crate) fn came_to_nothing(&self, names: Vec<u64>) {
        self.held.borrow_mut().end_all(names);
    }

    /// How much content lies in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.held.borrow().len()
    }

    fn hold<E, N>(
        &self,
        attempt: &Attempt<'_, E, N>,
        (key, plain): (Key, &[u8]),
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Vec<u8> {
        let name = rng.next_u64();
        self.held.borrow_mut().put(name, (key, plain), keep, attempt.now().wall);
        Marker::Held(name).encode()
    }

    /// Seals content into the store, whatever the storage mode.
    pub(crate) fn put_sealed<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        plain: &[u8],
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let day = attempt.now().wall.day();
        let Some(day_key) = self.day_key(attempt, day, Some(&mut *rng))? else { return Ok(()) };
        let message_key = fresh(rng);
        let key_row = message_key_row(&key);
        let wrapped = seal(&day_key, key_row.as_bytes(), &message_key, rng);
        let sealed = seal(&message_key, key.as_bytes(), plain, rng);
        if let (Some(wrapped), Some(sealed)) = (wrapped, sealed) {
            let mut value = Vec::with_capacity(sealed.len().saturating_add(9));
            value.push(VERSION);
            value.extend_from_slice(&day.to_be_bytes());
            value.extend_from_slice(&sealed);
            attempt.write(key_row, wrapped, DataClass::KeyMaterial, keep);
            attempt.write(key, value, DataClass::MessageContent, keep);
        }
        Ok(())
    }

    fn open_sealed<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: &Key,
        stored: &[u8],
    ) -> Result<Option<Vec<u8>>, Waiting> {
        let Some((&[VERSION, ref day @ ..], sealed)) = stored.split_first_chunk::<9>() else {
            return Ok(None);
        };
        let day = u64::from_be_bytes(*day);
        let key_row = message_key_row(key);
        attempt.need(&[self.day_key_row(day), key_row.clone()])?;
        let Some(day_key) = self.day_key(attempt, day, None)? else { return Ok(None) };
        let Some(wrapped) = attempt.read(&key_row)? else { return Ok(None) };
        let message_key = open(&day_key, key_row.as_bytes(), &wrapped);
        let plain = message_key.and_then(|key_bytes| open(&key_bytes, key.as_bytes(), sealed));
        Ok(plain.map(|plain| plain.to_vec()))
    }

    fn day_key_row(&self, day: u64) -> Key {
        let business: [u8; 32] = Sha256::digest(self.business.as_bytes()).into();
        Key::table("day").with(&business).with_number(day)
    }

    /// What a row says, to somebody who has the disk and every key: for a checker. `row` reads the
    /// store; `None` for what this business's keys do not open.
    pub fn look(
        &self,
        key: &Key,
        stored: &[u8],
        row: &dyn Fn(&Key) -> Option<Vec<u8>>,
    ) -> Option<Vec<u8>> {
        let (&[VERSION, ref day @ ..], sealed) = stored.split_first_chunk::<9>()? else {
            return None;
        };
        let (day_row, key_row) = (self.day_key_row(u64::from_be_bytes(*day)), message_key_row(key));
        let day_key = open(&self.root_key[..], day_row.as_bytes(), &row(&day_row)?)?;
        let message_key = open(&day_key, key_row.as_bytes(), &row(&key_row)?)?;
        Some(open(&message_key, key.as_bytes(), sealed)?.to_vec())
    }

    /// The key of a business's day; made on first use.
    fn day_key<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        day: u64,
        rng: Option<&mut dyn CryptoRng>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Waiting> {
        let row = self.day_key_row(day);
        match (attempt.read(&row)?, rng) {
            (Some(wrapped), _) => Ok(open(&self.root_key[..], row.as_bytes(), &wrapped)),
            (None, None) => Ok(None),
            (None, Some(rng)) => {
                let key = fresh(rng);
                let Some(wrapped) = seal(&self.root_key[..], row.as_bytes(), &key, rng) else {
                    return Ok(None);
                };
                attempt.write(row, wrapped, DataClass::KeyMaterial, Keep::For(DAY_KEY_AGE));
                Ok(Some(key))
            }
        }
    }
}

/// The row of the key that seals the row `key`.
pub fn message_key_row(key: &Key) -> Key {
    count(Operation::Compress, compressions(key.as_bytes().len()));
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    Key::table("mkey").with(&hash)
}

impl Vault for SealedVault {
    fn put<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        plain: &[u8],
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let now = attempt.now().wall;
        match self.storage.get() {
            Storage::Store => self.put_sealed(attempt, key, plain, keep, rng),
            Storage::Region(region) => {
                self.put_sealed(attempt, located(region, &key), plain, keep, rng)?;
                attempt.write(key, Marker::At(region).encode(), MARKER, keep);
                Ok(())
            }
            Storage::Memory => {
                let keep = at_most_held(keep, now);
                let marker = self.hold(attempt, (key.clone(), plain), keep, rng);
                attempt.write(key, marker, MARKER, keep);
                Ok(())
            }
        }
    }

    /// What bears nothing that somebody wrote outlives this process in every storage mode, or a
    /// restart would leave what waits for its answer waiting.
    fn put_bearing<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        (bytes, bears): (&[u8], bool),
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        if bears {
            self.put(attempt, key, bytes, keep, rng)
        } else {
            self.put_sealed(attempt, key, bytes, keep, rng)
        }
    }

    fn open<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: &Key,
        stored: &[u8],
    ) -> Result<Option<Vec<u8>>, Waiting> {
        match Marker::decode(stored) {
            None => self.open_sealed(attempt, key, stored),
            Some(Marker::Held(name)) => Ok(self.held.borrow().get(name, attempt.now().wall)),
            Some(Marker::At(region)) => {
                let key = located(region, key);
                match attempt.read(&key)? {
                    Some(stored) => self.open_sealed(attempt, &key, &stored),
                    None => Ok(None),
                }
            }
        }
    }

    fn remove<E, N>(&self, attempt: &mut Attempt<'_, E, N>, key: &Key) {
        // Where it lies follows from the mode in which it was put, which may be another.
        if let Some(region) = self.region.get() {
            let located = located(region, key);
            attempt.delete(message_key_row(&located));
            attempt.delete(located);
        }
        self.held.borrow_mut().forget(key, attempt.now().wall);
        attempt.delete(message_key_row(key));
        attempt.delete(key.clone());
    }

    fn add_blob<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        queue: Key,
        bytes: &[u8],
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        match self.storage.get() {
            Storage::Store => {
                attempt.append(queue, bytes.to_vec(), DataClass::MessageContent, keep);
            }
            Storage::Region(region) => {
                let class = DataClass::MessageContent;
                attempt.append(located(region, &queue), bytes.to_vec(), class, keep);
            }
            Storage::Memory => {
                let keep = at_most_held(keep, attempt.now().wall);
                // Each piece has a key of its own, or one would take the place of another.
                let own = queue.clone().with_number(rng.next_u64());
                let marker = self.hold(attempt, (own, bytes), keep, rng);
                attempt.append(queue, marker, MARKER, keep);
            }
        }
        Ok(())
    }

    fn blobs<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        queue: &Key,
    ) -> Result<Vec<u8>, Waiting> {
        let now = attempt.now().wall;
        let mut blobs = Vec::new();
        for queue in self.queues(queue) {
            for row in attempt.scan(&queue, None, BLOBS_READ)? {
                match Marker::decode(&row.value) {
                    None => blobs.extend_from_slice(&row.value),
                    Some(Marker::Held(name)) => {
                        blobs.extend(self.held.borrow().get(name, now).unwrap_or_default());
                    }
                    Some(Marker::At(_)) => {}
                }
            }
        }
        Ok(blobs)
    }

    fn remove_blobs<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        queue: &Key,
    ) -> Result<(), Waiting> {
        for queue in self.queues(queue) {
            for row in attempt.scan(&queue, None, BLOBS_READ)? {
                if let Some(Marker::Held(name)) = Marker::decode(&row.value) {
                    self.held.borrow_mut().forget_one(name, attempt.now().wall);
                }
                attempt.delete(row.key.clone());
            }
        }
        Ok(())
    }

    fn name(&self, phone: &PhoneNumber) -> [u8; NAME_BYTES] {
        name_under(&self.name_key, phone)
    }
}
