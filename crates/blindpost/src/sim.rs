//! `blindpost sim`: runs scenarios, shows what they came to and writes what was asked for.

use std::{
    fs, io,
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use simulator::{
    determinism::{self, Unlike},
    export::metrics,
    report::{html, json, model::Report, terminal},
    run::{Options, Outcome, run_file},
    scenario,
};

use crate::{args::Sim, exit::Exit, judge, mutant, outputs, progress::ProgressLine, shrink, sweep};

/// Runs the scenarios in turn; one that is unusable does not keep the others from running.
pub(crate) fn run(asked: &Sim) -> Exit {
    let planted = match asked.mutant.as_deref().map(|name| mutant::named(name, &asked.paths)) {
        Some(Err(error)) => return unusable(&error.to_string()),
        Some(Ok(planted)) => Some(planted),
        None => None,
    };
    if let Some(seeds) = asked.seeds {
        return sweep::run(asked, seeds, planted);
    }
    let exports = match outputs::wanted(asked) {
        Ok(exports) => exports,
        Err(why) => return unusable(&why),
    };
    let options = Options {
        seed: asked.seed,
        threads: usize::from(asked.threads),
        eager: false,
        partitions: asked.partitions.map(usize::from),
        mutant: planted,
        plan: None,
        log: false,
        trace: asked.trace.is_some(),
        record: false,
        exports,
    };
    let options = if asked.check_determinism { determinism::comparable(&options) } else { options };
    let mut session = Session { asked, options, screen: Screen::of(asked), kept: Kept::default() };
    let exit = asked.paths.iter().map(|path| session.scenario(path)).max().unwrap_or(Exit::Held);
    match session.write_files() {
        Ok(()) => exit,
        Err(error) => unusable(&error.to_string()),
    }
}

/// Says why nothing can be done.
pub(crate) fn unusable(why: &str) -> Exit {
    say(&format!("blindpost: {why}"));
    Exit::Unusable
}

/// Says on the standard error what broke.
#[cfg(feature = "live")]
pub(crate) fn broken(what: &str) -> Exit {
    say(&format!("blindpost: {what}"));
    Exit::Failed
}

fn say(text: &str) {
    // Nobody is left to be told if the standard error is closed.
    let _unheard = writeln!(io::stderr(), "{text}");
}

/// What files are written from at the end.
#[derive(Debug, Default)]
struct Kept {
    reports: Vec<Report>,
    trace: Vec<String>,
    plans: Vec<String>,
}

struct Session<'a> {
    asked: &'a Sim,
    options: Options,
    screen: Screen,
    kept: Kept,
}

impl Session<'_> {
    fn scenario(&mut self, path: &Path) -> Exit {
        let options = match self.with_plan(path) {
            Ok(options) => options,
            Err(why) => return unusable(&why),
        };
        let outcome = match attempt(path, &options) {
            Ok(outcome) => outcome,
            Err(why) => return unusable(&why),
        };
        let alike = self
            .asked
            .check_determinism
            .then(|| determinism::check(&outcome, &options, |options| attempt(path, options)));
        let Outcome { mut report, expected_failures, faults, log: _, trace, recordings: _ } =
            outcome;
        if self.asked.write_plan.is_some() {
            let path = path.display().to_string();
            self.kept.plans.push(scenario::write_plan(&path, report.seed, &faults));
        }
        let plan = self.asked.plan.as_ref().map(|path| path.display().to_string());
        name(&mut report, self.asked.mutant.as_deref(), plan.as_deref());
        self.screen.show(&report);

        let mut exit = judge::plainly(&report);
        if self.asked.check {
            exit = self.check(path, &report, &expected_failures);
        }
        if let Some(alike) = alike {
            exit = exit.max(self.determinism(path, alike));
        }
        if self.asked.shrink {
            exit = exit.max(shrink::one(self.asked, path, report.seed, options.mutant));
        }
        self.kept.reports.push(report);
        self.kept.trace.extend(trace);
        exit
    }

    /// The options with the plan, if there is one: it is read with the names of its scenario.
    fn with_plan(&self, path: &Path) -> Result<Options, String> {
        let Some(plan) = &self.asked.plan else { return Ok(self.options.clone()) };
        let scenario = scenario::load(path).map_err(|error| error.to_string())?;
        let plan = scenario::load_plan(plan, &scenario).map_err(|error| error.to_string())?;
        Ok(Options { plan: Some(plan), ..self.options.clone() })
    }

    fn check(&mut self, path: &Path, report: &Report, expected: &[String]) -> Exit {
        let path = path.display();
        match judge::against(report, expected) {
            Ok(()) => {
                self.screen.note(&format!("check {path}: as expected"));
                Exit::Held
            }
            Err(difference) => {
                say(&format!("blindpost: check {path}: {difference}"));
                Exit::Failed
            }
        }
    }

    fn determinism(&mut self, path: &Path, alike: Result<(), Unlike<String>>) -> Exit {
        let path = path.display();
        match alike {
            Ok(()) => {
                self.screen.note(&format!("deterministic {path}: {}", determinism::HELD));
                Exit::Held
            }
            Err(Unlike::Differs(how)) => {
                say(&format!("blindpost: {path}: {how}"));
                Exit::Failed
            }
            Err(Unlike::Unusable(why)) => unusable(&why),
        }
    }

    fn write_files(&mut self) -> Result<(), FileError> {
        let Kept { reports, trace, plans } = &self.kept;
        if let Some(path) = &self.asked.json {
            let text = match (&*self.asked.paths, &**reports) {
                ([_], [report]) => json::one(report),
                ([_], []) => return Ok(()),
                _ => json::several(reports),
            };
            let text = text.map_err(io::Error::other).map_err(|error| refused(path, error))?;
            if path == Path::new("-") {
                self.screen.raw(&text);
            } else {
                write_file(path, &text)?;
            }
        }
        if reports.is_empty() {
            return Ok(());
        }
        if let (Some(path), [plan, ..]) = (&self.asked.write_plan, &**plans) {
            write_file(path, plan)?;
        }
        let page = || html::page(reports);
        self.asked.html.as_ref().map_or(Ok(()), |path| write_file(path, &page()))?;
        let counters = || metrics::text(reports);
        let metrics = self.asked.outputs.metrics.as_ref();
        metrics.map_or(Ok(()), |path| write_file(path, &counters()))?;
        self.asked.trace.as_ref().map_or(Ok(()), |path| write_file(path, &lines(trace)))
    }
}

/// Runs a scenario, with a line of progress; an error is its message.
fn attempt(path: &Path, options: &Options) -> Result<Outcome, String> {
    let mut line = ProgressLine::start(path.display().to_string());
    run_file(path, options, &mut |progress| line.tell(progress)).map_err(|error| error.to_string())
}

/// Says in a report what else it takes to have the same run again.
fn name(report: &mut Report, mutant: Option<&str>, plan: Option<&str>) {
    report.mutant = mutant.map(str::to_owned);
    report.plan = plan.map(str::to_owned);
    report.runs.iter_mut().for_each(|run| name(run, mutant, plan));
}

fn lines(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [&**line, "\n"]).collect()
}

/// A file that was asked for and cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be written: {error}", path.display())]
pub(crate) struct FileError {
    path: PathBuf,
    error: io::Error,
}

fn refused(path: &Path, error: io::Error) -> FileError {
    FileError { path: path.to_owned(), error }
}

pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), FileError> {
    fs::write(path, text).map_err(|error| refused(path, error))
}

/// The standard output: for people, or for the JSON report alone.
#[derive(Debug)]
struct Screen {
    style: terminal::Style,
    /// Whether people read it.
    human: bool,
    /// Whether whoever reads it has gone, which is no error: `blindpost sim … | head`.
    closed: bool,
    reports: usize,
}

impl Screen {
    fn of(asked: &Sim) -> Self {
        let stdout = io::stdout();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let colour = stdout.is_terminal() && !no_colour && !dumb;
        let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
        let style = terminal::Style { colour, ..terminal::Style::default() };
        let width = width.map_or(style.width, |width| width.min(WIDEST));
        let human = asked.json.as_deref() != Some(Path::new("-"));
        Self { style: terminal::Style { width, ..style }, human, closed: false, reports: 0 }
    }

    fn show(&mut self, report: &Report) {
        if !self.human {
            return;
        }
        let mut text = Vec::new();
        if self.reports > 0 {
            text.extend_from_slice(b"\n\n");
        }
        self.reports = self.reports.saturating_add(1);
        let shown = terminal::write(report, &self.style, &mut text);
        self.put(shown.and_then(|()| write_out(&text)));
    }

    fn note(&mut self, line: &str) {
        if self.human {
            self.put(write_out(format!("{line}\n").as_bytes()));
        }
    }

    fn raw(&mut self, text: &str) {
        self.put(write_out(text.as_bytes()));
    }

    fn put(&mut self, written: io::Result<()>) {
        if let Err(error) = written
            && !std::mem::replace(&mut self.closed, true)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            say(&format!("blindpost: the standard output cannot be written: {error}"));
        }
    }
}

/// Tables on a wider terminal would be no easier to read.
const WIDEST: usize = 140;

fn write_out(text: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text)?;
    stdout.flush()
}
