//! An envelope on its way into its recipient's mailbox.

use alloc::string::ToString;

use hop::Act;
use keys::PublicKey;
use vocab::{Address, NoiseKey};
use wire::{
    signal::{PreKeySignalMessage, SignalMessage},
    transport::{Envelope, Payload},
};

use super::{Attempt, Context, Note, Stop, integrity, mailbox, meeting, suppress};
use crate::{
    alias::Alias,
    config::Config,
    mutant::planted,
    output::{Event, Refusal},
    rows::{self, Accepted, Account, Block, Fill, Kept, Mail, keys as key},
};

/// Puts an envelope into its recipient's mailbox, once for each of its transmissions.
pub(super) fn send(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    link: NoiseKey,
    envelope: &Envelope,
) -> Result<(), Stop> {
    if !is_ciphertext(&envelope.payload) {
        return Err(Refusal::NotCiphertext.into());
    }
    let config = context.config;
    let (from, to) =
        (config.hash_key.alias(&envelope.from.phone), config.hash_key.alias(&envelope.to.phone));
    let accepted_key = key::accepted(&transmission(config, link, envelope, &to));
    let fill_key = key::fill(&to, envelope.to.device);
    let [met_key, caller_key] = meeting::rows(&link, &to);
    attempt.need(&[
        met_key,
        caller_key,
        key::account(&from),
        key::account(&to),
        accepted_key.clone(),
        key::block(&to, &from),
        fill_key.clone(),
    ])?;
    let sender = sender(attempt, config, link, &envelope.from, &from)?;
    let accepted = rows::read::<Accepted>(attempt, &accepted_key)?.is_some();
    if accepted && !planted!(config, AcceptedForgotten) {
        return Ok(());
    }
    meeting::meet(attempt, context, link, &to)?;
    let recipient = rows::read::<Account>(attempt, &key::account(&to))?;
    let recipient = recipient.filter(|account| account.has(&envelope.to));
    let recipient = recipient.ok_or(Refusal::NoAccount)?;
    let blocked = is_blocked(attempt, config, [&from, &to], &recipient)?;
    let mail = mailbox::mail(attempt, envelope);
    let fill = match rows::read::<Fill>(attempt, &fill_key)? {
        _ if blocked => None,
        fill => {
            let with = fill.unwrap_or_default().with(&mail, config.rules.mailbox_quota);
            if with.is_none() && sender.is_business(config) {
                integrity::known(attempt, &from, &to); // Its session is there already.
            }
            Some(with.ok_or(Refusal::MailboxFull)?)
        }
    };
    if envelope.attempt == 0 && !is_receipt(envelope) {
        if sender.is_business(config) {
            integrity::sent(attempt, context, [&from, &to], &sender, blocked)?;
        } else if recipient.is_business(config) {
            integrity::asked(attempt, &to, &from)?;
            if sender.suppressed {
                suppress::lift(attempt, config, [&to, &from], sender)?;
            }
        }
    }
    rows::write(attempt, accepted_key, &Accepted {});
    if let Some(fill) = fill {
        rows::write(attempt, fill_key, &fill);
        let queue = key::mailbox(&to, envelope.to.device);
        attempt.append(queue, prost::Message::encode_to_vec(&mail), Mail::CLASS, Mail::KEEP);
        let address = envelope.to.clone();
        attempt.note(Note::Arrived { link: recipient.noise_key()?, address });
        let bytes = envelope.payload.ciphertext().map_or(0, <[u8]>::len);
        let (id, transmission) = (envelope.id, envelope.attempt);
        attempt.event(Event::Accepted { id, from, to, attempt: transmission, bytes });
    } else {
        attempt.event(Event::Dropped { id: envelope.id, from, to });
    }
    Ok(())
}

/// Whether the recipient does not want to hear of the sender, or whoever had the number before did
/// not.
fn is_blocked(
    attempt: &mut Attempt<'_>,
    config: &Config,
    [from, to]: [&Alias; 2],
    recipient: &Account,
) -> Result<bool, Stop> {
    let blocked = rows::read::<Block>(attempt, &key::block(to, from))?.is_some()
        || recipient.suppressed && suppress::is_unwanted(attempt, config, [from, to])?;
    Ok(blocked && !planted!(config, BlockIgnored))
}

/// The sender's account, if this link may send for it.
fn sender(
    attempt: &mut Attempt<'_>,
    config: &Config,
    link: NoiseKey,
    from: &Address,
    alias: &Alias,
) -> Result<Account, Stop> {
    let account = rows::read::<Account>(attempt, &key::account(alias))?;
    let account = account.filter(|account| account.has(from)).ok_or(Refusal::NotOwner)?;
    if account.hosted {
        if is_imposter(config, link, &account) {
            let line =
                "an envelope from a hosted number came on a link that is not the Cloud API's";
            attempt.act(Act::Log(line.to_string()));
            return Err(Refusal::BusinessSender.into());
        }
    } else if account.link != link.0 {
        return Err(Refusal::NotOwner.into());
    }
    Ok(account)
}

/// The guard of hosted numbers: whether somebody else sends for one than the node of the Cloud API
/// that hosts it.
fn is_imposter(config: &Config, link: NoiseKey, account: &Account) -> bool {
    if planted!(config, NoSenderCheck) {
        return false;
    }
    let hosts = config.is_cloud_api(link) && account.link == link.0;
    config.rules.business_sender_check && !hosts
}

/// Names one transmission of one envelope to one device.
fn transmission(config: &Config, link: NoiseKey, envelope: &Envelope, to: &Alias) -> [u8; 32] {
    let kind = match &envelope.payload {
        Payload::Message(_) => 0,
        Payload::PreKey(_) => 1,
        Payload::Receipt { kind, .. } => 16_i32.saturating_add(i32::from(*kind)),
    };
    config.hash_key.hash(&[
        &link.0,
        &envelope.id.0,
        &envelope.attempt.to_be_bytes(),
        &kind.to_be_bytes(),
        &to.0,
        &[envelope.to.device.get()],
    ])
}

const fn is_receipt(envelope: &Envelope) -> bool {
    matches!(envelope.payload, Payload::Receipt { .. })
}

/// Whether a payload is what it says: everything an observer without keys can tell (requirement
/// R037). A receipt has no content of anybody.
fn is_ciphertext(payload: &Payload) -> bool {
    match payload {
        Payload::Message(bytes) => SignalMessage::parse(bytes).is_ok_and(|m| is_sealed(&m)),
        Payload::PreKey(bytes) => PreKeySignalMessage::parse(bytes).is_ok_and(|first| {
            PublicKey::decode_lenient(first.base_key).is_ok()
                && PublicKey::decode_lenient(first.identity_key).is_ok()
                && is_sealed(&first.message)
        }),
        Payload::Receipt { .. } => true,
    }
}

/// Whether a message has a version in use, a ratchet key, and whole blocks of ciphertext.
fn is_sealed(message: &SignalMessage<'_>) -> bool {
    /// Bytes of a block of AES: the protocol pads to whole ones.
    const BLOCK: usize = 16;
    matches!(message.version >> 4, 3 | 4)
        && PublicKey::decode_lenient(message.ratchet_key).is_ok()
        && !message.ciphertext.is_empty()
        && message.ciphertext.len().is_multiple_of(BLOCK)
}
