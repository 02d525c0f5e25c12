//! What is missing between the requirements and their citations.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    citations::{Citation, Kind},
    data::{Document, Requirement},
};
use crate::finding::Finding;

/// The citations of one requirement.
pub(super) struct Held<'a> {
    pub(super) code: Vec<&'a Citation>,
    pub(super) tests: Vec<&'a Citation>,
}

impl<'a> Held<'a> {
    /// Those of `citations` that are of the requirement called `name`.
    pub(super) fn by(citations: &'a [Citation], name: &str) -> Self {
        let of = |kind| {
            let those = citations.iter().filter(|it| it.of == name && it.kind == kind);
            those.collect()
        };
        Self { code: of(Kind::Code), tests: of(Kind::Test) }
    }
}

/// Everything that is wrong.
pub(super) fn judge(documents: &[Document], citations: &[Citation]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    for document in documents {
        for requirement in &document.requirements {
            let name = document.name(requirement);
            let held = Held::by(citations, &name);
            let mut problems = problems(requirement, &held);
            if !known.insert(name.clone()) {
                problems.push("is there twice; a label is used once in a section".to_owned());
            }
            let of = |what| format!("{} `{name}` {what}", requirement.level);
            let at = |what| Finding::at(&document.path(), requirement.line, of(what));
            findings.extend(problems.into_iter().map(at));
        }
    }
    findings.extend(citations.iter().filter_map(|citation| wrong(citation, &known)));
    findings
}

fn problems(requirement: &Requirement, held: &Held<'_>) -> Vec<String> {
    let (has_code, has_tests) = (!held.code.is_empty(), !held.tests.is_empty());
    let mut problems = Vec::new();
    match &requirement.gap {
        None => {
            if !has_tests {
                problems.push("has no test that cites it, and no gap that says why".to_owned());
            }
            if !has_code {
                problems.push("has no code that cites it, and no gap that says why".to_owned());
            }
        }
        Some(why) if why.trim().is_empty() => {
            problems.push("has a gap without a reason".to_owned());
        }
        Some(_) if has_code && has_tests => {
            problems.push("has code and a test, so its gap is closed; remove the gap".to_owned());
        }
        Some(_) => {}
    }
    if let Some(folder) = &requirement.elsewhere
        && !held.code.iter().any(|it| it.path.starts_with(&format!("{folder}/")))
    {
        problems.push(format!("is said to be held in {folder}, where nothing cites it"));
    }
    problems
}

fn wrong(citation: &Citation, known: &BTreeSet<String>) -> Option<Finding> {
    let at = |what| Some(Finding::at(&citation.path, citation.line, what));
    if !known.contains(&citation.of) {
        let what = format!("cites `{}`, which docs/spec/ does not have", citation.of);
        return at(what + &similar(&citation.of, known));
    }
    if citation.kind == Kind::Test && !citation.is_test {
        return at(format!("cites `{}` as a test, beside no #[test]", citation.of));
    }
    None
}

/// A hint: the section in which a requirement has the same label, or the labels of the section.
fn similar(of: &str, known: &BTreeSet<String>) -> String {
    let parts = |name: &str| -> Vec<String> { name.split(' ').map(str::to_owned).collect() };
    let mut by_distance: BTreeMap<usize, &String> = BTreeMap::new();
    for name in known {
        let pairs = parts(of).into_iter().zip(parts(name));
        let differing = pairs.filter(|(left, right)| left != right).count();
        by_distance.entry(differing).or_insert(name);
    }
    let near = by_distance.first_key_value().filter(|(differing, _)| **differing <= 1);
    near.map(|(_, name)| format!("; it has `{name}`")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(requirements: &str) -> Document {
        let head = "document = \"x3dh\"\ntitle = \"X\"\nrevision = \"r1\"\ndate = \"2016\"\n";
        Document::parse("x3dh.toml", &format!("{head}{requirements}")).unwrap()
    }

    fn requirement(label: &str, level: &str, more: &str) -> String {
        format!(
            "[[requirement]]\nsection = \"2.2\"\nlabel = \"{label}\"\nlevel = \"{level}\"\n\
             text = \"t\"\n{more}\n"
        )
    }

    fn citation(kind: Kind, of: &str, path: &str) -> Citation {
        let (of, path, item) = (of.to_owned(), path.to_owned(), Some("it".to_owned()));
        Citation { kind, of, path, line: 3, item, is_test: kind == Kind::Test }
    }

    fn code() -> Citation {
        citation(Kind::Code, "x3dh r1 2.2 kdf", "crates/signal/src/a.rs")
    }

    fn test() -> Citation {
        citation(Kind::Test, "x3dh r1 2.2 kdf", "crates/signal/tests/a.rs")
    }

    #[track_caller]
    fn assert_found(requirements: &str, citations: &[Citation], expected: &[&str]) {
        let found: Vec<_> = judge(&[document(requirements)], citations)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} lacks {expected}");
        }
    }

    #[test]
    fn code_and_test_together_hold_a_requirement_of_any_level() {
        for level in ["must", "should", "may"] {
            assert_found(&requirement("kdf", level, ""), &[code(), test()], &[]);
        }
    }

    #[test]
    fn a_must_with_neither_test_nor_gap_is_found() {
        let must = requirement("kdf", "must", "");
        assert_found(&must, &[code()], &["docs/spec/x3dh.toml:7: must `x3dh r1 2.2 kdf` has no t"]);
        assert_found(&must, &[], &["has no test", "has no code"]);
    }

    #[test]
    fn a_requirement_with_a_test_and_no_code_is_found() {
        assert_found(
            &requirement("kdf", "may", ""),
            &[test()],
            &["may `x3dh r1 2.2 kdf` has no c"],
        );
    }

    #[test]
    fn a_gap_excuses_until_code_and_test_are_there() {
        let gap = requirement("kdf", "must", "gap = \"nobody deploys it\"");
        assert_found(&gap, &[], &[]);
        assert_found(&gap, &[code()], &[]);
        assert_found(&gap, &[test()], &[]);
        assert_found(&gap, &[code(), test()], &["its gap is closed"]);
    }

    #[test]
    fn a_gap_without_a_reason_is_found() {
        assert_found(&requirement("kdf", "may", "gap = \" \""), &[], &["without a reason"]);
    }

    #[test]
    fn a_citation_of_what_is_not_there_is_found_with_what_may_be_meant() {
        let stray = citation(Kind::Code, "x3dh r1 2.3 kdf", "crates/signal/src/b.rs");
        let expected = "crates/signal/src/b.rs:3: cites `x3dh r1 2.3 kdf`, which docs/spec/ does \
                        not have; it has `x3dh r1 2.2 kdf`";
        assert_found(&requirement("kdf", "must", ""), &[code(), test(), stray], &[expected]);
    }

    #[test]
    fn a_citation_as_a_test_beside_no_test_is_found() {
        let helper = Citation { is_test: false, ..test() };
        assert_found(&requirement("kdf", "must", ""), &[code(), helper], &["beside no #[test]"]);
    }

    #[test]
    fn what_is_held_elsewhere_is_cited_there() {
        let elsewhere = requirement("kdf", "must", "elsewhere = \"crates/endpoint\"");
        assert_found(&elsewhere, &[code(), test()], &["is said to be held in crates/endpoint"]);
        let there = citation(Kind::Code, "x3dh r1 2.2 kdf", "crates/endpoint/src/a.rs");
        assert_found(&elsewhere, &[there, test()], &[]);
    }

    #[test]
    fn a_label_that_is_used_twice_in_a_section_is_found() {
        let twice = [requirement("kdf", "must", ""), requirement("kdf", "may", "")].concat();
        assert_found(&twice, &[code(), test()], &["is there twice"]);
    }
}
