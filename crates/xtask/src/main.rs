//! Repository automation: tidy, generated code and pages, digests.
//!
//! Knows the shape of the repository. Knows nothing of what the crates do, and links none of them,
//! so that it still builds when they do not.

mod codegen;
mod digests;
mod finding;
mod interoperability;
mod reference;
mod repository;
mod requirements;
mod tidy;

use std::process::ExitCode;

use crate::{
    finding::{Error, Finding},
    repository::Repository,
};

const USAGE: &str = "usage: cargo xtask COMMAND

  codegen [--check]   compile proto/*.proto into crates/wire/src/generated/
  digests [--check]   run every numbered scenario of sims/ and record its digest
  digests --check --portable-kem
                      the same digests with a binary whose KEM uses no vector instructions
  interoperability [--check] RESULTS
                      write docs/reference/interoperability.md from a run of tests/peers/run
  reference [--check] write docs/reference/ from the types of the scenario format
  requirements [--check]
                      write docs/reference/requirements.md from docs/spec/ and the citations
  tidy                check the style of every file
  tidy --fix PATH     break comments that are too long, in Rust files under PATH
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            findings.iter().for_each(|finding| eprintln!("{finding}"));
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<Vec<Finding>, Error> {
    let repository = Repository::of_this_build();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["codegen"] => codegen::write(&repository).map(|()| Vec::new()),
        ["codegen", "--check"] => codegen::check(&repository),
        ["digests"] => {
            digests::write(&repository, &digests::released(&repository)).map(|()| Vec::new())
        }
        ["digests", "--check"] => digests::check(&repository, &digests::released(&repository)),
        ["digests", "--check", "--portable-kem"] => {
            digests::check(&repository, &digests::portable_kem(&repository)?)
        }
        ["interoperability", results] => {
            interoperability::write(&repository, results).map(|()| Vec::new())
        }
        ["interoperability", "--check", results] => interoperability::check(&repository, results),
        ["reference"] => reference::write(&repository).map(|()| Vec::new()),
        ["reference", "--check"] => reference::check(&repository),
        ["requirements"] => requirements::write(&repository).map(|()| Vec::new()),
        ["requirements", "--check"] => requirements::check(&repository),
        ["tidy"] => tidy::run(&repository).map(|report| {
            report.notes.iter().for_each(|note| eprintln!("{note}"));
            report.findings
        }),
        ["tidy", "--fix", under] => tidy::fix(&repository, under).map(|()| Vec::new()),
        _ => Err(Error::Usage(USAGE)),
    }
}
