//! Flows that are sent: whether one may be, what goes between an app and its endpoint
//! (`exchanges`), and how well that endpoint is (`health`).

use hop::{ExchangeId, Waiting, http::Request};
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::{Value, json};
use vocab::{DataClass, Keep, Micros, Reason, UnixMicros, limits};
use wire::content::{Offer, OfferKind};

use super::{Attempted, happenings, sending::Stop};
use crate::{
    config::Config,
    errors::{GraphError, codes},
    flows::Exchange,
    graph::{self, manage::callbacks::Callback},
    number::Number,
    rows::flows::{self as rows, FailingRow, FlowRow, FlowStatus},
    webhook,
};

mod exchanges;
mod health;

pub(super) use health::{check_before, looks_after};

/// Messages of a throttled flow (facts, cloud-api.md section 1.7).
const THROTTLED_TO: usize = 10;
/// Within this time.
const THROTTLED_FOR: Micros = Micros::hours(1);

/// A piece of work on a flow.
#[derive(Clone, Debug)]
pub(crate) enum FlowJob {
    /// An app wants to show it.
    Open { exchange: ExchangeId, flow: String, flow_token: String },
    /// An app asks its endpoint.
    Carry { exchange: ExchangeId, flow: String, sealed: Value },
    /// Its endpoint answered as it should, or did not.
    Answered { flow: String, well: bool },
    /// The same, when it was asked before it is published; the answer to whoever wants that.
    Checked { exchange: ExchangeId, flow: String, well: bool, answer: Value },
    /// Its endpoint is asked how it is.
    Check { flow: String },
}

impl FlowJob {
    /// The call that waits for its answer, if this is one.
    pub(crate) const fn exchange(&self) -> Option<ExchangeId> {
        match self {
            Self::Open { exchange, .. }
            | Self::Carry { exchange, .. }
            | Self::Checked { exchange, .. } => Some(*exchange),
            Self::Answered { .. } | Self::Check { .. } => None,
        }
    }
}

/// A request to an endpoint, to be made when this attempt is durable.
#[derive(Debug)]
pub(crate) struct Carried {
    pub(crate) slot: u32,
    pub(crate) flow: String,
    pub(crate) request: Request,
    pub(crate) purpose: Purpose,
}

/// What a request to an endpoint is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// An app asked, and opens the answer.
    App(ExchangeId),
    /// It is to be seen that the endpoint is well, before its flow is published.
    Publish { exchange: ExchangeId, opens: Exchange, answer: Value },
    /// It is to be seen whether it is well again.
    Health(Exchange),
}

pub(super) fn all(attempt: &mut Attempted<'_>, business: &str) -> Result<Vec<FlowRow>, Waiting> {
    let stored = attempt.scan(&rows::flows(business), None, limits::MAX_ROWS_READ)?;
    Ok(stored.iter().filter_map(|row| FlowRow::decode(row.value.as_slice()).ok()).collect())
}

pub(super) fn by_id(
    attempt: &mut Attempted<'_>,
    business: &str,
    id: &str,
) -> Result<Option<FlowRow>, Waiting> {
    let row = attempt.read(&rows::flow(business, id))?;
    Ok(row.and_then(|row| FlowRow::decode(row.as_slice()).ok()))
}

/// The flow that a message names by its id or by its name.
fn find(
    attempt: &mut Attempted<'_>,
    business: &str,
    named: &str,
) -> Result<Option<FlowRow>, Waiting> {
    match by_id(attempt, business, named)? {
        Some(row) => Ok(Some(row)),
        None => Ok(all(attempt, business)?.into_iter().find(|row| row.name == named)),
    }
}

pub(super) fn write(attempt: &mut Attempted<'_>, business: &str, row: &FlowRow) {
    let (class, keep) = (DataClass::Template, Keep::Never(Reason::BusinessRecord));
    attempt.write(rows::flow(business, &row.id), row.encode_to_vec(), class, keep);
}

/// Where the endpoint of a flow is.
pub(super) fn endpoint(row: &FlowRow) -> Option<Callback> {
    Callback::parse(&row.endpoint_uri)
}

/// The flow that an offer opens: its id or name, and whether it is sent to be tried out.
fn offered(offer: &Offer) -> Option<(String, bool)> {
    let json: Value = serde_json::from_slice(&offer.json).ok()?;
    let of = |fields: &Value| {
        let named = fields.get("flow_id").or_else(|| fields.get("flow_name"))?;
        let is_draft = fields.get("mode").is_some_and(|mode| mode == "draft");
        let named = named.as_str().map_or_else(|| named.to_string(), str::to_owned);
        Some((named, is_draft))
    };
    match offer.kind {
        OfferKind::Interactive if offer.name == "flow" => of(json.pointer("/action/parameters")?),
        OfferKind::Template => {
            let parts = json.get("components")?.as_array()?.iter();
            parts.filter_map(|part| part.get("buttons")?.as_array()).flatten().find_map(of)
        }
        OfferKind::Interactive | OfferKind::Unspecified => None,
    }
}

/// Whether what an offer opens may be sent now. A flow that is not managed here is sent as it is:
/// a person can answer it, and nobody can open its screens.
pub(super) fn may_be_sent(
    number: &Number,
    attempt: &mut Attempted<'_>,
    offer: &Offer,
) -> Result<(), Stop> {
    let Some((named, is_draft)) = offered(offer) else { return Ok(()) };
    let Some(row) = find(attempt, &number.grant.business, &named)? else { return Ok(()) };
    match row.status() {
        FlowStatus::Draft if is_draft => Ok(()),
        FlowStatus::Draft => Err(GraphError::value("flow_id", "is not published").into()),
        FlowStatus::Published => Ok(()),
        FlowStatus::Deprecated => Err(GraphError::value("flow_id", "is deprecated").into()),
        FlowStatus::Blocked => Err(GraphError::new(codes::FLOW_BLOCKED).into()),
        FlowStatus::Throttled => take_throttled(number, attempt, &row.id),
    }
}

/// Takes one of the few messages that a throttled flow may still be sent in.
fn take_throttled(number: &Number, attempt: &mut Attempted<'_>, flow: &str) -> Result<(), Stop> {
    let mut failing = failing(number, attempt, flow)?;
    let now = attempt.now().wall;
    failing.sent.retain(|at| now.since(UnixMicros(*at)) < THROTTLED_FOR);
    if failing.sent.len() >= THROTTLED_TO {
        return Err(GraphError::new(codes::FLOW_THROTTLED).into());
    }
    failing.sent.push(now.0);
    write_failing(number, attempt, &failing);
    Ok(())
}

fn failing(
    number: &Number,
    attempt: &mut Attempted<'_>,
    flow: &str,
) -> Result<FailingRow, Waiting> {
    let row = attempt.read(&rows::failing(&number.grant.business, flow))?;
    let none = FailingRow { flow: flow.to_owned(), ..Default::default() };
    Ok(row.and_then(|row| FailingRow::decode(row.as_slice()).ok()).unwrap_or(none))
}

fn write_failing(number: &Number, attempt: &mut Attempted<'_>, row: &FailingRow) {
    let key = rows::failing(&number.grant.business, &row.flow);
    let (class, keep) = (DataClass::BusinessInformation, Keep::Never(Reason::UntilDone));
    attempt.write(key, row.encode_to_vec(), class, keep);
}

/// Does a piece of work on a flow.
pub(super) fn work(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    job: &FlowJob,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let done = match job {
        FlowJob::Open { exchange, flow, flow_token } => {
            exchanges::open(config, number, attempt, (flow, flow_token)).map(|shown| {
                super::reply(attempt, *exchange, graph::answer(&shown));
            })
        }
        FlowJob::Carry { exchange, flow, sealed } => {
            exchanges::carry(config, number, attempt, (*exchange, flow, sealed))
        }
        FlowJob::Answered { flow, well } => {
            health::answered(number, attempt, (flow, *well), rng)?;
            Ok(())
        }
        FlowJob::Checked { exchange, flow, well, answer } => {
            health::checked(number, attempt, (flow, *well), rng).map(|()| {
                super::reply(attempt, *exchange, graph::answer(answer));
            })
        }
        FlowJob::Check { flow } => {
            if let Some(row) = by_id(attempt, &number.grant.business, flow)? {
                health::check_again(config, number, attempt, &row, rng)?;
            }
            Ok(())
        }
    };
    match (done, job.exchange()) {
        (Ok(()), _) | (Err(Stop::Refused(_)), None) => {}
        (Err(Stop::Refused(error)), Some(exchange)) => {
            super::reply(attempt, exchange, error.response(rng));
        }
        (Err(Stop::Waiting), _) => return Err(Waiting),
    }
    Ok(())
}

/// Gives a flow another status, and tells its business.
pub(super) fn change_status(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (mut row, status): (FlowRow, FlowStatus),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let before = row.status();
    row.status = status.into();
    let at = attempt.now().wall;
    row.updated_at = at.0;
    write(attempt, &number.grant.business, &row);
    let (old, new) = (before.name(), status.name());
    let value = json!({
        "event": "FLOW_STATUS_CHANGE",
        "message": format!("Flow {} changed from {old} to {new}.", row.id),
        "flow_id": row.id,
        "old_status": old,
        "new_status": new,
    });
    let body = webhook::account(&number.grant, "flows", &value, at);
    happenings::hook(number, attempt, body, format!("flow {} {new}", row.id), rng)?;
    Ok(())
}
