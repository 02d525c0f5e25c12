//! Files: uploaded, looked at, downloaded, deleted.
//!
//! A file lies here as the blob that a device would fetch, encrypted under a key of its own; the
//! key lies in a sealed row beside it. Removing that row makes every copy of the blob unreadable.

use endpoint::files;
use hop::{http::Response, router::same_secret};
use rand_core::CryptoRng;
use serde_json::json;
use vocab::{Keep, Micros, UnixMicros, limits};
use wire::content::Media;

use super::{Answered, Context, Stop};
use crate::{
    errors::GraphError,
    graph::{
        self,
        manage::{media as read, product},
    },
    handle::{Attempted, media},
};

/// How long the address of a file is valid.
const ADDRESS_AGE: Micros = Micros::minutes(5);

/// Uploads or downloads.
pub(super) fn work(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Answered {
    if context.call.is_get() { download(context, attempt) } else { upload(context, attempt, rng) }
}

fn upload(context: &Context<'_>, attempt: &mut Attempted<'_>, rng: &mut dyn CryptoRng) -> Answered {
    product(&context.call.fields())?;
    let mut files = context.call.parameters.files.iter();
    let file = files.find(|file| file.name == "file");
    let file = file.ok_or_else(|| GraphError::parameter("The parameter file is required."))?;
    let said = context.call.parameters.text("type");
    let (mime_type, kind) = read::kind(file, said.as_deref())?;
    let mut media = media::media_of(kind, mime_type);
    media.filename = file.filename.chars().take(240).collect();
    let blob = files::seal(&mut media, &file.bytes, rng);
    let fields = context.call.fields();
    let keep = Keep::For(match fields.get("ttl_minutes") {
        Some(_) => read::minutes(fields.number("ttl_minutes", read::TTL_MINUTES)?),
        None => limits::RETRANSMISSION_AGE,
    });
    let id = media::kept(context.number, attempt, (&media, &blob), keep, rng)?;
    Ok(graph::answer(&json!({ "id": id })))
}

/// A file of the business, and the number whose it is.
fn find(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    id: &str,
) -> Result<Option<(u32, Media)>, Stop> {
    let only = context.call.parameters.text("phone_number_id");
    for grant in &context.call.numbers {
        if only.as_ref().is_some_and(|only| *only != grant.phone_number_id) {
            continue;
        }
        // All numbers of a business have one vault.
        if let Some(media) = media::stored(context.number, attempt, grant.slot, id)? {
            return Ok(Some((grant.slot, media)));
        }
    }
    Ok(None)
}

/// What a file is, and where it can be downloaded for five minutes.
pub(super) fn get(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let id = &context.call.id;
    let Some((_, media)) = find(context, attempt, id)? else {
        return Err(GraphError::no_object().into());
    };
    let until = attempt.now().wall.after(ADDRESS_AGE).0;
    let base = &context.config.management.media_base;
    let signature = hex(&context.secret_hash("address of a file", &format!("{id} {until}")));
    Ok(graph::answer(&json!({
        "messaging_product": "whatsapp",
        "url": format!("{base}/media/{id}?ext={until}&hash={signature}"),
        "mime_type": media.mime_type,
        "sha256": hex(&media.file_digest),
        "file_size": media.size,
        "id": id,
    })))
}

fn download(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let id = &context.call.id;
    let parameter = |name: &str| context.call.parameters.text(name).unwrap_or_default();
    let until: u64 = parameter("ext").parse().unwrap_or_default();
    let expected = hex(&context.secret_hash("address of a file", &format!("{id} {until}")));
    let is_signed = same_secret(expected.as_bytes(), parameter("hash").as_bytes());
    if !is_signed || attempt.now().wall >= UnixMicros(until) {
        return Err(GraphError::gone().into());
    }
    match open(context, attempt, id)? {
        Some((media, file)) => {
            let headers = [("content-type".to_owned(), media.mime_type)].into();
            Ok(Response { status: 200, headers, body: file })
        }
        None => Err(GraphError::gone().into()),
    }
}

/// The file itself; `None` where it is not here any more.
fn open(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    id: &str,
) -> Result<Option<(Media, Vec<u8>)>, Stop> {
    let Some((slot, media)) = find(context, attempt, id)? else { return Ok(None) };
    let file = media::file(context.number, attempt, (slot, id), &media)?;
    Ok(file.map(|file| (media, file)))
}

/// Deletes a file and the key that opens its copies.
pub(super) fn delete(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let id = &context.call.id;
    let Some((slot, _)) = find(context, attempt, id)? else {
        return Err(GraphError::no_object().into());
    };
    media::remove(context.number, attempt, (slot, id))?;
    Ok(graph::success())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
