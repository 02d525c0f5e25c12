//! The cases themselves: for `--list`, and for the reference page.

use core::fmt::Write as _;

use keys::mutant::Mutant;

use super::super::{
    case::{Case, Profile, Role},
    catalog,
    select::Selection,
};

/// Each selected case on a line: id, level, profiles, roles, section, claim.
pub fn list(selection: &Selection) -> String {
    let mut out = String::new();
    for case in catalog::all() {
        let profiles = case.profiles.iter().copied().filter(|one| selection.takes(case, *one));
        let profiles: Vec<_> = profiles.map(Profile::name).collect();
        if profiles.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<34} {:<6} {:<14} {:<19} {} | {}",
            case.id,
            case.level.name(),
            profiles.join(","),
            roles(case, ","),
            case.section,
            case.claim,
        );
    }
    out
}

fn roles(case: &Case, between: &str) -> String {
    case.roles.iter().copied().map(Role::name).collect::<Vec<_>>().join(between)
}

const HEAD: &str = include_str!("reference.md");

/// The reference page of all cases.
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    let mut family = "";
    for case in catalog::all() {
        if case.family() != family {
            family = case.family();
            let _ = writeln!(out, "\n## {family}\n\n{}\n", catalog::about(family));
            out.push_str(
                "| case | level | profiles | role | section | what has to hold, and why |\n",
            );
            out.push_str("|---|---|---|---|---|---|\n");
        }
        let profiles: Vec<_> = case.profiles.iter().map(|one| one.name()).collect();
        let profiles = if profiles.len() == Profile::ALL.len() {
            "all".to_owned()
        } else {
            profiles.join(", ")
        };
        let needs: String = case.needs.iter().map(|op| format!(" Needs `{op}`.")).collect();
        let readings =
            if case.readings { " Either mode passes; the verdict names it." } else { "" };
        let _ = writeln!(
            out,
            "| `{}` | {} | {profiles} | {} | {} | {} {}{readings}{needs} |",
            case.id,
            case.level.name(),
            roles(case, ", "),
            case.section,
            case.claim,
            case.why,
        );
    }
    planted(&mut out);
    out
}

/// The mistakes that show that the cases can fail.
fn planted(out: &mut String) {
    out.push_str("\n## Planted mistakes\n\n");
    out.push_str(
        "Each takes one guard away from our engine (`conform --serve --mutant NAME`, in a ",
    );
    out.push_str("build with the feature `mutants`). A test shows that the cases named here fail ");
    out.push_str(
        "with it and pass without it.\n\n| mistake | guard that is taken away | found by |",
    );
    out.push_str("\n|---|---|---|\n");
    for mutant in Mutant::ALL {
        let found: Vec<_> = mutant.caught_by.iter().map(|id| format!("`{id}`")).collect();
        let _ = writeln!(out, "| `{}` | {} | {} |", mutant.name, mutant.guard, found.join(", "));
    }
}
