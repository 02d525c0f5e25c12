//! Who is there.

use schemars::JsonSchema;
use serde::Deserialize;
use vocab::{BusinessId, Micros, PhoneNumber};

/// Somebody with a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Unique among people, businesses and impostors.
    pub name: String,
    /// Unique; to be drawn if absent.
    pub phone: Option<PhoneNumber>,
    /// How long after a message is shown it is read; `None` if never.
    pub reads: Option<Micros>,
    /// When the phone is off, from and to, in order and apart.
    pub offline: Vec<(Micros, Micros)>,
}

/// A business that people write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Business {
    /// Unique among people, businesses and impostors.
    pub name: String,
    /// Unique: letters, digits, `-`, `_` and `.`, at least one letter.
    pub id: BusinessId,
    /// Never empty.
    pub address: String,
    /// Other ways to reach it, none of them empty.
    pub contacts: Vec<String>,
    /// What kind of business it is; never empty.
    pub kind: String,
    /// Who runs its end of the encryption.
    pub hop3: Hop3,
    /// Unique; to be drawn if absent.
    pub phone: Option<PhoneNumber>,
    /// The first that applies is followed.
    pub rules: Vec<Rule>,
    /// The optional service that answers for it, if it adds that; only with the Cloud API.
    pub auto_reply: Option<AutoReply>,
}

/// A business adds the automatic-reply service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoReply {
    /// The terms of the service; never empty, and not those of the Cloud API.
    pub terms: String,
    /// When it is added.
    pub from: Micros,
    /// When it is removed, later than that; never if absent.
    pub until: Option<Micros>,
    /// Words and what is answered to messages that have them; the first that fit count.
    pub rules: Vec<(String, String)>,
    /// What is answered to all other messages; nothing if absent.
    pub otherwise: Option<String>,
}

/// Who runs a business's end of the encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Hop3 {
    /// Meta, for many businesses.
    CloudApi,
    /// The business itself, as with the retired On-Premises client.
    OnPremises,
}

/// One way in which a business answers by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which messages are answered.
    pub when: When,
    /// The answer; the only words in braces are `{name}`, `{text}` and `{count}`.
    pub reply: String,
}

/// Which messages a rule answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Every one.
    Any,
    /// The first one of each person.
    First,
    /// Those that contain this text, upper and lower case alike.
    Contains(String),
}
