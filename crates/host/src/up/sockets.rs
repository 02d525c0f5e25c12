//! Where everybody in the process listens.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use super::{
    UpError,
    cast::{AUTO_REPLY, BILLING, BUSINESS, BUSINESS_MANAGER, STATISTICS, TRANSPORT},
};
use crate::site::{StartError, listen};

/// Servers behind the Cloud API and beside it, each by its name.
const SERVERS: [&str; 6] = [TRANSPORT, BUSINESS_MANAGER, AUTO_REPLY, BILLING, STATISTICS, BUSINESS];

/// Where everybody listens.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    /// The Cloud API.
    pub(super) graph: SocketAddr,
    /// The HTTPS proxy, if there is one.
    pub(super) intercept: Option<SocketAddr>,
    pub(super) transport: SocketAddr,
    pub(super) operations: SocketAddr,
    servers: Vec<SocketAddr>,
}

/// Sockets of what lives as long as the process.
pub(super) struct Fronts {
    pub(super) graph: TcpListener,
    pub(super) intercept: Option<TcpListener>,
}

/// Sockets of a world.
pub(super) struct Sockets {
    pub(super) transport: TcpListener,
    pub(super) operations: TcpListener,
    /// Servers by name.
    pub(super) servers: Vec<(&'static str, TcpListener)>,
}

impl Addresses {
    /// Servers by name, the Cloud API among them by that of its own.
    pub(super) fn servers(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> {
        SERVERS.into_iter().zip(self.servers.iter().copied())
    }

    /// Where the sample business listens.
    pub(super) fn business(&self) -> Option<SocketAddr> {
        self.server(BUSINESS)
    }

    /// Where a server of this name listens.
    pub(super) fn server(&self, wanted: &str) -> Option<SocketAddr> {
        self.servers().find(|(name, _)| *name == wanted).map(|(_, at)| at)
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

impl Sockets {
    /// The Cloud API on `port`, the HTTPS proxy on `intercept`, all others on ports that are free.
    pub(super) async fn open(
        port: u16,
        intercept: Option<u16>,
    ) -> Result<(Self, Fronts, Addresses), UpError> {
        let (graph, graph_at) = listen(local(port)).await?;
        let (intercept, intercept_at) = match intercept {
            Some(port) => listen(local(port)).await.map(|(one, at)| (Some(one), Some(at)))?,
            None => (None, None),
        };
        let fronts = Fronts { graph, intercept };
        let free = Addresses {
            graph: graph_at,
            intercept: intercept_at,
            transport: local(0),
            operations: local(0),
            servers: vec![local(0); SERVERS.len()],
        };
        let (sockets, addresses) = Self::listen(&free).await?;
        Ok((sockets, fronts, addresses))
    }

    /// Those of a world that is started again.
    pub(super) async fn again(addresses: &Addresses) -> Result<Self, UpError> {
        Ok(Self::listen(addresses).await?.0)
    }

    async fn listen(wanted: &Addresses) -> Result<(Self, Addresses), StartError> {
        let (transport, transport_at) = listen(wanted.transport).await?;
        let (operations, operations_at) = listen(wanted.operations).await?;
        let (mut servers, mut at) = (Vec::new(), Vec::new());
        for (name, address) in wanted.servers() {
            let (listener, address) = listen(address).await?;
            servers.push((name, listener));
            at.push(address);
        }
        let addresses = Addresses {
            transport: transport_at,
            operations: operations_at,
            servers: at,
            ..wanted.clone()
        };
        Ok((Self { transport, operations, servers }, addresses))
    }
}
