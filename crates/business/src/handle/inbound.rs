//! Messages and statuses of one webhook: all of it in one transaction, its 200 after it.

use hop::{Act, ExchangeId, Waiting, http::Response};
use store::Key;
use vocab::DataClass;

use super::Try;
use crate::{
    bot::{self, Heard},
    config::Config,
    hashing::derived_id,
    input::Note,
    mutant::{Mutant, planted},
    outbox::{Outgoing, What},
    output::Event,
    rows::{self, Customer, Keys, Message},
    webhook::{Batch, Inbound, StatusUpdate},
};

pub(super) fn take(
    config: &Config,
    attempt: &mut Try<'_>,
    exchange: ExchangeId,
    batch: &Batch,
) -> Result<(), Waiting> {
    attempt.need(&needed(Keys(&config.hash_key), batch))?;
    for message in &batch.messages {
        take_message(config, attempt, message)?;
    }
    for update in &batch.statuses {
        take_status(config, attempt, update)?;
    }
    attempt.act(Act::Reply { id: exchange, response: Response::empty(200) });
    Ok(())
}

/// Every row that the batch reads, so that all are fetched at once.
fn needed(keys: Keys<'_>, batch: &Batch) -> Vec<Key> {
    let messages = batch
        .messages
        .iter()
        .flat_map(|message| [keys.message_seen(&message.wamid), keys.customer(&message.from)]);
    let statuses =
        batch.statuses.iter().map(|update| keys.status_seen(&update.wamid, update.status.name()));
    messages.chain(statuses).collect()
}

fn take_message(config: &Config, attempt: &mut Try<'_>, message: &Inbound) -> Result<(), Waiting> {
    let keys = Keys(&config.hash_key);
    let seen = keys.message_seen(&message.wamid);
    let is_copy = attempt.read(&seen)?.is_some();
    if is_copy && !planted(config.mutant, Mutant::ForgottenDedupe) {
        return Ok(());
    }
    let count = count_customer(attempt, keys, message)?;
    let row = Message {
        wamid: message.wamid.clone(),
        customer: keys.customer_hash(&message.from),
        text: message.text.clone(),
        at: message.at.seconds(),
    };
    attempt.write(seen, Vec::new(), DataClass::ConnectionMetadata, rows::SEEN);
    let inbox = keys.inbox(&message.wamid);
    attempt.write(inbox, rows::encoded(&row), DataClass::MessageContent, rows::RECORD);
    attempt.event(Event::Shown {
        wamid: message.wamid.clone(),
        from: message.from.clone(),
        text: message.text.clone(),
        at: message.at,
    });
    react(config, attempt, message, count);
    Ok(())
}

/// Counts a message of a customer: how many there are now.
fn count_customer(
    attempt: &mut Try<'_>,
    keys: Keys<'_>,
    message: &Inbound,
) -> Result<u64, Waiting> {
    let key = keys.customer(&message.from);
    let known = attempt.read(&key)?.and_then(|bytes| rows::decoded::<Customer>(&bytes));
    let count = known.as_ref().map_or(0, |customer| customer.count).saturating_add(1);
    let name = match known {
        Some(customer) if message.name.is_empty() => customer.name,
        _ => message.name.clone(),
    };
    let customer = Customer { number: message.from.digits().to_string(), name, count };
    attempt.write(key, rows::encoded(&customer), DataClass::ConsumerPhone, rows::RECORD);
    Ok(count)
}

/// Marks as read, then answers: two requests in this order, in the transaction that took the
/// message.
fn react(config: &Config, attempt: &mut Try<'_>, message: &Inbound, count: u64) {
    let id = |domain| derived_id(&config.hash_key, domain, &message.wamid);
    if config.mark_as_read {
        let what = What::Read { wamid: message.wamid.clone() };
        queue(attempt, Outgoing::new(id("read"), &message.from, what));
    }
    let heard = Heard { text: &message.text, name: &message.name, count };
    let Some(text) = bot::answer(&config.bot, heard) else { return };
    let request = id("reply");
    let (text, word) = match &config.canary {
        Some(canary) => {
            let (text, word) = bot::marked(&text, canary, request);
            (text, Some(word))
        }
        None => (text, None),
    };
    let to = message.from.clone();
    attempt.event(Event::Wrote { request, to, text: text.clone(), word });
    queue(
        attempt,
        Outgoing::new(request, &message.from, What::Text { text, context: None, picture: false }),
    );
}

pub(super) fn queue(attempt: &mut Try<'_>, outgoing: Outgoing) {
    let class = rows::outbox_class(&outgoing);
    attempt.append(rows::outbox(), rows::encoded(&outgoing), class, rows::UNTIL_DONE);
    attempt.note(Note::Queued(outgoing));
}

fn take_status(
    config: &Config,
    attempt: &mut Try<'_>,
    update: &StatusUpdate,
) -> Result<(), Waiting> {
    let StatusUpdate { wamid, status, error } = update;
    let seen = Keys(&config.hash_key).status_seen(wamid, status.name());
    let is_copy = attempt.read(&seen)?.is_some();
    if is_copy && !planted(config.mutant, Mutant::ForgottenDedupe) {
        return Ok(());
    }
    attempt.write(seen, Vec::new(), DataClass::ConnectionMetadata, rows::SEEN);
    attempt.event(Event::StatusSeen { wamid: wamid.clone(), status: *status, error: *error });
    Ok(())
}
