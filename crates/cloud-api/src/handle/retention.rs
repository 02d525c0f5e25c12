//! Numbers without storage: what is held in memory alone is pending until it is delivered, and is
//! reported by its id when it cannot be delivered any more, in time or after a restart.
//!
//! A row for each says its id and nothing of its content.

use endpoint::rows::SentRow;
use hop::Waiting;
use prost::Message as _;
use rand_core::CryptoRng;
use store::Key;
use vocab::{Address, DataClass, Keep, MessageId, limits};

use super::{Attempted, Note, happenings};
use crate::{
    errors::{GraphError, codes},
    graph,
    number::Number,
    rows::{self, Kind},
    storage::Storage,
    users,
    webhook::{self, statuses},
};

const CLASS: DataClass = DataClass::ConnectionMetadata;
const KEEP: Keep = Keep::For(limits::WEBHOOK_AGE);

/// Sets a number up, and tells what was pending when the node stopped.
pub(super) fn boot(
    number: &Number,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    // Nothing was ever held of a number whose business configured no storage.
    if !number.grant.storage.is_empty() {
        report(number, attempt, rng)?;
    }
    number.account.boot(attempt, rng)
}

/// Tells of everything that was pending: this node's memory of it is gone.
fn report(
    number: &Number,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let slot = number.grant.slot;
    let pending = attempt.scan(&rows::all_pending(slot), None, limits::MAX_ROWS_READ)?;
    for row in pending {
        match rows::pending_of(slot, &row.key) {
            Some(id) => message_lost(number, attempt, id, rng)?,
            None => hook_lost(number, attempt, &row.value, rng)?,
        }
        attempt.delete(row.key.clone());
    }
    if pending.len() == limits::MAX_ROWS_READ {
        attempt.note(Note::Next(slot, crate::input::NumberJob::Boot));
    }
    Ok(())
}

/// A webhook was written down; where it is held in memory alone, it is pending.
pub(super) fn hook_waits(number: &Number, attempt: &mut Attempted<'_>, hook: &Key, item: String) {
    if number.account.vault().storage() == Storage::Memory {
        let place = hook.last_number().unwrap_or_default();
        let key = rows::pending_hook(number.grant.slot, place);
        attempt.write(key, item.into_bytes(), CLASS, KEEP);
    }
}

/// A webhook arrived, or nobody is to have it.
pub(super) fn hook_ended(number: &Number, attempt: &mut Attempted<'_>, hook: &Key) {
    if let Some(place) = hook.last_number()
        && number.account.vault().storage() == Storage::Memory
    {
        attempt.delete(rows::pending_hook(number.grant.slot, place));
    }
}

/// A message of a person waits for its file before the business is told of it.
pub(super) fn file_waits(number: &Number, attempt: &mut Attempted<'_>, id: MessageId) {
    if number.account.vault().storage() == Storage::Memory {
        let key = rows::pending_file(number.grant.slot, id);
        attempt.write(key, id.to_string().into_bytes(), CLASS, KEEP);
    }
}

/// Its webhook is written down.
pub(super) fn file_ended(number: &Number, attempt: &mut Attempted<'_>, id: MessageId) {
    if number.account.vault().storage() == Storage::Memory {
        attempt.delete(rows::pending_file(number.grant.slot, id));
    }
}

/// A webhook cannot be opened any more: if it is pending, its time is over.
pub(super) fn hook_expired(
    number: &Number,
    attempt: &mut Attempted<'_>,
    hook: &Key,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let place = hook.last_number().unwrap_or_default();
    let pending = rows::pending_hook(number.grant.slot, place);
    let Some(item) = attempt.read(&pending)? else { return Ok(()) };
    attempt.delete(pending);
    hook_lost(number, attempt, &item, rng)
}

fn hook_lost(
    number: &Number,
    attempt: &mut Attempted<'_>,
    item: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let item = String::from_utf8_lossy(item);
    let id = item.split(' ').next().and_then(MessageId::from_hex);
    let about = id.map_or_else(|| item.to_string(), graph::wamid);
    let details = format!("A webhook about {about} was not delivered within its retention.");
    let error = GraphError::with(codes::WEBHOOK_NOT_DELIVERED, details);
    let body = webhook::errors(&number.grant, &error);
    happenings::hook_of_ids(number, attempt, body, format!("{item} not delivered"), rng)
}

/// A message was accepted; where it is held in memory alone, it is pending until the transport has
/// it.
pub(super) fn message_waits(number: &Number, attempt: &mut Attempted<'_>, id: MessageId) {
    if number.account.vault().storage() == Storage::Memory {
        let key = rows::pending_message(number.grant.slot, id);
        attempt.write(key, Vec::new(), CLASS, KEEP);
    }
}

/// The transport has a message, or it failed.
pub(super) fn message_ended(number: &Number, attempt: &mut Attempted<'_>, id: MessageId) {
    if number.account.vault().storage() == Storage::Memory {
        attempt.delete(rows::pending_message(number.grant.slot, id));
    }
}

/// A message arrived: nobody will ask for it again.
pub(super) fn message_arrived(number: &Number, attempt: &mut Attempted<'_>, id: MessageId) {
    if number.account.vault().storage() == Storage::Memory {
        let kept = number.account.keys().kept(id);
        endpoint::Vault::remove(number.account.vault(), attempt, &kept);
    }
}

fn message_lost(
    number: &Number,
    attempt: &mut Attempted<'_>,
    id: MessageId,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let error = GraphError::new(codes::NOT_KEPT);
    let body = statuses::lost(&number.grant, id, &error, attempt.now().wall);
    happenings::hook_of_ids(number, attempt, body, format!("{id} failed"), rng)?;
    happenings::count(number, attempt, Kind::Failed)
}

/// Somebody asked for a message again that is not kept any more: if it was for them, it has failed,
/// once.
pub(super) fn not_kept(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (id, to): (MessageId, &Address),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let key = number.account.keys().sent(id);
    let row = attempt.read(&key)?.and_then(|row| SentRow::decode(row.as_slice()).ok());
    if row.is_some_and(|row| row.peer == users::name(number, &to.phone)) {
        happenings::failed(number, attempt, (id, to, &GraphError::new(codes::NOT_KEPT)), rng)?;
        attempt.delete(key);
    }
    Ok(())
}
