//! What is known to fail, as data with reasons, so that a regression stands out.

use serde::Deserialize;

use super::{
    case::{Profile, Role},
    catalog,
};

/// Known failures of one implementation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(Vec<Entry>);

/// Why a file of known failures cannot be used. Its writer is to blame.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnownError {
    /// Not the format.
    #[error("{0}")]
    Format(String),
    /// An entry speaks of a case that does not exist, or not in that profile and role.
    #[error("entry {number}: {what}")]
    Entry {
        /// Its place in the file, from 1.
        number: usize,
        /// What is wrong with it.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    profile: Option<String>,
    role: Option<String>,
    reason: String,
}

impl Entry {
    fn fits(&self, id: &str, profile: Profile, role: Role) -> bool {
        self.id == id
            && self.profile.as_deref().is_none_or(|wanted| wanted == profile.name())
            && self.role.as_deref().is_none_or(|wanted| wanted == role.name())
    }

    fn fits_any(&self) -> bool {
        catalog::all().any(|case| {
            let all = case.profiles.iter().flat_map(|p| case.roles.iter().map(move |r| (p, r)));
            all.into_iter().any(|(profile, role)| self.fits(case.id, *profile, *role))
        })
    }
}

impl Known {
    /// Reads a file: tables `[[known]]` of `id`, `reason` and, if it is not so in all of them,
    /// `profile` and `role`.
    ///
    /// # Errors
    ///
    /// [`KnownError`]: what is known of no case is a mistake.
    pub fn parse(text: &str) -> Result<Self, KnownError> {
        let file: File =
            toml::from_str(text).map_err(|error| KnownError::Format(error.to_string()))?;
        for (number, entry) in (1..).zip(&file.known) {
            let what = if entry.reason.trim().is_empty() {
                "a known failure has a reason".to_owned()
            } else if !entry.fits_any() {
                format!("there is no case {:?} in that profile and role", entry.id)
            } else {
                continue;
            };
            return Err(KnownError::Entry { number, what });
        }
        Ok(Self(file.known))
    }

    /// Why this case is known to fail, if it is.
    pub(crate) fn reason(&self, id: &str, profile: Profile, role: Role) -> Option<&str> {
        let found = self.0.iter().find(|entry| entry.fits(id, profile, role));
        found.map(|entry| entry.reason.as_str())
    }
}
