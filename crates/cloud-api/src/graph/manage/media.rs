//! Files that a business uploads: what they may be, and the address at which one is downloaded.

use vocab::Micros;
use wire::content::MediaKind;

use crate::{
    errors::{GraphError, codes},
    parameters::File,
};

/// What may be uploaded: the MIME type, what messages call it, and how many bytes it may have
/// (facts, cloud-api.md section 1.4).
const TYPES: &[(&str, MediaKind, usize)] = &[
    ("image/jpeg", MediaKind::Image, 5 * MB),
    ("image/png", MediaKind::Image, 5 * MB),
    ("image/webp", MediaKind::Sticker, 500 * KB),
    ("audio/aac", MediaKind::Audio, 16 * MB),
    ("audio/amr", MediaKind::Audio, 16 * MB),
    ("audio/mp4", MediaKind::Audio, 16 * MB),
    ("audio/mpeg", MediaKind::Audio, 16 * MB),
    ("audio/ogg", MediaKind::Audio, 16 * MB),
    ("video/3gpp", MediaKind::Video, 16 * MB),
    ("video/mp4", MediaKind::Video, 16 * MB),
    ("application/pdf", MediaKind::Document, 100 * MB),
    ("application/msword", MediaKind::Document, 100 * MB),
    ("application/vnd.ms-excel", MediaKind::Document, 100 * MB),
    ("application/vnd.ms-powerpoint", MediaKind::Document, 100 * MB),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        MediaKind::Document,
        100 * MB,
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        MediaKind::Document,
        100 * MB,
    ),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        MediaKind::Document,
        100 * MB,
    ),
    ("text/plain", MediaKind::Document, 100 * MB),
];

const KB: usize = 1_024;
const MB: usize = 1_024 * KB;

/// For how many minutes a business may have an upload kept (facts, cloud-api.md section 5).
pub(crate) const TTL_MINUTES: (f64, f64) = (60.0, 43_200.0);

/// A number of minutes within [`TTL_MINUTES`], parts of one left out.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in its range")]
pub(crate) const fn minutes(minutes: f64) -> Micros {
    Micros::minutes(minutes as u64)
}

/// What a file is: its MIME type and what messages call it.
///
/// # Errors
///
/// 131053 for a type that may not be uploaded, and a file that is empty or too long.
pub(crate) fn kind(file: &File, said: Option<&str>) -> Result<(String, MediaKind), GraphError> {
    // Clients say a MIME type, `image`, or nothing.
    let said = said.filter(|said| said.contains('/'));
    let mime = said.or(file.mime_type.as_deref()).unwrap_or_default();
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = TYPES.iter().find(|(name, _, _)| *name == essence);
    let Some((_, kind, most)) = known else {
        return Err(GraphError::with(codes::MEDIA_UPLOAD, "Files of this type are not supported."));
    };
    match file.bytes.len() {
        0 => Err(GraphError::with(codes::MEDIA_UPLOAD, "The file is empty.")),
        length if length > *most => {
            let details = format!("The file has more than {most} bytes.");
            Err(GraphError::with(codes::MEDIA_UPLOAD, details))
        }
        _ => Ok((essence, *kind)),
    }
}
