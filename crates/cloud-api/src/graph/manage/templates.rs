//! What a message template must look like before anybody looks at it.

use serde_json::{Map, Value};

use crate::{errors::GraphError, graph::messages::fields::Fields, rows::Category};

/// Characters of a template's parts (facts, cloud-api.md section 1.3, and the messages that they
/// become).
const MAX_BODY: usize = 1_024;
const MAX_LINE: usize = 60;
const MAX_BUTTON: usize = 25;
const MAX_BUTTONS: usize = 10;

/// The name of a template: lower-case letters, digits and underscores.
pub(crate) fn name(fields: &Fields<'_>) -> Result<String, GraphError> {
    let name = fields.text("name", 512)?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.bytes().all(fits) {
        Ok(name)
    } else {
        Err(GraphError::parameter("name must be of lower-case letters, digits and underscores."))
    }
}

/// A language, with or without a country: `de`, `en_US`.
pub(crate) fn language(fields: &Fields<'_>) -> Result<String, GraphError> {
    let language = fields.text("language", 16)?;
    let (tongue, country) = language.split_once('_').unwrap_or((&language, ""));
    let fits = (2..=3).contains(&tongue.len())
        && tongue.bytes().all(|byte| byte.is_ascii_lowercase())
        && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if fits { Ok(language) } else { Err(GraphError::parameter("language is no language code.")) }
}

/// What it is charged as.
pub(crate) fn category(fields: &Fields<'_>) -> Result<Category, GraphError> {
    match fields.text("category", 32)?.to_ascii_uppercase().as_str() {
        "UTILITY" => Ok(Category::Utility),
        "MARKETING" => Ok(Category::Marketing),
        "AUTHENTICATION" => Ok(Category::Authentication),
        _ => Err(GraphError::parameter("category must be AUTHENTICATION, MARKETING or UTILITY.")),
    }
}

/// Its parts as JSON, with one body and each other part at most once.
pub(crate) fn components(fields: &Fields<'_>, category: Category) -> Result<Vec<u8>, GraphError> {
    let parts = fields.objects("components", (1, 10))?;
    let mut kinds = Vec::new();
    for part in &parts {
        let kind = part.text("type", 32)?.to_ascii_uppercase();
        if kinds.contains(&kind) {
            return Err(GraphError::parameter("components has two of one type."));
        }
        match kind.as_str() {
            "HEADER" => header(part)?,
            // That of a one-time password is Meta's own.
            "BODY" if category == Category::Authentication => {}
            "BODY" => words(part, MAX_BODY, true)?,
            "FOOTER" if category == Category::Authentication => {}
            "FOOTER" => words(part, MAX_LINE, false)?,
            "BUTTONS" => buttons(part)?,
            "CAROUSEL" | "LIMITED_TIME_OFFER" | "CALL_PERMISSION_REQUEST" => {}
            _ => return Err(GraphError::parameter(format!("{} is no part.", part.path("type")))),
        }
        kinds.push(kind);
    }
    if !kinds.iter().any(|kind| kind == "BODY") {
        return Err(GraphError::parameter("components must have a BODY."));
    }
    let stored = parts.iter().map(|part| stored(part, category)).collect();
    Ok(Value::Array(stored).to_string().into_bytes())
}

/// A part as it is stored: a one-time password's has the words that are Meta's.
fn stored(part: &Fields<'_>, category: Category) -> Value {
    let mut members: Map<String, Value> = part.members().clone();
    let is_body = members
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("BODY"));
    if category == Category::Authentication && is_body {
        let warns = members.get("add_security_recommendation") == Some(&Value::Bool(true));
        let warning = if warns { " For your security, do not share this code." } else { "" };
        members.insert(
            "text".to_owned(),
            format!("*{{{{1}}}}* is your verification code.{warning}").into(),
        );
    }
    Value::Object(members)
}

fn header(part: &Fields<'_>) -> Result<(), GraphError> {
    match part.text("format", 16)?.to_ascii_uppercase().as_str() {
        "TEXT" => words(part, MAX_LINE, true),
        "IMAGE" | "VIDEO" | "DOCUMENT" => {
            let example = part.optional_object("example")?;
            let has_handle = example.is_some_and(|example| example.get("header_handle").is_some());
            if has_handle { Ok(()) } else { Err(no_example(part)) }
        }
        "LOCATION" | "PRODUCT" => Ok(()),
        _ => Err(GraphError::parameter(format!("{} is no format.", part.path("format")))),
    }
}

/// Words with places to fill: numbered from 1 without a gap, or named; not at either end of a body,
/// and with an example for each.
fn words(part: &Fields<'_>, most: usize, may_have_places: bool) -> Result<(), GraphError> {
    let wrong = |why: &str| Err(GraphError::parameter(format!("{} {why}.", part.path("text"))));
    let text = part.text("text", most)?;
    let places = crate::templates::places(&text);
    if places.is_empty() {
        return if text.contains("{{") { wrong("has a place without an end") } else { Ok(()) };
    }
    if !may_have_places {
        return wrong("may have no places to fill");
    }
    let numbers: Vec<usize> = places.iter().filter_map(|place| place.parse().ok()).collect();
    let is_name = |place: &&str| {
        !place.is_empty()
            && place
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
    };
    let fits = if numbers.is_empty() {
        places.iter().all(is_name)
    } else {
        numbers.len() == places.len() && (1..=numbers.len()).all(|number| numbers.contains(&number))
    };
    if !fits {
        return wrong("has places that are neither numbered from 1 nor named");
    }
    let text = text.trim();
    if most == MAX_BODY && (text.starts_with("{{") || text.ends_with("}}")) {
        return wrong("begins or ends with a place to fill");
    }
    if part.optional_object("example")?.is_none() { Err(no_example(part)) } else { Ok(()) }
}

fn no_example(part: &Fields<'_>) -> GraphError {
    GraphError::parameter(format!("{} is required.", part.path("example")))
}

fn buttons(part: &Fields<'_>) -> Result<(), GraphError> {
    for button in part.objects("buttons", (1, MAX_BUTTONS))? {
        let kind = button.text("type", 32)?.to_ascii_uppercase();
        match kind.as_str() {
            "URL" => {
                button.text("text", MAX_BUTTON)?;
                button.link("url")?;
            }
            "PHONE_NUMBER" => {
                button.text("text", MAX_BUTTON)?;
                button.text("phone_number", 20)?;
            }
            "QUICK_REPLY" | "FLOW" => {
                button.text("text", MAX_BUTTON)?;
            }
            "OTP" => {
                button.text("otp_type", 16)?;
            }
            "COPY_CODE" | "CATALOG" | "MPM" | "SPM" | "VOICE_CALL" => {}
            _ => {
                return Err(GraphError::parameter(format!(
                    "{} is no button.",
                    button.path("type")
                )));
            }
        }
    }
    Ok(())
}
