//! A WhatsApp business account: itself and its numbers.

use serde_json::json;

use super::{Answered, Context, analytics, object, page};
use crate::{graph, handle::Attempted, rows::GrantRow};

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
        "is_enabled_for_insights": context.config.management.insights,
    });
    let wanted = context.call.wanted();
    let Some(fields) = shown.as_object_mut() else { return Ok(graph::answer(&shown)) };
    let by_itself = ["id", "name", "currency", "timezone_id", "message_template_namespace"];
    fields.retain(|name, _| match &wanted {
        Some(wanted) => name == "id" || wanted.iter().any(|one| one == name),
        None => by_itself.contains(&name.as_str()),
    });
    analytics::add(context, attempt, fields)?;
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
