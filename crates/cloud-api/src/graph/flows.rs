//! What the app of a person asks about a flow that it was sent. These two interfaces are no part of
//! Graph: they stand for the way from an app through the platform's servers
//! (docs/decisions/0014), and only the world's apps may call them.

use serde_json::Value;

use crate::{errors::GraphError, parameters::Parameters};

/// What an app has to know before it shows a flow.
pub(crate) const ENVIRONMENT: &str = "/flows_client/environment";
/// Carries sealed bytes to the endpoint of a flow.
pub(crate) const EXCHANGE: &str = "/flows_client/exchange";

/// Whether an interface is one of them.
pub(crate) fn is_for_apps(pattern: &str) -> bool {
    matches!(pattern, ENVIRONMENT | EXCHANGE)
}

/// What an app asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The number that sent the flow.
    pub(crate) phone_number_id: String,
    /// The flow: its id, or its name.
    pub(crate) flow: String,
    pub(crate) flow_token: String,
    /// What is carried to the endpoint.
    pub(crate) sealed: Option<Value>,
}

/// Reads it; `carries` something, or asks for the environment.
pub(crate) fn read(parameters: &Parameters, carries: bool) -> Result<Asked, GraphError> {
    let text = |name: &str| parameters.text(name).ok_or_else(|| GraphError::missing(name));
    let sealed = parameters.fields.get("sealed").filter(|sealed| sealed.is_object()).cloned();
    if carries && sealed.is_none() {
        return Err(GraphError::missing("sealed"));
    }
    Ok(Asked {
        phone_number_id: text("phone_number_id")?,
        flow: text("flow")?,
        flow_token: parameters.text("flow_token").unwrap_or_default(),
        sealed,
    })
}
