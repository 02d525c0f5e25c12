//! Looks into a node's store: at what can be read, and at the bytes that are there.

use endpoint::rows::Keys;
use store::{Answer, Engine, Key, Op, Transaction, Value};
use vocab::UnixMicros;

use super::{World, cast};
use crate::scenario::{Expected, Probe, Scenario};

/// What a look into a store found.
#[derive(Clone, Debug)]
pub struct ProbeResult {
    /// The look.
    pub probe: Probe,
    /// Whether what was expected is so.
    pub held: bool,
    /// What was found, in words.
    pub found: String,
}

/// Looks for a kept message.
pub(super) fn look(world: &mut World, scenario: &Scenario, probe: &Probe) -> ProbeResult {
    let found = find(world, scenario, probe);
    let (held, words) = match (found, probe.expect) {
        (None, _) => (false, "no such message, number or store".to_owned()),
        (Some(found), expected) => {
            let words = format!(
                "readable: {}, bytes there: {}",
                if found.readable { "yes" } else { "no" },
                if found.bytes { "yes" } else { "no" },
            );
            let held = match expected {
                Expected::Readable => found.readable,
                Expected::Unreadable => !found.readable,
                Expected::Gone => !found.readable && !found.bytes,
            };
            (held, words)
        }
    };
    ProbeResult { probe: probe.clone(), held, found: words }
}

struct Found {
    readable: bool,
    bytes: bool,
}

fn find(world: &mut World, scenario: &Scenario, probe: &Probe) -> Option<Found> {
    let say = scenario.labelled(&probe.of)?;
    let business = scenario.business(&say.from).or_else(|| scenario.business(&say.to))?;
    let id = world.shared.with(|watch| watch.journal.of_label(&probe.of)?.id)?;
    let phone = world.shared.with(|watch| watch.phone(&business.name))?;
    let node = cast::hop3(scenario, &business.name);
    let name_key = world.name_keys.get(&node)?;
    let name = endpoint::vault::name_under(name_key, &phone);
    let kept = Keys { name }.kept(id);
    let key_row = cloud_api::vault::message_key_row(&kept);
    let further = || world.clouds.get(&node);
    let handle = world.own.get(&business.name).or_else(further).copied().unwrap_or(world.cloud);
    let now: UnixMicros = scenario.start.after(probe.at);
    let disk = world.kernel.node_mut(handle)?.disk_mut();
    let readable = has(disk, &kept, now) && has(disk, &key_row, now);
    let mut bytes = false;
    disk.visit(&mut |row| bytes |= *row.key == kept || *row.key == key_row);
    Some(Found { readable, bytes })
}

fn has(disk: &mut (impl Engine + ?Sized), key: &Key, now: UnixMicros) -> bool {
    let read = Transaction { checks: Vec::new(), ops: vec![Op::Get(key.clone())] };
    let answers = disk.apply(&[read], now);
    let Some(Answer::Done(values)) = answers.into_iter().next() else { return false };
    matches!(values.first(), Some(Value::Row(Some(_))))
}
