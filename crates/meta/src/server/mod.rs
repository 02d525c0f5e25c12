//! What the servers beside the path share: a request becomes work on rows, and its answer leaves
//! when the work is durable.
//!
//! Knows: callers, routes, audits. Does not know: what any server is for.

mod paging;
mod plain;

use hop::{
    Act, Attempt, Desk, Effect, ExchangeId, Input, Waiting, Work,
    http::{Request, Response, Route},
    router::{self, Call, Refusal, TokenHash},
};
use rand_core::CryptoRng;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use vocab::{Instant, Now};

pub use self::plain::Config;
pub(crate) use self::{
    paging::{after, page, scan_all, with_paging},
    plain::plain_server,
};
use crate::output::Event;

/// A server that nobody gives orders to: all it does is asked over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCommand {}

/// What an attempt at a call came to: a body, or why there is none.
pub(crate) type Served = Result<Value, Refusal>;

/// What one server is for.
pub(crate) trait Service {
    /// One call, understood.
    type Ask;
    /// Work that no call asked for.
    type Own;
    /// What memory learns when work is durable.
    type Note;
    /// The interfaces it has.
    const ROUTES: &'static [Route];

    /// Whether the caller has the right to this call.
    fn may(&self, call: &Call<'_>) -> bool;

    /// Understands a call that the caller has the right to.
    fn read(&self, call: &Call<'_>, request: &Request, news: News) -> Result<Self::Ask, Refusal>;

    /// Does what was asked. A refusal comes before the first write.
    fn serve(
        attempt: &mut Attempt<'_, Event, Self::Note>,
        ask: &Self::Ask,
    ) -> Result<Served, Waiting>;

    /// Does work of its own.
    fn own(attempt: &mut Attempt<'_, Event, Self::Note>, own: &Self::Own) -> Result<(), Waiting>;
}

/// What a call gets beyond what it brings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News {
    /// Random bytes for the reference of a record that may come into being.
    pub(crate) unique: [u8; 14],
    /// When it came.
    pub(crate) now: Now,
}

/// One server.
pub(crate) struct Server<S: Service> {
    service: S,
    principals: Vec<(TokenHash, String)>,
    desk: Desk<Job<S::Ask, S::Own>, S::Note>,
}

enum Job<A, O> {
    Call { exchange: ExchangeId, caller: Caller, ask: A },
    Own(O),
}

#[derive(Clone)]
struct Caller {
    principal: String,
    method: &'static str,
    pattern: &'static str,
}

/// Rows that stay on the desk while nothing is under way on them.
const ROWS_KEPT: usize = 1_000;

impl<S: Service> Server<S> {
    pub(crate) const fn new(service: S, principals: Vec<(TokenHash, String)>) -> Self {
        Self { service, principals, desk: Desk::new(ROWS_KEPT) }
    }

    /// Takes one input. What concerns no server, and answers to its own requests, are the caller's.
    pub(crate) fn handle<C>(
        &mut self,
        input: Input<C>,
        now: Now,
        rng: &mut dyn CryptoRng,
        effects: &mut Vec<Effect<Event>>,
    ) -> Vec<S::Note> {
        match input {
            Input::Request { id, request } => {
                let mut unique = [0; 14];
                rng.fill_bytes(&mut unique);
                self.take(id, &request, News { unique, now }, effects)
            }
            Input::Stored { tx, answer } => {
                let turn = self.desk.stored(tx, answer, now);
                let mut notes = turn.notes;
                notes.extend(turn.again.into_iter().flat_map(|work| self.run(work, now, effects)));
                notes
            }
            Input::Wake => {
                let due = self.desk.due(now);
                due.into_iter().flat_map(|work| self.run(work, now, effects)).collect()
            }
            Input::Boot
            | Input::Link { .. }
            | Input::Frame { .. }
            | Input::Response { .. }
            | Input::Joined { .. }
            | Input::Command(_) => Vec::new(),
        }
    }

    /// Begins work that no call asked for.
    pub(crate) fn start(
        &mut self,
        own: S::Own,
        now: Now,
        effects: &mut Vec<Effect<Event>>,
    ) -> Vec<S::Note> {
        self.run(Job::Own(own).into(), now, effects)
    }

    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.desk.wake_at()
    }

    fn take(
        &mut self,
        exchange: ExchangeId,
        request: &Request,
        news: News,
        effects: &mut Vec<Effect<Event>>,
    ) -> Vec<S::Note> {
        match self.understand(request, news) {
            Ok((caller, ask)) => {
                self.run(Job::Call { exchange, caller, ask }.into(), news.now, effects)
            }
            Err((caller, refusal)) => {
                let response = refusal.response();
                effects.push(Effect { after: None, act: Act::Event(audit(&caller, &refusal)) });
                effects.push(Effect { after: None, act: Act::Reply { id: exchange, response } });
                Vec::new()
            }
        }
    }

    fn understand(
        &self,
        request: &Request,
        news: News,
    ) -> Result<(Caller, S::Ask), (Caller, Refusal)> {
        let principal = request.token().and_then(|token| {
            router::principal_of(&self.principals, &Sha256::digest(token.as_bytes()).into())
        });
        let method = method(request);
        let call = router::admit(S::ROUTES, request, principal).map_err(|denied| {
            let principal = denied.principal.to_string();
            (Caller { principal, method, pattern: denied.pattern }, denied.refusal)
        })?;
        let principal = call.principal.to_string();
        let caller = Caller { principal, method, pattern: call.route.pattern };
        if !self.service.may(&call) {
            return Err((caller, Refusal::Forbidden));
        }
        match self.service.read(&call, request, news) {
            Ok(ask) => Ok((caller, ask)),
            Err(refusal) => Err((caller, refusal)),
        }
    }

    fn run(
        &mut self,
        work: Work<Job<S::Ask, S::Own>>,
        now: Now,
        effects: &mut Vec<Effect<Event>>,
    ) -> Vec<S::Note> {
        self.desk.attempt(work, now, effects, |attempt, job| match job {
            Job::Own(own) => S::own(attempt, own),
            Job::Call { exchange, caller, ask } => {
                let served = S::serve(attempt, ask)?;
                answer(attempt, *exchange, caller, served);
                Ok(())
            }
        })
    }
}

fn answer<N>(attempt: &mut Attempt<'_, Event, N>, id: ExchangeId, caller: &Caller, served: Served) {
    let response = match served {
        Ok(body) => {
            if caller.method == "GET" {
                let principal = caller.principal.clone();
                attempt.event(Event::Accessed { principal, pattern: caller.pattern });
            }
            Response::json(200, body.to_string().into_bytes())
        }
        Err(refusal) => {
            attempt.event(audit(caller, &refusal));
            refusal.response()
        }
    };
    attempt.act(Act::Reply { id, response });
}

fn audit(caller: &Caller, refusal: &Refusal) -> Event {
    let Caller { principal, method, pattern } = caller.clone();
    match refusal {
        Refusal::UnknownToken
        | Refusal::Forbidden
        | Refusal::NoSuchRoute
        | Refusal::WrongMethod { .. } => Event::Denied { principal, method, pattern },
        Refusal::NoSuchObject | Refusal::TooLarge | Refusal::Invalid(_) | Refusal::Conflict(_) => {
            Event::Invalid { principal, method, pattern }
        }
    }
}

/// The method as an audit may repeat it: what the caller invented could say anything.
fn method(request: &Request) -> &'static str {
    const USUAL: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    USUAL.into_iter().find(|usual| *usual == request.method).unwrap_or("OTHER")
}

/// A JSON body with exactly the documented fields.
pub(crate) fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    serde_json::from_slice(&request.body).map_err(|error| {
        // The text of the parser may repeat what was sent, so only the place is told.
        Refusal::Invalid(format!(
            "the body is not the documented object: line {}, column {}",
            error.line(),
            error.column()
        ))
    })
}

/// The id of the business that `principal` is, if it is one.
pub(crate) fn business_of(principal: &str) -> Option<&str> {
    principal.strip_prefix("business:")
}
