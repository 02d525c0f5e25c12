//! Latencies: always the same, or anything between two spans.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{self, value::MapAccessDeserializer},
};
use vocab::Micros;

use super::lasting::{Lasting, Positive, parse, shown};
use crate::net::Latency;

/// How long something takes: `"40ms"`, or `{ min = "20ms", max = "80ms" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scenario) struct Delay(pub(in crate::scenario) Latency);

/// How much later something may come: `"500ms"` means at most, or `{ min, max }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) struct Upto(pub(in crate::scenario) (Micros, Micros));

/// Two spans, both included.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    /// The shortest.
    min: Positive,
    /// The longest.
    max: Positive,
}

impl Range {
    /// The two, or why they make no range.
    pub(super) fn ordered(self) -> Result<(Micros, Micros), String> {
        let (Lasting(low), Lasting(high)) = (self.min, self.max);
        if low > high {
            let (low, high) = (shown(low), shown(high));
            return Err(format!("`min` is {low} and `max` is {high}: expected `min` first"));
        }
        Ok((low, high))
    }
}

enum Written {
    Once(Micros),
    Between(Micros, Micros),
}

impl<'de> Deserialize<'de> for Delay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match deserializer.deserialize_any(Visitor)? {
            Written::Once(span) => Latency::Fixed(span),
            Written::Between(low, high) => Latency::Uniform { low, high },
        }))
    }
}

impl<'de> Deserialize<'de> for Upto {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match deserializer.deserialize_any(Visitor)? {
            Written::Once(span) => (Micros(1), span),
            Written::Between(low, high) => (low, high),
        }))
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time such as \"40ms\", or { min = \"20ms\", max = \"80ms\" }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Written, E> {
        parse::<1>(text).map(Written::Once).map_err(E::custom)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
        let range = Range::deserialize(MapAccessDeserializer::new(map))?;
        let (low, high) = range.ordered().map_err(de::Error::custom)?;
        Ok(Written::Between(low, high))
    }
}

impl JsonSchema for Delay {
    fn schema_name() -> Cow<'static, str> {
        "delay".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema(generator, "How long something takes: always the same, or anything between.")
    }
}

impl JsonSchema for Upto {
    fn schema_name() -> Cow<'static, str> {
        "extra-delay".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema(generator, "How much later something may come: at most, or anything between.")
    }
}

fn schema(generator: &mut SchemaGenerator, description: &str) -> Schema {
    let span = generator.subschema_for::<Positive>();
    let range = generator.subschema_for::<Range>();
    json_schema!({ "description": description, "anyOf": [span, range] })
}
