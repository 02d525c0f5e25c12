//! By how much something is off or longer: a span, a range, or a span behind.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{self, value::MapAccessDeserializer},
};
use vocab::Micros;

use super::{
    lasting::{Positive, parse},
    latency::Range,
};

/// `"500ms"`, `{ min = "20ms", max = "80ms" }`, or for clocks `"-5m"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) enum Shift {
    /// One span.
    Span(Micros),
    /// Anything between two, both included.
    Between(Micros, Micros),
    /// One span behind.
    Behind(Micros),
}

impl<'de> Deserialize<'de> for Shift {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Shift;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a span of time such as \"40ms\", { min = \"20ms\", max = \"80ms\" } or \"-5m\"",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Shift, E> {
        match text.strip_prefix('-') {
            Some(behind) => parse::<1>(behind).map(Shift::Behind).map_err(E::custom),
            None => parse::<1>(text).map(Shift::Span).map_err(E::custom),
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Shift, A::Error> {
        let range = Range::deserialize(MapAccessDeserializer::new(map))?;
        let (low, high) = range.ordered().map_err(de::Error::custom)?;
        Ok(Shift::Between(low, high))
    }
}

impl JsonSchema for Shift {
    fn schema_name() -> Cow<'static, str> {
        "shift".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let span = generator.subschema_for::<Positive>();
        let range = generator.subschema_for::<Range>();
        json_schema!({
            "description": "By how much: a span, a range, or for clocks a span behind.",
            "anyOf": [span, range, { "type": "string", "pattern": "^-" }],
        })
    }
}
