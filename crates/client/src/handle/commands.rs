//! What the person does.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use endpoint::{Account, vault::OwnDevice};
use hop::Waiting;
use prost::Message as _;
use rand_core::CryptoRng;
use vocab::{Address, DataClass, Keep, MessageId, PhoneNumber, Reason, limits};
use wire::{
    content::{Body, Content},
    transport,
};

use super::{Attempted, happenings};
use crate::{
    input::{Ask, Command},
    output::Event,
    rows::{self, HistoryRow},
};

/// Does what was asked, once for each number.
pub(super) fn command(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    command: &Command,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let done = rows::done(command.number);
    if attempt.read(&done)?.is_none() {
        ask(account, attempt, &command.ask, rng)?;
        let keep = Keep::For(limits::DEDUPE_AGE);
        attempt.write(done, Vec::from([1]), DataClass::ConnectionMetadata, keep);
    }
    attempt.event(Event::Acknowledged { number: command.number });
    Ok(())
}

fn ask(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    ask: &Ask,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let us = account.address().phone.clone();
    match ask {
        Ask::Write { id, to, text } => {
            send(account, attempt, to, (*id, None, Body::text(text.clone())), rng)
        }
        Ask::Send { id, to, quoted, body } => {
            send(account, attempt, to, (*id, *quoted, body.clone()), rng)
        }
        Ask::SendFile { id, to, quoted, media, file } => {
            let body = Body::Media(media.clone());
            send_file(account, attempt, to, (*id, *quoted, body), &file.0, rng)
        }
        Ask::Read { from, ids } => {
            account.mark_read(attempt, &Address::first_device(from.clone()), ids, rng)
        }
        Ask::Play { from, ids } => {
            account.mark_played(attempt, &Address::first_device(from.clone()), ids, rng)
        }
        Ask::AskAgain { from, id } => {
            account.ask_again(attempt, &Address::first_device(from.clone()), *id, rng)
        }
        Ask::Report { about, ids, attached } => {
            let report = report(us, about, ids, attached);
            report.map_or(Ok(()), |report| account.request(attempt, report, rng))
        }
        Ask::Block { who, on } => {
            let ask = transport::Ask::Block { by: us, blocked: who.clone(), on: *on };
            account.request(attempt, ask, rng)
        }
        Ask::LoseSession { with } => {
            account.lose_session(attempt, &Address::first_device(with.clone()));
            Ok(())
        }
        Ask::EnterCode { code } => account.enter_code(attempt, code, rng),
        Ask::DeleteAccount => {
            account.request(attempt, transport::Ask::DeleteAccount { phone: us }, rng)
        }
        Ask::Reinstall => {
            if attempt.read(&rows::left())?.is_some() {
                attempt.delete(rows::left());
            }
            account.found_anew(attempt, rng)
        }
    }
}

/// A report that fits a frame; `None` for one about no message.
fn report(
    by: PhoneNumber,
    about: &PhoneNumber,
    ids: &[MessageId],
    attached: &[String],
) -> Option<transport::Ask> {
    let ids: Vec<MessageId> = ids.iter().take(limits::MAX_IDS).copied().collect();
    let mut room = limits::MAX_CIPHERTEXT;
    let fits = |text: &&String| {
        let left = room.checked_sub(text.len().saturating_add(8));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let attached = attached.iter().take_while(fits).cloned().collect();
    let about = about.clone();
    (!ids.is_empty()).then_some(transport::Ask::Report { by, about, ids, attached })
}

fn send(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    to: &PhoneNumber,
    said: (MessageId, Option<MessageId>, Body),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let content = written(account, attempt, said);
    let happened = account.send(attempt, &Address::first_device(to.clone()), &content, rng)?;
    append(attempt, &HistoryRow::of(&content, to, true));
    happenings::show(account, attempt, happened, rng)
}

fn send_file(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    to: &PhoneNumber,
    said: (MessageId, Option<MessageId>, Body),
    file: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let content = written(account, attempt, said);
    append(attempt, &HistoryRow::of(&content, to, true));
    keep_file(attempt, content.id, file.to_vec());
    let to = Address::first_device(to.clone());
    let happened = account.send_file(attempt, &to, (content, file), rng)?;
    happenings::show(account, attempt, happened, rng)
}

fn written(
    account: &Account<OwnDevice>,
    attempt: &Attempted<'_>,
    (id, quoted, body): (MessageId, Option<MessageId>, Body),
) -> Content {
    let sent_at = attempt.now().wall;
    let profile_name = account.profile_name().to_string();
    Content { id, sent_at, profile_name, quoted, body }
}

/// Keeps the file of a message beside the person's history.
pub(super) fn keep_file(attempt: &mut Attempted<'_>, id: MessageId, file: Vec<u8>) {
    let (class, keep) = (DataClass::MessageContent, Keep::Never(Reason::OwnHistory));
    attempt.append(rows::file(id), file, class, keep);
}

/// Adds a message to the person's history.
pub(super) fn append(attempt: &mut Attempted<'_>, row: &HistoryRow) {
    let (class, keep) = (DataClass::MessageContent, Keep::Never(Reason::OwnHistory));
    attempt.append(rows::history(), row.encode_to_vec(), class, keep);
}
