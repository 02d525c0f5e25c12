//! A person deleted their account: what the Cloud API keeps of them goes.
//!
//! Webhooks that wait already are delivered still, sealed as they are: what happened before the
//! account was deleted happened. They are gone when the business has them, at the latest with their
//! time.

use endpoint::{Vault as _, forgetting::Cursor};
use hop::Waiting;
use rand_core::CryptoRng;
use vocab::PhoneNumber;
use wire::transport::Notice;

use super::{Attempted, Note, happenings};
use crate::{input::NumberJob, number::Number, output::Event, rows};

/// The transport says that an account is gone: the business is told what did not arrive.
pub(super) fn gone(
    number: &Number,
    attempt: &mut Attempted<'_>,
    place: u64,
    notice: &Notice,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let slot = number.grant.slot;
    match number.account.gone(attempt, place, notice)? {
        Some(happened) => {
            happenings::tell(number, attempt, happened, rng)?;
            let (phone, cursor) = (notice.phone.clone(), Cursor::default());
            attempt.note(Note::Next(slot, NumberJob::Forget { place, phone, cursor }));
        }
        None => {
            number.account.acknowledge(attempt, place);
            attempt.note(Note::Forgot { slot, place });
        }
    }
    Ok(())
}

/// Removes one page of what is kept of a person, and leaves the next to another piece of work.
pub(super) fn forget(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (place, phone): (u64, &PhoneNumber),
    cursor: &Cursor,
) -> Result<(), Waiting> {
    let slot = number.grant.slot;
    let page = number.account.forget(attempt, phone, cursor)?;
    for id in page.seen {
        number.account.vault().remove(attempt, &rows::author(slot, id));
    }
    if let Some(cursor) = page.next {
        let phone = phone.clone();
        attempt.note(Note::Next(slot, NumberJob::Forget { place, phone, cursor }));
        return Ok(());
    }
    number.account.forgot(attempt, place, phone)?;
    attempt.event(Event::Forgot { phone_number_id: number.grant.phone_number_id.clone() });
    attempt.note(Note::Forgot { slot, place });
    Ok(())
}
