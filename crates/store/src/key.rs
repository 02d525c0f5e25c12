//! Keys of rows: a table's name, then parts that sort as they are written.

use alloc::vec::Vec;
use core::fmt;

/// The key of a row: bytes that sort.
///
/// By convention `table`, a zero byte, then parts of fixed length. It names people only by a keyed
/// hash of their number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Key(Vec<u8>);

impl Key {
    /// The key (or the prefix) of `table`.
    pub fn table(table: &str) -> Self {
        let mut bytes = Vec::with_capacity(table.len().saturating_add(24));
        bytes.extend_from_slice(table.as_bytes());
        bytes.push(0);
        Self(bytes)
    }

    /// This key with `part` behind it. Parts of one table have one length each, or are last.
    #[must_use]
    pub fn with(mut self, part: &[u8]) -> Self {
        self.0.extend_from_slice(part);
        self
    }

    /// This key with a number behind it, big-endian so that numbers sort.
    #[must_use]
    pub fn with_number(self, number: u64) -> Self {
        self.with(&number.to_be_bytes())
    }

    /// The key in `bytes`.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes of the key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this key begins with `prefix`.
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }

    /// What stands behind `prefix`, if this key begins with it.
    pub fn after(&self, prefix: &Self) -> Option<&[u8]> {
        self.0.strip_prefix(prefix.0.as_slice())
    }

    /// The number at the end of a key made by [`Key::with_number`] or by a queue.
    pub fn last_number(&self) -> Option<u64> {
        self.0.last_chunk().map(|bytes| u64::from_be_bytes(*bytes))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, rest) = self.0.split_at(self.0.iter().position(|b| *b == 0).unwrap_or(0));
        write!(f, "{}/", core::str::from_utf8(table).unwrap_or("?"))?;
        rest.iter().skip(1).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
