//! From hyper's values to a hop's, and back.

use hop::http::{Request, Response};
use http_body_util::Full;
use hyper::{
    StatusCode,
    body::Bytes,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

/// Headers that are about one connection, which a hop has nothing to do with.
const HOP_BY_HOP: [HeaderName; 4] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::HOST];

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let mut headers = Vec::with_capacity(map.len());
    for (name, value) in map {
        if !HOP_BY_HOP.contains(name) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            headers.push((name.as_str().to_owned(), value));
        }
    }
    headers
}

/// A request as a hop takes it. The authority is that of the target where it names one, and
/// otherwise that of the header `Host`.
pub(super) fn request(parts: &hyper::http::request::Parts, body: &[u8]) -> Request {
    let host = || {
        let host = parts.headers.get(header::HOST);
        host.map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned())
    };
    let authority = parts.uri.authority().map(ToString::to_string).or_else(host);
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    Request {
        authority: authority.unwrap_or_default(),
        method: parts.method.as_str().to_owned(),
        target: target.to_owned(),
        headers: headers(&parts.headers),
        body: body.to_vec(),
    }
}

/// An answer as a hop takes it.
pub(super) fn response(parts: &hyper::http::response::Parts, body: &[u8]) -> Response {
    let headers = headers(&parts.headers);
    Response { status: parts.status.as_u16(), headers, body: body.to_vec() }
}

/// An answer of a hop as hyper sends it; 500 where it has no form in HTTP.
pub(crate) fn to_hyper(response: Response) -> hyper::Response<Full<Bytes>> {
    let Response { status, headers, body } = response;
    let mut answer = hyper::Response::new(Full::new(Bytes::from(body)));
    let known = StatusCode::from_u16(status).ok().filter(|_| {
        headers.iter().all(|(name, value)| {
            let pair = name.parse::<HeaderName>().ok().zip(HeaderValue::from_str(value).ok());
            pair.is_some_and(|(name, value)| {
                answer.headers_mut().append(name, value);
                true
            })
        })
    });
    match known {
        Some(status) => {
            *answer.status_mut() = status;
            answer
        }
        None => {
            let mut broken = hyper::Response::new(Full::new(Bytes::new()));
            *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            broken
        }
    }
}
