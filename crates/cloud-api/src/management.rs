//! What a node is told about managing numbers and accounts: apps, where webhooks may go, and how
//! what Meta's staff decides is simulated.

use core::net::IpAddr;

use vocab::{Micros, limits};

/// What a node is told about managing numbers and accounts.
#[derive(Clone, Debug)]
pub struct Management {
    /// Apps of businesses.
    pub apps: Vec<App>,
    /// Where businesses may have webhooks sent.
    pub callbacks: Servers,
    /// Where files may be fetched from that messages name by a link.
    pub links: Servers,
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
            callbacks: Servers::Any,
            links: Servers::Only(Vec::new()),
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

/// Servers that may be asked on behalf of a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Servers {
    /// All of them.
    Any,
    /// These alone: a host, with its port where the address names one.
    Only(Vec<String>),
    /// Those on this machine, by an address or as `localhost`, and these.
    LocalAnd(Vec<String>),
}

impl Servers {
    /// Whether this server may be asked.
    pub fn allow(&self, authority: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(allowed) => allowed.iter().any(|one| one == authority),
            Self::LocalAnd(allowed) => {
                is_local(authority) || allowed.iter().any(|one| one == authority)
            }
        }
    }
}

/// Whether an authority names this machine.
fn is_local(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What is decided about templates and names of numbers, in the place of those who look at them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// How long they take.
    pub after: Micros,
    /// Names, of templates and of numbers, that they reject; all others they approve.
    pub rejects: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::Servers;

    #[test]
    fn local_servers_are_named_by_a_loopback_address_and_by_nothing_that_only_begins_so() {
        let servers = Servers::LocalAnd(vec!["files.example:81".to_owned()]);
        for local in ["127.0.0.1", "127.0.0.1:80", "[::1]:80", "localhost:1", "files.example:81"] {
            assert!(servers.allow(local), "{local}");
        }
        for other in ["127.0.0.1.example", "localhost.example:80", "10.0.0.1", "files.example", ""]
        {
            assert!(!servers.allow(other), "{other}");
        }
    }
}
