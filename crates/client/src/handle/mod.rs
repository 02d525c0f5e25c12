//! One file for each thing that a device deals with.

mod commands;
mod happenings;
mod leaving;

use endpoint::{Account, Note, vault::OwnDevice};
use hop::{Attempt, Waiting};
use rand_core::CryptoRng;

use crate::{input::Job, output::Event, state::Stay};

/// One attempt of the device.
pub(crate) type Attempted<'a> = Attempt<'a, Event, Note>;

/// Attempts a piece of work.
pub(crate) fn work(
    account: &Account<OwnDevice>,
    stay: Stay,
    attempt: &mut Attempted<'_>,
    job: &Job,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    if !leaving::is_for(stay, job) {
        return leaving::unheard(attempt, job);
    }
    let happened = match job {
        Job::Boot => {
            if !leaving::has_left(account, attempt)? {
                account.boot(attempt, rng)?;
            }
            return Ok(());
        }
        Job::Command(command) => return commands::command(account, attempt, command, rng),
        Job::Deliver { place, envelope } => account.receive(attempt, *place, envelope, rng)?,
        Job::Gone { place, notice } => {
            let happened = account.gone(attempt, *place, notice)?;
            account.forgot(attempt, *place, &notice.phone)?;
            happened.unwrap_or_default()
        }
        Job::Wipe { asked } => return leaving::wipe(account, attempt, *asked),
        Job::Answer { id, status, bundle } => {
            account.answered(attempt, *id, (*status, bundle.clone()), rng)?
        }
        Job::Piece { id, bytes } => account.piece_came(attempt, *id, bytes, rng)?,
        Job::PrekeysLow { one_time, kem } => {
            account.replenish(attempt, (*one_time, *kem), rng)?;
            return Ok(());
        }
    };
    happenings::show(account, attempt, happened, rng)
}
