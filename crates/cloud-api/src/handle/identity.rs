//! What a business is told about people's identity keys, if it asked for that at its number.

use hop::Waiting;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vocab::PhoneNumber;

use super::Attempted;
use crate::{
    base64,
    number::Number,
    rows::manage::{self, Document},
    users,
};

/// What a business knows an identity key as: the Base64 of 16 bytes of its SHA-256.
pub(crate) fn hash(identity: &[u8]) -> String {
    let hash: [u8; 32] = Sha256::digest(identity).into();
    base64::encode(hash.first_chunk::<16>().map_or(&[][..], |cut| &cut[..]))
}

/// The hash of a person's key, where the number's settings ask for it and the key is known.
pub(super) fn shown(
    number: &Number,
    attempt: &mut Attempted<'_>,
    phone: &PhoneNumber,
) -> Result<Option<String>, Waiting> {
    let settings = attempt.peek(&manage::document(number.grant.slot, Document::Settings))?;
    let settings: Option<Value> = settings.and_then(|row| serde_json::from_slice(&row).ok());
    let check = "/user_identity_change/enable_identity_key_check";
    let wanted = settings.is_some_and(|settings| settings.pointer(check) == Some(&true.into()));
    if !wanted {
        return Ok(None);
    }
    let pin = number.account.keys().pin(&users::name(number, phone));
    Ok(attempt.peek(&pin)?.map(|identity| hash(&identity)))
}
