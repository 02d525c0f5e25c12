//! `blindpost listen`: webhooks of the business's number come here, are shown, and go on to a
//! server of the developer's, byte for byte; what that one answers is what the Cloud API hears.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use hop::http::{Request, Response};
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::Instant};

use super::{Session, TerminalError};
use crate::{
    http::{Server, Service, service},
    log::Log,
    secrets::hex,
    site::listen,
    stop::Stopper,
    up::Webhook,
};

/// What the developer's server is taken to have answered when it did not.
const BAD_GATEWAY: u16 = 502;

/// A webhook that came, and what became of it.
#[derive(Debug)]
pub struct Forwarded {
    /// What is in it, in order: a field, and the kind of what it tells.
    pub what: Vec<String>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// What the server answered; `None` where no answer came, or nobody was asked.
    pub status: Option<u16>,
    /// How long that took, in milliseconds.
    pub millis: u64,
}

/// Webhooks come here until this is ended.
#[derive(Debug)]
pub struct Listener {
    session: Session,
    server: JoinHandle<()>,
    stopper: Stopper,
    /// Where an override of the number's own led until now. Graph shows no verify token, so it
    /// can't be put back.
    pub replaced: Option<String>,
}

impl Listener {
    /// From now on webhooks of the number come here. Each goes on to `forward`, if there is one,
    /// and is then told to `tell`.
    ///
    /// # Errors
    ///
    /// [`TerminalError`].
    pub async fn start(
        session: Session,
        forward: Option<Webhook>,
        tell: impl Fn(&Forwarded) + Send + Sync + 'static,
    ) -> Result<Self, TerminalError> {
        let replaced = overridden(&session).await?;
        let (listener, at) = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let mut token = [0; 16];
        getrandom::fill(&mut token)?;
        let token = hex(&token);
        if let Some(forward) = &forward {
            // Whoever runs this names the server, wherever it is.
            session.hosts.allow(&forward.authority);
        }
        let (stopper, stop) = Stopper::new();
        let server = Server::new(listener, "listen", Log::none());
        let answers = answers(session.clone(), token.clone(), (forward, Arc::new(tell)));
        let server = tokio::spawn(server.run(answers, stop));
        let listening = Self { session, server, stopper, replaced };
        listening.lead_to(&format!("http://{at}/"), &token).await?;
        Ok(listening)
    }

    async fn lead_to(&self, url: &str, token: &str) -> Result<(), TerminalError> {
        let address = json!({ "override_callback_uri": url, "verify_token": token });
        let body = json!({ "webhook_configuration": address });
        self.session.number("", body).await.map(drop)
    }

    /// Webhooks go where the app or the account has them, as before; an override that was
    /// [`replaced`](Self::replaced) is gone.
    ///
    /// # Errors
    ///
    /// [`TerminalError`]: then they still come here, where nobody is.
    pub async fn end(self) -> Result<(), TerminalError> {
        let body = json!({ "webhook_configuration": { "override_callback_uri": "" } });
        let led_back = self.session.number("", body).await;
        self.stopper.stop();
        // A server that panicked answers nothing more either.
        let _ended = self.server.await;
        led_back.map(drop)
    }
}

/// Where webhooks of the number go by an override of its own.
async fn overridden(session: &Session) -> Result<Option<String>, TerminalError> {
    let path = format!("/v24.0/{}?fields=webhook_configuration", session.ready.phone_number_id);
    let number = session.ask("GET", &path, None).await?;
    let at = number.pointer("/webhook_configuration/phone_number").and_then(Value::as_str);
    Ok(at.map(str::to_owned))
}

type Tell = Arc<dyn Fn(&Forwarded) + Send + Sync>;

/// The server: it agrees to webhooks when it is asked with the right token, and forwards them.
fn answers(session: Session, token: String, (forward, tell): (Option<Webhook>, Tell)) -> Service {
    let shared = Arc::new((session, token, forward, tell));
    service(move |request: Request| {
        let shared = shared.clone();
        async move {
            let (session, token, forward, tell) = &*shared;
            Some(match request.method.as_str() {
                "GET" => agree(&request, token),
                "POST" => pass_on(session, request, forward.as_ref(), tell).await,
                _ => Response::empty(405),
            })
        }
    })
}

fn agree(request: &Request, token: &str) -> Response {
    let challenge = request.query("hub.challenge").unwrap_or_default();
    if request.query("hub.verify_token") != Some(token) {
        return Response::empty(403);
    }
    Response { status: 200, headers: Vec::new(), body: challenge.as_bytes().to_vec() }
}

async fn pass_on(
    session: &Session,
    request: Request,
    forward: Option<&Webhook>,
    tell: &Tell,
) -> Response {
    let (what, body, began) = (kinds(&request.body), request.body.clone(), Instant::now());
    let answer = match forward {
        None => None,
        Some(Webhook { authority, path }) => {
            let (authority, target) = (authority.clone(), path.clone());
            session.asker.ask(Request { authority, target, ..request }).await.ok()
        }
    };
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = answer.as_ref().map(|answer| answer.status);
    tell(&Forwarded { what, body, status, millis });
    let unanswered = if forward.is_some() { BAD_GATEWAY } else { 200 };
    answer.unwrap_or_else(|| Response::empty(unanswered))
}

/// What webhooks tell: `messages/text`, `messages/status.read`, `message_template_status_update`.
fn kinds(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let list = |of: &Value, name: &str| -> Vec<Value> {
        of.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let text = |of: &Value, name: &str| {
        of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut kinds = Vec::new();
    for change in list(&body, "entry").iter().flat_map(|entry| list(entry, "changes")) {
        let (field, value) = (text(&change, "field"), change.get("value").cloned());
        let value = value.unwrap_or_default();
        let messages = list(&value, "messages").into_iter();
        let messages = messages.map(|one| format!("{field}/{}", text(&one, "type")));
        let statuses = list(&value, "statuses").into_iter();
        let statuses = statuses.map(|one| format!("{field}/status.{}", text(&one, "status")));
        let before = kinds.len();
        kinds.extend(messages.chain(statuses));
        if kinds.len() == before {
            kinds.push(field);
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::kinds;

    #[test]
    fn a_webhook_is_named_by_what_it_tells() {
        let messages = json!({ "messages": [{ "type": "text" }, { "type": "order" }] });
        let statuses = json!({ "statuses": [{ "status": "read" }] });
        let change = |field: &str, value| json!({ "field": field, "value": value });
        let body = json!({ "entry": [
            { "changes": [change("messages", messages), change("messages", statuses)] },
            { "changes": [change("account_update", json!({ "event": "x" }))] },
        ] });
        let expected =
            ["messages/text", "messages/order", "messages/status.read", "account_update"];
        assert_eq!(kinds(body.to_string().as_bytes()), expected);
        assert!(kinds(b"[1, {}").is_empty());
    }
}
