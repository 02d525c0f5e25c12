//! The control API: what a test does to the people and to the clock. See
//! docs/reference/control.md.
//!
//! Knows: the simulated people, the journal, the clock. Does not know: any hop.

mod calls;

use std::sync::{Arc, Mutex};

use hop::http::{Request, Response};
use serde_json::{Value, json};
use vocab::PhoneNumber;

use crate::{
    clock::Clock,
    folder::Folder,
    http::{Service, service},
    rng::Randomness,
    site::json as answer,
    up::{Journal, People},
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
    /// The business's number: its id, and itself.
    pub(crate) business: (String, PhoneNumber),
    /// What ids of messages are drawn from.
    pub(crate) randomness: Randomness,
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
    business: (String, PhoneNumber),
    randomness: Mutex<Randomness>,
}

/// Why a call is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    /// What was sent means nothing.
    #[error("{0}")]
    Bad(String),
    /// There is no such thing.
    #[error("{0}")]
    Absent(String),
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
            Self::Absent(_) => 404,
            Self::Conflict(_) => 409,
            Self::Ending => 503,
        }
    }
}

impl Control {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { clock, journal, people, folder, business, randomness } = parts;
        let randomness = Mutex::new(randomness);
        Self(Arc::new(Inner { clock, journal, people, folder, business, randomness }))
    }

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
                    _ => rest(request).await,
                }
            }
        })
    }
}

impl Inner {
    async fn serve(&self, path: &str, request: &Request) -> Response {
        let done = match (request.method.as_str(), path) {
            ("POST", "/inbound") => self.inbound(&request.body).await,
            ("GET", "/messages") => self.messages(request).await,
            ("POST", "/clock") => self.advance(&request.body).await,
            ("GET", "/clock") => Ok(self.date()),
            (_, "/inbound" | "/messages" | "/clock") => {
                return refusal(405, "this path has no such method");
            }
            _ => Err(Refusal::Absent("no such path".to_owned())),
        };
        match done {
            Ok(value) => answer(200, &value),
            Err(why) => refusal(why.status(), &why.to_string()),
        }
    }

    fn date(&self) -> Value {
        let now_us = self.clock.wall().0;
        let clock = if self.clock.is_virtual() { "virtual" } else { "real" };
        json!({ "clock": clock, "now_us": now_us })
    }
}

fn refusal(status: u16, message: &str) -> Response {
    answer(status, &json!({ "error": { "message": message } }))
}
