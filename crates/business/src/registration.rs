//! Telling Business Manager who the business is, which number is its own, and that the Cloud API
//! may act for it, until each is answered.

use hop::{ExchangeId, Unreachable, http};
use serde_json::json;
use vocab::{
    Instant, Micros, Now,
    limits::{RESEND_FIRST, RESEND_MOST},
};

use crate::{config::Config, hashing};

/// One thing to tell, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Record,
    Number,
    Grant,
}

impl Step {
    pub(crate) const ALL: [Self; 3] = [Self::Record, Self::Number, Self::Grant];

    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Record => 0,
            Self::Number => 1,
            Self::Grant => 2,
        }
    }
}

/// The hash of what is told, so that a changed configuration is told anew.
pub(crate) type Digest = [u8; 32];

/// What Business Manager has answered.
pub(crate) type Done = Vec<(Step, Digest)>;

/// How far Business Manager knows.
#[derive(Debug)]
pub(crate) struct Registration {
    /// Unknown until the store has told.
    granted: Option<bool>,
    done: Done,
    /// Whether nothing is left to tell, where that was looked at since it last changed.
    is_done: Option<bool>,
    asking: Option<(ExchangeId, Step, Digest, bool)>,
    wait: Micros,
    not_before: Option<Instant>,
}

/// A step that Business Manager has answered.
pub(crate) struct Answered {
    pub(crate) step: Step,
    pub(crate) digest: Digest,
    pub(crate) granted: bool,
}

impl Registration {
    pub(crate) const fn new() -> Self {
        Self {
            granted: None,
            done: Vec::new(),
            is_done: None,
            asking: None,
            wait: RESEND_FIRST,
            not_before: None,
        }
    }

    /// What the store has told at the start. A wish that came meanwhile stays.
    pub(crate) fn load(&mut self, done: Done, granted: bool) {
        self.done = done;
        self.is_done = None;
        self.granted.get_or_insert(granted);
    }

    /// The owner's wish about the grant.
    pub(crate) const fn wish(&mut self, granted: bool) {
        self.granted = Some(granted);
        self.is_done = None;
    }

    /// Whether Business Manager knows everything.
    pub(crate) fn is_done(&mut self, config: &Config) -> bool {
        let Some(granted) = self.granted else { return false };
        let is_done = self.is_done.unwrap_or_else(|| self.next(config, granted).is_none());
        self.is_done = Some(is_done);
        is_done
    }

    /// The request to make now, if any; its id is `id`.
    pub(crate) fn go_on(
        &mut self,
        config: &Config,
        id: ExchangeId,
        now: Now,
    ) -> Option<http::Request> {
        let waits = self.not_before.is_some_and(|at| at > now.mono);
        if waits || self.asking.is_some() || self.is_done(config) {
            return None;
        }
        let granted = self.granted?;
        let (step, digest, request) = self.next(config, granted)?;
        self.not_before = None;
        self.asking = Some((id, step, digest, granted));
        Some(request)
    }

    /// A request has ended; the step that it was for, if Business Manager has taken it.
    pub(crate) fn ended(
        &mut self,
        id: ExchangeId,
        outcome: &Result<http::Response, Unreachable>,
        now: Now,
    ) -> Option<Answered> {
        let (_, step, digest, granted) = self.asking.take_if(|(asked, ..)| *asked == id)?;
        if outcome.as_ref().is_ok_and(http::Response::is_success) {
            self.wait = RESEND_FIRST;
            self.done.retain(|(done, _)| *done != step);
            self.done.push((step, digest));
            self.is_done = None;
            return Some(Answered { step, digest, granted });
        }
        self.not_before = Some(now.mono.after(self.wait));
        self.wait = self.wait.doubled_up_to(RESEND_MOST);
        None
    }

    pub(crate) fn is_asking(&self, id: ExchangeId) -> bool {
        self.asking.as_ref().is_some_and(|(asked, ..)| *asked == id)
    }

    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.not_before.filter(|_| self.asking.is_none() && self.is_done != Some(true))
    }

    fn next(&self, config: &Config, granted: bool) -> Option<(Step, Digest, http::Request)> {
        Step::ALL.into_iter().find_map(|step| {
            let request = request(config, step, granted);
            let digest = hashing::hmac(&config.hash_key, &[&request.to_bytes()]);
            (!self.done.contains(&(step, digest))).then_some((step, digest, request))
        })
    }
}

fn request(config: &Config, step: Step, granted: bool) -> http::Request {
    let Config { id, phone_number_id, .. } = config;
    let (method, target, body) = match step {
        Step::Record => (
            "PUT",
            format!("/businesses/{id}"),
            json!({
                "name": config.name,
                "address": config.address,
                "contacts": config.contacts,
                "type": config.kind,
                "terms_id": config.terms_id,
            }),
        ),
        Step::Number => (
            "PUT",
            format!("/businesses/{id}/numbers/{phone_number_id}"),
            json!({ "display_phone_number": config.display_phone_number.digits() }),
        ),
        Step::Grant => {
            let method = if granted { "PUT" } else { "DELETE" };
            (method, format!("/businesses/{id}/grants/{phone_number_id}"), json!({}))
        }
    };
    http::Request::new(&config.business_manager, method, &target)
        .bearer(&config.token)
        .json(body.to_string().into_bytes())
}
