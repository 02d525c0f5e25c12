//! `blindpost merge`: the parts of a sweep as one.

use std::{fs, path::Path};

use simulator::sweep::Results;

use crate::{args::Merge, exit::Exit, sim::unusable, sweep};

/// Puts the parts together, and tells what the whole found.
pub(crate) fn run(asked: &Merge) -> Exit {
    let whole = match merged(asked) {
        Ok(whole) => whole,
        Err(why) => return unusable(&why),
    };
    sweep::tell(&whole, whole.mutant.as_deref());
    if let Some(path) = &asked.results
        && let Err(why) = sweep::write(path, &whole)
    {
        return unusable(&why);
    }
    let complete = whole.failed == 0 && whole.missing().is_empty();
    if complete { Exit::Held } else { Exit::Failed }
}

fn merged(asked: &Merge) -> Result<Results, String> {
    let mut whole: Option<Results> = None;
    for path in &asked.parts {
        let part = read(path)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                whole.merge(&part).map_err(|error| format!("{}: {error}", path.display()))?;
            }
        }
    }
    whole.ok_or_else(|| "expected the results of at least one part".to_owned())
}

fn read(path: &Path) -> Result<Results, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        format!("{name}: cannot be read ({error}): expected what --results wrote")
    })?;
    Results::from_json(&text)
        .map_err(|error| format!("{name}:{}: {error}: expected what --results wrote", error.line()))
}
