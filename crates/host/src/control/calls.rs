//! Calls about messages, the clock and what goes wrong.

use std::sync::PoisonError;

use cloud_api::{parameters::Parameters, wamid};
use hop::http::Request;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::{Duration, timeout};
use vocab::{Micros, UnixMicros};

use super::{Inner, Refusal, read};
use crate::{
    deliveries::Which,
    faults::{MOST_DELAY_MS, Set},
    up::{Filter, Persona},
};

/// The longest that a call waits for messages.
const MOST_WAIT: Duration = Duration::from_secs(25);

/// What `POST /inbound` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inbound {
    from: String,
    phone_number_id: String,
    /// As a webhook carries it.
    message: Map<String, Value>,
}

/// What `POST /clock` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

/// What `POST /break` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Break {
    store: String,
}

/// What `POST /reset` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    user: Option<String>,
    phone_number_id: Option<String>,
}

impl Inner {
    /// A simulated person writes to a business. Answered when it is durable on the device.
    pub(super) async fn inbound(&self, body: &[u8]) -> Result<Value, Refusal> {
        let Inbound { from, phone_number_id, message } = read(body)?;
        let person = self.person(&from)?;
        self.is_known(&phone_number_id)?;
        let says = self.people.means(person.phone(), &message)?;
        let id = self.people.says(&person, says).await?;
        Ok(json!({ "wamid": wamid(id) }))
    }

    fn is_known(&self, phone_number_id: &str) -> Result<(), Refusal> {
        let (id, _) = self.people.business();
        let known = id == phone_number_id;
        known.then_some(()).ok_or_else(|| Refusal::Absent("no such phone_number_id".to_owned()))
    }

    /// What passed. With `wait_ms`, as soon as there are `count` messages that fit (one, if nothing
    /// is said), or with what there is by then.
    pub(super) async fn messages(&self, request: &Request) -> Result<Value, Refusal> {
        let query = Parameters::read(request).map_err(|why| Refusal::Bad(why.details.into()))?;
        let filter = filter(&query)?;
        let Wait { least, time } = Wait::read(&query)?;
        let found = timeout(time, self.journal.wait_for(&filter, least)).await;
        let messages = found.unwrap_or_else(|_| self.journal.list(&filter));
        Ok(json!({ "messages": messages }))
    }

    /// Moves a virtual clock; returns when all that was due is done.
    pub(super) async fn advance(&self, body: &[u8]) -> Result<Value, Refusal> {
        let Advance { advance_ms } = read(body)?;
        let by = Micros::millis(advance_ms);
        if self.clock.is_virtual() {
            // No row is ever of a later date than the folder is.
            self.stands_at(self.clock.wall().after(by))?;
        }
        let moved = self.clock.advance(by).await;
        self.stands_at(moved.map_err(|why| Refusal::Conflict(why.to_string()))?)?;
        Ok(self.date())
    }

    /// The folder is of this date now, unless it is of a later one.
    fn stands_at(&self, date: UnixMicros) -> Result<(), Refusal> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.clock().is_some_and(|at| at >= date) {
            return Ok(());
        }
        folder.set_clock(date).map_err(|why| Refusal::Conflict(why.to_string()))
    }

    /// The faults that are on.
    pub(super) fn faults(&self) -> Value {
        serde_json::to_value(self.faults.now()).unwrap_or_default()
    }

    /// These faults are on from now on, and no others.
    pub(super) fn set_faults(&self, body: &[u8]) -> Result<Value, Refusal> {
        let faults: Set = read(body)?;
        let webhooks = faults.webhooks.as_ref();
        let delays = [
            webhooks.map_or(0, |fault| fault.delay_ms),
            faults.sends.as_ref().map_or(0, |fault| fault.delay_ms),
        ];
        if delays.iter().any(|delay| *delay > MOST_DELAY_MS) {
            return Err(Refusal::Bad(format!("delay_ms must be at most {MOST_DELAY_MS}")));
        }
        if webhooks.and_then(|fault| fault.status).is_some_and(|code| !(100..=599).contains(&code))
        {
            return Err(Refusal::Bad("webhooks.status must be from 100 to 599".to_owned()));
        }
        self.faults.replace(faults);
        Ok(self.faults())
    }

    /// The thread that writes a store dies.
    pub(super) fn break_store(&self, body: &[u8]) -> Result<Value, Refusal> {
        let Break { store } = read(body)?;
        if !self.stores.break_on_purpose(&store) {
            return Err(Refusal::Absent("no such store".to_owned()));
        }
        Ok(json!({ "success": true }))
    }

    /// Forgets what passed: of a user, who does nothing by themselves any more, or of a number.
    /// With nothing said, of everybody, and no fault is on either.
    pub(super) fn reset(&self, body: &[u8]) -> Result<Value, Refusal> {
        let Reset { user, phone_number_id } = read(body)?;
        if let Some(id) = &phone_number_id {
            self.is_known(id)?;
        }
        let people = match (&user, &phone_number_id) {
            (Some(user), _) => vec![self.person(user)?],
            (None, Some(_)) => Vec::new(),
            (None, None) => {
                self.faults.replace(Set::default());
                self.people.all()
            }
        };
        people.iter().for_each(|person| person.becomes(Persona::default()));
        let user = user.and(people.first().map(|person| person.phone().digits().to_owned()));
        self.deliveries.forget(&Which {
            user: user.clone(),
            phone_number_id: phone_number_id.clone(),
            ..Which::default()
        });
        self.journal.forget(&Filter { person: user, phone_number_id, ..Filter::default() });
        Ok(json!({ "success": true }))
    }
}

/// How many of something are waited for, and how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) least: usize,
    pub(super) time: Duration,
}

impl Wait {
    /// `count` and `wait_ms`.
    pub(super) fn read(query: &Parameters) -> Result<Self, Refusal> {
        let least = usize::try_from(number(query, "count", 1)?).unwrap_or(usize::MAX);
        let time = Duration::from_millis(number(query, "wait_ms", 0)?).min(MOST_WAIT);
        Ok(Self { least, time })
    }
}

/// A number in a query; `default` where nothing is said.
pub(super) fn number(query: &Parameters, name: &str, default: u64) -> Result<u64, Refusal> {
    let Some(text) = query.text(name) else { return Ok(default) };
    text.parse().map_err(|_| Refusal::Bad(format!("{name} is no number")))
}

/// `from` and `to` are a user and a direction.
fn filter(query: &Parameters) -> Result<Filter, Refusal> {
    let mut filter = Filter {
        person: query.text("user"),
        phone_number_id: query.text("phone_number_id"),
        inbound: match query.text("direction").as_deref() {
            None => None,
            Some("inbound") => Some(true),
            Some("outbound") => Some(false),
            Some(_) => return Err(Refusal::Bad("direction is inbound or outbound".to_owned())),
        },
        kind: query.text("type"),
        contains: query.text("contains"),
        wamid: query.text("wamid"),
        status: query.text("status"),
    };
    for (name, inbound) in [("from", true), ("to", false)] {
        let Some(user) = query.text(name) else { continue };
        let differs = filter.person.as_ref().is_some_and(|person| *person != user);
        if differs || filter.inbound.is_some_and(|said| said != inbound) {
            return Err(Refusal::Bad(format!("{name} contradicts another parameter")));
        }
        (filter.person, filter.inbound) = (Some(user), Some(inbound));
    }
    Ok(filter)
}
