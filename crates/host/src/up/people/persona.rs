//! What a person does by themselves about what the business sends.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// What a person does with each message, once it is shown. By default nothing: the device tells
/// that it was delivered, and the person does not look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Persona {
    /// Reads it; listens to a voice message.
    pub(crate) reads: bool,
    /// Presses the first thing in it that can be pressed.
    pub(crate) presses: bool,
    /// Answers what has nothing to press with the next of these texts, until there is none left:
    /// two machines that answer each other would never end.
    pub(crate) answers: VecDeque<String>,
}
