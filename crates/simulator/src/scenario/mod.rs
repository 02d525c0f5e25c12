//! Scenarios: who is there, what the network does to them, what they do, and what must hold.
//!
//! A file is read into the keys and values that it has ([`format`](self)), then everything that
//! they say about each other is checked, and only a [`Scenario`] comes out. Every error names the
//! file, the line and what was expected. It does not know how a world is built from a scenario.

mod check;
mod error;
mod format;
pub mod limits;
mod load;
mod model;
mod names;
mod reader;
mod schema;
mod source;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use self::{
    error::{Problem, ScenarioError},
    load::{load, load_plan},
    model::{
        AUTO_REPLY, AUTO_REPLY_STAFF, Attack, Attacker, AutoReply, BASE_TERMS, Business, Chat,
        ChatLine, Claims, Crash, Deed, DeedKind, Expected, Generate, Hop3, Hours, Impostor,
        Journal, Leak, LinkOverride, LinkShape, NODES, Person, Population, Probe, Profile, READERS,
        Readers, Rule, Rules, Say, Scale, Scenario, Skipped, StoreShape, Swarm, TRANSPORT_STORE,
        When, cloud_node, transport_node,
    },
    names::Names,
    schema::schema,
    write::{CannotWrite, write, write_plan},
};

use self::source::Source;
pub(crate) use self::{model::transport_share, value::shown};
use crate::fault::Fault;

/// A chat export that a scenario names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatFile {
    /// Under which name errors speak of it.
    pub name: String,
    /// The whole export.
    pub text: String,
}

/// Reads the files that a scenario names.
pub type ReadChat<'a> = &'a mut dyn FnMut(&str) -> Result<ChatFile, ScenarioError>;

/// Reads a scenario from its text; errors call it `name`. It cannot name files.
///
/// # Errors
///
/// [`ScenarioError`] names the file, the line and what was expected.
pub fn parse(text: &str, name: &str) -> Result<Scenario, ScenarioError> {
    parse_with(text, name, &mut |file| {
        let problem = Problem::Unreadable {
            why: "this scenario was given as text alone".to_owned(),
            expected: "no `file`",
        };
        Err(ScenarioError { file: file.to_owned(), line: None, problem })
    })
}

/// Reads a plan of faults for `scenario` from its text; errors call it `name`.
///
/// # Errors
///
/// [`ScenarioError`] names the file, the line and what was expected.
pub fn parse_plan(
    text: &str,
    name: &str,
    scenario: &Scenario,
) -> Result<Vec<Fault>, ScenarioError> {
    let source = Source { name, text };
    check::plan(source, &reader::read_plan(source)?, scenario)
}

/// Reads a scenario from its text, and the chat exports that it names from `read_chat`, which gets
/// the name as the scenario has it.
///
/// # Errors
///
/// [`ScenarioError`] names the file, the line and what was expected.
pub fn parse_with(
    text: &str,
    name: &str,
    read_chat: ReadChat<'_>,
) -> Result<Scenario, ScenarioError> {
    let source = Source { name, text };
    check::check(source, &reader::read(source)?, read_chat)
}
