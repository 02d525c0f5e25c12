//! Spans of time as people write them: `40ms`, `29d 23h 59m 59s`.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use vocab::Micros;

use crate::scenario::{error::span_range, limits::MAX_SPAN};

/// A span of time of at least `LEAST` microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scenario) struct Lasting<const LEAST: u64>(pub(in crate::scenario) Micros);

/// A moment: the time since the start, which may be zero.
pub(in crate::scenario) type Moment = Lasting<0>;

/// A span that is not empty.
pub(in crate::scenario) type Positive = Lasting<1>;

impl<'de, const LEAST: u64> Deserialize<'de> for Lasting<LEAST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor::<LEAST>).map(Self)
    }
}

impl<const LEAST: u64> JsonSchema for Lasting<LEAST> {
    fn schema_name() -> Cow<'static, str> {
        if LEAST == 0 { "moment".into() } else { "span".into() }
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (description, examples) = match LEAST {
            0 => {
                ("A moment: the virtual time since the start, at most 400 days.", ["0s", "1m 30s"])
            }
            _ => ("A span of time, above zero and at most 400 days.", ["40ms", "29d 23h 59m 59s"]),
        };
        json_schema!({
            "description": format!("{description} {UNITS_TOLD}"),
            "type": "string",
            "pattern": PATTERN,
            "examples": examples,
        })
    }
}

struct Visitor<const LEAST: u64>;

impl<const LEAST: u64> de::Visitor<'_> for Visitor<LEAST> {
    type Value = Micros;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time in quotes, such as \"40ms\" or \"29d 23h\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Micros, E> {
        parse::<LEAST>(text).map_err(E::custom)
    }
}

/// Reads a span of at least `LEAST` microseconds; the error is the whole message.
pub(super) fn parse<const LEAST: u64>(text: &str) -> Result<Micros, String> {
    let refuse = |why: &str| {
        let range = span_range(&shown(Micros(LEAST)));
        format!(
            "{text:?} {why}: expected a span of time {range}, such as \"40ms\" or \"29d 23h 59m \
             59s\" (units us, ms, s, m, h, d)"
        )
    };
    let span = read(text).map_err(|why| refuse(&why))?;
    if span > MAX_SPAN {
        return Err(refuse("is too long"));
    }
    if span < Micros(LEAST) {
        return Err(refuse(if span.0 == 0 { "is zero" } else { "is too short" }));
    }
    Ok(span)
}

fn read(text: &str) -> Result<Micros, String> {
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    let (mut total, mut last_unit) = (0_u64, u64::MAX);
    for part in text.split_whitespace() {
        if part.starts_with('-') {
            return Err("is negative".to_owned());
        }
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, unit) = part.split_at(end);
        if number.is_empty() {
            return Err(format!("has no number before {unit:?}"));
        }
        if unit.is_empty() {
            return Err("has no unit".to_owned());
        }
        let Some((_, micros)) = UNITS.into_iter().find(|(name, _)| *name == unit) else {
            let why = if unit.starts_with(['.', ',']) { "has a fraction" } else { "has no unit" };
            return Err(format!("{why} ({part:?})"));
        };
        if micros >= last_unit {
            return Err("does not go from large units to small ones".to_owned());
        }
        last_unit = micros;
        // Digits alone fail only by being too many.
        let count = number.parse::<u64>().unwrap_or(u64::MAX);
        total = total.saturating_add(count.saturating_mul(micros));
    }
    Ok(Micros(total))
}

/// A span as the format writes it: `29d 23h`, `40ms`, `0s`.
pub(crate) fn shown(span: Micros) -> String {
    let mut rest = span.0;
    let mut parts = Vec::new();
    for (unit, micros) in UNITS {
        let count = rest.checked_div(micros).unwrap_or(0);
        rest = rest.checked_rem(micros).unwrap_or(0);
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
    }
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

const UNITS: [(&str, u64); 6] = [
    ("d", Micros::days(1).0),
    ("h", Micros::hours(1).0),
    ("m", Micros::minutes(1).0),
    ("s", Micros::seconds(1).0),
    ("ms", Micros::millis(1).0),
    ("us", 1),
];

const UNITS_TOLD: &str = "Whole numbers with the units us, ms, s, m, h and d, the largest first, \
                          blanks between them.";
const PATTERN: &str = "^\\s*\\d+(us|ms|s|m|h|d)(\\s+\\d+(us|ms|s|m|h|d))*\\s*$";
