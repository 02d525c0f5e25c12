//! `blindpost up`: starts everything, says how to use it, ends it when told to.

use std::io::{self, Write as _};

use host::{
    log::Log,
    process::{self, Signals},
    up::{Options, Ready, Throughput, Time, Up, UpError},
};

use super::{
    args,
    ready_file::{self, FileError, at},
};
use crate::{
    exit::Exit,
    sim::{broken, unusable},
};

/// Why it does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// It does not start.
    #[error(transparent)]
    Up(#[from] UpError),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system refuses something.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// Runs until it is told to end.
pub(crate) fn run(asked: &args::Up) -> Exit {
    match process::run(live(asked)).map_err(Failure::from) {
        Ok(Ok(None)) => Exit::Held,
        Ok(Ok(Some(what))) => broken(&what),
        Ok(Err(why)) | Err(why) => unusable(&why.to_string()),
    }
}

/// Runs it; what broke meanwhile, if anything did.
async fn live(asked: &args::Up) -> Result<Option<String>, Failure> {
    let mut signals = Signals::listen()?;
    let ready_file = asked.ready_file.as_deref();
    ready_file::remove(ready_file)?;
    let options = Options {
        data: asked.data.clone(),
        port: asked.port,
        seed: asked.seed,
        time: match asked.clock {
            args::Clock::Real => Time::Real,
            args::Clock::Virtual => Time::Virtual,
        },
        people: asked.people,
        persons: asked.person.clone(),
        throughput: match asked.throughput {
            args::Throughput::Standard => Throughput::Standard,
            args::Throughput::High => Throughput::High,
        },
        webhook: asked.webhook.clone(),
        allowed: asked.allow.clone(),
        intercept: asked.intercept,
        noise_keys: asked.noise_keys.clone(),
        #[cfg(feature = "otel")]
        otlp: asked.otlp.clone(),
        log: asked.log.as_deref().map(|path| Log::append(path).map_err(at(path))).transpose()?,
    };
    let up = Up::start(options).await?;
    ready_file::write(ready_file, &up.ready)?;
    announce(&up.ready);
    let broken = signals.heard_or(up.failed()).await;
    if broken.is_none() {
        up.end().await;
    }
    ready_file::remove(ready_file)?;
    Ok(broken)
}

/// Says how to use it.
fn announce(ready: &Ready) {
    let mut out = io::stdout().lock();
    // Whoever closed the standard output may still use what was started.
    let _unread = write!(out, "{ready}\nCtrl-C ends it.\n").and_then(|()| out.flush());
}
