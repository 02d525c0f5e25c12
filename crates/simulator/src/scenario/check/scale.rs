//! Many people, many businesses, and where in the world they and their servers are.

use std::collections::BTreeMap;

use vocab::{BusinessId, Micros};

use super::{
    desk::Desk,
    parties::{answer, slug},
};
use crate::{
    net::Latency,
    scenario::{
        Problem, ScenarioError,
        format::{self, Addressees, File},
        limits::{
            MAX_BUSINESSES, MAX_CLOUD_NODES, MAX_KNOWN, MAX_LINE, MAX_NAME, MAX_PEOPLE,
            MAX_REGIONS, MAX_TRANSPORT_NODES, MAX_WORDS, MAX_WRITES, NOTED_IN_FULL,
        },
        model::{
            Business, Hop3, Hours, Journal, Population, Scale, TRANSPORT_STORE, cloud_node, made,
            transport_node, which,
        },
        names::Names,
        source::Spot,
        value::shown,
    },
};

/// Businesses that are made in numbers, behind those before them.
pub(super) fn businesses(
    desk: &Desk<'_>,
    file: &File,
    before: &mut Vec<Business>,
) -> Result<(), ScenarioError> {
    let mut all = 0_u64;
    for many in &file.businesses {
        let count = desk.whole("count", &many.count, 1..=MAX_BUSINESSES)?;
        all = all.saturating_add(count);
        if all > MAX_BUSINESSES {
            let expected = format!("at most {MAX_BUSINESSES} in all tables");
            return Err(desk.value(&many.count.at, "count", count.to_string(), expected));
        }
        let kind = many.kind.as_ref().map(|kind| desk.line("type", kind, MAX_LINE)).transpose()?;
        let rules =
            many.rule.iter().map(|rule| answer(desk, rule)).collect::<Result<Vec<_>, _>>()?;
        for index in 0..count as u32 {
            let name = made(&many.name.value, index);
            let id = BusinessId(slug(&name));
            let good =
                id.0.len() <= MAX_NAME && id.0.bytes().any(|byte| byte.is_ascii_alphabetic());
            if !good || before.iter().any(|other| other.id == id) {
                let found = format!("{:?} makes the business id {:?}", many.name.value, id.0);
                let expected = "an id that is free, of at most 64 letters and digits";
                return Err(desk.misfit(&many.name.at, found, expected));
            }
            before.push(Business {
                name,
                id,
                address: "not given".to_owned(),
                contacts: Vec::new(),
                kind: kind.clone().unwrap_or_else(|| "business".to_owned()),
                hop3: Hop3::CloudApi,
                phone: None,
                rules: rules.clone(),
                auto_reply: None,
            });
        }
    }
    Ok(())
}

/// Everything else: populations, regions, nodes, and how much is noted.
pub(super) fn check(
    desk: &Desk<'_>,
    file: &File,
    businesses: &[Business],
) -> Result<Scale, ScenarioError> {
    let latencies = regions(desk, file)?;
    let cloud_nodes = match file.cloud_api.as_ref().and_then(|cloud| cloud.nodes.as_ref()) {
        Some(nodes) => desk.whole("nodes", nodes, 1..=MAX_CLOUD_NODES)? as u32,
        None => 1,
    };
    let nodes = file.transport.as_ref().and_then(|transport| transport.nodes.as_ref());
    let transport_nodes = match nodes {
        Some(nodes) => desk.whole("nodes", nodes, 1..=MAX_TRANSPORT_NODES)? as u32,
        None => 1,
    };
    let mut populations: Vec<Population> = Vec::new();
    let mut people = 0_u64;
    for population in &file.population {
        let checked = one_population(desk, file, population, businesses)?;
        people = people.saturating_add(checked.people.into());
        if people > MAX_PEOPLE {
            let (at, found) = (&population.people.at, checked.people.to_string());
            let expected = format!("at most {MAX_PEOPLE} in all populations");
            return Err(desk.value(at, "people", found, expected));
        }
        populations.push(checked);
    }
    let reporting = file.report.as_ref();
    let few = people <= NOTED_IN_FULL;
    let journal = if few { Journal::Full } else { Journal::Counts };
    Ok(Scale {
        populations,
        latencies,
        cloud_nodes,
        transport_nodes,
        places: places(desk, file, (cloud_nodes, transport_nodes), businesses)?,
        looks: reporting.and_then(|report| report.views).unwrap_or(few),
        journal: reporting.and_then(|report| report.journal).unwrap_or(journal),
    })
}

fn one_population(
    desk: &Desk<'_>,
    file: &File,
    population: &format::Population,
    businesses: &[Business],
) -> Result<Population, ScenarioError> {
    let people = desk.whole("people", &population.people, 1..=MAX_PEOPLE)? as u32;
    let to = addressees(desk, file, &population.to, businesses)?;
    let whole = |key: &'static str, number: &Option<Spot<u64>>, least, most, default: u64| {
        number.as_ref().map_or(Ok(default), |number| desk.whole(key, number, least..=most))
    };
    let there = to.len() as u64;
    let knows = whole("knows", &population.knows, 1, there.min(MAX_KNOWN), there.min(3))? as u32;
    let (low, high) = (Micros::seconds(2), Micros::minutes(1));
    let reads = population.reads.clone();
    Ok(Population {
        name: population.name.value.clone(),
        people,
        to,
        knows,
        writes: whole("writes", &population.writes, 0, MAX_WRITES, 2)? as u32,
        words: whole("words", &population.words, 1, MAX_WORDS, 6)?,
        reads: reads.map_or(Latency::Uniform { low, high }, |delay| delay.0),
        answers_ppm: population.answers.unwrap_or_default().0,
        online: hours(desk, population)?,
        joins: population.joins.map_or(Micros::millis(people.into()), |joins| joins.0),
    })
}

/// The places of businesses in the list of all, ascending.
fn addressees(
    desk: &Desk<'_>,
    file: &File,
    to: &Spot<Addressees>,
    businesses: &[Business],
) -> Result<Vec<u32>, ScenarioError> {
    let names = match &to.value {
        Addressees::Any => return Ok((0..).zip(businesses).map(|(place, _)| place).collect()),
        Addressees::These(names) => names,
    };
    let mut places = Vec::new();
    for name in names {
        let many = file.businesses.iter().find(|many| many.name.value == name.value);
        let fits = |business: &Business| match many {
            Some(many) => {
                which(&many.name.value, many.count.value as u32, &business.name).is_some()
            }
            None => business.name == name.value,
        };
        if many.is_none() {
            desk.business(name)?;
        }
        let found = (0_u32..).zip(businesses).filter(|(_, business)| fits(business));
        places.extend(found.map(|(place, _)| place));
    }
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        return Err(desk.misfit(&to.at, "`to` is an empty list", "a business, or \"any\""));
    }
    Ok(places)
}

fn hours(desk: &Desk<'_>, population: &format::Population) -> Result<Option<Hours>, ScenarioError> {
    let spread = population.spread.as_ref();
    let Some(online) = &population.online else {
        return match spread {
            Some(spread) => {
                let found = "there is `spread` without `online`";
                Err(desk.misfit(&spread.at, found, "hours that it makes earlier or later"))
            }
            None => Ok(None),
        };
    };
    let [from, to] = online.value.as_slice() else {
        let found = format!("`online` has {} times", online.value.len());
        return Err(desk.misfit(&online.at, found, "two: from when, and to when"));
    };
    let (from, to) = (clock(desk, from)?, clock(desk, to)?);
    if from == to {
        let found = "`online` begins and ends at the same time";
        return Err(desk.misfit(&online.at, found, "two different times"));
    }
    let lasts =
        to.0.checked_sub(from.0)
            .unwrap_or_else(|| Micros::days(1).0.saturating_sub(from.0).saturating_add(to.0));
    let most = Micros(lasts.min(Micros::days(1).0.saturating_sub(lasts)) / 2);
    let spread = match spread {
        Some(spread) if spread.value.0 > most => {
            let expected = format!("at most {}, half of the shorter of on and off", shown(most));
            return Err(desk.value(&spread.at, "spread", shown(spread.value.0), expected));
        }
        Some(spread) => spread.value.0,
        None => Micros::minutes(30).min(most),
    };
    Ok(Some(Hours { from, to, spread }))
}

/// A time of the day, `HH:MM`.
fn clock(desk: &Desk<'_>, time: &Spot<String>) -> Result<Micros, ScenarioError> {
    let two = |digits: &str, below: u64| {
        let good = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u64>().ok().filter(|number| good && *number < below)
    };
    let read = time.value.split_once(':').and_then(|(hours, minutes)| {
        let minutes = two(hours, 24)?.checked_mul(60)?.checked_add(two(minutes, 60)?)?;
        Some(Micros(Micros::minutes(1).0.checked_mul(minutes)?))
    });
    read.ok_or_else(|| {
        let expected = "a time of the day from \"00:00\" to \"23:59\"";
        desk.value(&time.at, "online", format!("{:?}", time.value), expected)
    })
}

/// How long messages take between regions.
fn regions(
    desk: &Desk<'_>,
    file: &File,
) -> Result<BTreeMap<(String, String), Latency>, ScenarioError> {
    let mut latencies = BTreeMap::new();
    for (place, region) in file.region.iter().enumerate() {
        let name = desk.line("name", &region.name, MAX_NAME)?;
        let mut before = file.region.iter().take(place);
        if let Some(other) = before.find(|other| other.name.value == name) {
            let by = format!("the one on line {}", desk.source.line(other.name.at.start));
            let problem = Problem::Taken { what: "the region", found: name, by };
            return Err(desk.fail(&region.name.at, problem));
        }
        if place >= MAX_REGIONS {
            let found = format!("there are {} regions", file.region.len());
            return Err(desk.misfit(&region.name.at, found, format!("at most {MAX_REGIONS}")));
        }
        if let Some(inside) = &region.inside {
            latencies.insert((name.clone(), name.clone()), inside.0.clone());
        }
    }
    for region in &file.region {
        let name = &region.name.value;
        for (other, latency) in &region.to {
            if !file.region.iter().any(|region| region.name.value == *other) {
                let (what, found, expected) = ("region", other.clone(), region_names(file));
                return Err(desk.fail(&latency.at, Problem::Unknown { what, found, expected }));
            }
            let pair = (name.min(other).clone(), name.max(other).clone());
            if name == other {
                let found = format!("`to` of {name:?} names itself");
                return Err(desk.misfit(
                    &latency.at,
                    found,
                    "another region; `inside` is for itself",
                ));
            }
            if latencies.insert(pair, latency.value.0.clone()).is_some() {
                let found = format!("the latency between {name:?} and {other:?} is said twice");
                return Err(desk.misfit(&latency.at, found, "it once, in one of the two"));
            }
        }
    }
    Ok(latencies)
}

fn region_names(file: &File) -> Names {
    file.region.iter().map(|region| region.name.value.clone()).collect()
}

/// Who and what is in which region.
fn places(
    desk: &Desk<'_>,
    file: &File,
    (cloud_nodes, transport_nodes): (u32, u32),
    businesses: &[Business],
) -> Result<BTreeMap<String, String>, ScenarioError> {
    let known = |region: &Spot<String>| match file
        .region
        .iter()
        .any(|known| known.name.value == region.value)
    {
        true => Ok(region.value.clone()),
        false => Err(desk.unknown("region", region, region_names(file))),
    };
    let mut places = BTreeMap::new();
    let people = file.person.iter().map(|one| (&one.name, &one.region));
    let alone = file.business.iter().map(|one| (&one.name, &one.region));
    let populations = file.population.iter().map(|one| (&one.name, &one.region));
    for (name, region) in people.chain(alone).chain(populations) {
        if let Some(region) = region {
            places.insert(name.value.clone(), known(region)?);
        }
    }
    for many in &file.businesses {
        let Some(region) = &many.region else { continue };
        let region = known(region)?;
        let count = many.count.value as u32;
        let members =
            businesses.iter().filter(|one| which(&many.name.value, count, &one.name).is_some());
        places.extend(members.map(|one| (one.name.clone(), region.clone())));
    }
    if let Some(region) = file.transport.as_ref().and_then(|transport| transport.region.as_ref()) {
        let region = known(region)?;
        places.insert(TRANSPORT_STORE.to_owned(), region.clone());
        places.extend((0..transport_nodes).map(|node| (transport_node(node), region.clone())));
    }
    let cloud = file.cloud_api.iter().flat_map(|cloud| &cloud.regions);
    let regions = cloud.map(known).collect::<Result<Vec<_>, _>>()?;
    for (node, region) in (0..cloud_nodes).zip(regions.iter().cycle()) {
        places.insert(cloud_node(node), region.clone());
    }
    Ok(places)
}
