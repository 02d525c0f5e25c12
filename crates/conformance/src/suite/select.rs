//! Which cases to play: by id or its beginning, by section, by profile.

use super::{
    case::{Case, Profile},
    catalog,
};

/// A choice of cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    only: Vec<String>,
    skip: Vec<String>,
}

/// A term that fits nothing: a slip of the pen, most likely.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{term:?} is no case, family, section or profile; --list shows them")]
pub struct SelectError {
    /// The term.
    pub term: String,
}

impl Selection {
    /// All cases that `only` takes and `skip` does not.
    ///
    /// A term is a profile, an id, the beginning of an id up to a dot or dash, or the beginning of
    /// a section up to a space or dot. Where `only` names profiles as well as others, both must
    /// fit.
    ///
    /// # Errors
    ///
    /// [`SelectError`] for a term that fits no case at all.
    pub fn new(only: Vec<String>, skip: Vec<String>) -> Result<Self, SelectError> {
        for term in only.iter().chain(&skip) {
            if !is_profile(term) && !catalog::all().any(|case| fits(case, term)) {
                return Err(SelectError { term: term.clone() });
            }
        }
        Ok(Self { only, skip })
    }

    pub(crate) fn takes(&self, case: &Case, profile: Profile) -> bool {
        let (profiles, cases): (Vec<_>, Vec<_>) = self.only.iter().partition(|t| is_profile(t));
        let in_profile = profiles.is_empty() || profiles.iter().any(|t| *t == profile.name());
        let in_cases = cases.is_empty() || cases.iter().any(|term| fits(case, term));
        let skipped = self.skip.iter().any(|term| term == profile.name() || fits(case, term));
        in_profile && in_cases && !skipped
    }
}

fn is_profile(term: &str) -> bool {
    Profile::ALL.iter().any(|profile| profile.name() == term)
}

fn fits(case: &Case, term: &str) -> bool {
    begins(case.id, term, &['.', '-']) || begins(case.section, term, &[' ', '.'])
}

/// Whether `text` is `term`, or begins with it and goes on after one of `ends`.
fn begins(text: &str, term: &str, ends: &[char]) -> bool {
    let rest = text.strip_prefix(term);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(ends))
}
