//! What every server does before it serves: a route from its table, a caller from a bearer token,
//! and one way to refuse.
//!
//! Knows: tables of routes, hashes of tokens, error bodies as Graph writes them. Does not know: how
//! a token is hashed (the caller brings the hash), nor what any route is for.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::hint::black_box;

use vocab::limits::MAX_HTTP_BODY;

use crate::http::{Request, Response, Route};

#[cfg(test)]
mod tests;

/// SHA-256 of a bearer token: what a server keeps instead of the token.
pub type TokenHash = [u8; 32];

/// What an audit calls a caller whose token names nobody, and a path that no route has.
pub const UNKNOWN: &str = "unknown";

/// A call that has a route and a caller. Whether the caller may is for the server to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// Who asks, such as `business:bakery`.
    pub principal: &'a str,
    /// What is asked.
    pub route: &'static Route,
    /// The segments that stand for the parameters of the route's pattern, in its order.
    pub parameters: Vec<&'a str>,
}

/// A call that is not served, with what an audit may say of it: no token, content or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied<'a> {
    /// Who asked, or [`UNKNOWN`].
    pub principal: &'a str,
    /// The pattern of the route, or [`UNKNOWN`].
    pub pattern: &'static str,
    /// Why.
    pub refusal: Refusal,
}

/// Finds the route and the caller of `request`. `principal` is whose the request's token is.
///
/// A caller that is not known learns nothing, not even which routes there are.
///
/// # Errors
///
/// [`Denied`] with, in this order: [`Refusal::UnknownToken`], [`Refusal::NoSuchRoute`],
/// [`Refusal::WrongMethod`], [`Refusal::TooLarge`].
pub fn admit<'a>(
    routes: &'static [Route],
    request: &'a Request,
    principal: Option<&'a str>,
) -> Result<Call<'a>, Denied<'a>> {
    let found = find(routes, &request.method, request.path());
    let pattern = found.as_ref().map_or(UNKNOWN, |(route, _)| route.pattern);
    let Some(principal) = principal else {
        return Err(Denied { principal: UNKNOWN, pattern, refusal: Refusal::UnknownToken });
    };
    match found {
        Err(refusal) => Err(Denied { principal, pattern, refusal }),
        Ok(_) if request.body.len() > MAX_HTTP_BODY => {
            Err(Denied { principal, pattern, refusal: Refusal::TooLarge })
        }
        Ok((route, parameters)) => Ok(Call { principal, route, parameters }),
    }
}

/// The route of `method` and `path`, with the segments that stand for its parameters. One slash at
/// the end of a path is dropped.
///
/// # Errors
///
/// [`Refusal::NoSuchRoute`], or [`Refusal::WrongMethod`] where the path answers other methods.
pub fn find<'p>(
    routes: &'static [Route],
    method: &str,
    path: &'p str,
) -> Result<(&'static Route, Vec<&'p str>), Refusal> {
    let path = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
    let mut allowed: Vec<&'static str> = Vec::new();
    for route in routes {
        match route.parameters(path) {
            Some(parameters) if route.method == method => return Ok((route, parameters)),
            Some(_) => allowed.push(route.method),
            None => {}
        }
    }
    Err(if allowed.is_empty() { Refusal::NoSuchRoute } else { Refusal::WrongMethod { allowed } })
}

/// Whose token has this hash. Every entry is compared in full, whichever fits.
pub fn principal_of<'p>(
    principals: &'p [(TokenHash, String)],
    hash: &TokenHash,
) -> Option<&'p str> {
    let mut found = None;
    for (known, principal) in principals {
        if same_secret(known, hash) {
            found = Some(principal.as_str());
        }
    }
    found
}

/// Whether two secrets are equal, in a time that depends on their lengths alone.
pub fn same_secret(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0_u8, |bits, (a, b)| black_box(bits | (a ^ b)));
    a.len() == b.len() && black_box(differing) == 0
}

/// The text behind percent escapes, with `+` for a space; `None` where it is none.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high << 4 | low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Why a call is not served. Its text is for the caller and repeats nothing that the caller sent,
/// but for what a server puts into [`Refusal::Invalid`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No token, or one that is nobody's: 401.
    #[error("Invalid OAuth access token")]
    UnknownToken,
    /// The caller is known and has no right to this: 403.
    #[error("Application does not have permission for this action")]
    Forbidden,
    /// No route has this path: 404.
    #[error("Unknown path components")]
    NoSuchRoute,
    /// The path is right and the thing it names is not there: 404.
    #[error("Object does not exist")]
    NoSuchObject,
    /// The path answers other methods: 405.
    #[error("Unsupported method")]
    WrongMethod {
        /// Those it answers.
        allowed: Vec<&'static str>,
    },
    /// The body is longer than [`MAX_HTTP_BODY`]: 413.
    #[error("The body is longer than {MAX_HTTP_BODY} bytes")]
    TooLarge,
    /// The body or a parameter is not what the route documents: 400.
    #[error("Invalid parameter: {0}")]
    Invalid(String),
    /// It contradicts what is already there: 409.
    #[error("Conflict: {0}")]
    Conflict(&'static str),
}

impl Refusal {
    /// The status code.
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownToken => 401,
            Self::Forbidden => 403,
            Self::NoSuchRoute | Self::NoSuchObject => 404,
            Self::WrongMethod { .. } => 405,
            Self::TooLarge => 413,
            Self::Invalid(_) => 400,
            Self::Conflict(_) => 409,
        }
    }

    /// Graph's type and code for it (facts, cloud-api.md §1.4 and §1.5).
    const fn graph(&self) -> (&'static str, u32) {
        match self {
            Self::UnknownToken => ("OAuthException", 190),
            Self::Forbidden => ("OAuthException", 10),
            Self::NoSuchRoute | Self::NoSuchObject | Self::WrongMethod { .. } => {
                ("GraphMethodException", 100)
            }
            Self::TooLarge | Self::Invalid(_) | Self::Conflict(_) => ("OAuthException", 100),
        }
    }

    /// The answer: an error body as Graph writes it.
    pub fn response(&self) -> Response {
        let (kind, code) = self.graph();
        let message = escaped(&self.to_string());
        let body =
            format!(r#"{{"error":{{"message":"{message}","type":"{kind}","code":{code}}}}}"#);
        let mut response = Response::json(self.status(), body.into_bytes());
        if let Self::WrongMethod { allowed } = self {
            response.headers.push(("allow".to_string(), allowed.join(", ")));
        }
        response
    }
}

/// `text` as it stands inside a JSON string (RFC 8259 §7).
fn escaped(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            c if c < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json
}
