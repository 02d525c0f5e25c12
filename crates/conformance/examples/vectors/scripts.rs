//! What happens in each file.

use signal::Profile;

use crate::{
    Result,
    device::With,
    exchange::Exchange,
    format::{Case, File, Name},
    keeper::Detail,
};

const BOTH_ONE_TIME: With = With { one_time: true, last_resort: false };
const NONE_ONE_TIME: With = With { one_time: false, last_resort: true };

/// All files, by name.
pub(crate) fn files() -> Result<Vec<(&'static str, File)>> {
    Ok(vec![
        ("x3dh-v3.json", x3dh()?),
        ("pqxdh-v4.json", pqxdh()?),
        ("first-flight-v4-spqr.json", first_flight()?),
        ("triple-ratchet-v4-spqr.json", triple_ratchet()?),
    ])
}

fn file(profile: &'static str, about: &'static str, cases: Vec<Case>) -> File {
    File {
        format: "blindpost-vectors 1",
        about,
        origin: "regression",
        licence: "MIT OR Apache-2.0",
        profile,
        cases,
    }
}

fn x3dh() -> Result<File> {
    let about = "X3DH and the Double Ratchet as deployed, version 3: with and without a one-time \
                 prekey, out of order, with loss. Every derivation of both sides.";
    let cases = vec![
        conversation(Profile::V3, BOTH_ONE_TIME, "with a one-time prekey", "v3 one-time")?,
        conversation(Profile::V3, NONE_ONE_TIME, "without a one-time prekey", "v3 without")?,
    ];
    Ok(file("v3", about, cases))
}

fn pqxdh() -> Result<File> {
    let about = "PQXDH (Kyber1024 of round 3) and the Double Ratchet as deployed, version 4 \
                 without the post-quantum ratchet: with and without one-time prekeys, out of \
                 order, with loss. Every derivation of both sides.";
    let cases = vec![
        conversation(Profile::V4, BOTH_ONE_TIME, "with one-time prekeys", "v4 one-time")?,
        conversation(Profile::V4, NONE_ONE_TIME, "with a KEM prekey of last resort", "v4 last")?,
    ];
    Ok(file("v4", about, cases))
}

/// Four first messages, the second never arrives, the others out of order; three turns after that.
fn conversation(profile: Profile, with: With, name: &str, seed: &'static str) -> Result<Case> {
    let mut exchange = Exchange::start(profile, with, Detail::Everything, seed)?;
    let first = seals(&mut exchange, Name::Alice, 4)?;
    arrive(&mut exchange, &first, &[2, 0, 3])?;
    let answers = seals(&mut exchange, Name::Bob, 2)?;
    arrive(&mut exchange, &answers, &[1, 0])?;
    let second = seals(&mut exchange, Name::Alice, 3)?;
    arrive(&mut exchange, &second, &[0, 2])?;
    let last = seals(&mut exchange, Name::Bob, 1)?;
    arrive(&mut exchange, &last, &[0])?;
    // One of the turn before the last arrives after all.
    arrive(&mut exchange, &second, &[1])?;
    first.get(1).into_iter().for_each(|lost| exchange.lose(*lost));
    Ok(exchange.finish(name))
}

fn seals(exchange: &mut Exchange, by: Name, count: usize) -> Result<Vec<usize>> {
    (0..count).map(|_| exchange.seal(by)).collect()
}

fn arrive(exchange: &mut Exchange, messages: &[usize], order: &[usize]) -> Result<()> {
    order.iter().filter_map(|index| messages.get(*index)).try_for_each(|it| exchange.open(*it))
}

fn first_flight() -> Result<File> {
    let about = "PQXDH and the Triple Ratchet as deployed, before any answer: the first two of six \
                 first messages are lost, and the braid's header comes from parity chunks. Every \
                 derivation of both sides.";
    Ok(file("v4-spqr", about, vec![flight()?]))
}

fn triple_ratchet() -> Result<File> {
    let about = "PQXDH and the Triple Ratchet as deployed: the ML-KEM Braid and its chains beside \
                 the Double Ratchet, through three epochs, with loss and reordering, so that \
                 every object comes from parity chunks at least once. The handshake with every \
                 derivation, messages with their keys, turns and epochs with what they derive.";
    Ok(file("v4-spqr", about, vec![epochs()?]))
}

/// Chunks 0 and 1 of the header are lost: it is whole with the fourth arrival, from parity.
fn flight() -> Result<Case> {
    let seed = "v4-spqr first flight";
    let mut exchange = Exchange::start(Profile::V4Spqr, BOTH_ONE_TIME, Detail::Everything, seed)?;
    let flight = seals(&mut exchange, Name::Alice, 6)?;
    flight.iter().take(2).for_each(|lost| exchange.lose(*lost));
    arrive(&mut exchange, &flight, &[5, 2, 4, 3])?;
    Ok(exchange.finish("a first flight: the braid's header from parity chunks"))
}

/// Turns of three to six messages, of which about every fifth is lost and some overtake others,
/// until both sides have sent in epoch 4.
fn epochs() -> Result<Case> {
    let with = NONE_ONE_TIME;
    let mut exchange = Exchange::start(Profile::V4Spqr, with, Detail::Turns, "v4-spqr epochs")?;
    let (mut late, mut last) = (None, [0; 2]);
    for turn in 0..400_u32 {
        let (by, slot) = if turn.is_multiple_of(2) { (Name::Alice, 0) } else { (Name::Bob, 1) };
        let count = exchange.draw.below(4).saturating_add(3);
        let mut arriving = Vec::new();
        let delayed = late.take();
        for number in 0..count {
            let message = exchange.seal(by)?;
            let epoch = exchange.carried(message)?.get(1).copied().unwrap_or(0);
            last.iter_mut().skip(slot).take(1).for_each(|last| *last = epoch);
            // The first of a turn arrives, so that every turn turns the ratchet.
            match exchange.draw.below(10) {
                0 | 1 if number > 0 => exchange.lose(message),
                2 if number > 0 => arriving.insert(0, message),
                3 if number > 0 && late.is_none() => late = Some(message),
                _ => arriving.push(message),
            }
        }
        // One of the turn before, sent by the other side, arrives after this turn was sealed.
        arriving.extend(delayed);
        arriving.into_iter().try_for_each(|message| exchange.open(message))?;
        if last.iter().all(|epoch| *epoch > 3) {
            late.into_iter().for_each(|message| exchange.lose(message));
            return Ok(exchange.finish("three epochs, with loss and reordering"));
        }
    }
    Err("the epochs do not advance".into())
}
