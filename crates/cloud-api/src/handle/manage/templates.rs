//! Templates of a business: made, listed, changed, deleted, and decided about in the place of those
//! who look at them at Meta.

use hop::Waiting;
use prost::Message as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vocab::{DataClass, Keep, Reason, limits};

use super::{Answered, Context, Decision, page};
use crate::{
    errors::GraphError,
    graph::{self, manage::templates as read},
    handle::{Attempted, Note},
    rows::{
        self, GrantRow, TemplateRow, TemplateStatus,
        manage::{self, PendingRow},
    },
    templates,
};

/// Templates of one account (facts, cloud-api.md section 1.7).
const MOST: usize = 250;

/// `/{waba}/message_templates`.
pub(super) fn work(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    match context.call.route.method {
        "GET" => list(context, attempt),
        "POST" => make(context, attempt),
        _ => delete(context, attempt),
    }
}

/// The id of a template: digits of a hash, so that it is found again by looking at all.
fn id(business: &str, row: &TemplateRow) -> String {
    number(business, row).to_string()
}

/// The same as a number.
pub(in crate::handle) fn number(business: &str, row: &TemplateRow) -> u64 {
    let named = format!("{business}\0{}\0{}", row.name, row.language);
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(named));
    let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    number.checked_rem(9_000_000_000_000_000).unwrap_or(0).saturating_add(1_000_000_000_000_000)
}

/// All templates of the business with the sample, in the order of their rows.
fn all(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<Vec<TemplateRow>, Waiting> {
    let table = manage::templates(&context.number.grant.business);
    let stored = attempt.scan(&table, None, limits::MAX_ROWS_READ)?;
    let mut rows: Vec<TemplateRow> =
        stored.iter().filter_map(|row| TemplateRow::decode(row.value.as_slice()).ok()).collect();
    rows.push(templates::sample());
    Ok(rows)
}

/// The template that a call names by its id.
pub(super) fn by_id(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
) -> Result<Option<TemplateRow>, Waiting> {
    let wanted = |row: &TemplateRow| id(&context.number.grant.business, row) == context.call.id;
    Ok(all(context, attempt)?.into_iter().find(wanted))
}

/// A template as Graph shows it.
pub(super) fn shown(row: &TemplateRow, context: &Context<'_>) -> Value {
    let components: Value = serde_json::from_slice(&row.components).unwrap_or_default();
    let mut shown = json!({
        "id": id(&context.number.grant.business, row),
        "name": row.name,
        "language": row.language,
        "category": row.category().name().to_ascii_uppercase(),
        "status": row.status().name(),
        "parameter_format": if is_named(&components) { "NAMED" } else { "POSITIONAL" },
        "components": components,
    });
    if let (Some(wanted), Some(shown)) = (context.call.wanted(), shown.as_object_mut()) {
        shown.retain(|name, _| name == "id" || wanted.iter().any(|one| one == name));
    }
    shown
}

fn is_named(components: &Value) -> bool {
    let texts =
        components.as_array().into_iter().flatten().filter_map(|part| part.get("text")?.as_str());
    let named =
        |text: &str| templates::places(text).iter().any(|place| place.parse::<u32>().is_err());
    texts.into_iter().any(named)
}

fn list(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let wanted = |name: &str| context.call.parameters.text(name);
    let filters = [wanted("name"), wanted("language"), wanted("status"), wanted("category")];
    let fits = |row: &TemplateRow| {
        let has = [
            row.name.clone(),
            row.language.clone(),
            row.status().name().to_owned(),
            row.category().name().to_ascii_uppercase(),
        ];
        filters.iter().zip(has).all(|(filter, has)| filter.as_ref().is_none_or(|one| *one == has))
    };
    let rows = all(context, attempt)?;
    let count = rows.len();
    let rows: Vec<TemplateRow> = rows.into_iter().filter(fits).collect();
    let fitting = rows.len();
    let business = &context.number.grant.business;
    let cursor = |row: &TemplateRow| id(business, row);
    let mut listed = page(context.call, rows, cursor, |row| Ok(shown(row, context)))?;
    if let Some(listed) = listed.as_object_mut().filter(|_| wanted("summary").is_some()) {
        let summary = json!({
            "total_count": fitting,
            "message_template_count": count,
            "message_template_limit": MOST,
            "are_translations_complete": false,
        });
        listed.insert("summary".to_owned(), summary);
    }
    Ok(graph::answer(&listed))
}

fn make(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let fields = context.call.fields();
    let category = read::category(&fields)?;
    let row = TemplateRow {
        name: read::name(&fields)?,
        language: read::language(&fields)?,
        category: category.into(),
        status: TemplateStatus::Pending.into(),
        components: read::components(&fields, category)?,
    };
    let business = &context.number.grant.business;
    if templates::find(attempt, business, (&row.name, &row.language))?.is_some() {
        let why = "There is a template with this name and language already.";
        return Err(GraphError::parameter(why).into());
    }
    if all(context, attempt)?.len() > MOST {
        return Err(GraphError::parameter("The account has as many templates as it may.").into());
    }
    let id = id(business, &row);
    submit(context, attempt, row);
    Ok(graph::answer(&json!({
        "id": id, "status": "PENDING", "category": category.name().to_ascii_uppercase(),
    })))
}

/// Writes a template down and has it looked at.
fn submit(context: &Context<'_>, attempt: &mut Attempted<'_>, row: TemplateRow) {
    let business = &context.number.grant.business;
    let pending = PendingRow {
        slot: context.slot(),
        name: row.name.clone(),
        language: row.language.clone(),
        at: attempt.now().wall.after(context.config.management.approval.after).0,
        ..PendingRow::default()
    };
    let key = manage::pending(business, &row.name, &row.language);
    let bytes = pending.encode_to_vec();
    attempt.write(key, bytes, DataClass::Template, Keep::Never(Reason::UntilDone));
    attempt.note(Note::Judge(pending));
    write(attempt, business, &row);
}

fn write(attempt: &mut Attempted<'_>, business: &str, row: &TemplateRow) {
    let key = rows::template(business, &row.name, &row.language);
    let keep = Keep::Never(Reason::Account);
    attempt.write(key, row.encode_to_vec(), DataClass::Template, keep);
}

/// `POST /{template}`: new parts, or another category while it is not approved.
pub(super) fn edit(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let Some(mut row) = by_id(context, attempt)? else {
        return Err(GraphError::no_object().into());
    };
    let fields = context.call.fields();
    match row.status() {
        TemplateStatus::Approved | TemplateStatus::Rejected | TemplateStatus::Paused => {}
        TemplateStatus::Pending | TemplateStatus::Disabled => {
            let why = "Only an approved, rejected or paused template can be edited.";
            return Err(GraphError::parameter(why).into());
        }
    }
    if is_sample(&row) {
        return Err(GraphError::parameter("The sample template cannot be edited.").into());
    }
    if fields.get("category").is_some() {
        let category = read::category(&fields)?;
        if row.status() == TemplateStatus::Approved && category != row.category() {
            let why = "The category of an approved template cannot be edited.";
            return Err(GraphError::parameter(why).into());
        }
        row.category = category.into();
    }
    if fields.get("components").is_some() {
        row.components = read::components(&fields, row.category())?;
    }
    row.status = TemplateStatus::Pending.into();
    submit(context, attempt, row);
    Ok(graph::success())
}

fn is_sample(row: &TemplateRow) -> bool {
    let sample = templates::sample();
    (&row.name, &row.language) == (&sample.name, &sample.language)
}

/// Deletes all languages of a name, or the one that an id names too.
fn delete(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let fields = context.call.fields();
    let name = fields.text("name", 512)?;
    let only = fields.optional_text("hsm_id", 64)?;
    let business = &context.number.grant.business;
    let is_meant = |row: &TemplateRow| {
        row.name == name && only.as_ref().is_none_or(|only| *only == id(business, row))
    };
    let meant: Vec<TemplateRow> = all(context, attempt)?.into_iter().filter(is_meant).collect();
    if meant.is_empty() {
        return Err(GraphError::parameter("There is no template with this name.").into());
    }
    if meant.iter().any(is_sample) {
        return Err(GraphError::parameter("The sample template cannot be deleted.").into());
    }
    for row in &meant {
        attempt.delete(rows::template(business, &row.name, &row.language));
        attempt.delete(manage::pending(business, &row.name, &row.language));
    }
    Ok(graph::success())
}

/// Templates that were not decided about before a restart, and endpoints that failed.
pub(in crate::handle) fn boot(attempt: &mut Attempted<'_>) -> Result<(), Waiting> {
    for row in attempt.scan(&manage::all_pending(), None, limits::MAX_ROWS_READ)? {
        if let Ok(pending) = PendingRow::decode(row.value.as_slice()) {
            attempt.note(if pending.flow.is_empty() {
                Note::Judge(pending)
            } else {
                Note::CheckLater(pending.slot, pending.flow)
            });
        }
    }
    Ok(())
}

/// What becomes of a template; nothing where there is none any more.
pub(super) fn decide(
    grant: &GrantRow,
    attempt: &mut Attempted<'_>,
    pending: &PendingRow,
    is_rejected: bool,
) -> Result<Option<Decision>, Waiting> {
    let business = &grant.business;
    let template = (pending.name.as_str(), pending.language.as_str());
    let Some(mut row) = templates::find(attempt, business, template)? else { return Ok(None) };
    let status = if is_rejected { TemplateStatus::Rejected } else { TemplateStatus::Approved };
    row.status = status.into();
    write(attempt, business, &row);
    let id = id(business, &row);
    let value = json!({
        "event": status.name(),
        "message_template_id": id.parse::<u64>().unwrap_or_default(),
        "message_template_name": row.name,
        "message_template_language": row.language,
        "message_template_category": row.category().name().to_ascii_uppercase(),
        "reason": if is_rejected { "INVALID_FORMAT" } else { "NONE" },
    });
    let item = format!("template {id} {}", status.name());
    Ok(Some(Decision { field: "message_template_status_update", value, item }))
}
