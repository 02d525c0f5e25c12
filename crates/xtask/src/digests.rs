//! One digest for each numbered scenario, committed: the same scenario and seed give the same run.

mod portable_kem;

use std::{collections::BTreeMap, io, path::Path, process::Command};

use serde_json::Value;

use crate::{
    finding::{Error, Finding},
    repository::Repository,
};

const SCENARIOS: &str = "sims";
const COMMITTED: &str = "sims/digests.toml";
const HEADER: &str = "\
# The digest of every numbered scenario, run with its own seed. Written by `cargo xtask digests`;
# a change here is a change of what the simulation does, and its commit says why.
";

/// Scenario name to digest.
type Digests = BTreeMap<String, String>;

/// Runs one scenario, given by its path.
type Run<'a> = &'a dyn Fn(&str) -> io::Result<Ran>;

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    code: Option<i32>,
    report: Vec<u8>,
    complaint: String,
}

/// Runs scenarios with the released binary.
pub(crate) fn released(repository: &Repository) -> impl Fn(&str) -> io::Result<Ran> + use<> {
    with(repository, &repository.target().join("release").join("blindpost"))
}

/// Runs scenarios with a binary of its own, built here, whose KEM uses no vector instructions.
pub(crate) fn portable_kem(
    repository: &Repository,
) -> Result<impl Fn(&str) -> io::Result<Ran> + use<>, Error> {
    let program = portable_kem::build(repository, &repository.target())?;
    Ok(with(repository, &program))
}

fn with(repository: &Repository, program: &Path) -> impl Fn(&str) -> io::Result<Ran> + use<> {
    let (program, root) = (program.to_owned(), repository.path(""));
    move |scenario| {
        let mut command = Command::new(&program);
        let output = command.args(["sim", "--json", "-", scenario]).current_dir(&root).output()?;
        Ok(Ran {
            code: output.status.code(),
            report: output.stdout,
            complaint: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// Runs every numbered scenario with `run` and commits what it gave.
pub(crate) fn write(repository: &Repository, run: Run<'_>) -> Result<(), Error> {
    let lines: String = measure(repository, run)?
        .iter()
        .map(|(scenario, digest)| format!("{scenario} = \"{digest}\"\n"))
        .collect();
    repository.write(COMMITTED, &format!("{HEADER}\n{lines}"))
}

/// Runs every numbered scenario with `run` and names each whose digest is another.
pub(crate) fn check(repository: &Repository, run: Run<'_>) -> Result<Vec<Finding>, Error> {
    let measured = measure(repository, run)?;
    let text = repository.read(COMMITTED)?;
    let (committed, mut findings) = parse(&text);
    for (scenario, digest) in &measured {
        match committed.get(scenario) {
            Some((_, expected)) if expected == digest => {}
            Some((line, expected)) => {
                let what = format!("{scenario} gave {digest}, expected {expected}");
                findings.push(Finding::at(COMMITTED, *line, what));
            }
            None => {
                let what = format!("{scenario} is missing; it gave {digest}");
                findings.push(Finding::whole(COMMITTED, what));
            }
        }
    }
    for (scenario, (line, _)) in committed.iter().filter(|(name, _)| !measured.contains_key(*name))
    {
        let what = format!("there is no {SCENARIOS}/{scenario}.toml; remove the line");
        findings.push(Finding::at(COMMITTED, *line, what));
    }
    Ok(findings)
}

/// Scenario name to line and digest, and the lines that are neither comment nor entry.
fn parse(text: &str) -> (BTreeMap<String, (usize, String)>, Vec<Finding>) {
    let (mut digests, mut findings) = (BTreeMap::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = line
            .split_once(" = \"")
            .and_then(|(name, digest)| Some((name, digest.strip_suffix('"')?)));
        match entry {
            Some((name, digest)) => {
                digests.insert(name.to_owned(), (number, digest.to_owned()));
            }
            None => {
                let what = format!("`{line}` is not `scenario = \"digest\"`");
                findings.push(Finding::at(COMMITTED, number, what));
            }
        }
    }
    (digests, findings)
}

fn measure(repository: &Repository, run: Run<'_>) -> Result<Digests, Error> {
    let mut digests = Digests::new();
    for file in repository.list(SCENARIOS, "toml")? {
        if file.starts_with(|c: char| c.is_ascii_digit()) {
            let name = file.strip_suffix(".toml").unwrap_or(&file).to_owned();
            digests.insert(name, digest(run, &format!("{SCENARIOS}/{file}"))?);
        }
    }
    if digests.is_empty() {
        return Err(Error::Program {
            program: "digests".to_owned(),
            why: format!("{SCENARIOS}/ has no numbered scenario"),
        });
    }
    Ok(digests)
}

/// What one run reports. A scenario that expects to fail exits 1 and reports all the same.
fn digest(run: Run<'_>, scenario: &str) -> Result<String, Error> {
    let failed = |why: String| {
        let program = format!("blindpost sim --json - {scenario}");
        Error::Program { program, why }
    };
    let ran = run(scenario)
        .map_err(|error| failed(format!("{error}; build it with `cargo build --release`")))?;
    if !matches!(ran.code, Some(0 | 1)) {
        return Err(failed(format!("exit code {:?}: {}", ran.code, ran.complaint.trim())));
    }
    let report: Value = serde_json::from_slice(&ran.report)
        .map_err(|error| failed(format!("its report is not JSON: {error}")))?;
    match report.get("digest").and_then(Value::as_str) {
        Some(digest) if !digest.is_empty() => Ok(digest.to_owned()),
        _ => Err(failed("its report has no `digest`".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_found_again() {
        let checkout = checkout("again");
        write(&checkout, &exits(0)).unwrap();
        let text = checkout.read(COMMITTED).unwrap();
        assert!(
            text.ends_with(
                "\n01-one = \"of sims/01-one.toml\"\n02-two = \"of sims/02-two.toml\"\n"
            )
        );
        assert_eq!(check(&checkout, &exits(0)).unwrap(), []);
    }

    #[test]
    fn a_scenario_that_expects_to_fail_has_a_digest_all_the_same() {
        let checkout = checkout("expects");
        write(&checkout, &exits(1)).unwrap();
        assert_eq!(check(&checkout, &exits(1)).unwrap(), []);
    }

    #[test]
    fn another_digest_a_missing_one_and_one_too_many_are_each_named() {
        let checkout = checkout("differs");
        checkout.write(COMMITTED, "01-one = \"other\"\n09-gone = \"old\"\nnonsense\n").unwrap();
        let mut found: Vec<_> =
            check(&checkout, &exits(0)).unwrap().iter().map(ToString::to_string).collect();
        found.sort();
        let expected = [
            "sims/digests.toml: 02-two is missing; it gave of sims/02-two.toml",
            "sims/digests.toml:1: 01-one gave of sims/01-one.toml, expected other",
            "sims/digests.toml:2: there is no sims/09-gone.toml; remove the line",
            "sims/digests.toml:3: `nonsense` is not `scenario = \"digest\"`",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_run_that_refuses_its_input_or_reports_nothing_is_an_error() {
        let checkout = checkout("refuses");
        let error = write(&checkout, &exits(2)).unwrap_err().to_string();
        assert!(error.contains("01-one.toml") && error.contains("refused"), "{error}");

        let silent =
            |_: &str| Ok(Ran { code: Some(0), report: b"{}".into(), complaint: "".into() });
        let error = write(&checkout, &silent).unwrap_err().to_string();
        assert!(error.contains("no `digest`"), "{error}");

        let absent = |_: &str| Err(io::ErrorKind::NotFound.into());
        let error = write(&checkout, &absent).unwrap_err().to_string();
        assert!(error.contains("cargo build --release"), "{error}");
    }

    #[test]
    fn without_a_scenario_there_is_nothing_to_pass() {
        let checkout = Repository::scratch("digests-none");
        assert!(write(&checkout, &exits(0)).is_err());
    }

    /// Two numbered scenarios and one that is not.
    fn checkout(test: &str) -> Repository {
        let checkout = Repository::scratch(&format!("digests-{test}"));
        for file in ["01-one", "02-two", "unnumbered"] {
            checkout.write(&format!("sims/{file}.toml"), "").unwrap();
        }
        checkout
    }

    /// A run whose digest tells its scenario.
    fn exits(code: i32) -> impl Fn(&str) -> io::Result<Ran> {
        move |scenario| {
            let report = format!("{{\"digest\":\"of {scenario}\"}}").into_bytes();
            Ok(Ran { code: Some(code), report, complaint: "refused".to_owned() })
        }
    }
}
