//! Links and QR codes that begin a chat with a prepared message.

use rand_core::CryptoRng;
use serde_json::{Value, json};
use vocab::{DataClass, Keep, Reason, limits};

use super::{Answered, Context};
use crate::{errors::GraphError, graph, handle::Attempted, rows::manage};

/// Links of one number (the Cloud API: 2,000; a listing here is one scan).
const MOST: usize = 1_000;

/// Lists, makes, changes or deletes them.
pub(super) fn work(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Answered {
    let call = context.call;
    let is_one = call.route.pattern.ends_with("/{id}");
    match (call.route.method, is_one) {
        ("GET", false) => {
            let all = list(context, attempt)?;
            Ok(graph::answer(&json!({ "data": all })))
        }
        ("GET", true) => {
            let found = find(context, attempt, &call.id)?;
            Ok(graph::answer(&json!({ "data": [found] })))
        }
        ("DELETE", _) => {
            find(context, attempt, &call.id)?;
            attempt.delete(manage::link(context.slot(), &call.id));
            Ok(graph::success())
        }
        _ => make(context, attempt, rng),
    }
}

fn list(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<Vec<Value>, hop::Waiting> {
    let table = manage::all_links(context.slot());
    let stored = attempt.scan(&table, None, limits::MAX_ROWS_READ)?;
    Ok(stored.iter().filter_map(|row| serde_json::from_slice(&row.value).ok()).collect())
}

fn find(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    code: &str,
) -> Result<Value, super::Stop> {
    let row = attempt.read(&manage::link(context.slot(), code))?;
    let found = row.and_then(|row| serde_json::from_slice(&row).ok());
    Ok(found.ok_or_else(GraphError::no_object)?)
}

/// A call that names a code changes its message.
fn make(context: &Context<'_>, attempt: &mut Attempted<'_>, rng: &mut dyn CryptoRng) -> Answered {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let fields = context.call.fields();
    let message = fields.text("prefilled_message", 140)?;
    let code = match fields.optional_text("code", 14)? {
        Some(code) => {
            find(context, attempt, &code)?;
            code
        }
        None if list(context, attempt)?.len() >= MOST => {
            return Err(GraphError::parameter("The phone number has as many as it may.").into());
        }
        None => {
            let mut drawn = [0; 14];
            rng.fill_bytes(&mut drawn);
            let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).copied().map(char::from);
            drawn.iter().filter_map(letter).collect()
        }
    };
    let link = json!({
        "code": code,
        "prefilled_message": message,
        "deep_link_url": format!("https://wa.me/message/{code}"),
    });
    let (class, keep) = (DataClass::BusinessInformation, Keep::Never(Reason::BusinessRecord));
    let key = manage::link(context.slot(), &code);
    attempt.write(key, link.to_string().into_bytes(), class, keep);
    Ok(graph::answer(&link))
}
