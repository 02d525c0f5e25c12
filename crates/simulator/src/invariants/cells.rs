//! The who-saw-what table: what the source documents say, and what was measured.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "classes and actors without a policy are the rest"
)]

use vocab::DataClass;

use super::{Ended, Outcome};
use crate::{
    actor::Actor,
    report::model::{Cell, Verdict},
    scan::{Hit, MarkerClass},
    watch::{observers::marker_class, time},
};

/// The table of one run.
pub struct Table {
    cells: Vec<(DataClass, Actor, Cell)>,
}

impl Table {
    /// The cells in the order of the report.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().map(|(_, _, cell)| cell)
    }
}

/// What the source documents say (requirements R048 to R055, R005, R024).
///
/// The two columns of their table are the transport and the rest of Meta. The ends see content and
/// numbers by design; ads see nothing. Elsewhere nothing is said and nothing is judged. What an
/// optional service may see is what its own terms say: the messages that it answers, and nothing
/// of anybody else.
pub(crate) const fn policy(class: DataClass, actor: Actor) -> Option<bool> {
    match (class, actor) {
        (
            DataClass::MessageContent | DataClass::ConsumerPhone,
            Actor::User | Actor::CloudApi | Actor::Business,
        )
        | (DataClass::ConsumerPhone, Actor::Transport)
        | (DataClass::MessageContent, Actor::AutoReply)
        | (
            DataClass::Statistics | DataClass::BusinessInformation | DataClass::Billing,
            Actor::Transport | Actor::RestOfMeta,
        )
        | (DataClass::IntegritySignals, Actor::Transport) => Some(true),
        (
            DataClass::MessageContent | DataClass::ConsumerPhone,
            Actor::RestOfMeta | Actor::Ads | Actor::BusinessManager,
        )
        | (DataClass::MessageContent, Actor::Transport)
        | (DataClass::IntegritySignals, Actor::RestOfMeta | Actor::Ads)
        | (DataClass::Statistics | DataClass::Billing, Actor::Ads)
        | (
            DataClass::ConsumerPhone
            | DataClass::Statistics
            | DataClass::IntegritySignals
            | DataClass::Billing,
            Actor::AutoReply,
        ) => Some(false),
        _ => None,
    }
}

/// The invariant that a judged cell belongs to.
const fn invariant(class: DataClass, actor: Actor) -> &'static str {
    match (class, actor) {
        (_, Actor::Ads) => "R024",
        (DataClass::MessageContent, Actor::Transport) => "R008",
        (DataClass::MessageContent, Actor::RestOfMeta | Actor::BusinessManager) => "R023",
        (DataClass::MessageContent, _) => "R031",
        (DataClass::ConsumerPhone, Actor::RestOfMeta | Actor::BusinessManager) => "R066",
        (DataClass::ConsumerPhone, _) => "R049",
        (DataClass::Statistics, _) => "R050",
        (DataClass::IntegritySignals, _) => "R051",
        (DataClass::BusinessInformation, _) => "R052",
        _ => "R053",
    }
}

/// Measures every cell.
pub fn table(ended: &Ended<'_>) -> Table {
    let mut cells = Vec::new();
    for class in DataClass::TABLE {
        for actor in Actor::ALL {
            cells.push((class, actor, cell(ended, class, actor)));
        }
    }
    Table { cells }
}

/// One cell, measured.
pub(super) fn cell(ended: &Ended<'_>, class: DataClass, actor: Actor) -> Cell {
    let watch = ended.watch;
    let scanner = watch.scanner(actor);
    let marker = marker_class(class);
    let attempts = watch.attempts.get(&(actor, class)).copied().unwrap_or_default();
    let bytes_scanned = scanner.map_or(0, |scanner| scanner.bytes_scanned());
    let hits: Vec<(u64, &Hit)> = scanner
        .zip(marker)
        .map(|(scanner, marker)| scanner.hits_of(marker).collect())
        .unwrap_or_default();
    let is_disclosed = |id: &u64| {
        let index = usize::try_from(*id).unwrap_or(usize::MAX);
        actor == Actor::Transport
            && class == DataClass::MessageContent
            && watch.disclosed.contains(&index)
    };
    let disclosed = hits.iter().filter(|(id, _)| is_disclosed(id)).count() as u64;
    let seen = scanner.zip(marker).map_or(0, |(scanner, marker)| scanner.seen(marker));
    let found = seen.saturating_sub(disclosed);
    let policy = has_node(ended, actor).then(|| policy(class, actor)).flatten();
    let known = found > 0
        || !excused(ended, policy)
            && known_to_be_absent(policy, attempts.asked, bytes_scanned, scanner);
    let measured = known.then_some(found > 0);
    let first =
        hits.iter().filter(|(id, _)| !is_disclosed(id)).min_by_key(|(_, hit)| hit.first_seen);
    Cell {
        data_class: class.name().to_owned(),
        actor: actor.name().to_owned(),
        policy,
        measured,
        attempts: attempts.asked,
        refused: attempts.refused,
        bytes_scanned,
        markers: marker.map_or(0, |marker| markers(ended, marker)),
        found,
        verdict: policy.map(|policy| match measured {
            None => Verdict::Unknown,
            Some(measured) if measured == policy => Verdict::Pass,
            Some(_) => Verdict::Fail,
        }),
        first: first.map(|(id, hit)| describe(ended, class, *id, hit)),
        disclosed,
    }
}

/// Where things go wrong by plan, nothing says that what may be seen is also seen: whoever would
/// have seen it may have been cut off. What must not be seen is judged all the same.
fn excused(ended: &Ended<'_>, policy: Option<bool>) -> bool {
    let scenario = ended.scenario;
    policy == Some(true) && (scenario.heal.is_some() || !scenario.faults.is_empty())
}

/// A "no" is earned: the actor asked and was refused, and its bytes were looked through. A "yes"
/// that is not found is a plain difference as soon as bytes were looked through.
fn known_to_be_absent(
    policy: Option<bool>,
    asked: u64,
    bytes: u64,
    scanner: Option<&crate::scan::Scanner>,
) -> bool {
    let complete = scanner.is_some_and(|scanner| scanner.gzip_capped() == 0);
    match policy {
        Some(true) => bytes > 0 && complete,
        Some(false) | None => bytes > 0 && asked > 0 && complete,
    }
}

fn has_node(ended: &Ended<'_>, actor: Actor) -> bool {
    ended.watch.hosts().iter().any(|host| host.actor == actor)
}

/// Registered markers, or, for records that servers make themselves, those that were seen at all.
fn markers(ended: &Ended<'_>, marker: MarkerClass) -> u64 {
    let seen = Actor::ALL.into_iter().filter_map(|actor| ended.watch.scanner(actor));
    let most = seen.map(|scanner| scanner.seen(marker)).max().unwrap_or(0);
    ended.watch.mint.registered(marker).max(most)
}

fn describe(ended: &Ended<'_>, class: DataClass, id: u64, hit: &Hit) -> String {
    let index = usize::try_from(id).unwrap_or(usize::MAX);
    let what = match class {
        DataClass::MessageContent => ended.watch.journal.entries().get(index).map_or_else(
            || format!("message {id}"),
            |entry| {
                let label = entry.label.as_ref().map(|label| format!(" {label:?}"));
                let label = label.unwrap_or_else(|| format!(" {id}"));
                format!("message{label} from {} to {}", entry.from, entry.to)
            },
        ),
        DataClass::ConsumerPhone => {
            let person = ended.scenario.people.get(index);
            person.map_or_else(
                || format!("number {id}"),
                |person| format!("{}'s number", person.name),
            )
        }
        _ => format!("record {id}"),
    };
    let at = time(hit.first_seen);
    format!("{what} in {} at {at}, {}, offset {}", hit.place, hit.disguise, hit.offset)
}

/// What a cell came to, in a line.
pub(super) fn say(cell: &Cell) -> String {
    let place = cell.first.as_ref().map(|first| format!(": {first}")).unwrap_or_default();
    let word = |value: Option<bool>| match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let (policy, measured) = (word(cell.policy), word(cell.measured));
    format!("{} sees {}: policy {policy}, measured {measured}{place}", cell.actor, cell.data_class)
}

/// The judgement on the cells of one invariant; `None` if it has none in this scenario.
pub(super) fn judged(table: &Table, wanted: &str) -> Option<Outcome> {
    let mine: Vec<&(DataClass, Actor, Cell)> = table
        .cells
        .iter()
        .filter(|(class, actor, cell)| cell.policy.is_some() && invariant(*class, *actor) == wanted)
        .collect();
    if mine.is_empty() {
        return None;
    }
    let wrong: Vec<String> = mine
        .iter()
        .filter(|(_, _, cell)| cell.verdict == Some(Verdict::Fail))
        .map(|(_, _, cell)| say(cell))
        .collect();
    if wrong.is_empty() && mine.iter().any(|(_, _, cell)| cell.verdict == Some(Verdict::Unknown)) {
        return Some(Outcome::unknown("nothing was attempted, or nothing was scanned"));
    }
    let asked: u64 = mine.iter().map(|(_, _, cell)| cell.attempts).sum();
    let refused: u64 = mine.iter().map(|(_, _, cell)| cell.refused).sum();
    let bytes: u64 = mine.iter().map(|(_, _, cell)| cell.bytes_scanned).sum();
    let held = format!("{asked} attempts, {refused} refused, {bytes} bytes scanned");
    Some(Outcome::unless(wrong, held))
}

/// Whether every cell with a policy is known.
pub(super) fn all_known(ended: &Ended<'_>, table: &Table) -> Outcome {
    let unknown = table.cells.iter().filter(|(_, _, cell)| {
        cell.verdict == Some(Verdict::Unknown) && !excused(ended, cell.policy)
    });
    let against = unknown.map(|(_, _, cell)| {
        format!(
            "{} and {}: {} attempts, {} bytes scanned",
            cell.actor, cell.data_class, cell.attempts, cell.bytes_scanned
        )
    });
    let judged = table.cells.iter().filter(|(_, _, cell)| cell.policy.is_some()).count();
    Outcome::unless(against.collect(), format!("{judged} cells have a policy and were measured"))
}
