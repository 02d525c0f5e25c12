//! Ports for processes that are started again on the same ones.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

/// Where Linux starts to draw the ports of outgoing connections, if nothing else is said.
const EPHEMERAL: u16 = 32_768;
/// Below this are ports that have owners.
const FIRST: u16 = 10_000;

/// `COUNT` different ports on loopback that were free a moment ago.
///
/// None is one that the system gives to outgoing connections: while the process behind such a port
/// is dead, another could get it, or somebody who dials it again and again could meet himself.
pub(crate) fn free<const COUNT: usize>() -> [SocketAddr; COUNT] {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let most = range.split_whitespace().next().and_then(|first| first.parse().ok());
    let most = most.unwrap_or(EPHEMERAL).max(FIRST + 1_000);
    // Two runs at a time look in different places first.
    let from = FIRST + (std::process::id() % u32::from(most - FIRST)) as u16;
    let mut candidates = (from..most).chain(FIRST..from);
    let mut held = Vec::new();
    std::array::from_fn(|_| {
        let free = candidates.find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
        let listener = free.expect("some port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        held.push(listener);
        address
    })
}
