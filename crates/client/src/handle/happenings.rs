//! What the person is shown of what happened.

use alloc::{string::ToString, vec::Vec};

use endpoint::{Account, Happening, Vault as _, files::Fetched, vault::OwnDevice};
use hop::Waiting;
use rand_core::CryptoRng;
use vocab::{Address, DataClass, Keep, Reason};
use wire::{content::Content, transport::Operator};

use super::{Attempted, commands};
use crate::{
    output::Event,
    rows::{self, HistoryRow},
};

/// Shows what happened, with what it changes in the device's own rows.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are shown alike")]
pub(super) fn show(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    happened: Vec<Happening>,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    for happening in happened {
        match happening {
            Happening::Opened { from, content } => {
                let fetching = account.fetch_file(attempt, &from, &content, rng)?;
                opened(attempt, from, content);
                for happening in fetching {
                    fetched(attempt, happening);
                }
            }
            file @ Happening::File { .. } => fetched(attempt, file),
            Happening::RunBy { peer, operator } => label(account, attempt, &peer, operator)?,
            other => attempt.event(Event::Happened(other)),
        }
    }
    Ok(())
}

fn opened(attempt: &mut Attempted<'_>, from: Address, content: Content) {
    let row = HistoryRow::of(&content, &from.phone, false);
    commands::append(attempt, &row);
    attempt.event(Event::Shown {
        from: from.phone,
        name: content.profile_name,
        id: content.id,
        text: content.body.words().to_string(),
        quoted: content.quoted,
        body: content.body,
        sent_at: content.sent_at,
    });
}

/// The person has the file of a message, or sees that it cannot be had.
fn fetched(attempt: &mut Attempted<'_>, happening: Happening) {
    let Happening::File { from, content, outcome } = happening else { return };
    let outcome = outcome.map(|fetched| {
        let Fetched { file, .. } = *fetched;
        let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
        commands::keep_file(attempt, content.id, file);
        let digest = content.body.file().map(|media| media.file_digest).unwrap_or_default();
        (digest, length)
    });
    attempt.event(Event::Fetched { from: from.phone, id: content.id, outcome });
}

/// The label names the end that really decrypts (requirement R047).
fn label(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    peer: &Address,
    operator: Operator,
) -> Result<(), Waiting> {
    let key = rows::label(&account.vault().name(&peer.phone));
    let says = (operator as i32).to_be_bytes().to_vec();
    if attempt.read(&key)?.as_ref() != Some(&says) {
        let (class, keep) = (DataClass::ConnectionMetadata, Keep::Never(Reason::Account));
        attempt.write(key, says, class, keep);
        attempt.event(Event::Labelled { with: peer.phone.clone(), operator });
    }
    Ok(())
}
