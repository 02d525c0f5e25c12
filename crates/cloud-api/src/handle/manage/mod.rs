//! Managing numbers, accounts, apps and files: one file for each family of endpoints.

mod account;
mod analytics;
mod blocks;
pub(super) mod callbacks;
pub(super) mod documents;
mod flows;
mod history;
mod links;
mod media;
mod names;
mod object;
mod registration;
pub(super) mod templates;
mod two_step;
mod uploads;
mod verification;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hop::{Waiting, http::Response};
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::{Value, json};
use sha2::Sha256;
use vocab::UnixMicros;

use super::{Attempted, happenings, reply, sending::Stop};
use crate::{
    config::Config,
    errors::{GraphError, codes},
    graph::{manage::Managed, scopes::Scope},
    number::Number,
    output::Event,
    rows::manage::{self as rows, PendingRow},
    webhook,
};

/// What was decided about something, for its business.
struct Decision {
    /// The field of the webhook.
    field: &'static str,
    value: Value,
    /// What it is, for the operator.
    item: String,
}

/// Decides about a template or a name, and tells its business.
pub(super) fn judge(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    pending: &PendingRow,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let grant = &number.grant;
    let is_template = pending.new_name.is_empty();
    let key = if is_template {
        rows::pending(&grant.business, &pending.name, &pending.language)
    } else {
        rows::pending_name(pending.slot)
    };
    let waits = attempt.read(&key)?.and_then(|row| PendingRow::decode(row.as_slice()).ok());
    let now = attempt.now().wall;
    // It was changed or deleted meanwhile: another decision comes, or none.
    if waits.is_none_or(|waits| UnixMicros(waits.at) > now || waits.new_name != pending.new_name) {
        return Ok(());
    }
    attempt.delete(key);
    let name = if is_template { &pending.name } else { &pending.new_name };
    let is_rejected = config.management.approval.rejects.contains(name);
    let decision = if is_template {
        templates::decide(grant, attempt, pending, is_rejected)?
    } else {
        Some(names::decide(grant, attempt, name, is_rejected))
    };
    let Some(Decision { field, value, item }) = decision else { return Ok(()) };
    let body = webhook::account(grant, field, &value, now);
    happenings::hook(number, attempt, body, item, rng).map(drop)
}

/// What a call is worked on with.
struct Context<'a> {
    config: &'a Config,
    number: &'a Number,
    call: &'a Managed,
}

/// The answer to a call, or why there is none.
type Answered = Result<Response, Stop>;

/// Does what a call asks for. What was written before a refusal is kept: a wrong PIN counts.
pub(super) fn work(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    call: &Managed,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let response = match answer(&Context { config, number, call }, attempt, rng) {
        Ok(Some(response)) => response,
        Ok(None) => return Ok(()), // It is answered when an endpoint has answered.
        Err(Stop::Refused(error)) => {
            // Only now is it known what has the id, and that the token is not good for it.
            if error.code == codes::API_PERMISSION {
                let (principal, route) =
                    (call.caller.principal.clone(), call.route.pattern.to_owned());
                attempt.event(Event::Denied { principal, route });
            }
            error.response(rng)
        }
        Err(Stop::Waiting) => return Err(Waiting),
    };
    reply(attempt, call.exchange, response);
    Ok(())
}

fn answer(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> flows::Later {
    let call = context.call;
    let answered = match call.edge() {
        "flows" => return flows::work(context, attempt, rng),
        "publish" => return flows::publish(context, attempt, rng),
        "assets" => flows::assets(context, attempt),
        "deprecate" => flows::deprecate(context, attempt, rng),
        "" => object::work(context, attempt),
        "register" => registration::register(context, attempt),
        "deregister" => registration::deregister(context, attempt),
        "request_code" => verification::request(context, attempt, rng),
        "verify_code" => verification::verify(context, attempt),
        "block_users" => blocks::work(context, attempt, rng),
        "message_qrdls" => links::work(context, attempt, rng),
        "media" => match call.id.strip_prefix(flows::ASSET).filter(|_| call.is_get()) {
            Some(id) => flows::download(context, attempt, id),
            None => media::work(context, attempt, rng),
        },
        "message_history" => history::list(context, attempt),
        "events" => history::events(context, attempt),
        "phone_numbers" => account::numbers(context, attempt),
        "message_templates" => templates::work(context, attempt),
        "subscribed_apps" => callbacks::account(context, attempt),
        "subscriptions" => callbacks::app(context, attempt),
        "uploads" => uploads::begin(context, attempt, rng),
        _ => documents::work(context, attempt),
    };
    answered.map(Some)
}

impl Context<'_> {
    fn slot(&self) -> u32 {
        self.number.grant.slot
    }

    /// Whether the caller's token is good for this.
    fn needs(&self, scope: Scope) -> Result<(), GraphError> {
        self.call.caller.needs(scope, self.config.mutant)
    }

    /// A hash of a secret that is short, under a key that does not lie in the store.
    fn secret_hash(&self, purpose: &str, secret: &str) -> [u8; 32] {
        let mut hash = [0; 32];
        // HMAC takes keys of every length (RFC 2104 section 2), so this cannot fail.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.config.name_key) {
            for part in [purpose, &self.number.grant.phone_number_id, secret] {
                mac.update(part.as_bytes());
                mac.update(b"\0");
            }
            hash = mac.finalize().into_bytes().into();
        }
        hash
    }
}

/// What a call lists: `limit` of the items behind the one that `after` names, each as `show` has
/// it. An empty cursor is the beginning, and SDKs begin with one (whatsapp-business-rs 0.5.0).
fn page<T>(
    call: &Managed,
    items: Vec<T>,
    cursor: impl Fn(&T) -> String,
    mut show: impl FnMut(&T) -> Result<Value, Waiting>,
) -> Result<Value, Stop> {
    const MOST: usize = 1_000;
    let limit = match call.parameters.text("limit") {
        Some(text) => text.parse().ok().filter(|limit| (1..=MOST).contains(limit)),
        None => Some(100),
    };
    let limit = limit.ok_or_else(|| GraphError::parameter("limit must be from 1 to 1000."))?;
    let first = match call.parameters.text("after").filter(|after| !after.is_empty()) {
        Some(after) => {
            let place = items.iter().position(|item| cursor(item) == after);
            place.map_or(items.len(), |place| place.saturating_add(1))
        }
        None => 0,
    };
    let taken: Vec<T> = items.into_iter().skip(first).take(limit).collect();
    let data = taken.iter().map(&mut show).collect::<Result<Vec<Value>, Waiting>>()?;
    let mut listed = json!({ "data": data });
    // Nothing has no cursors, and SDKs that find pages look for them there.
    let ends = taken.first().zip(taken.last());
    if let (Some((first, last)), Some(listed)) = (ends, listed.as_object_mut()) {
        let cursors = json!({ "before": cursor(first), "after": cursor(last) });
        listed.insert("paging".to_owned(), json!({ "cursors": cursors }));
    }
    Ok(listed)
}
