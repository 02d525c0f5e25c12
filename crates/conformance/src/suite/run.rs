//! Playing the selected cases, one after another.

use std::time::Duration;

use super::{
    case::{Case, Profile, Reading, Role, Stop},
    catalog,
    known::Known,
    select::Selection,
    stage::{Party, Stage},
    subject::Subject,
};
use crate::serve::PROFILES;

/// Cases in a row that break the process before the run is given up.
const BROKEN_IN_A_ROW: u32 = 8;

/// What to run, and on what.
#[derive(Debug)]
pub struct Options {
    /// The adapter: a program and its arguments.
    pub command: Vec<String>,
    /// Which cases.
    pub selection: Selection,
    /// What is known to fail, with reasons.
    pub known: Known,
    /// Where all randomness of the suite comes from.
    pub seed: u64,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// The only reading that passes, where there are two.
    pub reading: Option<Reading>,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Cases done.
    pub done: usize,
    /// Cases to do.
    pub all: usize,
    /// The case that comes next.
    pub id: &'static str,
}

/// The adapter cannot be tested at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    pub(crate) implementation: String,
    pub(crate) seed: u64,
    pub(crate) judged: Vec<Judged>,
}

impl Outcome {
    /// Whether everything was as expected: nothing failed but what is known to, and that did.
    pub fn as_expected(&self) -> bool {
        self.judged.iter().all(|one| !one.verdict.is_unexpected())
    }

    /// Ids of the cases that failed without being known to.
    pub fn failed(&self) -> Vec<&'static str> {
        let failed = self.judged.iter().filter(|one| one.verdict == Verdict::Failed);
        let mut ids: Vec<_> = failed.map(|one| one.case.id).collect();
        ids.dedup();
        ids
    }
}

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Passed,
    Failed,
    /// It failed, as it was known to.
    Known,
    /// It passed, and was known to fail.
    UnexpectedPass,
    Unsupported,
}

impl Verdict {
    pub(crate) const ALL: [Self; 5] =
        [Self::Passed, Self::Failed, Self::Known, Self::UnexpectedPass, Self::Unsupported];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Known => "known",
            Self::UnexpectedPass => "unexpected pass",
            Self::Unsupported => "unsupported",
        }
    }

    pub(crate) const fn is_unexpected(self) -> bool {
        matches!(self, Self::Failed | Self::UnexpectedPass)
    }
}

/// One case in one profile and role, judged.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) case: &'static Case,
    pub(crate) profile: Profile,
    pub(crate) role: Role,
    pub(crate) verdict: Verdict,
    pub(crate) reading: Option<Reading>,
    /// Why it did not pass, or why it was known not to.
    pub(crate) reason: String,
    pub(crate) elapsed: Duration,
    /// What was asked and answered, if it did not pass.
    pub(crate) transcript: Vec<String>,
}

/// Plays all selected cases. `now` is the time since some beginning.
///
/// # Errors
///
/// [`Unusable`] if the adapter cannot be introduced, or breaks case after case.
pub fn run(
    options: &Options,
    now: &mut dyn FnMut() -> Duration,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome, Unusable> {
    let mut subject = Subject::new(options.command.clone(), options.timeout);
    subject.introduce().map_err(Unusable)?;
    let plan: Vec<_> = plan(&options.selection).collect();
    let mut judged: Vec<Judged> = Vec::new();
    let mut broken_in_a_row: u32 = 0;
    for (done, (case, profile, role)) in plan.iter().copied().enumerate() {
        tell(Progress { done, all: plan.len(), id: case.id });
        let begun = now();
        let (stop, mut one) = judge(&mut subject, case, profile, role, options);
        one.elapsed = now().saturating_sub(begun);
        if stop == Some(true) {
            broken_in_a_row = broken_in_a_row.saturating_add(1);
            if broken_in_a_row >= BROKEN_IN_A_ROW {
                let reason = &one.reason;
                let why = format!("{BROKEN_IN_A_ROW} cases in a row broke the adapter: {reason}");
                return Err(Unusable(why));
            }
        } else if stop == Some(false) {
            broken_in_a_row = 0;
        }
        judged.push(one);
    }
    let implementation = subject.capabilities.implementation;
    Ok(Outcome { implementation, seed: options.seed, judged })
}

/// Everything selected, in the order of the catalog.
fn plan(selection: &Selection) -> impl Iterator<Item = (&'static Case, Profile, Role)> {
    catalog::all().flat_map(move |case| {
        let profiles = case.profiles.iter().filter(move |one| selection.takes(case, **one));
        profiles.flat_map(move |profile| case.roles.iter().map(move |role| (case, *profile, *role)))
    })
}

/// The verdict, and whether the process broke; `None` if the case was not played.
fn judge(
    subject: &mut Subject,
    case: &'static Case,
    profile: Profile,
    role: Role,
    options: &Options,
) -> (Option<bool>, Judged) {
    let mut judged = Judged {
        case,
        profile,
        role,
        verdict: Verdict::Unsupported,
        reading: None,
        reason: String::new(),
        elapsed: Duration::ZERO,
        transcript: Vec::new(),
    };
    if let Some(reason) = unsupported(subject, case, profile) {
        judged.reason = reason;
        return (None, judged);
    }
    let mut stage = Stage::new(subject, profile, role, options.seed, case.id);
    let played = stage.init(Party::Subject).and_then(|()| (case.check)(&mut stage));
    let played = played.and_then(|()| wanted_reading(&stage, options.reading));
    let (reading, transcript) = (stage.reading, stage.transcript.lines());
    let played = played.and_then(|()| subject.silent().map_err(Stop::Broken));
    judged.reading = reading;
    let broken = matches!(played, Err(Stop::Broken(_)));
    let known = options.known.reason(case.id, profile, role);
    (judged.verdict, judged.reason) = match (played, known) {
        (Ok(()), None) => (Verdict::Passed, String::new()),
        (Ok(()), Some(reason)) => (Verdict::UnexpectedPass, format!("known to fail: {reason}")),
        (Err(Stop::Unsupported(reason)), _) => (Verdict::Unsupported, reason),
        (Err(Stop::Failed(found) | Stop::Broken(found)), None) => (Verdict::Failed, found),
        (Err(Stop::Failed(found) | Stop::Broken(found)), Some(reason)) => {
            (Verdict::Known, format!("{reason} (found: {found})"))
        }
    };
    if matches!(judged.verdict, Verdict::Failed | Verdict::Known) {
        judged.transcript = transcript;
    }
    (Some(broken), judged)
}

fn unsupported(subject: &Subject, case: &Case, profile: Profile) -> Option<String> {
    let capabilities = &subject.capabilities;
    if !capabilities.profiles.contains(&profile) {
        return Some(format!("the adapter does not speak {}", profile.name()));
    }
    if !PROFILES.contains(&profile.name()) {
        return Some(format!("our engine does not speak {} yet", profile.name()));
    }
    let missing = case.needs.iter().find(|need| !capabilities.ops.iter().any(|op| op == *need));
    missing.map(|need| format!("the adapter has no {need:?}"))
}

fn wanted_reading(stage: &Stage<'_>, wanted: Option<Reading>) -> Result<(), Stop> {
    match (stage.reading, wanted) {
        (Some(found), Some(wanted)) if found != wanted => {
            let (found, wanted) = (found.name(), wanted.name());
            Err(Stop::Failed(format!("the adapter reads this {found}, and --mode wants {wanted}")))
        }
        _ => Ok(()),
    }
}
