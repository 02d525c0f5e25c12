//! What outlives an account: that whoever had the number did not want to hear of a business.
//!
//! Kept as hashes under the transport's key that are no alias, with an expiry, so that no row says
//! whose number it was. Whoever has the number next and writes to the business lifts it.

use alloc::vec::Vec;

use store::Key;
use vocab::{Keep, UnixMicros, limits};

use super::{Attempt, Stop};
use crate::{
    alias::Alias,
    config::Config,
    rows::{self, Account, Kept, Suppressed, keys as key},
};

/// The row of a number.
pub(super) fn row(config: &Config, person: &Alias) -> Key {
    key::suppressed(&config.hash_key.hash(&[b"suppressed", &person.0]))
}

fn hash(config: &Config, [business, person]: [&Alias; 2]) -> Vec<u8> {
    config.hash_key.hash(&[b"unwanted", &person.0, &business.0]).to_vec()
}

/// Whether anything is kept of whoever had the number before.
pub(super) fn is_any(
    attempt: &mut Attempt<'_>,
    config: &Config,
    person: &Alias,
) -> Result<bool, Stop> {
    Ok(rows::read::<Suppressed>(attempt, &row(config, person))?.is_some())
}

/// Whether what a business writes to a number is dropped.
pub(super) fn is_unwanted(
    attempt: &mut Attempt<'_>,
    config: &Config,
    [business, person]: [&Alias; 2],
) -> Result<bool, Stop> {
    let kept = rows::read::<Suppressed>(attempt, &row(config, person))?.unwrap_or_default();
    Ok(kept.businesses.contains(&hash(config, [business, person])))
}

/// The person is going, and did not want to hear of these businesses.
pub(super) fn add(
    attempt: &mut Attempt<'_>,
    config: &Config,
    businesses: &[Alias],
    person: &Alias,
) -> Result<(), Stop> {
    if businesses.is_empty() {
        return Ok(());
    }
    let key = row(config, person);
    let mut kept = rows::read::<Suppressed>(attempt, &key)?.unwrap_or_default();
    for business in businesses {
        let hash = hash(config, [business, person]);
        let most = usize::try_from(limits::MAX_BLOCKED).unwrap_or(usize::MAX);
        if !kept.businesses.contains(&hash) && kept.businesses.len() < most {
            kept.businesses.push(hash);
        }
    }
    kept.until = attempt.now().wall.after(limits::SUPPRESSION_AGE).0;
    write(attempt, key, &kept);
    Ok(())
}

/// Whoever has the number now writes to a business, and so wants to hear of it.
pub(super) fn lift(
    attempt: &mut Attempt<'_>,
    config: &Config,
    [business, person]: [&Alias; 2],
    account: Account,
) -> Result<(), Stop> {
    let key = row(config, person);
    let mut kept = rows::read::<Suppressed>(attempt, &key)?.unwrap_or_default();
    let hash = hash(config, [business, person]);
    kept.businesses.retain(|other| *other != hash);
    if kept.businesses.is_empty() {
        attempt.delete(key);
        let account = Account { suppressed: false, ..account };
        rows::write(attempt, rows::keys::account(person), &account);
    } else {
        write(attempt, key, &kept);
    }
    Ok(())
}

/// However often it is written, it expires when it was to.
fn write(attempt: &mut Attempt<'_>, key: Key, row: &Suppressed) {
    let keep = Keep::Until(UnixMicros(row.until));
    attempt.write(key, prost::Message::encode_to_vec(row), Suppressed::CLASS, keep);
}
