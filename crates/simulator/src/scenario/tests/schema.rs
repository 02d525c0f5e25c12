//! The JSON Schema and the reader speak of the same keys.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{FULL, LEAST, SCALE};
use crate::scenario::schema;

#[test]
fn the_schema_knows_every_key_of_the_format_and_the_sample_shows_each_of_them() {
    let schema = schema();
    let file: toml::Table = toml::from_str(&format!("{FULL}{SCALE}")).unwrap();
    let (mut shown, mut known) = (BTreeSet::new(), BTreeSet::new());
    keys_of_file(&toml::Value::Table(file), "", &mut shown);
    keys_of_schema(&schema, &schema, "", &mut known);
    // The names in `people` and `to` are the file's own.
    shown.retain(|key| !key.starts_with("chat.people.") && !key.starts_with("region.to."));
    assert_eq!(shown, known);
}

#[test]
fn the_schema_asks_for_what_a_file_must_have_at_least() {
    let schema = schema();
    let file: toml::Table = toml::from_str(LEAST).unwrap();
    let required: BTreeSet<_> =
        schema["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    // Who is there may be said in several ways.
    let keys = file.keys().map(String::as_str).filter(|key| !["person", "business"].contains(key));
    assert_eq!(required, keys.collect());
}

#[test]
fn every_key_of_the_schema_says_what_it_means_and_none_may_be_null() {
    fn judge(value: &Value, path: &str) {
        if let Some(Value::Object(properties)) = value.get("properties") {
            for (name, property) in properties {
                let told = property.get("description").is_some() || name == "contains";
                assert!(told, "{path}.{name} has no description");
            }
            assert_eq!(value["additionalProperties"], false, "{path} takes any key");
        }
        assert_ne!(value.get("type"), Some(&Value::from("null")), "{path} may be null");
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(key, value)| judge(value, &format!("{path}.{key}")));
            }
            Value::Array(list) => list.iter().for_each(|value| judge(value, path)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    judge(&schema(), "");
}

fn keys_of_file(value: &toml::Value, path: &str, keys: &mut BTreeSet<String>) {
    for (name, value) in value.as_table().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        keys_of_file(value, &path, keys);
        keys.insert(path);
    }
    let items = value.as_array().into_iter().flatten();
    items.for_each(|value| keys_of_file(value, path, keys));
}

fn keys_of_schema(schema: &Value, root: &Value, path: &str, keys: &mut BTreeSet<String>) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.strip_prefix("#/$defs/").unwrap();
        return keys_of_schema(&root["$defs"][name], root, path, keys);
    }
    if let Some(Value::Object(properties)) = schema.get("properties") {
        for (name, property) in properties {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            keys_of_schema(property, root, &path, keys);
            keys.insert(path);
        }
    }
    if let Some(items) = schema.get("items") {
        keys_of_schema(items, root, path, keys);
    }
    for choice in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        keys_of_schema(choice, root, path, keys);
    }
}
