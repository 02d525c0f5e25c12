//! Sending: a command becomes a row of the outbox once, and the row goes when its request is
//! settled.

use hop::{Act, Waiting};
use store::Key;
use vocab::{DataClass, MessageId, PhoneNumber};

use super::{Try, inbound::queue};
use crate::{
    config::Config,
    input::Note,
    outbox::{Ended, Outgoing, What},
    output::Event,
    rows::{self, Keys, Message},
};

pub(super) fn accept(
    config: &Config,
    attempt: &mut Try<'_>,
    id: MessageId,
    outgoing: &Outgoing,
) -> Result<(), Waiting> {
    let seen = Keys(&config.hash_key).command_seen(id);
    if attempt.read(&seen)?.is_none() {
        attempt.write(seen, Vec::new(), DataClass::ConnectionMetadata, rows::SEEN);
        queue(attempt, outgoing.clone());
    }
    attempt.event(Event::Accepted { id });
    Ok(())
}

pub(super) fn settle(
    config: &Config,
    attempt: &mut Try<'_>,
    key: &Key,
    outgoing: &Outgoing,
    ended: &Ended,
) {
    attempt.delete(key.clone());
    attempt.note(Note::Settled(key.clone()));
    let request = outgoing.request();
    match (ended, &outgoing.what) {
        (Ended::Sent(wamid), What::Text { text, .. }) => {
            keep(config, attempt, wamid, outgoing, text);
            attempt.event(Event::SendAccepted { request, wamid: wamid.clone() });
        }
        (Ended::Refused(status), What::Text { .. }) => {
            attempt.event(Event::SendFailed { request, status: *status });
        }
        (Ended::Refused(status), What::Read { .. }) => {
            attempt.act(Act::Log(format!("a message was not marked as read: {status}")));
        }
        (Ended::Sent(_) | Ended::Read, _) => {}
    }
}

/// The business keeps what it sent.
fn keep(config: &Config, attempt: &mut Try<'_>, wamid: &str, outgoing: &Outgoing, text: &str) {
    let keys = Keys(&config.hash_key);
    let customer = PhoneNumber::parse(&outgoing.to).map(|number| keys.customer_hash(&number));
    let row = Message {
        wamid: wamid.to_string(),
        customer: customer.unwrap_or_default(),
        text: text.to_string(),
        at: attempt.now().wall.seconds(),
    };
    let value = rows::encoded(&row);
    attempt.write(keys.sent(wamid), value, DataClass::MessageContent, rows::RECORD);
}
