//! When a business's rule applies.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{self, value::MapAccessDeserializer},
};

/// `"any"`, `"first"` or `{ contains = "…" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scenario) enum Condition {
    Any,
    First,
    Contains(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contains {
    contains: String,
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Condition, E> {
        match text {
            "any" => Ok(Condition::Any),
            "first" => Ok(Condition::First),
            _ => Err(E::custom(format!("{text:?} is no condition: expected {EXPECTED}"))),
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Condition, A::Error> {
        let Contains { contains } = Contains::deserialize(MapAccessDeserializer::new(map))?;
        if contains.trim().is_empty() {
            return Err(de::Error::custom("`contains` is empty: expected a word or more"));
        }
        Ok(Condition::Contains(contains))
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "condition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "When a rule applies: to any message, to the first one of a person, or \
                to one that contains a text (upper and lower case are alike).",
            "anyOf": [
                { "enum": ["any", "first"] },
                {
                    "type": "object",
                    "properties": { "contains": { "type": "string", "minLength": 1 } },
                    "required": ["contains"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

const EXPECTED: &str = "\"any\", \"first\" or { contains = \"…\" }";
