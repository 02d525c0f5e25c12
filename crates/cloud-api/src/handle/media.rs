//! Files that messages name: what came is kept so that the business can fetch it, and what is sent
//! is found by its id.

use endpoint::Vault as _;
use hop::Waiting;
use rand_core::CryptoRng;
use vocab::{Keep, MessageId, UnixMicros, limits};
use wire::content::{Body, Content, Media};

use super::Attempted;
use crate::{
    errors::{GraphError, codes},
    graph::messages::{MediaCall, Source},
    number::Number,
    rows,
};

/// Keeps how to fetch a file that a person sent; the id that the business knows it under.
pub(super) fn received(
    number: &Number,
    attempt: &mut Attempted<'_>,
    media: &Media,
    rng: &mut dyn CryptoRng,
) -> Result<String, Waiting> {
    kept(number, attempt, media, Keep::For(limits::MEDIA_RECEIVED_AGE), rng)
}

/// The same of any file.
pub(super) fn kept(
    number: &Number,
    attempt: &mut Attempted<'_>,
    media: &Media,
    keep: Keep,
    rng: &mut dyn CryptoRng,
) -> Result<String, Waiting> {
    let id = fresh_id(rng);
    let key = rows::media(number.grant.slot, &id);
    number.account.vault().put(attempt, key, &encoded(media), keep, rng)?;
    Ok(id)
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
    Here(Box<Media>),
    /// It is to be fetched from an address that this node may not ask: the message is accepted and
    /// then fails.
    Unfetched(GraphError),
}

/// The file that a message names, with what the message says beside it.
pub(super) fn find(
    number: &Number,
    attempt: &mut Attempted<'_>,
    call: &MediaCall,
) -> Result<Result<Found, GraphError>, Waiting> {
    let Source::Id(id) = &call.source else {
        let details = "The media could not be fetched: its address is not one that is allowed.";
        return Ok(Ok(Found::Unfetched(GraphError::with(codes::MEDIA_UPLOAD, details))));
    };
    let Some(media) = stored(number, attempt, number.grant.slot, id)? else {
        return Ok(Err(GraphError::value("id", "is no media of this phone number")));
    };
    if media.kind != call.kind {
        return Ok(Err(GraphError::value("id", "is media of another type")));
    }
    let (caption, filename) = (call.caption.clone(), call.filename.clone());
    let voice = call.voice || media.voice;
    Ok(Ok(Found::Here(Box::new(Media { caption, filename, voice, ..media }))))
}
