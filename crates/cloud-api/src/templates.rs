//! Message templates: rows that whoever manages templates writes, and the sample that every account
//! has from the start.
//!
//! Knows: how a template is found and its places are filled. Does not know: how one is made or
//! approved.

use hop::Waiting;
use prost::Message as _;
use serde_json::{Value, json};
use wire::content::{Choice, ChoiceKind, Offer, OfferKind};

use crate::{
    errors::{GraphError, codes},
    graph::messages::{Component, MediaCall, Parameter, TemplateCall},
    handle::Attempted,
    rows::{self, Category, TemplateRow, TemplateStatus},
};

mod fill;

/// Characters of a body and of a header with their places filled.
const MAX_BODY: usize = 1_024;
const MAX_HEADER: usize = 60;

/// A template with its places filled.
pub(crate) struct Rendered {
    pub(crate) category: Category,
    pub(crate) offer: Offer,
    /// The file of its header, still to be found.
    pub(crate) header: Option<MediaCall>,
}

/// The template of a business, or the sample.
pub(crate) fn find(
    attempt: &mut Attempted<'_>,
    business: &str,
    (name, language): (&str, &str),
) -> Result<Option<TemplateRow>, Waiting> {
    let row = attempt.peek(&rows::template(business, name, language))?;
    let row = row.and_then(|bytes| TemplateRow::decode(bytes.as_slice()).ok());
    Ok(row.or_else(|| (name == "hello_world" && language == "en_US").then(sample)))
}

/// What every account starts with.
pub(crate) fn sample() -> TemplateRow {
    let components = json!([
        { "type": "HEADER", "format": "TEXT", "text": "Hello World" },
        { "type": "BODY", "text": "This message was sent through the Cloud API to try it out." },
        { "type": "FOOTER", "text": "Sample message" },
    ]);
    TemplateRow {
        name: "hello_world".to_owned(),
        language: "en_US".to_owned(),
        category: Category::Utility.into(),
        status: TemplateStatus::Approved.into(),
        components: components.to_string().into_bytes(),
    }
}

/// What the places of a text are called, the first of each.
pub(crate) fn places(text: &str) -> Vec<&str> {
    fill::places(text).collect()
}

/// Fills the places of a template.
///
/// # Errors
///
/// 132001 for one that is not approved, 132015 and 132016 for one that is paused or disabled,
/// 132000 and 132012 for parameters that do not fit, 132005 for a text that becomes too long.
pub(crate) fn render(row: &TemplateRow, call: &TemplateCall) -> Result<Rendered, GraphError> {
    match row.status() {
        TemplateStatus::Approved => {}
        TemplateStatus::Paused => return Err(GraphError::new(codes::TEMPLATE_PAUSED)),
        TemplateStatus::Disabled => return Err(GraphError::new(codes::TEMPLATE_DISABLED)),
        TemplateStatus::Pending | TemplateStatus::Rejected => {
            return Err(GraphError::new(codes::TEMPLATE_MISSING));
        }
    }
    let components: Vec<Value> = serde_json::from_slice(&row.components).unwrap_or_default();
    let mut shown = Vec::new();
    let (mut choices, mut header) = (Vec::new(), None);
    let mut rendered = Vec::new();
    for component in &components {
        let kind = text(component, "type").to_ascii_uppercase();
        let given = |wanted: &str| call.components.iter().find(|given| given.kind == wanted);
        match kind.as_str() {
            "HEADER" if text(component, "format").eq_ignore_ascii_case("TEXT") => {
                let filled = fill::fill(text(component, "text"), given("header"), MAX_HEADER)?;
                rendered.push(json!({ "type": kind, "format": "TEXT", "text": filled }));
                shown.push(filled);
            }
            "HEADER" => {
                header = file(given("header"))?;
                rendered.push(json!({ "type": kind, "format": text(component, "format") }));
            }
            "BODY" => {
                let filled = fill::fill(text(component, "text"), given("body"), MAX_BODY)?;
                rendered.push(json!({ "type": kind, "text": filled }));
                shown.push(filled);
            }
            "FOOTER" => {
                rendered.push(component.clone());
                shown.push(text(component, "text").to_owned());
            }
            "BUTTONS" => {
                let buttons = buttons(component, &call.components)?;
                rendered.push(json!({ "type": kind, "buttons": buttons.0 }));
                choices = buttons.1;
            }
            _ => rendered.push(component.clone()),
        }
    }
    let json = json!({
        "name": row.name, "language": row.language, "category": row.category().name(),
        "components": rendered,
    });
    let offer = Offer {
        kind: OfferKind::Template,
        name: row.name.clone(),
        text: shown.join("\n"),
        choices,
        header: None,
        json: json.to_string().into_bytes(),
    };
    Ok(Rendered { category: row.category(), offer, header })
}

fn text<'v>(component: &'v Value, name: &str) -> &'v str {
    component.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A header that is a file, or a place, needs its one parameter.
fn file(given: Option<&Component>) -> Result<Option<MediaCall>, GraphError> {
    match given.map(|given| given.parameters.as_slice()) {
        Some([Parameter::Media(call)]) => Ok(Some(call.clone())),
        Some([Parameter::Other]) => Ok(None),
        Some([_]) => Err(GraphError::with(
            codes::TEMPLATE_FORMAT,
            "The parameter of the header is not of the format that the template has.",
        )),
        Some(_) | None => Err(fill::counted("header", 1, given.map_or(0, |g| g.parameters.len()))),
    }
}

/// Buttons with their places filled, and what can be pressed.
fn buttons(
    component: &Value,
    given: &[Component],
) -> Result<(Vec<Value>, Vec<Choice>), GraphError> {
    let (mut rendered, mut choices) = (Vec::new(), Vec::new());
    let list = component.get("buttons").and_then(Value::as_array);
    for (index, button) in list.into_iter().flatten().enumerate() {
        let given = given.iter().find(|one| one.kind == "button" && one.index == index);
        let title = text(button, "text").to_owned();
        let mut button = button.clone();
        let kind = text(&button, "type").to_ascii_lowercase();
        if given.is_some_and(|given| !fits(&kind, &given.sub_type)) {
            let details = format!("Button {index} is of another type in the template.");
            return Err(GraphError::with(codes::TEMPLATE_FORMAT, details));
        }
        let (kind, id) = match kind.as_str() {
            "quick_reply" => (ChoiceKind::QuickReply, payload(given).unwrap_or(title.clone())),
            "flow" => (ChoiceKind::Flow, payload(given).unwrap_or_else(|| "unused".to_owned())),
            _ => (ChoiceKind::Link, link(&mut button, given)?),
        };
        choices.push(Choice { kind, id, title, description: String::new() });
        rendered.push(button);
    }
    Ok((rendered, choices))
}

/// A one-time password is sent to a button of a URL or of a code to copy.
fn fits(kind: &str, sub_type: &str) -> bool {
    kind == sub_type || kind == "otp" && matches!(sub_type, "url" | "copy_code")
}

/// The address that a button opens, with its place filled; empty for a button without one.
fn link(button: &mut Value, given: Option<&Component>) -> Result<String, GraphError> {
    let url = text(button, "url").to_owned();
    let Some(button) = button.as_object_mut().filter(|_| !url.is_empty()) else {
        return Ok(String::new());
    };
    let url = fill::fill(&url, given, 2_000)?;
    button.insert("url".to_owned(), url.as_str().into());
    Ok(url.chars().take(256).collect())
}

fn payload(given: Option<&Component>) -> Option<String> {
    given?.parameters.iter().find_map(|parameter| match parameter {
        Parameter::Payload(payload) => Some(payload.clone()),
        Parameter::Text { .. } | Parameter::Media(_) | Parameter::Other => None,
    })
}
