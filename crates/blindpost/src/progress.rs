//! One line on the terminal about a run that takes longer than a second.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use simulator::{report::terminal, run::Progress};

/// Runs shorter than this say nothing.
const QUIET: Duration = Duration::from_secs(1);
/// How often the line changes.
const STEP: Duration = Duration::from_millis(100);

/// The line; it goes when this is dropped.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    name: String,
    next: Option<Instant>,
    shown: bool,
}

impl ProgressLine {
    /// A line that says nothing yet, and never anything where nobody would see it.
    pub(crate) fn start(name: String) -> Self {
        let watched = io::stderr().is_terminal();
        Self { name, next: watched.then(|| now().checked_add(QUIET)).flatten(), shown: false }
    }

    /// Tells how far the run has come.
    pub(crate) fn tell(&mut self, progress: Progress) {
        let name = self.name.clone();
        self.say(|| terminal::progress(&name, progress.virtual_us, progress.events));
    }

    /// Shows `text`, if it is time to.
    pub(crate) fn say(&mut self, text: impl FnOnce() -> String) {
        let Some(next) = self.next else { return };
        let now = now();
        if now < next {
            return;
        }
        let text = text();
        // `\r` goes to the start of the line, `CSI K` clears what is behind the text.
        let _unseen = write!(io::stderr(), "\r{text}\x1b[K");
        self.next = now.checked_add(STEP);
        self.shown = true;
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.shown {
            let _unseen = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Microseconds of real time since some moment.
pub(crate) fn clock() -> impl Fn() -> u64 + Sync {
    let begun = now();
    move || u64::try_from(now().duration_since(begun).as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "how long a person has waited is real time")]
fn now() -> Instant {
    Instant::now()
}
