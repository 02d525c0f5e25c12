//! Counts of an account: what was sent, which conversations that were, what it is charged as, what
//! became of templates. A cell that stands for too few events says nothing (R050), and none of
//! them knows a person.

use hop::Waiting;
use serde_json::{Map, Value, json};
use vocab::limits;

use super::{Context, Stop};
use crate::{
    errors::GraphError,
    handle::Attempted,
    mutant::Mutant,
    rows::{
        self, Kind,
        cells::{self, Cell, Step},
    },
};

const DAY: u64 = 86_400;
/// Days that one call asks about (ours: each is one scan).
const MOST_DAYS: u64 = 366;

/// Adds the analytics that a call asks for to what is shown of its account.
pub(super) fn add(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    shown: &mut Map<String, Value>,
) -> Result<(), Stop> {
    let mut put = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    if let Some(asked) = context.call.asked("analytics") {
        put("analytics", messages(context, attempt, &span(&asked, "DAY")?)?);
    }
    if let Some(asked) = context.call.asked("conversation_analytics") {
        let points = points(context, attempt, &span(&asked, "DAILY")?, conversations)?;
        put("conversation_analytics", json!({ "data": [{ "data_points": points }] }));
    }
    if let Some(asked) = context.call.asked("pricing_analytics") {
        let points = points(context, attempt, &span(&asked, "DAILY")?, volume)?;
        put("pricing_analytics", json!({ "data": [{ "data_points": points }] }));
    }
    if let Some(asked) = context.call.asked("template_analytics") {
        let days = span(&asked, "DAILY")?;
        let wanted = argument(&asked, "template_ids").map(ids);
        let points = templates(context, attempt, &days, wanted.as_deref())?;
        let data = json!([{ "granularity": "DAILY", "data_points": points }]);
        put("template_analytics", json!({ "data": data }));
    }
    Ok(())
}

/// The days whose beginnings lie in what is asked.
struct Days(core::ops::Range<u64>);

/// What `name` says in `field.name(…)`.
fn argument<'a>(asked: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = asked.split_once(&format!(".{name}("))?;
    rest.split_once(')').map(|(argument, _)| argument.trim_matches(['"', '\'']))
}

/// Digits of ids in a list.
fn ids(list: &str) -> Vec<u64> {
    list.split(|c: char| !c.is_ascii_digit()).filter_map(|id| id.parse().ok()).collect()
}

/// The days between which `field.start(…).end(…).granularity(…)` asks.
fn span(asked: &str, granularity: &str) -> Result<Days, GraphError> {
    let field = asked.split('.').next().unwrap_or_default();
    let seconds = |name: &str| {
        let value: Option<u64> = argument(asked, name).and_then(|text| text.parse().ok());
        value.ok_or_else(|| GraphError::parameter(format!("{field} needs {name}(seconds).")))
    };
    if argument(asked, "granularity") != Some(granularity) {
        let details = format!("{field} is counted by granularity({granularity}) alone here.");
        return Err(GraphError::parameter(details));
    }
    let days = seconds("start")?.div_ceil(DAY)..seconds("end")?.div_ceil(DAY);
    if days.end.saturating_sub(days.start) > MOST_DAYS {
        let details = format!("{field} asks about at most {MOST_DAYS} days here.");
        return Err(GraphError::parameter(details));
    }
    Ok(Days(days))
}

/// When a day begins and ends.
fn bounds(day: u64) -> Map<String, Value> {
    let mut point = Map::new();
    point.insert("start".to_owned(), day.saturating_mul(DAY).into());
    point.insert("end".to_owned(), day.saturating_add(1).saturating_mul(DAY).into());
    point
}

/// What was sent and delivered.
fn messages(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    Days(days): &Days,
) -> Result<Value, Waiting> {
    let business = &context.number.grant.business;
    let mut points = Vec::new();
    for day in days.clone() {
        let mut point = bounds(day);
        for kind in [Kind::Sent, Kind::Delivered] {
            let row = attempt.peek(&rows::statistic(day, kind, business))?;
            let count = row.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
            if count >= smallest(context) {
                point.insert(kind.name().to_owned(), count.into());
            }
        }
        if point.len() > 2 {
            points.push(Value::Object(point));
        }
    }
    let numbers: Vec<&str> =
        context.call.numbers.iter().map(|grant| grant.display_phone_number.as_str()).collect();
    Ok(json!({ "phone_numbers": numbers, "granularity": "DAY", "data_points": points }))
}

/// What a cell must at least stand for.
fn smallest(context: &Context<'_>) -> u64 {
    if context.number.planted(Mutant::SmallCells) { 1 } else { limits::SMALLEST_CELL }
}

/// The counts of a day that are large enough.
fn counted(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    day: u64,
) -> Result<Vec<(Cell, u64)>, Waiting> {
    let cells = cells::cells(&context.number.grant.business, day);
    let stored = attempt.scan(&cells, None, limits::MAX_ROWS_READ)?;
    let counts = stored.iter().filter_map(|row| {
        let count = u64::from_be_bytes(row.value.as_slice().try_into().ok()?);
        Some((Cell::of_key(row.key.after(&cells)?)?, count))
    });
    let least = smallest(context);
    Ok(counts.filter(|(_, count)| *count >= least).collect())
}

/// A point for each count that `say` has words for.
fn points(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    Days(days): &Days,
    say: fn(Cell, u64) -> Option<Value>,
) -> Result<Vec<Value>, Waiting> {
    let mut points = Vec::new();
    for day in days.clone() {
        for (cell, count) in counted(context, attempt, day)? {
            if let Some(Value::Object(said)) = say(cell, count) {
                let mut point = bounds(day);
                point.extend(said);
                points.push(Value::Object(point));
            }
        }
    }
    Ok(points)
}

fn conversations(cell: Cell, count: u64) -> Option<Value> {
    let Cell::Conversations(category, pricing) = cell else { return None };
    Some(json!({
        "conversation": count,
        "conversation_category": category.name().to_ascii_uppercase(),
        "conversation_type": pricing.name().to_ascii_uppercase(),
    }))
}

/// Prices are nobody's but Meta's: a point has a volume and no cost.
fn volume(cell: Cell, count: u64) -> Option<Value> {
    let Cell::Volume(category, pricing) = cell else { return None };
    Some(json!({
        "volume": count,
        "pricing_category": category.name().to_ascii_uppercase(),
        "pricing_type": pricing.name().to_ascii_uppercase(),
    }))
}

/// What became of messages with each template.
fn templates(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    Days(days): &Days,
    wanted: Option<&[u64]>,
) -> Result<Vec<Value>, Waiting> {
    let mut points: Vec<Value> = Vec::new();
    for day in days.clone() {
        let mut by_template = std::collections::BTreeMap::new();
        for (cell, count) in counted(context, attempt, day)? {
            if let Cell::Template(id, step) = cell
                && wanted.is_none_or(|wanted| wanted.contains(&id))
            {
                by_template.entry(id).or_insert_with(|| bounds(day)).insert(
                    step.name().to_owned(),
                    if step == Step::Clicked { json!([{ "count": count }]) } else { count.into() },
                );
            }
        }
        points.extend(by_template.into_iter().map(|(id, mut point)| {
            point.insert("template_id".to_owned(), id.to_string().into());
            Value::Object(point)
        }));
    }
    Ok(points)
}
