//! Ports for processes that are started again on the same ones.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::atomic::{AtomicU32, Ordering},
};

/// Where Linux starts to draw the ports of outgoing connections, if nothing else is said.
const EPHEMERAL: u16 = 32_768;
/// Below this are ports that have owners.
const FIRST: u16 = 10_000;

/// Ports that this process has looked at.
static TRIED: AtomicU32 = AtomicU32::new(0);

/// `COUNT` different ports on loopback that were free a moment ago.
///
/// None is one that the system gives to outgoing connections: while the process behind such a port
/// is dead, another could get it, or somebody who dials it again and again could meet himself.
pub(crate) fn free<const COUNT: usize>() -> [SocketAddr; COUNT] {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let end = range.split_whitespace().next().and_then(|first| first.parse().ok());
    let count = end.unwrap_or(EPHEMERAL).saturating_sub(FIRST).max(1_000);
    // Runs of other processes look elsewhere first; those of this one never look at the same.
    let begin = std::process::id() % u32::from(count);
    std::array::from_fn(|_| {
        loop {
            let tried = TRIED.fetch_add(1, Ordering::Relaxed);
            assert!(tried < u32::from(count), "no port is free");
            let port = FIRST + ((begin + tried) % u32::from(count)) as u16;
            let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            if TcpListener::bind(at).is_ok() {
                return at;
            }
        }
    })
}
