//! Every question that a table of routes allows.

use std::{collections::BTreeMap, sync::Arc};

use hop::http::Route;

use super::config::Ask;

/// A route has a parameter for which no value is known, so that it would not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no value is known for {parameter} of {pattern}, so nobody would ask for it")]
pub struct NoValues {
    /// The name of the parameter, without braces.
    pub parameter: String,
    /// The pattern of the route.
    pub pattern: &'static str,
}

/// Every route of a server with every value of its parameters, in the order of the table.
///
/// Values go into targets as they are. A reader's own questions are part of its view, so a value
/// that it must not know (a person's number) must not be among them.
///
/// # Errors
///
/// [`NoValues`] if a parameter has none: leaving its route out would make a "no" unearned.
pub fn asks_for(
    routes: &[Route],
    authority: &str,
    parameters: &BTreeMap<&str, Vec<String>>,
) -> Result<Vec<Arc<Ask>>, NoValues> {
    let mut asks = Vec::new();
    for route in routes {
        for target in targets(route, parameters)? {
            asks.push(Arc::new(Ask {
                authority: authority.to_string(),
                method: route.method.to_string(),
                target,
                class: route.class,
            }));
        }
    }
    Ok(asks)
}

fn targets(
    route: &Route,
    parameters: &BTreeMap<&str, Vec<String>>,
) -> Result<Vec<String>, NoValues> {
    let mut targets = vec![String::new()];
    for (place, segment) in route.pattern.split('/').enumerate() {
        let slash = if place == 0 { "" } else { "/" };
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let Some(name) = name else {
            targets.iter_mut().for_each(|target| *target = format!("{target}{slash}{segment}"));
            continue;
        };
        let Some(values) = parameters.get(name).filter(|values| !values.is_empty()) else {
            return Err(NoValues { parameter: name.to_string(), pattern: route.pattern });
        };
        targets = targets
            .iter()
            .flat_map(|target| values.iter().map(move |value| format!("{target}{slash}{value}")))
            .collect();
    }
    Ok(targets)
}
