//! Running a scenario file: the one entry for the command line and for tests.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::{
    export::{self, Unwritable, diagram::NoConversation},
    fault::{Fault, draw},
    invariants::{self, Ended},
    kernel::{Difference, Recording},
    mutants::Planted,
    report::{
        build,
        model::{Invariant, Report, Verdict},
    },
    scan::leak::Form,
    scenario::{self, Scenario, ScenarioError},
    world::{self, World, WorldError},
};

/// How a run departs from its scenario.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Another seed.
    pub seed: Option<u64>,
    /// Threads that may be used. The outcome does not depend on it.
    pub threads: usize,
    /// Threads are used however little there is to do, to see that it makes no difference.
    pub eager: bool,
    /// Another number of partitions. The outcome does not depend on it.
    pub partitions: Option<usize>,
    /// A planted mistake.
    pub mutant: Option<Planted>,
    /// A plan of faults, instead of those of the scenario and those that it draws.
    pub plan: Option<Vec<Fault>>,
    /// Whether the event log is wanted.
    pub log: bool,
    /// Whether derivations are wanted.
    pub trace: bool,
    /// Whether what hosts received is to be kept, to compare this run with another.
    pub record: bool,
    /// Further outputs.
    pub exports: export::Wanted,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// Invariants that the scenario says must fail.
    pub expected_failures: Vec<String>,
    /// Everything that went wrong by plan: the scenario's faults, and those that were drawn.
    pub faults: Vec<Fault>,
    /// The event log, one JSON object a line.
    pub log: Vec<String>,
    /// Derivations, one JSON object a line.
    pub trace: Vec<String>,
    /// What hosts received, for each form of the scenario, where it was to be kept.
    pub recordings: Vec<Recording>,
}

impl Outcome {
    /// The first event in which this run differs from another of the same scenario, where both
    /// were recorded.
    pub fn first_difference(&self, other: &Self) -> Option<Difference> {
        let forms = self.recordings.iter().zip(&other.recordings);
        forms.into_iter().find_map(|(one, other)| one.first_difference(other))
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Virtual time in microseconds.
    pub virtual_us: u64,
    /// Events processed.
    pub events: u64,
}

/// Runs a scenario file.
///
/// # Errors
///
/// [`ScenarioError`] names the file, the line and what was expected.
pub fn run_file(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, RunError> {
    let scenario = scenario::load(path)?;
    run(&scenario, options, progress)
}

/// Runs a scenario.
///
/// # Errors
///
/// [`RunError`] if its world cannot be built.
pub fn run(
    scenario: &Scenario,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, RunError> {
    let scenario = &planned(scenario, options);
    let forms: Vec<Option<Form>> = match &scenario.leak {
        Some(leak) => leak.forms.iter().copied().map(Some).collect(),
        None => vec![None],
    };
    if let Some(diagram) = &options.exports.diagram {
        diagram.ends(scenario)?;
    }
    if options.exports.pcap_keys.is_some() && !scenario.noise {
        return Err(RunError::NoNoise { file: scenario.file.clone() });
    }
    options.exports.open()?;
    let mut options = options.clone();
    let (mut reports, mut log, mut trace) = (Vec::new(), Vec::new(), Vec::new());
    let mut recordings = Vec::new();
    for form in forms {
        let (report, lines, derivations, recording) = one(scenario, &options, form, progress)?;
        options.exports.finish()?;
        options.exports = options.exports.of_further_forms();
        reports.push(report);
        log.extend(lines);
        trace.extend(derivations);
        recordings.extend(recording);
    }
    let expected_failures = scenario.expect_fail.clone();
    let faults = scenario.faults.clone();
    Ok(Outcome { report: summed_up(reports), expected_failures, faults, log, trace, recordings })
}

/// The scenario with every fault that it will have.
fn planned(scenario: &Scenario, options: &Options) -> Scenario {
    let mut planned = scenario.clone();
    match &options.plan {
        Some(plan) => planned.faults.clone_from(plan),
        None => planned.faults.extend(draw(scenario, options.seed.unwrap_or(scenario.seed))),
    }
    planned
}

/// A run that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The scenario is unusable.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Its world cannot be.
    #[error(transparent)]
    World(#[from] WorldError),
    /// An output cannot be written.
    #[error(transparent)]
    Output(#[from] Unwritable),
    /// Keys were asked for of links that have none.
    #[error("{file}: nothing is encrypted in its packets: expected `noise = true` in [links]")]
    NoNoise {
        /// The scenario's file.
        file: String,
    },
    /// A picture was asked for of nothing.
    #[error(transparent)]
    NoConversation(#[from] NoConversation),
}

type One = (Report, Vec<String>, Vec<String>, Option<Recording>);

fn one(
    scenario: &Scenario,
    options: &Options,
    form: Option<Form>,
    progress: &mut dyn FnMut(Progress),
) -> Result<One, RunError> {
    let world_options = world::Options {
        seed: options.seed,
        threads: options.threads,
        eager: options.eager,
        partitions: options.partitions,
        mutant: options.mutant,
        log: options.log,
        trace: options.trace,
        exports: options.exports.clone(),
    };
    let mut world = World::new(scenario, &world_options, form)?;
    if options.record {
        world.kernel.record();
    }
    let probes = world.run(scenario, &mut |virtual_us, events| {
        progress(Progress { virtual_us, events });
    });
    let recording = options.record.then(|| world.kernel.recorded());
    let shared = world.shared.clone();
    Ok(shared.with(|watch| {
        let ended = Ended::new(scenario, &world, watch, &probes);
        let report = build::report(&ended, form.map(|form| form.name().to_owned()));
        let log = watch.log.take().map(export::Log::finish).unwrap_or_default();
        (report, log, std::mem::take(&mut watch.derivations), recording)
    }))
}

/// Several runs of one scenario as one report: it fails where any of them does.
fn summed_up(mut reports: Vec<Report>) -> Report {
    if reports.len() == 1
        && let Some(only) = reports.pop()
    {
        return only;
    }
    let mut digest = Sha256::new();
    reports.iter().for_each(|report| digest.update(report.digest.as_bytes()));
    let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let Some(mut whole) = reports.first().cloned() else {
        return Report::default();
    };
    whole.digest = digest;
    whole.variant = None;
    for report in reports.iter().skip(1) {
        whole.verdict = whole.verdict.max_fail(report.verdict);
        invariants::occasions::merge(&mut whole.occasions, &report.occasions);
        for (one, other) in whole.invariants.iter_mut().zip(&report.invariants) {
            merge(one, other, report.variant.as_deref().unwrap_or_default());
        }
    }
    whole.runs = reports;
    whole
}

fn merge(one: &mut Invariant, other: &Invariant, variant: &str) {
    if other.verdict == Verdict::Fail {
        if one.verdict != Verdict::Fail {
            one.evidence.clear();
        }
        one.verdict = Verdict::Fail;
        one.evidence.extend(other.evidence.iter().map(|line| format!("{variant}: {line}")));
    }
}
