//! Which value counts, and what is wrong with it.

use std::{collections::BTreeMap, fmt};

use super::{Setting, Unless, file};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag(String),
    /// The environment.
    Variable(String),
    /// A file.
    File {
        /// Which.
        path: String,
        /// Where in it, from 1.
        line: usize,
    },
    /// Nobody said it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::Variable(name) => write!(f, "{name}"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Default => write!(f, "nowhere"),
        }
    }
}

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {what}")]
pub struct Problem {
    /// Where.
    pub origin: Origin,
    /// What.
    pub what: String,
}

/// What was said of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) values: Vec<String>,
    pub(super) origin: Origin,
}

/// What was said of a role's settings, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Values {
    settings: &'static [Setting],
    found: BTreeMap<String, Found>,
    problems: Vec<Problem>,
}

impl Values {
    /// What `flags` say, what `variable` answers to the name of a variable, and what stands in the
    /// table `role` of the file; `roles` are all that may stand there.
    pub fn resolve(
        (role, roles): (&str, &[&str]),
        settings: &'static [Setting],
        flags: BTreeMap<String, Vec<String>>,
        variable: impl Fn(&str) -> Option<String>,
        file: Option<(&str, &str)>,
    ) -> Self {
        let mut problems = Vec::new();
        let mut found = match file {
            Some(file) => file::read(file, (role, roles), &mut problems),
            None => BTreeMap::new(),
        };
        for (name, said) in &found {
            if !settings.iter().any(|setting| setting.name == name) {
                let what = format!("{name} is no setting of {role}");
                problems.push(Problem { origin: said.origin.clone(), what });
            }
        }
        for setting in settings {
            let name = setting.variable();
            if let Some(text) = variable(&name) {
                let values = if setting.many {
                    text.split_whitespace().map(str::to_owned).collect()
                } else {
                    vec![text]
                };
                let said = Found { values, origin: Origin::Variable(name) };
                found.insert(setting.name.to_owned(), said);
            }
            if let Some(values) = flags.get(setting.name) {
                let said = Found { values: values.clone(), origin: Origin::Flag(setting.flag()) };
                found.insert(setting.name.to_owned(), said);
            }
        }
        Self { settings, found, problems }
    }

    fn said(&self, name: &str) -> Option<Found> {
        let found = self.found.get(name).cloned();
        found.or_else(|| {
            let setting = self.settings.iter().find(|setting| setting.name == name)?;
            let Unless::Default(default) = setting.unless else { return None };
            Some(Found { values: vec![default.to_owned()], origin: Origin::Default })
        })
    }

    fn wrong(&mut self, name: &str, origin: Origin, why: &str) {
        self.problems.push(Problem { origin, what: format!("{name}: {why}") });
    }

    /// The setting `name`, read by `read`. `None` where it is wrong or was to be said and was not;
    /// then that is among the problems.
    pub fn one<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let Some(Found { values, origin }) = self.said(name) else {
            self.wrong(name, Origin::Default, "has to be said");
            return None;
        };
        let [value] = &*values else {
            self.wrong(name, origin, "is one value");
            return None;
        };
        read(value).map_err(|why| self.wrong(name, origin, &why)).ok()
    }

    /// The same of one that need not be said: `Some(None)` where it is not.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        if self.said(name).is_none() {
            return Some(None);
        }
        self.one(name, read).map(Some)
    }

    /// The same of one of which there can be several.
    pub fn many<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let Some(Found { values, origin }) = self.said(name) else { return Some(Vec::new()) };
        let all: Result<Vec<T>, String> = values.iter().map(|value| read(value)).collect();
        all.map_err(|why| self.wrong(name, origin, &why)).ok()
    }

    /// What `build` makes of the settings, if nothing is wrong. It asks for all of them before it
    /// gives up, so that everything that is wrong is told at once.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, in the order in which it was found.
    pub fn build<T>(
        mut self,
        build: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, Vec<Problem>> {
        match build(&mut self) {
            Some(built) if self.problems.is_empty() => Ok(built),
            _ => Err(self.problems),
        }
    }
}
