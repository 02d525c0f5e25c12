//! How a number is rated, from the one thing that this hop is told: the transport throttles it,
//! since people reported it or it wrote to everybody. Who did is not known here.

use hop::Waiting;
use rand_core::CryptoRng;
use serde_json::json;
use vocab::{DataClass, Keep, Micros};

use super::{Attempted, happenings};
use crate::{number::Number, rows::manage, webhook};

/// How long a number is rated low after it was throttled (facts, cloud-api.md section 1.7: what a
/// number did in 7 days counts).
const RATED_FOR: Micros = Micros::days(7);

/// The transport throttles a number; its business is told once.
pub(super) fn flagged(
    number: &Number,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    if !number.rules.quality {
        return Ok(());
    }
    let key = manage::throttled(number.grant.slot);
    let is_known = attempt.read(&key)?.is_some();
    let (class, keep) = (DataClass::BusinessInformation, Keep::For(RATED_FOR));
    attempt.write(key, vec![1], class, keep);
    if is_known {
        return Ok(());
    }
    let value = json!({
        "display_phone_number": number.grant.display_phone_number,
        "event": "FLAGGED",
    });
    let at = attempt.now().wall;
    let body = webhook::account(&number.grant, "phone_number_quality_update", &value, at);
    happenings::hook(number, attempt, body, "quality FLAGGED".to_owned(), rng)?;
    Ok(())
}

/// What Graph calls the quality of a number.
pub(in crate::handle) fn rating(
    attempt: &mut Attempted<'_>,
    slot: u32,
) -> Result<&'static str, Waiting> {
    let is_low = attempt.read(&manage::throttled(slot))?.is_some();
    Ok(if is_low { "RED" } else { "GREEN" })
}
