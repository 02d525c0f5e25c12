//! Messages that wait for what a session starts from.

use alloc::vec::Vec;

use hop::{Attempt, Waiting};
use prost::Message as _;
use rand_core::CryptoRng;
use vocab::{Address, DataClass, MessageId, limits};
use wire::transport::Ask;

use crate::{
    account::Account,
    courier::Note,
    rows::{KeptRow, Peer, SentRow},
    sending::{Outgoing, kept_row},
    vault::Vault,
};

impl<V: Vault> Account<V> {
    /// Puts a message aside until the recipient's bundle is here, and fetches that once.
    pub(crate) fn wait_for_bundle<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        outgoing: &Outgoing,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let number = self.fetch(attempt, peer, Some(outgoing.id), rng)?;
        let queue = self.keys.waiting(&peer.name, peer.device());
        let mut row = kept_row(peer, outgoing);
        let key = if outgoing.attempt > 0 {
            // What is kept is read, and the recipient's identity compared, when it is sealed again;
            // however often it is asked for meanwhile, it waits once.
            row.content.clear();
            queue.with(&outgoing.id.0)
        } else {
            queue.with_number(number)
        };
        self.vault.put(attempt, key, &row.encode_to_vec(), self.config.work, rng)
    }

    /// Asks for the bundle of `peer`, unless that is under way. Whoever takes what
    /// waits learns here of the `last` message that does: what was looked up may be older.
    ///
    /// Gives a number greater than those of all that waits: the row says what the last one was,
    /// since after a restart the clock may be earlier than it was.
    pub(crate) fn fetch<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        last: Option<MessageId>,
        rng: &mut dyn CryptoRng,
    ) -> Result<u64, Waiting> {
        let fetch = self.keys.fetch(&peer.name, peer.device());
        match attempt.read(&fetch)? {
            Some(row) => self.numbered(split(&row).1),
            None => {
                let ask = Ask::Fetch { address: peer.address.clone() };
                self.ask(attempt, ask, rng)?;
            }
        }
        let number = self.next_number(attempt.now());
        let mut row = last.map(|id| id.0.to_vec()).unwrap_or_default();
        row.extend(number.to_be_bytes());
        // As long as the request itself, or an expired request would stop every later one.
        attempt.write(fetch, row, DataClass::ConnectionMetadata, self.config.work);
        Ok(number)
    }

    /// Nobody has the number at `address`. What waited for them goes to the other form of that
    /// number, if it has one and the message has not come from there; gives what goes nowhere.
    pub(crate) fn redirect<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        address: &Address,
        waiting: Vec<KeptRow>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<KeptRow>, Waiting> {
        let other = address.phone.other_form();
        let Some(phone) = other.filter(|phone| *phone != self.config.address.phone) else {
            return Ok(waiting);
        };
        let peer = self.peer(&Address { phone, device: address.device });
        let mut lost = Vec::new();
        for row in waiting {
            let id = MessageId::from_slice(&row.id);
            let key = id.map(|id| self.keys.sent(id));
            let sent = key.as_ref().map(|key| attempt.read(key)).transpose()?.flatten();
            let sent = sent.and_then(|sent| SentRow::decode(sent.as_slice()).ok());
            match (id, key, sent) {
                // What is only asked for again has no content here: its session is elsewhere.
                (Some(id), Some(key), Some(sent))
                    if !sent.other_form && !row.content.is_empty() =>
                {
                    let sent = SentRow { peer: peer.name.to_vec(), other_form: true, ..sent };
                    self.write_sent(attempt, key, &sent);
                    let outgoing = Outgoing { id, content: row.content, attempt: 0 };
                    self.wait_for_bundle(attempt, &peer, &outgoing, rng)?;
                }
                _ => lost.push(row),
            }
        }
        Ok(lost)
    }

    /// Takes what waits for a bundle of `peer`, and says whether more than that may wait.
    pub(crate) fn take_waiting<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
    ) -> Result<(Vec<KeptRow>, bool), Waiting> {
        let fetch = self.keys.fetch(&peer.name, peer.device());
        let last = attempt.read(&fetch); // Brought together with what waits.
        let prefix = self.keys.waiting(&peer.name, peer.device());
        let mut rows: Vec<KeptRow> = Vec::new();
        let stored = attempt.scan(&prefix, None, limits::MAX_WAITING_FOR_BUNDLE)?;
        for (key, plain) in self.vault.open_all(attempt, stored)? {
            rows.extend(plain.and_then(|plain| KeptRow::decode(plain.as_slice()).ok()));
            self.vault.remove(attempt, key);
        }
        // A message that came to wait after these were looked up waits for another answer.
        let last = last?.map(|row| {
            let (id, number) = split(&row);
            self.numbered(number);
            id.to_vec()
        });
        let last = last.filter(|id| !id.is_empty() && rows.iter().all(|row| row.id != *id));
        attempt.delete(fetch);
        let more = last.is_some() || stored.len() == limits::MAX_WAITING_FOR_BUNDLE;
        Ok((rows, more))
    }
}

/// What the row of a fetch says: the id of the last message that waits, if one does, and the last
/// number that was given.
fn split(row: &[u8]) -> (&[u8], u64) {
    match row.split_last_chunk() {
        Some((id, number)) => (id, u64::from_be_bytes(*number)),
        None => (&[], 0),
    }
}
