//! Somebody deleted their account: what this end keeps of them goes, a page of rows at a time.
//!
//! The notice waits in the mailbox until all of it is done, so that a restart begins anew. What
//! stays is a keyed hash with an expiry, which tells late copies of what the person sent from what
//! the number's next owner sends: everything before the notice's place is of the former. The
//! transport pushes a notice once all before it was acknowledged, so that what comes from there
//! later was dealt with already.

use alloc::vec::Vec;

use hop::{Attempt, Waiting};
use prost::Message as _;
use store::{Key, transaction::Stored};
use vocab::{Address, DataClass, Keep, MessageId, PhoneNumber, limits};
use wire::transport::{Envelope, Notice};

use crate::{
    account::Account,
    happening::{Failure, Happening},
    mutant::{Mutant, planted},
    rows::{GoneRow, Name, SentRow},
    vault::Vault,
};

/// How far forgetting somebody has come: a step, and the last row of it that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    step: usize,
    after: Option<Key>,
}

/// What one page of forgetting came to.
#[derive(Debug)]
pub struct Page {
    /// Envelopes of the person that were dealt with here, for what else is kept of them.
    pub seen: Vec<MessageId>,
    /// Messages to the person that were forgotten here, for what else is kept of them.
    pub sent: Vec<MessageId>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

impl<V: Vault> Account<V> {
    /// An account is gone: messages to it that had not arrived have failed, each told once. `None`
    /// if all was forgotten before, and only the acknowledgement was lost.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn gone<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        place: u64,
        notice: &Notice,
    ) -> Result<Option<Vec<Happening>>, Waiting> {
        let key = self.keys.gone(&self.vault.name(&notice.phone));
        let mut row = self.gone_row(attempt, &key)?;
        if row.done.contains(&place) {
            return Ok(None);
        }
        if row.places.contains(&place) {
            return Ok(Some(Vec::new()));
        }
        row.places.push(place);
        let mut happened = Vec::new();
        let sent: Vec<Key> = notice.ids.iter().map(|id| self.keys.sent(*id)).collect();
        attempt.need(&sent)?;
        for (id, key) in notice.ids.iter().zip(sent) {
            let row = attempt.read(&key)?;
            let row = row.and_then(|bytes| SentRow::decode(bytes.as_slice()).ok());
            if !row.is_some_and(|row| row.delivered) {
                let to = Address::first_device(notice.phone.clone());
                let why = Failure::AccountDeleted;
                happened.push(Happening::Failed { id: *id, to, why });
            }
        }
        write_gone(attempt, key, &row);
        Ok(Some(happened))
    }

    /// All is forgotten that a notice was about: it is acknowledged.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn forgot<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        place: u64,
        phone: &PhoneNumber,
    ) -> Result<(), Waiting> {
        let key = self.keys.gone(&self.vault.name(phone));
        let mut row = self.gone_row(attempt, &key)?;
        if !row.done.contains(&place) {
            row.done.push(place);
            write_gone(attempt, key, &row);
        }
        self.acknowledge(attempt, place);
        Ok(())
    }

    /// Whether an envelope is from somebody whose account is gone since.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn is_from_before<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        place: u64,
        envelope: &Envelope,
    ) -> Result<bool, Waiting> {
        let name = self.vault.name(&envelope.from.phone);
        let key = self.keys.gone(&name);
        // Whatever comes of it, this is looked at next: one fetch for both.
        attempt.need(&[key.clone(), self.keys.seen(&name, envelope.id)])?;
        let row = self.gone_row(attempt, &key)?;
        Ok(row.places.iter().any(|gone| place < *gone))
    }

    fn gone_row<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: &Key,
    ) -> Result<GoneRow, Waiting> {
        let row = attempt.read(key)?;
        Ok(row.and_then(|row| GoneRow::decode(row.as_slice()).ok()).unwrap_or_default())
    }

    /// Removes one page of what is kept of somebody. Begins with `Cursor::default()`.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn forget<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        phone: &PhoneNumber,
        cursor: &Cursor,
    ) -> Result<Page, Waiting> {
        let name = self.vault.name(phone);
        let (seen, sent) = (self.keys.all_seen(&name), self.keys.all_sent());
        let mut prefixes = self.keys.named(&name).into_iter().chain([seen.clone(), sent.clone()]);
        let mut page = Page { seen: Vec::new(), sent: Vec::new(), next: None };
        let Some(prefix) = prefixes.nth(cursor.step) else { return Ok(page) };
        let most = limits::MAX_ROWS_READ;
        let rows = attempt.scan(&prefix, cursor.after.as_ref(), most)?;
        if prefix == sent {
            page.sent = self.forget_sent(attempt, &name, rows);
        } else {
            for row in rows {
                page.seen.extend(row.key.after(&seen).and_then(MessageId::from_slice));
                self.vault.remove(attempt, &row.key);
            }
        }
        let last = rows.last().filter(|_| rows.len() >= most).map(|row| row.key.clone());
        let step = if last.is_some() { cursor.step } else { cursor.step.saturating_add(1) };
        page.next = Some(Cursor { step, after: last });
        Ok(page)
    }

    /// Removes those messages among `rows` that went to `name`.
    fn forget_sent<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        name: &Name,
        rows: &[Stored],
    ) -> Vec<MessageId> {
        let mut forgotten = Vec::new();
        if planted(self.config.mutant, Mutant::SentOutlivesAccount) {
            return forgotten;
        }
        for row in rows {
            let to = SentRow::decode(row.value.as_slice());
            let id = row.key.after(&self.keys.all_sent()).and_then(MessageId::from_slice);
            if let Some(id) = id.filter(|_| to.is_ok_and(|to| to.peer == name)) {
                self.forget_message(attempt, id);
                forgotten.push(id);
            }
        }
        forgotten
    }

    /// Nobody has the number of a message that did not go out: what was begun for it goes.
    pub fn forget_unsent<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        to: &Address,
        id: MessageId,
    ) {
        self.lose_session(attempt, to);
        attempt.delete(self.keys.pin(&self.vault.name(&to.phone)));
        self.forget_message(attempt, id);
    }

    fn forget_message<E, N>(&self, attempt: &mut Attempt<'_, E, N>, id: MessageId) {
        attempt.delete(self.keys.sent(id));
        attempt.delete(self.keys.sealed(id));
        self.vault.remove(attempt, &self.keys.kept(id));
    }
}

fn write_gone<E, N>(attempt: &mut Attempt<'_, E, N>, key: Key, row: &GoneRow) {
    let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::DEDUPE_AGE));
    attempt.write(key, row.encode_to_vec(), class, keep);
}
