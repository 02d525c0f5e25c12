//! What a call brings, however it is written: Graph takes JSON,
//! `application/x-www-form-urlencoded`, `multipart/form-data` and the query string, also mixed
//! (facts, cloud-api.md section 1.2).
//!
//! Knows: encodings. Does not know: what any parameter is for. A null is a parameter that is not
//! there, since clients send nulls everywhere; one that nobody knows is passed over.

use hop::{http::Request, router::decoded};
use serde_json::{Map, Value};

use crate::errors::GraphError;

mod multipart;
#[cfg(test)]
mod tests;

/// The parameters of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// By name. What a form writes as JSON is read as such.
    pub fields: Map<String, Value>,
    /// Files of a multipart body.
    pub files: Vec<File>,
}

/// A file in a multipart body.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// The parameter that it is the value of.
    pub name: String,
    /// What the sender calls it.
    pub filename: String,
    /// Its MIME type, as the sender says.
    pub mime_type: Option<String>,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl core::fmt::Debug for File {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "File({}, {}B)", self.name, self.bytes.len()) // Content is not for logs.
    }
}

impl Parameters {
    /// Reads query and body; the body wins where both name a parameter.
    ///
    /// # Errors
    ///
    /// [`GraphError`] 100 for a body that is not what it says it is.
    pub fn read(request: &Request) -> Result<Self, GraphError> {
        let mut parameters = Self::default();
        if let Some((_path, query)) = request.target.split_once('?') {
            parameters.form(query)?;
        }
        parameters.body(request)?;
        for value in parameters.fields.values_mut() {
            drop_nulls(value);
        }
        parameters.fields.retain(|_, value| !value.is_null());
        Ok(parameters)
    }

    fn body(&mut self, request: &Request) -> Result<(), GraphError> {
        let body = request.body.as_slice();
        if body.is_empty() {
            return Ok(());
        }
        let kind = request.get_header("content-type").unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "multipart/form-data" => {
                let boundary = multipart::boundary(kind)
                    .ok_or_else(|| GraphError::parameter("The multipart body has no boundary."))?;
                let parts = multipart::parts(body, boundary)
                    .ok_or_else(|| GraphError::parameter("The multipart body is malformed."))?;
                for part in parts {
                    self.part(part)?;
                }
                Ok(())
            }
            // Without a type it may be either, and JSON begins with a brace.
            "application/x-www-form-urlencoded" => self.form(text(body)?),
            _ if essence.ends_with("json") || body.trim_ascii_start().starts_with(b"{") => {
                self.json(body)
            }
            _ => self.form(text(body)?),
        }
    }

    fn json(&mut self, body: &[u8]) -> Result<(), GraphError> {
        // The depth is bounded by serde_json: 128.
        let value: Value = serde_json::from_slice(body)
            .map_err(|why| GraphError::parameter(format!("The body is no JSON: {why}")))?;
        let Value::Object(fields) = value else {
            return Err(GraphError::parameter("The body is no JSON object."));
        };
        self.fields.extend(fields);
        Ok(())
    }

    fn form(&mut self, pairs: &str) -> Result<(), GraphError> {
        for pair in pairs.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let both = decoded(name).zip(decoded(value));
            let (name, value) =
                both.ok_or_else(|| GraphError::parameter("A parameter is not encoded as UTF-8."))?;
            self.fields.insert(name, nested(value));
        }
        Ok(())
    }

    fn part(&mut self, part: multipart::Part<'_>) -> Result<(), GraphError> {
        match part.filename {
            Some(filename) => self.files.push(File {
                name: part.name,
                filename,
                mime_type: part.mime_type,
                bytes: part.bytes.to_vec(),
            }),
            None => {
                let value = text(part.bytes)?.to_owned();
                self.fields.insert(part.name, nested(value));
            }
        }
        Ok(())
    }

    /// A parameter as text; numbers and truth values in their JSON form.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A parameter that is an object.
    pub fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.fields.get(name)?.as_object()
    }
}

/// The token of a call: in its header, else in its query, else in its body.
pub fn token(request: &Request) -> Option<String> {
    if let Some(header) = request.get_header("authorization") {
        let (scheme, token) = header.split_once(' ')?;
        let fits = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth");
        return fits.then(|| token.trim().to_owned());
    }
    if let Some(raw) = request.query("access_token") {
        return decoded(raw);
    }
    Parameters::read(request).ok()?.text("access_token")
}

/// A form's value: JSON where it is an object or an array, else the text itself.
fn nested(value: String) -> Value {
    let is_nested = matches!(value.trim_start().chars().next(), Some('{' | '['));
    let read = is_nested.then(|| serde_json::from_str(&value).ok()).flatten();
    read.unwrap_or(Value::String(value))
}

fn text(bytes: &[u8]) -> Result<&str, GraphError> {
    core::str::from_utf8(bytes).map_err(|_| GraphError::parameter("The body is not UTF-8."))
}

/// Removes members that are null, at every depth.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
