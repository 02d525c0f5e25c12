//! Rows of the automatic-reply service.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `replies` | what a business wants answered | business information | as its record |
//! | `done` | that a message was processed, under which terms | audit | 30 days |

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::Key;
use vocab::{DataClass, Keep, Reason, limits};

/// The class of what businesses want answered.
pub(super) const REPLIES: (DataClass, Keep) =
    (DataClass::BusinessInformation, Keep::Never(Reason::BusinessRecord));
/// The class of what was processed.
pub(super) const DONE: (DataClass, Keep) =
    (DataClass::Audit, Keep::For(limits::RETRANSMISSION_AGE));

/// What a business wants answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The first that fits is followed.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What is answered where none fits; nothing if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
}

/// One way of answering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Words that a message has in it, in upper or lower case.
    pub contains: String,
    /// The answer.
    pub reply: String,
}

impl Wanted {
    /// The answer to a message that says this.
    pub fn to(&self, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        let fits = |rule: &&Rule| text.contains(&rule.contains.to_lowercase());
        let rule = self.rules.iter().find(fits).map(|rule| rule.reply.as_str());
        rule.or(self.otherwise.as_deref())
    }
}

/// That a message was processed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Done {
    /// Under these terms of the service.
    pub(super) terms_id: String,
}

/// What a business wants answered.
pub(super) fn replies(business: &str) -> Key {
    Key::table("replies").with(business.as_bytes())
}

/// That a message of a business was processed.
pub(super) fn done(business: &str, message: &str) -> Key {
    // An id may be longer than a key holds.
    let mut hash = Sha256::new();
    hash.update(business.as_bytes());
    hash.update([0]);
    hash.update(message.as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    Key::table("done").with(&hash)
}
