//! What one Business Manager is.

use hop::router::TokenHash;

/// What one Business Manager is.
#[derive(Clone)]
pub struct Config {
    /// SHA-256 of every token that there is, with whose it is: who may call here, and what the
    /// Cloud API is told when it asks whose a token is.
    pub principals: Vec<(TokenHash, String)>,
    /// The authorities of the Cloud API's nodes, which are told when grants have changed.
    pub cloud_api: Vec<String>,
    /// The token that Business Manager shows there.
    pub token: String,
    /// The optional services that a business may add, by name. None is added by itself
    /// (requirement R002).
    pub services: Vec<String>,
}
