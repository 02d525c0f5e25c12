//! Worlds that cannot be are refused, with what is wrong.

use vocab::Micros;

use crate::{
    kernel::{BuildError, Builder, HostId},
    net::BadLatency,
    node::HopNode,
    toy::{EPOCH, Toy, key, link},
};

fn two_hosts() -> (Builder, HostId, HostId) {
    let mut builder = Builder::new(1, EPOCH);
    let node = || HopNode::new(|| Toy::new(|_, _, _, _| Vec::new()));
    let a = builder.hop("a", key(1), node()).id();
    let b = builder.hop("b", key(2), node()).id();
    (builder, a, b)
}

#[test]
fn a_link_without_latency_is_refused() {
    for partitions in [1, 2] {
        let (mut builder, a, b) = two_hosts();
        builder.link(a, b, link(Micros(0))).partitions(partitions);
        let error = builder.build().unwrap_err();
        let class = "device".to_owned();
        assert_eq!(error, BuildError::Latency { class, problem: BadLatency::Zero });
    }
}

#[test]
fn names_keys_and_links_are_given_once() {
    let (mut builder, a, b) = two_hosts();
    let again = HopNode::new(|| Toy::new(|_, _, _, _| Vec::new()));
    builder.hop("a", key(3), again);
    assert_eq!(builder.build().unwrap_err(), BuildError::NameTaken { name: "a".to_owned() });

    let (mut builder, ..) = two_hosts();
    let again = HopNode::new(|| Toy::new(|_, _, _, _| Vec::new()));
    builder.hop("c", key(1), again);
    let (first, second) = ("a".to_owned(), "c".to_owned());
    assert_eq!(builder.build().unwrap_err(), BuildError::KeyTaken { first, second });

    let (mut builder, ..) = two_hosts();
    builder.link(a, b, link(Micros(5))).link(b, a, link(Micros(5)));
    assert!(matches!(builder.build().unwrap_err(), BuildError::LinkTwice { .. }));

    let (mut builder, ..) = two_hosts();
    builder.alias("b", a);
    assert_eq!(builder.build().unwrap_err(), BuildError::NameTaken { name: "b".to_owned() });
}

#[test]
fn hosts_and_partitions_must_exist() {
    let (mut builder, a, _) = two_hosts();
    builder.link(a, HostId(9), link(Micros(5)));
    assert!(matches!(builder.build().unwrap_err(), BuildError::NoSuchHosts { to: 9, .. }));

    let (mut builder, a, _) = two_hosts();
    builder.link(a, a, link(Micros(5)));
    assert!(matches!(builder.build().unwrap_err(), BuildError::NoSuchHosts { .. }));

    let (mut builder, a, _) = two_hosts();
    builder.partitions(2).place(a, 2);
    let error = builder.build().unwrap_err();
    assert_eq!(error, BuildError::NoSuchPartition { partition: 2, partitions: 2 });

    let (mut builder, ..) = two_hosts();
    builder.partitions(0);
    let error = builder.build().unwrap_err();
    assert_eq!(error, BuildError::NoSuchPartition { partition: 0, partitions: 0 });
}
