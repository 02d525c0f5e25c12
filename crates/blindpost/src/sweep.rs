//! `blindpost sim --seeds`: one scenario under many seeds.

use std::{
    io::{self, Write as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

use simulator::{
    mutants::Planted,
    scenario,
    sweep::{Group, Results, Shard, Span, Sweep},
};

use crate::{
    amount,
    args::Sim,
    exit::Exit,
    progress::{self, ProgressLine},
    shrink,
    sim::{unusable, write_file},
};

/// Groups of failures that are told; there are seldom more than a few.
const MOST_GROUPS: usize = 20;
/// Seeds of a group that are told.
const MOST_SEEDS: usize = 8;

/// Runs the sweep, tells what it found and shrinks what failed.
pub(crate) fn run(asked: &Sim, seeds: Span, mutant: Option<Planted>) -> Exit {
    let [path] = &*asked.paths else {
        return unusable("--seeds with several scenarios: expected one");
    };
    let results = match swept(asked, path, seeds, mutant) {
        Ok(results) => results,
        Err(why) => return unusable(&why),
    };
    tell(&results, asked.mutant.as_deref());
    if let Some(file) = &asked.results
        && let Err(error) = write(file, &results)
    {
        return unusable(&error);
    }
    let mut exit = if results.failed == 0 { Exit::Held } else { Exit::Failed };
    if asked.shrink {
        for seed in to_shrink(&results, mutant) {
            exit = exit.max(shrink::one(asked, path, seed, mutant));
        }
    }
    exit
}

/// The first seed of each kind of failure; of a planted mistake, that in which it was seen.
fn to_shrink(results: &Results, mutant: Option<Planted>) -> Vec<u64> {
    let Some(mutant) = mutant else {
        let groups = results.groups().into_iter().take(MOST_GROUPS);
        return groups.filter_map(|group| group.seeds.first().copied()).collect();
    };
    let wanted = mutant.caught_by();
    let mut failures = results.failures.iter();
    let seen = failures.find(|failure| failure.invariants.iter().any(|id| id == wanted));
    seen.map(|failure| failure.seed).into_iter().collect()
}

fn swept(
    asked: &Sim,
    path: &Path,
    seeds: Span,
    mutant: Option<Planted>,
) -> Result<Results, String> {
    let scenario = scenario::load(path).map_err(|error| error.to_string())?;
    let clock = progress::clock();
    let sweep = Sweep {
        scenario: &scenario,
        seeds: (seeds.first, seeds.last),
        shard: asked.shard.unwrap_or(Shard::WHOLE),
        threads: usize::from(asked.threads),
        mutant,
        until_first: asked.first,
        determinism: asked.check_determinism,
        clock: &clock,
    };
    let line = Mutex::new(ProgressLine::start(path.display().to_string()));
    let name = path.display();
    let results = sweep.run(&|progress| {
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        line.say(|| {
            let (done, of, failed) = (progress.done, progress.of, progress.failed);
            format!("{name}: {done} of {of} seeds, {failed} failed")
        });
    });
    results.map_err(|error| error.to_string())
}

/// Writes results for `merge`.
pub(crate) fn write(path: &Path, results: &Results) -> Result<(), String> {
    let json = results.to_json().map_err(|error| format!("{}: {error}", path.display()))?;
    write_file(path, &json).map_err(|error| error.to_string())
}

/// Tells people what a sweep found.
pub(crate) fn tell(results: &Results, mutant: Option<&str>) {
    let mut text = summary(results);
    let groups = results.groups();
    for group in groups.iter().take(MOST_GROUPS) {
        text.push_str(&told(results, group, mutant));
    }
    let more = groups.len().saturating_sub(MOST_GROUPS);
    if more > 0 {
        text.push_str(&format!("… and {more} more kinds of failure\n"));
    }
    // Whoever reads it may have gone: `blindpost sim … | head`.
    let _unread = io::stdout().lock().write_all(text.as_bytes());
}

fn summary(results: &Results) -> String {
    let Results { scenario, first, last, seeds, failed, digest, events, .. } = results;
    let short: String = digest.chars().take(16).collect();
    let mut text = format!(
        "sweep {scenario} {first}..{last}: {}, {failed} failed\n  {}, half of the seeds took at \
         most {} ms, digest of all {short}\n",
        amount::of(*seeds, "seed"),
        amount::of(*events, "event"),
        results.median_us().div_ceil(1_000)
    );
    let missing = results.missing();
    if !missing.is_empty() {
        let missing: Vec<String> = missing.iter().map(u64::to_string).collect();
        let parts = amount::of(results.of, "part");
        text.push_str(&format!("  of {parts}, not here: {}\n", missing.join(", ")));
    }
    if !results.occasions.is_empty() {
        let never = results.never();
        let hit = results.occasions.len().saturating_sub(never.len());
        text.push_str(&format!("  occasions: {hit} of {} came up", results.occasions.len()));
        match never.as_slice() {
            [] => text.push('\n'),
            never => text.push_str(&format!("; never: {}\n", never.join(", "))),
        }
    }
    text
}

fn told(results: &Results, group: &Group, mutant: Option<&str>) -> String {
    let Some(seed) = group.seeds.first() else { return String::new() };
    let shown: Vec<String> = group.seeds.iter().take(MOST_SEEDS).map(u64::to_string).collect();
    let more = group.seeds.len().saturating_sub(MOST_SEEDS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let mutant = mutant.map(|name| format!(" --mutant {name}")).unwrap_or_default();
    format!(
        "fails {}: {} {}{more}\n  {}\n  repeat: blindpost sim {} --seed {seed}{mutant}\n",
        group.invariants.join(", "),
        if group.seeds.len() == 1 { "seed" } else { "seeds" },
        shown.join(", "),
        group.evidence,
        results.scenario,
    )
}
