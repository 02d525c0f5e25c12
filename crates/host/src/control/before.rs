//! What stands before the Cloud API: the control API's own paths, what goes wrong on purpose, and a
//! look at what a business sends.

use std::{net::IpAddr, sync::PoisonError};

use cloud_api::{errors::GraphError, message_id, parameters::Parameters};
use hop::http::{Request, Response};
use serde_json::Value;
use tokio::time::{Duration, sleep};
use vocab::PhoneNumber;

use super::{Control, Inner, ROOT};
use crate::{
    http::{Service, service},
    rng::Kind,
    up::Said,
};

impl Control {
    /// Serves what is below its root, and leaves everything else to `rest`.
    pub(crate) fn before(self, rest: Service) -> Service {
        service(move |request: Request| {
            let (control, rest) = (self.clone(), rest.clone());
            async move {
                match request.path().strip_prefix(ROOT) {
                    Some(path) if path.is_empty() || path.starts_with('/') => {
                        let path = path.to_owned();
                        Some(control.0.serve(&path, &request).await)
                    }
                    _ if sends(&request) => control.0.send(request, rest).await,
                    _ => rest(request).await,
                }
            }
        })
    }
}

/// Whether a call sends a message, as far as its path says.
fn sends(request: &Request) -> bool {
    request.method == "POST" && request.path().trim_end_matches('/').ends_with("/messages")
}

/// Whether a request was made under a name of this machine, and by no page of another site: a
/// browser on this machine is led here by anybody.
pub(super) fn is_from_here(request: &Request) -> bool {
    let origin = request.get_header("origin");
    let origin = origin.map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
    is_here(&request.authority) && origin.is_none_or(is_here)
}

fn is_here(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

impl Inner {
    /// A message of the business, with what goes wrong on purpose.
    async fn send(&self, request: Request, rest: Service) -> Option<Response> {
        if let Some(fault) = self.faults.of_send() {
            sleep(Duration::from_millis(fault.delay_ms)).await;
            if let Some(code) = fault.code {
                let mut randomness = self.randomness.lock().unwrap_or_else(PoisonError::into_inner);
                return Some(GraphError::new(code).response(&mut randomness.next(Kind::Response)));
            }
        }
        let call = Parameters::read(&request);
        let answer = rest(request).await?;
        if let (200, Ok(call)) = (answer.status, call) {
            self.note(&call, &answer);
        }
        Some(answer)
    }

    /// What was asked for in a message that was accepted.
    fn note(&self, call: &Parameters, answer: &Response) -> Option<()> {
        let answer: Value = serde_json::from_slice(&answer.body).ok()?;
        let id = message_id(answer.pointer("/messages/0/id")?.as_str()?)?;
        let kind = call.text("type").unwrap_or_else(|| "text".to_owned());
        let said = Said::written(kind.clone(), call.fields.get(&kind).cloned()?);
        let to = answer.pointer("/contacts/0/wa_id").and_then(Value::as_str);
        self.journal.asked(id, to.and_then(|to| PhoneNumber::parse(to).ok()), said);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use hop::http::Request;

    use super::is_from_here;

    #[test]
    fn only_programs_on_this_machine_and_no_page_of_another_site_may_call() {
        let from = |authority: &str, origin: Option<&str>| {
            let request = Request::new(authority, "GET", "/_blindpost/messages");
            is_from_here(&match origin {
                Some(origin) => request.header("origin", origin),
                None => request,
            })
        };
        for authority in ["127.0.0.1:8700", "localhost:8700", "localhost", "[::1]:8700", "[::1]"] {
            assert!(from(authority, None), "{authority}");
        }
        assert!(from("localhost:8700", Some("http://localhost:3000")));
        for authority in ["evil.example:8700", "192.0.2.1", "", "localhost.evil.example:80"] {
            assert!(!from(authority, None), "{authority}");
        }
        assert!(!from("localhost:8700", Some("https://evil.example")));
        assert!(!from("localhost:8700", Some("null")));
    }
}
