//! Optional services answered what they were handed, or did not.

use hop::{Unreachable, http::Response};
use serde_json::Value;
use store::Key;
use vocab::{MessageId, limits};
use wire::content::Body;

use super::{CloudApi, Step};
use crate::{input::NumberJob, outbox};

impl CloudApi {
    /// A service answered a message, or did not: then it is handed over again later, as it is where
    /// the number sends as much as it may just now.
    pub(super) fn service_answered(
        &mut self,
        keys: Vec<Key>,
        outcome: &Result<Response, Unreachable>,
        step: &mut Step<'_>,
    ) {
        let answer = outcome.as_ref().ok().filter(|answer| answer.is_success());
        let handover = keys.first();
        let slot = handover.and_then(outbox::slot).and_then(|slot| u32::try_from(slot).ok());
        match (answer.and_then(reply), slot, handover) {
            (Some(reply), Some(slot), Some(handover))
                if reply.is_none() || self.has_room(slot, step) =>
            {
                let mut fresh = [0; 16];
                step.rng.fill_bytes(&mut fresh);
                let (id, handover) = (MessageId(fresh), handover.clone());
                self.on_number(slot, NumberJob::Replied { handover, id, reply }, step);
            }
            _ => {
                self.outbox.failed(&keys, step.now.mono, limits::HELD_RETRY_MOST);
                self.send_out(step);
            }
        }
    }

    /// Whether the number may send a message now, which counts as sent.
    fn has_room(&mut self, slot: u32, step: &Step<'_>) -> bool {
        let rate = self.config.rules.throughput;
        self.number_mut(slot).is_some_and(|number| number.pace.take(rate, step.now.mono))
    }
}

/// What a service wants said: nothing, or a text. `None` if that is not what it answered.
fn reply(answer: &Response) -> Option<Option<Body>> {
    let answer: Value = serde_json::from_slice(&answer.body).ok()?;
    match answer.get("reply")? {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(Body::text(text.clone()))),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
