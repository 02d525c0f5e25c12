//! The back office: what the transport's operator can read of what is stored, which is everything.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use hop::{
    Act, ExchangeId, Waiting,
    http::{Request, Response, Route},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{Key, transaction::Stored};
use vocab::{DataClass, PhoneNumber, limits};
use wire::transport::{Envelope, Payload};

use super::{Attempt, Context, Note, Stop};
use crate::{
    config::Config,
    input::Page,
    rows::{self, Account, Integrity, Mail, keys},
};

/// Every interface that this server has. All are the back office's alone.
///
/// Each takes `?after=`, the `next` of the page before.
pub const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        pattern: "/integrity",
        class: DataClass::IntegritySignals,
        doc: "What was noticed about each business number's way of messaging.",
    },
    Route {
        method: "GET",
        pattern: "/accounts",
        class: DataClass::ConsumerPhone,
        doc: "Every number, its devices and its link.",
    },
    Route {
        method: "GET",
        pattern: "/mailboxes/{phone}",
        class: DataClass::ConsumerPhone,
        doc: "What waits for a number, as it is stored: headers and ciphertext.",
    },
];

/// The one principal that may ask.
const BACK_OFFICE: &str = "whatsapp";

/// What is asked for, if it exists and this principal may have it.
///
/// # Errors
///
/// The refusal: 421, 401, 404, 405, 403 or 400.
pub(crate) fn route(config: &Config, request: &Request) -> Result<Page, Response> {
    if request.authority != config.authority {
        return Err(refusal(421, "this server has another name"));
    }
    let digest = request.token().map(|token| <[u8; 32]>::from(Sha256::digest(token)));
    let principal = digest.and_then(|digest| config.principal(&digest));
    let principal = principal.ok_or_else(|| refusal(401, "the token is not known"))?;
    let path = request.path();
    let mut here = ROUTES.iter().filter_map(|route| Some((route, route.parameters(path)?)));
    let (route, parameters) = here.next().ok_or_else(|| refusal(404, "no such interface"))?;
    if request.method != route.method {
        let mut response = refusal(405, "this interface is for reading");
        response.headers.push(("allow".to_string(), route.method.to_string()));
        return Err(response);
    }
    if principal != BACK_OFFICE {
        return Err(refusal(403, "this principal may not read here"));
    }
    let after = request.query("after").map_or(Some(Vec::new()), from_hex);
    let after = after.ok_or_else(|| refusal(400, "`after` is not the `next` of a page"))?;
    match (route.pattern, parameters.first()) {
        ("/integrity", _) => Ok(Page::Integrity { after }),
        ("/accounts", _) => Ok(Page::Accounts { after }),
        (_, Some(phone)) => match PhoneNumber::parse(phone) {
            Ok(phone) => Ok(Page::Mailboxes { phone, after }),
            Err(_) => Err(refusal(400, "not a phone number")),
        },
        (_, None) => Err(refusal(404, "no such interface")),
    }
}

/// Reads a page and answers with it.
pub(super) fn answer(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    id: ExchangeId,
    page: &Page,
) -> Result<(), Waiting> {
    let most = limits::MAX_ROWS_READ;
    let page = match page {
        Page::Integrity { after } => {
            read(attempt, "integrity", &keys::integrities(), after, most, integrity)?
        }
        Page::Accounts { after } => {
            read(attempt, "accounts", &keys::accounts(), after, most, account)?
        }
        Page::Mailboxes { phone, after } => {
            let mailboxes = keys::mailboxes(&context.config.hash_key.alias(phone));
            read(attempt, "envelopes", &mailboxes, after, limits::MAX_ENVELOPES_READ, envelope)?
        }
    };
    let response = Response::json(200, page.to_string().into_bytes());
    attempt.act(Act::Reply { id, response });
    attempt.note(Note::Replied);
    Ok(())
}

fn read(
    attempt: &mut Attempt<'_>,
    name: &str,
    prefix: &Key,
    after: &[u8],
    most: usize,
    show: impl Fn(&Stored) -> Result<Value, Stop>,
) -> Result<Value, Waiting> {
    let cursor = (!after.is_empty()).then(|| prefix.clone().with(after));
    let rows = attempt.scan(prefix, cursor.as_ref(), most)?;
    // A row that does not read back is left out rather than hiding the others.
    let shown: Vec<Value> = rows.iter().filter_map(|row| show(row).ok()).collect();
    let last = rows.last().filter(|_| rows.len() >= most);
    let next = last.and_then(|row| row.key.after(prefix)).map(hex);
    Ok(json!({ name: shown, "next": next }))
}

fn integrity(row: &Stored) -> Result<Value, Stop> {
    let record: Integrity = rows::decode(&row.value)?;
    Ok(json!({
        "phone": record.phone,
        "sent": record.sent,
        "distinct_recipients": record.recipients,
        "reports": record.reports,
        "blocks": record.blocks,
        "dropped": record.dropped,
        "unasked_today": record.unasked,
        "reporters_today": record.reporters,
        "flags": record.flags,
        "signal": record.signal,
        "throttled_until": record.throttled_until,
        "reference": record.reference,
    }))
}

fn account(row: &Stored) -> Result<Value, Stop> {
    let account: Account = rows::decode(&row.value)?;
    Ok(json!({
        "phone": account.phone,
        "devices": account.devices,
        "link": hex(&account.link),
        "hosted": account.hosted,
    }))
}

fn envelope(row: &Stored) -> Result<Value, Stop> {
    let mail: Mail = rows::decode(&row.value)?;
    let envelope = Envelope::decode(&mail.envelope).map_err(|_| crate::output::Refusal::Damaged)?;
    let (kind, receipt) = match &envelope.payload {
        Payload::Message(_) => ("message", None),
        Payload::PreKey(_) => ("prekey", None),
        Payload::Receipt { kind, ids, attempt } => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let kind = kind.as_str_name();
            ("receipt", Some(json!({ "kind": kind, "ids": ids, "attempt": attempt })))
        }
    };
    Ok(json!({
        "place": row.key.last_number(),
        "id": envelope.id.to_string(),
        "from": envelope.from.phone.digits(),
        "from_device": envelope.from.device.get(),
        "to": envelope.to.phone.digits(),
        "to_device": envelope.to.device.get(),
        "kind": kind,
        "receipt": receipt,
        "attempt": envelope.attempt,
        "sent_at": envelope.sent_at.0,
        "content": envelope.payload.ciphertext().map(hex),
    }))
}

/// An answer in the words of this project's other servers.
pub(crate) fn refusal(status: u16, message: &str) -> Response {
    let error = json!({ "message": message, "type": "TransportException", "code": status });
    Response::json(status, json!({ "error": error }).to_string().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a cursor, at most as long as a row's key.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > limits::MAX_ROW_KEY {
        return None;
    }
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    Some(digits?.as_chunks::<2>().0.iter().map(|[high, low]| high.wrapping_shl(4) | low).collect())
}
