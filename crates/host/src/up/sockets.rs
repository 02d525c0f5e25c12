//! Where everybody in the process listens.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use super::{
    UpError,
    cast::{BILLING, BUSINESS, BUSINESS_MANAGER, CLOUD_API, STATISTICS, TRANSPORT},
};
use crate::site::listen;

/// Sockets that listen, with their addresses.
pub(super) struct Sockets {
    pub(super) transport: (TcpListener, SocketAddr),
    pub(super) operations: (TcpListener, SocketAddr),
    /// The HTTPS proxy, if there is one.
    pub(super) intercept: Option<(TcpListener, SocketAddr)>,
    /// Servers by name; the Cloud API first.
    pub(super) servers: Vec<(&'static str, TcpListener, SocketAddr)>,
}

impl Sockets {
    /// The Cloud API on `port`, the HTTPS proxy on `intercept`, all others on ports that are free.
    pub(super) async fn open(port: u16, intercept: Option<u16>) -> Result<Self, UpError> {
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut servers = Vec::new();
        let names = [CLOUD_API, TRANSPORT, BUSINESS_MANAGER, BILLING, STATISTICS, BUSINESS];
        for name in names {
            let port = if name == CLOUD_API { port } else { 0 };
            let (listener, address) = listen(at(port)).await?;
            servers.push((name, listener, address));
        }
        let intercept = match intercept {
            Some(port) => Some(listen(at(port)).await?),
            None => None,
        };
        let (transport, operations) = (listen(at(0)).await?, listen(at(0)).await?);
        Ok(Self { transport, operations, intercept, servers })
    }

    /// Where a server listens.
    pub(super) fn at(&self, name: &str) -> Option<SocketAddr> {
        self.servers.iter().find(|(known, _, _)| *known == name).map(|(_, _, at)| *at)
    }
}
