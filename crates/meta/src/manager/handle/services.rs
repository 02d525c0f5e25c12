//! Optional services: added by the business under terms of their own, and removed by it
//! (requirements R002 and R003).

use hop::{Waiting, http::Request, router::Refusal};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Try, grants_changed, records};
use crate::{
    manager::{
        input::{Ask, Services},
        rows::{self, Service},
    },
    names,
    output::Event,
    server::{Served, body},
};

/// Bytes of the longest id of terms.
const MOST_BYTES: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreed {
    terms_id: String,
}

/// Understands a call; `added` is the request where the service is added. `known` are the services
/// that there are.
pub(super) fn read(
    id: &str,
    service: &str,
    added: Option<&Request>,
    known: &[String],
) -> Result<Ask, Refusal> {
    if !known.iter().any(|known| known == service) {
        return Err(Refusal::NoSuchObject);
    }
    let terms_id = match added {
        Some(request) => {
            let Agreed { terms_id } = body(request)?;
            Some(names::text(&terms_id, MOST_BYTES, "the id of terms")?)
        }
        None => None,
    };
    Ok(Ask::Service { id: names::business(id)?, service: service.to_owned(), terms_id })
}

/// Writes down under which terms a business has a service, or that it has it no more.
pub(super) fn write(
    attempt: &mut Try<'_>,
    id: &str,
    service: &str,
    terms_id: Option<&str>,
) -> Result<Served, Waiting> {
    attempt.need(&[rows::business(id), rows::changes()])?;
    let Some(mut business) = records::get(attempt, id)? else {
        return Ok(Err(Refusal::NoSuchObject));
    };
    if terms_id == Some(business.terms_id.as_str()) {
        return Ok(Err(Refusal::Conflict("a service has terms of its own")));
    }
    let before = business.services.get(service).map(|known| known.terms_id.as_str());
    if before != terms_id {
        let (of, service) = (id.to_owned(), service.to_owned());
        attempt.event(match terms_id {
            Some(terms_id) => {
                let (since, terms_id) = (attempt.now().wall.seconds(), terms_id.to_owned());
                let added = Service { terms_id: terms_id.clone(), since };
                business.services.insert(service.clone(), added);
                Event::ServiceEnabled { business: of, service, terms_id }
            }
            None => {
                business.services.remove(&service);
                Event::ServiceRemoved { business: of, service }
            }
        });
        records::put(attempt, id, &business);
        grants_changed(attempt)?;
    }
    Ok(Ok(json!({ "success": true })))
}

/// Adds the services to what is told of a business; without one, nothing.
pub(super) fn show(shown: &mut Value, services: &Services) {
    let listed = services
        .iter()
        .map(|(service, added)| json!({ "service": service, "terms_id": added.terms_id }));
    let listed: Vec<Value> = listed.collect();
    if let Some(shown) = shown.as_object_mut().filter(|_| !listed.is_empty()) {
        shown.insert("services".to_owned(), listed.into());
    }
}
