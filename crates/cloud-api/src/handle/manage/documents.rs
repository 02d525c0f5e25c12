//! What a business set at a number, each a row.

use hop::Waiting;
use serde_json::{Map, Value, json};
use vocab::{DataClass, Keep, Reason};

use super::{Answered, Context};
use crate::{
    errors::GraphError,
    graph::{self, manage::documents as read},
    handle::{Attempted, grants},
    rows::{
        GrantRow,
        manage::{self, Document},
    },
    storage::Storage,
};

/// One document of a number; empty where nothing was set.
pub(in crate::handle) fn get(
    attempt: &mut Attempted<'_>,
    slot: u32,
    document: Document,
) -> Result<Map<String, Value>, Waiting> {
    let bytes = attempt.read(&manage::document(slot, document))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

pub(super) fn put(
    attempt: &mut Attempted<'_>,
    slot: u32,
    document: Document,
    value: &Map<String, Value>,
) {
    let key = manage::document(slot, document);
    let (class, keep) = (DataClass::BusinessInformation, Keep::Never(Reason::BusinessRecord));
    attempt.write(key, Value::Object(value.clone()).to_string().into_bytes(), class, keep);
}

/// Shows or changes a document.
pub(super) fn work(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let call = context.call;
    let document = match call.edge() {
        "settings" => Document::Settings,
        "whatsapp_business_profile" => Document::Profile,
        "whatsapp_business_encryption" => Document::Encryption,
        "whatsapp_commerce_settings" => Document::Commerce,
        "conversational_automation" => Document::Automation,
        _ => return Err(GraphError::path().into()),
    };
    let before = get(attempt, context.slot(), document)?;
    if call.is_get() {
        return Ok(graph::answer(&shown(context, document, before)));
    }
    let grant = &context.number.grant;
    let is_registered = !grant.deregistered;
    let after = match document {
        Document::Settings => read::settings(call, before, is_registered)?,
        Document::Profile => read::profile(call, before)?,
        Document::Encryption => read::encryption(call)?,
        Document::Commerce => read::commerce(call, before)?,
        Document::Automation => read::automation(call, before)?,
        Document::Callback | Document::Verification | Document::Name => {
            return Err(GraphError::path().into());
        }
    };
    put(attempt, context.slot(), document, &after);
    if document == Document::Settings && after.contains_key("storage_configuration") {
        let storage = Storage::of(&after).name();
        grants::change(attempt, GrantRow { storage, ..grant.clone() }, grant);
    }
    Ok(graph::success())
}

fn shown(context: &Context<'_>, document: Document, mut found: Map<String, Value>) -> Value {
    let mut default = |name: &str, value: Value| {
        found.entry(name).or_insert(value);
    };
    let id = Value::from(context.number.grant.phone_number_id.as_str());
    match document {
        Document::Settings => {
            default("storage_configuration", json!({ "status": "DEFAULT" }));
            default("user_identity_change", json!({ "enable_identity_key_check": false }));
            return Value::Object(found);
        }
        Document::Profile => {
            default("messaging_product", "whatsapp".into());
            // SDKs read it without asking whether it is there (pywa 4.5.0).
            default("vertical", "UNDEFINED".into());
        }
        Document::Commerce => {
            default("is_cart_enabled", true.into());
            default("is_catalog_visible", false.into());
            default("id", id);
        }
        Document::Automation => {
            default("id", id);
            return Value::Object(found);
        }
        Document::Encryption | Document::Callback | Document::Verification | Document::Name => {}
    }
    if let Some(wanted) = context.call.wanted().filter(|_| document == Document::Profile) {
        found.retain(|name, _| wanted.iter().any(|one| one == name) || name == "messaging_product");
    }
    if found.is_empty() { json!({ "data": [] }) } else { json!({ "data": [found] }) }
}
