//! Calls about numbers, accounts, apps and files: whose they are, and what has to be asked before.

use std::collections::BTreeMap;

use hop::{
    Act, ExchangeId, Unreachable,
    http::{Request, Response},
    router::{self, Call},
};
use serde_json::json;
use vocab::{Instant, Micros, Now};

use super::{CloudApi, Step};
use crate::{
    errors::{GraphError, codes},
    graph::{
        self,
        manage::{
            Managed, Target,
            callbacks::{self, Wanted},
        },
        scopes::Scope,
    },
    input::NumberJob,
    management::App,
    parameters::Parameters,
    principals::Caller,
    rows::{GrantRow, manage::PendingRow},
    rules::Pace,
};

/// Calls that wait for a server to agree to webhooks, at once.
const MOST_WAITING: usize = 100;

/// What is remembered of managing.
#[derive(Debug, Default)]
pub(super) struct Managing {
    /// Calls that wait for a server to agree to webhooks.
    agreeing: BTreeMap<ExchangeId, Agreeing>,
    /// How much each business has used of the calls that it may make: about its account, and as
    /// its app.
    paces: BTreeMap<(String, bool), Pace>,
    /// Templates and names that are decided about later.
    judging: Vec<(Instant, PendingRow)>,
}

#[derive(Debug)]
struct Agreeing {
    slot: u32,
    call: Box<Managed>,
    challenge: String,
}

impl Managing {
    /// Whether a template or a name is decided about now; if not, it is remembered.
    pub(super) fn is_due(&mut self, pending: &PendingRow, now: Now) -> bool {
        let wait = Micros(pending.at.saturating_sub(now.wall.0));
        if wait > Micros(0) {
            self.judging.push((now.mono.after(wait), pending.clone()));
        }
        wait == Micros(0)
    }

    fn due(&mut self, now: Instant) -> Vec<PendingRow> {
        let (due, later) =
            std::mem::take(&mut self.judging).into_iter().partition(|(at, _)| *at <= now);
        self.judging = later;
        let due: Vec<(Instant, PendingRow)> = due;
        due.into_iter().map(|(_, pending)| pending).collect()
    }

    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.judging.iter().map(|(at, _)| *at).min()
    }
}

impl CloudApi {
    /// Serves a call that is about something of a business's own.
    pub(super) fn managed(
        &mut self,
        id: ExchangeId,
        (caller, call): (&Caller, &Call<'_>),
        request: &Request,
        step: &mut Step<'_>,
    ) {
        let principal = call.principal;
        let asked = self.placed(caller, call).and_then(|(slot, target, numbers)| {
            match Scope::of(call.route) {
                Some(scope) => caller.needs(scope, self.config.mutant)?,
                None if target != Target::Other => {
                    caller.needs(Scope::Management, self.config.mutant)?
                }
                None => {} // Whether it is a file is known when it has been found.
            }
            self.take_call(call.principal, target, step)?;
            let call = read(id, (caller, call, target), numbers, request)?;
            let wanted = callbacks::wanted(&call)?;
            self.is_allowed(&wanted)?;
            Ok((slot, call, wanted))
        });
        match asked {
            Ok((slot, call, wanted)) => {
                self.accessed(principal, call.route.pattern, step);
                match wanted {
                    Wanted::To(callback, token) => {
                        self.ask_agreement(slot, call, (&callback, &token), step);
                    }
                    Wanted::Nothing | Wanted::Default => {
                        self.on_number(slot, NumberJob::Manage(Box::new(call)), step);
                    }
                }
            }
            Err(error) => self.refuse(id, principal, request, &error, step),
        }
    }

    /// Takes one of the calls that a business may make in an hour.
    fn take_call(
        &mut self,
        principal: &str,
        target: Target,
        step: &Step<'_>,
    ) -> Result<(), GraphError> {
        let is_app = target == Target::App;
        let pace = self.managing.paces.entry((principal.to_owned(), is_app)).or_default();
        if pace.take(self.config.rules.calls, step.now.mono) {
            return Ok(());
        }
        Err(GraphError::new(if is_app { codes::APP_CALLS } else { codes::ACCOUNT_CALLS }))
    }

    /// What a path is about, and at which number's place the work is done: the number itself, or
    /// the first one of the business.
    fn placed(
        &self,
        caller: &Caller,
        call: &Call<'_>,
    ) -> Result<(u32, Target, Vec<GrantRow>), GraphError> {
        let business = call.principal.strip_prefix("business:").unwrap_or_default();
        let numbers: Vec<GrantRow> = self
            .numbers
            .iter()
            .flatten()
            .filter(|number| number.grant.live && number.grant.business == business)
            .filter(|number| caller.has_number(&number.grant.phone_number_id))
            .map(|number| number.grant.clone())
            .collect();
        let id = call.parameters.first().copied().unwrap_or_default();
        let number = numbers.iter().find(|grant| grant.phone_number_id == id);
        let is_app = |app: &App| app.id == id && app.business == business;
        // What is no number's is out of reach for those who have some of the numbers.
        let is_whole = caller.has_everything();
        let target = if number.is_some() {
            Target::Number
        } else if is_whole && id == business {
            Target::Account
        } else if is_whole && self.config.management.apps.iter().any(is_app) {
            Target::App
        } else {
            Target::Other
        };
        let edge = call.route.pattern.split('/').nth(2).unwrap_or_default();
        let fits = match edge {
            "" => true,
            "events" => target == Target::Other,
            "assets" | "publish" | "deprecate" => is_whole && target == Target::Other,
            "phone_numbers" | "message_templates" | "subscribed_apps" | "flows" => {
                target == Target::Account
            }
            "subscriptions" | "uploads" => target == Target::App,
            _ if call.route.pattern.starts_with("/media/") => true,
            _ => target == Target::Number,
        };
        let place = number.or_else(|| numbers.first()).map(|grant| grant.slot);
        match place.filter(|_| fits) {
            Some(slot) => Ok((slot, target, numbers)),
            // Whether something exists is nobody's business but its owner's.
            None if edge.is_empty() => Err(GraphError::no_object()),
            None => Err(GraphError::forbidden()),
        }
    }

    fn is_allowed(&self, wanted: &Wanted) -> Result<(), GraphError> {
        match wanted {
            Wanted::To(callback, _)
                if !self.config.management.callbacks.allow(&callback.authority) =>
            {
                Err(GraphError::parameter("Webhooks may not be sent to this address."))
            }
            Wanted::To(..) | Wanted::Nothing | Wanted::Default => Ok(()),
        }
    }

    /// Asks a server whether it wants webhooks, before a call is worked on that sends them there.
    fn ask_agreement(
        &mut self,
        slot: u32,
        call: Managed,
        (callback, token): (&callbacks::Callback, &str),
        step: &mut Step<'_>,
    ) {
        if self.managing.agreeing.len() >= MOST_WAITING {
            return self.try_later(call.exchange, step);
        }
        let id = self.exchange();
        let challenge = step.rng.next_u32().to_string();
        let request = callback.challenge(token, &challenge);
        let call = Box::new(call);
        self.managing.agreeing.insert(id, Agreeing { slot, call, challenge });
        step.at_once(Act::Request { id, request });
    }

    /// A server agreed, or did not; whether the exchange was about that.
    pub(super) fn agreement_came(
        &mut self,
        id: ExchangeId,
        outcome: &Result<Response, Unreachable>,
        step: &mut Step<'_>,
    ) -> bool {
        let Some(Agreeing { slot, call, challenge }) = self.managing.agreeing.remove(&id) else {
            return false;
        };
        let agreed = |answer: &Response| answer.is_success() && answer.body == challenge.as_bytes();
        if outcome.as_ref().is_ok_and(agreed) {
            self.on_number(slot, NumberJob::Manage(call), step);
        } else {
            let response = GraphError::unverified().response(step.rng);
            step.at_once(Act::Reply { id: call.exchange, response });
        }
        true
    }

    /// Decides about templates and names whose time has come.
    pub(super) fn judge_due(&mut self, step: &mut Step<'_>) {
        for pending in self.managing.due(step.now.mono) {
            self.on_number(pending.slot, NumberJob::Judge(pending), step);
        }
    }

    /// `/oauth/access_token`: an app's own token, for its secret.
    pub(super) fn app_token(&self, id: ExchangeId, request: &Request, step: &mut Step<'_>) {
        let granted = Parameters::read(request).and_then(|parameters| {
            let text = |name: &str| parameters.text(name).unwrap_or_default();
            if text("grant_type") != "client_credentials" {
                return Err(GraphError::parameter("grant_type must be client_credentials."));
            }
            let token = format!("{}|{}", text("client_id"), text("client_secret"));
            match self.app_of(&token) {
                Some(_) => Ok(token),
                None => Err(GraphError::no_app()),
            }
        });
        match granted {
            Ok(token) => {
                let body = json!({ "access_token": token, "token_type": "bearer" });
                self.accessed(router::UNKNOWN, "/oauth/access_token", step);
                step.at_once(Act::Reply { id, response: graph::answer(&body) });
            }
            Err(error) => self.refuse(id, router::UNKNOWN, request, &error, step),
        }
    }

    /// The app whose own token this is: its id and secret. Every app is compared in full.
    pub(super) fn app_of(&self, token: &str) -> Option<&App> {
        let mut found = None;
        for app in &self.config.management.apps {
            let own = format!("{}|{}", app.id, app.secret);
            if router::same_secret(own.as_bytes(), token.as_bytes()) {
                found = Some(app);
            }
        }
        found
    }
}

/// Reads a call. A piece of an upload is no parameters, whatever it calls itself.
fn read(
    exchange: ExchangeId,
    (caller, call, target): (&Caller, &Call<'_>, Target),
    numbers: Vec<GrantRow>,
    request: &Request,
) -> Result<Managed, GraphError> {
    let id = call.parameters.last().copied().and_then(router::decoded).unwrap_or_default();
    let is_piece = target == Target::Other && request.method == "POST" && id.starts_with("upload:");
    let (parameters, piece) = if is_piece {
        let offset = request.get_header("file_offset").and_then(|offset| offset.parse().ok());
        let offset = offset.ok_or_else(|| GraphError::parameter("file_offset must be given."))?;
        (Parameters::default(), Some((offset, request.body.clone())))
    } else {
        (Parameters::read(request)?, None)
    };
    let version = graph::version(request);
    let (route, caller) = (call.route, caller.clone());
    Ok(Managed { exchange, route, caller, target, id, parameters, version, numbers, piece })
}
