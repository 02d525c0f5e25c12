//! Parts that schemas are made of.

use serde_json::{Map, Value, json};

/// A text.
pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

/// A truth value.
pub(super) fn flag() -> Value {
    json!({ "type": "boolean" })
}

/// A number without a fraction.
pub(super) fn integer() -> Value {
    json!({ "type": "integer" })
}

/// An object whose members are not said.
pub(super) fn object() -> Value {
    json!({ "type": "object" })
}

/// One of these texts.
pub(super) fn one_of(texts: &[&str]) -> Value {
    json!({ "enum": texts })
}

/// An array.
pub(super) fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// One of these schemas.
pub(super) fn either(schemas: &[Value]) -> Value {
    json!({ "anyOf": schemas })
}

/// An object with these members, each of which a `?` behind its name makes optional, and no others.
pub(super) fn closed(members: &[(&str, Value)]) -> Value {
    with(members, Value::Bool(false))
}

/// The same with other members besides.
pub(super) fn open(members: &[(&str, Value)]) -> Value {
    with(members, Value::Bool(true))
}

fn with(members: &[(&str, Value)], others: Value) -> Value {
    let name = |name: &str| name.strip_suffix('?').unwrap_or(name).to_owned();
    let properties: Map<String, Value> =
        members.iter().map(|(member, schema)| (name(member), schema.clone())).collect();
    let required: Vec<&str> =
        members.iter().map(|(member, _)| *member).filter(|member| !member.ends_with('?')).collect();
    json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": others,
    })
}
