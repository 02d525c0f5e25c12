//! HTTP as values: method, target, headers and body in, status, headers and body out.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use vocab::DataClass;

/// One interface that a server has. Its router works from a table of these, and so do those who ask
/// every interface that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method in capitals.
    pub method: &'static str,
    /// The path, with `{name}` where a segment is a parameter.
    pub pattern: &'static str,
    /// What can be read or written there.
    pub class: DataClass,
    /// What it is for, in one line.
    pub doc: &'static str,
}

impl Route {
    /// The segments that stand for the parameters of `path`, if it fits the pattern.
    pub fn parameters<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut parameters = Vec::new();
        let mut segments = path.split('/');
        for wanted in self.pattern.split('/') {
            let segment = segments.next()?;
            if wanted.starts_with('{') && !segment.is_empty() {
                parameters.push(segment);
            } else if wanted != segment {
                return None;
            }
        }
        segments.next().is_none().then_some(parameters)
    }
}

/// One request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The name (and port) of the server that is asked: a `Host` without a scheme.
    pub authority: String,
    /// The method in capitals.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(authority: &str, method: &str, target: &str) -> Self {
        Self {
            authority: authority.to_string(),
            method: method.to_string(),
            target: target.to_string(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same with a header; `name` in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_string(), value.to_string()));
        self
    }

    /// The same with `authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn json(self, body: Vec<u8>) -> Self {
        let mut request = self.header("content-type", "application/json");
        request.body = body;
        request
    }

    /// The value of a header; `name` in lower case.
    pub fn get_header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The token of `authorization: Bearer …`.
    pub fn token(&self) -> Option<&str> {
        self.get_header("authorization")?.strip_prefix("Bearer ")
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The raw value of a query parameter, percent escapes left as they are.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_path, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key == name).then_some(value)
        })
    }

    /// The request as HTTP/1.1 writes it: what an observer of the connection reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let first = format!("{} {} HTTP/1.1", self.method, self.target);
        message(&first, Some(&self.authority), &self.headers, &self.body)
    }
}

impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Headers may hold tokens and bodies hold content.
        write!(f, "{} {}{} {}B", self.method, self.authority, self.path(), self.body.len())
    }
}

/// One answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: Vec<u8>) -> Self {
        let headers = [("content-type".to_string(), "application/json".to_string())].into();
        Self { status, headers, body }
    }

    /// An answer without a body.
    pub const fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// Whether the status says that it went well.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The answer as HTTP/1.1 writes it.
    pub fn to_bytes(&self) -> Vec<u8> {
        message(&format!("HTTP/1.1 {}", self.status), None, &self.headers, &self.body)
    }
}

impl core::fmt::Debug for Response {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}B", self.status, self.body.len())
    }
}

fn message(first: &str, host: Option<&str>, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{first}\r\n");
    for (name, value) in host
        .map(|host| ("host", host))
        .into_iter()
        .chain(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
