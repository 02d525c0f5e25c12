//! A row as the memory engine holds it: one piece of memory, since a run holds them by the million.

use alloc::{sync::Arc, vec::Vec};
use core::{borrow::Borrow, cmp::Ordering};

use vocab::{DataClass, Keep, UnixMicros};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    engine::RawRow,
    key::Key,
    transaction::{Revision, Row, Stored},
};

/// A row: what is known of it, its key and its value. It is found, and sorts, by its key.
///
/// Copies share the memory, and the last of them wipes it.
#[derive(Clone)]
pub(super) struct Held(Arc<[u8]>);

/// What stands before the key: revision, expiry, the key's length, the class.
const HEAD: usize = 8 + 8 + 2 + 1;

/// Marks a class with which there is an expiry.
const EXPIRES: u8 = 0x80;

impl Held {
    /// The row `key` for `row`, whose key may be that of a queue, written now.
    pub(super) fn new(key: &Key, row: &Row, now: UnixMicros) -> Self {
        let expires = match row.keep {
            Keep::For(span) => Some(now.after(span)),
            Keep::Until(moment) => Some(moment),
            Keep::Never(_) => None,
        };
        let (key, value) = (key.as_bytes(), row.value.as_slice());
        let length = HEAD.saturating_add(key.len()).saturating_add(value.len());
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        bytes.extend_from_slice(&row.revision.0.to_ne_bytes());
        bytes.extend_from_slice(&expires.unwrap_or_default().0.to_ne_bytes());
        // Keys are at most as long as `vocab::limits` says.
        bytes.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_ne_bytes());
        bytes.push(row.class as u8 | if expires.is_some() { EXPIRES } else { 0 });
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(value);
        Self(bytes.as_slice().into())
    }

    fn number(&self, at: usize) -> u64 {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u64::from_ne_bytes(*bytes))
    }

    fn tag(&self) -> u8 {
        self.0.get(18).copied().unwrap_or_default()
    }

    fn split(&self) -> (&[u8], &[u8]) {
        let length = self.0.get(16..).and_then(|rest| rest.first_chunk());
        let length = usize::from(length.map_or(0, |bytes| u16::from_ne_bytes(*bytes)));
        let rest = self.0.get(HEAD..).unwrap_or_default();
        rest.split_at_checked(length).unwrap_or_default()
    }

    pub(super) fn revision(&self) -> Revision {
        Revision(self.number(0))
    }

    pub(super) fn expires(&self) -> Option<UnixMicros> {
        (self.tag() & EXPIRES != 0).then(|| UnixMicros(self.number(8)))
    }

    pub(super) fn class(&self) -> DataClass {
        let class = DataClass::ALL.get(usize::from(self.tag() & !EXPIRES));
        class.copied().unwrap_or(DataClass::MessageContent)
    }

    pub(super) fn key(&self) -> &[u8] {
        self.split().0
    }

    pub(super) fn value(&self) -> &[u8] {
        self.split().1
    }

    /// Bytes of its key and value.
    pub(super) fn size(&self) -> usize {
        self.0.len().saturating_sub(HEAD)
    }

    pub(super) fn is_readable(&self, now: UnixMicros) -> bool {
        self.expires().is_none_or(|moment| now < moment)
    }

    pub(super) fn stored(&self) -> Stored {
        let (key, value) = self.split();
        Stored {
            key: Key::from_bytes(key.to_vec()),
            revision: self.revision(),
            value: value.to_vec(),
            expires: self.expires(),
        }
    }

    pub(super) fn show(&self, visit: &mut dyn FnMut(RawRow<'_>)) {
        let key = Key::from_bytes(self.key().to_vec());
        let (revision, class, expires) = (self.revision(), self.class(), self.expires());
        visit(RawRow { key: &key, revision, value: self.value(), class, expires });
    }

    /// Whether both are the same to the byte.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(bytes) = Arc::get_mut(&mut self.0) {
            bytes.zeroize();
        }
    }
}

impl Borrow<[u8]> for Held {
    fn borrow(&self) -> &[u8] {
        self.key()
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}
