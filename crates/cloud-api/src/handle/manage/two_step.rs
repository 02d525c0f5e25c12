//! The PIN of two-step verification: who registers a number must know it.

use hop::router::same_secret;
use prost::Message as _;
use vocab::{DataClass, Keep, Micros, Reason, UnixMicros};

use super::{Context, Stop};
use crate::{
    errors::{GraphError, codes},
    handle::Attempted,
    rows::manage::{self, TwoStepRow},
};

/// Wrong guesses in a row, after which nobody may guess for a while (ours).
const MOST_WRONG: u32 = 5;
/// How long (ours).
const LOCKED: Micros = Micros::hours(12);
/// How soon after a wrong guess the next one is too fast (ours).
const TOO_FAST: Micros = Micros::seconds(5);

fn row(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
) -> Result<Option<TwoStepRow>, hop::Waiting> {
    let row = attempt.read(&manage::two_step(context.slot()))?;
    Ok(row.and_then(|row| TwoStepRow::decode(row.as_slice()).ok()))
}

/// Whether the number has a PIN.
pub(super) fn is_set(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
) -> Result<bool, hop::Waiting> {
    Ok(row(context, attempt)?.is_some())
}

/// Gives the number this PIN.
pub(super) fn set(context: &Context<'_>, attempt: &mut Attempted<'_>, pin: &str) {
    let hash = context.secret_hash("two-step pin", pin).to_vec();
    write(context, attempt, TwoStepRow { hash, wrong: 0, wrong_at: 0 });
}

fn write(context: &Context<'_>, attempt: &mut Attempted<'_>, row: TwoStepRow) {
    let key = manage::two_step(context.slot());
    let (class, keep) = (DataClass::Credential, Keep::Never(Reason::Account));
    attempt.write(key, row.encode_to_vec(), class, keep);
}

/// Compares a PIN with the number's; a number without one takes this.
///
/// # Errors
///
/// 133005 for a wrong one, 133009 if the last wrong one was a moment ago, 133008 after too many.
pub(super) fn check(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    pin: &str,
) -> Result<(), Stop> {
    let Some(row) = row(context, attempt)? else {
        set(context, attempt, pin);
        return Ok(());
    };
    let now = attempt.now().wall;
    let since = now.since(UnixMicros(row.wrong_at));
    if row.wrong >= MOST_WRONG && since < LOCKED {
        return Err(GraphError::new(codes::PIN_GUESSES).into());
    }
    if row.wrong > 0 && since < TOO_FAST {
        return Err(GraphError::new(codes::PIN_TOO_FAST).into());
    }
    if same_secret(&row.hash, &context.secret_hash("two-step pin", pin)) {
        if row.wrong > 0 {
            write(context, attempt, TwoStepRow { wrong: 0, wrong_at: 0, ..row });
        }
        return Ok(());
    }
    let wrong = if row.wrong >= MOST_WRONG { 1 } else { row.wrong.saturating_add(1) };
    write(context, attempt, TwoStepRow { wrong, wrong_at: now.0, ..row });
    Err(GraphError::new(codes::PIN).into())
}
