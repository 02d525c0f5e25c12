//! What is left of a deleted account: looked for in every store but those of people and businesses.
//!
//! Rows are read as bytes, by somebody who has the disk and every node's keys of names: digits and
//! keyed names are looked for in keys and values. What is sealed is known by the ids of messages in
//! the keys of its rows.

use memchr::memmem;
use store::{Key, RawRow};
use vocab::{Micros, UnixMicros, limits};

use super::{Ended, Outcome};
use crate::{
    actor::Actor,
    scenario::{DeedKind, shown},
    watch::time,
};

/// How long after the person's own device was wiped nothing may be left, and how long that may take
/// where nothing fails.
const GRACE: Micros = Micros::minutes(10);

/// Hashes that outlive an account, at the transport and at hop 3: both have an expiry.
const SUPPRESSION: [&str; 2] = ["suppressed", "gone"];

/// That a link asked about a number: what came after the person had left limits who asks about
/// numbers, whether anybody has them or not, and is nothing of the person's.
const ASKED: &str = "met";

/// Of a deleted account nothing is left, but hashes that suppress and what is still on its way;
/// `None` where nobody deletes one.
pub(super) fn erased(ended: &Ended<'_>) -> Option<Outcome> {
    let deeds = ended.scenario.deeds.iter().filter(|deed| deed.what == DeedKind::DeleteAccount);
    let end = ended.world.kernel.end().0;
    let settled = |at: u64| at.saturating_add(GRACE.0) <= end;
    let (mut against, mut asked, mut judged) = (Vec::new(), 0_u64, 0_u64);
    let mut hashes = 0_u64;
    for deed in deeds {
        asked = asked.saturating_add(1);
        let left = ended.watch.left.get(&deed.who);
        let anew = ended.scenario.deeds.iter().any(|other| {
            other.who == deed.who && other.what == DeedKind::Reinstall && other.at >= deed.at
        });
        if left.is_none() && !anew && ended.scenario.faults.is_empty() && settled(deed.at.0) {
            let (who, at) = (&deed.who, shown(deed.at));
            against.push(format!("{who} deleted the account at {at}, and it is still there"));
        }
        if let Some(at) = left.filter(|at| settled(**at)) {
            judged = judged.saturating_add(1);
            let person = Person::of(ended, &deed.who, *at)?;
            hashes = hashes.saturating_add(person.look(ended, &mut against));
        }
    }
    if asked == 0 {
        return None;
    }
    against.truncate(20);
    let held = format!(
        "{asked} accounts deleted, {judged} of them looked for in every store; {hashes} hashes left"
    );
    Some(Outcome::unless(against, held))
}

/// What somebody is known by.
struct Person<'p> {
    name: &'p str,
    left: u64,
    digits: String,
    /// Keyed hashes of the number, with whose key.
    names: Vec<(String, Vec<u8>)>,
    /// Messages from or to the person.
    ids: Vec<[u8; 16]>,
}

impl<'p> Person<'p> {
    fn of(ended: &Ended<'_>, name: &'p str, left: u64) -> Option<Self> {
        let phone = ended.watch.phone(name)?;
        let owners = ended.watch.guard.owners.iter().filter(|(_, owner)| owner.name == name);
        let mut names: Vec<(String, Vec<u8>)> =
            owners.map(|(alias, _)| ("the transport".to_owned(), alias.0.to_vec())).collect();
        for (node, key) in &ended.world.name_keys {
            let hash = endpoint::vault::name_under(key, &phone);
            names.push((node.clone(), hash.to_vec()));
        }
        let entries = ended.watch.journal.entries().iter();
        let of = entries.filter(|entry| entry.from == name || entry.to == name);
        let ids = of.filter_map(|entry| Some(entry.id?.0)).collect();
        Some(Self { name, left, digits: phone.digits().to_owned(), names, ids })
    }

    /// Looks through all stores: how many hashes are left that may be.
    fn look(&self, ended: &Ended<'_>, against: &mut Vec<String>) -> u64 {
        let start = ended.scenario.start;
        let times = [start, start.after(Micros(ended.world.kernel.end().0))];
        let mut hashes = 0_u64;
        for (host, name) in ended.world.kernel.hosts() {
            let actor = ended.watch.host(host).map(|host| host.actor);
            let own_hop = ended.world.own.values().any(|handle| handle.id() == host);
            let ends = matches!(actor, Some(Actor::User | Actor::Business)) && !own_hop;
            let Some(store) = ended.world.kernel.store(host).filter(|_| !ends) else { continue };
            store.visit(&mut |row| match self.finds(&row, times) {
                Found::Nothing => {}
                Found::Hash => hashes = hashes.saturating_add(1),
                Found::This(what) => {
                    let (who, when) = (self.name, time(self.left));
                    against.push(format!(
                        "{name}: {what} of {who}, who left at {when}, is in row {:?}",
                        row.key
                    ));
                }
            });
        }
        hashes
    }

    /// Whether a row that is kept so long was written when the person had left.
    fn came_later(&self, expires: UnixMicros, start: UnixMicros) -> bool {
        expires > start.after(Micros(self.left)).after(limits::MET_AGE)
    }

    fn finds(&self, row: &RawRow<'_>, [start, now]: [UnixMicros; 2]) -> Found {
        if row.expires.is_some_and(|expires| expires <= now) {
            return Found::Nothing; // The sweep has it; another invariant sees to that.
        }
        let is_in = |table: &&str| row.key.starts_with(&Key::table(table));
        let is_hash = SUPPRESSION.iter().any(|table| is_in(&table));
        let key = row.key.as_bytes();
        let holds = |needle: &[u8]| {
            memmem::find(key, needle).is_some() || memmem::find(row.value, needle).is_some()
        };
        if let Some((whose, _)) = self.names.iter().find(|(_, name)| holds(name)) {
            return match row.expires {
                Some(_) if is_hash => Found::Hash,
                Some(expires) if is_in(&ASKED) && self.came_later(expires, start) => Found::Hash,
                _ => Found::This(format!("the name under the key of {whose}")),
            };
        }
        // What the person wrote before waits for whom it was written to, as long as anything may.
        let waits = transport::ON_THEIR_WAY.iter().any(|table| is_in(&table));
        if holds(self.digits.as_bytes()) && !waits {
            return Found::This("the number".to_owned());
        }
        // At hop 3, rows of messages bear their ids; request ids of businesses name nobody.
        let kept =
            ["kept", "sealed", "sent", "from", "seen", "retry"].iter().any(|table| is_in(&table));
        if kept && self.ids.iter().any(|id| memmem::find(key, id).is_some()) {
            return Found::This("a message".to_owned());
        }
        Found::Nothing
    }
}

enum Found {
    Nothing,
    Hash,
    This(String),
}
