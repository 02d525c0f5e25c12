//! What an engine is to those that drive it.

use alloc::vec::Vec;

use vocab::{DataClass, UnixMicros};

use crate::{
    key::Key,
    transaction::{Answer, Revision, Transaction},
};

/// A store of rows. The world owns it and calls it for a hop.
///
/// `now` is the store's own clock: it alone sets and judges expiry.
pub trait Engine {
    /// Applies transactions in order, each all or none; one that is refused leaves its neighbours
    /// alone. What they did is visible at once and durable only after [`Engine::sync`].
    fn apply(&mut self, transactions: &[Transaction], now: UnixMicros) -> Vec<Answer>;

    /// Makes everything applied so far durable.
    fn sync(&mut self);

    /// Removes expired rows, so that their bytes are gone: how many, of each class, in order.
    fn sweep(&mut self, now: UnixMicros) -> Vec<(DataClass, u64)>;

    /// When the next row expires.
    fn next_expiry(&self) -> Option<UnixMicros>;

    /// Every row that has bytes in the store, readable or not: what someone sees who reads the disk.
    fn visit(&self, visit: &mut dyn FnMut(RawRow<'_>));
}

/// A row as somebody with the disk sees it.
#[derive(Clone, Copy, Debug)]
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
