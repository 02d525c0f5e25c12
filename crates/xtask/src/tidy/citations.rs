//! `//= spec:` and `//= test:` name a document, its revision, a section and a label.
//!
//! ```text
//! //= spec: double-ratchet r4 2.6 skipped — what the section asks, in our own words
//! //= test: double-ratchet r4 2.6 skipped
//! ```

use crate::finding::Finding;

const DOCUMENTS: &[(&str, &str)] = &[
    ("xeddsa", "r1"),
    ("x3dh", "r1"),
    ("pqxdh", "r3"),
    ("double-ratchet", "r4"),
    ("sesame", "r2"),
    ("mlkem-braid", "r1"),
];

/// Judges every citation in `text`.
pub(crate) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut continues = false;
    for (number, line) in (1..).zip(text.lines()) {
        let Some(citation) = line.trim_start().strip_prefix("//=") else {
            continues = false;
            continue;
        };
        let problem = match citation.trim_start().split_once(':') {
            Some(("spec", rest)) => problem(rest, true),
            Some(("test", rest)) => problem(rest, false),
            _ if continues => None,
            _ => Some("starts with neither `spec:` nor `test:`".to_owned()),
        };
        continues = true;
        findings.extend(problem.map(|what| {
            let expected = "`//= spec: DOCUMENT rN SECTION LABEL — in our own words` or \
                            `//= test: DOCUMENT rN SECTION LABEL`";
            Finding::at(path, number, format!("{what}; expected {expected}"))
        }));
    }
    findings
}

/// What is wrong with `DOCUMENT rN SECTION LABEL`, after which a `spec` goes on in prose.
fn problem(citation: &str, has_prose: bool) -> Option<String> {
    let mut words = citation.split_whitespace();
    let (document, revision) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let (section, label) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let Some((_, known)) = DOCUMENTS.iter().find(|(name, _)| *name == document) else {
        let names: Vec<_> = DOCUMENTS.iter().map(|(name, _)| *name).collect();
        return Some(format!("cites `{document}`, which is none of {}", names.join(", ")));
    };
    if *known != revision {
        return Some(format!("cites revision `{revision}` of {document}; we follow {known}"));
    }
    let is_section = !section.is_empty() && section.split('.').all(|n| n.parse::<u8>().is_ok());
    if !is_section {
        return Some(format!("cites section `{section}` of {document}, which is no number"));
    }
    let in_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if label.is_empty() || !label.chars().all(in_label) {
        return Some(format!("has the label `{label}`, not lower-case words joined by hyphens"));
    }
    match (has_prose, words.next()) {
        (true, Some("—")) | (false, None) => None,
        (true, _) => Some("does not go on with ` — ` and what the section asks".to_owned()),
        (false, Some(extra)) => Some(format!("goes on with `{extra}` after the label")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_of_the_followed_revisions_are_fine_over_several_lines() {
        let text = [
            "//= spec: double-ratchet r4 7.2 kdf-ck — one constant for the message key",
            "//= and another: for the chain.",
            "    //= test: mlkem-braid r1 2.5 epochs",
        ]
        .join("\n");
        assert_eq!(check("a.rs", &text), []);
    }

    #[test]
    fn every_mistake_in_a_citation_is_found() {
        for (planted, expected) in [
            ("//= spec: tripleratchet r4 2 a — b", "cites `tripleratchet`"),
            ("//= spec: double-ratchet r1 2.6 a — b", "cites revision `r1`"),
            ("//= test: x3dh r1 abc a", "cites section `abc`"),
            ("//= spec: x3dh r1 3.3 — b", "has the label `—`"),
            ("//= spec: x3dh r1 3.3 no-prose", "does not go on"),
            ("//= test: x3dh r1 3.3 a — b", "goes on with `—`"),
            ("//= see x3dh", "starts with neither"),
        ] {
            let findings = check("a.rs", &format!("fn a() {{}}\n{planted}\n"));
            let [finding] = <[Finding; 1]>::try_from(findings).unwrap();
            assert_eq!(finding.line, 2, "{planted}");
            assert!(finding.what.starts_with(expected), "{planted}: {}", finding.what);
        }
    }
}
