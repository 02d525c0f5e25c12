//! What people and businesses do: messages, and deeds about them.

use vocab::Micros;

use super::desk::{Desk, Role};
use crate::{
    net::Latency,
    scenario::{
        Problem, ScenarioError,
        format::{self, Senders},
        limits::{MAX_GENERATED, MAX_LINE, MAX_WORDS},
        model::{Deed, DeedKind, Generate, Say},
        names::Names,
        source::Spot,
        value::shown,
    },
};

pub(super) fn says(desk: &Desk<'_>, says: &[Spot<format::Say>]) -> Result<Vec<Say>, ScenarioError> {
    let mut checked: Vec<Say> = Vec::new();
    for Spot { value: say, at } in says {
        let (from, to) = (desk.role(&say.from)?, desk.role(&say.to)?);
        if from == to {
            let both = if from == Role::Person { "people" } else { "businesses" };
            let (a, b) = (&say.from.value, &say.to.value);
            let found = format!("{a:?} and {b:?} are both {both}");
            return Err(desk.misfit(at, found, "a message between a person and a business"));
        }
        let label = match &say.label {
            Some(label) => Some(new_label(desk, label, &checked)?),
            None => None,
        };
        checked.push(Say {
            at: desk.moment("at", &say.at)?,
            from: say.from.value.clone(),
            to: say.to.value.clone(),
            text: desk.text("text", &say.text)?,
            label,
            picture: say.picture.as_ref().is_some_and(|picture| picture.value),
        });
    }
    Ok(checked)
}

fn new_label(
    desk: &Desk<'_>,
    label: &Spot<String>,
    before: &[Say],
) -> Result<String, ScenarioError> {
    let name = desk.line("label", label, MAX_LINE)?;
    let Some(other) = before.iter().find(|say| say.label.as_ref() == Some(&name)) else {
        return Ok(name);
    };
    let by = format!("that of the message at {}", shown(other.at));
    Err(desk.fail(&label.at, Problem::Taken { what: "the label", found: name, by }))
}

/// The message with a label.
pub(super) fn labelled<'s>(
    desk: &Desk<'_>,
    label: &Spot<String>,
    says: &'s [Say],
) -> Result<&'s Say, ScenarioError> {
    let is_it = |say: &&Say| say.label.as_ref() == Some(&label.value);
    says.iter().find(is_it).ok_or_else(|| {
        let labels: Names = says.iter().filter_map(|say| say.label.as_deref()).collect();
        desk.unknown("label", label, labels)
    })
}

pub(super) fn deeds(
    desk: &Desk<'_>,
    deeds: &[Spot<format::Deed>],
    says: &[Say],
) -> Result<Vec<Deed>, ScenarioError> {
    deeds.iter().map(|deed| one_deed(desk, deed, says)).collect()
}

fn one_deed(
    desk: &Desk<'_>,
    Spot { value: deed, at: place }: &Spot<format::Deed>,
    says: &[Say],
) -> Result<Deed, ScenarioError> {
    only_what_it_takes(desk, deed, place)?;
    let (at, who) = (desk.moment("at", &deed.at)?, desk.person(&deed.who)?);
    let mut about = deed.about.as_ref().map(|business| desk.business(business)).transpose()?;
    if let Some(label) = &deed.message {
        let say = labelled(desk, label, says)?;
        let from = about.get_or_insert_with(|| say.from.clone());
        let claims = deed.what == DeedKind::ClaimRead;
        let other = say.to != who && desk.people.0.contains(&say.to);
        let fits = if claims { other } else { say.to == who };
        if !fits || say.from != *from {
            let found = format!("{:?} is a message from {} to {}", label.value, say.from, say.to);
            let expected = match &deed.about {
                Some(business) => format!("one from {} to {who}", business.value),
                None if claims => format!("one to another person than {who}"),
                None => format!("one to {who}"),
            };
            return Err(desk.misfit(&label.at, found, expected));
        }
        if at <= say.at {
            let written = shown(say.at);
            let found = format!("{:?} is written at {written}", label.value);
            return Err(desk.misfit(&deed.at.at, found, "a later moment for what is done with it"));
        }
    }
    let message = deed.message.as_ref().map(|label| label.value.clone());
    let attach = deed.attach.as_ref().is_some_and(|attach| attach.value);
    Ok(Deed { at, who, what: deed.what, about, message, attach })
}

/// Each deed has the keys that it needs and no others.
fn only_what_it_takes(
    desk: &Desk<'_>,
    deed: &format::Deed,
    place: &std::ops::Range<usize>,
) -> Result<(), ScenarioError> {
    let name = deed.what.name();
    let (about, message) = match deed.what {
        DeedKind::AskAgain | DeedKind::ClaimRead => (Key::No, Key::Needed),
        DeedKind::Reinstall | DeedKind::DeleteAccount => (Key::No, Key::No),
        DeedKind::Report => (Key::Needed, Key::May),
        DeedKind::LoseSession | DeedKind::CompareCodes | DeedKind::Block | DeedKind::Unblock => {
            (Key::Needed, Key::No)
        }
    };
    let keys = [("about", about, &deed.about), ("message", message, &deed.message)];
    for (key, need, value) in keys {
        match (need, value) {
            (Key::Needed, None) => {
                let expected = if key == "about" { "a business" } else { "a message's label" };
                let found = format!("{name:?} has no `{key}`");
                return Err(desk.misfit(place, found, format!("{expected} in `{key}`")));
            }
            (Key::No, Some(value)) => {
                let found = format!("{name:?} has `{key}`");
                return Err(desk.misfit(&value.at, found, format!("no `{key}` with it")));
            }
            (Key::Needed | Key::May, Some(_)) | (Key::May | Key::No, None) => {}
        }
    }
    match &deed.attach {
        Some(attach) if deed.what != DeedKind::Report || deed.message.is_none() => {
            let found = format!("{name:?} has `attach`");
            Err(desk.misfit(&attach.at, found, "it only with a \"report\" that has a `message`"))
        }
        Some(_) | None => Ok(()),
    }
}

#[derive(Clone, Copy)]
enum Key {
    Needed,
    May,
    No,
}

pub(super) fn generates(
    desk: &Desk<'_>,
    generates: &[Spot<format::Generate>],
) -> Result<Vec<Generate>, ScenarioError> {
    generates.iter().map(|generate| one_generate(desk, &generate.value)).collect()
}

fn one_generate(desk: &Desk<'_>, generate: &format::Generate) -> Result<Generate, ScenarioError> {
    let from = match &generate.from.value {
        Senders::Everyone if desk.people.0.is_empty() => {
            let found = "\"everyone\" is nobody: there is no [[person]]";
            return Err(desk.misfit(&generate.from.at, found, "people by their names"));
        }
        Senders::Everyone => desk.people.0.clone(),
        Senders::These(people) if people.is_empty() => {
            let found = "`from` is an empty list";
            return Err(desk.misfit(&generate.from.at, found, "a person, or \"everyone\""));
        }
        Senders::These(people) => {
            people.iter().map(|person| desk.person(person)).collect::<Result<_, _>>()?
        }
    };
    let words = match &generate.words {
        Some(words) => desk.whole("words", words, 1..=MAX_WORDS)?,
        None => 6,
    };
    let checked = Generate {
        from,
        to: desk.business(&generate.to)?,
        count: desk.whole("count", &generate.count, 1..=MAX_GENERATED)?,
        start: desk.moment("start", &generate.start)?,
        every: generate.every.0.clone(),
        words,
    };
    let last = latest(&checked);
    if last > desk.duration {
        let found = format!("the last of them may be written as late as {}", shown(last));
        let expected = format!("all within the `duration`, {}", shown(desk.duration));
        return Err(desk.misfit(&generate.count.at, found, expected));
    }
    Ok(checked)
}

fn latest(generate: &Generate) -> Micros {
    let longest = match &generate.every {
        Latency::Fixed(span) => *span,
        Latency::Uniform { high, .. } => *high,
        Latency::Quantiles(table) => table.last().copied().unwrap_or_default(),
    };
    let gaps = generate.count.saturating_sub(1);
    Micros(generate.start.0.saturating_add(longest.0.saturating_mul(gaps)))
}
