//! What the command line says before it runs anything.

use crate::common::{blindpost, end};

#[test]
fn the_version_is_the_packages() {
    let ended = end(blindpost().arg("--version"));
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.out, format!("blindpost {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_names_every_option_and_the_exit_codes() {
    let ended = end(blindpost().args(["sim", "--help"]));
    assert_eq!(ended.code, Some(0));
    for expected in [
        "--seed",
        "--threads",
        "--partitions",
        "--check",
        "--check-determinism",
        "--json",
        "--html",
        "--log",
        "--trace",
        "--diagram",
        "--conversation",
        "--perfetto",
        "--pcap",
        "--pcap-keys",
        "--metrics",
        "--mutant",
        "Exit codes: 0 all held",
    ] {
        assert!(ended.out.contains(expected), "{expected}: {}", ended.out);
    }
}

#[test]
fn a_wrong_command_line_exits_2_and_says_what_is_wrong() {
    for (args, expected) in [
        (&["sim"][..], "<PATH>"),
        (&["simulate", "a.toml"], "simulate"),
        (&["sim", "a.toml", "--sed", "7"], "--seed"),
        (&["sim", "a.toml", "--seed", "-1"], "-1"),
        (&["sim", "a.toml", "--seed", "9007199254740992"], "0..9007199254740992"),
        (&["sim", "a.toml", "--threads", "0"], "1..=1024"),
        (&["sim", "a.toml", "--partitions", "two"], "two"),
        (&["sim", "a.toml", "--html", "-"], "only --json can write to the standard output"),
        (&["sim", "a.toml", "--seeds", "4..1"], "expected A..B"),
        (&["sim", "a.toml", "--seeds", "1..4", "--pcap", "p"], "cannot be used with"),
        (&["sim", "a.toml", "--diagram", "a.svg"], "--conversation"),
        (&["sim", "a.toml", "--conversation", "A,B"], "--diagram"),
        (&["sim", "a.toml", "--diagram", "a.png", "--conversation", "A,B"], ".svg or .mmd"),
        (&["sim", "a.toml", "--diagram", "-", "--conversation", "A,B"], ".svg or .mmd"),
        (
            &["sim", "a.toml", "--diagram", "a.svg", "--conversation", "A"],
            "a person and a business",
        ),
        (&["sim", "a.toml", "--diagram", "a.svg", "--conversation", "A,B,C"], "a person and"),
        (&["sim", "a.toml", "--perfetto", "-"], "only --json can write to the standard output"),
        (&["sim", "a.toml", "--pcap-keys", "k"], "--pcap"),
        (&["sim", "a.toml", "--pcap", "-"], "only --json can write to the standard output"),
        (&["sim", "a.toml", "--metrics", ""], "expected the name of a file"),
        (&["sim", "a.toml", "b.toml", "--perfetto", "p.json"], "--perfetto: expected one scenario"),
        (
            &["sim", "a.toml", "b.toml", "--diagram", "a.svg", "--conversation", "A,B"],
            "--diagram: expected one scenario, of which it is made; got 2",
        ),
    ] {
        let ended = end(blindpost().args(args));
        assert_eq!(ended.code, Some(2), "{args:?}: {}", ended.err);
        assert!(ended.err.contains(expected), "{args:?}: {}", ended.err);
        assert_eq!(ended.out, "", "{args:?}");
    }
}

#[cfg(not(feature = "mutants"))]
#[test]
fn without_its_feature_a_mutant_exits_2_and_says_how_to_build_it() {
    let ended = end(blindpost().args(["sim", "sims/x.toml", "--mutant", "sweep-off"]));
    assert_eq!(ended.code, Some(2));
    let command = "cargo run --release --features mutants -- sim sims/x.toml --mutant sweep-off";
    assert!(ended.err.contains(command), "{}", ended.err);
}

#[cfg(feature = "mutants")]
#[test]
fn an_unknown_mutant_exits_2_and_lists_those_that_there_are() {
    let ended = end(blindpost().args(["sim", "sims/x.toml", "--mutant", "sweep"]));
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("sweep-off, dedupe-forgotten"), "{}", ended.err);
}
