//! What one node of the Cloud API is told before it starts.

use signal::Profile;
use vocab::{Micros, NoiseKey, PhoneNumber};

use crate::{management::Management, mutant::Mutant, rules::Rules, share::Share};

/// One node of the Cloud API.
#[derive(Clone)]
pub struct Config {
    /// The pinned static Noise key of the transport.
    pub transport: NoiseKey,
    /// The server that knows grants and principals.
    pub business_manager: String,
    /// The server that takes billing records; none on premises.
    pub billing: Option<String>,
    /// The server that takes statistics; none on premises.
    pub statistics: Option<String>,
    /// On premises: the one number that the business runs itself, for which nobody grants anything.
    pub own: Option<Own>,
    /// Which of the granted numbers are this node's.
    pub share: Share,
    /// This node's own bearer token towards those servers.
    pub token: String,
    /// Callers that are known without asking Business Manager: SHA-256 of the token, principal.
    pub principals: Vec<([u8; 32], String)>,
    /// Optional services that there are. None is handed anything before a business adds it
    /// (requirement R002).
    pub services: Vec<OptionalService>,
    /// Where webhooks go.
    pub subscriptions: Vec<Subscription>,
    /// Updates in one webhook, at most [`vocab::limits::MAX_WEBHOOK_UPDATES`]. Many receivers read
    /// the first one alone (pywa 4.5.0 and whatsapp-api-js 6.3.0 do).
    pub webhook_updates: usize,
    /// Which handshake numbers start and accept.
    pub profile: Profile,
    /// One-time prekeys of the elliptic curve that each number keeps published.
    pub one_time_prekeys: u32,
    /// One-time KEM prekeys that each number keeps published.
    pub kem_prekeys: u32,
    /// Wraps the keys of each business and day. It never lies in the store.
    pub root_key: [u8; 32],
    /// Under which rows name people.
    pub name_key: [u8; 32],
    /// How often statistics are exported while there is something new.
    pub statistics_every: Micros,
    /// Which of the platform's rules hold.
    pub rules: Rules,
    /// Apps, templates, and where webhooks may go.
    pub management: Management,
    /// Whether derivations are told as events.
    pub trace: bool,
    /// A planted mistake; it acts only with the feature `mutants`.
    pub mutant: Option<Mutant>,
    /// A mistake planted in the ends of its numbers.
    pub endpoint_mutant: Option<endpoint::Mutant>,
    /// A mistake planted in its desk.
    pub desk_mutant: Option<hop::Mutant>,
}

impl core::fmt::Debug for Config {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Tokens and keys do not print.
        write!(f, "Config({} subscriptions, {:?})", self.subscriptions.len(), self.profile)
    }
}

/// A number that its business runs itself.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its id.
    pub phone_number_id: String,
    /// The business.
    pub business: String,
    /// The number.
    pub phone: PhoneNumber,
}

/// An optional service, which is handed the messages of businesses that added it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionalService {
    /// What Business Manager calls it.
    pub name: String,
    /// The server.
    pub authority: String,
}

/// Where the webhooks of one number go.
#[derive(Clone)]
pub struct Subscription {
    /// The number.
    pub phone_number_id: String,
    /// The business's server.
    pub authority: String,
    /// The path there.
    pub path: String,
    /// What the bytes are signed with.
    pub app_secret: String,
}
