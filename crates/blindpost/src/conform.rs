//! `blindpost conform --serve`: our engine, driven by whoever writes to its standard input.

use std::io::{self, Write as _};

use crate::{
    args::{Conform, Mode},
    exit::Exit,
};

/// Serves until the input ends or nobody reads the answers any more.
pub(crate) fn run(asked: &Conform) -> Exit {
    if !asked.serve {
        return Exit::Unusable;
    }
    let mode = match asked.mode {
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
