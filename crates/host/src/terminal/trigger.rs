//! `blindpost trigger`: makes something happen that webhooks tell, by having a person or the
//! business really do it.

use serde_json::{Value, json};

use super::{Session, TerminalError};

/// What can be made to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its name on the command line.
    pub name: &'static str,
    /// What happens, in a line.
    pub doc: &'static str,
    does: Does,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// A person writes a message of a type.
    Says(&'static str),
    /// A person reacts to a template.
    Reacts,
    /// A person presses what the business offers: the kind of the reply.
    Presses(&'static str),
    /// A template comes so far.
    Reaches(&'static str),
    /// A text fails, as nobody wrote within a day.
    Fails,
    /// A template is made, and decided about.
    Approves,
}

const fn event(name: &'static str, does: Does, doc: &'static str) -> Event {
    Event { name, doc, does }
}

/// Everything that can be made to happen.
pub const EVENTS: &[Event] = &[
    event("message.text", Does::Says("text"), "A person writes a text."),
    event("message.location", Does::Says("location"), "A person sends a place."),
    event("message.contacts", Does::Says("contacts"), "A person sends an address card."),
    event("message.order", Does::Says("order"), "A person orders from a catalogue."),
    event("message.reaction", Does::Reacts, "A person reacts to what the business sent."),
    event(
        "message.button_reply",
        Does::Presses("button_reply"),
        "A person presses a button of the business.",
    ),
    event(
        "message.list_reply",
        Does::Presses("list_reply"),
        "A person chooses from a list of the business.",
    ),
    event("status.delivered", Does::Reaches("delivered"), "A template reaches a person's device."),
    event("status.read", Does::Reaches("read"), "A person reads a template."),
    event("status.failed", Does::Fails, "A text fails outside the 24-hour window (131047)."),
    event("template.approved", Does::Approves, "A new template is approved."),
];

/// Makes it happen: by the first person, or by `user`. The message, or the template, that webhooks
/// tell of.
///
/// # Errors
///
/// [`TerminalError`].
pub async fn trigger(
    session: &Session,
    event: Event,
    user: Option<&str>,
) -> Result<String, TerminalError> {
    let users = match user {
        Some(user) => vec![user.to_owned()],
        None => session.ready.users.clone(),
    };
    let Some(user) = users.first().cloned() else { return Err(TerminalError::Nobody) };
    let scene = Scene { session, user };
    match event.does {
        Does::Says(kind) => scene.says(kind, said(kind)).await,
        Does::Reacts => {
            let shown = scene.template().await?;
            scene.reaches(&shown, "shown").await?;
            scene.says("reaction", json!({ "message_id": shown, "emoji": "\u{1f44d}" })).await
        }
        Does::Presses(kind) => {
            // Within the window that this opens, the business may offer something.
            let opened = scene.says("text", said("text")).await?;
            scene.reaches(&opened, "received").await?;
            let offer = scene.sends("interactive", offer(kind)).await?;
            scene.reaches(&offer, "shown").await?;
            let mut reply = json!({ "type": kind });
            if let Some(reply) = reply.as_object_mut() {
                reply.insert(kind.to_owned(), json!({ "id": "one" }));
            }
            let context = json!({ "id": offer });
            scene
                .writes(json!({ "type": "interactive", "interactive": reply, "context": context }))
                .await
        }
        Does::Reaches("read") => {
            let sent = scene.template().await?;
            scene.reaches(&sent, "shown").await?;
            let path = format!("/users/{}/read", scene.user);
            session.control(&path, json!({ "wamid": sent })).await?;
            Ok(sent)
        }
        Does::Reaches(_) => scene.template().await,
        Does::Fails => fails(session, users).await,
        Does::Approves => scene.approves().await,
    }
}

/// A person, and the business.
struct Scene<'s> {
    session: &'s Session,
    user: String,
}

impl Scene<'_> {
    async fn says(&self, kind: &str, object: Value) -> Result<String, TerminalError> {
        let mut message = json!({ "type": kind });
        if let Some(message) = message.as_object_mut() {
            message.insert(kind.to_owned(), object);
        }
        self.writes(message).await
    }

    async fn writes(&self, message: Value) -> Result<String, TerminalError> {
        let number = &self.session.ready.phone_number_id;
        let body = json!({ "from": self.user, "phone_number_id": number, "message": message });
        let answer = self.session.control("/inbound", body).await?;
        Ok(text(&answer, "/wamid"))
    }

    async fn sends(&self, kind: &str, object: Value) -> Result<String, TerminalError> {
        let mut message = json!({ "messaging_product": "whatsapp", "to": self.user, "type": kind });
        if let Some(message) = message.as_object_mut() {
            message.insert(kind.to_owned(), object);
        }
        let answer = self.session.number("/messages", message).await?;
        Ok(text(&answer, "/messages/0/id"))
    }

    async fn template(&self) -> Result<String, TerminalError> {
        let template = json!({ "name": "hello_world", "language": { "code": "en_US" } });
        self.sends("template", template).await
    }

    /// Waits until a message has a status.
    async fn reaches(&self, wamid: &str, status: &'static str) -> Result<(), TerminalError> {
        let query = format!("?wamid={wamid}&status={status}&wait_ms=20000");
        let path = format!("/_blindpost/messages{query}");
        let answer = self.session.ask("GET", &path, None).await?;
        let found = answer.pointer("/messages/0").is_some();
        found.then_some(()).ok_or(TerminalError::Late(status))
    }

    async fn approves(&self) -> Result<String, TerminalError> {
        let mut name = [0; 4];
        getrandom::fill(&mut name)?;
        let template = json!({
            "name": format!("trigger_{}", crate::secrets::hex(&name)),
            "language": "en_US",
            "category": "UTILITY",
            "components": [{ "type": "BODY", "text": "Your order is ready." }],
        });
        let path = format!("/v24.0/{}/message_templates", self.session.ready.waba_id);
        let made = self.session.ask("POST", &path, Some(template)).await?;
        Ok(text(&made, "/id"))
    }
}

/// A text to the first of these people who wrote nothing that is remembered.
async fn fails(session: &Session, users: Vec<String>) -> Result<String, TerminalError> {
    for user in users {
        let path = format!("/_blindpost/messages?from={user}");
        let wrote = session.ask("GET", &path, None).await?;
        if wrote.pointer("/messages/0").is_none() {
            let scene = Scene { session, user };
            return scene.sends("text", json!({ "body": "Nobody wrote within a day." })).await;
        }
    }
    Err(TerminalError::AllWrote)
}

fn text(answer: &Value, pointer: &str) -> String {
    answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What a person says in a message of this type.
fn said(kind: &str) -> Value {
    match kind {
        "location" => json!({
            "latitude": 41.9028, "longitude": 12.4964, "name": "Forno", "address": "Rome",
        }),
        "contacts" => json!([{
            "name": { "formatted_name": "A friend", "first_name": "A friend" },
            "phones": [{ "phone": "+1 201 555 0177", "type": "CELL" }],
        }]),
        "order" => json!({
            "catalog_id": "1", "text": "As always",
            "product_items": [{
                "product_retailer_id": "bread", "quantity": 1, "item_price": 3,
                "currency": "USD",
            }],
        }),
        _ => json!({ "body": "Hello from `blindpost trigger`" }),
    }
}

/// What the business offers, to be answered by this kind of reply.
fn offer(kind: &str) -> Value {
    let body = json!({ "text": "One or two?" });
    if kind == "list_reply" {
        let row = |id: &str| json!({ "id": id, "title": id });
        let section = json!({ "title": "Numbers", "rows": [row("one"), row("two")] });
        let action = json!({ "button": "Choose", "sections": [section] });
        return json!({ "type": "list", "body": body, "action": action });
    }
    let button = |id: &str| json!({ "type": "reply", "reply": { "id": id, "title": id } });
    let action = json!({ "buttons": [button("one"), button("two")] });
    json!({ "type": "button", "body": body, "action": action })
}
