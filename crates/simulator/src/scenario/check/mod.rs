//! Whether what a scenario says makes sense: every name, number, moment and label.

mod attackers;
mod chats;
mod desk;
mod faults;
mod happenings;
mod links;
mod many;
mod parties;
mod scale;
mod services;
mod talk;
mod world;

use desk::Desk;

use super::{
    ReadChat, Scenario, ScenarioError,
    format::{File, Plan},
    limits::MAX_LINE,
    model::Readers,
    source::Source,
    value::shown,
};
use crate::fault::Fault;

/// The faults of a plan, checked against the scenario that they are for.
pub(super) fn plan(
    source: Source<'_>,
    plan: &Plan,
    scenario: &Scenario,
) -> Result<Vec<Fault>, ScenarioError> {
    let desk = Desk::of(source, scenario);
    let faults = faults::faults(&desk, &plan.fault)?;
    let Some(heal) = scenario.heal else { return Ok(faults) };
    let mut placed = plan.fault.iter().zip(&faults);
    if let Some((spot, late)) = placed.find(|(_, fault)| fault.ends() > heal) {
        let found = format!("a fault ends at {}", shown(late.ends()));
        let expected = format!("all over by the `heal` of {}, {}", scenario.file, shown(heal));
        return Err(desk.misfit(&spot.at, found, expected));
    }
    Ok(faults)
}

/// A scenario from its keys and values.
pub(super) fn check(
    source: Source<'_>,
    file: &File,
    read_chat: ReadChat<'_>,
) -> Result<Scenario, ScenarioError> {
    let desk = Desk::new(source, file)?;
    let world = world::check(&desk, file)?;
    let (links, link_overrides) = links::links(&desk, file)?;
    let people = parties::people(&desk, &file.person)?;
    let mut businesses = parties::businesses(&desk, &file.business)?;
    parties::numbers_differ(&desk, file)?;
    scale::businesses(&desk, file, &mut businesses)?;
    let scale = scale::check(&desk, file, &businesses)?;
    services::journal(&desk, &file.business, scale.journal)?;
    let says = talk::says(&desk, &file.say)?;
    let deeds = talk::deeds(&desk, &file.deed, &says)?;
    let generates = talk::generates(&desk, &file.generate)?;
    let chats = chats::chats(&desk, &file.chat, read_chat)?;
    let readers: Readers = happenings::readers(&desk, file.readers.as_ref())?;
    let faults = faults::faults(&desk, &file.fault)?;
    let heal = faults::heal(&desk, file.heal.as_ref(), &faults)?;
    let swarm = faults::swarm(&desk, file.swarm.as_ref(), heal)?;
    Ok(Scenario {
        file: source.name.to_owned(),
        title: desk.line("title", &file.title, MAX_LINE)?,
        about: file.about.trim().to_owned(),
        seed: world.seed,
        profile: world.profile,
        claims: world.claims,
        start: world.start,
        duration: desk.duration,
        partitions: world.partitions,
        stall_after: file.stall_after.map_or(STALL_AFTER, |span| span.0),
        canaries: file.canaries.unwrap_or(true),
        compare_traces: happenings::compare_traces(&desk, &file.compare_traces)?,
        links,
        noise: file.links.as_ref().and_then(|links| links.noise).unwrap_or(false),
        link_overrides,
        store: links::store(file.store.as_ref()),
        people,
        businesses,
        scale,
        generates,
        chats,
        deeds,
        crashes: happenings::crashes(&desk, &file.crash)?,
        faults,
        heal,
        swarm,
        probes: happenings::probes(&desk, &file.probe, &says)?,
        says,
        readers,
        leak: file.leak.as_ref().map(|leak| happenings::leak(&desk, leak)).transpose()?,
        impostors: happenings::impostors(&desk, &file.impostor)?,
        attackers: attackers::attackers(&desk, &file.attacker)?,
        rules: world.rules,
        expect_fail: happenings::expected_failures(&desk, file.expect.as_ref())?,
    })
}

/// Twice the longest pause between two attempts at a webhook.
const STALL_AFTER: vocab::Micros = vocab::Micros(vocab::limits::WEBHOOK_RETRY_MOST.0 * 2);
