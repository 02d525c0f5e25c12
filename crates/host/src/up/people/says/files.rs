//! Files that a person sends: bytes in Base64, where a webhook has an id.

use cloud_api::base64;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vocab::limits;
use wire::content::{Media, MediaKind};

use super::{Part, Unsayable, wrong};

/// The member of a message's object that has the bytes.
const DATA: &str = "data";

/// What a file of each type is, if its MIME type is not said.
const fn kind_of(name: &str) -> (MediaKind, &'static str) {
    match name.as_bytes() {
        b"image" => (MediaKind::Image, "image/jpeg"),
        b"audio" => (MediaKind::Audio, "audio/ogg; codecs=opus"),
        b"video" => (MediaKind::Video, "video/mp4"),
        b"sticker" => (MediaKind::Sticker, "image/webp"),
        _ => (MediaKind::Document, "application/pdf"),
    }
}

/// The file of a message, and what is said of it.
pub(super) fn read(part: &Part<'_>, name: &str) -> Result<(Media, Vec<u8>), Unsayable> {
    let bytes = base64::decode(part.text(DATA)?);
    let bytes = bytes.filter(|bytes| (1..=limits::MAX_FILE).contains(&bytes.len()));
    let bytes = bytes.ok_or_else(|| {
        wrong(&part.at(DATA), "must be a file in Base64, of at most 3 MiB and not empty")
    })?;
    let (kind, usual) = kind_of(name);
    let text =
        |name: &str| part.optional_text(name).map(|text| text.unwrap_or_default().to_owned());
    let flag = |name: &str| match part.members.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(wrong(&part.at(name), "must be true or false")),
    };
    let media = Media {
        kind,
        blob: Vec::new(),
        key: [0; 32],
        digest: [0; 32],
        file_digest: [0; 32],
        size: 0,
        mime_type: part.optional_text("mime_type")?.unwrap_or(usual).to_owned(),
        caption: text("caption")?,
        filename: text("filename")?,
        voice: flag("voice")?,
        animated: flag("animated")?,
    };
    Ok((media, bytes))
}

/// Says of a file what it is instead of what it holds.
pub(super) fn describe(object: &mut Value, bytes: &[u8]) {
    if let Some(object) = object.as_object_mut() {
        object.remove(DATA);
        object.insert("sha256".to_owned(), hex(&Sha256::digest(bytes)).into());
        object.insert("file_size".to_owned(), bytes.len().into());
    }
}

/// Bytes as hexadecimal digits, as Graph writes the digest of a file.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
