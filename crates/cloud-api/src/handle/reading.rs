//! What of a person's messages the business has read.

use hop::{ExchangeId, Waiting};
use rand_core::CryptoRng;
use store::transaction::Stored;
use vocab::{Address, DataClass, Keep, MessageId, PhoneNumber, limits};

use super::{Attempted, reply};
use crate::{
    errors::GraphError,
    graph::{self, messages::Marking},
    number::Number,
    rows, users,
};

/// A message came, and is not read yet.
pub(super) fn came(number: &Number, attempt: &mut Attempted<'_>, name: &[u8; 16], id: MessageId) {
    let place = number.account.next_number(attempt.now());
    let key = rows::unread(number.grant.slot, name, place);
    let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::RETRANSMISSION_AGE));
    attempt.write(key, id.0.to_vec(), class, keep);
}

/// Tells the author of a message that the business read it, and what came before it.
pub(super) fn mark_read(
    number: &Number,
    attempt: &mut Attempted<'_>,
    exchange: ExchangeId,
    marking: Marking,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let Marking { id, typing } = marking;
    let Some(phone) = users::author(number, attempt, id)? else {
        let error = GraphError::value("message_id", "is not known here");
        reply(attempt, exchange, error.response(rng));
        return Ok(());
    };
    let unread = rows::all_unread(number.grant.slot, &users::name(number, &phone));
    let stored = attempt.scan(&unread, None, limits::MAX_ROWS_READ)?;
    let earlier = up_to(stored, id);
    for row in earlier {
        attempt.delete(row.key.clone());
    }
    let mut ids: Vec<MessageId> = earlier.iter().filter_map(message).collect();
    if ids.is_empty() {
        ids.push(id); // It was marked before: the person may not have heard of it.
    }
    let author = Address::first_device(phone);
    number.account.mark_read(attempt, &author, &ids, rng)?;
    if typing {
        number.account.tell_typing(attempt, &author, id, rng)?;
    }
    reply(attempt, exchange, graph::success());
    Ok(())
}

/// Unread messages up to one of them; none if that one is read already.
fn up_to(stored: &[Stored], id: MessageId) -> &[Stored] {
    let place = stored.iter().position(|row| message(row) == Some(id));
    place.and_then(|place| stored.get(..=place)).unwrap_or_default()
}

fn message(row: &Stored) -> Option<MessageId> {
    MessageId::from_slice(&row.value)
}

/// Removes a page of what a person wrote and nobody read; whether that was the last one.
pub(super) fn forget(
    number: &Number,
    attempt: &mut Attempted<'_>,
    phone: &PhoneNumber,
) -> Result<bool, Waiting> {
    let unread = rows::all_unread(number.grant.slot, &users::name(number, phone));
    let stored = attempt.scan(&unread, None, limits::MAX_ROWS_READ)?;
    for row in stored {
        attempt.delete(row.key.clone());
    }
    Ok(stored.len() < limits::MAX_ROWS_READ)
}
