//! Business-scoped user ids: what a person is called towards one business, since July 2026 also in
//! place of a number (facts, cloud-api.md sections 1.3 and 1.4).
//!
//! An id is a keyed hash and never stored. It leads to the newest message that the person wrote, as
//! long as that is known, and from there to the sealed row of its author.

use endpoint::{Vault as _, vault::name_under};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hop::Waiting;
use sha2::Sha256;
use vocab::{DataClass, Keep, MessageId, PhoneNumber, limits};

use crate::{handle::Attempted, number::Number, rows};

/// Calling codes and countries. An id begins with a country; that of a code that is not here is
/// `XX`, which ISO 3166 leaves to its users.
const COUNTRIES: &[(&str, &str)] = &[
    ("1", "US"),
    ("20", "EG"),
    ("27", "ZA"),
    ("31", "NL"),
    ("33", "FR"),
    ("34", "ES"),
    ("351", "PT"),
    ("39", "IT"),
    ("41", "CH"),
    ("43", "AT"),
    ("44", "GB"),
    ("48", "PL"),
    ("49", "DE"),
    ("52", "MX"),
    ("54", "AR"),
    ("55", "BR"),
    ("57", "CO"),
    ("61", "AU"),
    ("62", "ID"),
    ("65", "SG"),
    ("81", "JP"),
    ("82", "KR"),
    ("90", "TR"),
    ("91", "IN"),
    ("234", "NG"),
    ("254", "KE"),
    ("966", "SA"),
    ("971", "AE"),
    ("972", "IL"),
];

/// What a person is called towards a business.
pub(crate) fn user_id(number: &Number, phone: &PhoneNumber) -> String {
    let mut digits = 0_u64;
    // HMAC takes keys of every length (RFC 2104 section 2), so this cannot fail.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&number.account.vault().name_key) {
        mac.update(b"business-scoped user id\0");
        mac.update(number.grant.business.as_bytes());
        mac.update(b"\0");
        mac.update(phone.digits().as_bytes());
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        digits = hash.first_chunk().copied().map_or(0, u64::from_be_bytes);
    }
    let known = |(code, _): &&(&str, &str)| phone.digits().starts_with(code);
    let country = COUNTRIES.iter().find(known).map_or("XX", |(_, country)| country);
    format!("{country}.{digits:020}")
}

/// The row that an id leads to: under a keyed hash, since the id is not stored.
fn row(number: &Number, user: &str) -> store::Key {
    // The name of digits is a keyed hash of them, whatever they stand for.
    let digits = user.split_once('.').map_or("", |(_, digits)| digits);
    let hash = hashed(&number.account.vault().name_key, digits);
    rows::user(number.grant.slot, &hash)
}

fn hashed(key: &[u8; 32], digits: &str) -> [u8; 16] {
    let mut hash = [0; 16];
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(b"row of a user id\0");
        mac.update(digits.as_bytes());
        for (to, from) in hash.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
    }
    hash
}

/// A person wrote a message: their id leads there.
pub(crate) fn remember(
    number: &Number,
    attempt: &mut Attempted<'_>,
    phone: &PhoneNumber,
    message: MessageId,
) {
    let key = row(number, &user_id(number, phone));
    let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::CONTACT_KEPT));
    attempt.write(key, message.0.to_vec(), class, keep);
}

/// The person whom an id names, while what they wrote is known.
pub(crate) fn find(
    number: &Number,
    attempt: &mut Attempted<'_>,
    user: &str,
) -> Result<Option<PhoneNumber>, Waiting> {
    let message = attempt.peek(&row(number, user))?;
    let message = message.and_then(|bytes| MessageId::from_slice(&bytes));
    let Some(message) = message else { return Ok(None) };
    let phone = author(number, attempt, message)?;
    Ok(phone.filter(|phone| user_id(number, phone) == user))
}

/// The number of the account that is meant by a number: another form of it, where the platform has
/// met that form's account and not this one's.
pub(crate) fn meant(
    number: &Number,
    attempt: &mut Attempted<'_>,
    written: &PhoneNumber,
) -> Result<PhoneNumber, Waiting> {
    let Some(other) = written.other_form() else { return Ok(written.clone()) };
    let keys = number.account.keys();
    let [here, there] = [written, &other].map(|phone| keys.pin(&name(number, phone)));
    attempt.need(&[here.clone(), there.clone()])?;
    let is_other = attempt.peek(&here)?.is_none() && attempt.peek(&there)?.is_some();
    Ok(if is_other { other } else { written.clone() })
}

/// Who wrote a message, while that is known.
pub(crate) fn author(
    number: &Number,
    attempt: &mut Attempted<'_>,
    message: MessageId,
) -> Result<Option<PhoneNumber>, Waiting> {
    let key = rows::author(number.grant.slot, message);
    let digits = number.account.vault().get(attempt, &key)?;
    let digits = digits.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(digits.and_then(|digits| PhoneNumber::parse(&digits).ok()))
}

/// Removes what leads to a person.
pub(crate) fn forget(number: &Number, attempt: &mut Attempted<'_>, phone: &PhoneNumber) {
    attempt.delete(row(number, &user_id(number, phone)));
}

/// The name under which rows of rules know a person.
pub(crate) fn name(number: &Number, phone: &PhoneNumber) -> [u8; 16] {
    name_under(&number.account.vault().name_key, phone)
}
