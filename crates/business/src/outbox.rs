//! Requests to the Cloud API that are not settled: one at a time for each customer, in order.

use std::collections::{BTreeMap, BTreeSet};

use hop::{ExchangeId, Unreachable, http};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Key;
use vocab::{
    Instant, MessageId, Micros, Now, PhoneNumber,
    limits::{RESEND_FIRST, RESEND_MOST},
};

use crate::{
    config::Config,
    mutant::{Mutant, planted},
};

/// One request to the Cloud API, as its row holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outgoing {
    /// The id of the request in 32 hexadecimal digits.
    request: String,
    /// The digits of the customer's number; requests of one customer go in order.
    pub(crate) to: String,
    pub(crate) what: What,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// Mark a message as read.
    Read { wamid: String },
    /// Send a text.
    Text {
        text: String,
        context: Option<String>,
        /// Whether it is the caption of a picture, which is uploaded first.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        picture: bool,
    },
}

/// A picture that holds a text: what a program that knows no pictures can still compare.
pub fn picture_of(text: &str) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n", text.as_bytes()].concat()
}

/// What stands between the parts of an upload; no picture of this business holds it.
const BOUNDARY: &str = "blindpost-business";

impl Outgoing {
    pub(crate) fn new(request: MessageId, to: &PhoneNumber, what: What) -> Self {
        Self { request: request.to_string(), to: to.digits().to_string(), what }
    }

    pub(crate) fn request(&self) -> MessageId {
        MessageId::from_hex(&self.request).unwrap_or(MessageId([0; 16]))
    }

    /// The request (facts, cloud-api.md §1.4). A text carries its id, so that it is sent once
    /// however often it is asked for; marking as read is the same each time anyway.
    fn to_http(&self, config: &Config, media: Option<&str>) -> http::Request {
        let target = format!("/{}/messages", config.phone_number_id);
        let request = http::Request::new(&config.cloud_api, "POST", &target).bearer(&config.token);
        match &self.what {
            What::Read { wamid } => request.json(to_bytes(&json!({
                "messaging_product": "whatsapp",
                "status": "read",
                "message_id": wamid,
            }))),
            What::Text { text, picture: true, .. } if media.is_none() => upload(config, text),
            What::Text { text, context, .. } => {
                let (kind, said) = match media {
                    Some(id) => ("image", json!({ "id": id, "caption": text })),
                    None => ("text", json!({ "body": text })),
                };
                let mut body = json!({
                    "messaging_product": "whatsapp",
                    "recipient_type": "individual",
                    "to": self.to,
                    "type": kind,
                    kind: said,
                });
                if let (Some(wamid), Some(body)) = (context, body.as_object_mut()) {
                    body.insert("context".to_string(), json!({ "message_id": wamid }));
                }
                request.header("x-blindpost-request-id", &self.request).json(to_bytes(&body))
            }
        }
    }
}

/// The upload of the picture of a text.
fn upload(config: &Config, text: &str) -> http::Request {
    let target = format!("/{}/media", config.phone_number_id);
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\n\
         whatsapp\r\n--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; \
         filename=\"picture.png\"\r\ncontent-type: image/png\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let mut request = http::Request::new(&config.cloud_api, "POST", &target)
        .bearer(&config.token)
        .header("content-type", &kind);
    request.body = [head.as_bytes(), &picture_of(text), end.as_bytes()].concat();
    request
}

fn to_bytes(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}

/// How a request came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The text is sent under this id.
    Sent(String),
    /// The message is marked as read.
    Read,
    /// It was refused for good, with this status.
    Refused(u16),
}

/// What is in the outbox, and how far it is.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// What was there before the start is here too, so that order holds.
    loaded: bool,
    items: BTreeMap<Key, Item>,
    asked: BTreeMap<ExchangeId, Key>,
    /// The Cloud API has taken something since the start, so it knows the grant.
    known: bool,
}

#[derive(Debug)]
struct Item {
    outgoing: Outgoing,
    phase: Phase,
    tries: u32,
    wait: Micros,
    /// What its picture is called at the Cloud API, once it is uploaded.
    media: Option<String>,
}

#[derive(Debug)]
enum Phase {
    /// To be asked, not before the moment.
    Waiting(Option<Instant>),
    /// Asked, or its end is being written down.
    UnderWay,
}

/// How often a request is refused for lack of rights before that is believed, as long as the Cloud
/// API has taken nothing yet: the grant may be on its way to it. With the waits between them, 62 s.
const TRIES_WITHOUT_RIGHTS: u32 = 6;

impl Outbox {
    /// What the store held at the start.
    pub(crate) fn load(&mut self, items: Vec<(Key, Outgoing)>) {
        items.into_iter().for_each(|(key, outgoing)| self.add(key, outgoing));
        self.loaded = true;
    }

    /// A row that is durable.
    pub(crate) fn add(&mut self, key: Key, outgoing: Outgoing) {
        let phase = Phase::Waiting(None);
        let item = Item { outgoing, phase, tries: 0, wait: RESEND_FIRST, media: None };
        self.items.entry(key).or_insert(item);
    }

    /// A row is gone.
    pub(crate) fn remove(&mut self, key: &Key) {
        self.items.remove(key);
    }

    /// The requests to make now: of each customer the oldest, if its time has come.
    pub(crate) fn due(&mut self, config: &Config, now: Now) -> Vec<(Key, http::Request)> {
        if !self.loaded {
            return Vec::new();
        }
        let mut busy: BTreeSet<String> = BTreeSet::new();
        let mut due = Vec::new();
        for (key, item) in &mut self.items {
            let first = busy.insert(item.outgoing.to.clone());
            let is_oldest = first || planted(config.mutant, Mutant::OutboxUnordered);
            let is_time = match item.phase {
                Phase::Waiting(at) => at.is_none_or(|at| at <= now.mono),
                Phase::UnderWay => false,
            };
            if is_oldest && is_time {
                item.phase = Phase::UnderWay;
                due.push((key.clone(), item.outgoing.to_http(config, item.media.as_deref())));
            }
        }
        due
    }

    /// The request for `key` has left.
    pub(crate) fn sent(&mut self, id: ExchangeId, key: Key) {
        self.asked.insert(id, key);
    }

    /// A request has ended: what is settled by it, or nothing, and it is asked again later.
    pub(crate) fn ended(
        &mut self,
        config: &Config,
        id: ExchangeId,
        outcome: &Result<http::Response, Unreachable>,
        now: Now,
    ) -> Option<(Key, Outgoing, Ended)> {
        let key = self.asked.remove(&id)?;
        self.known |= outcome.as_ref().is_ok_and(http::Response::is_success);
        let item = self.items.get_mut(&key)?;
        item.tries = item.tries.saturating_add(1);
        if item.media.is_none()
            && matches!(item.outgoing.what, What::Text { picture: true, .. })
            && let Some(media) = outcome.as_ref().ok().and_then(uploaded)
        {
            item.media = Some(media);
            item.phase = Phase::Waiting(Some(now.mono));
            return None;
        }
        let patient = !self.known && item.tries < TRIES_WITHOUT_RIGHTS;
        let ended = judge(&item.outgoing.what, outcome, patient);
        let given_up = outcome.is_err() && planted(config.mutant, Mutant::UnansweredIsSettled);
        if let Some(ended) = ended.or_else(|| given_up.then_some(Ended::Read)) {
            return Some((key, item.outgoing.clone(), ended));
        }
        item.phase = Phase::Waiting(Some(now.mono.after(item.wait)));
        item.wait = item.wait.doubled_up_to(RESEND_MOST);
        None
    }

    /// When something waits to be asked again.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let waits = self.items.values().filter_map(|item| match item.phase {
            Phase::Waiting(at) => at,
            Phase::UnderWay => None,
        });
        waits.min()
    }
}

/// How the request ended, or `None` where it must be asked again: no answer, a fault of the server,
/// a limit, or rights that may be on their way.
fn judge(
    what: &What,
    outcome: &Result<http::Response, Unreachable>,
    patient: bool,
) -> Option<Ended> {
    let response = outcome.as_ref().ok()?;
    match (response.status, what) {
        (200..=299, What::Read { .. }) => Some(Ended::Read),
        (status @ 200..=299, What::Text { .. }) => {
            Some(wamid(&response.body).map_or(Ended::Refused(status), Ended::Sent))
        }
        (401 | 403, _) if patient => None,
        (408 | 425 | 429, _) => None,
        (400, _) if is_limit(&response.body) => None,
        (status @ 400..=499, _) => Some(Ended::Refused(status)),
        _ => None,
    }
}

/// Codes of Graph's limits: of calls (4, 80007), of a number's throughput (130429) and of messages
/// to one person (131056). They come with status 400, and pass (facts, cloud-api.md section 1).
const LIMITS: [u64; 4] = [4, 80_007, 130_429, 131_056];

fn is_limit(body: &[u8]) -> bool {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let code = body.as_ref().and_then(|body| body.pointer("/error/code")?.as_u64());
    code.is_some_and(|code| LIMITS.contains(&code))
}

/// What the Cloud API calls a picture that was uploaded.
fn uploaded(response: &http::Response) -> Option<String> {
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    Some(body.get("id").filter(|_| response.is_success())?.as_str()?.to_string())
}

fn wamid(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let wamid = body.get("messages")?.get(0)?.get("id")?.as_str()?;
    Some(wamid.to_string())
}
