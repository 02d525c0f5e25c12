//! The control API: what a test does to the people, to the clock and to the network. See
//! docs/reference/control.md.
//!
//! Knows: the simulated people, the journal, the clock, what goes wrong on purpose. Does not know:
//! any hop.

mod before;
mod calls;
mod openapi;
mod schemas;
mod snapshots;
mod table;
mod users;
mod webhooks;

use std::sync::{Arc, Mutex, Weak};

use hop::http::{Request, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use self::table::{CALLS, Does};
use crate::{
    clock::Clock,
    deliveries::Deliveries,
    faults::Faults,
    folder::Folder,
    node::Ended,
    rng::Randomness,
    site::json as answer,
    stores::Stores,
    up::{Journal, People, Unsayable, World},
};

/// Where it is, before the paths of the Cloud API.
const ROOT: &str = "/_blindpost";

/// What it is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) people: People,
    /// Where a virtual clock's date is kept.
    pub(crate) folder: Arc<Mutex<Folder>>,
    pub(crate) faults: Faults,
    pub(crate) deliveries: Deliveries,
    /// What ids of errors are drawn from.
    pub(crate) randomness: Randomness,
    /// What all of this is part of.
    pub(crate) world: Weak<World>,
    /// What can be broken.
    pub(crate) stores: Stores,
}

/// The control API.
#[derive(Clone, Debug)]
pub(crate) struct Control(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    journal: Journal,
    people: People,
    folder: Arc<Mutex<Folder>>,
    faults: Faults,
    deliveries: Deliveries,
    randomness: Mutex<Randomness>,
    world: Weak<World>,
    stores: Stores,
}

/// Why a call is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    /// What was sent means nothing.
    #[error("{0}")]
    Bad(String),
    /// Only programs on this machine may call.
    #[error("only programs on this machine may call")]
    Foreign,
    /// There is no such thing.
    #[error("{0}")]
    Absent(String),
    /// The path has other methods.
    #[error("this path has no such method")]
    Method {
        /// Those that it has.
        allow: String,
    },
    /// It cannot be done now.
    #[error("{0}")]
    Conflict(String),
    /// The process is about to end.
    #[error("the process is about to end")]
    Ending,
}

impl Refusal {
    const fn status(&self) -> u16 {
        match self {
            Self::Bad(_) => 400,
            Self::Foreign => 403,
            Self::Absent(_) => 404,
            Self::Method { .. } => 405,
            Self::Conflict(_) => 409,
            Self::Ending => 503,
        }
    }
}

impl From<Ended> for Refusal {
    fn from(Ended: Ended) -> Self {
        Self::Ending
    }
}

impl From<Unsayable> for Refusal {
    fn from(why: Unsayable) -> Self {
        match why {
            Unsayable::Form { .. } => Self::Bad(why.to_string()),
            Unsayable::NotOffered { .. } => Self::Conflict(why.to_string()),
        }
    }
}

impl Control {
    pub(crate) fn new(parts: Parts) -> Self {
        let inner = Inner {
            clock: parts.clock,
            journal: parts.journal,
            people: parts.people,
            folder: parts.folder,
            faults: parts.faults,
            deliveries: parts.deliveries,
            randomness: Mutex::new(parts.randomness),
            world: parts.world,
            stores: parts.stores,
        };
        Self(Arc::new(inner))
    }
}

/// Reads a body, which is an object and never the list of what an object would hold; none at all
/// is an empty one.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    let object = serde_json::from_slice::<Map<String, Value>>(body);
    let read = object.and_then(|object| serde_json::from_value(object.into()));
    read.map_err(|why| Refusal::Bad(format!("the body: {why}")))
}

impl Inner {
    async fn serve(&self, path: &str, request: &Request) -> Response {
        let done = match find(request, path) {
            Ok((does, user)) => self.does(does, user, request).await,
            Err(refusal) => Err(refusal),
        };
        let why = match done {
            Ok(value) => return answer(200, &value),
            Err(why) => why,
        };
        let mut refused = answer(why.status(), &json!({ "error": { "message": why.to_string() } }));
        if let Refusal::Method { allow } = why {
            // RFC 9110 section 15.5.6.
            refused.headers.push(("allow".to_owned(), allow));
        }
        refused
    }

    async fn does(&self, does: Does, user: &str, request: &Request) -> Result<Value, Refusal> {
        let body = request.body.as_slice();
        match does {
            Does::Inbound => self.inbound(body).await,
            Does::Messages => self.messages(request).await,
            Does::Webhooks => self.webhooks(request).await,
            Does::Users => Ok(self.users()),
            Does::User => self.user(user),
            Does::SetPersona => self.set_persona(user, body),
            Does::Read => self.reads(user, body).await,
            Does::Play => self.plays(user, body).await,
            Does::Block => self.blocks(user, body).await,
            Does::Report => self.reports(user, body).await,
            Does::ChangePhone => self.changes_phone(user, body).await,
            Does::Clock => Ok(self.date()),
            Does::Advance => self.advance(body).await,
            Does::Faults => Ok(self.faults()),
            Does::SetFaults => self.set_faults(body),
            Does::Break => self.break_store(body),
            Does::Reset => self.reset(body),
            Does::Ready => self.ready(),
            Does::Snapshots => self.snapshots(),
            Does::Snapshot => self.snapshot(body).await,
            Does::Restore => self.restore(body).await,
            Does::OpenApi => Ok(openapi::document()),
            Does::GraphOpenApi => Ok(cloud_api::graph_openapi()),
        }
    }

    fn date(&self) -> Value {
        let now_us = self.clock.wall().0;
        let clock = if self.clock.is_virtual() { "virtual" } else { "real" };
        json!({ "clock": clock, "now_us": now_us })
    }
}

/// The call that a request makes, and the user in its path.
fn find<'p>(request: &Request, path: &'p str) -> Result<(Does, &'p str), Refusal> {
    if !before::is_from_here(request) {
        return Err(Refusal::Foreign);
    }
    let mut allowed = Vec::new();
    for call in CALLS {
        if let Some(user) = call.fits(path) {
            if call.method == request.method {
                return Ok((call.does, user));
            }
            allowed.push(call.method);
        }
    }
    Err(match allowed.as_slice() {
        [] => Refusal::Absent("no such path".to_owned()),
        methods => Refusal::Method { allow: methods.join(", ") },
    })
}

#[cfg(test)]
mod tests {
    use hop::http::Request;

    use super::{Refusal, find, read};
    use crate::faults::Set;

    #[test]
    fn a_method_that_a_path_has_not_is_answered_with_those_that_it_has() {
        let allowed = |path: &str| {
            let request = Request::new("localhost", "TRACE", path);
            find(&request, path).unwrap_err()
        };
        assert_eq!(allowed("/clock"), Refusal::Method { allow: "GET, POST".to_owned() });
        assert_eq!(allowed("/inbound"), Refusal::Method { allow: "POST".to_owned() });
        assert_eq!(allowed("/"), Refusal::Absent("no such path".to_owned()));
    }

    #[test]
    fn a_body_is_an_object_and_no_list_of_what_one_would_hold() {
        assert_eq!(read::<Set>(b""), Ok(Set::default()));
        assert_eq!(read::<Set>(b"{\"sends\": null}"), Ok(Set::default()));
        assert!(matches!(read::<Set>(b"[null, null]"), Err(Refusal::Bad(_))));
        assert!(matches!(read::<Set>(b"[]"), Err(Refusal::Bad(_))));
    }
}
