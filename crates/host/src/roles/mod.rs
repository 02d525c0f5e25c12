//! One role in one process, configured by flags, environment and file.
//!
//! Knows: what each role has to be told, and how it is started. Does not know: any other role.

mod business;
mod client;
mod cloud_api;
mod common;
mod meta;
mod page;
mod transport;

use std::collections::BTreeMap;

pub use self::{common::Running, page::page};
use crate::{
    folder::{Folder, FolderError},
    settings::{Problem, Setting, Values, parse},
    site::StartError,
};

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Stores and forwards what it cannot open.
    Transport,
    /// The business's end of the encryption.
    CloudApi,
    /// A sample business.
    Business,
    /// A person's device.
    Client,
    /// Business Manager, billing and statistics.
    Meta,
}

/// Why a role does not start.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// Its settings are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<Problem>),
    /// Its folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Something in it does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A file cannot be used.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl From<Vec<Problem>> for RoleError {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Settings(problems)
    }
}

/// What was said of a role.
#[derive(Debug, Default)]
pub struct Said {
    /// By the names of settings.
    pub flags: BTreeMap<String, Vec<String>>,
    /// The name of a file, and what it says.
    pub file: Option<(String, String)>,
}

impl Role {
    /// All there are.
    pub const ALL: [Self; 5] =
        [Self::Transport, Self::CloudApi, Self::Business, Self::Client, Self::Meta];

    /// The command, and the table in a file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::CloudApi => "cloud-api",
            Self::Business => "business",
            Self::Client => "client",
            Self::Meta => "meta",
        }
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Transport => "Runs the transport: stores and forwards what it cannot open.",
            Self::CloudApi => "Runs the Cloud API: the business's end of the encryption.",
            Self::Business => "Runs a sample business, which answers what its webhook hears.",
            Self::Client => {
                "Runs a person's device: lines of JSON in (`to` and `text`, or `code`) and out."
            }
            Self::Meta => "Runs Business Manager, billing and statistics.",
        }
    }

    /// What it can be told.
    pub const fn settings(self) -> &'static [Setting] {
        match self {
            Self::Transport => transport::SETTINGS,
            Self::CloudApi => cloud_api::SETTINGS,
            Self::Business => business::SETTINGS,
            Self::Client => client::SETTINGS,
            Self::Meta => meta::SETTINGS,
        }
    }

    fn values(self, said: Said, variable: impl Fn(&str) -> Option<String>) -> Values {
        let Said { flags, file } = said;
        let file = file.as_ref().map(|(path, text)| (path.as_str(), text.as_str()));
        let names = Self::ALL.map(Self::name);
        Values::resolve((self.name(), &names), self.settings(), flags, variable, file)
    }

    /// Reads what was said and starts nothing.
    ///
    /// # Errors
    ///
    /// Everything that is wrong.
    pub fn check(
        self,
        said: Said,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(), Vec<Problem>> {
        let values = self.values(said, variable);
        match self {
            Self::Transport => values.build(transport::Told::read).map(drop),
            Self::CloudApi => values.build(cloud_api::Told::read).map(drop),
            Self::Business => values.build(business::Told::read).map(drop),
            Self::Client => values.build(client::Told::read).map(drop),
            Self::Meta => values.build(meta::Told::read).map(drop),
        }
    }

    /// The key that others know this role by, as hexadecimal digits; drawn if there is none yet.
    /// Of the settings only its folder counts.
    ///
    /// # Errors
    ///
    /// [`RoleError`].
    pub fn key(
        self,
        said: Said,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<String, RoleError> {
        let values = self.values(said, variable);
        let data = values.build(|values| values.one("data", parse::path))?;
        Ok(common::key_text(&common::key(&Folder::open(&data, None)?.secrets(), self.name())))
    }

    /// Starts the role.
    ///
    /// # Errors
    ///
    /// [`RoleError`].
    pub async fn start(
        self,
        said: Said,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Running, RoleError> {
        let values = self.values(said, variable);
        match self {
            Self::Transport => values.build(transport::Told::read)?.start().await,
            Self::CloudApi => values.build(cloud_api::Told::read)?.start().await,
            Self::Business => values.build(business::Told::read)?.start().await,
            Self::Client => values.build(client::Told::read)?.start().await,
            Self::Meta => values.build(meta::Told::read)?.start().await,
        }
    }
}
