//! Blobs: files that ends encrypted, in pieces. Nobody here can tell what they are.
//!
//! A blob lies under its owner's alias, so that it goes with the account, and under a name that its
//! owner drew: whoever was told that name, inside a message, may have it. Pieces are added to the
//! store and looked for there, past the desk: so many large rows would fill the memory.

use alloc::vec::Vec;

use store::Key;
use vocab::{BlobId, DataClass, Keep, NoiseKey, PhoneNumber, limits};

use super::{Attempt, Context, Stop, owned};
use crate::{
    gcra,
    output::{Event, Refusal},
    rows::{self, Stored, keys as key},
};

/// Stores a piece, once.
pub(super) fn put(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    (link, by): (NoiseKey, &PhoneNumber),
    (blob, number): (BlobId, u32),
    bytes: &[u8],
) -> Result<(), Stop> {
    let (alias, account) = owned(attempt, context, link, by)?;
    let (piece, stored_key) = (key::piece(&alias, blob, number), key::stored(&alias));
    if let Some(there) = look(attempt, &piece)? {
        // A copy of the request, or another piece in the place of one that somebody may have.
        return if there == bytes { Ok(()) } else { Err(Refusal::PieceTaken.into()) };
    }
    let rate = if account.is_business(context.config) {
        limits::BLOB_BYTES_PER_BUSINESS
    } else {
        limits::BLOB_BYTES_PER_ACCOUNT
    };
    let mut stored = rows::read::<Stored>(attempt, &stored_key)?.unwrap_or_default();
    let cost = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    stored.spent = gcra::take(rate, stored.spent, cost, attempt.now().wall.0)
        .map_err(|wait| Refusal::Limited { wait })?;
    rows::write(attempt, stored_key, &stored);
    let keep = Keep::For(limits::BLOB_AGE);
    attempt.append(piece, bytes.to_vec(), DataClass::ConnectionMetadata, keep);
    attempt.event(Event::BlobStored { account: alias, bytes: bytes.len() });
    Ok(())
}

/// A piece, for whoever knows the name of its blob.
pub(super) fn get(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    (link, by): (NoiseKey, &PhoneNumber),
    of: &PhoneNumber,
    (blob, number): (BlobId, u32),
) -> Result<Vec<u8>, Stop> {
    let (by, _account) = owned(attempt, context, link, by)?;
    let of = context.config.hash_key.alias(of);
    let piece = look(attempt, &key::piece(&of, blob, number))?.ok_or(Refusal::NoBlob)?;
    let bytes = piece.to_vec();
    attempt.event(Event::BlobRead { account: of, by, bytes: bytes.len() });
    Ok(bytes)
}

fn look<'a>(attempt: &mut Attempt<'a>, piece: &Key) -> Result<Option<&'a [u8]>, Stop> {
    Ok(attempt.scan(piece, None, 1)?.first().map(|row| row.value.as_slice()))
}
