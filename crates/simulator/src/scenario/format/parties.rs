//! Who is there.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::{
    model::Hop3,
    source::Spot,
    value::{Condition, Moment, Reads},
};

/// Somebody with a phone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Person {
    /// Names the person in this file, in messages and in the report.
    pub(in crate::scenario) name: Spot<String>,
    /// A number in international form, such as "+39 333 123 4567". Drawn for the run if absent.
    pub(in crate::scenario) phone: Option<Spot<String>>,
    /// How long after a message is shown the person reads it, or "never". Default "3s".
    pub(in crate::scenario) reads: Option<Reads>,
    /// When the phone is off: pairs of moments, from and to.
    #[serde(default)]
    pub(in crate::scenario) offline: Vec<Spot<Vec<Moment>>>,
    /// Where it is: the name of a `[[region]]`.
    pub(in crate::scenario) region: Option<Spot<String>>,
}

/// A business that people write to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Business {
    /// Names the business in this file, in messages and in the report.
    pub(in crate::scenario) name: Spot<String>,
    /// Names it in Business Manager, in billing and in statistics: letters, digits, `-`, `_` and
    /// `.`. Default: the name in lower case with `-` between the words.
    pub(in crate::scenario) id: Option<Spot<String>>,
    /// Where it is, as Business Manager knows it.
    pub(in crate::scenario) address: Option<Spot<String>>,
    /// How to reach it other than by WhatsApp.
    #[serde(default)]
    pub(in crate::scenario) contacts: Vec<Spot<String>>,
    /// What kind of business it is. Default "business".
    #[serde(rename = "type")]
    pub(in crate::scenario) kind: Option<Spot<String>>,
    /// Who runs the business's end of the encryption: Meta's Cloud API, or the business itself.
    /// Default "cloud-api".
    pub(in crate::scenario) hop3: Option<Hop3>,
    /// As for a person.
    pub(in crate::scenario) phone: Option<Spot<String>>,
    /// Where it is: the name of a `[[region]]`.
    pub(in crate::scenario) region: Option<Spot<String>>,
    /// How it answers. The first rule that applies is followed; without one there is no answer.
    #[serde(default)]
    pub(in crate::scenario) rule: Vec<Rule>,
    /// An optional service that answers for the business, at the Cloud API. A business has none
    /// unless it adds it.
    pub(in crate::scenario) auto_reply: Option<Spot<AutoReply>>,
}

/// A business adds the automatic-reply service, which from then on is handed what people write to
/// it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct AutoReply {
    /// The terms of the service, which the business agrees to: an id.
    pub(in crate::scenario) terms: Spot<String>,
    /// When it is added. Default: at the start.
    pub(in crate::scenario) from: Option<Spot<Moment>>,
    /// When it is removed. Default: never.
    pub(in crate::scenario) until: Option<Spot<Moment>>,
    /// What is answered to messages with certain words. The first rule that fits is followed.
    #[serde(default)]
    pub(in crate::scenario) rule: Vec<AutoReplyRule>,
    /// What is answered to all other messages. Nothing if absent.
    pub(in crate::scenario) otherwise: Option<Spot<String>>,
}

/// What is answered to messages with certain words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct AutoReplyRule {
    /// Words that a message has in it, in upper or lower case.
    pub(in crate::scenario) contains: Spot<String>,
    /// The answer.
    pub(in crate::scenario) reply: Spot<String>,
}

/// One way in which a business answers by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Rule {
    /// Which messages are answered.
    pub(in crate::scenario) when: Condition,
    /// The answer. `{name}` is the person's name, `{text}` what was written, `{count}` the number
    /// of messages of this person so far.
    pub(in crate::scenario) reply: Spot<String>,
}
