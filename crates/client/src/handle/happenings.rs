//! What the person is shown of what happened.

use alloc::{string::ToString, vec::Vec};

use endpoint::{Account, Happening, Vault as _, vault::OwnDevice};
use hop::Waiting;
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
) -> Result<(), Waiting> {
    for happening in happened {
        match happening {
            Happening::Opened { from, content } => opened(attempt, from, content),
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
