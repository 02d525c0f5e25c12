//! The crate graph is the threat model: a hop that must not read messages cannot link `signal`.
//!
//! What may link what stands in `architecture/rules.rs`; the guards that compare it with the graph,
//! each with a planted mistake that it catches, in `architecture/guards.rs`.

#![expect(clippy::expect_used, reason = "a test package: a command that fails is a failed test")]

#[path = "architecture/graph.rs"]
mod graph;
#[path = "architecture/guards.rs"]
mod guards;
#[path = "architecture/licences.rs"]
mod licences;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/sources.rs"]
mod sources;

use graph::WORKSPACE;
use rules::{BLIND, ENDS, HOPS, NO_STD, PURE};

#[test]
fn only_the_two_ends_of_the_encryption_link_the_signal_protocol() {
    for blind in BLIND {
        let path = WORKSPACE.linked.path(blind, "signal");
        assert_eq!(path, None, "{blind} can now decrypt what it carries");
    }
    for end in ENDS {
        assert!(
            WORKSPACE.linked.path(end, "signal").is_some(),
            "{end} is an end of the encryption"
        );
    }
}

#[test]
fn the_blind_link_no_cipher_and_no_key_encapsulation() {
    assert_nothing(&guards::ciphers_beneath(&WORKSPACE.linked, BLIND));
}

#[test]
fn hops_do_not_know_each_other() {
    assert_nothing(&guards::links_among(&WORKSPACE.linked, HOPS));
}

#[test]
fn a_crate_links_only_the_crates_below_it() {
    assert_nothing(&guards::links_upwards(&WORKSPACE.linked, &WORKSPACE.members));
}

#[test]
fn the_two_worlds_do_not_know_each_other() {
    assert_nothing(&guards::links_among(&WORKSPACE.linked, &["simulator", "host"]));
}

#[test]
fn nothing_pure_reaches_the_world() {
    assert_nothing(&guards::world_beneath(&WORKSPACE.linked, PURE));
}

#[test]
fn each_crate_links_only_the_cryptography_that_it_is_allowed() {
    assert_nothing(&guards::cryptography(&WORKSPACE.linked, &WORKSPACE.members));
}

#[test]
fn every_dependency_has_a_licence_that_this_project_can_live_with() {
    assert_nothing(&licences::refused(&WORKSPACE.licences));
    assert!(WORKSPACE.licences.len() > WORKSPACE.members.len(), "dependencies were looked at");
}

#[test]
fn what_must_not_name_the_world_is_built_without_std() {
    for name in NO_STD {
        assert_nothing(&sources::std_in(name, &sources::of(name)));
    }
}

#[test]
fn no_key_of_a_row_has_a_number_in_clear() {
    for name in HOPS.iter().chain(&["endpoint", "hop"]) {
        assert_nothing(&sources::clear_numbers_in(&sources::of(name)));
    }
}

#[test]
fn cargo_run_finds_the_one_binary() {
    assert_eq!(WORKSPACE.default_members, ["blindpost"]);
}

#[track_caller]
fn assert_nothing(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}
