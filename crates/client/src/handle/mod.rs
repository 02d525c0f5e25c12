//! One file for each thing that a device deals with.

mod commands;
mod happenings;

use endpoint::{Account, Note, vault::OwnDevice};
use hop::{Attempt, Waiting};
use rand_core::CryptoRng;

use crate::{input::Job, output::Event};

/// One attempt of the device.
pub(crate) type Attempted<'a> = Attempt<'a, Event, Note>;

/// Attempts a piece of work.
pub(crate) fn work(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    job: &Job,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let happened = match job {
        Job::Boot => {
            account.boot(attempt, rng)?;
            return Ok(());
        }
        Job::Command(command) => return commands::command(account, attempt, command, rng),
        Job::Deliver { place, envelope } => account.receive(attempt, *place, envelope, rng)?,
        Job::Answer { id, status, bundle } => {
            account.answered(attempt, *id, (*status, bundle.clone()), rng)?
        }
        Job::PrekeysLow { one_time, kem } => {
            account.replenish(attempt, (*one_time, *kem), rng)?;
            return Ok(());
        }
    };
    happenings::show(account, attempt, happened)
}
