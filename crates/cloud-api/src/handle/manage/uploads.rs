//! Uploads of files for templates: begun at an app, sent in pieces, and named by a handle when they
//! are whole.

use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::json;
use vocab::{DataClass, Keep, limits};

use super::{Answered, Context};
use crate::{
    errors::GraphError,
    graph,
    handle::Attempted,
    rows::manage::{self, UploadRow},
};

/// What the id of an upload begins with.
pub(super) const PREFIX: &str = "upload:";

/// Begins one.
pub(super) fn begin(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Answered {
    let fields = context.call.fields();
    let most = limits::MAX_HTTP_BODY;
    let length = fields.text("file_length", 16)?.parse().ok();
    let length = length.filter(|length| (1..=most).contains(length));
    let length = length.ok_or_else(|| {
        GraphError::parameter(format!("file_length must be from 1 to {most} bytes."))
    })?;
    let mime_type = fields.text("file_type", 128)?;
    if !matches!(
        mime_type.as_str(),
        "application/pdf" | "image/jpeg" | "image/jpg" | "image/png" | "video/mp4"
    ) {
        return Err(GraphError::parameter("file_type is not supported.").into());
    }
    let id = format!("{PREFIX}{:016x}{:016x}", rng.next_u64(), rng.next_u64());
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    write(context, attempt, &id, &UploadRow { length, mime_type, bytes: Vec::new() });
    Ok(graph::answer(&json!({ "id": id })))
}

fn write(context: &Context<'_>, attempt: &mut Attempted<'_>, id: &str, row: &UploadRow) {
    let key = manage::upload(&context.number.grant.business, id);
    let keep = Keep::For(limits::RETRANSMISSION_AGE);
    attempt.write(key, row.encode_to_vec(), DataClass::Template, keep);
}

/// Says how far one is, or goes on with it.
pub(super) fn work(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let id = &context.call.id;
    let row = attempt.read(&manage::upload(&context.number.grant.business, id))?;
    let row = row.and_then(|row| UploadRow::decode(row.as_slice()).ok());
    let Some(mut row) = row else { return Err(GraphError::no_object().into()) };
    let offset = u64::try_from(row.bytes.len()).unwrap_or(u64::MAX);
    if context.call.is_get() {
        return Ok(graph::answer(&json!({ "id": id, "file_offset": offset })));
    }
    let Some((from, bytes)) = &context.call.piece else {
        return Err(GraphError::method().into());
    };
    if *from != offset {
        let details = format!("The file goes on at byte {offset}.");
        return Err(GraphError::parameter(details).into());
    }
    row.bytes.extend_from_slice(bytes);
    let length = u64::try_from(row.bytes.len()).unwrap_or(u64::MAX);
    if length > row.length {
        return Err(GraphError::parameter("The file is longer than file_length.").into());
    }
    write(context, attempt, id, &row);
    if length < row.length {
        return Ok(graph::answer(&json!({ "id": id, "file_offset": length })));
    }
    let handle = id.strip_prefix(PREFIX).unwrap_or_default();
    Ok(graph::answer(&json!({ "h": format!("4::{handle}") })))
}
