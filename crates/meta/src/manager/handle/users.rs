//! System users: whom a business lets act for it, and for which of its numbers. What they hold are
//! tokens; a token ends with the system user that has it.

use hop::{Waiting, http::Request, router::Refusal};
use serde_json::{Value, json};
use vocab::limits::MAX_SYSTEM_USERS;

use super::{Try, grants_changed, records, tokens};
use crate::{
    manager::{
        input::Ask,
        rows::{self, Role, SystemUser},
    },
    names,
    server::{Served, body, scan_all},
};

/// Understands a call; `wanted` is the request where the system user is made or changed.
pub(super) fn read(id: &str, user: &str, wanted: Option<&Request>) -> Result<Ask, Refusal> {
    let wanted = match wanted {
        Some(request) => {
            let wanted: SystemUser = body(request)?;
            for number in &wanted.numbers {
                names::phone_number_id(number)?;
            }
            if wanted.role == Role::Admin && !wanted.numbers.is_empty() {
                let why = "an admin acts for all numbers, so none are named";
                return Err(Refusal::Invalid(why.to_owned()));
            }
            Some(wanted)
        }
        None => None,
    };
    Ok(Ask::User { id: names::business(id)?, user: names::user(user)?, wanted })
}

/// Makes, changes or removes one. The Cloud API hears of it, for it remembers for a while what it
/// was told about tokens.
pub(super) fn write(
    attempt: &mut Try<'_>,
    id: &str,
    user: &str,
    wanted: Option<&SystemUser>,
) -> Result<Served, Waiting> {
    attempt.need(&[rows::business(id), rows::user(id, user), rows::changes()])?;
    let Some(business) = records::get(attempt, id)? else {
        return Ok(Err(Refusal::NoSuchObject));
    };
    let known = get(attempt, id, user)?;
    let Some(wanted) = wanted else {
        if known.is_some() {
            tokens::revoke_all(attempt, id, user)?;
            attempt.delete(rows::user(id, user));
            grants_changed(attempt)?;
        }
        return Ok(Ok(json!({ "success": true })));
    };
    if !wanted.numbers.iter().all(|number| business.numbers.contains_key(number)) {
        return Ok(Err(Refusal::NoSuchObject));
    }
    if known.is_none() && scan_all(attempt, &rows::users(id))?.len() >= MAX_SYSTEM_USERS {
        return Ok(Err(Refusal::Conflict("a business has no more system users")));
    }
    if known.as_ref() != Some(wanted) {
        let value = serde_json::to_vec(wanted).unwrap_or_default();
        attempt.write(rows::user(id, user), value, rows::CLASS, rows::KEEP);
        if known.is_some() {
            grants_changed(attempt)?;
        }
    }
    Ok(Ok(json!({ "success": true })))
}

pub(super) fn get(
    attempt: &mut Try<'_>,
    id: &str,
    user: &str,
) -> Result<Option<SystemUser>, Waiting> {
    let row = attempt.read(&rows::user(id, user))?;
    Ok(row.and_then(|row| serde_json::from_slice(&row).ok()))
}

/// All of them: [`MAX_SYSTEM_USERS`] fit into one answer.
pub(super) fn list(attempt: &mut Try<'_>, id: &str) -> Result<Served, Waiting> {
    let table = rows::users(id);
    let shown = |row: &store::transaction::Stored| {
        let name = row.key.after(&table).map(String::from_utf8_lossy)?;
        let user: SystemUser = serde_json::from_slice(&row.value).ok()?;
        Some(json!({ "name": name, "role": user.role, "numbers": user.numbers }))
    };
    let listed: Vec<Value> = scan_all(attempt, &table)?.into_iter().filter_map(shown).collect();
    Ok(Ok(json!({ "system_users": listed })))
}
