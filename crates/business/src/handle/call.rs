//! A call to the webhook: is it who it must be, and what does it say.

use hop::{
    Act, Effect, ExchangeId,
    http::{Request, Response},
    router::{Refusal, decoded, find, same_secret},
};
use vocab::limits::MAX_HTTP_BODY;

use crate::{ROUTES, config::Config, hashing, input::Job, output::Event, webhook};

/// The work that a call makes; one that makes none is answered at once.
pub(crate) fn request(
    config: &Config,
    exchange: ExchangeId,
    request: &Request,
    effects: &mut Vec<Effect<Event>>,
) -> Option<Job> {
    let found = find(ROUTES, &request.method, request.path());
    let response = match found {
        Err(refusal) => refusal.response(),
        Ok((route, _)) if route.method == "GET" => verified(config, request),
        Ok(_) => match taken(config, request) {
            Ok(batch) => {
                if batch.passed_over > 0 {
                    let line = format!("passed over {} parts of a webhook", batch.passed_over);
                    effects.push(Effect { after: None, act: Act::Log(line) });
                }
                return Some(Job::Webhook { exchange, batch });
            }
            Err(response) => response,
        },
    };
    if matches!(response.status, 401 | 403) {
        let event = Event::Refused { status: response.status };
        effects.push(Effect { after: None, act: Act::Event(event) });
    }
    effects.push(Effect { after: None, act: Act::Reply { id: exchange, response } });
    None
}

/// Answers the challenge (facts, cloud-api.md §1.6).
fn verified(config: &Config, request: &Request) -> Response {
    let asked = |name| request.query(name).and_then(decoded);
    let subscribes = asked("hub.mode").as_deref() == Some("subscribe");
    let knows = asked("hub.verify_token")
        .is_some_and(|token| same_secret(token.as_bytes(), config.verify_token.as_bytes()));
    match asked("hub.challenge") {
        Some(challenge) if subscribes && knows => Response {
            status: 200,
            headers: vec![("content-type".to_string(), "text/plain".to_string())],
            body: challenge.into_bytes(),
        },
        _ => Refusal::Forbidden.response(),
    }
}

/// Reads a webhook. Nothing in it is looked at before its signature over the raw bytes fits.
fn taken(config: &Config, request: &Request) -> Result<webhook::Batch, Response> {
    if request.body.len() > MAX_HTTP_BODY {
        return Err(Refusal::TooLarge.response());
    }
    let signature = request.get_header("x-hub-signature-256");
    if !hashing::signature_fits(&config.app_secret, signature, &request.body) {
        return Err(Response::empty(401));
    }
    webhook::read(&request.body, &config.phone_number_id)
        .ok_or_else(|| Refusal::Invalid("not a webhook".to_string()).response())
}
