//! Which partition a host lives in. What a run comes to does not depend on it, how fast does.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use super::builder::Builder;

/// The partition of every host, in the order of their ids.
///
/// Those that nobody placed are dealt out by what they have to do, the heaviest first, each to the
/// partition with the least: a server that everybody has a link to has one nearly to itself.
pub(super) fn homes(builder: &Builder) -> Vec<usize> {
    let mut weights: Vec<u64> = builder.hosts.iter().map(|host| host.weight).collect();
    for (from, ..) in builder.links.iter().chain(&builder.webs) {
        if let Some(weight) = weights.get_mut(from.index()) {
            *weight = weight.saturating_add(1);
        }
    }
    let mut loads = vec![0_u64; builder.partitions];
    for (host, weight) in builder.hosts.iter().zip(&weights) {
        if let Some(load) = host.partition.and_then(|partition| loads.get_mut(partition)) {
            *load = load.saturating_add(*weight);
        }
    }
    let mut homes: Vec<usize> =
        builder.hosts.iter().map(|host| host.partition.unwrap_or_default()).collect();
    let free = builder.hosts.iter().enumerate().filter(|(_, host)| host.partition.is_none());
    let mut free: Vec<(Reverse<u64>, usize)> = free
        .map(|(index, _)| (Reverse(weights.get(index).copied().unwrap_or_default()), index))
        .collect();
    free.sort_unstable();
    let mut least: BinaryHeap<Reverse<(u64, usize)>> =
        loads.into_iter().zip(0..).map(Reverse).collect();
    for (Reverse(weight), index) in free {
        let Some(Reverse((load, partition))) = least.pop() else { break };
        least.push(Reverse((load.saturating_add(weight), partition)));
        if let Some(home) = homes.get_mut(index) {
            *home = partition;
        }
    }
    homes
}

#[cfg(test)]
mod tests {
    use vocab::Micros;

    use super::homes;
    use crate::{
        kernel::{Builder, HostId},
        node::HopNode,
        toy::{EPOCH, Toy, key, link},
    };

    fn star(devices: u8) -> (Builder, Vec<HostId>) {
        let mut builder = Builder::new(1, EPOCH);
        let node = || HopNode::new(|| Toy::new(|_, _, _, _| Vec::new()));
        let hosts: Vec<HostId> =
            (0..=devices).map(|n| builder.hop(&format!("host {n}"), key(n), node()).id()).collect();
        for device in &hosts[1..] {
            builder.link(hosts[0], *device, link(Micros::millis(1)));
        }
        (builder, hosts)
    }

    #[test]
    fn the_one_that_all_have_links_to_shares_its_partition_with_few_and_others_are_even() {
        let (mut builder, hosts) = star(90);
        builder.partitions(4).weight(hosts[5], 60);
        let homes = homes(&builder);
        let beside = |host: usize| homes.iter().filter(|home| **home == homes[host]).count();
        assert_eq!(beside(0), 1, "a server of weight 91 among 300");
        assert_ne!(homes[0], homes[5]);
        let loads = [1, 5, 6, 7].map(beside);
        assert!(loads.iter().all(|load| (5..=45).contains(load)), "{loads:?}");
    }

    #[test]
    fn a_host_that_was_placed_stays_there_and_equal_hosts_are_dealt_in_turn() {
        let (mut builder, hosts) = star(0);
        let node = || HopNode::new(|| Toy::new(|_, _, _, _| Vec::new()));
        for number in 1..5 {
            builder.hop(&format!("host {number}"), key(number), node());
        }
        builder.partitions(2).place(hosts[0], 1);
        assert_eq!(homes(&builder), [1, 0, 0, 1, 0]);
    }
}
