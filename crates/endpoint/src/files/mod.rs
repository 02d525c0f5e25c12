//! Files beside messages (WhatsApp Encryption Overview, "Transmitting Media and Other
//! Attachments"): encrypted under a key of their own, stored at the transport as a blob that it
//! cannot read, and named inside the message.
//!
//! A blob goes there in pieces before its message does, and comes from there in pieces after it;
//! each piece is a request that the courier repeats until it is answered, and the next one follows
//! its answer, so that a file never crowds out what people write.

use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use signal::attachment::{self, Kind};
use vocab::{BlobId, limits};
use wire::content::{Media, MediaKind};

use crate::{account::random, happening::Failure};

mod getting;
mod putting;

/// A file that was fetched, and the blob that it was in.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The file.
    pub file: Vec<u8>,
    /// Its blob, for whoever keeps it as it came.
    pub blob: Vec<u8>,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fetched({}B)", self.file.len())
    }
}

/// Which key opens files of a kind.
pub const fn kind_of(kind: MediaKind) -> Kind {
    match kind {
        MediaKind::Image | MediaKind::Sticker => Kind::Image,
        MediaKind::Audio => Kind::Audio,
        MediaKind::Video => Kind::Video,
        MediaKind::Document | MediaKind::Unspecified => Kind::Document,
    }
}

/// Encrypts a file under a fresh key and with a fresh name: the blob. What a message says of it is
/// set in `media`.
pub fn seal(media: &mut Media, file: &[u8], rng: &mut dyn CryptoRng) -> Vec<u8> {
    media.key = random(rng);
    media.blob = random::<16>(rng).to_vec();
    let blob = attachment::seal(&media.key, kind_of(media.kind), file);
    media.digest = blob.digest;
    media.file_digest = blob.file_digest;
    media.size = u64::try_from(file.len()).unwrap_or(u64::MAX);
    blob.bytes
}

/// Opens a blob that is to be what a message says.
///
/// # Errors
///
/// [`Failure::FileWrong`] for any other.
pub fn open(media: &Media, blob: &[u8]) -> Result<Vec<u8>, Failure> {
    let digests = [&media.digest, &media.file_digest];
    let file = attachment::open(&media.key, kind_of(media.kind), blob, digests);
    let file = file.map_err(|_| Failure::FileWrong)?;
    let fits = u64::try_from(file.len()) == Ok(media.size);
    fits.then_some(file).ok_or(Failure::FileWrong)
}

/// The blob that a message names, if it can be one.
fn named(media: &Media) -> Result<BlobId, Failure> {
    let most = u64::try_from(limits::MAX_FILE).unwrap_or(u64::MAX);
    let blob = BlobId::from_slice(&media.blob).filter(|_| media.size <= most);
    blob.ok_or(Failure::FileWrong)
}

/// A piece of a blob; empty behind its end.
fn piece(blob: &[u8], number: u32) -> &[u8] {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    blob.chunks(limits::BLOB_PIECE).nth(number).unwrap_or_default()
}
