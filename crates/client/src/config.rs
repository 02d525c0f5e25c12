//! What a device is told before it starts.

use crate::mutant::Mutant;

/// A person's device.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its end of every conversation.
    pub endpoint: endpoint::Config,
    /// Under which its rows name people.
    pub name_key: [u8; 32],
    /// A planted mistake; it acts only with the feature `mutants`.
    pub mutant: Option<Mutant>,
    /// A mistake planted in its desk.
    pub desk_mutant: Option<hop::Mutant>,
}
