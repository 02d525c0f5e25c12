//! What a business does with each piece of work.

mod call;
mod inbound;
mod loading;
mod sending;

use hop::{Attempt, Waiting};

pub(crate) use self::call::request;
use crate::{
    config::Config,
    input::{Job, Note},
    output::Event,
};

/// Work on the rows of a business.
pub(crate) type Try<'a> = Attempt<'a, Event, Note>;

/// One attempt at `job`.
pub(crate) fn attempt(config: &Config, attempt: &mut Try<'_>, job: &Job) -> Result<(), Waiting> {
    match job {
        Job::Load => loading::load(config, attempt),
        Job::Webhook { exchange, batch } => inbound::take(config, attempt, *exchange, batch),
        Job::Send { id, outgoing } => sending::accept(config, attempt, *id, outgoing),
        Job::Settle { key, outgoing, ended } => {
            sending::settle(config, attempt, key, outgoing, ended);
            Ok(())
        }
        Job::Wish(wish) => {
            loading::wish(attempt, *wish);
            Ok(())
        }
        Job::Registered { step, digest, wishes } => {
            loading::registered(attempt, *step, digest, *wishes);
            Ok(())
        }
    }
}
