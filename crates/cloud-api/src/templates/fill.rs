//! Filling the places `{{1}}` or `{{name}}` of a template's text, in one pass: what fills a place
//! is no template.

use std::collections::BTreeSet;

use crate::{
    errors::{GraphError, codes},
    graph::messages::{Component, Parameter},
};

/// `text` with its places filled from a component of the call.
pub(super) fn fill(
    text: &str,
    given: Option<&Component>,
    most: usize,
) -> Result<String, GraphError> {
    let given: Vec<(Option<&str>, &str)> = match given {
        Some(component) => component.parameters.iter().map(words).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let places: BTreeSet<&str> = places(text).collect();
    if places.len() != given.len() {
        return Err(counted("text", places.len(), given.len()));
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, place, after)) = next(rest) {
        filled.push_str(before);
        filled.push_str(value(place, &given).ok_or_else(|| {
            GraphError::with(codes::TEMPLATE_FORMAT, "A parameter is named like no place.")
        })?);
        rest = after;
    }
    filled.push_str(rest);
    if filled.chars().count() > most {
        return Err(GraphError::new(codes::TEMPLATE_LONG));
    }
    Ok(filled)
}

/// The error of parameters of which there are too many or too few.
pub(super) fn counted(what: &str, expected: usize, found: usize) -> GraphError {
    let details = format!("{what}: {found} parameters were given, the template has {expected}.");
    GraphError::with(codes::TEMPLATE_COUNT, details)
}

fn words(parameter: &Parameter) -> Result<(Option<&str>, &str), GraphError> {
    match parameter {
        Parameter::Text { text, .. } if text.contains(['\n', '\t']) || text.contains("     ") => {
            let why = "A parameter has a line break, a tab or more than four spaces in a row.";
            Err(GraphError::with(codes::TEMPLATE_CHARACTERS, why))
        }
        Parameter::Text { name, text } => Ok((name.as_deref(), text)),
        Parameter::Payload(_) | Parameter::Media(_) | Parameter::Other => Err(GraphError::with(
            codes::TEMPLATE_FORMAT,
            "A parameter of a text must be of type text.",
        )),
    }
}

/// A place by its name, or by its number where parameters have no names.
fn value<'g>(place: &str, given: &[(Option<&str>, &'g str)]) -> Option<&'g str> {
    if let Some((_, text)) = given.iter().find(|(name, _)| *name == Some(place)) {
        return Some(text);
    }
    let number: usize = place.parse().ok()?;
    let (name, text) = given.get(number.checked_sub(1)?)?;
    name.is_none().then_some(*text)
}

pub(super) fn places(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (_, place, after) = next(rest)?;
        rest = after;
        Some(place)
    })
}

/// What stands before the next place, its name, and what stands after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, behind) = text.split_once("{{")?;
    let (place, after) = behind.split_once("}}")?;
    Some((before, place.trim(), after))
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::graph::messages::{Component, Parameter};

    fn given(parameters: &[(Option<&str>, &str)]) -> Component {
        let parameter = |(name, text): &(Option<&str>, &str)| Parameter::Text {
            name: name.map(str::to_owned),
            text: (*text).to_owned(),
        };
        Component {
            kind: "body".to_owned(),
            sub_type: String::new(),
            index: 0,
            parameters: parameters.iter().map(parameter).collect(),
        }
    }

    #[test]
    fn places_are_filled_by_number_or_name_and_what_fills_them_is_no_template() {
        let filled = |text, parameters: &[_]| fill(text, Some(&given(parameters)), 100);
        let both = [(None, "{{2}}"), (None, "b")];
        assert_eq!(filled("{{1}}, {{2}} and {{1}}", &both).unwrap(), "{{2}}, b and {{2}}");
        let named = [(Some("day"), "Monday")];
        assert_eq!(filled("on {{ day }}", &named).unwrap(), "on Monday");
        assert_eq!(filled("{{1}}", &both).unwrap_err().code, 132_000);
        assert_eq!(filled("{{hour}}", &named).unwrap_err().code, 132_012);
        assert_eq!(fill("{{1}}", Some(&given(&[(None, "abc")])), 2).unwrap_err().code, 132_005);
        assert_eq!(fill("plain", None, 100).unwrap(), "plain");
    }
}
