//! Whatever has an id and is asked for by it: a number, an account, a template, a flow, a file, an
//! upload.

use serde_json::{Map, Value, json};
use vocab::{limits, rate::Rate};

use super::{
    Answered, Context, account, callbacks, documents, flows, media, names, templates, two_step,
    uploads, verification,
};
use crate::{
    errors::GraphError,
    graph::{
        self,
        manage::{
            Target,
            callbacks::{self as read, Wanted},
            documents::nothing_supported,
            six_digits,
        },
        scopes::Scope,
    },
    handle::{Attempted, quality},
    rows::{GrantRow, manage::Document},
};

/// Looks at it, changes it or deletes it.
pub(super) fn work(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let call = context.call;
    match (call.route.method, call.target) {
        ("GET", Target::Number) => {
            let shown = number(context, attempt, &context.number.grant)?;
            Ok(graph::answer(&shown))
        }
        ("POST", Target::Number) => change(context, attempt),
        ("GET", Target::Account) => account::get(context, attempt),
        (_, Target::Other) if call.id.starts_with(uploads::PREFIX) => {
            account_wide(context)?;
            uploads::work(context, attempt)
        }
        (method, Target::Other) => other(context, attempt, method),
        _ => Err(GraphError::method().into()),
    }
}

/// A flow, a template or a file.
fn other(context: &Context<'_>, attempt: &mut Attempted<'_>, method: &str) -> Answered {
    if let Some(row) = flows::by_id(context, attempt)? {
        account_wide(context)?;
        return match method {
            "GET" => {
                let shown = flows::shown(&row, context, attempt.now().wall);
                Ok(graph::answer(&shown))
            }
            "POST" => flows::edit(context, attempt, row),
            _ => flows::delete(context, attempt, &row),
        };
    }
    if method == "POST" {
        account_wide(context)?;
        return templates::edit(context, attempt);
    }
    if method == "GET"
        && let Some(row) = templates::by_id(context, attempt)?
    {
        account_wide(context)?;
        return Ok(graph::answer(&templates::shown(&row, context)));
    }
    context.needs(Scope::Messaging)?;
    if method == "GET" { media::get(context, attempt) } else { media::delete(context, attempt) }
}

/// What belongs to the account and to no number: the token has to be good for all of it.
fn account_wide(context: &Context<'_>) -> Result<(), GraphError> {
    context.needs(Scope::Management)?;
    if context.call.caller.has_everything() { Ok(()) } else { Err(GraphError::no_object()) }
}

/// Most characters of a name; Graph's own limit is not published.
const MOST_NAME: usize = 128;

/// Sets a PIN, or where webhooks of the number go, or asks for another name.
fn change(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let fields = context.call.fields();
    let wanted = read::wanted(context.call)?;
    let pin = match fields.get("pin") {
        Some(_) => Some(six_digits(&fields, "pin")?),
        None => None,
    };
    let new_name = match fields.get(names::NEW_NAME) {
        Some(_) => Some(fields.text(names::NEW_NAME, MOST_NAME)?),
        None => None,
    };
    if pin.is_none() && new_name.is_none() && wanted == Wanted::Nothing {
        return Err(nothing_supported().into());
    }
    if let Some(pin) = pin {
        two_step::set(context, attempt, &pin);
    }
    if let Some(name) = new_name {
        names::ask(context, attempt, name);
    }
    callbacks::number(context, attempt, &wanted);
    Ok(graph::success())
}

/// What an answer about a number has by itself.
const BY_ITSELF: [&str; 8] = [
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
    "id",
];

/// A number with the fields that were asked for; names that nobody knows are passed over.
pub(super) fn number(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    grant: &GrantRow,
) -> Result<Value, hop::Waiting> {
    let verified = verification::is_verified(context, attempt)?;
    let automation = documents::get(attempt, grant.slot, Document::Automation)?;
    let all = json!({
        "id": grant.phone_number_id,
        "display_phone_number": format!("+{}", grant.display_phone_number),
        "verified_name": grant.verified_name(),
        "code_verification_status": if verified { "VERIFIED" } else { "NOT_VERIFIED" },
        "quality_rating": quality::rating(attempt, grant.slot)?,
        "platform_type": if grant.deregistered { "NOT_APPLICABLE" } else { "CLOUD_API" },
        "status": if grant.deregistered { "DISCONNECTED" } else { "CONNECTED" },
        "name_status": "APPROVED",
        "account_mode": "LIVE",
        "is_official_business_account": false,
        "is_pin_enabled": two_step::is_set(context, attempt)?,
        "throughput": { "level": throughput(context.config.rules.throughput) },
        "webhook_configuration": callbacks::configuration(context, attempt, grant)?,
        "conversational_automation": automation,
    });
    let Value::Object(mut all) = all else { return Ok(all) };
    all.extend(names::asked(attempt, grant.slot)?);
    keep(&mut all, context);
    Ok(Value::Object(all))
}

/// What the throughput of a number is called.
fn throughput(rate: Option<Rate>) -> &'static str {
    if rate == Some(limits::MESSAGES_PER_NUMBER) { "STANDARD" } else { "HIGH" }
}

fn keep(all: &mut Map<String, Value>, context: &Context<'_>) {
    match context.call.wanted() {
        Some(wanted) => all.retain(|name, _| name == "id" || wanted.iter().any(|one| one == name)),
        None => all.retain(|name, _| BY_ITSELF.contains(&name.as_str())),
    }
}
