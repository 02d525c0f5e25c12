//! How well the endpoint of a flow is: it is asked before the flow is published, counted while the
//! flow is used, and asked again while it fails.

use hop::{ExchangeId, Waiting, http::Request};
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::{Value, json};
use vocab::{DataClass, Keep, Reason};

use super::{
    FlowRow, FlowStatus, Purpose, by_id, change_status,
    exchanges::{note, public_key, request},
    failing, rows, write_failing,
};
use crate::{
    config::Config,
    errors::{GraphError, codes},
    flows::{Exchange, check},
    handle::{Attempted, Note, sending::Stop},
    mutant::Mutant,
    number::Number,
    rows::manage::{self, PendingRow},
};

/// Requests in a row that an endpoint fails, after which its flow is throttled (ours).
const THROTTLED_AFTER: u32 = 10;
/// The same until it is blocked (ours).
const BLOCKED_AFTER: u32 = 20;

/// Asks an endpoint how it is; what opens its answer, or `None` if it cannot be asked.
fn ping(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    row: &FlowRow,
    rng: &mut dyn CryptoRng,
) -> Result<Option<(Request, Exchange)>, Waiting> {
    let Some(key) = public_key(number, attempt)? else { return Ok(None) };
    let version = check(&row.json).data_api_version.unwrap_or_else(|| "3.0".to_owned());
    let said = json!({ "version": version, "action": "ping" });
    Ok(Exchange::seal(&key, &said, rng)
        .and_then(|(opens, sealed)| Some((request(config, number, (row, &sealed))?, opens))))
}

/// Has an endpoint asked before its flow is published; whether it can be asked.
pub(in crate::handle) fn check_before(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    (row, (exchange, answer)): (&FlowRow, (ExchangeId, Value)),
    rng: &mut dyn CryptoRng,
) -> Result<bool, Waiting> {
    let Some((request, opens)) = ping(config, number, attempt, row, rng)? else {
        return Ok(false);
    };
    let purpose = Purpose::Publish { exchange, opens, answer };
    note(number, attempt, (row.id.clone(), request, purpose));
    Ok(true)
}

pub(super) fn check_again(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    row: &FlowRow,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    if !matches!(row.status(), FlowStatus::Throttled | FlowStatus::Blocked) {
        return Ok(());
    }
    match ping(config, number, attempt, row, rng)? {
        Some((request, opens)) => {
            note(number, attempt, (row.id.clone(), request, Purpose::Health(opens)));
        }
        None => attempt.note(Note::CheckLater(number.grant.slot, row.id.clone())),
    }
    Ok(())
}

/// An endpoint was asked before its flow is published.
pub(super) fn checked(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (flow, well): (&str, bool),
    rng: &mut dyn CryptoRng,
) -> Result<(), Stop> {
    let row = by_id(attempt, &number.grant.business, flow)?.ok_or_else(GraphError::no_object)?;
    let well = well || number.planted(Mutant::EndpointUnchecked);
    if !well || row.status() != FlowStatus::Draft {
        let why = "The endpoint is not available.";
        return Err(GraphError::with(codes::FLOW_PUBLISH, why).into());
    }
    Ok(change_status(number, attempt, (row, FlowStatus::Published), rng)?)
}

/// Counts how an endpoint answers: one that fails is throttled, then blocked, and well again with
/// the first answer that is as it should be.
pub(super) fn answered(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (flow, well): (&str, bool),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let business = &number.grant.business;
    let mut failing = failing(number, attempt, flow)?;
    if well && failing.failed == 0 {
        return Ok(());
    }
    let Some(row) = by_id(attempt, business, flow)? else { return Ok(()) };
    let watched = [FlowStatus::Published, FlowStatus::Throttled, FlowStatus::Blocked];
    if !watched.contains(&row.status()) {
        return Ok(());
    }
    failing.failed = if well { 0 } else { failing.failed.saturating_add(1) };
    if well {
        attempt.delete(rows::failing(business, flow));
        looks_after(number, attempt, flow, false);
    } else {
        write_failing(number, attempt, &failing);
    }
    let status = match failing.failed {
        0..THROTTLED_AFTER => FlowStatus::Published,
        THROTTLED_AFTER..BLOCKED_AFTER => FlowStatus::Throttled,
        BLOCKED_AFTER.. => FlowStatus::Blocked,
    };
    if status != FlowStatus::Published {
        looks_after(number, attempt, flow, true);
    }
    if status == row.status() { Ok(()) } else { change_status(number, attempt, (row, status), rng) }
}

/// Remembers, also over a restart, that the endpoint of a flow is to be asked again; or that it is
/// not.
pub(in crate::handle) fn looks_after(
    number: &Number,
    attempt: &mut Attempted<'_>,
    flow: &str,
    fails: bool,
) {
    let key = manage::pending_flow(&number.grant.business, flow);
    if !fails {
        return attempt.delete(key);
    }
    let slot = number.grant.slot;
    let row = PendingRow { slot, flow: flow.to_owned(), ..PendingRow::default() };
    let keep = Keep::Never(Reason::UntilDone);
    attempt.write(key, row.encode_to_vec(), DataClass::Template, keep);
    attempt.note(Note::CheckLater(slot, row.flow));
}
