//! A file on its way in: its blob is fetched once its message was opened.

use alloc::{boxed::Box, vec, vec::Vec};

use hop::{Attempt, Waiting};
use prost::Message as _;
use rand_core::CryptoRng;
use vocab::{Address, BlobId, PhoneNumber, limits};
use wire::{content::Content, transport::Ask};

use super::{Fetched, named, open};
use crate::{
    account::Account,
    courier::Note,
    happening::{Failure, Happening},
    rows::{GetRow, Peer},
    vault::Vault,
};

impl<V: Vault> Account<V> {
    /// Fetches the file of a message that was opened. What comes of it is told as
    /// [`Happening::File`], exactly once.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn fetch_file<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        from: &Address,
        content: &Content,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let Some(media) = content.body.file() else { return Ok(Vec::new()) };
        let blob = match named(media) {
            Ok(blob) => blob,
            Err(why) => return Ok(vec![came(from, content.clone(), Err(why))]),
        };
        let peer = self.peer(from);
        let key = self.keys.get(&peer.name, blob);
        let row = self.get_row(attempt, &key)?;
        if row.as_ref().is_some_and(|row| row.contents.len() >= limits::MAX_WAITING_FOR_BLOB) {
            return Ok(vec![came(from, content.clone(), Err(Failure::FileMissing))]);
        }
        if row.is_none() {
            self.get_piece(attempt, from, (blob, 0), rng)?;
        }
        let mut row = row.unwrap_or_default();
        row.contents.push(content.encode());
        self.vault.put(attempt, key, &row.encode_to_vec(), self.config.work, rng)?;
        Ok(Vec::new())
    }

    fn get_row<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: &store::Key,
    ) -> Result<Option<GetRow>, Waiting> {
        let row = self.vault.get(attempt, key)?;
        Ok(row.and_then(|row| GetRow::decode(row.as_slice()).ok()))
    }

    fn get_piece<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        of: &Address,
        (blob, number): (BlobId, u32),
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let by = self.config.address.phone.clone();
        let ask = Ask::GetPiece { by, of: of.phone.clone(), blob, number };
        self.ask(attempt, ask, rng).map(drop)
    }

    /// The transport answered a request with a piece of a blob.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn piece_came<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        id: u64,
        bytes: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let asked = self.asked(attempt, id)?;
        let happened = if let Some(Ask::GetPiece { of, blob, number, .. }) = asked {
            self.next_piece(attempt, of, (blob, number), bytes, rng)?
        } else {
            Vec::new() // Answered before, or something else: there is nothing to repeat.
        };
        self.vault.remove(attempt, &self.keys.ask(id));
        attempt.note(N::from(Note::Answered { id }));
        Ok(happened)
    }

    fn next_piece<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        of: PhoneNumber,
        (blob, number): (BlobId, u32),
        bytes: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let peer = self.peer(&Address::first_device(of));
        let key = self.keys.get(&peer.name, blob);
        let row = self.get_row(attempt, &key)?;
        let Some(mut row) = row.filter(|row| row.next == number) else { return Ok(Vec::new()) };
        let queue = self.keys.got(&peer.name, blob);
        row.next = number.saturating_add(1);
        // No blob ends with a full piece (see `limits::BLOB_PIECE`).
        if bytes.len() == limits::BLOB_PIECE && row.next < limits::MAX_BLOB_PIECES {
            self.vault.add_blob(attempt, queue, bytes, self.config.work, rng)?;
            self.get_piece(attempt, &peer.address, (blob, row.next), rng)?;
            self.vault.put(attempt, key, &row.encode_to_vec(), self.config.work, rng)?;
            return Ok(Vec::new());
        }
        let mut whole = if number == 0 { Vec::new() } else { self.vault.blobs(attempt, &queue)? };
        whole.extend_from_slice(bytes);
        self.end_fetch(attempt, (&peer, blob, number), &row, Ok(&whole))
    }

    /// The transport has no such piece, or does not give it.
    pub(crate) fn piece_refused<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        (of, blob, number): (&PhoneNumber, BlobId, u32),
    ) -> Result<Vec<Happening>, Waiting> {
        let peer = self.peer(&Address::first_device(of.clone()));
        let row = self.get_row(attempt, &self.keys.get(&peer.name, blob))?;
        let Some(row) = row.filter(|row| row.next == number) else { return Ok(Vec::new()) };
        let why = Failure::FileMissing;
        self.end_fetch(attempt, (&peer, blob, number), &row, Err(why))
    }

    /// Tells what came of a blob to every message that names it.
    fn end_fetch<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        (peer, blob, number): (&Peer, BlobId, u32),
        row: &GetRow,
        whole: Result<&[u8], Failure>,
    ) -> Result<Vec<Happening>, Waiting> {
        self.vault.remove(attempt, &self.keys.get(&peer.name, blob));
        if number > 0 {
            self.vault.remove_blobs(attempt, &self.keys.got(&peer.name, blob))?;
        }
        let mut happened = Vec::new();
        for content in &row.contents {
            let Ok(content) = Content::decode(content) else { continue };
            let Some(media) = content.body.file() else { continue };
            let outcome = whole.and_then(|whole| {
                Ok(Box::new(Fetched { file: open(media, whole)?, blob: whole.to_vec() }))
            });
            happened.push(came(&peer.address, content, outcome));
        }
        Ok(happened)
    }
}

fn came(from: &Address, content: Content, outcome: Result<Box<Fetched>, Failure>) -> Happening {
    Happening::File { from: from.clone(), content, outcome }
}
