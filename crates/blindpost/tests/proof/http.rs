//! Asking over HTTP, one connection for each question.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Asks with GET.
pub(crate) fn get(at: SocketAddr, target: &str) -> Answer {
    ask(at, "GET", target, "").expect("the server answers")
}

/// Sends JSON with POST. `token` is shown as bearer token.
pub(crate) fn post(at: SocketAddr, target: &str, token: &str, body: &Value) -> Option<Answer> {
    let body = body.to_string();
    let headers = format!(
        "authorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    ask(at, "POST", target, &headers)
}

/// Nothing where the server ends before it has answered.
fn ask(at: SocketAddr, method: &str, target: &str, rest: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(at).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let head = format!("{method} {target} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n");
    let rest = if rest.is_empty() { "\r\n" } else { rest };
    stream.write_all(format!("{head}{rest}").as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}
