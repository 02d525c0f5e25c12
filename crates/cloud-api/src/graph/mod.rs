//! The Graph interface: its routes, and what a request means.
//!
//! One file or folder for each family of endpoints; a family's file reads requests into work and
//! writes answers, its file under `handle` does the work.

use hop::http::{Request, Response};
use serde_json::{Value, json};
use vocab::MessageId;

pub(crate) mod flows;
pub(crate) mod manage;
pub(crate) mod messages;
pub(crate) mod openapi;
pub(crate) mod operations;
mod routes;
pub(crate) mod scopes;

pub use routes::ROUTES;

/// Where Business Manager says that grants changed.
pub(crate) const GRANTS_CHANGED: &str = "/grants_changed";

/// The request without the version in front of its path: clients of every age call, and some name
/// none (facts, cloud-api.md section 1.1).
pub(crate) fn unversioned(mut request: Request) -> Request {
    let rest = request.target.strip_prefix('/').and_then(|target| target.split_once('/'));
    request.headers.retain(|(name, _)| name != VERSION);
    if let Some((version, rest)) = rest.filter(|(first, _)| is_version(first)) {
        let version = (VERSION.to_owned(), version.to_owned());
        request.target = format!("/{rest}");
        request.headers.push(version);
    }
    request
}

/// The header that [`unversioned`] keeps the version in.
const VERSION: &str = "blindpost-graph-version";

/// The major version that the path of a request named before [`unversioned`].
pub(crate) fn version(request: &Request) -> Option<u32> {
    let version = request.get_header(VERSION)?.strip_prefix('v')?;
    version.split('.').next()?.parse().ok()
}

/// Whether a segment is `v` and a number such as `24.0`.
fn is_version(segment: &str) -> bool {
    let Some(number) = segment.strip_prefix('v') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    number.split_once('.').map_or_else(|| digits(number), |(a, b)| digits(a) && digits(b))
}

/// The answer to a call that did something and has nothing to tell.
pub(crate) fn success() -> Response {
    answer(&json!({ "success": true }))
}

/// An answer with this body.
pub(crate) fn answer(body: &Value) -> Response {
    Response::json(200, body.to_string().into_bytes())
}

/// A message's id as the Graph interface writes it: opaque, and derived from no number.
pub fn wamid(id: MessageId) -> String {
    format!("wamid.{id}")
}

/// The message that a wamid of this server names.
pub fn message_id(wamid: &str) -> Option<MessageId> {
    MessageId::from_hex(wamid.strip_prefix("wamid.")?)
}

#[cfg(test)]
mod tests {
    use hop::http::Request;

    use super::unversioned;

    #[test]
    fn any_version_and_none_name_the_same_path() {
        let path = |target: &str| unversioned(Request::new("graph", "POST", target)).target;
        for target in ["/v24.0/100/messages", "/v9/100/messages", "/100/messages"] {
            assert_eq!(path(target), "/100/messages");
        }
        assert_eq!(path("/v23.0/100/?fields=a/b"), "/100/?fields=a/b");
        for other in ["/v/100", "/v1.x/100", "/very/100", "/v24.0", "/"] {
            assert_eq!(path(other), other);
        }
    }
}
