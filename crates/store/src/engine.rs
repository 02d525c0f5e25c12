//! What an engine is to those that drive it.

use alloc::vec::Vec;
use core::fmt;

use vocab::{DataClass, UnixMicros};

use crate::{
    key::Key,
    transaction::{Answer, Refusal, Revision, Transaction},
};

/// A store of rows. The world owns it and calls it for a hop.
///
/// `now` is the store's own clock: it alone sets and judges expiry.
pub trait Engine {
    /// Applies transactions in order, each all or none; one that is refused leaves its neighbours
    /// alone. One answer for each, in the same order.
    ///
    /// What they did is visible at once and durable only after [`Engine::sync`], so whoever drives
    /// an engine hands out an answer only when everything before it is synced: a read may have seen
    /// what is not durable yet.
    fn apply(&mut self, transactions: &[Transaction], now: UnixMicros) -> Vec<Answer>;

    /// Makes everything applied so far durable.
    ///
    /// # Errors
    ///
    /// What the disk said. Then nothing applied since the last sync that succeeded is there any
    /// more: whoever drives the engine answers each of these transactions, reads included, with
    /// [`Answer::Unavailable`] and this refusal. What was durable before is untouched.
    fn sync(&mut self) -> Result<(), Refusal>;

    /// Removes expired rows, so that their bytes are gone: how many, of each class, in the order of
    /// classes. Durable only after [`Engine::sync`], as everything: a crash before it may bring the
    /// bytes back, and the rows stay unreadable.
    fn sweep(&mut self, now: UnixMicros) -> Vec<(DataClass, u64)>;

    /// When the next row expires; a row that is over and not yet swept counts too.
    fn next_expiry(&self) -> Option<UnixMicros>;

    /// Every row that has bytes in the store, readable or not: what someone sees who reads the
    /// disk.
    fn visit(&self, visit: &mut dyn FnMut(RawRow<'_>));
}

/// A row as somebody with the disk sees it.
#[derive(Clone, Copy)]
pub struct RawRow<'a> {
    /// Its key.
    pub key: &'a Key,
    /// Its revision.
    pub revision: Revision,
    /// Its bytes.
    pub value: &'a [u8],
    /// What kind of data it holds.
    pub class: DataClass,
    /// When it stops being readable.
    pub expires: Option<UnixMicros>,
}

impl fmt::Debug for RawRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may hold keys: their length is all that a log may show.
        let Self { key, revision, value, class, expires } = self;
        let (revision, bytes, class) = (revision.0, value.len(), class.name());
        write!(f, "RawRow({key:?} r{revision} {bytes}B {class} {expires:?})")
    }
}
