//! `blindpost sim --shrink`: a failing run as the smallest scenario that still fails.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use simulator::{
    mutants::Planted,
    scenario::{self, Scenario},
    shrink::{Shrunk, Target, shrink},
};

use crate::{
    amount,
    args::Sim,
    exit::Exit,
    progress::ProgressLine,
    sim::{unusable, write_file},
};

/// Shrinks one seed of a scenario and writes what is left.
pub(crate) fn one(asked: &Sim, path: &Path, seed: u64, mutant: Option<Planted>) -> Exit {
    match attempt(asked, path, seed, mutant) {
        Ok(()) => Exit::Failed,
        Err(why) => unusable(&why),
    }
}

fn attempt(asked: &Sim, path: &Path, seed: u64, mutant: Option<Planted>) -> Result<(), String> {
    let loaded = scenario::load(path).map_err(|error| error.to_string())?;
    let caught_by = mutant.map(|planted| planted.caught_by());
    let invariant = asked.keep.as_deref().or(caught_by);
    let target = Target { seed, invariant, mutant, runs: asked.shrink_runs };
    let mut line = ProgressLine::start(path.display().to_string());
    let shrunk = shrink(&loaded, &target, &mut |runs, left| {
        line.say(|| format!("shrinking seed {seed}: {runs} runs, {}", size(left)));
    })
    .map_err(|error| format!("{}: {error}", path.display()))?;
    drop(line);
    let (file, text) = written(asked, &loaded, &shrunk, &target)?;
    fs::create_dir_all(&asked.regressions)
        .map_err(|error| format!("{}: cannot be made: {error}", asked.regressions.display()))?;
    write_file(&file, &text).map_err(|error| error.to_string())?;
    let told = format!(
        "shrunk seed {seed} in {} to {}: {}\n  still fails {}: {}\n  repeat: {}\n",
        amount::of(shrunk.runs, "run"),
        size(&shrunk.scenario),
        file.display(),
        shrunk.invariant.id,
        shrunk.invariant.evidence.first().map_or("", String::as_str),
        command(&file, mutant),
    );
    // Whoever reads it may have gone.
    let _unread = io::stdout().lock().write_all(told.as_bytes());
    Ok(())
}

fn size(scenario: &Scenario) -> String {
    let nodes = scenario.people.len().saturating_add(scenario.businesses.len()).saturating_add(2);
    let (faults, nodes) = (amount::of(scenario.faults.len(), "fault"), amount::of(nodes, "node"));
    let messages = amount::of(scenario.says.len(), "message");
    let deeds = match scenario.deeds.len() {
        0 => String::new(),
        deeds => format!(", {}", amount::of(deeds, "deed")),
    };
    format!("{faults}, {nodes}, {messages}{deeds}")
}

fn command(file: &Path, mutant: Option<Planted>) -> String {
    match mutant {
        None => format!("cargo run --release -- sim {}", file.display()),
        Some(mutant) => format!(
            "cargo run --release --features mutants -- sim {} --mutant {}",
            file.display(),
            mutant.name()
        ),
    }
}

/// The file and what stands in it: what failed and how to repeat it, above the scenario.
fn written(
    asked: &Sim,
    from: &Scenario,
    shrunk: &Shrunk,
    target: &Target<'_>,
) -> Result<(PathBuf, String), String> {
    let stem = Path::new(&from.file).file_stem().unwrap_or_default().to_string_lossy();
    let name = match target.mutant {
        Some(mutant) => format!("{}.toml", mutant.name()),
        None => format!("{stem}-{}-{}.toml", target.seed, shrunk.invariant.id),
    };
    let file = asked.regressions.join(name);
    let text = scenario::write(&shrunk.scenario, target.seed).map_err(|error| error.to_string())?;
    let fails = match target.mutant {
        Some(mutant) => format!("With the mistake {} planted it", mutant.name()),
        None => "It".to_owned(),
    };
    let head = format!(
        "# {} seed {}, shrunk to {}.\n# {fails} failed {}: {}\n# Repeat: {}\n",
        from.file,
        target.seed,
        size(&shrunk.scenario),
        shrunk.invariant.id,
        shrunk.invariant.says,
        command(&file, target.mutant),
    );
    Ok((file, format!("{head}{text}")))
}
