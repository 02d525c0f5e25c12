//! Each planted mistake is found by the cases that name it, which pass without it.
//!
//! The suite needs a process to test, and this program is one when it is asked to be: that is why
//! it has no harness. What it prints is what a test of the harness prints.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test program: its output is its result, and what cannot be set up is a failure"
)]

use std::{
    io::{self, Read as _},
    process::ExitCode,
    time::Duration,
};

use conformance::suite::{Known, Options, Outcome, Selection, run};
use keys::mutant::{Mutant, plant};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, serve, rest @ ..] = arguments.as_slice()
        && serve == "serve"
    {
        return self::serve(rest.first().map(String::as_str));
    }
    let own = std::env::current_exe().expect("a program has a name").display().to_string();
    let mut failed = 0;
    for mutant in Mutant::ALL {
        let without = play(&[own.clone(), "serve".to_owned()], mutant.caught_by);
        let with = [own.clone(), "serve".to_owned(), mutant.name.to_owned()];
        let found = play(&with, mutant.caught_by).failed();
        let missed: Vec<_> = mutant.caught_by.iter().filter(|id| !found.contains(id)).collect();
        let good = without.as_expected() && missed.is_empty();
        failed += usize::from(!good);
        let verdict = if good { "ok" } else { "FAILED" };
        println!("test {} is found by {} ... {verdict}", mutant.name, mutant.caught_by.join(", "));
        if !good {
            let before = without.failed();
            println!("    {} Without it failed {before:?}, with it not {missed:?}", mutant.guard);
        }
    }
    let passed = Mutant::ALL.len() - failed;
    let result = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {result}. {passed} passed; {failed} failed; 0 ignored;");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve(mutant: Option<&str>) -> ExitCode {
    if let Some(name) = mutant {
        plant(Mutant::named(name).expect("a mistake of the registry"));
    }
    let mut random = std::fs::File::open("/dev/urandom").expect("a source of randomness");
    let entropy = move |bytes: &mut [u8]| random.read_exact(bytes).expect("it never ends");
    match conformance::serve(io::stdin().lock(), io::stdout().lock(), entropy) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn play(command: &[String], ids: &[&str]) -> Outcome {
    let only = ids.iter().map(|id| (*id).to_owned()).collect();
    let options = Options {
        command: command.to_vec(),
        selection: Selection::new(only, Vec::new()).expect("cases that there are"),
        known: Known::default(),
        seed: 1,
        timeout: Duration::from_secs(10),
        reading: None,
    };
    run(&options, &mut || Duration::ZERO, &mut |_| {}).expect("an engine that can be tested")
}
