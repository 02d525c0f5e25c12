//! Verifying a number with a code. There is no telephone network here: the code goes to the
//! operator.

use hop::{Waiting, router::same_secret};
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::Map;
use vocab::{DataClass, Keep, UnixMicros, limits};

use super::{Answered, Context, documents};
use crate::{
    errors::GraphError,
    graph::{self, manage::six_digits},
    handle::Attempted,
    output::Event,
    rows::manage::{self, CodeRow, Document},
};

/// Whether the number counts as verified.
pub(super) fn is_verified(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
) -> Result<bool, Waiting> {
    let said = documents::get(attempt, context.slot(), Document::Verification)?;
    Ok(context.config.management.verified || said.contains_key("verified"))
}

/// Has a code sent.
pub(super) fn request(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Answered {
    let fields = context.call.fields();
    let method = fields.text("code_method", 8)?;
    if !matches!(method.as_str(), "SMS" | "VOICE") {
        return Err(fields.wrong("code_method", "must be SMS or VOICE").into());
    }
    fields.text("language", 16)?;
    let code = rng.next_u64().checked_rem(1_000_000).unwrap_or_default();
    let code = format!("{code:06}");
    let until = attempt.now().wall.after(limits::CODE_AGE).0;
    let hash = context.secret_hash("verification code", &code).to_vec();
    write(context, attempt, CodeRow { hash, wrong: 0, until });
    let phone_number_id = context.number.grant.phone_number_id.clone();
    attempt.event(Event::Code { phone_number_id, code });
    Ok(graph::success())
}

fn write(context: &Context<'_>, attempt: &mut Attempted<'_>, row: CodeRow) {
    let keep = Keep::Until(UnixMicros(row.until));
    let key = manage::code(context.slot());
    attempt.write(key, row.encode_to_vec(), DataClass::Credential, keep);
}

/// Compares a code with the one that was sent, which is used up by that.
pub(super) fn verify(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let code = six_digits(&context.call.fields(), "code")?;
    let key = manage::code(context.slot());
    let row = attempt.read(&key)?.and_then(|row| CodeRow::decode(row.as_slice()).ok());
    // The row may lie on the desk longer than in the store.
    let row = row.filter(|row| attempt.now().wall < UnixMicros(row.until));
    let Some(row) = row else {
        return Err(GraphError::parameter("No code was sent, or it has expired.").into());
    };
    if !same_secret(&row.hash, &context.secret_hash("verification code", &code)) {
        let wrong = row.wrong.saturating_add(1);
        if wrong >= limits::MAX_CODE_TRIES {
            attempt.delete(key);
        } else {
            write(context, attempt, CodeRow { wrong, ..row });
        }
        return Err(GraphError::parameter("The code is wrong.").into());
    }
    attempt.delete(key);
    let mut said = Map::new();
    said.insert("verified".to_owned(), true.into());
    documents::put(attempt, context.slot(), Document::Verification, &said);
    Ok(graph::success())
}
