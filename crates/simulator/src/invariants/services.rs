//! Optional services (requirements R002 to R004): each has a section of its own in the data map,
//! sees nothing while it is off, and processes messages under its own terms alone.

use vocab::{DataClass, MessageId, Micros};

use super::{Ended, Outcome, Table, cells};
use crate::{
    actor::Actor,
    report::model::{Cell, ServiceSection, ServiceTerms, StoredAt, Verdict},
    scan::MarkerClass,
    scenario::BASE_TERMS,
    watch::{
        services::{Change, Services},
        time,
    },
    world::cast,
};

/// How long the Cloud API may take to hear that a service was added or removed, where nothing goes
/// wrong: two questions over HTTP.
const HEARS_WITHIN: Micros = Micros::minutes(1);

/// A section for each optional service that a business added; `stored` is what lay with services.
pub fn sections(ended: &Ended<'_>, stored: &[StoredAt]) -> Vec<ServiceSection> {
    let services = &ended.watch.services;
    let mut names: Vec<&str> = services.wanted.keys().map(|(_, name)| name.as_str()).collect();
    names.dedup();
    let section = |name: &str| ServiceSection {
        service: name.to_owned(),
        actor: Actor::AutoReply.name().to_owned(),
        terms: terms(services, name),
        processed: services.processed.iter().filter(|one| one.service == name).count() as u64,
        replies: services.replies,
        views: DataClass::TABLE.map(|class| cells::cell(ended, class, Actor::AutoReply)).into(),
        stored: stored.to_vec(),
    };
    names.into_iter().map(section).collect()
}

/// Under which terms businesses had a service, and when.
fn terms(services: &Services, name: &str) -> Vec<ServiceTerms> {
    let mut all = Vec::new();
    for ((business, _), changes) in services.wanted.iter().filter(|((_, one), _)| one == name) {
        let ends = changes.iter().skip(1).map(|next| Some(next.at_us)).chain([None]);
        let on = changes.iter().zip(ends).filter_map(|(change, end)| {
            Some(ServiceTerms {
                business: business.clone(),
                terms_id: change.terms.clone()?,
                from_ms: change.at_us / 1_000,
                until_ms: end.map(|end| end / 1_000),
            })
        });
        all.extend(on);
    }
    all
}

/// The judgement; `None` where no business adds a service.
pub(super) fn judged(ended: &Ended<'_>, table: &Table) -> Option<Outcome> {
    let services = &ended.watch.services;
    if !ended.scenario.has_auto_reply() {
        return None;
    }
    let sections = sections(ended, &[]);
    let base: Vec<&Cell> = table.cells().collect();
    let mut against = apart(services, &sections, &base);
    against.extend(seen_while_off(services, &seen(ended)));
    against.extend(under_other_terms(services));
    if ended.scenario.faults.is_empty() && ended.scenario.crashes.is_empty() {
        let end = ended.world.kernel.end().0;
        against.extend(unheard(services, &numbers(ended), end));
    }
    let views = sections.iter().flat_map(|section| &section.views);
    let wrong = views.clone().filter(|cell| cell.verdict == Some(Verdict::Fail));
    against.extend(wrong.map(cells::say));
    let unknown = views.filter(|cell| cell.verdict == Some(Verdict::Unknown)).count();
    if against.is_empty() && unknown > 0 {
        return Some(Outcome::unknown("nothing was attempted, or nothing was scanned"));
    }
    against.truncate(20);
    let (processed, replies) = (services.processed.len(), services.replies);
    let held =
        format!("{processed} messages processed under terms of their own, {replies} answered");
    Some(Outcome::unless(against, held))
}

/// The businesses of the scenario by the ids of their numbers.
fn numbers(ended: &Ended<'_>) -> Vec<(String, String)> {
    let businesses = ended.scenario.businesses.iter().enumerate();
    businesses.map(|(index, one)| (cast::phone_number_id(index), one.id.to_string())).collect()
}

/// A message whose words were in a service's view.
struct Seen {
    what: String,
    id: Option<MessageId>,
    /// The business that it was written to; `None` if nobody wrote it to one.
    business: Option<String>,
}

/// Every message of others that a service saw.
fn seen(ended: &Ended<'_>) -> Vec<Seen> {
    let Some(scanner) = ended.watch.scanner(Actor::AutoReply) else { return Vec::new() };
    let entries = ended.watch.journal.entries();
    let hits = scanner.hits_of(MarkerClass::MessageContent);
    let seen = hits.filter_map(|(index, hit)| {
        let entry = entries.get(usize::try_from(index).ok()?)?;
        let business = ended.scenario.business(&entry.to).map(|one| one.id.to_string());
        let (from, to, at) = (&entry.from, &entry.to, time(hit.first_seen));
        let what = format!("a message from {from} to {to}, seen at {at} in {}", hit.place);
        (!entry.by_service).then_some(Seen { what, id: entry.id, business })
    });
    seen.collect()
}

/// What stands where it should not in the data map, or nowhere.
fn apart(services: &Services, sections: &[ServiceSection], base: &[&Cell]) -> Vec<String> {
    let optional = Actor::AutoReply.name();
    let mixed = base.iter().filter(|cell| cell.actor == optional);
    let mut against: Vec<String> = mixed
        .map(|cell| format!("the base section has a row of {optional}: {}", cell.data_class))
        .collect();
    for (business, service) in services.wanted.keys() {
        let own = sections.iter().filter(|section| section.service == *service);
        let listed = own.flat_map(|section| &section.terms).any(|one| one.business == *business);
        if !listed {
            against.push(format!("{service} of {business} has no section of its own"));
        }
    }
    against
}

/// What was on at a moment.
fn state_at(changes: Option<&Vec<Change>>, at_us: u64) -> Option<&str> {
    let before = changes?.iter().take_while(|change| change.at_us <= at_us);
    before.last()?.terms.as_deref()
}

/// Messages that a service saw and should not have. One is allowed that was opened while its
/// business had the service, or before the Cloud API heard that it has it no more.
fn seen_while_off(services: &Services, seen: &[Seen]) -> Vec<String> {
    let mut against = Vec::new();
    for Seen { what, id, business } in seen {
        let opened = id.as_ref().and_then(|id| services.opened.get(id));
        let (Some(business), Some((at, number))) = (business, opened) else {
            against.push(format!("{what}: nobody wrote it to a business with a service"));
            continue;
        };
        let mut of_business = services.wanted.iter().filter(|((one, _), _)| one == business);
        let is_on = of_business.any(|((_, service), wanted)| {
            let acted = services.acted.get(&(number.clone(), service.clone()));
            state_at(Some(wanted), *at).is_some() || state_at(acted, *at).is_some()
        });
        if !is_on {
            let when = time(*at);
            against.push(format!("{what}: when it was opened, at {when}, no service was on"));
        }
        if !services.processed.iter().any(|one| one.message == *id && one.business == *business) {
            against.push(format!("{what}: no event says under which terms it was processed"));
        }
    }
    against
}

/// Messages that were processed under other terms than those that the business agreed to.
fn under_other_terms(services: &Services) -> Vec<String> {
    let mut against = Vec::new();
    for one in &services.processed {
        let (service, business, terms) = (&one.service, &one.business, &one.terms);
        let wanted = services.wanted.get(&(business.clone(), service.clone()));
        let agreed =
            wanted.into_iter().flatten().any(|change| change.terms.as_ref() == Some(terms));
        if !agreed || terms == BASE_TERMS {
            against.push(format!(
                "{service} processed a message of {business} under the terms {terms:?}, to which \
                 it did not agree for this service"
            ));
        }
    }
    against
}

/// What the Cloud API did not hear of in time.
fn unheard(services: &Services, numbers: &[(String, String)], end_us: u64) -> Vec<String> {
    let mut against = Vec::new();
    for ((business, service), wanted) in &services.wanted {
        let number = numbers.iter().find(|(_, one)| one == business).map(|(number, _)| number);
        let acted =
            number.and_then(|number| services.acted.get(&(number.clone(), service.clone())));
        for change in wanted {
            let latest = change.at_us.saturating_add(HEARS_WITHIN.0);
            let heard = acted.into_iter().flatten().any(|one| {
                one.terms == change.terms && (change.at_us..=latest).contains(&one.at_us)
            });
            if !heard && latest < end_us {
                let when = time(change.at_us);
                against.push(format!(
                    "the Cloud API did not hear what {business} said at {when} about {service}"
                ));
            }
        }
    }
    against
}

#[cfg(test)]
mod tests;
