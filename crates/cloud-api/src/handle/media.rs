//! Files that messages name: what came is kept so that the business can fetch it, and what is sent
//! is found by its id.

use endpoint::{Vault as _, files};
use hop::Waiting;
use rand_core::CryptoRng;
use vocab::{Keep, MessageId, UnixMicros, limits};
use wire::content::{Body, Content, Media, MediaKind};

use super::Attempted;
use crate::{
    errors::{GraphError, codes},
    graph::{
        manage::media as read,
        messages::{MediaCall, Source},
    },
    number::Number,
    rows::{self, manage},
};

/// Keeps a file that a person sent, as the blob that it came in; the id that the business knows it
/// under.
pub(super) fn received(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (media, blob): (&Media, &[u8]),
    rng: &mut dyn CryptoRng,
) -> Result<String, Waiting> {
    kept(number, attempt, (media, blob), Keep::For(limits::MEDIA_RECEIVED_AGE), rng)
}

/// The same of any file.
pub(super) fn kept(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (media, blob): (&Media, &[u8]),
    keep: Keep,
    rng: &mut dyn CryptoRng,
) -> Result<String, Waiting> {
    let (id, vault) = (fresh_id(rng), number.account.vault());
    vault.put(attempt, rows::media(number.grant.slot, &id), &encoded(media), keep, rng)?;
    // A name that a person gave a blob may be the name of another: it lies under our own.
    vault.add_blob(attempt, manage::blob(number.grant.slot, &id), blob, keep, rng)?;
    Ok(id)
}

/// The file that lies under an id of one of the business's numbers; `None` where its blob is gone
/// or is not what it should be.
pub(super) fn file(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (slot, id): (u32, &str),
    media: &Media,
) -> Result<Option<Vec<u8>>, Waiting> {
    let blob = number.account.vault().blobs(attempt, &manage::blob(slot, id))?;
    Ok(files::open(media, &blob).ok())
}

/// Removes a file, and the key that opens its copies.
pub(super) fn remove(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (slot, id): (u32, &str),
) -> Result<(), Waiting> {
    let vault = number.account.vault();
    vault.remove(attempt, &rows::media(slot, id));
    vault.remove_blobs(attempt, &manage::blob(slot, id))
}

/// The file that one of the business's numbers knows under an id.
pub(super) fn stored(
    number: &Number,
    attempt: &mut Attempted<'_>,
    slot: u32,
    id: &str,
) -> Result<Option<Media>, Waiting> {
    let stored = number.account.vault().get(attempt, &rows::media(slot, id))?;
    let content = stored.and_then(|bytes| Content::decode(&bytes).ok());
    let Some(Content { body: Body::Media(media), .. }) = content else { return Ok(None) };
    Ok(Some(*media))
}

/// An id as Graph gives files: digits, derived from nothing.
fn fresh_id(rng: &mut dyn CryptoRng) -> String {
    let id = rng.next_u64().checked_rem(9_000_000_000_000_000).unwrap_or(0);
    id.saturating_add(1_000_000_000_000_000).to_string()
}

/// The row of a file: a content that has no message around it.
fn encoded(media: &Media) -> Vec<u8> {
    let content = Content {
        id: MessageId([0; 16]),
        sent_at: UnixMicros(0),
        profile_name: String::new(),
        quoted: None,
        body: Body::Media(Box::new(media.clone())),
    };
    content.encode()
}

/// What came of looking for a file.
pub(super) enum Found {
    /// What a message says of it, and the file.
    Here(Box<Media>, Vec<u8>),
    /// It cannot be had: the message is accepted and then fails.
    Unfetched(GraphError),
}

fn unfetched(details: &'static str) -> Found {
    Found::Unfetched(GraphError::with(codes::MEDIA_UPLOAD, details))
}

/// The file that a message names, with what the message says beside it.
pub(super) fn find(
    number: &Number,
    attempt: &mut Attempted<'_>,
    call: &MediaCall,
) -> Result<Result<Found, GraphError>, Waiting> {
    let (media, file) = match &call.source {
        Source::Id(id) => {
            let slot = number.grant.slot;
            let Some(media) = stored(number, attempt, slot, id)? else {
                return Ok(Err(GraphError::value("id", "is no media of this phone number")));
            };
            if media.kind != call.kind {
                return Ok(Err(GraphError::value("id", "is media of another type")));
            }
            match file(number, attempt, (slot, id), &media)? {
                Some(file) => (media, file),
                None => return Ok(Ok(unfetched("The media is not stored any more."))),
            }
        }
        Source::Fetched(file) => match read::kind(file, None) {
            Ok((mime_type, kind)) if kind == call.kind => {
                (media_of(kind, mime_type), file.bytes.clone())
            }
            Ok(_) => return Ok(Ok(unfetched("What is behind the link is of another type."))),
            Err(error) => return Ok(Ok(Found::Unfetched(error))),
        },
        Source::Link(_) => {
            let details = "The media could not be fetched: its address is not one that is \
                           allowed, or nothing answered there.";
            return Ok(Ok(unfetched(details)));
        }
    };
    let (caption, voice) = (call.caption.clone(), call.voice || media.voice);
    let filename = call.filename.clone();
    Ok(Ok(Found::Here(Box::new(Media { caption, filename, voice, ..media }), file)))
}

/// What a message says of a file that is not encrypted yet.
pub(super) const fn media_of(kind: MediaKind, mime_type: String) -> Media {
    Media {
        kind,
        blob: Vec::new(),
        key: [0; 32],
        digest: [0; 32],
        file_digest: [0; 32],
        size: 0,
        mime_type,
        caption: String::new(),
        filename: String::new(),
        voice: false,
        animated: false,
    }
}
