//! What bodies of calls may hold. Members that are not named are passed over.

use serde_json::{Value, json};

use super::schema::{flag, integer, list, object, one_of, open, text};

fn product() -> Value {
    json!({ "const": "whatsapp" })
}

/// A schema with requests as somebody makes them.
fn like(mut schema: Value, examples: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("examples".to_owned(), examples);
    }
    schema
}

/// A call that says nothing.
pub(super) fn nothing() -> Value {
    open(&[])
}

/// A message, or one that is marked as read.
pub(super) fn message() -> Value {
    let file = || open(&[("id?", text()), ("link?", text()), ("caption?", text())]);
    let schema = open(&[
        ("messaging_product", product()),
        ("recipient_type?", one_of(&["individual"])),
        ("to?", text()),
        ("recipient?", text()),
        (
            "type?",
            one_of(&[
                "text",
                "image",
                "audio",
                "video",
                "document",
                "sticker",
                "location",
                "contacts",
                "reaction",
                "interactive",
                "template",
            ]),
        ),
        ("context?", open(&[("message_id?", text())])),
        ("biz_opaque_callback_data?", text()),
        ("recipient_identity_key_hash?", text()),
        ("text?", open(&[("body", text()), ("preview_url?", flag())])),
        ("image?", file()),
        ("audio?", file()),
        ("video?", file()),
        ("document?", file()),
        ("sticker?", file()),
        ("location?", location()),
        ("contacts?", list(object())),
        ("reaction?", open(&[("message_id", text()), ("emoji", text())])),
        ("interactive?", open(&[("type", text()), ("action?", object())])),
        ("template?", template_call()),
        ("status?", one_of(&["read"])),
        ("message_id?", text()),
        ("typing_indicator?", open(&[("type", text())])),
    ]);
    like(schema, messages())
}

/// Messages as businesses send them, to the first person of a world.
fn messages() -> Value {
    let to = |kind: &str, what: Value| {
        let user = "12015550100";
        json!({ "messaging_product": "whatsapp", "to": user, "type": kind, kind: what })
    };
    let body = json!({ "text": "Bread?" });
    let button = json!({ "type": "reply", "reply": { "id": "yes", "title": "Yes" } });
    let row = json!({ "id": "cake", "title": "Cake" });
    json!([
        to("text", json!({ "body": "Hello" })),
        to("template", json!({ "name": "hello_world", "language": { "code": "en_US" } })),
        to("location", json!({ "latitude": 52.5, "longitude": 13.4 })),
        to("image", json!({ "link": "https://example.com/a.png" })),
        to("contacts", json!([{ "name": { "formatted_name": "Ada", "first_name": "Ada" } }])),
        to(
            "interactive",
            json!({
                "type": "button", "body": body, "action": { "buttons": [button] },
            })
        ),
        to(
            "interactive",
            json!({
                "type": "list", "body": body,
                "action": { "button": "Choose", "sections": [{ "title": "All", "rows": [row] }] },
            })
        ),
    ])
}

fn location() -> Value {
    let number = || json!({ "type": ["number", "string"] });
    open(&[("latitude", number()), ("longitude", number()), ("name?", text())])
}

fn template_call() -> Value {
    open(&[
        ("name", text()),
        ("language", open(&[("code", text())])),
        ("components?", list(object())),
    ])
}

/// A template that advertises.
pub(super) fn marketing() -> Value {
    open(&[
        ("messaging_product", product()),
        ("to", text()),
        ("type", one_of(&["template"])),
        ("template", template_call()),
    ])
}

pub(super) fn register() -> Value {
    open(&[
        ("messaging_product", product()),
        ("pin", text()),
        ("data_localization_region?", text()),
    ])
}

pub(super) fn request_code() -> Value {
    open(&[("code_method", one_of(&["SMS", "VOICE"])), ("language", text())])
}

pub(super) fn verify_code() -> Value {
    open(&[("code", text())])
}

pub(super) fn settings() -> Value {
    let storage = open(&[("status", text()), ("data_localization_region?", text())]);
    let identity = open(&[("enable_identity_key_check", flag())]);
    open(&[("storage_configuration?", storage), ("user_identity_change?", identity)])
}

pub(super) fn profile() -> Value {
    open(&[
        ("messaging_product", product()),
        ("about?", text()),
        ("address?", text()),
        ("description?", text()),
        ("email?", text()),
        ("vertical?", text()),
        ("websites?", list(text())),
        ("profile_picture_handle?", text()),
    ])
}

pub(super) fn encryption() -> Value {
    open(&[("business_public_key", text())])
}

pub(super) fn commerce() -> Value {
    open(&[("is_cart_enabled?", flag()), ("is_catalog_visible?", flag())])
}

pub(super) fn automation() -> Value {
    let command = open(&[("command_name", text()), ("command_description", text())]);
    open(&[
        ("enable_welcome_message?", flag()),
        ("commands?", list(command)),
        ("prompts?", list(text())),
    ])
}

pub(super) fn blocking() -> Value {
    open(&[("messaging_product", product()), ("block_users", list(open(&[("user", text())])))])
}

pub(super) fn link() -> Value {
    open(&[("prefilled_message", text()), ("code?", text())])
}

pub(super) fn upload() -> Value {
    let file = json!({ "type": "string", "contentEncoding": "binary" });
    open(&[("messaging_product", product()), ("type?", text()), ("file", file)])
}

/// The Flow JSON of a flow.
pub(super) fn assets() -> Value {
    let file = json!({ "type": "string", "contentEncoding": "binary" });
    open(&[
        ("name", json!({ "const": "flow.json" })),
        ("asset_type", json!({ "const": "FLOW_JSON" })),
        ("file", file),
    ])
}

pub(super) fn flow() -> Value {
    let schema = open(&[
        ("name", text()),
        ("categories", list(text())),
        ("flow_json?", text()),
        ("endpoint_uri?", text()),
        ("clone_flow_id?", text()),
        ("publish?", flag()),
    ]);
    like(schema, json!([{ "name": "survey", "categories": ["SURVEY"] }]))
}

pub(super) fn template() -> Value {
    let schema = open(&[
        ("name", text()),
        ("language", text()),
        ("category", one_of(&["AUTHENTICATION", "MARKETING", "UTILITY"])),
        ("components", list(open(&[("type", text())]))),
    ]);
    like(
        schema,
        json!([{
            "name": "visit", "language": "en_US", "category": "UTILITY",
            "components": [{ "type": "BODY", "text": "Come today?" }],
        }]),
    )
}

pub(super) fn subscribed() -> Value {
    open(&[("override_callback_uri?", text()), ("verify_token?", text())])
}

pub(super) fn subscription() -> Value {
    open(&[
        ("object", json!({ "const": "whatsapp_business_account" })),
        ("callback_url", text()),
        ("verify_token", text()),
        ("fields?", list(text())),
    ])
}

pub(super) fn token() -> Value {
    open(&[
        ("grant_type", json!({ "const": "client_credentials" })),
        ("client_id", text()),
        ("client_secret", text()),
    ])
}

pub(super) fn begin_upload() -> Value {
    open(&[
        ("file_name?", text()),
        ("file_length", integer()),
        ("file_type", one_of(&["application/pdf", "image/jpeg", "image/png", "video/mp4"])),
    ])
}

/// A number's PIN, webhooks or new name, or a template's parts.
pub(super) fn change() -> Value {
    let webhooks = open(&[("override_callback_uri?", text()), ("verify_token?", text())]);
    open(&[
        ("pin?", text()),
        ("new_display_name?", text()),
        ("webhook_configuration?", webhooks),
        ("category?", text()),
        ("components?", list(open(&[("type", text())]))),
    ])
}
