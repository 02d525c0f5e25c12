//! `blindpost conform`: any implementation tested, or our engine as one that can be.

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use conformance::suite::{self, Known, Options, Progress, Reading, Selection, report};

use crate::{
    args::{Conform, Mode},
    exit::Exit,
    words,
};

/// Runs shorter than this say nothing on the way.
const QUIET: Duration = Duration::from_secs(1);

/// Why a run cannot be started, or its report not be written.
#[derive(Debug, thiserror::Error)]
enum ConformError {
    #[error("--adapter: {0}")]
    Words(#[from] words::WordsError),
    #[error(transparent)]
    Select(#[from] suite::SelectError),
    #[error("{path}: {error}")]
    File { path: String, error: io::Error },
    #[error("{path}: {error}")]
    Known { path: String, error: suite::KnownError },
    #[error(transparent)]
    Unusable(#[from] suite::Unusable),
    #[error("{0}")]
    Output(#[from] io::Error),
}

/// Does what was asked for.
pub(crate) fn run(asked: &Conform) -> Exit {
    if asked.serve {
        return match plant(asked.mutant.as_deref()) {
            Ok(()) => serve(asked.mode),
            Err(error) => {
                let _unheard = writeln!(io::stderr(), "blindpost: conform: {error}");
                Exit::Unusable
            }
        };
    }
    let done = match &asked.adapter {
        Some(command) => test(asked, command),
        None => list(asked),
    };
    match done {
        Ok(exit) => exit,
        Err(ConformError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Held,
        Err(error) => {
            let _unheard = writeln!(io::stderr(), "blindpost: conform: {error}");
            Exit::Unusable
        }
    }
}

/// Plants the mistake of this name into our engine.
#[cfg(feature = "mutants")]
fn plant(name: Option<&str>) -> Result<(), String> {
    use keys::mutant::{self, Mutant};
    let Some(name) = name else { return Ok(()) };
    let unknown = || {
        let names: Vec<_> = Mutant::ALL.iter().map(|one| one.name).collect();
        format!("--mutant {name}: unknown; expected one of {}", names.join(", "))
    };
    mutant::plant(Mutant::named(name).ok_or_else(unknown)?);
    Ok(())
}

#[cfg(not(feature = "mutants"))]
fn plant(name: Option<&str>) -> Result<(), String> {
    let Some(name) = name else { return Ok(()) };
    Err(format!(
        "--mutant {name}: this build has no planted mistakes; build one that has with\n  \
         cargo run --release --features mutants -- conform --serve --mutant {name}"
    ))
}

fn list(asked: &Conform) -> Result<Exit, ConformError> {
    let selection = Selection::new(asked.only.clone(), asked.skip.clone())?;
    let text = if asked.markdown { report::markdown() } else { report::list(&selection) };
    io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Held)
}

fn test(asked: &Conform, command: &str) -> Result<Exit, ConformError> {
    let options = Options {
        command: words::split(command)?,
        selection: Selection::new(asked.only.clone(), asked.skip.clone())?,
        known: known(asked.known_failures.as_deref())?,
        seed: asked.seed,
        timeout: Duration::from_secs(asked.timeout),
        reading: asked.mode.map(|mode| match mode {
            Mode::Compat => Reading::Compat,
            Mode::Strict => Reading::Strict,
        }),
    };
    let begun = now();
    let mut since = || now().saturating_duration_since(begun);
    let mut line = Line { watched: io::stderr().is_terminal(), begun, shown: false };
    let outcome = suite::run(&options, &mut since, &mut |progress| line.tell(progress))?;
    drop(line);
    let to_standard = asked.json.as_deref() == Some(Path::new("-"));
    for (path, text) in [
        (&asked.json, report::json as fn(&suite::Outcome) -> String),
        (&asked.junit, report::junit),
        (&asked.html, report::html),
    ] {
        match path.as_deref() {
            None => {}
            Some(path) if path == Path::new("-") => {
                io::stdout().write_all(text(&outcome).as_bytes())?;
            }
            Some(path) => {
                let path_error = |error| ConformError::File { path: shown(path), error };
                fs::write(path, text(&outcome)).map_err(path_error)?;
            }
        }
    }
    if !to_standard {
        io::stdout().write_all(report::terminal(&outcome).as_bytes())?;
    }
    Ok(if outcome.as_expected() { Exit::Held } else { Exit::Failed })
}

fn known(path: Option<&Path>) -> Result<Known, ConformError> {
    let Some(path) = path else { return Ok(Known::default()) };
    let text = fs::read_to_string(path)
        .map_err(|error| ConformError::File { path: shown(path), error })?;
    Known::parse(&text).map_err(|error| ConformError::Known { path: shown(path), error })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// One line on the terminal about a run that takes longer than a second; it goes in the end.
struct Line {
    watched: bool,
    begun: Instant,
    shown: bool,
}

impl Line {
    fn tell(&mut self, progress: Progress) {
        if self.watched && now().saturating_duration_since(self.begun) > QUIET {
            let Progress { done, all, id } = progress;
            // `\r` goes to the start of the line, `CSI K` clears what is behind the text.
            let _unseen = write!(io::stderr(), "\r{done} of {all} cases, now {id}\x1b[K");
            self.shown = true;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.shown {
            let _unseen = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a case took is real time")]
fn now() -> Instant {
    Instant::now()
}

/// Serves until the input ends or nobody reads the answers any more.
fn serve(mode: Option<Mode>) -> Exit {
    let mode = match mode {
        None => conformance::Mode::default(),
        Some(Mode::Compat) => conformance::Mode::Compat,
        Some(Mode::Strict) => conformance::Mode::Strict,
    };
    match conformance::serve_in(mode, io::stdin().lock(), io::stdout().lock(), entropy) {
        Ok(()) => Exit::Held,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Held,
        Err(error) => {
            let _unheard = writeln!(io::stderr(), "blindpost: conform --serve: {error}");
            Exit::Unusable
        }
    }
}

/// Randomness from the operating system: these keys may meet real peers.
fn entropy(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // Nothing secret can be made without it, and nothing may be made that is not.
        let _unheard = writeln!(io::stderr(), "blindpost: no randomness: {error}");
        std::process::exit(2);
    }
}
