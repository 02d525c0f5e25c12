//! What the specifications ask, and the code and the tests that hold it.
//!
//! `docs/spec/*.toml` has the requirements; `//= spec:` and `//= test:` comments cite them. From
//! both comes a page, and a list of what is missing. Knows nothing of what a requirement means.

mod citations;
mod data;
mod judge;
mod page;

use self::{
    citations::Citation,
    data::{Document, SPECIFICATIONS},
};
use crate::{
    finding::{Error, Finding},
    repository::Repository,
};

const PAGE: &str = "docs/reference/requirements.md";
/// Citations that are examples or planted mistakes.
const EXAMPLES: &str = "crates/xtask/";

/// Writes the page.
pub(crate) fn write(repository: &Repository) -> Result<(), Error> {
    let Everything { documents, citations, findings: _ } = read(repository)?;
    repository.write(PAGE, &page::page(&documents, &citations))
}

/// Names each requirement that is not held, each citation of nothing, and a page that is not what
/// data and citations say.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Finding>, Error> {
    let Everything { documents, citations, mut findings } = read(repository)?;
    findings.extend(judge::judge(&documents, &citations));
    let expected = page::page(&documents, &citations);
    let found = match repository.path(PAGE).is_file() {
        true => repository.read(PAGE)?,
        false => String::new(),
    };
    if found != expected {
        let lines = found.lines().zip(expected.lines());
        let same = lines.take_while(|(found, expected)| found == expected).count();
        let what = "is not what docs/spec/ and the citations say; run `cargo xtask requirements`";
        findings.push(Finding::at(PAGE, same.saturating_add(1), what));
    }
    findings.sort();
    Ok(findings)
}

/// Everything there is, and the files that could not be read as what they should be.
struct Everything {
    documents: Vec<Document>,
    citations: Vec<Citation>,
    findings: Vec<Finding>,
}

fn read(repository: &Repository) -> Result<Everything, Error> {
    let mut documents = Vec::new();
    for name in repository.list(SPECIFICATIONS, "toml")? {
        let path = format!("{SPECIFICATIONS}/{name}");
        documents.push(Document::parse(&path, &repository.read(&path)?)?);
    }
    let (mut citations, mut findings) = (Vec::new(), Vec::new());
    for path in repository.files()? {
        if !path.ends_with(".rs") || path.starts_with(EXAMPLES) {
            continue;
        }
        match citations::of_file(&path, &repository.read(&path)?) {
            Ok(found) => citations.extend(found),
            Err(finding) => findings.push(finding),
        }
    }
    Ok(Everything { documents, citations, findings })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "document = \"x3dh\"\ntitle = \"X3DH\"\nrevision = \"r1\"\n\
                        date = \"2016-11-04\"\n\n[[requirement]]\nsection = \"2.2\"\n\
                        label = \"kdf\"\nlevel = \"must\"\ntext = \"Derive so.\"\n";
    const CODE: &str = "//! Head.\n\n//= spec: x3dh r1 2.2 kdf — so\nfn derive() {}\n";
    const TEST: &str = "//! Head.\n\n//= test: x3dh r1 2.2 kdf\n#[test]\nfn it_derives() {}\n";

    fn checkout(name: &str, files: &[(&str, &str)]) -> Repository {
        let checkout = Repository::scratch(&format!("requirements-{name}"));
        for (path, text) in files {
            checkout.write(path, text).unwrap();
        }
        checkout
    }

    #[test]
    fn a_page_that_was_written_is_the_one_that_the_check_expects_until_it_is_edited() {
        let files = [
            ("docs/spec/x3dh.toml", DATA),
            ("crates/signal/src/x3dh.rs", CODE),
            ("crates/signal/tests/x3dh.rs", TEST),
        ];
        let checkout = checkout("page", &files);
        let missing = check(&checkout).unwrap();
        assert_eq!(missing.len(), 1, "{missing:?}");
        write(&checkout).unwrap();
        assert_eq!(check(&checkout).unwrap(), []);

        let page = checkout.read(PAGE).unwrap();
        checkout.write(PAGE, &page.replace("Derive so.", "Derive otherwise.")).unwrap();
        let [finding] = <[Finding; 1]>::try_from(check(&checkout).unwrap()).unwrap();
        assert_eq!(finding.path, PAGE);
        let line = page.lines().position(|line| line.contains("Derive so.")).unwrap() + 1;
        assert_eq!(finding.line, line);
    }

    #[test]
    fn a_must_whose_test_was_deleted_fails_the_check_by_name() {
        let files = [("docs/spec/x3dh.toml", DATA), ("crates/signal/src/x3dh.rs", CODE)];
        let checkout = checkout("must", &files);
        write(&checkout).unwrap();
        let [finding] = <[Finding; 1]>::try_from(check(&checkout).unwrap()).unwrap();
        assert_eq!((finding.path.as_str(), finding.line), ("docs/spec/x3dh.toml", 8));
        assert!(finding.what.starts_with("must `x3dh r1 2.2 kdf` has no test"), "{finding}");
    }

    #[test]
    fn a_file_that_is_not_rust_is_a_finding_and_data_that_is_no_data_an_error() {
        let text = "//= spec: x3dh r1 2.2 kdf — so\nfn {";
        let broken = checkout("broken", &[("crates/signal/src/x3dh.rs", text)]);
        let findings = check(&broken).unwrap();
        assert!(findings.iter().any(|it| it.what.contains("is not Rust")), "{findings:?}");
        let data = checkout("data", &[("docs/spec/x3dh.toml", "document = 3")]);
        assert!(matches!(check(&data), Err(Error::Data { .. })));
    }

    #[test]
    fn every_requirement_of_this_repository_is_held_or_says_why_not() {
        let findings = check(&Repository::of_this_build()).unwrap();
        let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }
}
