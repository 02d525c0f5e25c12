//! How soon somebody reads: a span of time, or never.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use vocab::Micros;

use super::lasting::{Moment, parse};

/// `"3s"`, or `"never"`, which is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) struct Reads(pub(in crate::scenario) Option<Micros>);

impl<'de> Deserialize<'de> for Reads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Reads;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time such as \"3s\", or \"never\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Reads, E> {
        match text {
            "never" => Ok(Reads(None)),
            _ => parse::<0>(text)
                .map(|span| Reads(Some(span)))
                .map_err(|why| E::custom(format!("{why}, or \"never\""))),
        }
    }
}

impl JsonSchema for Reads {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "reads".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let moment = generator.subschema_for::<Moment>();
        json_schema!({ "anyOf": [{ "const": "never" }, moment] })
    }
}
