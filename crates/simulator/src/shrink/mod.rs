//! Shrinking: a failing run is reduced to the few things that matter, and still fails the same
//! invariant: first faults, then nodes, then messages, then time; again until nothing more can go.

mod ddmin;
mod parts;
#[cfg(test)]
mod tests;

use vocab::Micros;

use self::{
    ddmin::fewest,
    parts::{Doing, without},
};
use crate::{
    fault::{self, Fault},
    mutants::Planted,
    report::model::{Invariant, Verdict},
    run::{self, Options, RunError},
    scenario::{Say, Scenario, ScenarioError},
    workload::{self, Act},
};

/// Which failure is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The seed of the failing run.
    pub seed: u64,
    /// The invariant that fails; `None` is the first that does.
    pub invariant: Option<&'a str>,
    /// The planted mistake.
    pub mutant: Option<Planted>,
    /// At most how many runs it may take.
    pub runs: u64,
}

/// What is left.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// A scenario with concrete faults and messages, which fails with the seed of the target.
    pub scenario: Scenario,
    /// The invariant that it fails, with evidence.
    pub invariant: Invariant,
    /// Runs that it took.
    pub runs: u64,
}

/// Why nothing was shrunk.
#[derive(Debug, thiserror::Error)]
pub enum ShrinkError {
    /// The scenario's world cannot be built.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Nothing fails.
    #[error("seed {seed} does not fail {what}: expected a failing run to shrink")]
    DoesNotFail {
        /// The seed.
        seed: u64,
        /// What was asked for.
        what: String,
    },
    /// With what is drawn written down as a list, it fails no more.
    #[error("seed {seed} fails only while its messages are still to be made up")]
    NotConcrete {
        /// The seed.
        seed: u64,
    },
}

/// Shrinks a failing run.
///
/// # Errors
///
/// [`ShrinkError`] says why there is nothing to shrink.
pub fn shrink(
    scenario: &Scenario,
    target: &Target<'_>,
    progress: &mut dyn FnMut(u64, &Scenario),
) -> Result<Shrunk, ShrinkError> {
    let concrete = concrete(scenario, target.seed).map_err(RunError::from)?;
    let before = failures(scenario, target)?;
    let measured = !before.iter().any(|one| one.id == MEASURED);
    let Some(invariant) =
        before.into_iter().find(|one| target.invariant.is_none_or(|id| one.id == id))
    else {
        let what = target.invariant.unwrap_or("any invariant").to_owned();
        return Err(ShrinkError::DoesNotFail { seed: target.seed, what });
    };
    let mut bench = Bench { target, id: invariant.id, measured, runs: 1, progress };
    if !bench.fails(&concrete) {
        return Err(ShrinkError::NotConcrete { seed: target.seed });
    }
    let mut smallest = concrete;
    loop {
        let before = smallest.clone();
        smallest = bench.faults(smallest);
        smallest = bench.nodes(smallest);
        smallest = bench.messages(smallest);
        smallest = bench.time(smallest);
        if smallest == before || bench.spent() {
            break;
        }
    }
    let runs = bench.runs;
    let id = bench.id.clone();
    match failures(&smallest, target)?.into_iter().find(|one| one.id == id) {
        Some(invariant) => Ok(Shrunk { scenario: smallest, invariant, runs }),
        None => Err(ShrinkError::NotConcrete { seed: target.seed }),
    }
}

/// The scenario with everything that the seed draws written down: its faults, and its messages.
///
/// # Errors
///
/// [`ScenarioError`] if a chat does not fit into the duration.
pub fn concrete(scenario: &Scenario, seed: u64) -> Result<Scenario, ScenarioError> {
    let mut concrete = scenario.clone();
    concrete.faults.extend(fault::draw(scenario, seed));
    concrete.swarm = None;
    let plan = workload::plan_of(scenario, seed)?;
    let made_up = plan.actions.into_iter().filter_map(|action| {
        let Act::Write { to, text, label: None, picture, .. } = action.act else { return None };
        Some(Say { at: action.at, from: action.who, to, text, label: None, picture })
    });
    // Those with a label stand in the file and are kept as they are, for whoever speaks of them.
    concrete.says.retain(|say| say.label.is_some());
    concrete.says.extend(made_up);
    concrete.says.sort_by_key(|say| say.at);
    concrete.generates.clear();
    concrete.chats.clear();
    Ok(concrete)
}

/// The invariant by which a run says that nobody tried to read something: a failure of the
/// scenario, not of the system. What is left of a scenario has none that it had not before, or it
/// would still fail when the mistake is mended.
const MEASURED: &str = "measured";

/// The invariants that fail.
fn failures(scenario: &Scenario, target: &Target<'_>) -> Result<Vec<Invariant>, RunError> {
    let (seed, mutant) = (Some(target.seed), target.mutant);
    let options = Options { seed, mutant, ..Options::default() };
    let outcome = run::run(scenario, &options, &mut |_| {})?;
    let judged = outcome.report.invariants.into_iter();
    Ok(judged.filter(|one| one.verdict == Verdict::Fail).collect())
}

/// Where candidates are tried.
struct Bench<'b> {
    target: &'b Target<'b>,
    id: String,
    /// Whether everything was measured before anything was left out.
    measured: bool,
    runs: u64,
    progress: &'b mut dyn FnMut(u64, &Scenario),
}

impl Bench<'_> {
    fn spent(&self) -> bool {
        self.runs >= self.target.runs
    }

    /// Whether a candidate still fails. One whose world cannot be does not.
    fn fails(&mut self, candidate: &Scenario) -> bool {
        if self.spent() {
            return false;
        }
        self.runs = self.runs.saturating_add(1);
        let failed = failures(candidate, self.target).unwrap_or_default();
        let fails = failed.iter().any(|one| one.id == self.id)
            && !(self.measured && failed.iter().any(|one| one.id == MEASURED))
            && self.is_sound_without(candidate);
        if fails {
            (self.progress)(self.runs, candidate);
        }
        fails
    }

    /// Whether nothing fails without the planted mistake, if there is one: else the scenario would
    /// show something else than that.
    fn is_sound_without(&self, candidate: &Scenario) -> bool {
        if self.target.mutant.is_none() {
            return true;
        }
        let target = Target { mutant: None, ..*self.target };
        failures(candidate, &target).is_ok_and(|failed| failed.is_empty())
    }

    fn better(&mut self, now: Scenario, candidate: Scenario) -> Scenario {
        if candidate != now && self.fails(&candidate) { candidate } else { now }
    }

    fn faults(&mut self, scenario: Scenario) -> Scenario {
        let all = scenario.faults.clone();
        let with = |faults: &[Fault]| Scenario { faults: faults.to_vec(), ..scenario.clone() };
        let left = fewest(all, |some| self.fails(&with(some)));
        with(&left)
    }

    /// Leaves out people and businesses, with all that speaks of them, one after the other.
    fn nodes(&mut self, scenario: Scenario) -> Scenario {
        let mut scenario = self.two(scenario);
        let people = scenario.people.iter().map(|person| person.name.clone());
        let businesses = scenario.businesses.iter().map(|business| business.name.clone());
        let names: Vec<String> = people.chain(businesses).collect();
        for name in names {
            if let Some(candidate) = without(&scenario, &name) {
                scenario = self.better(scenario, candidate);
            }
        }
        scenario
    }

    /// One person and one business alone, if some two of them are enough: much is gone at once, and
    /// no choice of whom to leave out first stands in the way.
    fn two(&mut self, scenario: Scenario) -> Scenario {
        if scenario.people.len().saturating_mul(scenario.businesses.len()) <= 1 {
            return scenario;
        }
        for person in &scenario.people {
            for business in &scenario.businesses {
                let people = scenario.people.iter().filter(|one| one.name != person.name);
                let businesses = scenario.businesses.iter().filter(|one| one.name != business.name);
                let names = people.map(|one| &one.name).chain(businesses.map(|one| &one.name));
                let mut names = names.into_iter();
                let alone = names.try_fold(scenario.clone(), |left, name| without(&left, name));
                if let Some(alone) = alone.filter(|alone| self.fails(alone)) {
                    return alone;
                }
            }
        }
        scenario
    }

    /// Leaves out messages and deeds, and then what businesses answer by themselves.
    fn messages(&mut self, scenario: Scenario) -> Scenario {
        let all = Doing::of(&scenario);
        let left = fewest(all, |some| self.fails(&Doing::put(&scenario, some)));
        let mut scenario = Doing::put(&scenario, &left);
        let (impostors, attackers) = (Vec::new(), Vec::new());
        let peaceful = Scenario { impostors, attackers, ..scenario.clone() };
        scenario = self.better(scenario, peaceful);
        for place in 0..scenario.businesses.len() {
            let mut silent = scenario.clone();
            if let Some(business) = silent.businesses.get_mut(place) {
                business.rules.clear();
            }
            scenario = self.better(scenario, silent);
        }
        scenario
    }

    /// Shortens the run, and each fault.
    fn time(&mut self, mut scenario: Scenario) -> Scenario {
        for place in 0..scenario.faults.len() {
            for _ in 0..6 {
                let mut shorter = scenario.clone();
                let Some(fault) = shorter.faults.get_mut(place) else { break };
                fault.lasts = half(fault.lasts);
                let next = self.better(scenario.clone(), shorter);
                if next == scenario {
                    break;
                }
                scenario = next;
            }
        }
        for cut in [4, 2] {
            let candidate = parts::shorter(&scenario, cut);
            scenario = self.better(scenario, candidate);
        }
        let candidate = parts::plain(&scenario);
        self.better(scenario, candidate)
    }
}

/// Half of a span, in whole milliseconds where it is longer than some.
fn half(span: Micros) -> Micros {
    match span.0 {
        0..=2_000 => span,
        long => Micros::millis(long / 2_000),
    }
}
