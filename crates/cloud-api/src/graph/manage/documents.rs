//! What a business sets at a number: profile, storage, key of flows, commerce, automation.
//!
//! A document is what is stored. Each function reads a call and gives the document as it will be.

use serde_json::{Map, Value, json};

use super::{Managed, product};
use crate::{base64, errors::GraphError, graph::messages::fields::Fields};

/// Regions where content can be kept (facts, cloud-api.md section 5).
const REGIONS: [&str; 14] =
    ["AU", "ID", "IN", "JP", "SG", "KR", "DE", "CH", "GB", "BR", "BH", "ZA", "AE", "CA"];

/// Kinds of business that a profile can name.
const VERTICALS: [&str; 21] = [
    "UNDEFINED",
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "NOT_A_BIZ",
    "ALCOHOL",
    "MATRIMONY_SERVICE",
];

type Document = Map<String, Value>;

fn put(document: &mut Document, name: &str, value: impl Into<Value>) {
    document.insert(name.to_owned(), value.into());
}

/// The profile after a call.
pub(crate) fn profile(call: &Managed, mut before: Document) -> Result<Document, GraphError> {
    let fields = call.fields();
    product(&fields)?;
    for (name, most) in [("about", 139), ("address", 256), ("description", 512), ("email", 128)] {
        if fields.get(name).and_then(Value::as_str) == Some("") && name != "about" {
            before.remove(name); // An empty one is taken away.
        } else if let Some(text) = fields.optional_text(name, most)? {
            put(&mut before, name, text);
        }
    }
    if before.get("email").and_then(Value::as_str).is_some_and(|email| !email.contains('@')) {
        return Err(fields.wrong("email", "must be an e-mail address"));
    }
    if let Some(vertical) = fields.optional_text("vertical", 32)? {
        if !VERTICALS.contains(&vertical.as_str()) {
            return Err(fields.wrong("vertical", "is no kind of business"));
        }
        put(&mut before, "vertical", vertical);
    }
    if let Some(handle) = fields.optional_text("profile_picture_handle", 2_000)? {
        put(&mut before, "profile_picture_handle", handle);
    }
    if let Some(sites) = fields.get("websites") {
        let sites = sites.as_array().map(Vec::as_slice).unwrap_or_default();
        let fit = |site: &Value| {
            let site = site.as_str().unwrap_or_default();
            site.len() <= 256 && (site.starts_with("https://") || site.starts_with("http://"))
        };
        if sites.len() > 2 || !sites.iter().all(fit) {
            return Err(fields.wrong("websites", "must be at most two URLs"));
        }
        put(&mut before, "websites", sites.to_vec());
    }
    Ok(before)
}

/// Storage and identity settings after a call. `is_registered`: storage is set only while the
/// number is not (requirement R070).
pub(crate) fn settings(
    call: &Managed,
    mut before: Document,
    is_registered: bool,
) -> Result<Document, GraphError> {
    let fields = call.fields();
    let mut found = false;
    if let Some(storage) = fields.optional_object("storage_configuration")? {
        if is_registered {
            return Err(GraphError::parameter(
                "Storage can be configured only while the phone number is not registered.",
            ));
        }
        put(&mut before, "storage_configuration", storage_configuration(&storage)?);
        found = true;
    }
    if let Some(identity) = fields.optional_object("user_identity_change")? {
        let check = identity.flag("enable_identity_key_check")?;
        put(&mut before, "user_identity_change", json!({ "enable_identity_key_check": check }));
        found = true;
    }
    if found { Ok(before) } else { Err(nothing_supported()) }
}

fn storage_configuration(storage: &Fields<'_>) -> Result<Value, GraphError> {
    match storage.text("status", 64)?.as_str() {
        "IN_COUNTRY_STORAGE_ENABLED" => in_country(storage),
        status @ ("IN_COUNTRY_STORAGE_DISABLED" | "NO_STORAGE_DISABLED") => {
            Ok(json!({ "status": status }))
        }
        status @ "NO_STORAGE_ENABLED" => {
            if storage.get("retention_minutes").is_some() {
                storage.number("retention_minutes", (60.0, 60.0))?;
            }
            Ok(json!({ "status": status, "retention_minutes": 60 }))
        }
        _ => Err(storage.wrong("status", "is no status of storage")),
    }
}

/// Content is kept in the region that a call names, in either form of it.
pub(crate) fn in_country(fields: &Fields<'_>) -> Result<Value, GraphError> {
    let region = fields.text("data_localization_region", 8)?;
    if !REGIONS.contains(&region.as_str()) {
        return Err(fields.wrong("data_localization_region", "is no region of local storage"));
    }
    Ok(json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": region }))
}

/// The key of flows after a call.
pub(crate) fn encryption(call: &Managed) -> Result<Document, GraphError> {
    let fields = call.fields();
    let pem = fields.text("business_public_key", 2_000)?;
    if modulus(&pem).is_none() {
        return Err(GraphError::parameter(
            "business_public_key must be a 2048-bit RSA key in PEM.",
        ));
    }
    let mut document = Document::new();
    put(&mut document, "business_public_key", pem);
    put(&mut document, "business_public_key_signature_status", "VALID");
    Ok(document)
}

/// The modulus in a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) of an RSA key of 2,048 bits
/// with the exponent 65537, in PEM: all of it but the modulus is fixed. `None` for any other text.
pub(crate) fn modulus(pem: &str) -> Option<Vec<u8>> {
    const BEFORE: [u8; 33] = [
        0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
        0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82,
        0x01, 0x01, 0x00,
    ];
    const BEHIND: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];
    let inner = pem.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?;
    let inner = inner.strip_suffix("-----END PUBLIC KEY-----")?;
    let der = base64::decode(&inner.split_ascii_whitespace().collect::<String>())?;
    let modulus = der.strip_prefix(&BEFORE)?.strip_suffix(&BEHIND)?;
    let (first, last) = (modulus.first()?, modulus.last()?);
    let fits = modulus.len() == 256 && *first >= 0x80 && last & 1 == 1;
    fits.then(|| modulus.to_vec())
}

/// Catalogue and cart after a call.
pub(crate) fn commerce(call: &Managed, mut before: Document) -> Result<Document, GraphError> {
    let fields = call.fields();
    let mut found = false;
    for name in ["is_cart_enabled", "is_catalog_visible"] {
        if fields.get(name).is_some() {
            put(&mut before, name, fields.flag(name)?);
            found = true;
        }
    }
    if found { Ok(before) } else { Err(nothing_supported()) }
}

/// Prompts and commands after a call.
pub(crate) fn automation(call: &Managed, mut before: Document) -> Result<Document, GraphError> {
    let fields = call.fields();
    if fields.get("enable_welcome_message").is_some() {
        put(&mut before, "enable_welcome_message", fields.flag("enable_welcome_message")?);
    }
    if fields.get("commands").is_some() {
        let commands = fields.objects("commands", (0, 30))?;
        let command = |command: &Fields<'_>| {
            Ok(json!({
                "command_name": command.text("command_name", 32)?,
                "command_description": command.text("command_description", 256)?,
            }))
        };
        let commands = commands.iter().map(command).collect::<Result<Vec<Value>, GraphError>>()?;
        put(&mut before, "commands", commands);
    }
    if let Some(prompts) = fields.get("prompts") {
        let prompts = prompts.as_array().map(Vec::as_slice).unwrap_or_default();
        let fits = |prompt: &Value| {
            prompt.as_str().is_some_and(|text| (1..=80).contains(&text.chars().count()))
        };
        if prompts.len() > 4 || !prompts.iter().all(fits) {
            return Err(fields.wrong("prompts", "must be at most four of at most 80 characters"));
        }
        put(&mut before, "prompts", prompts.to_vec());
    }
    Ok(before)
}

/// A call that changes nothing that there is.
pub(crate) fn nothing_supported() -> GraphError {
    GraphError::parameter("The call names no parameter that is supported here.")
}
