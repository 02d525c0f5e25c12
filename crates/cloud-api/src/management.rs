//! What a node is told about managing numbers and accounts: apps, where webhooks may go, and how
//! what Meta's staff decides is simulated.

use vocab::{Micros, limits};

/// What a node is told about managing numbers and accounts.
#[derive(Clone, Debug)]
pub struct Management {
    /// Apps of businesses.
    pub apps: Vec<App>,
    /// Where businesses may have webhooks sent.
    pub callbacks: Callbacks,
    /// What is decided about templates, and when.
    pub approval: Approval,
    /// What stands before the path under which a file is downloaded.
    pub media_base: String,
    /// Whether a number that was granted counts as verified; where it does not, it has to be
    /// verified with a code before it is registered again.
    pub verified: bool,
    /// People whom one number may block.
    pub block_limit: usize,
    /// Whether conversations, charges and templates are counted for analytics, as an account asks
    /// for it (`is_enabled_for_insights`).
    pub insights: bool,
}

impl Default for Management {
    fn default() -> Self {
        Self {
            apps: Vec::new(),
            callbacks: Callbacks::Any,
            approval: Approval::default(),
            media_base: "https://lookaside.fbsbx.com".to_owned(),
            verified: true,
            block_limit: limits::MAX_BLOCKED as usize,
            insights: false,
        }
    }
}

/// An app of a business.
#[derive(Clone)]
pub struct App {
    /// Its id.
    pub id: String,
    /// What proves that a caller is the app.
    pub secret: String,
    /// Whose it is.
    pub business: String,
}

impl core::fmt::Debug for App {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "App({})", self.id) // A secret does not print.
    }
}

/// Where businesses may have webhooks sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callbacks {
    /// Anywhere.
    Any,
    /// To these servers alone: a host, with its port where the address names one.
    Only(Vec<String>),
}

impl Callbacks {
    /// Whether webhooks may go to this server.
    pub fn allow(&self, authority: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(allowed) => allowed.iter().any(|one| one == authority),
        }
    }
}

/// What is decided about templates, in the place of those who look at them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// How long they take.
    pub after: Micros,
    /// Names of templates that they reject; all others they approve.
    pub rejects: Vec<String>,
}
