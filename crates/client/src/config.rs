//! What a device is told before it starts.

use crate::mutant::Mutant;

/// What [`Config::rows_at_hand`] is where memory is no matter.
pub const ROWS_AT_HAND: usize = 64;

/// A person's device.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its end of every conversation.
    pub endpoint: endpoint::Config,
    /// Under which its rows name people.
    pub name_key: [u8; 32],
    /// Rows without a transaction under way that it keeps at hand: more memory, fewer reads.
    pub rows_at_hand: usize,
    /// A planted mistake; it acts only with the feature `mutants`.
    pub mutant: Option<Mutant>,
    /// A mistake planted in its desk.
    pub desk_mutant: Option<hop::Mutant>,
}
