//! Style as a test: what a reader of this repository may rely on, in every file.
//!
//! Each rule is a function from a file to findings, so that its tests can plant a violation in a
//! string and see it caught. The last test runs all of them over the repository itself.

mod citations;
mod lines;
mod locks;
mod paraphrase;
mod reach;
mod rewrap;
mod shape;
mod source;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use self::{lines::Kind, paraphrase::Phrases, source::Source};
use crate::{
    finding::{Error, Finding},
    repository::Repository,
};

/// Where the published specifications lie, beside the checkout, on a machine that has them.
const SPECIFICATIONS: &str = "../shared/specs";

/// What a run found, and what it could not look at.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) findings: Vec<Finding>,
    /// A rule that was skipped, and why; to be printed, for nothing is skipped silently.
    pub(crate) notes: Vec<String>,
}

/// Runs every rule over every file.
pub(crate) fn run(repository: &Repository) -> Result<Report, Error> {
    let files = repository.files()?;
    let (sources, mut findings) = parse(repository, &files)?;

    let roots = reach::cargo_roots(repository, &files)?;
    let reached = reach::follow(&roots, &sources);
    findings.extend(reach::unreached(&sources, &reached));

    let tests: BTreeSet<&str> =
        reached.iter().filter(|(_, purpose)| purpose.is_test()).map(|(path, _)| &**path).collect();
    for source in sources.values().filter(|source| !source.is_generated()) {
        let is_test = tests.contains(source.path.as_str());
        findings.extend(shape::check(source, is_test));
        findings.extend(lines::check(&source.path, &source.text, Kind::rust(source, is_test)));
        findings.extend(citations::check(&source.path, &source.text));
        findings.extend(world::check(source, is_test));
    }
    let phrases = Phrases::of_folder(repository, SPECIFICATIONS)?;
    for path in &files {
        findings.extend(other_file(repository, path, phrases.as_ref())?);
    }
    findings.sort();
    findings.dedup();
    let absent = format!("tidy: {SPECIFICATIONS} is absent, so paraphrase was not checked");
    Ok(Report { findings, notes: phrases.is_none().then_some(absent).into_iter().collect() })
}

/// Breaks the comments that are too long, in every Rust file whose path starts with `under`.
pub(crate) fn fix(repository: &Repository, under: &str) -> Result<(), Error> {
    for path in repository.files()?.iter().filter(|path| path.starts_with(under)) {
        if !path.ends_with(".rs") {
            continue;
        }
        let text = repository.read(path)?;
        let wrapped = rewrap::rewrap(&text);
        if wrapped != text && text.lines().any(|line| lines::too_long(line).is_some()) {
            repository.write(path, &wrapped)?;
        }
    }
    Ok(())
}

/// Every Rust file by path; one that is not Rust is a finding.
fn parse(
    repository: &Repository,
    files: &[String],
) -> Result<(BTreeMap<String, Source>, Vec<Finding>), Error> {
    let (mut sources, mut findings) = (BTreeMap::new(), Vec::new());
    for path in files.iter().filter(|path| path.ends_with(".rs")) {
        match Source::parse(path, repository.read(path)?) {
            Ok(source) => drop(sources.insert(path.clone(), source)),
            Err(finding) => findings.push(finding),
        }
    }
    Ok((sources, findings))
}

/// The rules for files that are not Rust, and the one that is the same for all.
fn other_file(
    repository: &Repository,
    path: &str,
    phrases: Option<&Phrases>,
) -> Result<Vec<Finding>, Error> {
    if locks::is_lock(path) {
        return Ok(locks::check(path, &repository.read(path)?));
    }
    let Some(kind) = Kind::of(path) else { return Ok(Vec::new()) };
    let text = repository.read(path)?;
    let mut findings = Vec::new();
    if !path.ends_with(".rs") {
        findings.extend(lines::check(path, &text, kind));
    }
    findings.extend(phrases.map(|phrases| phrases.check(path, &text)).unwrap_or_default());
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let report = run(&Repository::of_this_build()).unwrap();
        report.notes.iter().for_each(|note| eprintln!("{note}"));
        let findings: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }

    #[test]
    fn a_run_applies_every_rule_and_says_what_it_could_not_check() {
        let checkout = Repository::scratch("tidy-rules");
        let manifest = "[package]\nname = \"meta\"\nedition = \"2024\"\n[workspace]\n";
        for (path, text) in [
            ("crates/meta/Cargo.toml", manifest),
            ("crates/meta/src/lib.rs", "//! Head.\nmod a;\nmod b;\n"),
            ("crates/meta/src/a.rs", "//! Shape.\n#[allow(dead_code)]\nfn a() {}\n"),
            (
                "crates/meta/src/b.rs",
                "//! World, words and citations.\n//= spec: x\nuse std::fs; \n",
            ),
            ("crates/meta/src/dead.rs", "//! Reached by nothing.\n"),
            ("crates/meta/src/no.rs", "//! No Rust.\nfn {\n"),
            ("README.md", "No newline"),
            ("package-lock.json", "{\n\"resolved\": \"https://mirror.example\"\n}\n"),
        ] {
            checkout.write(path, text).unwrap();
        }

        let report = run(&checkout).unwrap();
        let found: Vec<_> =
            report.findings.iter().map(|it| format!("{}:{}", it.path, it.line)).collect();
        let expected = [
            "README.md:1",
            "crates/meta/src/a.rs:2",
            "crates/meta/src/b.rs:2",
            "crates/meta/src/b.rs:3",
            "crates/meta/src/b.rs:3",
            "crates/meta/src/dead.rs:0",
            "crates/meta/src/no.rs:2",
            "package-lock.json:2",
        ];
        assert_eq!(found, expected, "{:?}", report.findings);
        assert_eq!(report.notes.len(), 1);
    }

    #[test]
    fn a_specification_beside_the_checkout_is_compared_with() {
        let checkout = Repository::scratch("tidy-phrases/checkout");
        let sentence =
            "When the sender has seen nothing new it repeats what it said before once.\n";
        checkout.write("../shared/specs/book.txt", sentence).unwrap();
        checkout.write("README.md", sentence).unwrap();

        let report = run(&checkout).unwrap();
        let [finding] = <[Finding; 1]>::try_from(report.findings).unwrap();
        assert_eq!((finding.path.as_str(), finding.line), ("README.md", 1));
        assert!(report.notes.is_empty());
    }
}
