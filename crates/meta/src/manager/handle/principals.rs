//! Whose a token is, for the Cloud API, which knows no business of its own (requirement R077).

use hop::router::{Refusal, TokenHash, principal_of};
use serde_json::json;

use crate::{manager::input::Ask, server::Served};

pub(super) fn read(hex: &str, principals: &[(TokenHash, String)]) -> Result<Ask, Refusal> {
    let hash = hash(hex).ok_or_else(|| Refusal::Invalid("not a SHA-256 in hex".to_string()))?;
    Ok(Ask::Principal(principal_of(principals, &hash).map(str::to_string)))
}

pub(super) fn answer(principal: Option<&str>) -> Served {
    principal.map(|principal| json!({ "principal": principal })).ok_or(Refusal::NoSuchObject)
}

fn hash(hex: &str) -> Option<TokenHash> {
    let mut hash = [0; 32];
    if hex.len() != 64 {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(hex.as_bytes().chunks(2)) {
        let mut digits = pair.iter().map(|digit| char::from(*digit).to_digit(16));
        let value = digits.try_fold(0, |value, digit| Some(value << 4 | digit?))?;
        *byte = u8::try_from(value).ok()?;
    }
    Some(hash)
}
