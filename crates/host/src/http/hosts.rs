//! Whom a process may ask over HTTP: servers that it knows by name, and addresses that the
//! configuration allows. Everything else is refused before anything is sent.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};

/// Names of servers with their addresses, and further authorities that may be asked.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Arc<RwLock<Known>>);

#[derive(Debug, Default)]
struct Known {
    named: BTreeMap<String, SocketAddr>,
    allowed: BTreeSet<String>,
}

/// Nobody may ask there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// The name stands for no server that is known.
    #[error("{0} is no server that is known or allowed here")]
    Unknown(String),
    /// A name that leads somewhere else than to this machine.
    #[error("{0} leads to {1}, which is not allowed here")]
    Elsewhere(String, SocketAddr),
}

impl Hosts {
    /// Names a server.
    pub fn name(&self, name: &str, address: SocketAddr) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.named.insert(name.to_owned(), address);
    }

    /// Allows an authority (`host` or `host:port`) beside loopback addresses, wherever its name
    /// leads.
    pub fn allow(&self, authority: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.allowed.insert(authority.to_owned());
    }

    /// Where to connect in order to ask `authority`.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`].
    pub async fn find(&self, authority: &str) -> Result<SocketAddr, NotAllowed> {
        let allowed = {
            let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(address) = known.named.get(authority) {
                return Ok(*address);
            }
            known.allowed.contains(authority)
        };
        let unknown = || NotAllowed::Unknown(authority.to_owned());
        let full =
            if authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
                authority.to_owned()
            } else {
                format!("{authority}:80")
            };
        // A name is judged by where it leads now, and that is where the request goes.
        let mut found = tokio::net::lookup_host(&full).await.map_err(|_| unknown())?;
        let address = found.next().ok_or_else(unknown)?;
        if allowed || address.ip().is_loopback() {
            Ok(address)
        } else {
            Err(NotAllowed::Elsewhere(authority.to_owned(), address))
        }
    }
}
