//! A WhatsApp business account: itself, its numbers, its counts.

use hop::Waiting;
use serde_json::{Value, json};
use vocab::limits;

use super::{Answered, Context, object, page};
use crate::{
    errors::GraphError,
    graph,
    handle::Attempted,
    rows::{self, GrantRow, Kind},
};

/// The account, with the fields that were asked for.
pub(super) fn get(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let business = &context.number.grant.business;
    let mut shown = json!({
        "id": business,
        "name": business,
        "currency": "USD",
        "timezone_id": "0",
        "account_review_status": "APPROVED",
        "message_template_namespace": business,
        "ownership_type": "SELF",
        "business_verification_status": "verified",
    });
    let wanted = context.call.wanted();
    let Some(fields) = shown.as_object_mut() else { return Ok(graph::answer(&shown)) };
    let by_itself = ["id", "name", "currency", "timezone_id", "message_template_namespace"];
    fields.retain(|name, _| match &wanted {
        Some(wanted) => name == "id" || wanted.iter().any(|one| one == name),
        None => by_itself.contains(&name.as_str()),
    });
    if wanted.is_some_and(|wanted| wanted.iter().any(|name| name == "analytics")) {
        let analytics = analytics(context, attempt)?;
        fields.insert("analytics".to_owned(), analytics);
    }
    Ok(graph::answer(&shown))
}

/// The numbers of the account that this node serves.
pub(super) fn numbers(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let grants = context.call.numbers.clone();
    let cursor = |grant: &GrantRow| grant.phone_number_id.clone();
    let listed =
        page(context.call, grants, cursor, |grant| object::number(context, attempt, grant))?;
    Ok(graph::answer(&listed))
}

/// What was sent and delivered by day. A cell that stands for too few events says nothing (R050).
fn analytics(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<Value, super::Stop> {
    let (start, end) = span(&context.call.parameters.text("fields").unwrap_or_default())?;
    let mut points = Vec::new();
    let stored = attempt.scan(&rows::statistics(), None, limits::MAX_ROWS_READ)?;
    let mut days: Vec<u64> = stored
        .iter()
        .filter_map(|row| row.key.after(&rows::statistics())?.first_chunk::<8>().copied())
        .map(u64::from_be_bytes)
        .filter(|day| (start..end).contains(&day.saturating_mul(DAY)))
        .collect();
    days.dedup();
    for day in days {
        let mut point = json!({
            "start": day.saturating_mul(DAY),
            "end": day.saturating_add(1).saturating_mul(DAY),
        });
        let Some(cells) = point.as_object_mut() else { continue };
        for kind in [Kind::Sent, Kind::Delivered] {
            let count = count(context, attempt, (day, kind))?;
            if count >= limits::SMALLEST_CELL {
                cells.insert(kind.name().to_owned(), count.into());
            }
        }
        if cells.len() > 2 {
            points.push(point);
        }
    }
    let numbers: Vec<&str> =
        context.call.numbers.iter().map(|grant| grant.display_phone_number.as_str()).collect();
    Ok(json!({ "phone_numbers": numbers, "granularity": "DAY", "data_points": points }))
}

const DAY: u64 = 86_400;

fn count(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    (day, kind): (u64, Kind),
) -> Result<u64, Waiting> {
    let row = attempt.peek(&rows::statistic(day, kind, &context.number.grant.business))?;
    Ok(row.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
}

/// The seconds between which `analytics.start(…).end(…).granularity(DAY)` asks.
fn span(fields: &str) -> Result<(u64, u64), GraphError> {
    let (_, asked) = fields.split_once("analytics").unwrap_or_default();
    let argument = |name: &str| {
        let (_, rest) = asked.split_once(&format!(".{name}("))?;
        rest.split_once(')').map(|(argument, _)| argument.trim_matches(['"', '\'']))
    };
    let seconds = |name: &str| {
        let value = argument(name).and_then(|text| text.parse().ok());
        value.ok_or_else(|| GraphError::parameter(format!("analytics needs {name}(seconds).")))
    };
    match argument("granularity") {
        Some("DAY") => Ok((seconds("start")?, seconds("end")?)),
        _ => Err(GraphError::parameter("analytics is counted by granularity(DAY) alone here.")),
    }
}
