//! Settings of a role, from its flags, its environment, its file and its defaults, in this order:
//! what is said first counts.
//!
//! Knows: names, where each value came from, how to say what is wrong with it. Does not know: what
//! any setting means.

mod file;
pub mod parse;
mod resolve;
#[cfg(test)]
mod tests;

pub use self::resolve::{Problem, Values};

/// One setting of a role.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in a file. The flag has hyphens for underscores, the variable `BLINDPOST_` before
    /// capitals.
    pub name: &'static str,
    /// What its value is, in a word.
    pub value: &'static str,
    /// What it is where nothing is said.
    pub unless: Unless,
    /// Whether there can be several: an array in a file, a flag that can be repeated, words with
    /// spaces between them in the environment.
    pub many: bool,
    /// What it is for, in a sentence.
    pub doc: &'static str,
}

/// What a setting is where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unless {
    /// Something has to be said.
    Refused,
    /// There is none.
    Absent,
    /// This.
    Default(&'static str),
}

impl Setting {
    /// One that has to be said.
    pub const fn needed(name: &'static str, value: &'static str, doc: &'static str) -> Self {
        Self { name, value, unless: Unless::Refused, many: false, doc }
    }

    /// One that need not be.
    pub const fn optional(name: &'static str, value: &'static str, doc: &'static str) -> Self {
        Self { name, value, unless: Unless::Absent, many: false, doc }
    }

    /// One with a default.
    pub const fn default(
        name: &'static str,
        value: &'static str,
        default: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { name, value, unless: Unless::Default(default), many: false, doc }
    }

    /// One of which there can be several, or none.
    pub const fn many(name: &'static str, value: &'static str, doc: &'static str) -> Self {
        Self { name, value, unless: Unless::Absent, many: true, doc }
    }

    /// Its flag, without the two hyphens before it.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Its variable in the environment.
    pub fn variable(&self) -> String {
        format!("BLINDPOST_{}", self.name.to_uppercase())
    }
}
