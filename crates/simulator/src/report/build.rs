//! From a run that has ended to its report.

use super::{
    model::{
        Arrow, Conversation, Dishonest, Frames, NodeColumn, Report, Seen, StoredAt, TEXT, Verdict,
    },
    series,
};
use crate::{
    actor::Actor,
    fault::What,
    invariants::{self, Ended},
    kernel::HostId,
    scan::MarkerClass,
    watch::arrows::Drawn,
};

/// The report on a run.
pub fn report(ended: &Ended<'_>, variant: Option<String>) -> Report {
    let table = invariants::table(ended);
    let judged = invariants::judge(ended, &table);
    let failed = judged.iter().any(|invariant| invariant.verdict == Verdict::Fail);
    let run = ended.world.kernel.report();
    let optional = |at: &StoredAt| at.actor == Actor::AutoReply.name();
    let (of_services, stored): (Vec<_>, Vec<_>) = stored(ended).into_iter().partition(optional);
    Report {
        scenario: ended.scenario.file.clone(),
        title: ended.scenario.title.clone(),
        about: ended.scenario.about.clone(),
        seed: ended.world.seed,
        digest: run.digest.to_string(),
        verdict: if failed { Verdict::Fail } else { Verdict::Pass },
        variant,
        mutant: ended.world.mutant.map(|planted| planted.name().to_owned()),
        plan: None,
        virtual_ms: run.end.0 / 1_000,
        events: run.events,
        messages: invariants::count(ended),
        frames: frames(ended),
        latency: invariants::latency(ended),
        views: table.cells().cloned().collect(),
        stored,
        services: invariants::services::sections(ended, &of_services),
        labels: invariants::chat_labels(ended),
        dishonest: dishonest(ended),
        invariants: judged,
        occasions: invariants::occasions::occasions(ended),
        unseen: !ended.watch.looks,
        texts_not_scanned: ended.watch.mint.not_scanned_texts(),
        series: series::series(ended),
        counters: series::counters(ended),
        stall: ended.watch.stall.clone(),
        conversation: conversation(ended),
        runs: Vec::new(),
    }
}

/// What those did who did not keep to the protocol.
fn dishonest(ended: &Ended<'_>) -> Vec<Dishonest> {
    let counts = ended.watch.dishonest.tally.counts();
    let faults = ended.scenario.faults.iter().enumerate();
    let dishonest = faults.filter_map(|(index, fault)| {
        let What::Dishonest { node, how, .. } = &fault.what else { return None };
        Some(Dishonest {
            fault: index,
            node: node.clone(),
            what: how.name().to_owned(),
            from_ms: fault.at.0 / 1_000,
            times: counts.get(&index).copied().unwrap_or_default(),
        })
    });
    dishonest.collect()
}

fn frames(ended: &Ended<'_>) -> Frames {
    let mut frames = Frames { kinds: ended.watch.kinds.clone(), ..Frames::default() };
    for traffic in ended.world.kernel.report().traffic.values() {
        frames.sent = frames.sent.saturating_add(traffic.sent);
        frames.lost = frames.lost.saturating_add(traffic.lost).saturating_add(traffic.discarded);
        frames.duplicated = frames.duplicated.saturating_add(traffic.duplicated);
        frames.bytes = frames.bytes.saturating_add(traffic.bytes);
    }
    frames
}

fn stored(ended: &Ended<'_>) -> Vec<StoredAt> {
    let mut all: Vec<StoredAt> = Vec::new();
    for ((class, host), stored) in &ended.watch.stored {
        let Some(known) = ended.watch.host(*host) else { continue };
        let mut shortest = None;
        let mut for_ever = false;
        if let Some(store) = ended.world.kernel.store(*host) {
            store.visit(&mut |row| {
                if row.class == *class {
                    match row.expires {
                        Some(at) => shortest = Some(shortest.map_or(at, |other| at.max(other))),
                        None => for_ever = true,
                    }
                }
            });
        }
        let kept = match (for_ever, shortest) {
            (true, _) => "some rows have no expiry".to_owned(),
            (false, Some(last)) => {
                let end = ended.scenario.start.after(vocab::Micros(ended.world.kernel.end().0));
                format!("the last row expires {} after the end", last.since(end))
            }
            (false, None) => "no row is left".to_owned(),
        };
        all.push(StoredAt {
            data_class: class.name().to_owned(),
            node: known.name.clone(),
            actor: known.actor.name().to_owned(),
            tables: stored.tables.clone(),
            kept,
        });
    }
    all
}

/// Hosts in the order in which a message visits them.
fn place(ended: &Ended<'_>, name: &str) -> usize {
    use crate::world::cast::{CLOUD_API, TRANSPORT, on_premises};
    let is_cloud = name == CLOUD_API || ended.world.clouds.contains_key(name);
    if ended.world.people.contains_key(name) {
        0
    } else if name == TRANSPORT || ended.world.transports.contains_key(name) {
        1
    } else if is_cloud || ended.world.own.keys().any(|one| on_premises(one) == name) {
        2
    } else if ended.world.businesses.contains_key(name) {
        3
    } else {
        BESIDE_THE_PATH
    }
}

/// The place of whoever no message visits.
const BESIDE_THE_PATH: usize = 4;

fn conversation(ended: &Ended<'_>) -> Conversation {
    if !ended.watch.looks {
        return Conversation::default();
    }
    let mut columns: Vec<(usize, HostId, NodeColumn)> = ended
        .world
        .kernel
        .hosts()
        .map(|(id, name)| {
            let actor = ended.watch.host(id).map_or(Actor::User, |host| host.actor);
            let column = NodeColumn { name: name.to_owned(), actor: actor.name().to_owned() };
            (place(ended, name), id, column)
        })
        .collect();
    columns.sort_by_key(|(place, id, _)| (*place, *id));
    // Those beside the path ask for messages and get none: what they do is upkeep.
    let on_path =
        |host: HostId| columns.iter().any(|(place, id, _)| *id == host && *place < BESIDE_THE_PATH);
    let index = |host: HostId| columns.iter().position(|(_, id, _)| *id == host).unwrap_or(0);
    let arrows = ended.watch.arrows.drawn().iter().map(|drawn| Arrow {
        at_us: drawn.at_us,
        arrived_us: drawn.arrived_us,
        from: index(drawn.from),
        to: index(drawn.to),
        what: drawn.what.clone(),
        bytes: drawn.bytes,
        main: drawn.main && on_path(drawn.from) && on_path(drawn.to),
        seen: seen(ended, drawn),
    });
    Conversation {
        arrows: arrows.collect(),
        left_out: ended.watch.arrows.left_out(),
        nodes: columns.iter().map(|(_, _, column)| column.clone()).collect(),
    }
}

/// What the actors at both ends of an arrow saw of it, each from its own view.
fn seen(ended: &Ended<'_>, drawn: &Drawn) -> Vec<Seen> {
    let mut ends = vec![drawn.from];
    if drawn.to != drawn.from && drawn.arrived_us.is_some() {
        ends.push(drawn.to);
    }
    let mut all: Vec<Seen> = Vec::new();
    for host in ends {
        let Some(known) = ended.watch.host(host) else { continue };
        let mut fields = drawn.fields.clone();
        if let Some(text) = plaintext(ended, known.actor, drawn) {
            fields.push((TEXT.to_owned(), text));
        }
        all.push(Seen { actor: known.actor.name().to_owned(), fields, bytes: drawn.hex.clone() });
    }
    all
}

/// What a message says, if this actor's own view holds it.
fn plaintext(ended: &Ended<'_>, actor: Actor, drawn: &Drawn) -> Option<String> {
    let index = ended.watch.journal.of_id(drawn.message?)?;
    let entry = ended.watch.journal.entries().get(index)?;
    let scanner = ended.watch.scanner(actor)?;
    let id = u64::try_from(index).ok()?;
    let mut hits = scanner.hits_of(MarkerClass::MessageContent);
    hits.any(|(found, _)| found == id).then(|| entry.text.clone())
}
