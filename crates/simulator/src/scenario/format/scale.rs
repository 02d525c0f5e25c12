//! Many people, many businesses, and where in the world they and their servers are.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use super::Rule;
use crate::scenario::{
    limits::{
        MAX_BUSINESSES, MAX_CLOUD_NODES, MAX_KNOWN, MAX_PEOPLE, MAX_TRANSPORT_NODES, MAX_WORDS,
        MAX_WRITES,
    },
    model::Journal,
    source::Spot,
    value::{Delay, Fraction, Moment, Positive},
};

/// Many people who behave alike, each with a phone. What they write is drawn while the run goes on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Population {
    /// Names them: the people of "Shoppers" are "Shoppers 1", "Shoppers 2", ….
    pub(in crate::scenario) name: Spot<String>,
    /// How many there are, 1 to 1,000,000.
    #[schemars(range(min = 1, max = MAX_PEOPLE))]
    pub(in crate::scenario) people: Spot<u64>,
    /// Whom they write to: businesses, tables of many businesses, or "any".
    pub(in crate::scenario) to: Spot<Addressees>,
    /// How many of those each of them knows, and writes to; 1 to 100. Default 3, or all if there
    /// are fewer.
    #[schemars(range(min = 1, max = MAX_KNOWN))]
    pub(in crate::scenario) knows: Option<Spot<u64>>,
    /// Messages that each writes on its own, in a day, on average; 0 to 1,000. Default 2.
    #[schemars(range(min = 0, max = MAX_WRITES))]
    pub(in crate::scenario) writes: Option<Spot<u64>>,
    /// Words of a message, 1 to 100. Default 6.
    #[schemars(range(min = 1, max = MAX_WORDS))]
    pub(in crate::scenario) words: Option<Spot<u64>>,
    /// How long after a message is shown it is read. Default { min = "2s", max = "1m" }.
    pub(in crate::scenario) reads: Option<Delay>,
    /// Which part of what they read they answer. Default 0.
    pub(in crate::scenario) answers: Option<Fraction>,
    /// When the phone is on, each day: from and to, as a clock in UTC shows it, such as
    /// ["08:00", "22:00"]. Otherwise it is off. Default: always on.
    pub(in crate::scenario) online: Option<Spot<Vec<Spot<String>>>>,
    /// By how much one phone's hours may be earlier or later than another's. Default "30m".
    pub(in crate::scenario) spread: Option<Spot<Moment>>,
    /// Within which time the phones are set up, one after the other. Default 1 ms for each.
    pub(in crate::scenario) joins: Option<Positive>,
    /// Where they are.
    pub(in crate::scenario) region: Option<Spot<String>>,
}

/// Businesses by their names, or all of them.
#[derive(Debug)]
pub(in crate::scenario) enum Addressees {
    Any,
    These(Vec<Spot<String>>),
}

impl<'de> Deserialize<'de> for Addressees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AddresseesVisitor)
    }
}

struct AddresseesVisitor;

impl<'de> de::Visitor<'de> for AddresseesVisitor {
    type Value = Addressees;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of businesses such as [\"Forno Bianchi\"], or \"any\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Addressees, E> {
        match text {
            "any" => Ok(Addressees::Any),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Addressees, A::Error> {
        let mut businesses = Vec::new();
        while let Some(business) = list.next_element()? {
            businesses.push(business);
        }
        Ok(Addressees::These(businesses))
    }
}

impl JsonSchema for Addressees {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "addressees".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "const": "any" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 }
            ]
        })
    }
}

/// Many businesses that answer alike, with their numbers at the Cloud API.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Businesses {
    /// Names them: the businesses of "Shops" are "Shops 1", "Shops 2", ….
    pub(in crate::scenario) name: Spot<String>,
    /// How many there are, 1 to 10,000.
    #[schemars(range(min = 1, max = MAX_BUSINESSES))]
    pub(in crate::scenario) count: Spot<u64>,
    /// What kind of business they are. Default "business".
    #[serde(rename = "type")]
    pub(in crate::scenario) kind: Option<Spot<String>>,
    /// How they answer, as for one business.
    #[serde(default)]
    pub(in crate::scenario) rule: Vec<Rule>,
    /// Where they are.
    pub(in crate::scenario) region: Option<Spot<String>>,
}

/// A part of the world. Links between two nodes that both are somewhere take as long as is said
/// here; all others, and pairs of which nothing is said, as `[links]` says.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Region {
    /// Names it.
    pub(in crate::scenario) name: Spot<String>,
    /// How long a message takes between two nodes of this region.
    pub(in crate::scenario) inside: Option<Delay>,
    /// How long a message takes to and from other regions, by their names. A pair is said once.
    #[serde(default)]
    pub(in crate::scenario) to: BTreeMap<String, Spot<Delay>>,
}

/// The nodes of the Cloud API.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct CloudApi {
    /// How many there are, 1 to 64, each with a store of its own; numbers are spread over them by
    /// a hash. They are called "cloud-api", "cloud-api 2", "cloud-api 3", …. Default 1.
    #[schemars(range(min = 1, max = MAX_CLOUD_NODES))]
    pub(in crate::scenario) nodes: Option<Spot<u64>>,
    /// Where they are: the first node in the first region, and so on, and again from the start.
    #[serde(default)]
    pub(in crate::scenario) regions: Vec<Spot<String>>,
}

/// The transport.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Transport {
    /// How many nodes there are, 1 to 16. They are called "transport", "transport 2",
    /// "transport 3", …, and share one store, a node of its own called "transport store". Phones
    /// and nodes of the Cloud API are spread over them by a hash of their names. Default 1, which
    /// has its store to itself.
    #[schemars(range(min = 1, max = MAX_TRANSPORT_NODES))]
    pub(in crate::scenario) nodes: Option<Spot<u64>>,
    /// Where they are, and their store.
    pub(in crate::scenario) region: Option<Spot<String>>,
}

/// How much is noted of a run. What is not noted is `unknown` in the report.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Reporting {
    /// Whether the bytes that nodes see are looked at: for the table of who saw what, and for the
    /// diagram. Default: true up to 2,000 people of populations.
    pub(in crate::scenario) views: Option<bool>,
    /// What is noted of messages: "full" for each of them, or "counts" where only those in
    /// `[[say]]`, `[[generate]]` and `[[chat]]` are noted one by one. Default: "full" up to 2,000
    /// people of populations.
    pub(in crate::scenario) journal: Option<Journal>,
}
