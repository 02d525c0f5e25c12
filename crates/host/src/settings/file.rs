//! Settings in a file: TOML, a table for each role.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::resolve::{Found, Origin, Problem};

/// What the table `role` of `text` says, by name; what is wrong with the file is added to
/// `problems`. Other roles have tables of their own in it, which are none of ours.
pub(super) fn read(
    (path, text): (&str, &str),
    (role, roles): (&str, &[&str]),
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Found> {
    let line = |at: usize| {
        let before = text.get(..at).unwrap_or(text);
        before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1)
    };
    let at = |at: usize| Origin::File { path: path.to_owned(), line: line(at) };
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(why) => {
            let origin = at(why.span().map_or(0, |span| span.start));
            problems.push(Problem { origin, what: why.message().to_owned() });
            return BTreeMap::new();
        }
    };
    let mut found = BTreeMap::new();
    for (name, value) in table {
        let origin = at(name.span().start);
        let what = match value.into_inner() {
            DeValue::Table(settings) if name.get_ref() == role => {
                for (name, value) in settings {
                    let origin = at(name.span().start);
                    match words(value.get_ref()) {
                        Some(values) => {
                            found.insert(name.get_ref().to_string(), Found { values, origin });
                        }
                        None => problems.push(Problem {
                            origin,
                            what: format!("{} is neither text nor a number", name.get_ref()),
                        }),
                    }
                }
                continue;
            }
            DeValue::Table(_) if roles.contains(&&**name.get_ref()) => continue,
            DeValue::Table(_) => format!("[{}] is no role", name.get_ref()),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => format!("{} stands in no role's table", name.get_ref()),
        };
        problems.push(Problem { origin, what });
    }
    found
}

/// A value as words: one, or those of an array.
fn words(value: &DeValue<'_>) -> Option<Vec<String>> {
    let array = value.as_array();
    match array {
        Some(array) => array.iter().map(|value| word(value.get_ref())).collect(),
        None => Some(vec![word(value)?]),
    }
}

fn word(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
