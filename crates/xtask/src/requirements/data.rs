//! `docs/spec/*.toml`: the requirements of one document each.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use crate::finding::Error;

/// The folder of the data.
pub(super) const SPECIFICATIONS: &str = "docs/spec";

/// One of Signal's documents.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// Its name in citations.
    pub(super) document: String,
    pub(super) title: String,
    /// Its revision as citations have it, `r1`.
    pub(super) revision: String,
    pub(super) date: String,
    #[serde(rename = "requirement", default)]
    pub(super) requirements: Vec<Requirement>,
}

/// One thing that it asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Requirement {
    pub(super) section: String,
    label: Spanned<String>,
    pub(super) level: Level,
    pub(super) text: String,
    /// Why no code holds it.
    pub(super) gap: Option<String>,
    /// The folder that holds it.
    pub(super) elsewhere: Option<String>,
    /// Where its label stands in the file.
    #[serde(skip)]
    pub(super) line: usize,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Must,
    Should,
    May,
}

impl Document {
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, Error> {
        let mut document: Self = toml::from_str(text)
            .map_err(|error| Error::Data { path: path.to_owned(), why: error.to_string() })?;
        for requirement in &mut document.requirements {
            let before = text.get(..requirement.label.span().start).unwrap_or_default();
            requirement.line = before.matches('\n').count().saturating_add(1);
        }
        Ok(document)
    }

    /// The file that it is in.
    pub(super) fn path(&self) -> String {
        format!("{SPECIFICATIONS}/{}.toml", self.document)
    }

    /// What a citation of `requirement` says.
    pub(super) fn name(&self, requirement: &Requirement) -> String {
        let Self { document, revision, .. } = self;
        format!("{document} {revision} {} {}", requirement.section, requirement.label())
    }
}

impl Requirement {
    pub(super) fn label(&self) -> &str {
        self.label.get_ref()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "document = \"x3dh\"\ntitle = \"X\"\nrevision = \"r1\"\ndate = \"2016\"\n";

    #[test]
    fn a_requirement_knows_its_line_and_its_name() {
        let text = format!(
            "{HEAD}[[requirement]]\nsection = \"2.2\"\nlabel = \"kdf\"\nlevel = \"may\"\n\
             text = \"t\"\n"
        );
        let document = Document::parse("a.toml", &text).unwrap();
        let [requirement] = document.requirements.as_slice() else { panic!("one") };
        assert_eq!(requirement.line, 7);
        assert_eq!(document.name(requirement), "x3dh r1 2.2 kdf");
    }

    #[test]
    fn an_unknown_key_or_level_is_refused_with_the_file() {
        for planted in ["level = \"ought\"", "level = \"may\"\ngaps = \"typing error\""] {
            let text = format!(
                "{HEAD}[[requirement]]\nsection = \"2\"\nlabel = \"a\"\ntext = \"t\"\n{planted}\n"
            );
            let error = Document::parse("a.toml", &text).unwrap_err();
            assert!(error.to_string().starts_with("a.toml: "), "{error}");
        }
    }
}
