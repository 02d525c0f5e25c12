//! A file on its way out: first its blob, then the message.

use alloc::{string::ToString, vec::Vec};

use hop::{Attempt, Waiting};
use prost::Message as _;
use rand_core::CryptoRng;
use vocab::{Address, BlobId, DeviceId, PhoneNumber, limits};
use wire::{
    content::Content,
    transport::{Ask, Status},
};

use super::{piece, seal};
use crate::{
    account::Account,
    courier::Note,
    happening::{Failure, Happening},
    mutant::{Mutant, planted},
    rows::PutRow,
    vault::Vault,
};

impl<V: Vault> Account<V> {
    /// Sends a message with its file. The file is encrypted under a fresh key; what the message
    /// says of blob, key, digests and size is set here.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn send_file<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        to: &Address,
        (mut content, file): (Content, &[u8]),
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let id = content.id;
        let Some(media) = content.body.file_mut() else {
            return self.send(attempt, to, &content, rng);
        };
        let mut blob = seal(media, file, rng);
        if planted(self.config.mutant, Mutant::FileInClear) {
            blob = file.to_vec();
        }
        let named = BlobId::from_slice(&media.blob);
        let is_short = file.len() <= limits::MAX_FILE && content.body.check().is_ok();
        let Some(named) = named.filter(|_| is_short) else {
            return Ok([Happening::Failed { id, to: to.clone(), why: Failure::TooLong }].into());
        };
        let row = PutRow {
            to: to.phone.digits().to_string(),
            device: to.device.get().into(),
            content: content.encode(),
            next: 0,
        };
        self.put_piece(attempt, named, (0, piece(&blob, 0)), rng)?;
        if blob.len() > limits::BLOB_PIECE {
            self.vault.add_blob(attempt, self.keys.blob(named), &blob, self.config.work, rng)?;
        }
        let key = self.keys.put(named);
        self.vault.put(attempt, key, &row.encode_to_vec(), self.config.work, rng)?;
        Ok(Vec::new())
    }

    fn put_piece<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        blob: BlobId,
        (number, bytes): (u32, &[u8]),
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let by = self.config.address.phone.clone();
        let ask = Ask::PutPiece { by, blob, number, bytes: bytes.to_vec() };
        self.ask(attempt, ask, rng).map(drop)
    }

    /// The transport has a piece, or will not: the next one follows, or the message.
    pub(crate) fn piece_put<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        (named, number): (BlobId, u32),
        status: Status,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let key = self.keys.put(named);
        let row = self.vault.get(attempt, &key)?;
        let row = row.and_then(|row| PutRow::decode(row.as_slice()).ok());
        let Some(mut row) = row.filter(|row| row.next == number) else { return Ok(Vec::new()) };
        let address = PhoneNumber::parse(&row.to).ok().zip(DeviceId::new(row.device));
        let content = Content::decode(&row.content).ok();
        let Some(((phone, device), content)) = address.zip(content) else { return Ok(Vec::new()) };
        let to = Address { phone, device };
        row.next = row.next.saturating_add(1);
        let queue = self.keys.blob(named);
        let blob = self.vault.blobs(attempt, &queue)?;
        let next = piece(&blob, row.next);
        if status == Status::Ok && !next.is_empty() {
            self.put_piece(attempt, named, (row.next, next), rng)?;
            self.vault.put(attempt, key, &row.encode_to_vec(), self.config.work, rng)?;
            return Ok(Vec::new());
        }
        self.vault.remove(attempt, &key);
        self.vault.remove_blobs(attempt, &queue)?;
        if status == Status::Ok {
            self.send(attempt, &to, &content, rng)
        } else {
            let (id, why) = (content.id, Failure::FileNotStored);
            Ok([Happening::Failed { id, to, why }].into())
        }
    }
}
