//! Registration codes: who claims a number shows what was sent to it.
//!
//! A code is bound to the link that asked for it, so nobody's request spoils another's. Guesses are
//! limited for each code and for each number; one link is sent codes more slowly than a number may
//! be, so one stranger never uses up what the number's owner needs.

use alloc::{format, string::String, vec::Vec};

use hop::Act;
use rand_core::CryptoRng;
use vocab::{Address, Keep, NoiseKey, UnixMicros, limits};

use super::{Attempt, Claim, Context, Stop, erase};
use crate::{
    alias::Alias,
    config::Config,
    gcra,
    output::{Event, Refusal},
    rows::{self, Caller, Code, Codes, Kept, keys as key},
};

/// Has a code sent to a number, for a link that wants to claim it. Whether anybody has the number
/// already makes no difference that the link could see.
pub(super) fn request(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    link: NoiseKey,
    address: &Address,
    request: u64,
) -> Result<(), Stop> {
    if context.config.claims_freely(link, &address.phone) {
        return Ok(());
    }
    let alias = context.config.hash_key.alias(&address.phone);
    let (code_key, codes_key) = (key::code(&alias, &link), key::codes(&alias));
    let wanted = [code_key.clone(), codes_key.clone(), key::caller(&link), key::erasing(&alias)];
    attempt.need(&wanted)?;
    erase::is_over(attempt, &alias)?;
    let wall = attempt.now().wall;
    let before = rows::read::<Code>(attempt, &code_key)?;
    let row = match before.filter(|row| row.request == request && row.until > wall.0) {
        Some(row) if row.copies >= limits::MAX_CODE_COPIES => return Ok(()),
        // The answer to the first one may be lost, and the message with it: the code before stays.
        Some(row) => Code { copies: row.copies.saturating_add(1), ..row },
        None => {
            count(attempt, &link, &codes_key)?;
            let until = wall.after(limits::CODE_AGE).0;
            Code { hashes: Vec::new(), request, copies: 1, tries: 0, until }
        }
    };
    let code = draw(context.rng);
    let mut hashes = Vec::from([hash(context.config, &alias, link, &code).to_vec()]);
    hashes.extend(row.hashes.first().cloned());
    write(attempt, code_key, &Code { hashes, ..row });
    if context.config.shows_codes {
        attempt.act(Act::Log(format!("verification code for {alias}: {code}")));
    }
    attempt.event(Event::CodeSent { account: alias, code });
    Ok(())
}

/// Counts a code, of the link first: one that asks too often uses up nothing of the number.
fn count(attempt: &mut Attempt<'_>, link: &NoiseKey, codes: &store::Key) -> Result<(), Stop> {
    let now = attempt.now().wall.0;
    let caller_key = key::caller(link);
    let mut caller = rows::read::<Caller>(attempt, &caller_key)?.unwrap_or_default();
    let mut number = rows::read::<Codes>(attempt, codes)?.unwrap_or_default();
    let limited = |wait| Refusal::Limited { wait };
    caller.codes = gcra::take(limits::CODES_PER_LINK, caller.codes, 1, now).map_err(limited)?;
    number.sent = gcra::take(limits::CODES_PER_NUMBER, number.sent, 1, now).map_err(limited)?;
    rows::write(attempt, caller_key, &caller);
    rows::write(attempt, codes.clone(), &number);
    Ok(())
}

/// Whether a claim shows a code that was sent to its number: the code is used up, or the guess is
/// counted.
pub(super) fn check(
    attempt: &mut Attempt<'_>,
    config: &Config,
    claim: &Claim<'_>,
    alias: &Alias,
) -> Result<(), Stop> {
    if claim.code.is_empty() {
        return Err(Refusal::CodeNeeded.into());
    }
    let (code_key, codes_key) = (key::code(alias, &claim.link), key::codes(alias));
    attempt.need(&[code_key.clone(), codes_key.clone()])?;
    let wall = attempt.now().wall;
    let row = rows::read::<Code>(attempt, &code_key)?;
    let row = row.filter(|row| row.until > wall.0 && row.tries < limits::MAX_CODE_TRIES);
    let row = row.ok_or(Refusal::CodeNeeded)?;
    let mut number = rows::read::<Codes>(attempt, &codes_key)?.unwrap_or_default();
    number.tried = gcra::take(limits::TRIES_PER_NUMBER, number.tried, 1, wall.0)
        .map_err(|wait| Refusal::Limited { wait })?;
    rows::write(attempt, codes_key, &number);
    // Hashes under a secret key: how long their comparison takes tells nothing about the code.
    let shown = hash(config, alias, claim.link, claim.code);
    if row.hashes.iter().any(|hash| *hash == shown) {
        attempt.delete(code_key);
        return Ok(());
    }
    write(attempt, code_key, &Code { tries: row.tries.saturating_add(1), ..row });
    Err(Refusal::BadCode.into())
}

/// Writes a code's row; it expires when the code does, however often it is written.
fn write(attempt: &mut Attempt<'_>, key: store::Key, row: &Code) {
    let keep = Keep::Until(UnixMicros(row.until));
    attempt.write(key, prost::Message::encode_to_vec(row), Code::CLASS, keep);
}

fn hash(config: &Config, alias: &Alias, link: NoiseKey, code: &str) -> [u8; 32] {
    config.hash_key.hash(&[b"code", &alias.0, &link.0, code.as_bytes()])
}

/// Six digits. That some are likelier than others by 1 in 10^13 helps nobody.
fn draw(rng: &mut dyn CryptoRng) -> String {
    let mut bytes = [0; 8];
    rng.fill_bytes(&mut bytes);
    format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000)
}
