//! Tokens that a business has issued to its system users: good for what it says, for as long as it
//! says. A token is told once; what is kept is its hash.

use hop::{
    Waiting,
    http::Request,
    router::{Refusal, TokenHash},
};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use vocab::{DataClass, Keep, Micros, Reason, UnixMicros, limits::MAX_TOKENS_HELD};

use super::{Try, grants_changed, principals, users};
use crate::{
    manager::{
        SCOPES,
        input::Ask,
        rows::{self, Issued},
    },
    names,
    server::{News, Served, body, scan_all},
};

/// The longest life of a token that has an end: 60 days, as Meta's long-lived ones.
const LONGEST: u64 = 60 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// All of them if absent.
    scopes: Option<Vec<String>>,
    /// Seconds; without end if absent.
    expires_in: Option<u64>,
}

pub(super) fn read(id: &str, user: &str, request: &Request, news: News) -> Result<Ask, Refusal> {
    let Wanted { scopes, expires_in } = body(request)?;
    if expires_in.is_some_and(|seconds| !(1..=LONGEST).contains(&seconds)) {
        return Err(Refusal::Invalid(format!("expires_in is not 1 to {LONGEST} seconds")));
    }
    let wanted = scopes.unwrap_or_else(|| SCOPES.map(str::to_owned).to_vec());
    if wanted.is_empty() || !wanted.iter().all(|scope| SCOPES.contains(&scope.as_str())) {
        return Err(Refusal::Invalid(format!("scopes are some of {}", SCOPES.join(", "))));
    }
    let has = |scope: &&str| wanted.iter().any(|one| one == scope);
    let digits: String = news.unique.iter().map(|byte| format!("{byte:02x}")).collect();
    let token = format!("BP{digits}");
    let hash = Sha256::digest(token.as_bytes()).into();
    let issued = Issued {
        business: names::business(id)?,
        user: names::user(user)?,
        scopes: SCOPES.into_iter().filter(has).map(str::to_owned).collect(),
        expires_at: expires_in.map(|seconds| news.now.wall.seconds().saturating_add(seconds)),
    };
    Ok(Ask::Issue { token, hash, issued })
}

pub(super) fn revoked(id: &str, hash: &str) -> Result<Ask, Refusal> {
    Ok(Ask::Revoke { id: names::business(id)?, hash: principals::hash(hash)? })
}

pub(super) fn issue(
    attempt: &mut Try<'_>,
    (token, hash): (&str, &TokenHash),
    issued: &Issued,
) -> Result<Served, Waiting> {
    let now = attempt.now().wall;
    if users::get(attempt, &issued.business, &issued.user)?.is_none() {
        return Ok(Err(Refusal::NoSuchObject));
    }
    let table = rows::tokens_of(&issued.business, &issued.user);
    let held = scan_all(attempt, &table)?.into_iter().filter_map(|row| parsed(&row.value, now));
    if held.count() >= MAX_TOKENS_HELD {
        return Ok(Err(Refusal::Conflict("a system user has no more tokens")));
    }
    let left = |at: u64| Micros::seconds(at.saturating_sub(now.seconds()));
    let keep = issued.expires_at.map_or(Keep::Never(Reason::Account), |at| Keep::For(left(at)));
    let value = serde_json::to_vec(issued).unwrap_or_default();
    attempt.write(table.with(hash), value.clone(), DataClass::Credential, keep);
    attempt.write(rows::token(hash), value, DataClass::Credential, keep);
    Ok(Ok(json!({
        "access_token": token,
        "token_type": "bearer",
        "scopes": issued.scopes,
        "expires_at": issued.expires_at,
    })))
}

/// Takes a token back. Whether another business has such a token is not told.
pub(super) fn revoke(attempt: &mut Try<'_>, id: &str, hash: &TokenHash) -> Result<Served, Waiting> {
    attempt.need(&[rows::token(hash), rows::changes()])?;
    if let Some(issued) = valid(attempt, hash)?.filter(|issued| issued.business == id) {
        attempt.delete(rows::tokens_of(id, &issued.user).with(hash));
        attempt.delete(rows::token(hash));
        grants_changed(attempt)?;
    }
    Ok(Ok(json!({ "success": true })))
}

/// Takes back all that a system user has.
pub(super) fn revoke_all(attempt: &mut Try<'_>, id: &str, user: &str) -> Result<(), Waiting> {
    let table = rows::tokens_of(id, user);
    let held = scan_all(attempt, &table)?.into_iter();
    let hashes: Vec<Vec<u8>> =
        held.filter_map(|row| row.key.after(&table).map(<[u8]>::to_vec)).collect();
    for hash in hashes {
        attempt.delete(table.clone().with(&hash));
        attempt.delete(rows::token(&hash));
    }
    Ok(())
}

/// A token that was issued, not taken back, and has not ended. Its row may lie on the desk longer
/// than in the store, so that its time is judged here too.
pub(super) fn valid(attempt: &mut Try<'_>, hash: &TokenHash) -> Result<Option<Issued>, Waiting> {
    let now = attempt.now().wall;
    let row = attempt.read(&rows::token(hash))?;
    Ok(row.and_then(|row| parsed(&row, now)))
}

fn parsed(row: &[u8], now: UnixMicros) -> Option<Issued> {
    let issued: Issued = serde_json::from_slice(row).ok()?;
    issued.expires_at.is_none_or(|at| now.seconds() < at).then_some(issued)
}
