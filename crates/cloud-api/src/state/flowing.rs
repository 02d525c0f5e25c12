//! Requests to the endpoints of flows that are under way, and when an endpoint is asked again how
//! it is.

use std::collections::BTreeMap;

use hop::{
    Act, ExchangeId, Unreachable,
    http::{Request, Response},
    router::Call,
};
use serde_json::{Value, json};
use vocab::{Instant, Micros};

use super::{CloudApi, Step};
use crate::{
    errors::GraphError,
    flows::{APPS, Exchange},
    graph::{self, flows},
    handle::flows::{Carried, FlowJob, Purpose},
    input::NumberJob,
    mutant::{Mutant, planted},
    parameters::Parameters,
};

/// How long after a failure an endpoint is asked again how it is (ours).
const CHECKED_EVERY: Micros = Micros::minutes(10);
/// Requests to endpoints that are under way at once.
const MOST: usize = 1_000;

/// What is remembered of endpoints.
#[derive(Debug, Default)]
pub(super) struct Flowing {
    /// What was asked: the number's slot, the flow, and what for.
    asked: BTreeMap<ExchangeId, (u32, String, Purpose)>,
    /// When an endpoint is asked how it is; each flow once.
    checks: BTreeMap<(u32, String), Instant>,
}

impl Flowing {
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.checks.values().min().copied()
    }
}

impl CloudApi {
    /// Serves a call of a person's app.
    pub(super) fn flow_client(
        &mut self,
        id: ExchangeId,
        call: &Call<'_>,
        request: &Request,
        step: &mut Step<'_>,
    ) {
        let (principal, pattern) = (call.principal, call.route.pattern);
        let may = principal == APPS || planted(self.config.mutant, Mutant::AnyFlowClient);
        let asked = if may {
            let carries = pattern == flows::EXCHANGE;
            Parameters::read(request).and_then(|parameters| flows::read(&parameters, carries))
        } else {
            Err(GraphError::forbidden())
        };
        let found = asked.and_then(|asked| {
            let slot = self.live_slot(&asked.phone_number_id).ok_or_else(GraphError::no_object)?;
            Ok((slot, asked))
        });
        match found {
            Ok((slot, asked)) => {
                self.accessed(principal, pattern, step);
                let flows::Asked { flow, flow_token, sealed, .. } = asked;
                let job = match sealed.filter(|_| pattern == flows::EXCHANGE) {
                    Some(sealed) => FlowJob::Carry { exchange: id, flow, sealed },
                    None => FlowJob::Open { exchange: id, flow, flow_token },
                };
                self.on_number(slot, NumberJob::Flow(Box::new(job)), step);
            }
            Err(error) => self.refuse(id, principal, request, &error, step),
        }
    }

    fn live_slot(&self, phone_number_id: &str) -> Option<u32> {
        let mut numbers = self.numbers.iter().flatten();
        let number = numbers
            .find(|number| number.grant.phone_number_id == phone_number_id && number.grant.live);
        number.map(|number| number.grant.slot)
    }

    /// Makes a request to an endpoint.
    pub(super) fn ask_endpoint(&mut self, carried: Carried, step: &mut Step<'_>) {
        let Carried { slot, flow, request, purpose } = carried;
        if self.flowing.asked.len() >= MOST {
            return self.endpoint_answered((slot, flow, purpose), &Err(Unreachable), step);
        }
        let id = self.exchange();
        self.flowing.asked.insert(id, (slot, flow, purpose));
        step.at_once(Act::Request { id, request });
    }

    /// An endpoint answered, or nobody did; whether the exchange was with one.
    pub(super) fn endpoint_came(
        &mut self,
        id: ExchangeId,
        outcome: &Result<Response, Unreachable>,
        step: &mut Step<'_>,
    ) -> bool {
        let asked = self.flowing.asked.remove(&id);
        let is_one = asked.is_some();
        if let Some(asked) = asked {
            self.endpoint_answered(asked, outcome, step);
        }
        is_one
    }

    fn endpoint_answered(
        &mut self,
        (slot, flow, purpose): (u32, String, Purpose),
        outcome: &Result<Response, Unreachable>,
        step: &mut Step<'_>,
    ) {
        let job = match purpose {
            Purpose::App(exchange) => {
                let answer = outcome.as_ref().ok();
                let body = answer.map(|answer| String::from_utf8_lossy(&answer.body));
                let status = answer.map(|answer| answer.status);
                let response = graph::answer(&json!({ "status": status, "body": body }));
                step.at_once(Act::Reply { id: exchange, response });
                // 427 says that a token has been used, which is no fault of the endpoint.
                FlowJob::Answered { flow, well: matches!(status, Some(200 | 427)) }
            }
            Purpose::Publish { exchange, opens, answer } => {
                FlowJob::Checked { exchange, flow, well: is_well(&opens, outcome), answer }
            }
            Purpose::Health(opens) => FlowJob::Answered { flow, well: is_well(&opens, outcome) },
        };
        self.on_number(slot, NumberJob::Flow(Box::new(job)), step);
    }

    /// An endpoint fails: it is asked later how it is.
    pub(super) fn check_later(&mut self, slot: u32, flow: String, step: &Step<'_>) {
        let at = step.now.mono.after(CHECKED_EVERY);
        self.flowing.checks.entry((slot, flow)).or_insert(at);
    }

    /// Asks endpoints whose time has come.
    pub(super) fn check_due(&mut self, step: &mut Step<'_>) {
        let now = step.now.mono;
        let due: Vec<(u32, String)> = self
            .flowing
            .checks
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(of, _)| of.clone())
            .collect();
        for (slot, flow) in due {
            self.flowing.checks.remove(&(slot, flow.clone()));
            self.on_number(slot, NumberJob::Flow(Box::new(FlowJob::Check { flow })), step);
        }
    }
}

/// Whether an endpoint says, in what opens for this exchange alone, that it is well.
fn is_well(opens: &Exchange, outcome: &Result<Response, Unreachable>) -> bool {
    let answer = outcome.as_ref().ok().filter(|answer| answer.status == 200);
    let said: Option<Value> = answer.and_then(|answer| opens.open(&answer.body));
    said.is_some_and(|said| said.pointer("/data/status") == Some(&json!("active")))
}
