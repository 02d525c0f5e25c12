//! An object of a request, read with the errors that its parameters deserve: 131008 for one that is
//! missing, 131009 for one with a wrong value.

use serde_json::{Map, Value};

use crate::errors::GraphError;

/// An object and what it is called, such as `interactive.action`.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'v> {
    map: &'v Map<String, Value>,
    path: String,
}

impl<'v> Fields<'v> {
    pub(crate) fn new(map: &'v Map<String, Value>, path: &str) -> Self {
        Self { map, path: path.to_owned() }
    }

    /// What a member is called.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(crate) fn missing(&self, name: &str) -> GraphError {
        GraphError::missing(&self.path(name))
    }

    pub(crate) fn wrong(&self, name: &str, why: &str) -> GraphError {
        GraphError::value(&self.path(name), why)
    }

    /// All members.
    pub(crate) const fn members(&self) -> &'v Map<String, Value> {
        self.map
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'v Value> {
        self.map.get(name)
    }

    /// A member that must be text of 1 to `most` characters.
    pub(crate) fn text(&self, name: &str, most: usize) -> Result<String, GraphError> {
        self.optional_text(name, most)?.ok_or_else(|| self.missing(name))
    }

    /// The same of a member that may be absent.
    pub(crate) fn optional_text(
        &self,
        name: &str,
        most: usize,
    ) -> Result<Option<String>, GraphError> {
        let text = match self.map.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            // Clients write ids as numbers.
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(self.wrong(name, "must be a string")),
        };
        match text.chars().count() {
            0 => Err(self.missing(name)),
            length if length > most => {
                Err(self.wrong(name, &format!("must have at most {most} characters")))
            }
            _ => Ok(Some(text)),
        }
    }

    /// A member that must be this very text.
    pub(crate) fn constant(&self, name: &str, wanted: &str) -> Result<(), GraphError> {
        let found = self.text(name, 256)?;
        if found == wanted { Ok(()) } else { Err(self.wrong(name, &format!("must be {wanted}"))) }
    }

    /// A truth value; false where it is absent. Forms write it as text.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, GraphError> {
        match self.map.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(self.wrong(name, "must be true or false")),
        }
    }

    /// A number, or text that is one, between two bounds.
    pub(crate) fn number(&self, name: &str, (least, most): (f64, f64)) -> Result<f64, GraphError> {
        let number = match self.map.get(name) {
            None => return Err(self.missing(name)),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_f64(),
        };
        let number = number.filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.wrong(name, &format!("must be a number from {least} to {most}")))
    }

    pub(crate) fn object(&self, name: &str) -> Result<Self, GraphError> {
        self.optional_object(name)?.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn optional_object(&self, name: &str) -> Result<Option<Self>, GraphError> {
        match self.map.get(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Self { map, path: self.path(name) })),
            Some(_) => Err(self.wrong(name, "must be an object")),
        }
    }

    /// An array of `least` to `most` objects.
    pub(crate) fn objects(
        &self,
        name: &str,
        (least, most): (usize, usize),
    ) -> Result<Vec<Self>, GraphError> {
        let items = match self.map.get(name) {
            None if least == 0 => return Ok(Vec::new()),
            None => return Err(self.missing(name)),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.wrong(name, "must be an array")),
        };
        if items.len() < least || items.len() > most {
            return Err(self.wrong(name, &format!("must have {least} to {most} elements")));
        }
        let object = |(index, item): (usize, &'v Value)| {
            let name = format!("{name}[{index}]");
            let map = item.as_object().ok_or_else(|| self.wrong(&name, "must be an object"))?;
            Ok(Self { map, path: self.path(&name) })
        };
        items.iter().enumerate().map(object).collect()
    }

    /// A link to a page or file.
    pub(crate) fn link(&self, name: &str) -> Result<String, GraphError> {
        let link = self.text(name, 2_000)?;
        let is_link = link.starts_with("https://") || link.starts_with("http://");
        if is_link { Ok(link) } else { Err(self.wrong(name, "must be a URL")) }
    }

    /// The object as canonical JSON: keys sorted, no white space.
    pub(crate) fn json(&self) -> Vec<u8> {
        Value::Object(self.map.clone()).to_string().into_bytes()
    }
}
