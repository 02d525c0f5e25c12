//! Flows of a business: made, listed, changed, published, deprecated, deleted.

use hop::{Waiting, http::Response};
use rand_core::CryptoRng;
use serde_json::{Value, json};
use vocab::{Micros, UnixMicros};

use super::{Answered, Context, Stop, page};
use crate::{
    date::date,
    errors::{GraphError, codes},
    flows::check,
    graph::{self, manage::flows as read},
    handle::{Attempted, flows},
    rows::flows::{self as rows, FlowRow, FlowStatus},
};

/// Flows of one account (ours: a listing here is one scan).
const MOST: usize = 250;
/// What the id of a Flow JSON begins with, where it is downloaded.
pub(super) const ASSET: &str = "flow.";
/// How long the address of a preview is shown (facts: pywa 4.5.0 reads `expires_at`; ours).
const PREVIEW_AGE: Micros = Micros::days(30);

/// An answer now, or `None` where an endpoint has to answer before.
pub(super) type Later = Result<Option<Response>, Stop>;

/// `/{waba}/flows`.
pub(super) fn work(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Later {
    if context.call.is_get() {
        list(context, attempt).map(Some)
    } else {
        make(context, attempt, rng)
    }
}

fn all(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<Vec<FlowRow>, Waiting> {
    flows::all(attempt, &context.number.grant.business)
}

/// The flow that a call names by its id.
pub(super) fn by_id(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
) -> Result<Option<FlowRow>, Waiting> {
    flows::by_id(attempt, &context.number.grant.business, &context.call.id)
}

/// The same for calls that there is no other object for.
fn named(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<FlowRow, Stop> {
    Ok(by_id(context, attempt)?.ok_or_else(GraphError::no_object)?)
}

fn list(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let rows = all(context, attempt)?;
    let now = attempt.now().wall;
    let cursor = |row: &FlowRow| row.id.clone();
    let listed = page(context.call, rows, cursor, |row| Ok(shown(row, context, now)))?;
    Ok(graph::answer(&listed))
}

fn make(context: &Context<'_>, attempt: &mut Attempted<'_>, rng: &mut dyn CryptoRng) -> Later {
    let (said, name, categories) = read::made(context.call)?;
    let known = all(context, attempt)?;
    if known.iter().any(|row| row.name == name) {
        return Err(GraphError::parameter("The account has a flow with this name.").into());
    }
    if known.len() >= MOST {
        return Err(GraphError::parameter("The account has as many flows as it may.").into());
    }
    let cloned = match &said.clone_of {
        Some(id) => {
            let cloned = known.iter().find(|row| row.id == *id);
            Some(cloned.ok_or_else(|| GraphError::parameter("clone_flow_id is no flow."))?)
        }
        None => None,
    };
    let drawn = rng.next_u64().checked_rem(900_000_000_000_000).unwrap_or(0);
    let row = FlowRow {
        id: drawn.saturating_add(100_000_000_000_000).to_string(),
        name,
        categories,
        status: FlowStatus::Draft.into(),
        endpoint_uri: match &said.endpoint_uri {
            Some(uri) => uri.clone(),
            None => cloned.map(|row| row.endpoint_uri.clone()).unwrap_or_default(),
        },
        json: match said.json {
            Some(json) => json,
            None => cloned.map(|row| row.json.clone()).unwrap_or_default(),
        },
        updated_at: attempt.now().wall.0,
    };
    may_ask(context, &row)?;
    write(context, attempt, &row);
    let faults = faults(&row);
    let mut answer = json!({ "id": row.id, "success": faults.is_empty() });
    if let Some(answer) = answer.as_object_mut().filter(|_| !row.json.is_empty()) {
        answer.insert("validation_errors".to_owned(), faults.into());
    }
    if said.publish {
        return publish_row(context, attempt, (row, answer), rng);
    }
    Ok(Some(graph::answer(&answer)))
}

/// Where an endpoint is, is subject to the same rule as where webhooks go.
fn may_ask(context: &Context<'_>, row: &FlowRow) -> Result<(), GraphError> {
    match flows::endpoint(row) {
        Some(endpoint) if !context.config.management.callbacks.allow(&endpoint.authority) => {
            Err(GraphError::parameter("No endpoint may be asked at this address."))
        }
        Some(_) | None => Ok(()),
    }
}

fn write(context: &Context<'_>, attempt: &mut Attempted<'_>, row: &FlowRow) {
    flows::write(attempt, &context.number.grant.business, row);
}

/// What is wrong with its Flow JSON; nothing where there is none yet.
fn faults(row: &FlowRow) -> Vec<Value> {
    if row.json.is_empty() { Vec::new() } else { check(&row.json).faults }
}

/// `POST /{flow}`: another name, purpose or endpoint.
pub(super) fn edit(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    mut row: FlowRow,
) -> Answered {
    let said = read::said(context.call)?;
    if let Some(id) = &said.application_id
        && !context
            .config
            .management
            .apps
            .iter()
            .any(|app| app.id == *id && app.business == context.number.grant.business)
    {
        return Err(GraphError::parameter("application_id is no app of this business.").into());
    }
    if row.status() == FlowStatus::Deprecated {
        let why = "A flow that is deprecated cannot be changed.";
        return Err(GraphError::with(codes::FLOW_UPDATE, why).into());
    }
    if let Some(name) = said.name {
        let others = all(context, attempt)?;
        if others.iter().any(|other| other.id != row.id && other.name == name) {
            return Err(GraphError::parameter("The account has a flow with this name.").into());
        }
        row.name = name;
    }
    row.categories = said.categories.unwrap_or(row.categories);
    row.endpoint_uri = said.endpoint_uri.unwrap_or(row.endpoint_uri);
    may_ask(context, &row)?;
    row.updated_at = attempt.now().wall.0;
    write(context, attempt, &row);
    Ok(graph::success())
}

/// `DELETE /{flow}`: only what was never published.
pub(super) fn delete(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    row: &FlowRow,
) -> Answered {
    if row.status() != FlowStatus::Draft {
        return Err(GraphError::new(codes::FLOW_DELETE).into());
    }
    attempt.delete(rows::flow(&context.number.grant.business, &row.id));
    Ok(graph::success())
}

/// `/{flow}/assets`: the Flow JSON, and where it is downloaded.
pub(super) fn assets(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let mut row = named(context, attempt)?;
    if context.call.is_get() {
        let base = &context.config.management.media_base;
        let asset = json!({
            "name": "flow.json",
            "asset_type": "FLOW_JSON",
            "download_url": format!("{base}/media/{ASSET}{}", row.id),
        });
        let data = if row.json.is_empty() { Vec::new() } else { vec![asset] };
        return Ok(graph::answer(&json!({ "data": data, "paging": {} })));
    }
    if row.status() != FlowStatus::Draft {
        return Err(GraphError::new(codes::FLOW_UPDATE).into());
    }
    row.json = read::asset(context.call)?;
    row.updated_at = attempt.now().wall.0;
    write(context, attempt, &row);
    let faults = faults(&row);
    Ok(graph::answer(&json!({ "success": faults.is_empty(), "validation_errors": faults })))
}

/// The Flow JSON itself, at the address that its assets name.
pub(super) fn download(context: &Context<'_>, attempt: &mut Attempted<'_>, id: &str) -> Answered {
    let row = flows::by_id(attempt, &context.number.grant.business, id)?;
    let row = row.filter(|row| !row.json.is_empty()).ok_or_else(GraphError::gone)?;
    Ok(Response::json(200, row.json.into_bytes()))
}

/// `POST /{flow}/publish`.
pub(super) fn publish(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Later {
    let row = named(context, attempt)?;
    publish_row(context, attempt, (row, json!({ "success": true })), rng)
}

/// Publishes a flow: at once, or when its endpoint has shown that it is well.
fn publish_row(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    (row, answer): (FlowRow, Value),
    rng: &mut dyn CryptoRng,
) -> Later {
    let refused = |why: &'static str| Err(GraphError::with(codes::FLOW_PUBLISH, why).into());
    if row.status() != FlowStatus::Draft {
        return refused("Only a flow that is a draft can be published.");
    }
    let checked = check(&row.json);
    if !checked.faults.is_empty() {
        return refused("The flow has validation errors.");
    }
    if checked.data_api_version.is_none() {
        flows::change_status(context.number, attempt, (row, FlowStatus::Published), rng)?;
        return Ok(Some(graph::answer(&answer)));
    }
    if flows::endpoint(&row).is_none() {
        return refused("The flow asks an endpoint, and endpoint_uri is not set.");
    }
    let asked = (context.call.exchange, answer);
    match flows::check_before(context.config, context.number, attempt, (&row, asked), rng)? {
        true => Ok(None),
        false => refused("The phone number has no public key for flows."),
    }
}

/// `POST /{flow}/deprecate`.
pub(super) fn deprecate(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Answered {
    let row = named(context, attempt)?;
    if matches!(row.status(), FlowStatus::Draft | FlowStatus::Deprecated) {
        return Err(GraphError::new(codes::FLOW_DEPRECATE).into());
    }
    attempt.delete(rows::failing(&context.number.grant.business, &row.id));
    flows::looks_after(context.number, attempt, &row.id, false);
    flows::change_status(context.number, attempt, (row, FlowStatus::Deprecated), rng)?;
    Ok(graph::success())
}

/// A flow as Graph shows it.
pub(super) fn shown(row: &FlowRow, context: &Context<'_>, now: UnixMicros) -> Value {
    let business = &context.number.grant.business;
    let checked = if row.json.is_empty() { Default::default() } else { check(&row.json) };
    let base = &context.config.management.media_base;
    let app = context.config.management.apps.iter().find(|app| app.business == *business);
    let mut shown = json!({
        "id": row.id,
        "name": row.name,
        "status": row.status().name(),
        "categories": row.categories,
        "validation_errors": checked.faults,
        "json_version": checked.version,
        "data_api_version": checked.data_api_version,
        "endpoint_uri": (!row.endpoint_uri.is_empty()).then_some(&row.endpoint_uri),
        "updated_at": date(UnixMicros(row.updated_at)),
        "preview": {
            "preview_url": format!("{base}/{}/preview", row.id),
            "expires_at": date(now.after(PREVIEW_AGE)),
        },
        "whatsapp_business_account": {
            "id": business, "name": business, "currency": "USD", "timezone_id": "0",
            "message_template_namespace": business,
        },
        "application": app.map(|app| json!({
            "id": app.id, "name": business,
            "link": format!("https://www.facebook.com/games/?app_id={}", app.id),
        })),
        "health_status": { "can_send_message": can_send(row.status()), "entities": [] },
    });
    let by_itself = ["id", "name", "status", "categories", "validation_errors"];
    let wanted = context.call.wanted();
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, value| match &wanted {
            _ if value.is_null() => false,
            Some(wanted) => name == "id" || wanted.iter().any(|one| one == name),
            None => by_itself.contains(&name.as_str()),
        });
    }
    shown
}

const fn can_send(status: FlowStatus) -> &'static str {
    match status {
        FlowStatus::Published => "AVAILABLE",
        FlowStatus::Draft | FlowStatus::Throttled => "LIMITED",
        FlowStatus::Deprecated | FlowStatus::Blocked => "BLOCKED",
    }
}
