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
    /// The links whose registrations are hosted numbers: one for each node of the Cloud API. A
    /// number belongs to the node that registered it, and to no other.
    pub cloud_api: Vec<NoiseKey>,
    /// Numbers of businesses that run their own end, each with the key of its link, as agreed when
    /// the business signed up: integrity is counted for them too.
    pub on_premises: Vec<(PhoneNumber, NoiseKey)>,
    /// What numbers are hashed with.
    pub hash_key: HashKey,
    /// Who may ask over HTTP: SHA-256 of the bearer token, and whose it is.
    pub principals: Vec<([u8; 32], String)>,
    /// The name that this server is asked under.
    pub authority: String,
    /// Defences.
    pub rules: Rules,
    /// Where several nodes serve one store: the number of this one among them, which none shares.
    pub writer: Option<u8>,
    /// Rows on which nothing is under way that stay in memory, for work to come: of about 300
    /// bytes each. Each device that writes has five or six, and each message one for a while.
    pub rows_kept: usize,
    /// Whether registration codes are written to the log, as is of use where no telephone is.
    pub shows_codes: bool,
    /// The planted mistake of this run; it acts only with the feature `mutants`.
    pub mutant: Option<crate::mutant::Mutant>,
    /// A mistake planted in its desk.
    pub desk_mutant: Option<hop::Mutant>,
}

/// Unless it is told otherwise.
const ROWS_KEPT: usize = 4_096;

impl Config {
    /// A transport named `authority` with every defence on, that hosts nobody and that nobody may
    /// ask.
    pub fn new(authority: &str, hash_key: HashKey) -> Self {
        Self {
            cloud_api: Vec::new(),
            on_premises: Vec::new(),
            hash_key,
            principals: Vec::new(),
            authority: authority.to_string(),
            rules: Rules::default(),
            writer: None,
            rows_kept: ROWS_KEPT,
            shows_codes: true,
            mutant: None,
            desk_mutant: None,
        }
    }

    /// Whether `link` is that of a node of the Cloud API.
    pub(crate) fn is_cloud_api(&self, link: NoiseKey) -> bool {
        self.cloud_api.contains(&link)
    }

    /// Whether the end of a link acts for businesses: the Cloud API, or one of a business itself.
    /// Who they are was agreed beforehand and is proved by the link's key, so their numbers are
    /// claimed without a code, and they have limits of their own.
    pub(crate) fn acts_for_businesses(&self, link: NoiseKey) -> bool {
        self.is_cloud_api(link) || self.on_premises.iter().any(|(_, own)| *own == link)
    }

    /// Whether a link may claim a number without a code.
    pub(crate) fn claims_freely(&self, link: NoiseKey, number: &PhoneNumber) -> bool {
        self.is_cloud_api(link)
            || !self.rules.registration_code
            || self.on_premises.iter().any(|(own, by)| own == number && *by == link)
    }

    /// The principal that `token_hash` belongs to.
    pub(crate) fn principal(&self, token_hash: &[u8; 32]) -> Option<&str> {
        let known = self.principals.iter().find(|(hash, _)| hash == token_hash);
        known.map(|(_, principal)| principal.as_str())
    }
}

/// Defences that a scenario can switch off, to show why they exist.
#[expect(clippy::struct_excessive_bools, reason = "each can be switched off alone")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// An envelope from a hosted number is refused on every link but that of the Cloud API's node
    /// that hosts it.
    pub business_sender_check: bool,
    /// A number that a link does not own yet is claimed with a code that was sent to it.
    pub registration_code: bool,
    /// Bundles, and one-time prekeys in them, are limited for each requester and each target.
    pub fetch_limits: bool,
    /// Messages, receipts, frames and bytes of each link are limited.
    pub message_rates: bool,
    /// A link asks about and writes to so many new numbers, whether anybody has them or not.
    pub enumeration_limits: bool,
    /// A mailbox holds so many envelopes and bytes; its senders are told.
    pub mailbox_quota: bool,
    /// A business that writes to everybody, or that many report, reaches only who wrote to it.
    pub integrity_throttling: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            business_sender_check: true,
            registration_code: true,
            fetch_limits: true,
            message_rates: true,
            enumeration_limits: true,
            mailbox_quota: true,
            integrity_throttling: true,
        }
    }
}
