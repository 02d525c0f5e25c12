//! What one transport is told before its first input.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use vocab::{NoiseKey, PhoneNumber};

use crate::alias::HashKey;

/// What one transport is told before its first input.
#[derive(Clone, Debug)]
pub struct Config {
    /// The one link whose registrations are hosted numbers.
    pub cloud_api: Option<NoiseKey>,
    /// Numbers of businesses that run their own end, so that integrity is counted for them too.
    pub on_premises: Vec<PhoneNumber>,
    /// What numbers are hashed with.
    pub hash_key: HashKey,
    /// Who may ask over HTTP: SHA-256 of the bearer token, and whose it is.
    pub principals: Vec<([u8; 32], String)>,
    /// The name that this server is asked under.
    pub authority: String,
    /// Defences.
    pub rules: Rules,
    /// The planted mistake of this run; it acts only with the feature `mutants`.
    pub mutant: Option<crate::mutant::Mutant>,
    /// A mistake planted in its desk.
    pub desk_mutant: Option<hop::Mutant>,
}

impl Config {
    /// A transport named `authority` with every defence on, that hosts nobody and that nobody may
    /// ask.
    pub fn new(authority: &str, hash_key: HashKey) -> Self {
        Self {
            cloud_api: None,
            on_premises: Vec::new(),
            hash_key,
            principals: Vec::new(),
            authority: authority.to_string(),
            rules: Rules::default(),
            mutant: None,
            desk_mutant: None,
        }
    }

    /// The principal that `token_hash` belongs to.
    pub(crate) fn principal(&self, token_hash: &[u8; 32]) -> Option<&str> {
        let known = self.principals.iter().find(|(hash, _)| hash == token_hash);
        known.map(|(_, principal)| principal.as_str())
    }
}

/// Defences that a scenario can switch off, to show why they exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// An envelope from a hosted number is refused on every link but the Cloud API's.
    pub business_sender_check: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { business_sender_check: true }
    }
}
