//! Keys of rows: a table's name, then parts that sort as they are written.

use alloc::vec::Vec;
use core::{cmp::Ordering, fmt};

/// Bytes of a key that are kept in place. Nearly all keys are shorter, and keys are compared and
/// copied all the time: in place neither goes through a pointer, and no copy allocates.
const IN_PLACE: usize = 54;

/// The key of a row: bytes that sort.
///
/// By convention `table`, a zero byte, then parts of fixed length. It names people only by a keyed
/// hash of their number.
#[derive(Clone)]
pub struct Key(Bytes);

#[derive(Clone)]
enum Bytes {
    /// Zeros behind `length`.
    Short {
        length: u8,
        bytes: [u8; IN_PLACE],
    },
    Long(Vec<u8>),
}

impl Key {
    /// The key (or the prefix) of `table`.
    pub fn table(table: &str) -> Self {
        Self::default().with(table.as_bytes()).with(&[0])
    }

    /// This key with `part` behind it. Parts of one table have one length each, or are last.
    #[must_use]
    pub fn with(mut self, part: &[u8]) -> Self {
        match &mut self.0 {
            Bytes::Short { length, bytes } => {
                let end = usize::from(*length).saturating_add(part.len());
                match (bytes.get_mut(usize::from(*length)..end), u8::try_from(end)) {
                    (Some(slot), Ok(end)) => {
                        slot.copy_from_slice(part);
                        *length = end;
                    }
                    _ => self.0 = Bytes::Long([self.as_bytes(), part].concat()),
                }
            }
            Bytes::Long(bytes) => bytes.extend_from_slice(part),
        }
        self
    }

    /// This key with a number behind it, big-endian so that numbers sort.
    #[must_use]
    pub fn with_number(self, number: u64) -> Self {
        self.with(&number.to_be_bytes())
    }

    /// The key in `bytes`.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        if bytes.len() <= IN_PLACE {
            Self::default().with(&bytes)
        } else {
            Self(Bytes::Long(bytes))
        }
    }

    /// The bytes of the key.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or(bytes),
            Bytes::Long(bytes) => bytes,
        }
    }

    /// Whether this key begins with `prefix`.
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.as_bytes().starts_with(prefix.as_bytes())
    }

    /// What stands behind `prefix`, if this key begins with it.
    pub fn after(&self, prefix: &Self) -> Option<&[u8]> {
        self.as_bytes().strip_prefix(prefix.as_bytes())
    }

    /// The number at the end of a key made by [`Key::with_number`] or by a queue.
    pub fn last_number(&self) -> Option<u64> {
        self.as_bytes().last_chunk().map(|bytes| u64::from_be_bytes(*bytes))
    }
}

impl Default for Key {
    fn default() -> Self {
        Self(Bytes::Short { length: 0, bytes: [0; IN_PLACE] })
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (
                Bytes::Short { length, bytes },
                Bytes::Short { length: their_length, bytes: theirs },
            ) => in_place(bytes, theirs).then(length.cmp(their_length)),
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

/// Eight bytes at a time. Since zeros stand behind both, a key and the beginning of it differ here
/// only where zeros do not go on, and then as they should.
fn in_place(ours: &[u8; IN_PLACE], theirs: &[u8; IN_PLACE]) -> Ordering {
    let ((ours, our_rest), (theirs, their_rest)) = (ours.as_chunks::<8>(), theirs.as_chunks::<8>());
    for (ours, theirs) in ours.iter().zip(theirs) {
        if ours != theirs {
            return u64::from_be_bytes(*ours).cmp(&u64::from_be_bytes(*theirs));
        }
    }
    our_rest.cmp(their_rest)
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (
                Bytes::Short { length, bytes },
                Bytes::Short { length: their_length, bytes: theirs },
            ) => length == their_length && bytes == theirs,
            _ => self.as_bytes() == other.as_bytes(),
        }
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.as_bytes();
        let (table, rest) = bytes.split_at(bytes.iter().position(|b| *b == 0).unwrap_or(0));
        write!(f, "{}/", core::str::from_utf8(table).unwrap_or("?"))?;
        rest.iter().skip(1).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests;
