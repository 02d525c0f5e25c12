//! The plan: what every person and business does, in the order of time.

use vocab::Micros;

use super::{chat, generated};
use crate::{
    rng,
    scenario::{Chat, Deed, DeedKind, Problem, Scenario, ScenarioError, Skipped},
};

/// What people and businesses do in a run, apart from answering and reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// By time; what happens at the same moment is in the order of the scenario: messages, deeds,
    /// made-up messages, chats.
    pub actions: Vec<Action>,
    /// What became of each chat, in the order of the scenario.
    pub replays: Vec<Replay>,
}

/// Somebody does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// When, in virtual time.
    pub at: Micros,
    /// A person or a business.
    pub who: String,
    /// What.
    pub act: Act,
}

/// What somebody does. All names are names of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Write a message: a person to a business, or a business to a person.
    Write {
        /// To whom.
        to: String,
        /// What.
        text: String,
        /// By which the scenario speaks of it.
        label: Option<String>,
        /// Whether it goes as the caption of a picture that holds it too.
        picture: bool,
        /// Whether the text is the scenario's own, so that it may be put between canaries. Never
        /// for a chat export.
        ours: bool,
    },
    /// Ask a sender for a message again.
    AskAgain {
        /// The business that wrote it.
        from: String,
        /// Its label.
        message: String,
    },
    /// Tell a business that one has read what it sent to somebody else.
    ClaimRead {
        /// The business that wrote it.
        from: String,
        /// Its label.
        message: String,
    },
    /// Lose the session with a business.
    LoseSession {
        /// Which.
        with: String,
    },
    /// Set the app up anew.
    Reinstall,
    /// Delete the account.
    DeleteAccount,
    /// Report a business.
    Report {
        /// Which.
        about: String,
        /// The label of the message that it is about, if it is about one.
        message: Option<String>,
        /// Whether the message's text is disclosed.
        attach: bool,
    },
    /// Read a code to a business and hear its own.
    CompareCodes {
        /// Which.
        with: String,
    },
    /// Nothing: the device is copied, as this fault of the plan says.
    Copied {
        /// Its index.
        fault: usize,
    },
    /// Block a business, or stop blocking it.
    Block {
        /// Which.
        who: String,
        /// Whether from now on, or no longer.
        on: bool,
    },
}

/// What became of a chat export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The file, as the scenario names it.
    pub file: String,
    /// Messages that are written.
    pub messages: usize,
    /// Entries that are not.
    pub skipped: Skipped,
    /// When the last message is written.
    pub ends: Micros,
}

/// The plan of a run with this seed: the workload has a random stream of its own.
///
/// # Errors
///
/// As [`plan`].
pub fn plan_of(scenario: &Scenario, seed: u64) -> Result<Plan, ScenarioError> {
    let key = rng::key(seed, "workload", "world");
    let mut drawn = 0;
    plan(scenario, &mut || {
        let [word, ..] = rng::words(&key, 0, drawn);
        drawn = u64::saturating_add(drawn, 1);
        word
    })
}

/// Lays down who does what, and when. Takes one word of the workload's own random stream.
///
/// # Errors
///
/// [`ScenarioError`] if a chat does not fit into the duration.
pub fn plan(scenario: &Scenario, words: &mut dyn FnMut() -> u64) -> Result<Plan, ScenarioError> {
    let key = words();
    let mut actions: Vec<Action> = scenario.says.iter().map(said).collect();
    actions.extend(scenario.deeds.iter().filter_map(done));
    for (list, generate) in (0_u64..).zip(&scenario.generates) {
        actions.extend(generated::messages(generate, key, list));
    }
    let mut replays = Vec::new();
    for chat in &scenario.chats {
        let messages = chat::messages(chat);
        let ends = messages.last().map_or(chat.start, |last| last.at);
        if ends > scenario.duration {
            return Err(too_long(scenario, chat, ends));
        }
        let (file, skipped) = (chat.file.clone(), chat.skipped);
        replays.push(Replay { file, messages: messages.len(), skipped, ends });
        actions.extend(messages);
    }
    actions.sort_by_key(|action| action.at); // Stable: the order of the scenario stays.
    Ok(Plan { actions, replays })
}

fn said(say: &crate::scenario::Say) -> Action {
    let (to, text, label) = (say.to.clone(), say.text.clone(), say.label.clone());
    let act = Act::Write { to, text, label, picture: say.picture, ours: true };
    Action { at: say.at, who: say.from.clone(), act }
}

/// A checked deed has everything that it needs.
fn done(deed: &Deed) -> Option<Action> {
    let (about, message) = (deed.about.clone(), deed.message.clone());
    let act = match deed.what {
        DeedKind::AskAgain => Act::AskAgain { from: about?, message: message? },
        DeedKind::ClaimRead => Act::ClaimRead { from: about?, message: message? },
        DeedKind::LoseSession => Act::LoseSession { with: about? },
        DeedKind::Reinstall => Act::Reinstall,
        DeedKind::DeleteAccount => Act::DeleteAccount,
        DeedKind::Report => Act::Report { about: about?, message, attach: deed.attach },
        DeedKind::CompareCodes => Act::CompareCodes { with: about? },
        DeedKind::Block => Act::Block { who: about?, on: true },
        DeedKind::Unblock => Act::Block { who: about?, on: false },
    };
    Some(Action { at: deed.at, who: deed.who.clone(), act })
}

fn too_long(scenario: &Scenario, chat: &Chat, ends: Micros) -> ScenarioError {
    let (shown, duration) =
        (crate::scenario::shown(ends), crate::scenario::shown(scenario.duration));
    let problem = Problem::Misfit {
        found: format!("the replay of {:?} ends at {shown}", chat.file),
        expected: format!(
            "all of it within the `duration`, {duration}; raise `pace` (now {}) or set `at_most`",
            chat.pace
        ),
    };
    ScenarioError { file: scenario.file.clone(), line: Some(chat.line), problem }
}
