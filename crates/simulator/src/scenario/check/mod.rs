//! Whether what a scenario says makes sense: every name, number, moment and label.

mod attackers;
mod chats;
mod desk;
mod happenings;
mod links;
mod parties;
mod talk;
mod world;

use super::{
    ReadChat, Scenario, ScenarioError, format::File, limits::MAX_LINE, model::Readers,
    source::Source,
};
use desk::Desk;

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
    let businesses = parties::businesses(&desk, &file.business)?;
    parties::numbers_differ(&desk, file)?;
    let says = talk::says(&desk, &file.say)?;
    let deeds = talk::deeds(&desk, &file.deed, &says)?;
    let generates = talk::generates(&desk, &file.generate)?;
    let chats = chats::chats(&desk, &file.chat, read_chat)?;
    let readers: Readers = happenings::readers(&desk, file.readers.as_ref())?;
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
        canaries: file.canaries.unwrap_or(true),
        compare_traces: happenings::compare_traces(&desk, &file.compare_traces)?,
        links,
        link_overrides,
        store: links::store(file.store.as_ref()),
        people,
        businesses,
        generates,
        chats,
        deeds,
        crashes: happenings::crashes(&desk, &file.crash)?,
        faults: Vec::new(),
        heal: None,
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
