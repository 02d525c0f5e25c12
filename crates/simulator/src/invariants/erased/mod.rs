//! What is left of a deleted account: looked for in every store but those of businesses.
//!
//! Rows are read by somebody who has the disks and every node's keys: what is sealed is opened. A
//! business knows its customers, and an attacker whom they attack: neither has that from the
//! account, and their own stores are left out.

mod person;

use vocab::Micros;

use self::person::{Person, Verdict};
use super::{Ended, Outcome, disk::Disk};
use crate::{
    actor::Actor,
    scenario::{Deed, DeedKind, shown},
    watch::time,
};

/// How long after the person's own device was wiped, and after the last fault, nothing may be left;
/// and how long it may take until the device is wiped.
const GRACE: Micros = Micros::minutes(10);

/// Of a deleted account nothing is left, but hashes that suppress and, where something went wrong,
/// what is still on its way; `None` where nobody deletes one.
pub(super) fn erased(ended: &Ended<'_>) -> Option<Outcome> {
    let is_deletion = |deed: &&Deed| deed.what == DeedKind::DeleteAccount;
    let deeds: Vec<&Deed> = ended.scenario.deeds.iter().filter(is_deletion).collect();
    if deeds.is_empty() {
        return None;
    }
    let mut found = Found::default();
    let mut people = Vec::new();
    for deed in &deeds {
        match ended.watch.left.get(&deed.who) {
            Some(left) if is_due(ended, left.at_us) => {
                people.push(Person::of(ended, &deed.who, *left)?);
            }
            None if is_due(ended, deed.at.0) && !returns(ended, deed) => {
                let (who, at) = (&deed.who, shown(deed.at));
                found.against.push(format!("{who} deleted the account at {at}: it is still there"));
            }
            Some(_) | None => {}
        }
    }
    if found.against.is_empty() && people.is_empty() {
        return Some(Outcome::unknown("the run ends before anybody's account must be gone"));
    }
    found.look(ended, &people);
    found.against.truncate(20);
    let signs: usize = people.iter().map(Person::signs).sum();
    let held = format!(
        "{} accounts deleted, {} of them looked for by {signs} signs in {} rows of {} stores; left \
         are {} hashes or answers to requests and {} rows on their way, each until it expires",
        deeds.len(),
        people.len(),
        found.rows,
        found.stores,
        found.hashes,
        found.on_their_way
    );
    Some(Outcome::unless(found.against, held))
}

/// What a look through stores found.
#[derive(Default)]
struct Found {
    against: Vec<String>,
    stores: u64,
    rows: u64,
    hashes: u64,
    on_their_way: u64,
}

impl Found {
    /// Looks through all stores of the system.
    fn look(&mut self, ended: &Ended<'_>, people: &[Person<'_>]) {
        for (host, node) in ended.world.kernel.hosts() {
            let actor = ended.watch.host(host).map(|host| host.actor);
            let own_hop = ended.world.own.values().any(|handle| handle.id() == host);
            if is_outside(ended, node) || (actor == Some(Actor::Business) && !own_hop) {
                continue;
            }
            let Some(disk) = Disk::read(ended, host, node) else { continue };
            self.stores = self.stores.saturating_add(1);
            people.iter().for_each(|person| self.look_for(ended, person, (node, &disk)));
        }
    }

    fn look_for(&mut self, ended: &Ended<'_>, person: &Person<'_>, (node, disk): (&str, &Disk)) {
        let start = ended.scenario.start;
        let now = start.after(Micros(ended.world.kernel.end().0));
        for (key, row) in disk.rows() {
            self.rows = self.rows.saturating_add(1);
            if row.expires.is_some_and(|expires| expires <= now) {
                continue; // The sweep has it; another invariant sees to that.
            }
            match person.judge((key, row), start, is_rough(ended)) {
                Verdict::Nothing => {}
                Verdict::Hash => self.hashes = self.hashes.saturating_add(1),
                Verdict::OnItsWay => self.on_their_way = self.on_their_way.saturating_add(1),
                Verdict::Kept(what) => {
                    let (who, when) = (person.name, time(person.left.at_us));
                    self.against.push(format!(
                        "{node}: {what} of {who}, who left at {when}, is in row {key:?}"
                    ));
                }
            }
        }
    }
}

/// Whether what began at that time must be over: nothing has gone wrong for long enough.
fn is_due(ended: &Ended<'_>, at_us: u64) -> bool {
    let faults = ended.scenario.faults.iter().map(|fault| fault.ends().0);
    let crashes = ended.scenario.crashes.iter();
    let crashes = crashes.map(|crash| crash.at.0.saturating_add(crash.down.0));
    let calm_us = faults.chain(crashes).fold(at_us, u64::max);
    calm_us.saturating_add(GRACE.0) <= ended.world.kernel.end().0
}

/// Whether something went wrong, so that a message may wait for longer.
fn is_rough(ended: &Ended<'_>) -> bool {
    !ended.scenario.faults.is_empty() || !ended.scenario.crashes.is_empty()
}

/// Whether the app is set up anew after the deed: a deletion that nobody has heard of by then is
/// not done any more.
fn returns(ended: &Ended<'_>, deed: &Deed) -> bool {
    ended.scenario.deeds.iter().any(|other| {
        other.who == deed.who && other.what == DeedKind::Reinstall && other.at >= deed.at
    })
}

/// Whether a node is no part of the system: it knows whom it means by itself.
fn is_outside(ended: &Ended<'_>, node: &str) -> bool {
    ended.scenario.impostors.iter().any(|one| one.name == node)
        || ended.scenario.attackers.iter().any(|one| one.name == node)
}
