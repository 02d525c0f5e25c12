//! Who is there: names, numbers, ids, rules.

use vocab::{BusinessId, Micros, PhoneNumber};

use super::{desk::Desk, services};
use crate::scenario::{
    Problem, ScenarioError,
    format::{self, File},
    limits::{MAX_LINE, MAX_NAME},
    model::{Business, Hop3, Person, Rule, When},
    source::Spot,
    value::{Condition, Moment, shown},
};

pub(super) fn people(
    desk: &Desk<'_>,
    people: &[format::Person],
) -> Result<Vec<Person>, ScenarioError> {
    let person = |person: &format::Person| {
        Ok(Person {
            name: person.name.value.clone(),
            phone: person.phone.as_ref().map(|phone| number(desk, phone)).transpose()?,
            reads: person.reads.map_or(Some(Micros::seconds(3)), |reads| reads.0),
            offline: offline(desk, &person.offline)?,
        })
    };
    people.iter().map(person).collect()
}

fn offline(
    desk: &Desk<'_>,
    spans: &[Spot<Vec<Moment>>],
) -> Result<Vec<(Micros, Micros)>, ScenarioError> {
    let mut times: Vec<(Micros, Micros)> = Vec::new();
    for span in spans {
        let [from, to] = span.value.as_slice() else {
            let found = format!("this part of `offline` has {} moments", span.value.len());
            return Err(desk.misfit(&span.at, found, "two: from when, and to when"));
        };
        let (from, to) = (from.0, to.0);
        let found = || format!("this part of `offline` is from {} to {}", shown(from), shown(to));
        if from >= to {
            return Err(desk.misfit(&span.at, found(), "the earlier moment first"));
        }
        if from >= desk.duration {
            let key = "offline";
            let problem = Problem::AfterTheEnd { key, at: from, duration: desk.duration };
            return Err(desk.fail(&span.at, problem));
        }
        if let Some((_, end)) = times.last().filter(|(_, end)| from <= *end) {
            let expected = format!("it to begin after {}, where the one before ends", shown(*end));
            return Err(desk.misfit(&span.at, found(), expected));
        }
        times.push((from, to));
    }
    Ok(times)
}

pub(super) fn businesses(
    desk: &Desk<'_>,
    businesses: &[format::Business],
) -> Result<Vec<Business>, ScenarioError> {
    let mut checked: Vec<Business> = Vec::new();
    for business in businesses {
        let id = business_id(desk, business)?;
        let at = business.id.as_ref().map_or(&business.name.at, |id| &id.at);
        if let Some(other) = checked.iter().find(|other| other.id == id) {
            let (what, by) = ("the business id", format!("that of {:?}", other.name));
            return Err(desk.fail(at, Problem::Taken { what, found: id.0, by }));
        }
        checked.push(one_business(desk, business, id)?);
    }
    Ok(checked)
}

fn one_business(
    desk: &Desk<'_>,
    business: &format::Business,
    id: BusinessId,
) -> Result<Business, ScenarioError> {
    let line = |key: &'static str, text: &Spot<String>| desk.line(key, text, MAX_LINE);
    let or = |key: &'static str, text: &Option<Spot<String>>, default: &str| match text {
        Some(text) => line(key, text),
        None => Ok(default.to_owned()),
    };
    let contacts = business.contacts.iter().map(|contact| line("contacts", contact));
    Ok(Business {
        name: business.name.value.clone(),
        id,
        address: or("address", &business.address, "not given")?,
        contacts: contacts.collect::<Result<_, _>>()?,
        kind: or("type", &business.kind, "business")?,
        hop3: business.hop3.unwrap_or(Hop3::CloudApi),
        phone: business.phone.as_ref().map(|phone| number(desk, phone)).transpose()?,
        rules: business.rule.iter().map(|rule| answer(desk, rule)).collect::<Result<_, _>>()?,
        auto_reply: services::auto_reply(desk, business)?,
    })
}

fn business_id(desk: &Desk<'_>, business: &format::Business) -> Result<BusinessId, ScenarioError> {
    let (at, id) = match &business.id {
        Some(id) => (&id.at, id.value.clone()),
        None => (&business.name.at, slug(&business.name.value)),
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let good = (1..=MAX_NAME).contains(&id.len())
        && id.bytes().all(allowed)
        && id.bytes().any(|byte| byte.is_ascii_alphabetic());
    if good {
        return Ok(BusinessId(id));
    }
    let expected = "1 to 64 letters (a to z), digits, `-`, `_` and `.`, at least one a letter";
    Err(desk.value(at, "id", format!("{id:?}"), expected))
}

/// `Forno Bianchi` becomes `forno-bianchi`.
pub(super) fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn number(desk: &Desk<'_>, phone: &Spot<String>) -> Result<PhoneNumber, ScenarioError> {
    // A shorter number would be found in timestamps and sizes when views are searched for it.
    PhoneNumber::parse(&phone.value).ok().filter(|number| number.digits().len() >= 8).ok_or_else(
        || {
            let expected = "8 to 15 digits in international form, such as \"+39 333 123 4567\"";
            desk.value(&phone.at, "phone", format!("{:?}", phone.value), expected)
        },
    )
}

/// No two have the same telephone number.
pub(super) fn numbers_differ(desk: &Desk<'_>, file: &File) -> Result<(), ScenarioError> {
    let people = file.person.iter().map(|person| (&person.name, &person.phone));
    let businesses = file.business.iter().map(|business| (&business.name, &business.phone));
    let mut taken: Vec<(PhoneNumber, &str)> = Vec::new();
    for (name, phone) in people.chain(businesses) {
        let Some(phone) = phone else { continue };
        let number = number(desk, phone)?;
        let digits = number.digits();
        if !file.population.is_empty() && digits.len() == MADE_DIGITS && digits.starts_with(MADE) {
            let (what, found) = ("the phone number", phone.value.clone());
            let by = "people of populations".to_owned();
            return Err(desk.fail(&phone.at, Problem::Taken { what, found, by }));
        }
        if let Some((_, by)) = taken.iter().find(|(other, _)| *other == number) {
            let (found, by) = (phone.value.clone(), format!("that of {by:?}"));
            return Err(
                desk.fail(&phone.at, Problem::Taken { what: "the phone number", found, by })
            );
        }
        taken.push((number, &name.value));
    }
    Ok(())
}

pub(super) fn answer(desk: &Desk<'_>, rule: &format::Rule) -> Result<Rule, ScenarioError> {
    let reply = desk.text("reply", &rule.reply)?;
    let mut rest = reply.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((word, behind)) = after.split_once('}') else { break };
        if !PLACEHOLDERS.contains(&word) {
            let found = format!("`reply` has {{{word}}}");
            return Err(desk.misfit(&rule.reply.at, found, "only {name}, {text} and {count}"));
        }
        rest = behind;
    }
    let when = match &rule.when {
        Condition::Any => When::Any,
        Condition::First => When::First,
        Condition::Contains(text) => When::Contains(text.clone()),
    };
    Ok(Rule { when, reply })
}

/// How numbers begin that people of populations get, and how long they are.
const MADE: &str = "999";
const MADE_DIGITS: usize = 15;

const PLACEHOLDERS: [&str; 3] = ["name", "text", "count"];
