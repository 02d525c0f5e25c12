//! `blindpost up`: starts everything, says how to use it, ends it when told to.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use host::{
    folder,
    log::Log,
    process::{self, Signals},
    up::{Options, Ready, Time, Up, UpError},
};

use super::args;
use crate::{exit::Exit, sim::unusable};

/// Why it does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// It does not start.
    #[error(transparent)]
    Up(#[from] UpError),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    File { path: String, source: io::Error },
    /// The system refuses something.
    #[error("{0}")]
    System(#[from] io::Error),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.display().to_string();
    move |source| Failure::File { path, source }
}

/// Runs until it is told to end.
pub(crate) fn run(asked: &args::Up) -> Exit {
    match process::run(live(asked)).map_err(Failure::from) {
        Ok(Ok(())) => Exit::Held,
        Ok(Err(why)) | Err(why) => unusable(&why.to_string()),
    }
}

async fn live(asked: &args::Up) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    if let Some(path) = &asked.ready_file {
        // Whoever waits for it waits for this start, not for an earlier one.
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(path)(error)),
            Ok(()) | Err(_) => {}
        }
    }
    let options = Options {
        data: asked.data.clone(),
        port: asked.port,
        seed: asked.seed,
        time: match asked.clock {
            args::Clock::Real => Time::Real,
            args::Clock::Virtual => Time::Virtual,
        },
        people: asked.people,
        webhook: asked.webhook.clone(),
        allowed: asked.allow.clone(),
        log: asked.log.as_deref().map(log).transpose()?,
    };
    let up = Up::start(options).await?;
    announce(&up.ready, asked.ready_file.as_deref())?;
    signals.heard().await;
    up.end().await;
    if let Some(path) = &asked.ready_file {
        // Somebody else may have removed it.
        let _gone = fs::remove_file(path);
    }
    Ok(())
}

/// A log at the end of a file.
fn log(path: &Path) -> Result<Log, Failure> {
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(at(path))?;
    Ok(Log::to(file))
}

/// Says how to use it.
fn announce(ready: &Ready, file: Option<&Path>) -> Result<(), Failure> {
    if let Some(path) = file {
        let json = serde_json::to_vec_pretty(ready).map_err(io::Error::from).map_err(at(path))?;
        folder::replace(path, &json).map_err(at(path))?;
    }
    let mut out = io::stdout().lock();
    // Whoever closed the standard output may still use what was started.
    let _unread = write!(out, "{ready}\nCtrl-C ends it.\n").and_then(|()| out.flush());
    Ok(())
}
