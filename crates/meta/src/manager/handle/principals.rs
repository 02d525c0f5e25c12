//! Whose a token is, for the Cloud API, which knows no business of its own (requirement R077).

use hop::{
    Waiting,
    router::{Refusal, TokenHash, principal_of},
};
use serde_json::json;

use super::{Try, tokens, users};
use crate::{
    manager::{input::Ask, rows::Role},
    server::Served,
};

pub(super) fn read(hex: &str, principals: &[(TokenHash, String)]) -> Result<Ask, Refusal> {
    let hash = hash(hex)?;
    let known = principal_of(principals, &hash).map(str::to_string);
    Ok(Ask::Principal { known, hash })
}

/// Whose it is; of one that was issued also to whom, for
/// which numbers (null for all), what it is good for, and until when.
pub(super) fn answer(
    attempt: &mut Try<'_>,
    known: Option<&str>,
    hash: &TokenHash,
) -> Result<Served, Waiting> {
    if let Some(principal) = known {
        return Ok(Ok(json!({ "principal": principal })));
    }
    let Some(issued) = tokens::valid(attempt, hash)? else {
        return Ok(Err(Refusal::NoSuchObject));
    };
    let Some(user) = users::get(attempt, &issued.business, &issued.user)? else {
        return Ok(Err(Refusal::NoSuchObject));
    };
    Ok(Ok(json!({
        "principal": format!("business:{}", issued.business),
        "system_user": issued.user,
        "numbers": (user.role == Role::Employee).then_some(user.numbers),
        "scopes": issued.scopes,
        "expires_at": issued.expires_at,
    })))
}

/// A SHA-256 as it stands in a path.
pub(super) fn hash(hex: &str) -> Result<TokenHash, Refusal> {
    parsed(hex).ok_or_else(|| Refusal::Invalid("not a SHA-256 in hex".to_string()))
}

fn parsed(hex: &str) -> Option<TokenHash> {
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
