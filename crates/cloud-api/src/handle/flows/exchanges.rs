//! What goes between the app of a person and the endpoint of a flow: what an app
//! has to know, and sealed bytes in both directions.

use hop::{ExchangeId, Waiting, http::Request};
use serde_json::{Value, json};

use super::{Carried, FlowStatus, Purpose, endpoint, find};
use crate::{
    config::Config,
    errors::{GraphError, codes},
    flows::{check, signature},
    handle::{Attempted, Note, manage, sending::Stop},
    number::Number,
    rows::{flows::FlowRow, manage::Document},
    webhook,
};

/// The flow that an app opens or has open.
fn opened(number: &Number, attempt: &mut Attempted<'_>, named: &str) -> Result<FlowRow, Stop> {
    let row = find(attempt, &number.grant.business, named)?;
    let row = row.ok_or_else(GraphError::no_object)?;
    match row.status() {
        FlowStatus::Blocked => Err(GraphError::new(codes::FLOW_BLOCKED).into()),
        FlowStatus::Deprecated => Err(GraphError::parameter("The flow is deprecated.").into()),
        FlowStatus::Draft | FlowStatus::Published | FlowStatus::Throttled => Ok(row),
    }
}

/// What an app has to know before it shows a flow.
pub(super) fn open(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    (named, flow_token): (&str, &str),
) -> Result<Value, Stop> {
    let row = opened(number, attempt, named)?;
    let looked_at = check(&row.json);
    let secret = manage::callbacks::app_secret(config, &number.grant).unwrap_or_default();
    let is_signed = looked_at.data_api_version.as_deref() == Some("4.0")
        && looked_at.version.as_deref() == Some("7.3");
    let signature = is_signed.then(|| signature(flow_token, secret, attempt.now().wall));
    Ok(json!({
        "id": row.id,
        "flow_json": row.json,
        "data_api_version": looked_at.data_api_version,
        "public_key": public_key(number, attempt)?,
        "flow_token_signature": signature,
    }))
}

/// The business's public key at this number.
pub(super) fn public_key(
    number: &Number,
    attempt: &mut Attempted<'_>,
) -> Result<Option<String>, Waiting> {
    let document = manage::documents::get(attempt, number.grant.slot, Document::Encryption)?;
    Ok(document.get("business_public_key").and_then(Value::as_str).map(str::to_owned))
}

/// Carries what an app sealed to the endpoint.
pub(super) fn carry(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    (exchange, named, sealed): (ExchangeId, &str, &Value),
) -> Result<(), Stop> {
    let row = opened(number, attempt, named)?;
    let request = request(config, number, (&row, sealed));
    let request = request.ok_or_else(|| GraphError::parameter("The flow has no endpoint."))?;
    note(number, attempt, (row.id, request, Purpose::App(exchange)));
    Ok(())
}

pub(super) fn note(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (flow, request, purpose): (String, Request, Purpose),
) {
    let carried = Carried { slot: number.grant.slot, flow, request, purpose };
    attempt.note(Note::Carried(Box::new(carried)));
}

/// The request with these sealed bytes, signed as webhooks are.
pub(super) fn request(
    config: &Config,
    number: &Number,
    (row, sealed): (&FlowRow, &Value),
) -> Option<Request> {
    let endpoint = endpoint(row)?;
    let body = sealed.to_string().into_bytes();
    let secret = manage::callbacks::app_secret(config, &number.grant).unwrap_or_default();
    let signature = webhook::signature(secret, &body);
    let request = Request::new(&endpoint.authority, "POST", &endpoint.path);
    Some(request.header("x-hub-signature-256", &signature).json(body))
}
