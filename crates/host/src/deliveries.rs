//! Deliveries of webhooks: what was sent where, and what was answered. Like the journal it lives in
//! memory, for whoever asks the control API, and is kept only where there is one.

#[cfg(feature = "otel")]
use std::sync::OnceLock;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use hop::http::Request;
use serde_json::{Value, json};
use tokio::{sync::Notify, time::Instant};
use vocab::UnixMicros;

use crate::clock::Clock;
#[cfg(feature = "otel")]
use crate::{clock::machine_wall, trace::Tracer};

/// Deliveries that are remembered; the oldest are forgotten first.
const MOST: usize = 2_000;

/// Deliveries of webhooks. Copies are the same.
#[derive(Clone, Debug)]
pub(crate) struct Deliveries(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    keeps: AtomicBool,
    state: Mutex<State>,
    changes: Notify,
    #[cfg(feature = "otel")]
    tracer: OnceLock<Tracer>,
}

#[derive(Debug, Default)]
struct State {
    deliveries: VecDeque<Delivery>,
    last: u64,
}

/// One request that delivered webhooks, or was to.
#[derive(Debug)]
struct Delivery {
    number: u64,
    at: UnixMicros,
    url: String,
    body: Value,
    /// What was answered; `None` where no answer came.
    status: Option<u16>,
    millis: u64,
}

/// Which deliveries somebody asks for: those that fit all that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Which {
    /// Those after the one with this number.
    pub(crate) after: u64,
    /// Those that tell of this number of a business.
    pub(crate) phone_number_id: Option<String>,
    /// Those that tell of this person.
    pub(crate) user: Option<String>,
    /// Those that tell of this message.
    pub(crate) wamid: Option<String>,
    /// Those of this field.
    pub(crate) field: Option<String>,
    /// Those that were taken (2xx), or those that were not.
    pub(crate) delivered: Option<bool>,
}

/// A delivery under way.
#[derive(Debug)]
pub(crate) struct UnderWay {
    at: UnixMicros,
    /// By the machine's clock.
    #[cfg(feature = "otel")]
    left: UnixMicros,
    began: Instant,
    url: String,
    body: Value,
}

impl Deliveries {
    /// Nothing is kept yet.
    pub(crate) fn new(clock: Clock) -> Self {
        let (keeps, state, changes) = Default::default();
        Self(Arc::new(Inner {
            clock,
            keeps,
            state,
            changes,
            #[cfg(feature = "otel")]
            tracer: OnceLock::new(),
        }))
    }

    /// From now on deliveries are traced; only the first tracer counts.
    #[cfg(feature = "otel")]
    pub(crate) fn trace(&self, tracer: Tracer) {
        let _traced_already = self.0.tracer.set(tracer);
    }

    /// From now on deliveries are kept.
    pub(crate) fn keep(&self) {
        self.0.keeps.store(true, Ordering::Relaxed);
    }

    fn keeps(&self) -> bool {
        self.0.keeps.load(Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request leaves; `None` where nothing is kept and nothing traced.
    pub(crate) fn leaves(&self, request: &Request) -> Option<UnderWay> {
        let is_wanted = self.keeps();
        #[cfg(feature = "otel")]
        let is_wanted = is_wanted || self.0.tracer.get().is_some();
        is_wanted.then(|| UnderWay {
            at: self.0.clock.wall(),
            #[cfg(feature = "otel")]
            left: machine_wall(),
            began: Instant::now(),
            url: format!("http://{}{}", request.authority, request.target),
            body: serde_json::from_slice(&request.body).unwrap_or_default(),
        })
    }

    /// It was answered, or not.
    pub(crate) fn ended(&self, under_way: UnderWay, status: Option<u16>) {
        #[cfg(feature = "otel")]
        if let Some(tracer) = self.0.tracer.get() {
            tracer.delivered(&under_way.body, under_way.left, status);
        }
        if !self.keeps() {
            return; // Content of messages is in it.
        }
        let UnderWay { at, began, url, body, .. } = under_way;
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.state();
        state.last = state.last.saturating_add(1);
        let number = state.last;
        state.deliveries.push_back(Delivery { number, at, url, body, status, millis });
        if state.deliveries.len() > MOST {
            state.deliveries.pop_front();
        }
        drop(state);
        self.0.changes.notify_waiters();
    }

    /// Forgets those that fit.
    pub(crate) fn forget(&self, which: &Which) {
        self.state().deliveries.retain(|delivery| !which.fits(delivery));
    }

    /// Those that fit, oldest first.
    pub(crate) fn list(&self, which: &Which) -> Vec<Value> {
        let state = self.state();
        state.deliveries.iter().filter(|one| which.fits(one)).map(Delivery::show).collect()
    }

    /// The same, once there are at least so many.
    pub(crate) async fn wait_for(&self, which: &Which, least: usize) -> Vec<Value> {
        loop {
            let changes = self.0.changes.notified();
            tokio::pin!(changes);
            // From here on no change is missed.
            changes.as_mut().enable();
            let found = self.list(which);
            if found.len() >= least {
                return found;
            }
            changes.await;
        }
    }
}

impl Delivery {
    /// The updates in it: a field, and what it tells.
    fn changes(&self) -> impl Iterator<Item = (&str, &Value)> {
        let entries = members(&self.body, "entry");
        let changes = entries.flat_map(|entry| members(entry, "changes"));
        changes.filter_map(|change| Some((change.get("field")?.as_str()?, change.get("value")?)))
    }

    fn was_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    fn show(&self) -> Value {
        let Self { number, at, url, body, status, millis } = self;
        json!({
            "number": number,
            "at_us": at.0,
            "url": url,
            "status": status,
            "delivered": self.was_taken(),
            "ms": millis,
            "body": body,
        })
    }
}

/// The items of a list.
fn members<'v>(of: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

impl Which {
    fn fits(&self, delivery: &Delivery) -> bool {
        let Self { after, phone_number_id, user, wamid, field, delivered } = self;
        delivery.number > *after
            && delivered.is_none_or(|wanted| wanted == delivery.was_taken())
            && delivery.changes().any(|(name, value)| {
                field.as_ref().is_none_or(|field| field == name)
                    && names(phone_number_id, [value.pointer("/metadata/phone_number_id")])
                    && names(user, told(value, &["from", "recipient_id"]))
                    && names(wamid, told(value, &["id"]))
            })
    }
}

/// What messages and statuses say under these names.
fn told<'v>(value: &'v Value, named: &'v [&'v str]) -> impl Iterator<Item = Option<&'v Value>> {
    let items = members(value, "messages").chain(members(value, "statuses"));
    items.flat_map(move |item| named.iter().map(move |name| item.get(name)))
}

/// Whether what is wanted, if anything, is among what is found.
fn names<'v>(wanted: &Option<String>, found: impl IntoIterator<Item = Option<&'v Value>>) -> bool {
    let Some(wanted) = wanted else { return true };
    found.into_iter().flatten().any(|found| found.as_str() == Some(wanted))
}

#[cfg(test)]
mod tests {
    use hop::http::Request;
    use serde_json::json;

    use super::{Deliveries, Which};
    use crate::clock::Clock;

    #[test]
    fn deliveries_are_found_by_whom_and_what_they_tell_of() {
        let deliveries = Deliveries::new(Clock::real());
        let request = |from: &str| {
            let value = json!({
                "metadata": { "phone_number_id": "7" },
                "messages": [{ "from": from, "id": format!("wamid.{from}") }],
            });
            let entry = json!({ "changes": [{ "field": "messages", "value": value }] });
            let body = json!({ "entry": [entry] }).to_string();
            Request::new("shop", "POST", "/webhook").json(body.into_bytes())
        };
        assert!(deliveries.leaves(&request("1")).is_none(), "nothing is kept unless asked for");
        deliveries.keep();
        for (from, status) in [("1", Some(500)), ("1", Some(200)), ("2", None)] {
            let under_way = deliveries.leaves(&request(from)).unwrap();
            deliveries.ended(under_way, status);
        }
        let some = |text: &str| Some(text.to_owned());
        for (which, expected) in [
            (Which::default(), 3),
            (Which { after: 1, ..Which::default() }, 2),
            (Which { user: some("1"), ..Which::default() }, 2),
            (Which { user: some("1"), delivered: Some(true), ..Which::default() }, 1),
            (Which { wamid: some("wamid.2"), ..Which::default() }, 1),
            (Which { phone_number_id: some("7"), field: some("messages"), ..Which::default() }, 3),
            (Which { phone_number_id: some("8"), ..Which::default() }, 0),
            (Which { field: some("account_update"), ..Which::default() }, 0),
        ] {
            assert_eq!(deliveries.list(&which).len(), expected, "{which:?}");
        }
        deliveries.forget(&Which { user: some("1"), ..Which::default() });
        assert_eq!(deliveries.list(&Which::default())[0]["status"], serde_json::Value::Null);
    }
}
