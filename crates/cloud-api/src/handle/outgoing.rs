//! What leaves towards servers: webhooks, billing records, statistics.

use endpoint::Vault as _;
use hop::{Act, ExchangeId, Waiting, http::Request};
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::{Value, json};
use store::{Key, transaction::Stored};
use vocab::{DataClass, Keep, limits, marker};

use super::{Attempted, Note, manage, retention, services};
use crate::{
    config::Config,
    number::Number,
    outbox::{Batch, slot},
    output::Event,
    rows::{self, HookRow, Kind, services::handovers},
    webhook,
};

/// Reads what waits in the outbox.
pub(super) fn refill(config: &Config, attempt: &mut Attempted<'_>) -> Result<(), Waiting> {
    let handovers = (!config.services.is_empty()).then(handovers);
    for table in [rows::hooks(), rows::bills()].into_iter().chain(handovers) {
        let stored = attempt.scan(&table, None, limits::MAX_ROWS_READ)?;
        if stored.len() == limits::MAX_ROWS_READ {
            attempt.note(Note::MoreWaits);
        }
        for row in stored {
            // A sealed row is a little longer than what it holds.
            attempt.note(Note::Waits(row.key.clone(), row.value.len()));
        }
    }
    Ok(())
}

/// Sends items of the outbox: one billing record, or webhooks of one number in one body.
pub(super) fn dispatch(
    config: &Config,
    numbers: &[Option<Number>],
    attempt: &mut Attempted<'_>,
    batch: &Batch,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let keys = &batch.keys;
    if let Some(key) = keys.first().filter(|key| key.starts_with(&handovers())) {
        let Some(number) = owner(numbers, key) else { return Ok(()) };
        return services::dispatch(config, number, attempt, (batch.exchange, key));
    }
    let request = match keys.first().filter(|key| key.starts_with(&rows::bills())) {
        Some(key) => attempt.read(key)?.zip(config.billing.as_deref()).map(|(record, billing)| {
            Request::new(billing, "POST", "/records").bearer(&config.token).json(record)
        }),
        None => {
            let hooks = open_hooks(numbers, attempt, keys)?;
            if hooks.len() < keys.len() {
                expired(numbers, attempt, keys, rng)?;
            }
            let number = keys.first().and_then(|key| owner(numbers, key));
            let to = match number.filter(|_| !hooks.is_empty()) {
                Some(number) => manage::callbacks::destination(config, number, attempt)?,
                None => None,
            };
            to.map(|to| webhook::delivery(&to, &hooks, config.mutant))
        }
    };
    match request {
        Some(request) => attempt.act(Act::Request { id: batch.exchange, request }),
        // Its time has passed, or nobody listens: there is nothing to send any more.
        None => {
            if config.rules.history {
                late(attempt, keys);
            }
            forget(numbers, attempt, keys);
        }
    }
    Ok(())
}

/// Webhooks that can still be opened, with one fetch for all of them. Any number's vault opens
/// them: the key of the business's day is named in the row.
fn open_hooks(
    numbers: &[Option<Number>],
    attempt: &mut Attempted<'_>,
    keys: &[Key],
) -> Result<Vec<HookRow>, Waiting> {
    attempt.need(keys)?;
    let mut opened = Vec::with_capacity(keys.len());
    for key in keys {
        let Some(number) = owner(numbers, key) else { continue };
        opened.push(number.account.vault().get(attempt, key));
    }
    let mut hooks = Vec::with_capacity(keys.len());
    for plain in opened {
        hooks.extend(plain?.and_then(|plain| HookRow::decode(plain.as_slice()).ok()));
    }
    Ok(hooks)
}

/// Tells of those that cannot be opened any more although they were not delivered.
fn expired(
    numbers: &[Option<Number>],
    attempt: &mut Attempted<'_>,
    keys: &[Key],
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    for key in keys {
        let Some(number) = owner(numbers, key) else { continue };
        if number.account.vault().get(attempt, key)?.is_none() {
            retention::hook_expired(number, attempt, key, rng)?;
        }
    }
    Ok(())
}

/// The number that wrote an item: its slot is in the item's number.
fn owner<'n>(numbers: &'n [Option<Number>], key: &Key) -> Option<&'n Number> {
    numbers.get(usize::try_from(slot(key)?).ok()?)?.as_ref()
}

/// Removes items, and the keys that only they needed.
fn forget(numbers: &[Option<Number>], attempt: &mut Attempted<'_>, keys: &[Key]) {
    for key in keys {
        match owner(numbers, key).filter(|_| !key.starts_with(&rows::bills())) {
            Some(number) => {
                number.account.vault().remove(attempt, key);
                retention::hook_ended(number, attempt, key);
            }
            None => attempt.delete(key.clone()),
        }
    }
    attempt.note(Note::Gone(keys.to_vec()));
}

/// Webhooks were refused, and come again: the history of their messages says so.
pub(super) fn late(attempt: &mut Attempted<'_>, keys: &[Key]) {
    for key in keys.iter().filter(|key| key.starts_with(&rows::hooks())) {
        let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::RETRANSMISSION_AGE));
        attempt.write(rows::late(key), Vec::new(), class, keep);
    }
}

/// Items were taken by whom they were for.
pub(super) fn arrived(
    numbers: &[Option<Number>],
    attempt: &mut Attempted<'_>,
    keys: &[Key],
) -> Result<(), Waiting> {
    if !keys.iter().any(|key| key.starts_with(&rows::bills())) {
        for hook in open_hooks(numbers, attempt, keys)? {
            attempt.event(Event::Forwarded { item: hook.item });
        }
        for key in keys {
            if owner(numbers, key).is_some_and(|number| number.rules.history) {
                attempt.delete(rows::late(key));
            }
        }
    }
    forget(numbers, attempt, keys);
    Ok(())
}

/// Exports the counts of which no cell is small.
pub(super) fn export(
    config: &Config,
    attempt: &mut Attempted<'_>,
    exchange: ExchangeId,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let Some(statistics) = &config.statistics else { return Ok(()) };
    let stored = attempt.scan(&rows::statistics(), None, limits::MAX_ROWS_READ)?;
    let cells: Vec<Value> = stored.iter().filter_map(cell).collect();
    let mut unique = [0; 14];
    rng.fill_bytes(&mut unique);
    let export = json!({
        "id": format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64()),
        "cells": cells,
        "reference": marker::reference(DataClass::Statistics, unique),
    });
    let request = Request::new(statistics, "POST", "/cells")
        .bearer(&config.token)
        .json(export.to_string().into_bytes());
    attempt.act(Act::Request { id: exchange, request });
    Ok(())
}

/// The cell of a row; `None` for one that is too small to leave.
fn cell(row: &Stored) -> Option<Value> {
    let count = u64::from_be_bytes(row.value.as_slice().try_into().ok()?);
    let (day, rest) = row.key.after(&rows::statistics())?.split_first_chunk::<8>()?;
    let (kind, business) = rest.split_first()?;
    let leaves = count >= limits::SMALLEST_CELL;
    leaves.then_some(json!({
        "day": u64::from_be_bytes(*day),
        "business": core::str::from_utf8(business).ok()?,
        "kind": Kind::of_byte(*kind)?.name(),
        "count": count,
    }))
}
