//! Calls about flows: what a business says of one.

use serde_json::Value;

use super::{Managed, callbacks::Callback};
use crate::{errors::GraphError, graph::messages::fields::Fields};

/// What a flow can be for (pywa 4.5.0).
const CATEGORIES: [&str; 8] = [
    "SIGN_UP",
    "SIGN_IN",
    "APPOINTMENT_BOOKING",
    "LEAD_GENERATION",
    "CONTACT_US",
    "CUSTOMER_SUPPORT",
    "SURVEY",
    "OTHER",
];
/// Characters of a name (ours).
const MAX_NAME: usize = 200;

/// What a call says of a flow; all of it may be absent where a flow is changed.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) name: Option<String>,
    pub(crate) categories: Option<Vec<String>>,
    pub(crate) endpoint_uri: Option<String>,
    /// The Flow JSON.
    pub(crate) json: Option<String>,
    /// The flow that it is a copy of.
    pub(crate) clone_of: Option<String>,
    /// Whether it is published at once.
    pub(crate) publish: bool,
    /// The app that it belongs to.
    pub(crate) application_id: Option<String>,
}

/// Reads it.
pub(crate) fn said(call: &Managed) -> Result<Said, GraphError> {
    let fields = call.fields();
    let endpoint_uri = fields.optional_text("endpoint_uri", 2_000)?;
    if endpoint_uri.as_deref().is_some_and(|uri| Callback::parse(uri).is_none()) {
        return Err(GraphError::parameter("endpoint_uri must be a URL."));
    }
    Ok(Said {
        name: fields.optional_text("name", MAX_NAME)?,
        categories: categories(&fields)?,
        endpoint_uri,
        json: match fields.get("flow_json") {
            None => None,
            // A form's value that is an object was read as one.
            Some(value @ Value::Object(_)) => Some(value.to_string()),
            Some(_) => Some(fields.text("flow_json", usize::MAX)?),
        },
        clone_of: fields.optional_text("clone_flow_id", 64)?,
        publish: fields.flag("publish")?,
        application_id: fields.optional_text("application_id", 64)?,
    })
}

/// Of a new flow, which must have a name and a category.
pub(crate) fn made(call: &Managed) -> Result<(Said, String, Vec<String>), GraphError> {
    let said = said(call)?;
    let required = |name: &str| GraphError::parameter(format!("The parameter {name} is required."));
    let name = said.name.clone().ok_or_else(|| required("name"))?;
    let categories = said.categories.clone().ok_or_else(|| required("categories"))?;
    Ok((said, name, categories))
}

fn categories(fields: &Fields<'_>) -> Result<Option<Vec<String>>, GraphError> {
    let Some(value) = fields.get("categories") else { return Ok(None) };
    let wrong = || GraphError::parameter("categories must be a list of categories of flows.");
    let names: Vec<String> = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_ascii_uppercase))
        .collect();
    let given = value.as_array().map_or(0, Vec::len);
    let fits = !names.is_empty()
        && names.len() == given
        && names.iter().all(|name| CATEGORIES.contains(&name.as_str()));
    if fits { Ok(Some(names)) } else { Err(wrong()) }
}

/// The Flow JSON that a call uploads.
pub(crate) fn asset(call: &Managed) -> Result<String, GraphError> {
    let fields = call.fields();
    for (name, wanted) in [("name", "flow.json"), ("asset_type", "FLOW_JSON")] {
        if fields.text(name, 64)? != wanted {
            return Err(GraphError::parameter(format!("{name} must be {wanted}.")));
        }
    }
    let file = call.parameters.files.iter().find(|file| file.name == "file");
    let file = file.ok_or_else(|| GraphError::parameter("The parameter file is required."))?;
    String::from_utf8(file.bytes.clone())
        .map_err(|_| GraphError::parameter("The Flow JSON is not UTF-8."))
}
