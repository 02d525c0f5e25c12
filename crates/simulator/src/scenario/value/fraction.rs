//! Fractions from 0 to 1, exact to a millionth.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// How many in a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::scenario) struct Fraction(pub(in crate::scenario) u32);

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Fraction {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "fraction".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Fraction;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Fraction, E> {
        read(&number.to_string()).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Fraction, E> {
        read(&number.to_string()).map_err(E::custom)
    }

    /// A float is printed with the fewest digits that read back as it, so with those that the file
    /// has: the millionths come from decimal digits and no arithmetic rounds them.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Fraction, E> {
        read(&number.to_string()).map_err(E::custom)
    }
}

fn read(decimal: &str) -> Result<Fraction, String> {
    millionths(decimal)
        .map(Fraction)
        .ok_or_else(|| format!("{decimal} is no such fraction: expected {EXPECTED}"))
}

fn millionths(decimal: &str) -> Option<u32> {
    let (whole, places) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(places) || places.len() > 6 {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let places: u32 = format!("{places:0<6}").parse().ok()?;
    let millionths = whole.checked_mul(MILLION)?.checked_add(places)?;
    (millionths <= MILLION).then_some(millionths)
}

const MILLION: u32 = 1_000_000;
const EXPECTED: &str = "a fraction from 0 to 1 with at most six decimals, such as 0.2";
