//! `blindpost store`: looks after the stores of a folder.

use std::{
    io::{self, Write as _},
    path::Path,
};

use host::{
    backup::{self, BackupError, Copied},
    upkeep::{Checked, check_stores},
};

use super::args::{Store, StoreWork};
use crate::{amount, exit::Exit, sim::unusable};

/// Does it.
pub(crate) fn run(asked: &Store) -> Exit {
    match &asked.what {
        StoreWork::Check { folder } => check(folder),
        StoreWork::Backup { folder, to } => copied(backup::back_up(folder, to)),
        StoreWork::Restore { from, folder } => copied(backup::restore(from, folder)),
    }
}

fn copied(outcome: Result<Vec<Copied>, BackupError>) -> Exit {
    let copied = match outcome {
        Ok(copied) => copied,
        Err(why) => return unusable(&why.to_string()),
    };
    let mut out = io::stdout().lock();
    for Copied { name, rows } in copied {
        // The exit code says it too, should nobody read.
        let _unread = writeln!(out, "{name}: {}", amount::of(rows, "row"));
    }
    Exit::Held
}

fn check(folder: &Path) -> Exit {
    let checked = match check_stores(folder) {
        Ok(checked) if checked.is_empty() => {
            return unusable(&format!("{}: there is no store in it", folder.display()));
        }
        Ok(checked) => checked,
        Err(why) => return unusable(&why.to_string()),
    };
    let mut out = io::stdout().lock();
    let whole = checked.iter().all(|store| store.findings.is_empty());
    for store in &checked {
        // The exit code says it too, should nobody read.
        let _unread = tell(store, &mut out);
    }
    if whole { Exit::Held } else { Exit::Failed }
}

fn tell(store: &Checked, out: &mut impl io::Write) -> io::Result<()> {
    if store.findings.is_empty() {
        return writeln!(out, "{}: whole", store.name);
    }
    for finding in &store.findings {
        writeln!(out, "{}: {finding}", store.name)?;
    }
    Ok(())
}
