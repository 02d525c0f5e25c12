//! The calls of the control API.

use std::sync::PoisonError;

use client::Ask;
use cloud_api::wamid;
use hop::http::Request;
use rand_core::Rng as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Duration, timeout};
use vocab::{MessageId, Micros, PhoneNumber, limits};

use super::{Inner, Refusal};
use crate::{rng::Kind, up::Filter};

/// The longest that a call waits for messages.
const MOST_WAIT: Duration = Duration::from_secs(25);

/// What `POST /inbound` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inbound {
    from: String,
    phone_number_id: String,
    message: Message,
}

/// A message as a webhook carries it. Other types come with the Cloud API's own.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message {
    Text { text: Text },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    body: String,
}

/// What `POST /clock` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|why| Refusal::Bad(format!("the body: {why}")))
}

impl Inner {
    /// A simulated person writes to a business. Answered when it is durable on the device.
    pub(super) async fn inbound(&self, body: &[u8]) -> Result<Value, Refusal> {
        let Inbound { from, phone_number_id, message: Message::Text { text } } = read(body)?;
        let from = PhoneNumber::parse(&from).map_err(|why| Refusal::Bad(why.to_string()))?;
        let person = self.people.get(&from);
        let person = person.ok_or_else(|| Refusal::Absent("no such user".to_owned()))?;
        let (id, number) = &self.business;
        if *id != phone_number_id {
            return Err(Refusal::Absent("no such phone_number_id".to_owned()));
        }
        if text.body.is_empty() || text.body.len() > limits::MAX_TEXT {
            let most = limits::MAX_TEXT;
            return Err(Refusal::Bad(format!("text.body must have 1 to {most} bytes")));
        }
        let id = self.draw();
        self.journal.written(id, &from, &phone_number_id, &text.body);
        let ask = Ask::Write { id, to: number.clone(), text: text.body };
        person.does(ask).await.map_err(|_| Refusal::Ending)?;
        Ok(json!({ "wamid": wamid(id) }))
    }

    fn draw(&self) -> MessageId {
        let mut randomness = self.randomness.lock().unwrap_or_else(PoisonError::into_inner);
        let mut id = [0; 16];
        randomness.next(Kind::Command).fill_bytes(&mut id);
        MessageId(id)
    }

    /// What passed. With `wait_ms`, as soon as there are `count` messages that fit (one, if nothing
    /// is said), or with what there is by then.
    pub(super) async fn messages(&self, request: &Request) -> Result<Value, Refusal> {
        let own = |name: &str| request.query(name).map(str::to_owned);
        let number = |name: &str, default: u64| match request.query(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| Refusal::Bad(format!("{name} is no number"))),
        };
        let inbound = match request.query("direction") {
            None => None,
            Some("inbound") => Some(true),
            Some("outbound") => Some(false),
            Some(_) => return Err(Refusal::Bad("direction is inbound or outbound".to_owned())),
        };
        let filter = Filter {
            person: own("user"),
            phone_number_id: own("phone_number_id"),
            inbound,
            wamid: own("wamid"),
            status: own("status"),
        };
        let least = usize::try_from(number("count", 1)?).unwrap_or(usize::MAX);
        let wait = Duration::from_millis(number("wait_ms", 0)?).min(MOST_WAIT);
        let found = timeout(wait, self.journal.wait_for(&filter, least)).await;
        let messages = found.unwrap_or_else(|_| self.journal.list(&filter));
        Ok(json!({ "messages": messages }))
    }

    /// Moves a virtual clock; returns when all that was due is done.
    pub(super) async fn advance(&self, body: &[u8]) -> Result<Value, Refusal> {
        let Advance { advance_ms } = read(body)?;
        let moved = self.clock.advance(Micros::millis(advance_ms)).await;
        let date = moved.map_err(|why| Refusal::Conflict(why.to_string()))?;
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        folder.set_clock(date).map_err(|why| Refusal::Conflict(why.to_string()))?;
        drop(folder);
        Ok(self.date())
    }
}
