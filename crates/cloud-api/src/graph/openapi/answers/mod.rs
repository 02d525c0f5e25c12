//! What answers look like: closed, so that a member which nobody described is found.

use serde_json::{Value, json};

use super::schema::{closed, either, flag, integer, list, object, one_of, open, text};

mod counts;
mod flows;
mod history;

pub(super) use self::{
    flows::{assets, changed_assets, flows, made_flow},
    history::{events, history},
};

fn product() -> Value {
    json!({ "const": "whatsapp" })
}

/// A refusal.
pub(super) fn error() -> Value {
    closed(&[("error", inner_error())])
}

fn inner_error() -> Value {
    let data = closed(&[("messaging_product", product()), ("details", text())]);
    closed(&[
        ("message", text()),
        ("type", one_of(&["OAuthException", "GraphMethodException"])),
        ("code", integer()),
        ("error_subcode?", integer()),
        ("error_data?", data),
        // Not from the server in front, which answers before anybody draws ids.
        ("fbtrace_id?", text()),
    ])
}

pub(super) fn success() -> Value {
    closed(&[("success", json!({ "const": true }))])
}

/// An object that only has an id.
pub(super) fn id() -> Value {
    closed(&[("id", text())])
}

fn data(items: Value) -> Value {
    closed(&[("data", list(items))])
}

fn pages(items: Value) -> Value {
    let cursors = closed(&[("before", text()), ("after", text())]);
    closed(&[("data", list(items)), ("paging?", closed(&[("cursors", cursors)]))])
}

/// A message that was accepted.
pub(super) fn accepted() -> Value {
    let contact = closed(&[("input", text()), ("wa_id?", text()), ("user_id?", text())]);
    let message = closed(&[("id", text()), ("message_status?", one_of(&["accepted"]))]);
    closed(&[
        ("messaging_product", product()),
        ("contacts", list(contact)),
        ("messages", list(message)),
    ])
}

/// A message was accepted or marked as read.
pub(super) fn messages() -> Value {
    either(&[accepted(), success()])
}

pub(super) fn settings() -> Value {
    let storage = closed(&[
        (
            "status",
            one_of(&[
                "DEFAULT",
                "IN_COUNTRY_STORAGE_ENABLED",
                "IN_COUNTRY_STORAGE_DISABLED",
                "NO_STORAGE_ENABLED",
                "NO_STORAGE_DISABLED",
            ]),
        ),
        ("data_localization_region?", text()),
        ("retention_minutes?", integer()),
    ]);
    let identity = closed(&[("enable_identity_key_check", flag())]);
    closed(&[("storage_configuration", storage), ("user_identity_change", identity)])
}

pub(super) fn profile() -> Value {
    data(closed(&[
        ("messaging_product", product()),
        ("about?", text()),
        ("address?", text()),
        ("description?", text()),
        ("email?", text()),
        ("vertical?", text()),
        ("websites?", list(text())),
        ("profile_picture_handle?", text()),
    ]))
}

pub(super) fn encryption() -> Value {
    data(closed(&[
        ("business_public_key", text()),
        ("business_public_key_signature_status", one_of(&["VALID", "MISMATCH"])),
    ]))
}

pub(super) fn commerce() -> Value {
    data(closed(&[("id", text()), ("is_cart_enabled", flag()), ("is_catalog_visible", flag())]))
}

fn automation_members() -> [(&'static str, Value); 3] {
    let command = closed(&[("command_name", text()), ("command_description", text())]);
    [("enable_welcome_message?", flag()), ("commands?", list(command)), ("prompts?", list(text()))]
}

pub(super) fn automation() -> Value {
    let [welcome, commands, prompts] = automation_members();
    closed(&[("id", text()), welcome, commands, prompts])
}

pub(super) fn blocked() -> Value {
    pages(closed(&[("messaging_product", product()), ("wa_id", text()), ("input", text())]))
}

/// Users who were blocked, or are no longer, and those who could not be.
pub(super) fn blocking() -> Value {
    closed(&[("messaging_product", product()), ("block_users", block_users())])
}

/// The same with what went wrong; or a refusal of the whole.
pub(super) fn not_blocked() -> Value {
    let partly = closed(&[
        ("messaging_product", product()),
        ("block_users", block_users()),
        ("error", inner_error()),
    ]);
    either(&[error(), partly])
}

fn block_users() -> Value {
    let user = closed(&[("input", text()), ("wa_id", text())]);
    let wrong = closed(&[
        ("code", integer()),
        ("title", text()),
        ("message", text()),
        ("error_data", closed(&[("details", text())])),
        ("href", text()),
    ]);
    let failed = closed(&[
        ("input", text()),
        ("wa_id", json!({ "type": ["string", "null"] })),
        ("errors", list(wrong)),
    ]);
    closed(&[
        ("added_users", list(user.clone())),
        ("removed_users?", list(user)),
        ("failed_users?", list(failed)),
    ])
}

pub(super) fn link() -> Value {
    closed(&[("code", text()), ("prefilled_message", text()), ("deep_link_url", text())])
}

pub(super) fn links() -> Value {
    data(link())
}

fn number() -> Value {
    let [welcome, commands, prompts] = automation_members();
    closed(&[
        ("id", text()),
        ("display_phone_number?", text()),
        ("verified_name?", text()),
        ("code_verification_status?", one_of(&["VERIFIED", "NOT_VERIFIED"])),
        ("quality_rating?", one_of(&["GREEN", "YELLOW", "RED", "UNKNOWN"])),
        ("platform_type?", one_of(&["CLOUD_API", "NOT_APPLICABLE"])),
        ("status?", one_of(&["CONNECTED", "DISCONNECTED"])),
        ("name_status?", text()),
        ("new_display_name?", text()),
        ("new_name_status?", one_of(&["PENDING_REVIEW", "DECLINED"])),
        ("account_mode?", one_of(&["LIVE", "SANDBOX"])),
        ("is_official_business_account?", flag()),
        ("is_pin_enabled?", flag()),
        ("throughput?", closed(&[("level", one_of(&["STANDARD", "HIGH"]))])),
        ("webhook_configuration?", webhook_configuration()),
        ("conversational_automation?", closed(&[welcome, commands, prompts])),
    ])
}

fn webhook_configuration() -> Value {
    closed(&[
        ("phone_number?", text()),
        ("whatsapp_business_account?", text()),
        ("application?", text()),
    ])
}

pub(super) fn numbers() -> Value {
    pages(number())
}

fn account() -> Value {
    closed(&[
        ("id", text()),
        ("name?", text()),
        ("currency?", text()),
        ("timezone_id?", text()),
        ("account_review_status?", text()),
        ("message_template_namespace?", text()),
        ("ownership_type?", text()),
        ("business_verification_status?", text()),
        ("is_enabled_for_insights?", flag()),
        ("analytics?", counts::messages()),
        ("conversation_analytics?", counts::conversations()),
        ("pricing_analytics?", counts::prices()),
        ("template_analytics?", counts::templates()),
    ])
}

fn template_status() -> Value {
    one_of(&["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"])
}

fn category() -> Value {
    one_of(&["AUTHENTICATION", "MARKETING", "UTILITY"])
}

fn template() -> Value {
    closed(&[
        ("id", text()),
        ("name?", text()),
        ("language?", text()),
        ("category?", category()),
        ("status?", template_status()),
        ("parameter_format?", one_of(&["NAMED", "POSITIONAL"])),
        ("components?", list(object())),
    ])
}

pub(super) fn templates() -> Value {
    let mut schema = pages(template());
    if let Some(properties) = schema.pointer_mut("/properties").and_then(Value::as_object_mut) {
        let summary = closed(&[
            ("total_count", integer()),
            ("message_template_count", integer()),
            ("message_template_limit", integer()),
            ("are_translations_complete", flag()),
        ]);
        properties.insert("summary".to_owned(), summary);
    }
    schema
}

pub(super) fn made_template() -> Value {
    closed(&[("id", text()), ("status", template_status()), ("category", category())])
}

pub(super) fn subscribed() -> Value {
    let app = closed(&[("id", text()), ("name", text()), ("link", text())]);
    data(closed(&[("whatsapp_business_api_data", app), ("override_callback_uri?", text())]))
}

pub(super) fn subscriptions() -> Value {
    data(closed(&[
        ("object", json!({ "const": "whatsapp_business_account" })),
        ("callback_url", text()),
        ("active", flag()),
        ("fields", list(closed(&[("name", text())]))),
    ]))
}

pub(super) fn token() -> Value {
    closed(&[("access_token", text()), ("token_type", json!({ "const": "bearer" }))])
}

fn offset() -> Value {
    closed(&[("id", text()), ("file_offset", integer())])
}

fn media() -> Value {
    closed(&[
        ("messaging_product", product()),
        ("url", text()),
        ("mime_type", text()),
        ("sha256", text()),
        ("file_size", integer()),
        ("id", text()),
    ])
}

/// Whatever has an id.
pub(super) fn thing() -> Value {
    either(&[number(), account(), template(), flows::flow(), media(), offset()])
}

/// What changing it answers: an upload says how far it is, and then its handle.
pub(super) fn changed() -> Value {
    either(&[success(), offset(), closed(&[("h", text())])])
}
