//! The readers: those who must not read, with their real credentials, asking every interface.

use std::{collections::BTreeMap, sync::Arc};

use hop::http::Route;
use meta::{Reader, manager, reader};

use super::{
    WorldError,
    build::Stage,
    cast::{self, AUTO_REPLY, BILLING, BUSINESS_MANAGER, STATISTICS},
};
use crate::{actor::Actor, node::HopNode, scenario::AUTO_REPLY_STAFF};

/// Name, principal and operator of each reader.
const READERS: [(&str, &str, Actor); 4] = [
    ("rest-of-meta", "rest-of-meta", Actor::RestOfMeta),
    ("ads", "ads", Actor::Ads),
    ("whatsapp", "whatsapp", Actor::Transport),
    ("business-manager-staff", "business-manager", Actor::BusinessManager),
];

/// Whoever runs the automatic-reply service asks too, where there is one.
const SERVICE_STAFF: (&str, &str, Actor) = (AUTO_REPLY_STAFF, AUTO_REPLY, Actor::AutoReply);

/// Of so many businesses readers know; they ask about each at each.
const MOST_BUSINESSES: usize = 32;

pub(super) fn add(stage: &mut Stage<'_>) -> Result<(), WorldError> {
    let staff = stage.scenario.has_auto_reply().then_some(SERVICE_STAFF);
    for (name, principal, actor) in READERS.into_iter().chain(staff) {
        let config = reader::Config {
            name: name.to_owned(),
            token: stage.cast.token(principal),
            asks: asks(stage, actor)?,
            first: stage.scenario.readers.first,
            every: stage.scenario.readers.every,
            rounds: u32::try_from(stage.scenario.readers.rounds).unwrap_or(u32::MAX),
            one_in: u32::try_from(stage.scenario.readers.one_in).unwrap_or(u32::MAX),
        };
        let observer = Arc::new(std::sync::Mutex::new(stage.shared.clone()));
        let node = HopNode::new(move || Reader::new(config.clone())).with_observer(observer);
        stage.add(name, actor, node);
    }
    Ok(())
}

/// Every route of every server, for every business; the transport's operator knows people's numbers
/// anyway and asks for their mailboxes too.
fn asks(stage: &Stage<'_>, actor: Actor) -> Result<Vec<Arc<reader::Ask>>, WorldError> {
    let scenario = stage.scenario;
    let few = scenario.businesses.len().min(MOST_BUSINESSES);
    let businesses = scenario.businesses.get(..few).unwrap_or_default();
    let mut phones: Vec<String> = businesses
        .iter()
        .map(|business| stage.cast.phone(&business.name).digits().to_owned())
        .collect();
    if actor == Actor::Transport {
        let people = scenario.people.iter();
        phones.extend(people.map(|person| stage.cast.phone(&person.name).digits().to_owned()));
    }
    let ids: Vec<String> = (0..businesses.len()).map(cast::phone_number_id).collect();
    let nobody = "0".repeat(64);
    let parameters: BTreeMap<&str, Vec<String>> = [
        ("phone_number_id", ids),
        ("id", businesses.iter().map(|business| business.id.to_string()).collect()),
        ("hash", vec![nobody]),
        ("phone", phones),
        ("user", vec!["nobody".to_owned()]),
        ("service", vec![meta::auto_reply::SERVICE.to_owned()]),
    ]
    .into();
    let has_service = scenario.has_auto_reply();
    // About services and system users nobody asks where no business goes beyond the least.
    let asked = |route: &&Route| match route.pattern {
        manager::SERVICE | manager::USERS | manager::USER | manager::TOKENS | manager::TOKEN => {
            has_service
        }
        _ => true,
    };
    let of_manager: Vec<Route> = manager::ROUTES.iter().filter(asked).copied().collect();
    let nodes = scenario.transport_nodes().map(|node| (transport::ROUTES, node));
    let mut servers: Vec<(&[Route], String)> = nodes.collect();
    servers.extend(scenario.cloud_nodes().map(|node| (cloud_api::ROUTES, node)));
    servers.extend([
        (of_manager.as_slice(), BUSINESS_MANAGER.to_owned()),
        (meta::billing::ROUTES, BILLING.to_owned()),
        (meta::statistics::ROUTES, STATISTICS.to_owned()),
    ]);
    servers.extend(has_service.then(|| (meta::auto_reply::ROUTES, AUTO_REPLY.to_owned())));
    for business in businesses {
        servers.push((business::ROUTES, business.name.clone()));
        if business.hop3 == crate::scenario::Hop3::OnPremises {
            servers.push((cloud_api::ROUTES, cast::on_premises(&business.name)));
        }
    }
    let mut asks = Vec::new();
    for (routes, authority) in servers {
        asks.extend(reader::asks_for(routes, &authority, &parameters)?);
    }
    Ok(asks)
}
