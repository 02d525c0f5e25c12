//! What people and businesses do.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use crate::{
    chat_export::{DateOrder, MAX_ENTRIES},
    scenario::{
        limits::{MAX_GENERATED, MAX_PACE, MAX_WORDS},
        model::DeedKind,
        source::Spot,
        value::{Delay, Moment},
    },
};

/// A message that somebody writes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Say {
    /// When.
    pub(in crate::scenario) at: Spot<Moment>,
    /// A person, or a business.
    pub(in crate::scenario) from: Spot<String>,
    /// A business, or a person.
    pub(in crate::scenario) to: Spot<String>,
    /// What, at most 4,000 characters.
    pub(in crate::scenario) text: Spot<String>,
    /// Names the message in this file, for `[[do]]` and `[[probe]]`.
    pub(in crate::scenario) label: Option<Spot<String>>,
    /// Whether the text goes as the caption of a picture, which holds it too. Default false.
    pub(in crate::scenario) picture: Option<Spot<bool>>,
}

/// Messages that are made up: short texts of people to a business.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Generate {
    /// People, each as likely to write the next message, or "everyone".
    pub(in crate::scenario) from: Spot<Senders>,
    /// The business.
    pub(in crate::scenario) to: Spot<String>,
    /// How many messages in all, 1 to 100,000.
    #[schemars(range(min = 1, max = MAX_GENERATED))]
    pub(in crate::scenario) count: Spot<u64>,
    /// When the first one is written.
    pub(in crate::scenario) start: Spot<Moment>,
    /// How long after one message the next one is written.
    pub(in crate::scenario) every: Delay,
    /// Words of a message, 1 to 100. Default 6.
    #[schemars(range(min = 1, max = MAX_WORDS))]
    pub(in crate::scenario) words: Option<Spot<u64>>,
}

/// Who writes.
#[derive(Debug)]
pub(in crate::scenario) enum Senders {
    Everyone,
    These(Vec<Spot<String>>),
}

impl<'de> Deserialize<'de> for Senders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SendersVisitor)
    }
}

struct SendersVisitor;

impl<'de> de::Visitor<'de> for SendersVisitor {
    type Value = Senders;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of people such as [\"Maria\"], or \"everyone\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Senders, E> {
        match text {
            "everyone" => Ok(Senders::Everyone),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Senders, A::Error> {
        let mut people = Vec::new();
        while let Some(person) = list.next_element()? {
            people.push(person);
        }
        Ok(Senders::These(people))
    }
}

impl JsonSchema for Senders {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "senders".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "const": "everyone" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 }
            ]
        })
    }
}

/// A chat exported from WhatsApp that is replayed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Chat {
    /// The exported text, relative to this file; at most 16 MiB of UTF-8.
    pub(in crate::scenario) file: Spot<String>,
    /// Which part of a date comes first, where the lines do not tell.
    #[schemars(with = "Option<DateOrderName>")]
    pub(in crate::scenario) date_order: Option<DateOrder>,
    /// Who is who: the sender's name in the export, and the person or business here. One business
    /// and at least one person.
    pub(in crate::scenario) people: Spot<BTreeMap<String, Spot<String>>>,
    /// When the first message is written.
    pub(in crate::scenario) start: Spot<Moment>,
    /// How many messages are replayed at most. Default: all.
    #[schemars(range(min = 1, max = MAX_ENTRIES))]
    pub(in crate::scenario) at_most: Option<Spot<u64>>,
    /// How much faster than it happened. Default 1; messages stay at least 1 s apart.
    #[schemars(range(min = 1, max = MAX_PACE))]
    pub(in crate::scenario) pace: Option<Spot<u64>>,
}

/// The names of [`DateOrder`], for the schema.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, clippy::enum_variant_names, reason = "only its names are used")]
enum DateOrderName {
    /// 31/12/2023
    DayFirst,
    /// 12/31/2023
    MonthFirst,
    /// 2023/12/31
    YearFirst,
}

/// Something that a person does, other than to write.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Deed {
    /// When.
    pub(in crate::scenario) at: Spot<Moment>,
    /// The person.
    pub(in crate::scenario) who: Spot<String>,
    /// What is done.
    pub(in crate::scenario) what: DeedKind,
    /// The business that it is about: with "lose-session", "compare-codes", "report", "block" and
    /// "unblock".
    pub(in crate::scenario) about: Option<Spot<String>>,
    /// The label of a message that the person was sent: with "ask-again", and with "report" if it
    /// is about that message.
    pub(in crate::scenario) message: Option<Spot<String>>,
    /// Whether the text of the message is disclosed with a "report". Default false.
    pub(in crate::scenario) attach: Option<Spot<bool>>,
}
