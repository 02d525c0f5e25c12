//! Serving calls, and asking Business Manager who calls and what was granted.

use hop::{
    Act, ExchangeId, Unreachable,
    http::{Request, Response},
    router::{self, Refusal, TokenHash},
};
use serde_json::Value;
use vocab::{MessageId, Micros, limits};

use super::{CloudApi, Step};
use crate::{
    errors::{GraphError, codes},
    graph::{
        self, ROUTES,
        messages::{self, Messages},
        operations,
        scopes::Scope,
    },
    input::{Job, NumberJob},
    mutant::{Mutant, planted},
    output::Event,
    parameters::{self, Parameters},
    principals::{Answered, Caller, Principals, Whose},
    rows::{GrantRow, services::ServiceRow},
};

/// How long an unreachable Business Manager is left alone before it is asked for grants again.
const ASK_AGAIN: Micros = Micros::seconds(5);

impl CloudApi {
    /// Serves a call, once it is known who calls.
    pub(super) fn serve(&mut self, id: ExchangeId, request: Request, step: &mut Step<'_>) {
        let request = graph::unversioned(request);
        if request.body.len() > limits::MAX_HTTP_BODY {
            return self.refuse(id, router::UNKNOWN, &request, &GraphError::too_large(), step);
        }
        if request.path() == "/oauth/access_token" {
            return self.app_token(id, &request, step);
        }
        let Some(token) = parameters::token(&request) else {
            return self.refuse(id, router::UNKNOWN, &request, &GraphError::token(), step);
        };
        let hash = Principals::hash(&token);
        if let Some(principal) = router::principal_of(&self.config.principals, &hash) {
            let caller = Caller::whole(principal);
            return self.admitted(id, &caller, &request, step);
        }
        if let Some(app) = self.app_of(&token) {
            let caller = Caller::whole(&format!("business:{}", app.business));
            return self.admitted(id, &caller, &request, step);
        }
        match self.principals.whose(&hash, step.now) {
            Whose::Known(caller) => self.admitted(id, &caller, &request, step),
            whose @ (Whose::BeingAsked | Whose::Unknown) => {
                if !self.principals.wait(hash, id, request) {
                    self.try_later(id, step);
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
        let caller = answer.as_ref().filter(|answer| answer.is_success()).and_then(Caller::read);
        let definite = answer.is_some_and(|answer| answer.status == 404) || caller.is_some();
        let waited = match self.principals.answered(id, caller.clone(), step.now.mono) {
            Some(Answered::Calls(calls)) => calls,
            Some(Answered::Again(hash)) => return self.ask_whose(hash, step),
            None => return,
        };
        for (id, request) in waited {
            match &caller {
                Some(caller) => self.admitted(id, caller, &request, step),
                None if definite => {
                    self.refuse(id, router::UNKNOWN, &request, &GraphError::token(), step);
                }
                None => self.try_later(id, step),
            }
        }
    }

    fn admitted(
        &mut self,
        id: ExchangeId,
        caller: &Caller,
        request: &Request,
        step: &mut Step<'_>,
    ) {
        let principal = caller.principal.as_str();
        match router::admit(ROUTES, request, Some(principal)) {
            Err(denied) => {
                let is_out =
                    denied.refusal == Refusal::NoSuchRoute && operations::is_out(request.path());
                let error = if is_out { GraphError::method() } else { refused(&denied.refusal) };
                self.refuse(id, principal, request, &error, step);
            }
            Ok(call) if call.route.pattern == graph::GRANTS_CHANGED => {
                if principal == "business-manager" {
                    self.accessed(principal, call.route.pattern, step);
                    step.at_once(Act::Reply { id, response: graph::success() });
                    self.principals.forget_issued();
                    self.ask_grants(step);
                } else {
                    self.refuse(id, principal, request, &GraphError::forbidden(), step);
                }
            }
            Ok(_) if !self.is_loaded => self.try_later(id, step),
            Ok(call) if graph::flows::is_for_apps(call.route.pattern) => {
                self.flow_client(id, &call, request, step);
            }
            Ok(call) if !is_about_messages(call.route.pattern) => {
                self.managed(id, (caller, &call), request, step);
            }
            Ok(call) => {
                let phone_number_id = call.parameters.first().copied().unwrap_or_default();
                let work = self.own_number(caller, phone_number_id).and_then(|slot| {
                    caller.needs(Scope::Messaging, self.config.mutant)?;
                    let work = self.asked((id, slot), call.route.pattern, request, step);
                    work.map(|work| (slot, work))
                });
                match work {
                    Ok((slot, work)) => {
                        self.accessed(principal, call.route.pattern, step);
                        self.after_link(slot, work, step);
                    }
                    Err(error) => self.refuse(id, principal, request, &error, step),
                }
            }
        }
    }

    /// What a call asks to be done about a number: one arm for each interface.
    fn asked(
        &mut self,
        (exchange, slot): (ExchangeId, u32),
        pattern: &str,
        request: &Request,
        step: &mut Step<'_>,
    ) -> Result<NumberJob, GraphError> {
        match pattern {
            messages::MESSAGES => self.messages((exchange, slot), false, request, step),
            messages::MARKETING => self.messages((exchange, slot), true, request, step),
            _ => Err(GraphError::path()),
        }
    }

    /// The slot of a number, for its own business and while the grant is in force.
    fn own_number(&self, caller: &Caller, phone_number_id: &str) -> Result<u32, GraphError> {
        let mut numbers = self.numbers.iter().flatten();
        let number = numbers
            .find(|number| number.grant.phone_number_id == phone_number_id && number.grant.live);
        let owner = number.map(|number| format!("business:{}", number.grant.business));
        match (number, owner) {
            // Whether a number exists is nobody's business but its owner's.
            (Some(number), Some(owner))
                if owner == caller.principal && caller.has_number(phone_number_id)
                    || planted(self.config.mutant, Mutant::AnyBusiness) =>
            {
                Ok(number.grant.slot)
            }
            _ => Err(GraphError::forbidden()),
        }
    }

    /// What a call about messages asks to be done.
    fn messages(
        &mut self,
        (exchange, slot): (ExchangeId, u32),
        only_marketing: bool,
        request: &Request,
        step: &mut Step<'_>,
    ) -> Result<NumberJob, GraphError> {
        let mut fresh = [0; 16];
        step.rng.fill_bytes(&mut fresh);
        let parameters = Parameters::read(request)?;
        match messages::read(&parameters, request, (MessageId(fresh), only_marketing))? {
            Messages::MarkRead(marking) => Ok(NumberJob::MarkRead { exchange, marking }),
            Messages::Send(message) => {
                let rate = self.config.rules.throughput;
                let number = self.number_mut(slot);
                if number.is_some_and(|number| !number.pace.take(rate, step.now.mono)) {
                    return Err(GraphError::new(codes::THROUGHPUT));
                }
                Ok(NumberJob::Send { exchange, message })
            }
        }
    }

    /// Answers that nobody can say now whether a call may be made.
    pub(super) fn try_later(&self, id: ExchangeId, step: &mut Step<'_>) {
        let response = GraphError::try_later().response(step.rng);
        step.at_once(Act::Reply { id, response });
    }

    pub(super) fn accessed(&self, principal: &str, route: &str, step: &mut Step<'_>) {
        let (principal, route) = (principal.to_owned(), route.to_owned());
        step.at_once(Act::Event(Event::Accessed { principal, route }));
    }

    pub(super) fn refuse(
        &self,
        id: ExchangeId,
        principal: &str,
        request: &Request,
        error: &GraphError,
        step: &mut Step<'_>,
    ) {
        let found = router::find(ROUTES, &request.method, request.path());
        let route = found.map_or(router::UNKNOWN, |(route, _)| route.pattern).to_owned();
        let response = error.response(step.rng);
        step.at_once(Act::Reply { id, response });
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
                deregistered: false,
                restriction: 0,
                storage: String::new(),
                services: Vec::new(),
                name: String::new(),
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

/// Whether a call sends messages, or marks them as read.
fn is_about_messages(pattern: &str) -> bool {
    matches!(pattern, messages::MESSAGES | messages::MARKETING)
}

/// Graph's error for a call that has no route.
fn refused(refusal: &Refusal) -> GraphError {
    match refusal {
        Refusal::UnknownToken => GraphError::token(),
        Refusal::Forbidden | Refusal::NoSuchObject => GraphError::forbidden(),
        Refusal::NoSuchRoute => GraphError::path(),
        Refusal::WrongMethod { .. } => GraphError::method(),
        Refusal::TooLarge => GraphError::too_large(),
        Refusal::Invalid(_) | Refusal::Conflict(_) => GraphError::parameter(refusal.to_string()),
    }
}

/// How the platform restricts a number, as far as this server knows the restriction.
fn restriction(grant: &Value) -> u32 {
    let code = grant.get("restriction").and_then(Value::as_u64);
    let code = code.and_then(|code| u32::try_from(code).ok());
    code.filter(|code| codes::RESTRICTIONS.contains(code)).unwrap_or(0)
}

/// The optional services that the business of a granted number added.
fn services(grant: &Value) -> Vec<ServiceRow> {
    let listed = grant.get("services").and_then(Value::as_array).into_iter().flatten();
    let text = |one: &Value, name: &str| Some(one.get(name)?.as_str()?.to_owned());
    let service = |one: &Value| {
        Some(ServiceRow { service: text(one, "service")?, terms_id: text(one, "terms_id")? })
    };
    listed.filter_map(service).collect()
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
            deregistered: false,
            restriction: restriction(grant),
            storage: String::new(),
            services: services(grant),
            name: String::new(),
        })
    };
    body.get("grants")?.as_array()?.iter().map(grant).collect()
}
