//! Telling Business Manager who the business is, which number is its own, that the Cloud API may
//! act for it, and that it wants an optional service or no more, until each is answered.

use hop::{ExchangeId, Unreachable, http};
use serde_json::{Value, json};
use vocab::{
    Instant, Micros, Now,
    limits::{RESEND_FIRST, RESEND_MOST},
};

use crate::{
    config::{AutoReply, Config},
    hashing,
};

/// One thing to tell, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Record,
    Number,
    Grant,
    /// What the automatic-reply service is to answer: told to the service itself.
    Replies,
    AutoReply,
}

impl Step {
    /// Those that a business with this configuration may have to take.
    pub(crate) const fn of(config: &Config) -> &'static [Self] {
        if config.auto_reply.is_some() {
            &[Self::Record, Self::Number, Self::Grant, Self::Replies, Self::AutoReply]
        } else {
            &[Self::Record, Self::Number, Self::Grant]
        }
    }

    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Record => 0,
            Self::Number => 1,
            Self::Grant => 2,
            Self::Replies => 3,
            Self::AutoReply => 4,
        }
    }
}

/// What the owner wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// That the Cloud API acts for the number.
    pub(crate) granted: bool,
    /// That the automatic-reply service answers.
    pub(crate) auto_reply: bool,
}

/// One of these, changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Grant(bool),
    AutoReply(bool),
}

/// The hash of what is told, so that a changed configuration is told anew.
pub(crate) type Digest = [u8; 32];

/// What Business Manager has answered.
pub(crate) type Done = Vec<(Step, Digest)>;

/// How far Business Manager knows.
#[derive(Debug)]
pub(crate) struct Registration {
    /// Unknown until the store has told.
    wishes: Option<Wishes>,
    /// Those that came before that.
    early: Vec<Wish>,
    done: Done,
    /// What is left to tell, where that was looked at since it last changed.
    left: Option<Left>,
    asking: Option<(ExchangeId, Step, Digest, Wishes)>,
    wait: Micros,
    not_before: Option<Instant>,
}

/// What is left to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    /// About an optional service alone: messages go meanwhile.
    Optional,
    /// Something without which the Cloud API refuses the business.
    Needed,
}

/// A step that Business Manager has answered.
pub(crate) struct Answered {
    pub(crate) step: Step,
    pub(crate) digest: Digest,
    pub(crate) wishes: Wishes,
}

impl Registration {
    pub(crate) const fn new() -> Self {
        Self {
            wishes: None,
            early: Vec::new(),
            done: Vec::new(),
            left: None,
            asking: None,
            wait: RESEND_FIRST,
            not_before: None,
        }
    }

    /// What the store has told at the start. A wish that came meanwhile stays.
    pub(crate) fn load(&mut self, done: Done, wishes: Wishes) {
        self.done = done;
        self.wishes.get_or_insert(wishes);
        for wish in std::mem::take(&mut self.early) {
            self.wish(wish);
        }
        self.left = None;
    }

    /// The owner wants something else.
    pub(crate) fn wish(&mut self, wish: Wish) {
        match (&mut self.wishes, wish) {
            (Some(wishes), Wish::Grant(on)) => wishes.granted = on,
            (Some(wishes), Wish::AutoReply(on)) => wishes.auto_reply = on,
            (None, wish) => self.early.push(wish),
        }
        self.left = None;
    }

    /// Whether Business Manager knows all that the Cloud API has to know of the business.
    pub(crate) fn is_done(&mut self, config: &Config) -> bool {
        self.left(config) != Left::Needed
    }

    fn left(&mut self, config: &Config) -> Left {
        let Some(wishes) = self.wishes else { return Left::Needed };
        let left = self.left.unwrap_or_else(|| match self.next(config, wishes) {
            None => Left::Nothing,
            Some((Step::Replies | Step::AutoReply, ..)) => Left::Optional,
            Some((Step::Record | Step::Number | Step::Grant, ..)) => Left::Needed,
        });
        self.left = Some(left);
        left
    }

    /// The request to make now, if any; its id is `id`.
    pub(crate) fn go_on(
        &mut self,
        config: &Config,
        id: ExchangeId,
        now: Now,
    ) -> Option<http::Request> {
        let waits = self.not_before.is_some_and(|at| at > now.mono);
        if waits || self.asking.is_some() || self.left(config) == Left::Nothing {
            return None;
        }
        let wishes = self.wishes?;
        let (step, digest, request) = self.next(config, wishes)?;
        self.not_before = None;
        self.asking = Some((id, step, digest, wishes));
        Some(request)
    }

    /// A request has ended; the step that it was for, if Business Manager has taken it.
    pub(crate) fn ended(
        &mut self,
        id: ExchangeId,
        outcome: &Result<http::Response, Unreachable>,
        now: Now,
    ) -> Option<Answered> {
        let (_, step, digest, wishes) = self.asking.take_if(|(asked, ..)| *asked == id)?;
        if outcome.as_ref().is_ok_and(http::Response::is_success) {
            self.wait = RESEND_FIRST;
            self.done.retain(|(done, _)| *done != step);
            self.done.push((step, digest));
            self.left = None;
            return Some(Answered { step, digest, wishes });
        }
        self.not_before = Some(now.mono.after(self.wait));
        self.wait = self.wait.doubled_up_to(RESEND_MOST);
        None
    }

    pub(crate) fn is_asking(&self, id: ExchangeId) -> bool {
        self.asking.as_ref().is_some_and(|(asked, ..)| *asked == id)
    }

    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.not_before.filter(|_| self.asking.is_none() && self.left != Some(Left::Nothing))
    }

    fn next(&self, config: &Config, wishes: Wishes) -> Option<(Step, Digest, http::Request)> {
        let wanted = |step: &Step| match step {
            Step::Record | Step::Number | Step::Grant => true,
            Step::Replies => wishes.auto_reply,
            // What was never added need not be removed.
            Step::AutoReply => wishes.auto_reply || self.done.iter().any(|(done, _)| done == step),
        };
        Step::of(config).iter().copied().filter(wanted).find_map(|step| {
            let request = request(config, step, wishes)?;
            let digest = hashing::hmac(&config.hash_key, &[&request.to_bytes()]);
            (!self.done.contains(&(step, digest))).then_some((step, digest, request))
        })
    }
}

/// What is told in a step; nothing about a service that the configuration does not have.
fn request(config: &Config, step: Step, wishes: Wishes) -> Option<http::Request> {
    let Config { id, phone_number_id, .. } = config;
    let mut authority = &config.business_manager;
    let method = |on: bool| if on { "PUT" } else { "DELETE" };
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
            let target = format!("/businesses/{id}/grants/{phone_number_id}");
            (method(wishes.granted), target, json!({}))
        }
        Step::Replies => {
            let service = config.auto_reply.as_ref()?;
            authority = &service.authority;
            ("PUT", format!("/businesses/{id}/replies"), replies(service))
        }
        Step::AutoReply => {
            let service = config.auto_reply.as_ref()?;
            let on = wishes.auto_reply;
            let body = if on { json!({ "terms_id": service.terms_id }) } else { json!({}) };
            (method(on), format!("/businesses/{id}/services/auto_reply"), body)
        }
    };
    let request = http::Request::new(authority, method, &target).bearer(&config.token);
    Some(request.json(body.to_string().into_bytes()))
}

/// What the automatic-reply service is to answer.
fn replies(service: &AutoReply) -> Value {
    let rule =
        |(contains, reply): &(String, String)| json!({ "contains": contains, "reply": reply });
    let rules: Vec<Value> = service.rules.iter().map(rule).collect();
    json!({ "rules": rules, "otherwise": service.otherwise })
}
