//! Serving calls, and asking Business Manager who calls and what was granted.

use hop::{
    Act, ExchangeId, Unreachable,
    http::{Request, Response},
    router::{self, Refusal, TokenHash},
};
use serde_json::Value;
use vocab::{MessageId, Micros};

use super::{CloudApi, Step};
use crate::{
    graph::{self, Messages, ROUTES},
    input::{Job, NumberJob},
    output::Event,
    principals::{Principals, Whose},
    rows::GrantRow,
};

/// How long an unreachable Business Manager is left alone before it is asked for grants again.
const ASK_AGAIN: Micros = Micros::seconds(5);

impl CloudApi {
    /// Serves a call, once it is known who calls.
    pub(super) fn serve(&mut self, id: ExchangeId, request: Request, step: &mut Step<'_>) {
        let Some(token) = request.token() else {
            return self.refuse(id, router::UNKNOWN, &request, Refusal::UnknownToken, step);
        };
        let hash = Principals::hash(token);
        if let Some(principal) = router::principal_of(&self.config.principals, &hash) {
            let principal = principal.to_owned();
            return self.admitted(id, &principal, &request, step);
        }
        match self.principals.whose(&hash, step.now.mono) {
            Whose::Known(principal) => self.admitted(id, &principal, &request, step),
            whose @ (Whose::BeingAsked | Whose::Unknown) => {
                if !self.principals.wait(hash, id, request) {
                    step.at_once(Act::Reply { id, response: graph::try_later() });
                } else if matches!(whose, Whose::Unknown) {
                    self.ask_whose(hash, step);
                }
            }
        }
    }

    fn ask_whose(&mut self, hash: TokenHash, step: &mut Step<'_>) {
        let id = self.exchange();
        self.principals.asking(id, hash);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let target = format!("/principals/{hex}");
        let request = Request::new(&self.config.business_manager, "GET", &target);
        let request = request.bearer(&self.config.token);
        step.at_once(Act::Request { id, request });
    }

    /// Business Manager said whose a token is, or did not answer.
    pub(super) fn principal_came(
        &mut self,
        id: ExchangeId,
        outcome: Result<Response, Unreachable>,
        step: &mut Step<'_>,
    ) {
        let answer = outcome.ok();
        let principal = answer.as_ref().filter(|answer| answer.is_success()).and_then(principal);
        let definite = answer.is_some_and(|answer| answer.status == 404) || principal.is_some();
        let waited = self.principals.answered(id, principal.clone(), step.now.mono);
        for (id, request) in waited.unwrap_or_default() {
            match &principal {
                Some(principal) => self.admitted(id, principal, &request, step),
                None if definite => {
                    self.refuse(id, router::UNKNOWN, &request, Refusal::UnknownToken, step);
                }
                None => step.at_once(Act::Reply { id, response: graph::try_later() }),
            }
        }
    }

    fn admitted(
        &mut self,
        id: ExchangeId,
        principal: &str,
        request: &Request,
        step: &mut Step<'_>,
    ) {
        match router::admit(ROUTES, request, Some(principal)) {
            Err(denied) => self.refuse(id, principal, request, denied.refusal, step),
            Ok(call) if call.route.pattern == "/grants_changed" => {
                if principal == "business-manager" {
                    self.accessed(principal, call.route.pattern, step);
                    step.at_once(Act::Reply { id, response: graph::success() });
                    self.ask_grants(step);
                } else {
                    self.refuse(id, principal, request, Refusal::Forbidden, step);
                }
            }
            Ok(_) if !self.is_loaded => {
                step.at_once(Act::Reply { id, response: graph::try_later() });
            }
            Ok(call) => {
                let phone_number_id = call.parameters.first().copied().unwrap_or_default();
                match self.own_number(principal, phone_number_id) {
                    Ok(slot) => self.on_own_number(id, principal, (slot, request), step),
                    Err(refusal) => self.refuse(id, principal, request, refusal, step),
                }
            }
        }
    }

    /// The slot of a number, for its own business and while the grant is in force.
    fn own_number(&self, principal: &str, phone_number_id: &str) -> Result<u32, Refusal> {
        let mut numbers = self.numbers.iter().flatten();
        let number = numbers
            .find(|number| number.grant.phone_number_id == phone_number_id && number.grant.live);
        let owner = number.map(|number| format!("business:{}", number.grant.business));
        match (number, owner) {
            // Whether a number exists is nobody's business but its owner's.
            (Some(number), Some(owner)) if owner == principal => Ok(number.grant.slot),
            _ => Err(Refusal::Forbidden),
        }
    }

    fn on_own_number(
        &mut self,
        id: ExchangeId,
        principal: &str,
        (slot, request): (u32, &Request),
        step: &mut Step<'_>,
    ) {
        let work = if request.method == "GET" {
            Ok(NumberJob::History { exchange: id })
        } else {
            let mut fresh = [0; 16];
            step.rng.fill_bytes(&mut fresh);
            graph::messages(request, MessageId(fresh)).map(|messages| match messages {
                Messages::Send(message) => NumberJob::Send { exchange: id, message },
                Messages::MarkRead(message) => NumberJob::MarkRead { exchange: id, id: message },
            })
        };
        match work {
            Ok(work) => {
                let route = router::find(ROUTES, &request.method, request.path());
                self.accessed(principal, route.map_or("", |(route, _)| route.pattern), step);
                self.on_number(slot, work, step);
            }
            Err(refusal) => self.refuse(id, principal, request, refusal, step),
        }
    }

    fn accessed(&self, principal: &str, route: &str, step: &mut Step<'_>) {
        let (principal, route) = (principal.to_owned(), route.to_owned());
        step.at_once(Act::Event(Event::Accessed { principal, route }));
    }

    fn refuse(
        &self,
        id: ExchangeId,
        principal: &str,
        request: &Request,
        refusal: Refusal,
        step: &mut Step<'_>,
    ) {
        let found = router::find(ROUTES, &request.method, request.path());
        let route = found.map_or(router::UNKNOWN, |(route, _)| route.pattern).to_owned();
        step.at_once(Act::Reply { id, response: refusal.response() });
        step.at_once(Act::Event(Event::Denied { principal: principal.to_owned(), route }));
    }

    /// Asks Business Manager which grants there are; on premises there is nobody to ask.
    pub(super) fn ask_grants(&mut self, step: &mut Step<'_>) {
        if let Some(own) = &self.config.own {
            let grant = GrantRow {
                slot: 0,
                phone_number_id: own.phone_number_id.clone(),
                business: own.business.clone(),
                display_phone_number: own.phone.digits().to_owned(),
                live: true,
            };
            return self.run(Job::Grants(vec![grant]), step);
        }
        let id = self.exchange();
        self.grants_asked = Some(id);
        self.grants_due = None;
        let request = Request::new(&self.config.business_manager, "GET", "/grants");
        let request = request.bearer(&self.config.token);
        step.at_once(Act::Request { id, request });
    }

    pub(super) fn grants_came(
        &mut self,
        outcome: Result<Response, Unreachable>,
        step: &mut Step<'_>,
    ) {
        self.grants_asked = None;
        let answer = outcome.ok().filter(Response::is_success);
        match answer.as_ref().and_then(grants) {
            Some(mut grants) => {
                grants.retain(|grant| self.config.share.holds(&grant.phone_number_id));
                self.run(Job::Grants(grants), step);
            }
            None => self.grants_due = Some(step.now.mono.after(ASK_AGAIN)),
        }
    }
}

fn principal(answer: &Response) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(body.get("principal")?.as_str()?.to_owned())
}

/// The grants in an answer of Business Manager; `None` if it is not one.
fn grants(answer: &Response) -> Option<Vec<GrantRow>> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let text = |grant: &Value, name: &str| Some(grant.get(name)?.as_str()?.to_owned());
    let grant = |grant: &Value| {
        Some(GrantRow {
            slot: 0,
            phone_number_id: text(grant, "phone_number_id")?,
            business: text(grant, "business")?,
            display_phone_number: text(grant, "display_phone_number")?,
            live: true,
        })
    };
    body.get("grants")?.as_array()?.iter().map(grant).collect()
}
