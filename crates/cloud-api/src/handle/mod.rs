//! One file for each thing that the Cloud API deals with.

pub(crate) mod flows;
mod forgetting;
mod grants;
mod happenings;
mod identity;
mod insights;
mod manage;
mod media;
mod outgoing;
mod quality;
mod reading;
mod retention;
mod sending;
mod services;

use hop::{Act, Attempt, Waiting};
use rand_core::CryptoRng;
use store::Key;

use crate::{
    config::Config,
    input::{Job, NumberJob},
    number::Number,
    output::Event,
    rows::{GrantRow, manage::PendingRow},
};

#[cfg(test)]
pub(crate) use identity::hash as identity_hash;

/// What attempts leave for the memory of this hop, applied when they are durable.
#[derive(Debug)]
pub(crate) enum Note {
    /// The endpoint notes that follow are for this number.
    For(u32),
    /// The attempt put content of a number in memory, under these names.
    Held(u32, Vec<u64>),
    /// A note of an endpoint.
    End(endpoint::Note),
    /// All grants of before the start are here.
    Loaded,
    /// There is this grant.
    Grant(GrantRow),
    /// Something waits in the outbox, and at most how long it is.
    Waits(Key, usize),
    /// More waits than one scan brings.
    MoreWaits,
    /// Something left the outbox.
    Gone(Vec<Key>),
    /// More is to be done about a number.
    Next(u32, NumberJob),
    /// All is forgotten that the notice at this place of a number's mailbox was about.
    Forgot { slot: u32, place: u64 },
    /// A number that was not registered is.
    Registered(u32),
    /// A template or a name waits to be decided about.
    Judge(PendingRow),
    /// The endpoint of a flow is to be asked.
    Carried(Box<flows::Carried>),
    /// The endpoint of this flow fails: it is asked later how it is.
    CheckLater(u32, String),
    /// There is something new to export.
    Counted,
}

impl From<endpoint::Note> for Note {
    fn from(note: endpoint::Note) -> Self {
        Self::End(note)
    }
}

/// One attempt of the Cloud API.
pub(crate) type Attempted<'a> = Attempt<'a, Event, Note>;

/// Attempts a piece of work.
pub(crate) fn work(
    config: &Config,
    numbers: &[Option<Number>],
    attempt: &mut Attempted<'_>,
    job: &Job,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    match job {
        Job::Boot => grants::boot(config, attempt),
        Job::Grants(grants) => grants::changed(attempt, grants),
        Job::Refill => outgoing::refill(config, attempt),
        Job::Dispatch(batch) => outgoing::dispatch(config, numbers, attempt, batch, rng),
        Job::Late { keys } => {
            outgoing::late(attempt, keys);
            Ok(())
        }
        Job::Arrived { keys } => outgoing::arrived(numbers, attempt, keys),
        Job::Export { exchange } => outgoing::export(config, attempt, *exchange, rng),
        Job::Number { slot, work } => {
            let number = usize::try_from(*slot).ok().and_then(|slot| numbers.get(slot));
            let Some(Some(number)) = number else { return Ok(()) };
            attempt.note(Note::For(*slot));
            let vault = number.account.vault();
            vault.begin();
            let done = on_number(config, number, attempt, work, rng);
            match done {
                Ok(()) => match vault.put_since() {
                    none if none.is_empty() => {}
                    put => attempt.note(Note::Held(*slot, put)),
                },
                Err(Waiting) => vault.undo(),
            }
            done
        }
    }
}

fn on_number(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    work: &NumberJob,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let account = &number.account;
    let happened = match work {
        NumberJob::Boot => return retention::boot(number, attempt, rng),
        NumberJob::Deliver { place, envelope } => {
            if account.is_from_before(attempt, *place, envelope)? {
                account.acknowledge(attempt, *place);
                return Ok(());
            }
            account.receive(attempt, *place, envelope, rng)?
        }
        NumberJob::Gone { place, notice } => {
            return forgetting::gone(number, attempt, *place, notice, rng);
        }
        NumberJob::Forget { place, phone, cursor } => {
            return forgetting::forget(number, attempt, (*place, phone), cursor);
        }
        NumberJob::Answer { id, status, bundle } => {
            account.answered(attempt, *id, (*status, bundle.clone()), rng)?
        }
        NumberJob::Piece { id, bytes } => account.piece_came(attempt, *id, bytes, rng)?,
        NumberJob::PrekeysLow { one_time, kem } => {
            return account.replenish(attempt, (*one_time, *kem), rng);
        }
        NumberJob::Send { exchange, message } => {
            return sending::send(number, attempt, *exchange, message, rng);
        }
        NumberJob::Replied { handover, id, reply } => {
            return services::replied(number, attempt, handover, (*id, reply.as_ref()), rng);
        }
        NumberJob::MarkRead { exchange, marking } => {
            return reading::mark_read(number, attempt, *exchange, *marking, rng);
        }
        NumberJob::Flow(job) => return flows::work(config, number, attempt, job, rng),
        NumberJob::Manage(call) => return manage::work(config, number, attempt, call, rng),
        NumberJob::Judge(pending) => {
            return manage::judge(config, number, attempt, pending, rng);
        }
    };
    happenings::tell(number, attempt, happened, rng)
}

/// Answers a call, once this attempt is durable.
fn reply(attempt: &mut Attempted<'_>, id: hop::ExchangeId, response: hop::http::Response) {
    attempt.act(Act::Reply { id, response });
}
