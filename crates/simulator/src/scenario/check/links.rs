//! What the network and the stores are like.

use vocab::Micros;

use super::desk::Desk;
use crate::{
    net::Latency,
    scenario::{
        ScenarioError,
        format::{Between, File, Links, Store},
        model::{LinkOverride, LinkShape, READERS, StoreShape, transport_node, transport_share},
        source::Spot,
    },
};

pub(super) fn links(
    desk: &Desk<'_>,
    file: &File,
) -> Result<(LinkShape, Vec<LinkOverride>), ScenarioError> {
    let all = file.links.clone().unwrap_or_default();
    let mut overrides: Vec<LinkOverride> = Vec::new();
    for link in &file.link {
        let (a, b) = between(desk, file, &link.value)?;
        let joins = |other: &LinkOverride| {
            let (c, d) = &other.between;
            (c, d) == (&a, &b) || (c, d) == (&b, &a)
        };
        if overrides.iter().any(joins) {
            let found = format!("the link between {a:?} and {b:?} is described twice");
            return Err(desk.misfit(&link.value.between.at, found, "one [[link]] for it"));
        }
        overrides.push(LinkOverride { between: (a, b), shape: shape(link.value.over(&all)) });
    }
    Ok((shape(all), overrides))
}

/// Two nodes that can have a link at all.
fn between(
    desk: &Desk<'_>,
    file: &File,
    link: &Between,
) -> Result<(String, String), ScenarioError> {
    let [a, b] = link.between.value.as_slice() else {
        let found = format!("`between` has {} names", link.between.value.len());
        return Err(desk.misfit(&link.between.at, found, "the names of two nodes"));
    };
    let impostor = |name: &Spot<String>| {
        file.impostor.iter().any(|impostor| impostor.name.value == name.value)
    };
    let phones = |name: &Spot<String>| desk.is_person(name) || impostor(name);
    for name in [a, b] {
        if !READERS.contains(&name.value.as_str()) && !impostor(name) {
            let impostors = file.impostor.iter().map(|impostor| impostor.name.value.clone());
            desk.node_or(name, READERS.map(str::to_owned).into_iter().chain(impostors))?;
        }
    }
    if a.value == b.value {
        let found = format!("`between` names {:?} twice", a.value);
        return Err(desk.misfit(&b.at, found, "two different nodes"));
    }
    for (phone, other) in [(a, b), (b, a)] {
        let only = transport_node(transport_share(&phone.value, desk.many.transport_nodes));
        if phones(phone) && other.value != only {
            let found = format!("there is no link between {:?} and {:?}", a.value, b.value);
            let expected = format!("{:?} and {only:?}, a phone's only link", phone.value);
            return Err(desk.misfit(&link.between.at, found, expected));
        }
    }
    Ok((a.value.clone(), b.value.clone()))
}

fn shape(links: Links) -> LinkShape {
    let (low, high) = (Micros::millis(20), Micros::millis(80));
    LinkShape {
        latency: links.latency.map_or(Latency::Uniform { low, high }, |delay| delay.0),
        loss_ppm: links.loss.unwrap_or_default().0,
        duplicate_ppm: links.duplicate.unwrap_or_default().0,
        reorder_ppm: links.reorder.unwrap_or_default().0,
        reorder_delay: links.reorder_by.map_or((Micros(1), Micros::millis(500)), |upto| upto.0),
    }
}

pub(super) fn store(store: Option<&Store>) -> StoreShape {
    let (low, high) = (Micros(100), Micros(400));
    let read = store.and_then(|store| store.latency.clone());
    let sync = store.and_then(|store| store.sync.clone());
    StoreShape {
        read: read.map_or(Latency::Fixed(Micros(20)), |delay| delay.0),
        sync: sync.map_or(Latency::Uniform { low, high }, |delay| delay.0),
    }
}
