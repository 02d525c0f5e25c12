//! Interactive messages: each type with the bounds that the Cloud API documents for it, and what a
//! person can press.

use wire::content::{Body, Choice, ChoiceKind, MediaKind, Offer, OfferKind};

use super::{Fields, MediaCall, Say, carried, plain};
use crate::errors::GraphError;

/// Characters of a body, of a list's body, of a header and of a footer.
const MAX_BODY: usize = 1_024;
const MAX_LIST_BODY: usize = 4_096;
const MAX_SMALL: usize = 60;
/// Rows of a list and sections of a list or of products.
const MAX_ROWS: usize = 10;
const MAX_SECTIONS: usize = 10;
/// Products of all sections together.
const MAX_PRODUCTS: usize = 30;

pub(super) fn read(interactive: &Fields<'_>) -> Result<Say, GraphError> {
    let name = interactive.text("type", 64)?;
    let action = interactive.object("action")?;
    let is = |wanted: &str| action.constant("name", wanted);
    let choices = match name.as_str() {
        "button" => buttons(&action)?,
        "list" => list(&action)?,
        "cta_url" => link(&action)?,
        "flow" => flow(&action)?,
        "product" => {
            action.text("catalog_id", 64)?;
            action.text("product_retailer_id", 256)?;
            Vec::new()
        }
        "product_list" => products(interactive, &action)?,
        "carousel" => carousel(&action)?,
        "address_message" => {
            is("address_message")?;
            action.object("parameters")?.text("country", 2)?;
            Vec::new()
        }
        "location_request_message" => is("send_location").map(|()| Vec::new())?,
        "catalog_message" | "call_permission_request" | "voice_call" | "request_contact_info" => {
            is(&name)?;
            Vec::new()
        }
        _ => return Err(interactive.wrong("type", "is no type of interactive message")),
    };
    let text = body(interactive, &name)?;
    if let Some(footer) = interactive.optional_object("footer")? {
        footer.text("text", MAX_SMALL)?;
    }
    let header = header(interactive, &name)?;
    let offer = Offer {
        kind: OfferKind::Interactive,
        name,
        text,
        choices,
        header: None,
        json: carried(interactive, "action", interactive.json())?,
    };
    Ok(match header {
        Some(media) => Say::WithHeader(Box::new(offer), media),
        None => Say::Ready(Body::Offer(Box::new(offer))),
    })
}

/// Only a single product may come without words.
fn body(interactive: &Fields<'_>, name: &str) -> Result<String, GraphError> {
    let most = if name == "list" { MAX_LIST_BODY } else { MAX_BODY };
    match interactive.optional_object("body")? {
        Some(body) => body.text("text", most),
        None if name == "product" => Ok(String::new()),
        None => Err(interactive.missing("body")),
    }
}

/// A header is words or a file; a file has to be found before the message can go.
fn header(interactive: &Fields<'_>, name: &str) -> Result<Option<MediaCall>, GraphError> {
    let Some(header) = interactive.optional_object("header")? else { return Ok(None) };
    let kind = header.text("type", 32)?;
    let media = match kind.as_str() {
        "text" => return header.text("text", MAX_SMALL).map(|_| None),
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "document" => MediaKind::Document,
        _ => return Err(header.wrong("type", "is no type of header")),
    };
    if matches!(name, "list" | "product_list" | "catalog_message") {
        return Err(header.wrong("type", "must be text in this type of message"));
    }
    plain::media(&header.object(&kind)?, media).map(Some)
}

fn buttons(action: &Fields<'_>) -> Result<Vec<Choice>, GraphError> {
    let mut choices = Vec::new();
    for button in action.objects("buttons", (1, 3))? {
        button.constant("type", "reply")?;
        let reply = button.object("reply")?;
        let (id, title) = (reply.text("id", 256)?, reply.text("title", 20)?);
        choices.push(choice(ChoiceKind::Button, id, title));
    }
    distinct(action, "buttons", choices)
}

fn list(action: &Fields<'_>) -> Result<Vec<Choice>, GraphError> {
    action.text("button", 20)?;
    let sections = action.objects("sections", (1, MAX_SECTIONS))?;
    let several = sections.len() > 1;
    let mut choices = Vec::new();
    for section in sections {
        if section.optional_text("title", 24)?.is_none() && several {
            return Err(section.missing("title"));
        }
        for row in section.objects("rows", (1, MAX_ROWS))? {
            let description = row.optional_text("description", 72)?.unwrap_or_default();
            let (id, title) = (row.text("id", 200)?, row.text("title", 24)?);
            choices.push(Choice { description, ..choice(ChoiceKind::Row, id, title) });
        }
    }
    if choices.len() > MAX_ROWS {
        return Err(action.wrong("sections", "must have at most 10 rows together"));
    }
    distinct(action, "sections", choices)
}

/// Two choices with one id could not be told apart in the answer.
fn distinct(
    action: &Fields<'_>,
    name: &str,
    choices: Vec<Choice>,
) -> Result<Vec<Choice>, GraphError> {
    let mut ids: Vec<&str> = choices.iter().map(|choice| choice.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|two| two.first() == two.last()) {
        return Err(action.wrong(name, "must have distinct ids"));
    }
    Ok(choices)
}

fn link(action: &Fields<'_>) -> Result<Vec<Choice>, GraphError> {
    action.constant("name", "cta_url")?;
    let parameters = action.object("parameters")?;
    let title = parameters.text("display_text", 20)?;
    let url = parameters.link("url")?;
    let id = url.chars().take(256).collect();
    Ok(vec![choice(ChoiceKind::Link, id, title)])
}

fn flow(action: &Fields<'_>) -> Result<Vec<Choice>, GraphError> {
    action.constant("name", "flow")?;
    let parameters = action.object("parameters")?;
    parameters.constant("flow_message_version", "3")?;
    let by_name = parameters.optional_text("flow_name", 200)?;
    if by_name.is_none() {
        parameters.text("flow_id", 64)?;
    }
    let title = parameters.text("flow_cta", 30)?;
    let token = parameters.optional_text("flow_token", 200)?;
    Ok(vec![choice(ChoiceKind::Flow, token.unwrap_or_else(|| "unused".to_owned()), title)])
}

fn products(interactive: &Fields<'_>, action: &Fields<'_>) -> Result<Vec<Choice>, GraphError> {
    interactive.object("header")?;
    action.text("catalog_id", 64)?;
    let mut count = 0_usize;
    for section in action.objects("sections", (1, MAX_SECTIONS))? {
        section.optional_text("title", 24)?;
        for item in section.objects("product_items", (1, MAX_PRODUCTS))? {
            item.text("product_retailer_id", 256)?;
            count = count.saturating_add(1);
        }
    }
    if count > MAX_PRODUCTS {
        return Err(action.wrong("sections", "must have at most 30 products together"));
    }
    Ok(Vec::new())
}

/// Cards side by side; their quick replies can be pressed.
fn carousel(action: &Fields<'_>) -> Result<Vec<Choice>, GraphError> {
    let mut choices = Vec::new();
    for card in action.objects("cards", (2, 10))? {
        card.number("card_index", (0.0, 9.0))?;
        card.text("type", 64)?;
        let Some(action) = card.optional_object("action")? else { continue };
        for button in action.objects("buttons", (0, 2))? {
            if let Some(reply) = button.optional_object("quick_reply")? {
                let (id, title) = (reply.text("id", 256)?, reply.text("title", 20)?);
                choices.push(choice(ChoiceKind::Button, id, title));
            }
        }
    }
    Ok(choices)
}

const fn choice(kind: ChoiceKind, id: String, title: String) -> Choice {
    Choice { kind, id, title, description: String::new() }
}
