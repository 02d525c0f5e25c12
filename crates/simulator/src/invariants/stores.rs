//! What lies in stores: read as bytes, by somebody who has the disk.

use vocab::{DataClass, Micros, limits};

use super::{Ended, Outcome};
use crate::{
    actor::Actor,
    fault::{NodeFault, What},
    scan::{Hit, MarkerClass},
    scenario::Hop3,
};

/// Every row is gone from the disk within the sweep interval after its expiry, and no content at
/// the Cloud API has an expiry beyond 30 days.
pub(super) fn retention(ended: &Ended<'_>) -> Outcome {
    let mut against: Vec<String> = Vec::new();
    let end = ended.world.kernel.end();
    // The scenario's end, where the run was quiet before: nothing may depend on something
    // happening.
    let now = ended.scenario.start.after(Micros(end.0));
    let mut rows = 0_u64;
    for (host, name) in ended.world.kernel.hosts() {
        let Some(store) = ended.world.kernel.store(host) else { continue };
        let (ahead, behind) = clock_was_off(ended, name);
        let hosted = ended.watch.host(host).is_some_and(|host| host.actor == Actor::CloudApi);
        let longest = ended.world.kernel.any_node(host).map(|node| node.strains());
        let longest = longest.unwrap_or_default().longest_content;
        if hosted && longest > limits::RETRANSMISSION_AGE {
            against.push(format!("{name}: content was written to be kept for {longest}"));
        }
        store.visit(&mut |row| {
            rows = rows.saturating_add(1);
            let Some(expires) = row.expires else {
                if hosted && row.class == DataClass::MessageContent {
                    against.push(format!("{name}: row {:?} holds content for ever", row.key));
                }
                return;
            };
            if expires.after(limits::SWEEP_INTERVAL).after(behind) < now {
                against.push(format!("{name}: row {:?} expired and is still there", row.key));
            }
            let longest = now.after(limits::RETRANSMISSION_AGE).after(ahead);
            if hosted && row.class == DataClass::MessageContent && expires > longest {
                against.push(format!("{name}: row {:?} is kept for more than 30 days", row.key));
            }
        });
    }
    for probe in ended.probes.iter().filter(|probe| !probe.held) {
        let wanted = &probe.probe;
        against.push(format!(
            "{} at {}: message {:?} was expected to be {:?}, found {}",
            wanted.node, wanted.at, wanted.of, wanted.expect, probe.found
        ));
    }
    against.truncate(20);
    let probes = ended.probes.len();
    Outcome::unless(against, format!("{rows} rows at the end, {probes} looks while running"))
}

/// By how much the node's clock can have been ahead and behind: a row is kept by the clock that it
/// was written by.
pub(super) fn clock_was_off(ended: &Ended<'_>, name: &str) -> (Micros, Micros) {
    let mut off = (Micros(0), Micros(0));
    for fault in &ended.scenario.faults {
        if let What::Node { node, how: NodeFault::ClockSkew(by) | NodeFault::ClockJump(by) } =
            &fault.what
            && node == name
        {
            let way = if *by > 0 { &mut off.0 } else { &mut off.1 };
            *way = Micros(way.0.saturating_add(by.unsigned_abs()));
        }
    }
    off
}

/// Nothing that was written to the Cloud API's store shows content or a person's number.
pub(super) fn sealed_at_rest(ended: &Ended<'_>) -> Outcome {
    let Some(scanner) = ended.watch.scanner(Actor::CloudApi) else {
        return Outcome::unknown("no Cloud API");
    };
    let in_store = |hit: &Hit| {
        let mut stores = ended.scenario.cloud_nodes().map(|node| format!("{node}/store"));
        stores.any(|store| hit.places.keys().any(|place| place.as_str() == store))
    };
    let mut against = Vec::new();
    for class in [MarkerClass::MessageContent, MarkerClass::ConsumerPhone] {
        let hits = scanner.hits_of(class).filter(|(_, hit)| in_store(hit));
        against.extend(hits.map(|(id, hit)| {
            format!("{class:?} {id} lies in the store of the Cloud API, {}", hit.disguise)
        }));
    }
    Outcome::unless(against, "every row that the Cloud API wrote was scanned")
}

/// Ends that evidence names; of others it says how many there are.
const MOST_NAMED: usize = 100;

/// Rows with private keys or sessions lie only where somebody is an end.
pub(super) fn keys_at_ends(ended: &Ended<'_>) -> Outcome {
    let mut against = Vec::new();
    let mut held = Vec::new();
    let (mut others, mut ends) = (0_u64, 0_u64);
    for (host, name) in ended.world.kernel.hosts() {
        let Some(store) = ended.world.kernel.store(host) else { continue };
        let mut secrets = 0_u64;
        store.visit(&mut |row| {
            if matches!(row.class, DataClass::KeyMaterial | DataClass::RatchetState) {
                secrets = secrets.saturating_add(1);
            }
        });
        if secrets > 0 && !is_end(ended, name) {
            against.push(format!("{name} holds {secrets} rows of private keys or sessions"));
        } else if secrets > 0 && held.len() >= MOST_NAMED {
            others = others.saturating_add(secrets);
            ends = ends.saturating_add(1);
        } else if secrets > 0 {
            held.push(format!("{name}: {secrets} rows"));
        }
    }
    if ends > 0 {
        held.push(format!("{ends} others: {others} rows"));
    }
    against.extend(both_hold(ended));
    Outcome::unless(against, held.join(", "))
}

fn is_end(ended: &Ended<'_>, name: &str) -> bool {
    let hosted = ended.scenario.businesses.iter().any(|one| one.hop3 == Hop3::CloudApi);
    ended.world.people.contains_key(name)
        || (hosted && ended.scenario.cloud_nodes().any(|node| node == name))
        || ended.world.own.keys().any(|one| crate::world::cast::on_premises(one) == name)
}

/// A business that runs hop 3 itself has no account at the Cloud API.
fn both_hold(ended: &Ended<'_>) -> Vec<String> {
    let nodes = ended.scenario.cloud_nodes();
    nodes.flat_map(|node| both_hold_at(ended, &node).unwrap_or_default()).collect()
}

fn both_hold_at(ended: &Ended<'_>, node: &str) -> Option<Vec<String>> {
    let name_key = ended.world.name_keys.get(node)?;
    let handle = ended.world.clouds.get(node).unwrap_or(&ended.world.cloud);
    let store = ended.world.kernel.store(handle.id())?;
    let own = ended.watch.names.iter().filter(|(_, name)| ended.world.own.contains_key(*name));
    let mut against = Vec::new();
    for (digits, name) in own {
        let Ok(phone) = vocab::PhoneNumber::parse(digits) else { continue };
        let account = endpoint::vault::name_under(name_key, &phone);
        let sessions = endpoint::rows::Keys { name: account }.sessions();
        store.visit(&mut |row| {
            if row.key.starts_with(&sessions) {
                against
                    .push(format!("the Cloud API holds a session of {name}, which runs its own"));
            }
        });
    }
    Some(against)
}

/// No ratchet was written without a check of its revision.
pub(super) fn ratchet_revision(ended: &Ended<'_>) -> Outcome {
    let kernel = &ended.world.kernel;
    let mut against = Vec::new();
    let mut say = |name: &str, unguarded: u64| {
        if unguarded > 0 {
            against.push(format!("{name} wrote {unguarded} ratchet rows without a check"));
        }
    };
    for (name, handle) in &ended.world.people {
        say(name, kernel.node(*handle).map_or(0, |node| node.unguarded_ratchet_writes()));
    }
    for (name, handle) in &ended.world.own {
        say(name, kernel.node(*handle).map_or(0, |node| node.unguarded_ratchet_writes()));
    }
    let first = (crate::world::cast::CLOUD_API, ended.world.cloud);
    let further = ended.world.clouds.iter().map(|(name, handle)| (name.as_str(), *handle));
    for (name, handle) in std::iter::once(first).chain(further) {
        say(name, kernel.node(handle).map_or(0, |node| node.unguarded_ratchet_writes()));
    }
    Outcome::unless(against, "every write of a ratchet named the revision that it builds on")
}
